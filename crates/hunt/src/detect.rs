//! A match to a detection: fields, context, place, and the sentence that says why.

use crate::bound;
use crate::correlate::Correlated;
use crate::fields;
use crate::wording::{Kind, Wording, fill};
use ddefend_event::{Event, LogSource, Mapping};
use ddefend_matcher::naive;
use ddefend_model::{Detection, EventRef, MatchedField, Process, RuleRef, Shown};
use ddefend_rule::ir::{Correlation, Meta, Rule};
use std::sync::Arc;

/// Characters of a value in a sentence.
const SHORT: usize = 300;

/// What a detection is made with.
pub(crate) struct Maker<'m> {
    pub(crate) mapping: &'m Mapping,
    pub(crate) wording: &'m Wording,
}

impl Maker<'_> {
    /// The detection of a rule that holds of the event.
    pub(crate) fn detection(&self, rule: &Rule, event: &Event, schema: &str, lineage: Vec<Process>) -> Detection {
        let source = self.source(rule, event);
        let kind = self.kind(&source);
        let value = |field: &str| fields::value(self.mapping, event, &source, field);
        let fields: Vec<_> = naive::explain(rule, self.mapping, event)
            .into_iter()
            .map(|it| MatchedField { field: it.field.into(), value: it.value, asked: it.asked })
            .collect();
        let usual = kind.map(|kind| kind.context.as_slice()).unwrap_or_default().iter().map(AsRef::as_ref);
        let asked = rule.meta.fields.iter().map(String::as_str);
        let mut context: Vec<Shown> = Vec::new();
        for field in asked.chain(usual) {
            let there = fields.iter().any(|it| it.field == field) || context.iter().any(|it| it.field == field);
            if let Some(value) = (!there).then(|| value(field)).flatten() {
                context.push(Shown { field: field.to_owned(), value });
            }
        }
        let why = self.why(rule, kind, &fields, &value, &lineage);
        Detection {
            rule: rule_ref(&rule.meta),
            techniques: rule.meta.techniques.clone(),
            event: place(event, schema),
            fields,
            context,
            why,
            lineage,
            events: Vec::new(),
            baseline: None,
        }
    }

    /// The log source by which the event is put into words: the rule's, where it has a category.
    pub(crate) fn source(&self, rule: &Rule, event: &Event) -> LogSource {
        if rule.source.category.is_some() { rule.source.clone() } else { fields::own_source(self.mapping, event) }
    }

    fn kind(&self, source: &LogSource) -> Option<&Kind> {
        self.wording.kind.iter().find(|kind| Some(&kind.category) == source.category.as_ref())
    }

    fn why(
        &self,
        rule: &Rule,
        kind: Option<&Kind>,
        fields: &[MatchedField],
        value: &dyn Fn(&str) -> Option<String>,
        lineage: &[Process],
    ) -> String {
        let sentence =
            kind.and_then(|kind| kind.text.iter().find_map(|text| fill(text, &|field| value(field).map(short))));
        let because = fields.iter().take(4).map(MatchedField::in_words);
        let because = because.collect::<Vec<_>>().join(", ");
        let mut why = match (sentence, because.is_empty()) {
            (Some(sentence), true) => sentence,
            (Some(sentence), false) => format!("{sentence} ({because})"),
            (None, true) => rule.meta.title.clone(),
            (None, false) => format!("{}: {because}", rule.meta.title),
        };
        let parents = lineage.iter().rev().skip(1);
        let note = parents.into_iter().find_map(|parent| {
            self.wording.breakaway.iter().find(|it| it.is(&parent.image, &parent.command)).map(|it| &it.note)
        });
        if let Some(note) = note {
            why.push_str("; ");
            why.push_str(note);
        }
        why
    }
}

/// What a rule is called in a detection.
pub(crate) fn rule_ref(meta: &Meta) -> RuleRef {
    RuleRef { id: meta.id.clone(), title: meta.title.clone(), level: meta.level(), file: meta.origin.file.clone() }
}

/// A correlation that came true.
pub(crate) fn correlated(correlation: &Correlation, result: Correlated<Arc<EventRef>>) -> Detection {
    let events: Vec<EventRef> = result.places.iter().map(|place| EventRef::clone(place)).collect();
    let last = events.last().cloned().unwrap_or_default();
    let group: Vec<_> = result.group.iter().map(|(field, value)| format!("{field} {value}")).collect();
    let of = if group.is_empty() { String::new() } else { format!(" of {}", group.join(", ")) };
    let plural = if result.total == 1 { "" } else { "s" };
    let first = events.first().map(|event| event.time.as_str()).unwrap_or_default();
    let meta = &correlation.meta;
    let (first, until) = (readable(first), readable(&last.time));
    let when = if first == until { format!("at {until}") } else { format!("between {first} and {until}") };
    let why = format!("{} event{plural}{of} {when}: {}", result.total, meta.title);
    let asked = "the same in all events";
    Detection {
        rule: rule_ref(meta),
        techniques: meta.techniques.clone(),
        event: last,
        fields: result
            .group
            .into_iter()
            .map(|(field, value)| MatchedField { field: field.into(), value, asked: asked.to_owned() })
            .collect(),
        context: Vec::new(),
        why,
        lineage: Vec::new(),
        events,
        baseline: None,
    }
}

/// A time to the second, for a sentence.
fn readable(time: &str) -> String {
    let bare = time.trim_end_matches('Z');
    let whole = bare.split_once('.').map_or(bare, |(whole, _)| whole).replacen('T', " ", 1);
    format!("{whole}{}", if bare.len() < time.len() { "Z" } else { "" })
}

/// Where an event stands.
pub(crate) fn place(event: &Event, schema: &str) -> EventRef {
    let head = &event.head;
    EventRef {
        source: head.place.source.to_string(),
        record: head.place.record,
        offset: head.place.offset,
        time: head.time.map(|time| time.to_string()).unwrap_or_default(),
        host: bound::name(&head.host).to_owned(),
        channel: bound::name(&head.key.channel).to_owned(),
        event_id: head.key.event_id,
        schema: schema.to_owned(),
    }
}

fn short(text: String) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
