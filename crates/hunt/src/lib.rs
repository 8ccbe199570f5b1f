//! From matches to detections: process lineage, correlations, baseline, and why. Pure: events in, detections out.

mod correlate;

pub use correlate::{CorrelateLimits, Correlated, Correlator, Unused};
