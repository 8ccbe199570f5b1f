use crate::baseline::{self, Baseline, Learner};
use crate::correlate::{CorrelateLimits, Correlator, Unused};
use crate::detect::{self, Maker};
use crate::fields;
use crate::lineage::{Lineage, Start, Who, number};
use crate::seen::Seen;
use crate::wording::Wording;
use ddefend_event::{Event, Mapping, Time, Value};
use ddefend_matcher::{Hit, naive};
use ddefend_model::{Detection, EventRef, Process};
use ddefend_rule::RuleSet;
use ddefend_rule::ir::{Correlation, Rule};
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Bytes of events that wait for ancestors which the log may tell of later.
const WAITING: usize = 8 << 20;

/// Hits that wait for correlations at a time, and places that one result names.
const CORRELATING: CorrelateLimits = CorrelateLimits { entries: 100_000, places: 200 };

/// Hosts whose clocks are compared.
const HOSTS: usize = 10_000;
/// Difference of a host's times that is told, in ticks: a time zone that was lost on the way, or a log that came late.
const APART: i64 = 5 * 60 * Time::SECOND;

/// A length of time in ticks, in words: whole minutes, beyond 48 hours whole days.
#[must_use]
pub fn length(ticks: i64) -> String {
    let minutes = ticks.unsigned_abs() / (60 * Time::SECOND.unsigned_abs());
    match minutes / (24 * 60) {
        days if minutes > 48 * 60 => format!("{days} days"),
        _ => format!("{minutes} minutes"),
    }
}

/// What a hunt asks of its state.
#[derive(Debug, Default)]
pub struct Settings {
    /// Only events at or after it are told.
    pub from: Option<Time>,
    /// Only events before it are told.
    pub until: Option<Time>,
    /// Tell every copy of a record that stands in several logs.
    pub keep_duplicates: bool,
    /// Pairs of parent and child that are usual.
    pub baseline: Option<Baseline>,
    /// Learns such pairs.
    pub learner: Option<Learner>,
}

/// What was counted beside detections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Matches that were not told because a copy of their record had been told before.
    pub duplicates: u64,
    /// Detections that the baseline took away.
    pub suppressed: u64,
    /// Hits that correlations could not use.
    pub unused: Unused,
}

/// What one record gave.
#[derive(Debug, Default)]
pub struct Found {
    /// Rules that hold, or may.
    pub hits: Vec<Hit>,
    /// The record; there wherever there are hits.
    pub event: Option<Event>,
    /// The process that it says was created.
    pub start: Option<Start>,
}

/// Everything that a hunt remembers from record to record. Records are handed in in the order of the inputs.
#[derive(Debug)]
pub struct Hunt {
    rules: Arc<[Rule]>,
    mapping: Arc<Mapping>,
    wording: Wording,
    settings: Settings,
    lineage: Lineage,
    seen: Seen,
    waiting: VecDeque<Waiting>,
    held: usize,
    correlator: Correlator<Arc<EventRef>>,
    correlations: Vec<Correlation>,
    counts: Counts,
    /// Per host the least difference between the time of a record and the start of the process that it tells of.
    offsets: BTreeMap<Box<str>, i64>,
}

/// An event of which a deferred rule may still hold.
#[derive(Debug)]
struct Waiting {
    rule: u32,
    event: Event,
    schema: &'static str,
    size: usize,
}

impl Hunt {
    /// A hunt with those rules.
    #[must_use]
    pub fn new(set: RuleSet, mapping: Arc<Mapping>, wording: Wording, settings: Settings) -> Self {
        Self {
            correlator: Correlator::new(&set, CORRELATING),
            correlations: set.correlations,
            rules: set.rules.into(),
            mapping,
            wording,
            settings,
            lineage: Lineage::default(),
            seen: Seen::default(),
            waiting: VecDeque::new(),
            held: 0,
            counts: Counts::default(),
            offsets: BTreeMap::new(),
        }
    }

