//! From evidence to a case. Pure functions: what was read goes in, a [`ddefend_model::case::Case`] comes out; the same
//! evidence, playbook and configuration give the same case.
//!
//! 1. [`link`](link()) hangs the records together: document to process, command to child, tree, effects, mail.
//! 2. [`answers`](question::answers) works out every question of the playbook; unknown is an answer.
//! 3. [`decide`](decide::decide) sums up, applies the escalation and close rules.
//! 4. [`tasks`](task::tasks) renders what to do next, with commands filled in from the case.
//! 5. [`assemble`](assemble::assemble) tells the story and puts the case together.

pub mod assemble;
pub mod decide;
mod evidence;
mod fact;
mod link;
mod linked;
mod lists;
mod literal;
mod organisation;
mod pattern;
pub mod playbook;
pub mod question;
pub mod task;

pub use evidence::{CaseEvidence, CaseFile, HistoryCount, Ioc, LogCoverage};
pub use fact::{Fact, FactKind, FactSpec};
pub use link::link;
pub use linked::{
    BarrierLink, Child, ChildClass, CommandMatch, Effect, EffectKind, Linked, LogonLink, MailLink, Opening, Proc,
    PromptLink, Save, Story,
};
pub use lists::{Broker, Lists};
pub use organisation::{Asset, BenignChild, Change, Feed, Mutable, Organisation};
pub use playbook::Playbook;

use ddefend_dde::Knowledge;
use ddefend_model::case::Case;
use std::sync::Arc;

/// What triage works with beside the evidence.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Questions, weights, rules, tasks.
    pub playbook: Playbook,
    /// Names of programs, kinds of facts.
    pub lists: Lists,
    /// What the organisation says of itself.
    pub organisation: Organisation,
    /// What is known of programs, variables and hiding tricks: commands are held against each other without them. Without
    /// it only quotes, carets, blanks and paths are taken back.
    pub knowledge: Option<Arc<Knowledge>>,
    /// The point in time that the case is judged at (RFC 3339); none: the latest time in the evidence.
    pub as_of: Option<String>,
    /// Version of the shipped content.
    pub content: String,
}

/// Works out the case.
#[must_use]
pub fn triage(evidence: &CaseEvidence, settings: &Settings) -> Case {
    let linked = link(evidence, settings);
    let answers = question::answers(evidence, &linked, settings);
    let decision = decide::decide(&answers, &linked, settings);
    let tasks = task::tasks(evidence, &linked, &answers, &decision, settings);
    assemble::assemble(evidence, linked, answers, decision, tasks, settings)
}
