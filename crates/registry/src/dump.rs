//! Rows of values as PowerShell (`Get-ItemProperty`), osquery (table `registry`), Velociraptor and RECmd write them, in
//! JSON and CSV.
//!
//! What is not in a dump was perhaps not asked for: silence says nothing ([`Coverage::Changes`](crate::Coverage)).

mod row;

use crate::json::{decode, objects};
use crate::lines::Encoding;
use crate::out::{Out, about, quote};
use crate::{About, Format, Intent};
use csv::{ReaderBuilder, StringRecord};
use ddefend_model::{Location, code};
use row::{Fields, Problem, Row};
use serde_json::{Map, Value};

/// How deep rows may stand inside other objects (`snapshot`, `columns`).
const DEEPEST: u32 = 8;
/// Rows that are looked at to tell whether a file holds values of the registry.
pub(crate) const LOOK: usize = 20;

/// Whether an object, or one in it, is a row about the registry.
pub(crate) fn is(object: &Map<String, Value>) -> bool {
    visit(object, None, 0, &mut |_| {})
}

/// Hands the row that an object is to `on`, or those in it, with the computer that is named at or above it; false where
/// there is none.
fn visit(object: &Map<String, Value>, host: Option<&str>, depth: u32, on: &mut dyn FnMut(Row)) -> bool {
    let fields = Fields::of(object);
    if let Some(row) = Row::of(&fields, host, true) {
        on(row);
        return true;
    }
    let host = fields.host().or(host);
    let mut found = false;
    if depth < DEEPEST {
        for value in object.values() {
            let items = if let Value::Array(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
            for inner in items.iter().filter_map(Value::as_object) {
                found |= visit(inner, host, depth.saturating_add(1), on);
            }
        }
    }
    found
}

/// Tells rows, and keeps those of one computer apart from those of others.
#[derive(Default)]
struct Rows {
    host: Option<String>,
    /// Rows of other computers than the first.
    others: u64,
    /// Rows that are none.
    none: u64,
    guessed: bool,
}

impl Rows {
    fn take(&mut self, row: Row, line: u64, out: &mut Out<'_>) {
        match (&self.host, &row.host) {
            (Some(host), Some(other)) if !host.eq_ignore_ascii_case(other) => {
                self.others = self.others.saturating_add(1);
                return;
            }
            (None, Some(host)) => self.host = Some(host.clone()),
            _ => {}
        }
        self.guessed |= row.guessed;
        for Problem(message) in &row.problems {
            out.tell_line(code::BROKEN_STRUCTURE, line, message.as_str());
        }
        row.tell(line, out);
    }

    fn finish(self, format: Format, mut out: Out<'_>) -> About {
        if self.others > 0 {
            let first = quote(self.host.as_deref().unwrap_or_default());
            let message =
                format!("{} rows of other computers than {first} are not read: one file a computer", self.others);
            out.tell(code::UNREADABLE_FORMAT, Location::default(), message);
        }
        if self.none > 0 {
            let message = format!("{} rows are not about the registry", self.none);
            out.tell(code::NOTE_ODD, Location::default(), message);
        }
        if self.guessed {
            let message =
                "the dump does not say types: whole numbers are taken as numbers, lists as lists, the rest as texts";
            out.tell(code::NOTE_ODD, Location::default(), message);
        }
        let mut about = about(format, Intent::State);
        about.host = self.host;
        out.finish();
        about
    }
}

/// Reads JSON and JSON lines.
pub(crate) fn json(bytes: &[u8], mut out: Out<'_>) -> About {
    let mut rows = Rows::default();
    objects(bytes, &mut out, &mut |out, object, line| {
        let found = visit(object, None, 0, &mut |row| rows.take(row, line, out));
        rows.none = rows.none.saturating_add(u64::from(!found));
        out.is_going()
    });
    rows.finish(Format::Json, out)
}

/// A table's head: the delimiter and the names of the columns.
struct Head {
    delimiter: u8,
    columns: Vec<String>,
    /// Where the table begins, bytes: behind PowerShell's `#TYPE`.
    from: usize,
}

impl Head {
    fn of(text: &str) -> Option<Self> {
        let mut from = 0_usize;
        for line in text.split_inclusive('\n') {
            let bare = line.trim();
            if bare.is_empty() || bare.starts_with("#TYPE") {
                from = from.saturating_add(line.len());
                continue;
            }
            let most =
                [b',', b';', b'\t'].into_iter().max_by_key(|mark| bare.bytes().filter(|byte| byte == mark).count());
            let delimiter = most.unwrap_or(b',');
            let mut reader = reader(bare.as_bytes(), delimiter);
            let mut record = StringRecord::new();
            reader.read_record(&mut record).ok()?;
            let columns: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
            return (columns.len() > 1).then_some(Self { delimiter, columns, from });
        }
        None
    }

    fn object(&self, record: &StringRecord) -> Map<String, Value> {
        let cells = self.columns.iter().zip(record);
        cells.map(|(name, cell)| (name.clone(), Value::String(cell.to_owned()))).collect()
    }
}

fn reader(text: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text)
}

