//! Delimited text: CSV, TSV, TXT, PRN, and any text that a spreadsheet would open as such.
//!
//! Which delimiter applies depends on the reader's locale, so a cell is looked for under each of them.

mod cells;
mod looks;
mod place;
mod wide;

use crate::formulas::{Folded, Source, cell_name};
use cells::{Cell, Cells};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink, text};
use ddefend_grammar::formula::{Dialect, could_request, requests};
use ddefend_model::{Location, code, trick};
use place::Places;
use std::collections::BTreeSet;

/// Text with delimiters.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "csv", title: "delimited text", extensions: &["csv", "tsv", "txt", "prn", "tab", "asc"] },
    sniff,
    read,
};

/// Any text at all: a spreadsheet opens it as one column.
pub(crate) static TEXT: Reader = Reader {
    format: Format {
        id: "text",
        title: "plain text",
        extensions: &["txt", "csv", "tsv", "prn", "tab", "asc", "md", "log", "json", "ini"],
    },
    sniff: sniff_text,
    read,
};

/// Delimiters that spreadsheets use by locale or by file type; a `sep=` line may name another.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

fn sniff(probe: &Probe<'_>) -> Claim {
    let Some(head) = probe.head() else { return Claim::No };
    // Their readers look for cells of text as well.
    if ["<", "ID;", "TABLE"].iter().any(|start| head.trim_start_matches('\u{feff}').trim_start().starts_with(start)) {
        return Claim::No;
    }
    // A text that is dressed up as another format for scanners and still opens as a table.
    let table = matches!(probe.part.extension().as_deref(), Some("csv" | "tsv" | "txt" | "prn" | "tab"));
    if table && could_request(head) && head.lines().any(|line| !requests(line, Dialect::Cell).is_empty()) {
        return Claim::Structure;
    }
    if looks::delimited(head) { Claim::Likely } else { Claim::No }
}

fn sniff_text(probe: &Probe<'_>) -> Claim {
    if !probe.bytes().is_empty() && probe.head().is_some() { Claim::Fallback } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    scan(part.bytes, "csv", true, sink);
}

/// Looks for formulas in the cells of any text and reports them as links of `carrier`. With `filter`, text without the
/// characters that a request needs is not decoded; the result is the same.
pub(crate) fn scan(bytes: &[u8], carrier: &'static str, filter: bool, sink: &mut dyn Sink) {
    if filter && !worth_reading(bytes) {
        return;
    }
    let decoded = text::decode(bytes);
    let source = Source::cells(carrier, sink.path().clone());
    let mut found = Folded::default();
    let mut everywhere = Vec::new();
    if !matches!(decoded.encoding, "UTF-8" | "windows-1252") {
        everywhere.push(trick::TEXT_ENCODING);
    }
    if !filter || could_request(&decoded.text) {
        let places = Places::new(&decoded.text, decoded.encoding, bytes);
        read_text(&decoded.text, &places, &source, &mut found, sink);
    }
    found.report(&everywhere, sink);
    if decoded.encoding == "windows-1252" {
        wide::read(bytes, &source, sink);
    }
    if decoded.unusual {
        // Nothing but a pattern of NUL bytes says so: a consumer that needs a mark sees single bytes.
        let single = text::ansi(bytes);
        let mut found = Folded::default();
        read_text(&single, &Places::new(&single, "windows-1252", bytes), &source, &mut found, sink);
        found.report(&[], sink);
    }
    read_utf7(&decoded.text, filter, &source, sink);
}

/// True where the bytes may hold a formula: the characters are there, or an encoding may hide them.
fn worth_reading(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes).is_some()
        || ddefend_grammar::formula::bytes_could_request(bytes)
        || memchr::memmem::find(bytes, b"+A").is_some()
        || memchr::memmem::find(bytes, b"+/").is_some()
        || wide::any(bytes)
}

/// The same text once more as UTF-7, where it has sequences of that encoding.
fn read_utf7(text: &str, filter: bool, source: &Source, sink: &mut dyn Sink) {
    let Some(shifted) = text::utf7(text) else { return };
    if filter && !could_request(&shifted) {
        return;
    }
    let mut found = Folded::default();
    let places = Places::new(&shifted, "UTF-7", text.as_bytes());
    read_text(&shifted, &places, source, &mut found, sink);
    found.report(&[trick::TEXT_ENCODING], sink);
}

/// Reads the text under every delimiter and, at last, line by line without any.
fn read_text(text: &str, places: &Places<'_>, source: &Source, found: &mut Folded, sink: &mut dyn Sink) {
    let separator = looks::separator_line(text);
    let mut readings: Vec<char> = separator.into_iter().collect();
    let guess = looks::guess(text);
    readings.extend(guess);
    readings.extend(DELIMITERS);
    let mut seen = BTreeSet::new();
    let mut tried = Vec::new();
    for delimiter in readings {
        if tried.contains(&delimiter) {
            continue;
        }
        tried.push(delimiter);
        let odd = separator == Some(delimiter) || !matches!(delimiter, ',' | ';' | '\t');
        let mut reading = Reading { places, source, odd, loose: false, seen: &mut seen, found };
        if !reading.run(Cells::new(text, Some(delimiter)), sink) {
            return;
        }
    }
    let mut reading = Reading { places, source, odd: false, loose: false, seen: &mut seen, found };
    if reading.run(Cells::new(text, None), sink) {
        reading.loose = true;
        reading.odd = true;
        reading.run(Cells::rests_of_lines(text), sink);
    }
}

/// One way to cut a text into cells.
struct Reading<'t, 'f> {
    places: &'t Places<'t>,
    source: &'t Source,
    /// The delimiter is unusual.
    odd: bool,
    /// The cells are guesses.
    loose: bool,
    /// Offsets at which formulas began that were understood already.
    seen: &'f mut BTreeSet<usize>,
    found: &'f mut Folded,
}

impl Reading<'_, '_> {
    /// Reads all cells; false where the time is up.
    fn run<'c>(&mut self, cells: impl Iterator<Item = Cell<'c>>, sink: &mut dyn Sink) -> bool {
        let mut place = self.places.start();
        let mut count = 0_u32;
        for cell in cells {
            count = count.wrapping_add(1);
            if count.is_multiple_of(4096) && sink.budget().check_time().is_err() {
                let at = Location::bytes(cell.offset as u64, 0);
                sink.report(code::LIMIT_TIME, at, "the time is up; the cells behind were not read".to_owned());
                return false;
            }
            if could_request(&cell.text) && !self.seen.contains(&cell.formula_offset()) {
                place.advance(cell.offset);
                self.cell(&cell, &place);
            }
        }
        true
    }

    fn cell(&mut self, cell: &Cell<'_>, place: &place::Place<'_>) {
        let mut location = place.location(cell.text.len() as u64);
        if !self.loose {
            location.cell = Some(cell_name(cell.column, cell.row));
        }
        let links = crate::formulas::links(&cell.text, Dialect::Cell, self.source, &location, None);
        if links.is_empty() {
            return;
        }
        self.seen.insert(cell.formula_offset());
        for mut link in links {
            if self.odd {
                link.saw(trick::ODD_DELIMITER);
            }
            self.found.add(link);
        }
    }
}
