//! Process dumps (minidump) and raw memory images, streamed: modules that do not belong, command lines, DDE instructions
//! and formula payloads in ASCII and UTF-16, matches against the commands of a case.
//!
//! [`Reading`] is the way in: the structure is read at a few places, then every byte once, in any pieces, so that the
//! caller can hash the same bytes. Memory is bounded by a window, time is linear in the size.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod dump;
mod format;
mod layout;
mod lists;
mod modules;
mod plain;
mod process;
mod reading;
mod scan;
mod settings;
mod source;
mod words;
pub mod write;

pub use lists::{CaseCommand, CommandLevel, CommandWords, HitLevels, Limits, Lists, ModulePlace};
pub use reading::{End, Reading, is_memory};
pub use settings::Settings;
pub use source::{ReadAt, Seeking};
