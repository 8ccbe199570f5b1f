//! Lists of the organisation and its gateway: recognised by content, read into [`ddefend_triage::CaseEvidence`]. They are
//! data about the incident; nothing in them configures the judgement.

mod history;
mod indicators;
mod journal;
mod table;

use ddefend_model::{Diagnostic, Location, code};
use ddefend_triage::CaseEvidence;

/// Bytes of a list that are read.
pub(super) const LARGEST: u64 = 64 << 20;
/// Bytes of a file up to which it may be a plain list of indicators: all of it is looked at.
const PLAIN: u64 = 64 << 10;

/// What a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// A line per message, JSON.
    Journal,
    /// Message trace of Exchange, CSV.
    Trace,
    /// STIX 2.1 bundle.
    Stix,
    /// Event of MISP.
    Misp,
    /// One indicator a line.
    Plain,
    /// Daily counts, CSV.
    History,
    /// Hosts, CSV.
    Assets,
}

impl List {
    /// Id for outputs.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Journal => "mail-journal",
            Self::Trace => "message-trace",
            Self::Stix => "stix",
            Self::Misp => "misp",
            Self::Plain => "indicator-list",
            Self::History => "history",
            Self::Assets => "assets",
        }
    }

    /// Its role among the inputs.
    pub(super) fn role(self) -> &'static str {
        match self {
            Self::Journal | Self::Trace => "journal",
            Self::Stix | Self::Misp | Self::Plain => "indicators",
            Self::History => "history",
            Self::Assets => "assets",
        }
    }
}

/// What list the head of a file is, of a file of that size.
pub(super) fn detect(head: &[u8], size: u64) -> Option<List> {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if text.starts_with('{') || text.starts_with('[') {
        return indicators::json(text).or_else(|| journal::is_lines(text).then_some(List::Journal));
    }
    let columns = table::header(text);
    let has = |name: &str| columns.iter().any(|column| column == name);
    if ["metric", "scope", "day", "count"].iter().all(|name| has(name)) {
        return Some(List::History);
    }
    if has("messageid") && (has("senderaddress") || has("sender_address")) {
        return Some(List::Trace);
    }
    if has("host") && (has("role") || has("owner") || has("asset")) {
        return Some(List::Assets);
    }
    (size <= PLAIN && indicators::is_plain(text)).then_some(List::Plain)
}

/// Reads a list. True where all of it could be read.
pub(super) fn read(list: List, name: &str, bytes: &[u8], evidence: &mut CaseEvidence) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let problems = match list {
        List::Journal => {
            evidence.has_journal = true;
            journal::lines(text, &mut evidence.journal)
        }
        List::Trace => {
            evidence.has_journal = true;
            journal::trace(text, &mut evidence.journal)
        }
        List::Stix => {
            evidence.has_iocs = true;
            indicators::stix(text, name, &mut evidence.iocs)
        }
        List::Misp => {
            evidence.has_iocs = true;
            indicators::misp(text, name, &mut evidence.iocs)
        }
        List::Plain => {
            evidence.has_iocs = true;
            indicators::plain(text, name, &mut evidence.iocs)
        }
        List::History => history::read(text, name, &mut evidence.history),
        List::Assets => Problems::default(),
    };
    if let Some((line, first)) = &problems.first {
        let message = format!("{} entries could not be read; the first is in line {line}: {first}", problems.count);
        let place = Location { line: Some(*line), ..Location::default() };
        evidence.diagnostics.push(Diagnostic::about(code::BROKEN_STRUCTURE, name, place, message));
    }
    problems.count == 0
}

/// Entries that could not be read.
#[derive(Debug, Default)]
struct Problems {
    count: u64,
    first: Option<(u32, String)>,
}

impl Problems {
    fn add(&mut self, line: usize, why: impl ToString) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some((u32::try_from(line).unwrap_or(u32::MAX), why.to_string()));
        }
    }
}