    /// Its rules on single events; hits are indices into them.
    #[must_use]
    pub fn rules(&self) -> Arc<[Rule]> {
        Arc::clone(&self.rules)
    }

    /// Its rules on several events.
    #[must_use]
    pub fn correlations(&self) -> &[Correlation] {
        &self.correlations
    }

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts { unused: self.correlator.unused(), ..self.counts }
    }

    /// What was learned; none where nothing was to be.
    pub fn learned(&mut self) -> Option<Learner> {
        self.settings.learner.take()
    }

    /// Takes a record, and hands on what is detected by it, the worst first.
    pub fn take(&mut self, found: Found, schema: &'static str, emit: &mut dyn FnMut(Detection)) {
        let started = found.start.as_ref().map(|start| self.lineage.start(start));
        if let Some(start) = &found.start {
            self.compare_clocks(start);
        }
        if let Some((learner, start)) = self.settings.learner.as_mut().zip(found.start.as_ref()) {
            let value = |index| start.value(index).unwrap_or_default();
            learner.learn(&baseline::Start {
                host: &start.host,
                time: start.time,
                parent: value(7),
                child: value(2),
                command: value(3),
            });
        }
        let Some(mut event) = found.event.filter(|event| self.in_time(event)) else { return };
        let id = started.or_else(|| self.process(&event));
        let chain = id.map(|id| self.lineage.chain(id)).unwrap_or_default();
        let mut completed = false;
        let mut told = Vec::new();
        for hit in found.hits {
            let Some(rule) = self.rules.get(hit.rule as usize) else { continue };
            if hit.deferred {
                if !completed {
                    self.complete(&mut event, &chain);
                    completed = true;
                }
                if !naive::matches(rule, &self.mapping, &event) {
                    self.wait(hit.rule, &event, schema, &chain);
                    continue;
                }
            }
            self.tell(hit.rule, &event, schema, &chain, &mut |detection| told.push(detection));
        }
        // Whoever reads along reads the worst of a record first; rules of one level keep their order.
        told.sort_by_key(|detection| Reverse(detection.rule.level));
        told.into_iter().for_each(emit);
    }

    /// Tells which correlations came true up to that time, or at all. Hits that come later but are not after that time
    /// are lost to them.
    pub fn correlate(&mut self, until: Option<Time>, emit: &mut dyn FnMut(Detection)) {
        for result in self.correlator.flush(until) {
            if let Some(correlation) = self.correlations.get(result.correlation) {
                emit(detect::correlated(correlation, result));
            }
        }
    }

    /// The end: asks again of what waits for ancestors (in logs that stand newest first), then correlates.
    pub fn finish(&mut self, emit: &mut dyn FnMut(Detection)) {
        for Waiting { rule: index, mut event, schema, .. } in std::mem::take(&mut self.waiting) {
            let chain = self.process(&event).map(|id| self.lineage.chain(id)).unwrap_or_default();
            let (image, command) = (self.wording.ancestor_image.clone(), self.wording.ancestor_command.clone());
            event.data.retain(|(name, _)| *name != image && *name != command);
            self.complete(&mut event, &chain);
            let holds = self.rules.get(index as usize).is_some_and(|rule| naive::matches(rule, &self.mapping, &event));
            if holds {
                self.tell(index, &event, schema, &chain, emit);
            }
        }
        self.held = 0;
        self.correlate(None, emit);
    }

    fn tell(&mut self, index: u32, event: &Event, schema: &str, chain: &[Process], emit: &mut dyn FnMut(Detection)) {
        let Some(rule) = self.rules.get(index as usize) else { return };
        if !self.settings.keep_duplicates && self.seen.again(index, event) {
            self.counts.duplicates += 1;
            return;
        }
        if self.correlator.wants(index as usize) {
            let place = Arc::new(detect::place(event, schema));
            self.correlator.take(index as usize, event, &self.mapping, &place);
        }
        if !rule.shown {
            return;
        }
        let maker = Maker { mapping: &self.mapping, wording: &self.wording };
        let mut detection = maker.detection(rule, event, schema, chain.to_vec());
        if let Some(baseline) = &self.settings.baseline {
            let source = maker.source(rule, event);
            let names = &self.wording.process;
            if source.category.as_ref() == Some(&names.category) {
                let value = |name: &str| fields::value(&self.mapping, event, &source, name).unwrap_or_default();
                let (parent, child, command) = (value(&names.parent_image), value(&names.image), value(&names.command));
                let judgement = baseline.judge(&rule.meta, &detection.fields, &parent, &child, &command);
                if judgement.suppress {
                    self.counts.suppressed += 1;
                    return;
                }
                detection.baseline = Some(judgement.familiarity);
            }
        }
        emit(detection);
    }

    /// Hosts whose records are never told near the time of what they tell of, in words.
    #[must_use]
    pub fn clocks(&self) -> Vec<String> {
        let apart = self.offsets.iter().filter(|(_, offset)| offset.abs() > APART);
        apart
            .map(|(host, offset)| {
                let (least, side) = (length(*offset), if *offset > 0 { "after" } else { "before" });
                format!("{host}: records are dated at least {least} {side} the process starts that they tell of")
            })
            .collect()
    }

    fn compare_clocks(&mut self, start: &Start) {
        let Some((written, began)) = start.time.zip(start.value(10).and_then(Time::parse)) else { return };
        let offset = written.ticks.saturating_sub(began.ticks);
        if let Some(known) = self.offsets.get_mut(&start.host) {
            if offset.abs() < known.abs() {
                *known = offset;
            }
        } else if self.offsets.len() < HOSTS {
            self.offsets.insert(start.host.clone(), offset);
        }
    }

    fn in_time(&self, event: &Event) -> bool {
        let Settings { from, until, .. } = &self.settings;
        if from.is_none() && until.is_none() {
            return true;
        }
        event.head.time.is_some_and(|time| {
            from.is_none_or(|from| time.ticks >= from.ticks) && until.is_none_or(|until| time.ticks < until.ticks)
        })
    }

    /// The process that an event names as the one that acts.
    fn process(&self, event: &Event) -> Option<u64> {
        let source = fields::own_source(&self.mapping, event);
        let names = &self.wording.process;
        let value = |field: &str| fields::value(&self.mapping, event, &source, field);
        let (guid, pid, image) = (value(&names.guid), value(&names.pid), value(&names.image));
        let who = Who {
            guid: guid.as_deref(),
            pid: pid.as_deref().and_then(number),
            image: image.as_deref(),
            ..Who::default()
        };
        self.lineage.find(&event.head.host, who, event.head.time.map(|time| time.ticks))
    }

    /// Adds what only the run knows: the images and command lines of the ancestors, nearest first.
    fn complete(&self, event: &mut Event, chain: &[Process]) {
        for ancestor in chain.iter().rev().skip(1) {
            let mut add = |name: &str, text: &str| {
                if !text.is_empty() {
                    event.data.push((name.into(), Value::Text(text.into())));
                }
            };
            add(&self.wording.ancestor_image, &ancestor.image);
            add(&self.wording.ancestor_command, &ancestor.command);
        }
    }

    /// Keeps an event whose oldest known ancestor was only named by a child: its own start may come yet.
    fn wait(&mut self, rule: u32, event: &Event, schema: &'static str, chain: &[Process]) {
        if chain.first().is_some_and(|oldest| !oldest.inferred) {
            return;
        }
        let size = event.data.iter().map(|(name, value)| name.len() + text_size(value) + 48).sum::<usize>() + 256;
        let head = &event.head;
        let size = size + head.host.len() + head.key.channel.len() + head.key.provider.len() + head.key.action.len();
        self.held += size;
        self.waiting.push_back(Waiting { rule, event: event.clone(), schema, size });
        while self.held > WAITING
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.held = self.held.saturating_sub(oldest.size);
        }
    }
}

fn text_size(value: &Value) -> usize {
    if let Value::Text(text) = value { text.len() } else { 0 }
}
