//! One input from the disk to facts.

use super::plan::{Source, unreadable};
use super::stored::{Stored, Taken};
use crate::gate::Gate;
use crate::watchdog::Watchdog;
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::{Diagnostic, PartPath, code};
use ddefend_registry::{About, Coverage, Entry, Format, Input, Interest, Root, Sink};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Facts of one input that are kept; further ones end the reading.
const FACTS: usize = 500_000;
/// Diagnostics of one input that are told.
const DIAGNOSTICS: usize = 256;

/// Bytes of a policy file, and of an export in UTF-16, in which nothing stands but the header.
const POL_HEADER: u64 = 8;
const REG_HEADER: u64 = 82;

/// What an input said.
pub(super) struct Loaded {
    /// What it says of itself; none where it could not be read.
    pub(super) about: Option<About>,
    /// Facts in its order.
    pub(super) facts: Vec<Entry>,
    /// What could not be read.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Bytes that were read.
    pub(super) bytes: u64,
}

impl Loaded {
    /// Whether the input says anything at all: an export that lists no key and a policy file of a bare header do not.
    pub(super) fn says(&self) -> bool {
        let Some(about) = &self.about else { return false };
        let bare = match (&about.coverage, about.format) {
            (Coverage::Whole(keys), _) => keys.is_empty(),
            (Coverage::Changes, Format::Pol) => self.bytes <= POL_HEADER,
            (Coverage::Changes, Format::Reg) => self.bytes <= REG_HEADER,
            (Coverage::Changes, _) => false,
        };
        !bare || !self.facts.is_empty()
    }
}

struct Taker {
    facts: Vec<Entry>,
    diagnostics: Vec<Diagnostic>,
    dropped: u64,
    full: bool,
}

impl Sink for Taker {
    fn entry(&mut self, entry: Entry) -> bool {
        self.full = self.facts.len() >= FACTS;
        if !self.full {
            self.facts.push(entry);
        }
        !self.full
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }
}

/// What reading needs.
pub(super) struct Reading<'s> {
    pub(super) interest: Interest,
    pub(super) limits: &'s Limits,
    pub(super) gate: Gate,
    pub(super) watchdog: &'s Watchdog,
    /// The part of the registry that a policy file is for, where neither it nor its path says so.
    pub(super) part: Option<Root>,
}

impl Reading<'_> {
    /// Reads an input on a worker.
    pub(super) fn load(&self, source: &Source, worker: usize) -> Loaded {
        let limit = self.limits.artifact_size;
        let mut loaded = Loaded { about: None, facts: Vec::new(), diagnostics: Vec::new(), bytes: 0 };
        let _pass = self.gate.enter(source.stored.size().min(limit));
        let stop = self.watchdog.watch(worker, Duration::from_secs(self.limits.seconds));
        let whole;
        let bytes = match bytes(&source.stored, limit) {
            Ok((bytes, cut)) => {
                whole = cut.is_none();
                loaded.diagnostics.extend(cut.map(|(code, why)| unreadable(&source.name, code, why)));
                bytes
            }
            Err(error) => {
                loaded.diagnostics.push(unreadable(&source.name, code::UNREADABLE_IO, error.to_string()));
                return loaded;
            }
        };
        loaded.bytes = bytes.len() as u64;
        let mut logs = Vec::new();
        for log in &source.logs {
            match self::bytes(log, limit) {
                Ok((bytes, cut)) => {
                    loaded.diagnostics.extend(cut.map(|(code, why)| unreadable(&source.name, code, why)));
                    logs.push(bytes);
                }
                Err(error) => {
                    let message = format!("a transaction log cannot be read: {error}");
                    loaded.diagnostics.push(unreadable(&source.name, code::UNREADABLE_IO, message));
                }
            }
        }
        loaded.bytes += logs.iter().map(|log| log.len() as u64).sum::<u64>();
        self.read(source, &bytes, &logs, stop, &mut loaded);
        if let (Some(about), false) = (&mut loaded.about, whole) {
            // What was cut off may say anything.
            about.coverage = Coverage::Changes;
        }
        loaded
    }

    fn read(&self, source: &Source, bytes: &[u8], logs: &[Vec<u8>], stop: Stop, loaded: &mut Loaded) {
        let logs: Vec<&[u8]> = logs.iter().map(Vec::as_slice).collect();
        let input = Input { name: &source.name, bytes, logs: &logs };
        let budget = Budget::new(self.limits.clone(), stop);
        let mut taker = Taker { facts: Vec::new(), diagnostics: Vec::new(), dropped: 0, full: false };
        // A reader that panics is a defect of ours; the other inputs must not suffer for it.
        let read = catch_unwind(AssertUnwindSafe(|| {
            ddefend_registry::read(&input, source.format, &self.interest, &budget, &mut taker)
        }));
        let Taker { facts, mut diagnostics, dropped, full } = taker;
        let mut tell = |code, message: String| diagnostics.push(unreadable(&source.name, code, message));
        if full {
            tell(code::LIMIT_RESULTS, format!("more than {FACTS} settings that checks look at; the rest was not read"));
        }
        if dropped > 0 {
            tell(code::LIMIT_RESULTS, format!("{dropped} more places could not be read"));
        }
        match read {
            // What was not taken any more may say anything.
            Ok(Ok(about)) if full => loaded.about = Some(About { coverage: Coverage::Changes, ..about }),
            Ok(Ok(about)) => loaded.about = Some(about),
            Ok(Err(diagnostic)) => diagnostics.push(*diagnostic),
            Err(_) => {
                tell(code::INTERNAL, "a reader failed; what it had read was kept. Please report this input".to_owned());
            }
        }
        for diagnostic in &mut diagnostics {
            diagnostic.artifact.clone_from(&source.name);
            diagnostic.part = PartPath::root(&*source.name);
        }
        loaded.diagnostics.extend(diagnostics);
        loaded.facts = facts;
        if let (Some(Format::Pol), Some(part)) = (loaded.about.as_ref().map(|about| about.format), &self.part) {
            loaded.facts.iter_mut().for_each(|fact| fact.root = part.clone());
        }
    }
}

/// All bytes up to the limit, and why there are more: a code and words.
fn bytes(stored: &Stored, limit: u64) -> io::Result<Taken> {
    let (mut bytes, mut cut) = stored.take(limit.saturating_add(1))?;
    if bytes.len() as u64 > limit {
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let why = format!("more than {limit} bytes, of which the first were read; see --max-size");
        cut = Some((code::LIMIT_ARTIFACT_SIZE, why));
    }
    Ok((bytes, cut))
}
