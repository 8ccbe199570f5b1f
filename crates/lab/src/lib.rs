//! Scenarios: inert sample files, the telemetry that a host would have produced, hives and mail, with what must be found
//! in them. Deterministic, and marked synthetic in every record; commands are `whoami` or `calc`, never a caller's own.

pub mod check;
pub mod dkim;
pub mod scenario;

pub use scenario::{Scenario, Wanted};
