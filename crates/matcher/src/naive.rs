//! The oracle: walks a rule's expression over a whole event, value by value, with no index and no sharing.
//!
//! What a value is to a test:
//! - Its text is [`Cell::write_text`]'s; [`Value::Null`] has none and passes, of the tests on text, only equality with the
//!   empty text. Text is compared folded ([`crate::fold`]) unless case counts.
//! - [`Test::Null`] holds where the field is absent or one of its values is null or empty; [`Test::Exists`] asks whether it
//!   stands in the record at all, null included.
//! - A field made by a transform takes the first value of each of its native names; null counts as absent.

mod pattern;
mod words;

use crate::fold::fold_text;
use crate::{regexes, scalar};
use ddefend_event::{Cell, Event, FieldSource, LogSource, Mapping, Value};
use ddefend_rule::ir::{Expr, FieldRelation, Piece, Predicate, RegexFlags, Rule, Test};
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;

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

/// True where the rule's log source covers the event, the mapping's conditions on it hold (the field is absent, null or
/// empty, or one of the values) and its detection holds.
#[must_use]
pub fn matches(rule: &Rule, mapping: &Mapping, event: &Event) -> bool {
    let asking = Asking { source: &rule.source, mapping, event };
    asking.covered() && asking.holds(&rule.detection)
}

/// What a test asks, in words: `ends with \cmd.exe`.
#[must_use]
pub fn asked(test: &Test) -> String {
    words::words(test)
}

/// Why the rule holds of the event: the fields whose tests made it true, in the rule's order. What stands under a negation
/// is not among them.
#[must_use]
pub fn explain(rule: &Rule, mapping: &Mapping, event: &Event) -> Vec<Matched> {
    let mut found = Vec::new();
    let asking = Asking { source: &rule.source, mapping, event };
    if asking.covered() {
        asking.collect(&rule.detection, &mut found);
    }
    words::merge(found)
}

/// A test that held, with the value it held of.
struct Reason<'r> {
    predicate: &'r Predicate,
    value: String,
}

struct Asking<'a> {
    source: &'a LogSource,
    mapping: &'a Mapping,
    event: &'a Event,
}

