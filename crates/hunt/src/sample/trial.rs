use crate::{CorrelateLimits, Correlator, Found, Hunt, Settings, Start, Wording};
use ddefend_event::{Event, LogSource, Mapping, Row, Selector};
use ddefend_matcher::{Matcher, Scratch, naive};
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
        let settings = Settings { keep_duplicates: true, ..Settings::default() };
        let rules = self.set.rules.clone().into();
        let mut hunt = Hunt::new(rules, Arc::clone(&self.mapping), self.wording.clone(), settings);
        let mut correlator: Correlator<usize> = Correlator::new(&self.set, CorrelateLimits::default());
        let mut scratch = Scratch::default();
        for (number, event) in events.iter().enumerate() {
            let mut told = Vec::new();
            hunt.take(self.found(event, &mut scratch), "sample", &mut |detection| told.push(detection.rule.id));
            for id in told {
                let index = self.set.rules.iter().position(|rule| rule.meta.id == id);
                if let Some(index) = index.filter(|index| correlator.wants(*index)) {
                    correlator.take(index, event, &self.mapping, &number);
                }
                fired.insert(id);
            }
        }
        hunt.finish(&mut |detection| _ = fired.insert(detection.rule.id));
        let correlated = correlator.flush(None).into_iter().filter_map(|it| self.set.correlations.get(it.correlation));
        fired.extend(correlated.map(|correlation| correlation.meta.id.clone()));
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
