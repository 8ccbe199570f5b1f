//! Results, in the order of the inputs, to the hunt and to whoever prints.

use super::batch::Batch;
use super::clocks::Times;
use super::feed::Note;
use super::run::{Covered, Told};
use ddefend_event::Time;
use ddefend_hunt::{Hunt, Unused};
use ddefend_model::{Detection, Diagnostic, HuntSummary, Location, PartPath, code};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Diagnostics of one log that are told; further ones are counted.
const DIAGNOSTICS: u64 = 1_000;
/// Names of files that are no logs which are told.
const NAMES: usize = 20;
/// Hosts with kinds of logs of which it is kept what they cover.
const COVERED: usize = 100_000;
/// Remarks on the clocks of logs that are told.
const CLOCKS: usize = 1_000;
/// How far followed logs may lag behind one another, in ticks, before correlations no longer wait.
const STRAGGLE: i64 = 5 * Time::SECOND;

/// What is known of the run so far, and the hunt that results go to.
pub(super) struct Order<'h> {
    hunt: &'h mut Hunt,
    summary: HuntSummary,
    times: Times,
    log: Option<Current>,
    /// By host, channel and provider.
    covered: BTreeMap<[Box<str>; 3], Covered>,
    others: Vec<String>,
    /// Remarks on clocks that are only counted.
    remarks: u64,
}

struct Current {
    name: Arc<str>,
    times: Times,
    diagnostics: u64,
    /// Records so far.
    records: u64,
    gap: bool,
}

impl<'h> Order<'h> {
    pub(super) fn new(hunt: &'h mut Hunt) -> Self {
        Self {
            hunt,
            summary: HuntSummary::default(),
            times: Times::default(),
            log: None,
            covered: BTreeMap::new(),
            others: Vec::new(),
            remarks: 0,
        }
    }

    pub(super) fn take<E>(&mut self, mut batch: Batch, emit: &mut dyn FnMut(Told) -> Result<(), E>) -> Result<(), E> {
        for note in std::mem::take(&mut batch.notes) {
            match note {
                Note::Begin { name } => {
                    self.summary.logs += 1;
                    self.log = Some(Current { name, times: Times::default(), diagnostics: 0, records: 0, gap: false });
                }
                Note::End { bytes } => {
                    self.summary.bytes += bytes;
                    self.end_log(emit)?;
                }
                Note::Diagnostic(diagnostic) => self.tell(*diagnostic, emit)?,
                Note::Other(name) => {
                    self.summary.other_files += 1;
                    if self.others.len() < NAMES {
                        self.others.push(name);
                    }
                }
            }
        }
        self.summary.events += batch.records;
        for covered in std::mem::take(&mut batch.covered) {
            let key = [covered.host.clone(), covered.channel.clone(), covered.provider.clone()];
            if let Some(known) = self.covered.get_mut(&key) {
                known.records += covered.records;
                known.widen(covered.span);
            } else if self.covered.len() < COVERED {
                self.covered.insert(key, covered);
            }
        }
        match &mut self.log {
            Some(log) => {
                log.times.append(&batch.times);
                batch.number(log.records);
                log.records = log.records.saturating_add(batch.records);
            }
            None => self.times.cover(&batch.times),
        }
        for extra in batch.extras {
            emit(Told::Extra(Box::new(extra)))?;
        }
        if !batch.rows.is_empty() {
            emit(Told::Rows(batch.rows))?;
        }
        let mut outcome = Ok(());
        for found in batch.found {
            self.hunt
                .take(found, batch.schema, &mut |detection| count(&mut self.summary, detection, &mut outcome, emit));
        }
        outcome?;
        batch.diagnostics.into_iter().try_for_each(|diagnostic| self.tell(diagnostic, emit))
    }

    fn end_log<E>(&mut self, emit: &mut dyn FnMut(Told) -> Result<(), E>) -> Result<(), E> {
        let Some(log) = self.log.take() else { return Ok(()) };
        self.summary.incomplete += u64::from(log.gap);
        for remark in log.times.remarks(&log.name) {
            if self.summary.clocks.len() < CLOCKS {
                self.summary.clocks.push(remark);
            } else {
                self.remarks += 1;
            }
        }
        self.times.cover(&log.times);
        let Some(more) = log.diagnostics.checked_sub(DIAGNOSTICS).filter(|more| *more > 0) else { return Ok(()) };
        let message = format!("{more} more diagnostics of this log were only counted");
        let diagnostic = Diagnostic::about(code::LIMIT_RESULTS, &log.name, Location::default(), message);
        emit(Told::Diagnostic(Box::new(diagnostic)))
    }

