//! Where an artifact came from, read from bytes: marks of the web, mail headers and signatures, what documents say of
//! themselves, what users were asked and answered. Reports facts; whether a source is to be trusted is `triage`'s question.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod address;
pub mod clock;
pub mod dkim;
pub mod header;
pub mod mail;
pub mod mark;
mod metadata;
mod settings;
pub mod trust;
mod walk;

pub use metadata::property_set;
pub use settings::Settings;
pub use walk::read;