/// Whether the head of a text is a table with rows about the registry.
pub(crate) fn is_csv(bytes: &[u8]) -> bool {
    let (encoding, mark) = Encoding::of(bytes);
    let (text, _) = encoding.decode(bytes.get(mark..).unwrap_or_default());
    let Some(head) = Head::of(&text) else { return false };
    if !row::may_be(&head.columns) {
        return false;
    }
    let mut reader = reader(text.get(head.from..).unwrap_or_default().as_bytes(), head.delimiter);
    let records = reader.records().skip(1).take(LOOK).flatten();
    let mut objects = records.map(|record| head.object(&record));
    objects.any(|object| Row::of(&Fields::of(&object), None, false).is_some())
}

/// Lines of growing offsets.
struct Feeds<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Feeds<'_> {
    /// The line of the row at `offset`: the reader counts a line feed behind a carriage return to the row after it.
    fn of(&mut self, offset: usize) -> u64 {
        let bytes = self.text.as_bytes();
        while self.at < offset || matches!(bytes.get(self.at), Some(b'\r' | b'\n')) {
            match bytes.get(self.at) {
                Some(b'\n') => self.line = self.line.saturating_add(1),
                Some(_) => {}
                None => break,
            }
            self.at = self.at.saturating_add(1);
        }
        self.line
    }
}

/// Reads a table with its names in the first row.
pub(crate) fn csv(bytes: &[u8], mut out: Out<'_>) -> About {
    let mut rows = Rows::default();
    let (text, cut) = decode(bytes, out.budget());
    if let Some(message) = cut {
        out.tell(code::LIMIT_PART_SIZE, Location::default(), message);
    }
    let Some(head) = Head::of(&text) else {
        out.tell(code::BROKEN_STRUCTURE, Location::default(), "no table with names of columns");
        return rows.finish(Format::Csv, out);
    };
    let mut lines = Feeds { text: &text, at: 0, line: 1 };
    let mut reader = reader(text.get(head.from..).unwrap_or_default().as_bytes(), head.delimiter);
    let mut record = StringRecord::new();
    let mut first = true;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                out.tell(code::BROKEN_STRUCTURE, Location::default(), format!("a row that cannot be read: {error}"));
                break;
            }
        }
        if std::mem::take(&mut first) {
            continue;
        }
        if !out.step() {
            break;
        }
        let at = record.position().map_or(0, csv::Position::byte);
        let line = lines.of(usize::try_from(at).unwrap_or(usize::MAX).saturating_add(head.from));
        if record.len() != head.columns.len() {
            let message = format!("{} cells for {} columns", record.len(), head.columns.len());
            out.tell_line(code::BROKEN_STRUCTURE, line, message);
        }
        match Row::of(&Fields::of(&head.object(&record)), None, false) {
            Some(row) => rows.take(row, line, &mut out),
            None => rows.none = rows.none.saturating_add(1),
        }
    }
    rows.finish(Format::Csv, out)
}
