//! Bytes of hives, exports, policies and dumps to facts about the Windows registry ([`Entry`]), and facts back to bytes.
//!
//! A reader reports what stands in its input and judges nothing. What silence means differs by input: a whole hive says
//! that what it does not hold is not set, a policy file says nothing of what it does not name ([`Coverage`]).
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod data;
mod dump;
mod entry;
mod gp_report;
mod gpp;
mod hive;
mod input;
mod interest;
mod json;
mod lgpo;
mod lines;
mod mp_preference;
mod open;
mod out;
mod path;
mod pol;
mod policy_rules;
mod reg;
mod reg_query;
mod shape;
mod tree;
mod typed;
pub mod write;
mod xml;

pub use data::Data;
pub use entry::{About, Coverage, Entry, Fact, Format, Intent, Origin, Place, Root, Sink, UNKNOWN_KEY};
pub use gp_report::backup_name;
pub use input::Input;
pub use interest::{Interest, Spot, fold};
pub use open::{UnknownFormat, detect, formats, read};
pub use tree::{Key, Tree};
