use crate::{Found, Hunt, Settings, Start, Wording};
use ddefend_event::{Event, LogSource, Mapping, Row, Selector};
use ddefend_matcher::{Matcher, Scratch, naive};
use ddefend_model::Detection;
use ddefend_rule::RuleSet;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Rules that are tried on samples: the same matcher, lineage and correlations as in a hunt, over events in memory.
#[derive(Debug)]
pub struct Trial {
    set: RuleSet,
    mapping: Arc<Mapping>,
    wording: Wording,
    matcher: Matcher,
}

impl Trial {
    /// A trial of all rules of a set, those that only feed correlations too.
    #[must_use]
    pub fn new(mut set: RuleSet, mapping: Arc<Mapping>, wording: Wording) -> Self {
        set.rules.iter_mut().for_each(|rule| rule.shown = true);
        let source = LogSource { category: Some(wording.process.category.clone()), product: None, service: None };
        let always = [(source, wording.process.names())];
        let deferred = [&*wording.ancestor_image, &*wording.ancestor_command];
        let matcher = Matcher::new(set.rules.clone().into(), Arc::clone(&mapping), &deferred, &always);
        Self { set, mapping, wording, matcher }
    }

    /// Ids of the rules and correlations that fire on the events, which stand in the order of their times.
    #[must_use]
    pub fn fired(&self, events: &[Event]) -> BTreeSet<String> {
        let mut fired = BTreeSet::new();
        let mut tell = |detection: Detection| _ = fired.insert(detection.rule.id);
        let settings = Settings { keep_duplicates: true, ..Settings::default() };
        let mut hunt = Hunt::new(self.set.clone(), Arc::clone(&self.mapping), self.wording.clone(), settings);
        let mut scratch = Scratch::default();
        for event in events {
            hunt.take(self.found(event, &mut scratch), "sample", &mut tell);
        }
        hunt.finish(&mut tell);
        fired
    }

    /// Ids of the rules that hold of the event by itself, as the naive evaluator says.
    #[must_use]
    pub fn naive(&self, event: &Event) -> BTreeSet<String> {
        let holds = self.set.rules.iter().filter(|rule| naive::matches(rule, &self.mapping, event));
        holds.map(|rule| rule.meta.id.clone()).collect()
    }

    /// The rules.
    #[must_use]
    pub fn set(&self) -> &RuleSet {
        &self.set
    }

    fn found(&self, event: &Event, scratch: &mut Scratch) -> Found {
        let Some(selection) = self.matcher.select(&event.head.key) else { return Found::default() };
        let row = Row::of(event, &selection);
        let mut hits = Vec::new();
        self.matcher.evaluate(&selection, &row, scratch, &mut hits);
        let values = self.matcher.extra(0, &selection, &row);
        let start = values.map(|values| Start { host: event.head.host.clone(), time: event.head.time, values });
        let event = (!hits.is_empty()).then(|| event.clone());
        Found { hits, event, start }
    }
}
