//! Links to findings: what would run, when, and how bad that is.
//!
//! Pure: no bytes, no files, no clock. Every list, severity and wording comes in a [`Knowledge`], which the content
//! crate loads from `content/`. The steps for one link:
//!
//! 1. [`command`] turns service and topic into the command line that would run, taking hiding tricks back.
//! 2. [`facts`] says in tags what the link is (`class:launch`, `trigger:open`, `place:http`).
//! 3. [`judge`](judge()) picks the first rule whose tags fit, applies the adjustments, and fills in the rest.

pub mod command;
pub mod facts;
mod indicators;
mod judge;
mod knowledge;
mod lure;
mod phrase;
mod place;
mod render;

pub use indicators::{Extensions, indicators};
pub use judge::{incomplete, judge};
pub use knowledge::{
    Adjustment, Application, BlockerRule, Carrier, Commands, Condition, Evidence, Incomplete, Judgement, Knowledge,
    KnowledgeError, Limits, Program, PromptRule, Rule, Services, Sources, Trait, TrickText,
};
pub use phrase::Phrase;
pub use place::{Place, place_of};
