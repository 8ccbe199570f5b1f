//! Rules to the languages of others, and the proof that the result fires on the same events.
//!
//! A [`Rule`](ddefend_rule::ir::Rule) speaks Sigma's fields and Sysmon's values. A [`Profile`], which is data under
//! `content/convert`, says which tables of a target mean the rule's log source and where the fields stand there; each
//! predicate is rewritten by field and by value into conditions on the target's columns; an emitter writes these in
//! the target's language. What cannot be said there is a [`Refusal`], never a guess.

mod cond;
mod convert;
mod emit;
pub mod lift;
mod pattern;
mod place;
mod plan;
mod profile;
pub mod proof;
mod refusal;
mod rewrite;
mod row;
mod target;

pub use convert::{Converted, convert};
pub use place::place_ids;
pub use profile::{NumberForm, OwnClass, Profile, Profiles, ServiceColumns};
pub use refusal::Refusal;
pub use row::{row, table_of};
pub use target::{Target, by_name, targets};
