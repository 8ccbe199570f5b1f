//! From parts to the sink: which kinds are wanted is asked once a block, and only wanted values are decoded.

use crate::leaf::{Parts, Ready};
use crate::{Block, Record, Sink, names};
use ddefend_event::{Cell, Event, Head, Key, Row, Selection, Time};
use ddefend_model::{Diagnostic, Location, PartPath};
use std::collections::HashMap;
use std::sync::Arc;

/// Kinds that one block remembers; further ones are asked for again.
const KINDS: usize = 4096;

/// Hands the records of one block on.
pub(crate) struct Emitter<'e, 's> {
    block: Block<'e>,
    sink: &'s mut dyn Sink,
    kinds: HashMap<Vec<u8>, Option<Arc<Kind>>>,
    stamp: Vec<u8>,
    scratch: String,
    number: u64,
    trouble: Option<Trouble>,
}

struct Kind {
    key: Key,
    selection: Arc<Selection>,
    names: Names,
}

impl<'e, 's> Emitter<'e, 's> {
    pub(crate) fn new(block: Block<'e>, sink: &'s mut dyn Sink) -> Self {
        Self { block, sink, kinds: HashMap::new(), stamp: Vec::new(), scratch: String::new(), number: 0, trouble: None }
    }

    /// One record; `at` is where it begins in the block.
    pub(crate) fn take(&mut self, parts: &Parts<'_>, at: usize) {
        self.number = self.number.saturating_add(1);
        let mut stamp = std::mem::take(&mut self.stamp);
        parts.stamp(&mut stamp);
        let kind = match self.kinds.get(&stamp) {
            Some(kind) => kind.clone(),
            None => {
                let key = parts.key();
                let selection = self.sink.selector().select(&key);
                let kind = selection.map(|selection| Arc::new(Kind { key, names: Names::new(&selection), selection }));
                if self.kinds.len() < KINDS {
                    self.kinds.insert(stamp.clone(), kind.clone());
                }
                kind
            }
        };
        self.stamp = stamp;
        match kind {
            Some(kind) => self.give(parts, &kind, at),
            None => self.sink.skipped(1),
        }
    }

    fn give(&mut self, parts: &Parts<'_>, kind: &Kind, at: usize) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let mut ready: Vec<(Option<u16>, Ready<'_>)> = Vec::with_capacity(kind.selection.wanted.len());
        for leaf in &parts.leaves {
            let mut next = kind.names.find(&leaf.name);
            while let Some(index) = next {
                ready.push((Some(index), leaf.ready(&mut scratch)));
                next = kind.names.again(index);
            }
            if kind.selection.everything {
                ready.push((None, leaf.ready(&mut scratch)));
            }
        }
        let mut row = Row::default();
        for (index, ready) in &ready {
            let cell = match ready {
                Ready::Cell(cell) => *cell,
                Ready::Scratch(from, to) => Cell::Str(scratch.get(*from..*to).unwrap_or_default()),
            };
            match index {
                Some(index) => row.cells.push((*index, cell)),
                None => row.everything.push(cell),
            }
        }
        let offset = self.block.offset.saturating_add(at as u64);
        let record = Taken { parts, key: &kind.key, source: self.block.source, offset, number: self.number };
        self.sink.record(&record, &kind.selection, &row);
        drop((row, ready));
        self.scratch = scratch;
    }

    /// Something in the block that could not be read. Of pieces that follow one another it is said once.
    pub(crate) fn tell(&mut self, code: &'static str, at: usize, length: usize, message: &'static str) {
        let end = at.saturating_add(length);
        match &mut self.trouble {
            // A line feed may stand between.
            Some(known) if known.message == message && at <= known.end.saturating_add(2) => {
                known.end = known.end.max(end)
            }
            _ => {
                self.flush();
                self.trouble = Some(Trouble { code, message, start: at, end });
            }
        }
    }

    fn flush(&mut self) {
        let Some(trouble) = self.trouble.take() else { return };
        let length = trouble.end.saturating_sub(trouble.start) as u64;
        let location = Location::bytes(self.block.offset.saturating_add(trouble.start as u64), length);
        self.sink.diagnostic(Diagnostic::new(
            trouble.code,
            PartPath::root(&**self.block.source),
            location,
            trouble.message,
        ));
    }
}

impl Drop for Emitter<'_, '_> {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Something that could not be read, and may go on.
struct Trouble {
    code: &'static str,
    message: &'static str,
    start: usize,
    end: usize,
}

struct Taken<'r> {
    parts: &'r Parts<'r>,
    key: &'r Key,
    source: &'r Arc<str>,
    offset: u64,
    number: u64,
}

impl Record for Taken<'_> {
    fn head(&self) -> Head {
        self.parts.head(self.key, self.source, self.offset, self.number)
    }

    fn event(&self) -> Event {
        self.parts.event(self.head())
    }

    fn time(&self) -> Option<Time> {
        self.parts.time()
    }

    fn is_counted(&self) -> bool {
        self.parts.number().is_none()
    }
}

/// Wanted names by their hash: open addressing, compared without ASCII case.
#[derive(Debug)]
struct Names {
    slots: Vec<u16>,
    names: Vec<Box<str>>,
    again: Vec<u16>,
}

/// No entry.
const NONE: u16 = u16::MAX;

impl Names {
    fn new(selection: &Selection) -> Self {
        let count = selection.wanted.len().min(usize::from(NONE));
        let names: Vec<Box<str>> = selection.wanted.iter().take(count).cloned().collect();
        let size = count.saturating_mul(4).next_power_of_two().max(8);
        let mut table = Self { slots: vec![NONE; size], names: Vec::new(), again: vec![NONE; count] };
        for (index, name) in names.iter().enumerate() {
            let index = u16::try_from(index).unwrap_or(NONE);
            match table.find(name) {
                Some(mut known) => {
                    while let Some(later) = table.again(known) {
                        known = later;
                    }
                    if let Some(next) = table.again.get_mut(usize::from(known)) {
                        *next = index;
                    }
                    table.names.push(name.clone());
                }
                None => {
                    table.names.push(name.clone());
                    let mut at = table.first(name);
                    while table.slots.get(at).is_some_and(|slot| *slot != NONE) {
                        at = table.next(at);
                    }
                    if let Some(slot) = table.slots.get_mut(at) {
                        *slot = index;
                    }
                }
            }
        }
        table
    }

    fn first(&self, name: &str) -> usize {
        usize::try_from(names::hash(name.as_bytes())).unwrap_or_default() & self.slots.len().saturating_sub(1)
    }

    fn next(&self, at: usize) -> usize {
        at.wrapping_add(1) & self.slots.len().saturating_sub(1)
    }

    /// The first index of a name.
    fn find(&self, name: &str) -> Option<u16> {
        let mut at = self.first(name);
        loop {
            let index = *self.slots.get(at)?;
            if index == NONE {
                return None;
            }
            if self.names.get(usize::from(index))?.eq_ignore_ascii_case(name) {
                return Some(index);
            }
            at = self.next(at);
        }
    }

    /// The next index of the same name.
    fn again(&self, index: u16) -> Option<u16> {
        self.again.get(usize::from(index)).copied().filter(|next| *next != NONE)
    }
}
