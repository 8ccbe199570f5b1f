//! Two small languages as text: Word field instructions ([`field`]) and spreadsheet formulas ([`formula`]). Carriers
//! hand in what they read and get back which conversations and loads it asks for. No bytes, no judgement.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod field;
pub mod formula;