    pub(super) fn tell<E>(
        &mut self,
        diagnostic: Diagnostic,
        emit: &mut dyn FnMut(Told) -> Result<(), E>,
    ) -> Result<(), E> {
        *self.summary.diagnostics.entry(diagnostic.code.to_string()).or_default() += 1;
        match &mut self.log {
            None => self.summary.incomplete += u64::from(diagnostic.is_gap()),
            Some(log) => {
                log.gap |= diagnostic.is_gap();
                log.diagnostics += 1;
                if log.diagnostics > DIAGNOSTICS {
                    return Ok(());
                }
            }
        }
        emit(Told::Diagnostic(Box::new(diagnostic)))
    }

    /// A log that is followed begins.
    pub(super) fn begin(&mut self) {
        self.summary.logs += 1;
    }

    /// So many bytes of a log that is followed were read.
    pub(super) fn add_bytes(&mut self, bytes: u64) {
        self.summary.bytes += bytes;
    }

    /// Tells which correlations came true; where nothing more is awaited, also those of the last moments.
    pub(super) fn correlate<E>(&mut self, quiet: bool, emit: &mut dyn FnMut(Told) -> Result<(), E>) -> Result<(), E> {
        let Some((_, mut latest)) = self.times.span.filter(|_| !self.hunt.correlations().is_empty()) else {
            return Ok(());
        };
        if !quiet {
            latest.ticks = latest.ticks.saturating_sub(STRAGGLE);
        }
        let mut outcome = Ok(());
        self.hunt.correlate(Some(latest), &mut |detection| count(&mut self.summary, detection, &mut outcome, emit));
        outcome
    }

    /// Everything was read.
    pub(super) fn finish<E>(mut self, emit: &mut dyn FnMut(Told) -> Result<(), E>) -> Result<HuntSummary, E> {
        let mut outcome = Ok(());
        self.hunt.finish(&mut |detection| count(&mut self.summary, detection, &mut outcome, emit));
        outcome?;
        if !self.covered.is_empty() {
            emit(Told::Covered(std::mem::take(&mut self.covered).into_values().collect()))?;
        }
        if !self.others.is_empty() {
            let more = self.summary.other_files.saturating_sub(self.others.len() as u64);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let message = format!("no logs, not read: {}{more}", self.others.join(", "));
            let diagnostic = Diagnostic::new(code::NOTE_ODD, PartPath::default(), Location::default(), message);
            self.tell(diagnostic, emit)?;
        }
        if self.remarks > 0 {
            self.summary.clocks.push(format!("{} more remarks of this kind", self.remarks));
        }
        let counts = self.hunt.counts();
        self.summary.duplicates = counts.duplicates;
        self.summary.suppressed = counts.suppressed;
        for diagnostic in missed(counts.unused) {
            self.tell(diagnostic, emit)?;
        }
        self.summary.clocks.extend(self.hunt.clocks());
        self.summary.span = self.times.span.map(|(first, last)| (first.to_string(), last.to_string()));
        Ok(self.summary)
    }
}

/// What correlations could not use.
fn missed(unused: Unused) -> Vec<Diagnostic> {
    let tell = |code, message| Diagnostic::new(code, PartPath::default(), Location::default(), message);
    let mut told = Vec::new();
    if unused.dropped > 0 {
        let message = format!(
            "correlations may have missed something: {} hits were too many at a time to be held",
            unused.dropped
        );
        told.push(tell(code::LIMIT_CORRELATION, message));
    }
    if unused.undated + unused.late > 0 {
        let message = format!(
            "correlations may have missed something: {} hits have no time, {} came late",
            unused.undated, unused.late
        );
        told.push(tell(code::LIMIT_RESULTS, message));
    }
    told
}

fn count<E>(
    summary: &mut HuntSummary,
    detection: Detection,
    outcome: &mut Result<(), E>,
    emit: &mut dyn FnMut(Told) -> Result<(), E>,
) {
    if outcome.is_ok() {
        *summary.detections.entry(detection.rule.level.to_string()).or_default() += 1;
        *outcome = emit(Told::Detection(Box::new(detection)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_that_were_dropped_have_a_code_of_their_own() {
        let codes = |unused| missed(unused).iter().map(|told| told.code.to_string()).collect::<Vec<_>>();
        assert!(codes(Unused::default()).is_empty());
        assert_eq!(codes(Unused { dropped: 3, ..Unused::default() }), [code::LIMIT_CORRELATION]);
        assert_eq!(codes(Unused { dropped: 1, undated: 1, late: 0 }), [code::LIMIT_CORRELATION, code::LIMIT_RESULTS]);
    }
}
