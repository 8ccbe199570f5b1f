//! Events made from a rule.

use super::branch::{Wish, ways};
use super::side::RowSide;
use super::value::{Given, holds, value};
use super::vary::variants;
use super::{Proof, compare};
use ddefend_event::{Dialect, Event, Head, Key, LogSource, Mapping, Place, Value, native};
use ddefend_matcher::naive;
use ddefend_rule::ir::{Predicate, RegexFlags, Rule, Test};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Events of a trial, at most.
const EVENTS: usize = 600;
/// Events on which the rule fires that are varied, at most.
const VARIED: usize = 16;
/// Where it happens.
const HOST: &str = "ws-042.example";

/// What events are made of (`content/proof.toml`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bases {
    /// What records of a category usually hold: category, field, value.
    base: BTreeMap<String, BTreeMap<String, String>>,
    /// Expressions by name.
    form: BTreeMap<String, String>,
    /// What values of a field can be at all: an expression over the whole value, `{name}` for one of `form`.
    shape: BTreeMap<String, String>,
}

impl Bases {
    fn of(&self, source: &LogSource) -> BTreeMap<String, String> {
        let category = source.category.as_deref().unwrap_or_default().to_ascii_lowercase();
        self.base.get(&category).cloned().unwrap_or_default()
    }

    /// What values of each field can be, by the field's name in lower case.
    fn shapes(&self) -> BTreeMap<String, Test> {
        let whole = |text: &String| {
            let full =
                self.form.iter().fold(text.clone(), |text, (name, form)| text.replace(&format!("{{{name}}}"), form));
            Test::Regex {
                source: format!("^(?:{full})$").into(),
                flags: RegexFlags { dot_all: true, ..RegexFlags::default() },
            }
        };
        self.shape.iter().map(|(field, text)| (field.to_ascii_lowercase(), whole(text))).collect()
    }
}

/// Something that happened, in Sigma's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Fields with values, by name.
    pub fields: Vec<(String, String)>,
    /// True where the source fires on it.
    pub fires: bool,
}

/// Events that a rule is tried with.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// Each different.
    pub incidents: Vec<Incident>,
}

impl Trial {
    /// Events for each branch of the rule, near-misses, and variants of both, judged by the naive evaluator on records of
    /// the rule's own log source.
    #[must_use]
    pub fn of(rule: &Rule, mapping: &Mapping, bases: &Bases) -> Self {
        let (base, shapes) = (bases.of(&rule.source), bases.shapes());
        Maker { rule, mapping, base, shapes, seen: BTreeSet::new(), trial: Self::default() }.made()
    }

    /// The same events judged by another source: a query over rows of its own schema. Events that its rows cannot carry go.
    ///
    /// # Errors
    /// Where the query stops on one of the events.
    pub fn judged_by(self, side: &RowSide) -> Result<Self, String> {
        let mut incidents = Vec::with_capacity(self.incidents.len());
        for incident in self.incidents {
            if let Some((fires, _)) = side.judge(&incident.fields)? {
                incidents.push(Incident { fires, ..incident });
            }
        }
        Ok(Self { incidents })
    }

    /// What another rule says of the same records.
    #[must_use]
    pub(super) fn against(&self, rule: &Rule, mapping: &Mapping) -> Proof {
        compare(self, |incident| {
            let event = record(&rule.source, mapping, &incident.fields);
            Ok(event.map(|event| (naive::matches(rule, mapping, &event), (String::new(), Vec::new()))))
        })
    }
}

struct Maker<'r> {
    rule: &'r Rule,
    mapping: &'r Mapping,
    base: BTreeMap<String, String>,
    shapes: BTreeMap<String, Test>,
    seen: BTreeSet<Vec<(String, String)>>,
    trial: Trial,
}

type Tests<'r> = BTreeMap<String, (Vec<&'r Predicate>, Vec<&'r Predicate>)>;

