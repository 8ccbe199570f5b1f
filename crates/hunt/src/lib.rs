//! From matches to detections: process lineage, correlations, baseline, and why. Pure: events in, detections out.

pub mod baseline;
mod correlate;

pub use correlate::{CorrelateLimits, Correlated, Correlator, Unused};
