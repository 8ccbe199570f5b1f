//! Scenarios: inert sample files, the telemetry that a host would have produced, hives and mail, with what must be found
//! in them. Deterministic, and marked synthetic in every record; commands are `whoami` or `calc`, never a caller's own.

mod build;
pub mod check;
mod digest;
pub mod dkim;
mod error;
mod mail;
pub mod make;
mod moment;
pub mod recipe;
pub mod scenario;
mod state;
mod telemetry;
mod world;

pub use build::{FORMS, Files, Lab, build, expected_csv, export, rebased};
pub use digest::MARK;
pub use error::LabError;
pub use scenario::{Scenario, Wanted};
pub use telemetry::ACTIVITY;
