use crate::detect::Maker;
use crate::fields;
use crate::lineage::{Lineage, Start, Who, number};
use crate::seen::Seen;
use crate::wording::Wording;
use ddefend_event::{Event, Mapping, Time, Value};
use ddefend_matcher::{Hit, naive};
use ddefend_model::{Detection, Process};
use ddefend_rule::ir::Rule;
use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes of events that wait for ancestors which the log may tell of later.
const WAITING: usize = 8 << 20;

/// What a hunt asks of its state.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Only events at or after it are told.
    pub from: Option<Time>,
    /// Only events before it are told.
    pub until: Option<Time>,
    /// Tell every copy of a record that stands in several logs.
    pub keep_duplicates: bool,
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
    duplicates: u64,
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
    pub fn new(rules: Arc<[Rule]>, mapping: Arc<Mapping>, wording: Wording, settings: Settings) -> Self {
        Self {
            rules,
            mapping,
            wording,
            settings,
            lineage: Lineage::default(),
            seen: Seen::default(),
            waiting: VecDeque::new(),
            held: 0,
            duplicates: 0,
        }
    }

    /// Matches that were not told because a copy of their record had been told before.
    #[must_use]
    pub const fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Takes a record, and hands on what is detected by it.
    pub fn take(&mut self, found: Found, schema: &'static str, emit: &mut dyn FnMut(Detection)) {
        let started = found.start.as_ref().map(|start| self.lineage.start(start));
        let Some(mut event) = found.event.filter(|event| self.in_time(event)) else { return };
        let id = started.or_else(|| self.process(&event));
        let chain = id.map(|id| self.lineage.chain(id)).unwrap_or_default();
        let mut completed = false;
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
            self.tell(hit.rule, &event, schema, &chain, emit);
        }
    }

    /// Asks again of what waits for ancestors: for logs that stand newest first.
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
    }

    fn tell(&mut self, index: u32, event: &Event, schema: &str, chain: &[Process], emit: &mut dyn FnMut(Detection)) {
        let Some(rule) = self.rules.get(index as usize) else { return };
        if !rule.shown {
            return;
        }
        if !self.settings.keep_duplicates && self.seen.again(index, event) {
            self.duplicates += 1;
            return;
        }
        let maker = Maker { mapping: &self.mapping, wording: &self.wording };
        emit(maker.detection(rule, event, schema, chain.to_vec()));
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