impl<'r> Maker<'r> {
    fn made(mut self) -> Trial {
        let rule = self.rule;
        let positive = ways(&rule.detection, true);
        let negative = ways(&rule.detection, false);
        let mut varied = Vec::new();
        for way in &positive {
            if let Some((fields, tests)) = self.event(way) {
                let fires = self.add(fields.clone());
                if fires == Some(true) && varied.len() < VARIED {
                    varied.push((fields, tests));
                }
            }
        }
        for way in &negative {
            if let Some((fields, _)) = self.event(way) {
                self.add(fields);
            }
        }
        for (fields, tests) in varied {
            for (field, (must, must_not)) in &tests {
                let Some(value) = fields.get(field) else { continue };
                let all: Vec<&Predicate> = must.iter().chain(must_not).copied().collect();
                for other in variants(value, &all) {
                    let shape = self.shapes.get(&field.to_ascii_lowercase());
                    if shape.is_some_and(|shape| !holds(shape, Some(&other))) {
                        continue;
                    }
                    let mut changed = fields.clone();
                    changed.insert(field.clone(), other);
                    self.add(changed);
                }
            }
        }
        self.trial
    }

    /// An event for which the wish comes true; none where no value was found for a field.
    fn event(&self, wish: &Wish<'r>) -> Option<(BTreeMap<String, String>, Tests<'r>)> {
        let mut tests: Tests<'r> = BTreeMap::new();
        for predicate in &wish.must {
            tests.entry(self.field(predicate)).or_default().0.push(predicate);
        }
        for predicate in &wish.must_not {
            tests.entry(self.field(predicate)).or_default().1.push(predicate);
        }
        let mut fields = self.base.clone();
        let alone = |predicates: &[&'r Predicate]| -> Vec<&'r Test> {
            predicates.iter().map(|it| &it.test).filter(|test| !matches!(test, Test::FieldRef { .. })).collect()
        };
        for (field, (must, must_not)) in &tests {
            let mut wanted = alone(must);
            let absent = wanted.iter().any(|test| matches!(test, Test::Null | Test::Exists(false)));
            wanted.extend(self.shapes.get(&field.to_ascii_lowercase()).filter(|_| !absent));
            match value(&wanted, &alone(must_not), self.base.get(field).map(String::as_str))? {
                Given::Value(value) => _ = fields.insert(field.clone(), value),
                Given::Absent => _ = fields.remove(field),
            }
        }
        for predicate in &wish.must {
            if let Test::FieldRef { other, .. } = &predicate.test {
                let same = fields.get(&**other).cloned().unwrap_or_else(|| "zq".to_owned());
                fields.insert(other.to_string(), same.clone());
                fields.insert(self.field(predicate), same);
            }
        }
        Some((fields, tests))
    }

    /// The field that a predicate asks for; keywords are looked for where text usually stands.
    fn field(&self, predicate: &Predicate) -> String {
        let Some(field) = &predicate.field else {
            let text = self.base.keys().find(|field| field.as_str() == "CommandLine");
            return text.cloned().unwrap_or_else(|| native::DATA.to_owned());
        };
        let known = self.base.keys().find(|known| known.eq_ignore_ascii_case(field));
        known.cloned().unwrap_or_else(|| field.to_string())
    }

    /// Takes an event where it is new and its log can carry it; whether the rule fires on it.
    fn add(&mut self, fields: BTreeMap<String, String>) -> Option<bool> {
        let fields: Vec<(String, String)> = fields.into_iter().collect();
        if self.trial.incidents.len() >= EVENTS || !self.seen.insert(fields.clone()) {
            return None;
        }
        let event = record(&self.rule.source, self.mapping, &fields)?;
        let fires = naive::matches(self.rule, self.mapping, &event);
        self.trial.incidents.push(Incident { fields, fires });
        Some(fires)
    }
}

/// The event as a record of the rule's log source: Windows' own where there is one.
fn record(source: &LogSource, mapping: &Mapping, fields: &[(String, String)]) -> Option<Event> {
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
    if source.category.is_some() {
        let mut classes = mapping.classes_for(source);
        classes.sort_by_key(|class| class.dialect != Dialect::Windows);
        return classes.iter().find_map(|class| mapping.native(&class.id, &pairs, HOST, None, 1).ok());
    }
    let channel = source.service.as_deref().and_then(|service| mapping.service_names(service).first().cloned());
    let number = |name: &str| {
        let found = pairs.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.parse::<u32>().ok())
    };
    let key = Key {
        dialect: Dialect::Windows,
        channel: channel.unwrap_or_default().into(),
        provider: "".into(),
        event_id: number(native::EVENT_ID).unwrap_or_default(),
        action: "".into(),
    };
    let data = pairs.iter().map(|(field, value)| (Box::from(*field), Value::Text((*value).into()))).collect();
    let place = Place { source: "proof".into(), record: 1, offset: 0 };
    Some(Event { head: Head { place, key, time: None, host: HOST.into() }, data })
}
