//! From matches to detections: process lineage, correlations, baseline, and why. Pure: events in, detections out.

pub mod baseline;
mod bound;
mod correlate;
mod detect;
mod fields;
mod lineage;
mod reach;
pub mod sample;
mod seen;
mod select;
mod state;
mod wording;

pub use correlate::{CorrelateLimits, Correlated, Correlator, Unused};
pub use lineage::{Id, Lineage, Start, Who, guid_key, number};
pub use reach::unreachable;
pub use select::select;
pub use state::{Counts, Found, Hunt, Settings, length};
pub use wording::{Breakaway, Kind, ProcessFields, Wording, file_name};