impl Asking<'_> {
    fn covered(&self) -> bool {
        let key = &self.event.head.key;
        let conditions = self.mapping.conditions(key, self.source);
        self.mapping.covers(key, self.source)
            && conditions.iter().all(|when| {
                let found: Vec<_> = self.event.values(&when.native).map(|value| value.cell().to_text()).collect();
                let known = |text: &String| when.values.iter().any(|value| fold_text(value) == fold_text(text));
                found.is_empty() || found.iter().any(|text| text.is_empty() || known(text))
            })
    }

    fn holds(&self, expr: &Expr) -> bool {
        match expr {
            Expr::And(parts) => parts.iter().all(|part| self.holds(part)),
            Expr::Or(parts) => parts.iter().any(|part| self.holds(part)),
            Expr::AtLeast(count, parts) => {
                parts.iter().filter(|part| self.holds(part)).count() >= usize::try_from(*count).unwrap_or(usize::MAX)
            }
            Expr::Not(part) => !self.holds(part),
            Expr::Is(predicate) => self.reason(predicate).is_some(),
        }
    }

    /// Reasons of a part, where it holds.
    fn collect<'r>(&self, expr: &'r Expr, found: &mut Vec<Reason<'r>>) -> bool {
        let before = found.len();
        let holds = match expr {
            Expr::And(parts) => parts.iter().all(|part| self.collect(part, found)),
            Expr::Or(parts) => parts.iter().filter(|part| self.collect(part, found)).count() > 0,
            Expr::AtLeast(count, parts) => {
                let holding = parts.iter().filter(|part| self.collect(part, found)).count();
                holding >= usize::try_from(*count).unwrap_or(usize::MAX)
            }
            Expr::Not(part) => !self.holds(part),
            Expr::Is(predicate) => {
                let reason = self.reason(predicate);
                let holds = reason.is_some();
                found.extend(reason.map(|value| Reason { predicate, value }));
                holds
            }
        };
        if !holds {
            found.truncate(before);
        }
        holds
    }

    /// The values of a field; all values of the record where there is none.
    fn values(&self, field: Option<&str>) -> Vec<Value> {
        let Some(field) = field else { return self.event.data.iter().map(|(_, value)| value.clone()).collect() };
        match self.mapping.resolve(&self.event.head.key, self.source, field) {
            FieldSource::Native(name) => self.event.values(&name).cloned().collect(),
            made => {
                let inputs: Vec<_> = made.natives().map(|name| self.event.values(name).next().and_then(text)).collect();
                let inputs: Vec<_> = inputs.iter().map(Option::as_deref).collect();
                made.apply(&inputs).map(|made| Value::Text(made.into())).into_iter().collect()
            }
        }
    }

    /// The first value that passes, as text (nothing for an absent field); none where the test fails.
    fn reason(&self, predicate: &Predicate) -> Option<String> {
        let values = self.values(predicate.field.as_deref());
        let passing =
            |test: &dyn Fn(&Value) -> bool| values.iter().find(|value| test(value)).map(|value| value.cell().to_text());
        let texts = |test: &dyn Fn(&str) -> bool| passing(&|value| text(value).is_some_and(|text| test(&text)));
        match &predicate.test {
            Test::Null if values.is_empty() => Some(String::new()),
            Test::Null => passing(&|value| text(value).is_none_or(|text| text.is_empty())),
            Test::Exists(wanted) => (values.is_empty() != *wanted)
                .then(|| values.first().map_or(String::new(), |first| first.cell().to_text())),
            Test::Text { pattern, cased } => passing(&|value| match text(value) {
                Some(text) => pattern::fits(pattern, *cased, &text),
                None => matches!(pattern.pieces.as_slice(), []) || pattern.pieces == [Piece::Literal("".into())],
            }),
            Test::Regex { source, flags } => {
                let regex = cached(source, *flags)?;
                texts(&|text| regex.is_match(text))
            }
            Test::Cidr { network, prefix } => {
                texts(&|text| scalar::address(text).is_some_and(|address| scalar::inside(address, *network, *prefix)))
            }
            Test::Number(test, bound) => {
                texts(&|text| scalar::number(text).is_some_and(|value| scalar::compares(*test, value, *bound)))
            }
            Test::TimePart(part, wanted) => {
                texts(&|text| scalar::part(Cell::Null, text, *part).is_some_and(|value| value == *wanted))
            }
            Test::FieldRef { other, relation, cased } => {
                let others: Vec<_> = self.values(Some(other)).iter().filter_map(text).collect();
                texts(&|text| others.iter().any(|other| relates(text, other, *relation, *cased)))
            }
        }
    }
}

/// A value's text; none for null.
fn text(value: &Value) -> Option<String> {
    (*value != Value::Null).then(|| value.cell().to_text())
}

fn relates(text: &str, other: &str, relation: FieldRelation, cased: bool) -> bool {
    let folded = |text: &str| if cased { text.to_owned() } else { fold_text(text) };
    let (text, other) = (folded(text), folded(other));
    match relation {
        FieldRelation::Equals => text == other,
        FieldRelation::StartsWith => text.starts_with(&other),
        FieldRelation::EndsWith => text.ends_with(&other),
        FieldRelation::Contains => text.contains(&other),
    }
}

/// Compiled expressions are kept, because compiling one takes a thousand times as long as using it.
fn cached(source: &str, flags: RegexFlags) -> Option<Regex> {
    type Kept = HashMap<(Box<str>, [bool; 3]), Option<Regex>>;
    thread_local!(static KEPT: RefCell<Kept> = RefCell::default());
    KEPT.with_borrow_mut(|kept| {
        if kept.len() > 1024 {
            kept.clear();
        }
        let key = (source.into(), [flags.ignore_case, flags.multi_line, flags.dot_all]);
        kept.entry(key).or_insert_with(|| regexes::compile(source, flags)).clone()
    })
}
