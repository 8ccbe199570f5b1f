//! The oracle: walks a rule's expression over a whole event, value by value, with no index and no sharing.

use ddefend_event::{Event, Mapping};
use ddefend_rule::ir::Rule;

/// A field that took part in a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// Sigma field; empty for keywords.
    pub field: Box<str>,
    /// Its value.
    pub value: String,
    /// What the rule asked, in words: `ends with \cmd.exe`.
    pub asked: String,
}

/// True where the rule's log source covers the event and its detection holds.
#[must_use]
pub fn matches(rule: &Rule, mapping: &Mapping, event: &Event) -> bool {
    let _ = (rule, mapping, event);
    false
}

/// Why the rule holds of the event: the fields whose tests made it true, in the rule's order.
#[must_use]
pub fn explain(rule: &Rule, mapping: &Mapping, event: &Event) -> Vec<Matched> {
    let _ = (rule, mapping, event);
    Vec::new()
}
