//! What a workbook stream says about other applications and workbooks, gathered in one walk over its records.

use super::records::{Record, Records, id};
use crate::xlm::LIST_CAP;
use crate::xlm::formula::show;
use crate::xlm::strings::{Version, code_page, flagged, narrow, short};
use ddefend_container::Sink;
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};
use encoding_rs::{Encoding, WINDOWS_1252};
use std::collections::{BTreeMap, BTreeSet};

/// What separates service and topic, and class and file (MS-XLS 2.5.277).
const SEPARATOR: char = '\u{3}';

/// How many times the length of a stream its records are walked at most.
const WALKS: usize = 4;
/// Record ids from here on do not exist (MS-XLS 2.3.1 ends with those of charts).
const NO_RECORD: u16 = 0x1100;

/// What an external reference leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `service 0x03 topic`, or `class 0x03 file` where its names are OLE links.
    Conversation(String, String),
    /// Another workbook.
    Workbook(String),
    /// This workbook or its own sheets.
    Own,
    /// Add-in functions.
    AddIn,
    /// Nothing: what is left of an edited link.
    Unused(String),
}

/// A name of an external reference.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Its text.
    pub(crate) name: String,
    /// Flags, MS-XLS 2.4.105.
    pub(crate) flags: u16,
    /// First cached value.
    pub(crate) shown: Option<String>,
}

impl Item {
    /// Updates by itself.
    pub(crate) fn advises(&self) -> bool {
        self.flags & 0x0002 != 0
    }

    /// The standard document name of the conversation, no item of its own.
    pub(crate) fn is_standard_name(&self) -> bool {
        self.flags & 0x0008 != 0
    }

    /// An OLE link, not DDE.
    pub(crate) fn is_ole(&self) -> bool {
        self.flags & 0x0010 != 0
    }
}

/// An external reference: `SUPBOOK`, or `EXTERNSHEET` before BIFF8.
#[derive(Clone, Debug)]
pub(crate) struct External {
    /// Offset of its record.
    pub(crate) offset: usize,
    /// Length of its record with the header.
    pub(crate) length: usize,
    /// Name of its record.
    pub(crate) record: &'static str,
    /// What it leads to.
    pub(crate) form: Form,
    /// As stored, separators shown as `|`.
    pub(crate) raw: String,
    /// Its names.
    pub(crate) items: Vec<Item>,
}

/// A substream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Substream {
    /// Offset of its `BOF`.
    pub(crate) start: usize,
    /// Offset behind its `EOF`.
    pub(crate) end: usize,
    /// Document type of its `BOF`, MS-XLS 2.4.21: 0x0005 globals, 0x0010 sheet, 0x0020 chart, 0x0040 macro sheet.
    pub(crate) kind: u16,
}

/// A sheet as the globals list it (MS-XLS 2.4.28).
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// Name.
    pub(crate) name: String,
    /// Offset of its substream.
    pub(crate) start: usize,
    /// True where it is hidden or very hidden.
    pub(crate) hidden: bool,
    /// 1 for a macro sheet.
    pub(crate) kind: u8,
}

/// A defined name (MS-XLS 2.4.150).
#[derive(Clone, Debug)]
pub(crate) struct DefinedName {
    /// Name; built-in ones in words.
    pub(crate) name: String,
    /// Tokens of its formula.
    pub(crate) tokens: Vec<u8>,
}

/// All that was gathered.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) version: Version,
    pub(crate) encoding: &'static Encoding,
    pub(crate) externals: Vec<External>,
    /// `EXTERNSHEET` of BIFF8: external reference and first sheet.
    pub(crate) references: Vec<(usize, u16)>,
    pub(crate) substreams: Vec<Substream>,
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) names: Vec<DefinedName>,
    /// Offset of the shared strings.
    pub(crate) strings: Option<usize>,
    /// Database queries: offset and text.
    pub(crate) queries: Vec<(usize, String)>,
    /// Offset of bytes behind the last `EOF`.
    pub(crate) trailing: Option<usize>,
    /// Sheets by the start of their substream.
    by_start: BTreeMap<usize, usize>,
    /// External references by the substream that holds them.
    by_substream: BTreeMap<usize, Vec<usize>>,
    /// Offset and id of the first record of a type that does not exist.
    unknown: Option<(usize, u16)>,
    /// Items kept.
    items: usize,
    /// Bytes of records that were walked.
    walked: usize,
}

impl Book {
    /// Walks all records of `data`.
    pub(crate) fn gather(data: &[u8], sink: &mut dyn Sink) -> Self {
        let mut book = Self {
            version: Version::Biff8,
            encoding: WINDOWS_1252,
            externals: Vec::new(),
            references: Vec::new(),
            substreams: Vec::new(),
            sheets: Vec::new(),
            names: Vec::new(),
            strings: None,
            queries: Vec::new(),
            trailing: None,
            by_start: BTreeMap::new(),
            by_substream: BTreeMap::new(),
            unknown: None,
            items: 0,
            walked: 0,
        };
        book.walk(data, 0, sink);
        for (index, sheet) in book.sheets.iter().enumerate() {
            book.by_start.entry(sheet.start).or_insert(index);
        }
        book.walk_hidden(data, sink);
        if let Some((offset, unknown)) = book.unknown {
            let message = format!("a record has type {unknown:#06x}, which does not exist; it was passed over");
            sink.report(code::NOTE_ODD, Location::bytes(offset as u64, 0), message);
        }
        let full = [book.sheets.len(), book.names.len(), book.externals.len(), book.items, book.references.len()];
        if full.iter().any(|length| *length >= LIST_CAP) {
            let message =
                format!("more than {LIST_CAP} sheets, names, external references or items; the rest were not read");
            sink.report(code::LIMIT_STRUCTURE, Location::default(), message);
        }
        book
    }

    /// Walks the sheets that the list names and the walk from the start did not reach.
    fn walk_hidden(&mut self, data: &[u8], sink: &mut dyn Sink) {
        let known: BTreeSet<usize> = self.substreams.iter().map(|substream| substream.start).collect();
        let places: Vec<usize> = self.by_start.keys().copied().filter(|place| !known.contains(place)).collect();
        for place in places {
            // Overlapping sheets would make the work quadratic.
            if self.walked > data.len().saturating_mul(WALKS) {
                let message = "sheets overlap; some were not read".to_owned();
                sink.report(code::LIMIT_STRUCTURE, Location::bytes(place as u64, 0), message);
                return;
            }
            if Records::new(data, place).peek().is_some_and(|record| record.is_bof()) {
                self.walk(data, place, sink);
            }
        }
    }

    /// The version that the first record tells.
    pub(crate) fn version_of(data: &[u8]) -> Version {
        match Records::new(data, 0).peek() {
            Some(first) => version(&first, Cursor::new(first.data).u16("version").unwrap_or_default()),
            None => Version::Biff8,
        }
    }

    fn walk(&mut self, data: &[u8], start: usize, sink: &mut dyn Sink) {
        let mut records = Records::new(data, start);
        let mut depth = 0_u32;
        let mut seen = 0_u32;
        while let Some(record) = records.next() {
            seen = seen.wrapping_add(1);
            self.walked = self.walked.saturating_add(record.data.len()).saturating_add(super::records::HEADER);
            if seen.trailing_zeros() >= 12 && sink.budget().check_time().is_err() {
                return;
            }
            if let Some(declared) = record.short_of {
                self.tell_short(&record, declared, depth, sink);
            }
            if record.is_bof() {
                depth = depth.saturating_add(1);
                if depth == 1 {
                    self.begin(&record);
                }
            } else if record.id == id::EOF {
                depth = depth.saturating_sub(1);
                if let (0, Some(last)) = (depth, self.substreams.last_mut()) {
                    last.end = record.end();
                }
                if depth == 0 && !records.peek().is_some_and(|next| next.is_bof()) {
                    break;
                }
            } else {
                self.record(&record, &mut records);
            }
        }
        if let (true, Some(last)) = (depth > 0, self.substreams.last_mut()) {
            last.end = data.len();
            let place = Location::bytes(records.position() as u64, 0);
            sink.report(code::BROKEN_TRUNCATED, place, "the record stream ends before its EOF record".to_owned());
        }
        let rest = data.get(records.position()..).unwrap_or_default();
        if start == 0 && rest.iter().any(|byte| *byte != 0) {
            self.trailing = Some(records.position());
        }
    }

    fn tell_short(&self, record: &Record<'_>, declared: usize, depth: u32, sink: &mut dyn Sink) {
        if depth > 0 {
            let message = format!("record {:#06x} says {declared} bytes, {} are there", record.id, record.data.len());
            sink.report(code::BROKEN_TRUNCATED, Location::bytes(record.offset as u64, 0), message);
        }
    }

    fn begin(&mut self, record: &Record<'_>) {
        let mut cursor = Cursor::new(record.data);
        let (stored, kind) = (cursor.u16("version").unwrap_or_default(), cursor.u16("kind").unwrap_or_default());
        // The first substream speaks for all: a stray version further on changes nothing.
        if self.substreams.is_empty() {
            self.version = version(record, stored);
        }
        if self.substreams.len() >= LIST_CAP {
            return;
        }
        self.substreams.push(Substream { start: record.offset, end: record.end(), kind });
    }

    fn record<'a>(&mut self, record: &Record<'a>, records: &mut Records<'a>) {
        match record.id {
            id::CODEPAGE => {
                let number = Cursor::new(record.data).u16("code page").unwrap_or_default();
                self.encoding = code_page(number);
            }
            id::BOUNDSHEET if self.sheets.len() < LIST_CAP => self.sheets.extend(self.sheet(record.data)),
            id::SUPBOOK if self.externals.len() < LIST_CAP => {
                let data = records.continued(record);
                self.supbook(record.offset, &data);
            }
            id::EXTERNSHEET if self.version == Version::Biff8 => {
                let data = records.continued(record);
                self.references.extend(references(&data));
                self.references.truncate(LIST_CAP);
            }
            id::EXTERNSHEET if self.externals.len() < LIST_CAP => self.external_sheet(record),
            id::EXTERNNAME | id::EXTERNNAME_3 if self.items < LIST_CAP => {
                self.items = self.items.saturating_add(1);
                let data = records.continued(record);
                let item = self.item(record.id, &data);
                if let (Some(item), Some(last)) = (item, self.externals.last_mut()) {
                    last.items.push(item);
                }
            }
            id::NAME | id::NAME_3 if self.names.len() < LIST_CAP => {
                let data = records.continued(record);
                let name = self.defined_name(&data).unwrap_or(DefinedName { name: String::new(), tokens: Vec::new() });
                self.names.push(name);
            }
            id::SST => self.strings = self.strings.or(Some(record.offset)),
            id::DBQUERY if self.queries.len() < LIST_CAP => self.query(record.offset, records),
            unknown if unknown >= NO_RECORD => self.unknown = self.unknown.or(Some((record.offset, unknown))),
            _ => {}
        }
    }

    fn sheet(&self, data: &[u8]) -> Option<Sheet> {
        let mut cursor = Cursor::new(data);
        if self.version < Version::Biff5 {
            return None;
        }
        let start = usize::try_from(cursor.u32("position").ok()?).ok()?;
        let hidden = cursor.u8("state").ok()? & 3 != 0;
        let kind = cursor.u8("kind").ok()?;
        let name = short(&mut cursor, self.version, self.encoding)?;
        Some(Sheet { name, start, hidden, kind })
    }

    /// MS-XLS 2.4.271.
    fn supbook(&mut self, offset: usize, data: &[u8]) {
        let mut cursor = Cursor::new(data);
        let _sheets = cursor.u16("sheet count");
        let count = cursor.u16("length").unwrap_or_default();
        let (form, raw) = match count {
            0x0401 => (Form::Own, String::new()),
            0x3a01 => (Form::AddIn, String::new()),
            _ => {
                let text = flagged(&mut cursor, usize::from(count)).unwrap_or_default();
                (form(&text), text)
            }
        };
        self.push_external(offset, data.len(), "SUPBOOK", form, &raw);
    }

    /// `EXTERNSHEET` before BIFF8: one byte string.
    fn external_sheet(&mut self, record: &Record<'_>) {
        let mut cursor = Cursor::new(record.data);
        let count = usize::from(cursor.u8("length").unwrap_or_default());
        // A leading 0x03 (own sheet) is not counted by every writer; the rest of the record belongs to it then.
        let text = narrow(cursor.take_up_to(count), self.encoding);
        let form = if text == ":" { Form::AddIn } else { form(&text) };
        self.push_external(record.offset, record.data.len(), "EXTERNSHEET", form, &text);
    }

    fn push_external(&mut self, offset: usize, length: usize, record: &'static str, form: Form, raw: &str) {
        let substream = self.substreams.len().saturating_sub(1);
        self.by_substream.entry(substream).or_default().push(self.externals.len());
        self.externals.push(External {
            offset,
            length: length.saturating_add(super::records::HEADER),
            record,
            form,
            raw: raw.replace(SEPARATOR, "|"),
            items: Vec::new(),
        });
    }

    /// MS-XLS 2.4.105; before BIFF5 a flags word (none in BIFF2) and the name.
    fn item(&self, id: u16, data: &[u8]) -> Option<Item> {
        let mut cursor = Cursor::new(data);
        let flags = if self.version == Version::Biff2 { 0 } else { cursor.u16("flags").ok()? };
        if self.version >= Version::Biff5 && id == id::EXTERNNAME {
            cursor.skip(4, "reserved").ok()?;
        }
        let name = short(&mut cursor, self.version, self.encoding)?;
        let shown = if self.version == Version::Biff8 { cached(&mut cursor) } else { None };
        Some(Item { name, flags, shown })
    }

    fn defined_name(&self, data: &[u8]) -> Option<DefinedName> {
        let mut cursor = Cursor::new(data);
        if self.version == Version::Biff2 {
            return None;
        }
        let flags = cursor.u16("flags").ok()?;
        let _key = cursor.u8("key").ok()?;
        let count = usize::from(cursor.u8("name length").ok()?);
        let length = usize::from(cursor.u16("formula length").ok()?);
        if self.version >= Version::Biff5 {
            cursor.skip(8, "reserved").ok()?;
        }
        let mut name = if self.version == Version::Biff8 {
            flagged(&mut cursor, count)?
        } else {
            narrow(cursor.take_up_to(count), self.encoding)
        };
        if flags & 0x20 != 0 {
            name = built_in(&name);
        }
        Some(DefinedName { name, tokens: cursor.take_up_to(length).to_vec() })
    }

    /// `DbQuery` and the strings behind it: connection and command (MS-XLS 2.4.85, 2.4.285).
    fn query(&mut self, offset: usize, records: &mut Records<'_>) {
        let mut text = String::new();
        while let Some(next) = records.peek().filter(|next| next.id == id::SXSTRING) {
            records.next();
            let mut cursor = Cursor::new(next.data);
            let count = usize::from(cursor.u16("length").unwrap_or_default());
            if count != 0xffff && self.version == Version::Biff8 {
                text.push_str(&flagged(&mut cursor, count).unwrap_or_default());
            } else if count != 0xffff {
                text.push_str(&narrow(cursor.take_up_to(count), self.encoding));
            }
        }
        if !text.is_empty() {
            self.queries.push((offset, text));
        }
    }

    /// The sheet whose substream begins at `start`.
    pub(crate) fn sheet_at(&self, start: usize) -> Option<&Sheet> {
        self.sheets.get(*self.by_start.get(&start)?)
    }

    /// The external reference that a `PtgNameX` in `substream` means by `reference`.
    pub(crate) fn external(&self, reference: u16, substream: usize) -> Option<usize> {
        if self.version == Version::Biff8 {
            return self.references.get(usize::from(reference)).map(|(external, _)| *external);
        }
        let nth = usize::from(reference).checked_sub(1)?;
        let of = |owner: usize| self.by_substream.get(&owner).and_then(|own| own.get(nth)).copied();
        of(substream).or_else(|| of(0))
    }
}

/// The version that a `BOF` record tells.
fn version(record: &Record<'_>, stored: u16) -> Version {
    match record.id {
        id::BOF_2 => Version::Biff2,
        id::BOF_3 => Version::Biff3,
        id::BOF_4 => Version::Biff4,
        // Some writers leave the version empty; the record's length tells then (MS-XLS 2.4.21: 16 bytes).
        _ if stored == 0x0500 || (stored != 0x0600 && record.data.len() < 16) => Version::Biff5,
        _ => Version::Biff8,
    }
}

/// `XTI` entries: external reference, first sheet, last sheet (MS-XLS 2.4.106).
fn references(data: &[u8]) -> Vec<(usize, u16)> {
    let entries = data.get(2..).unwrap_or_default().chunks_exact(6);
    entries
        .map(|entry| {
            let mut cursor = Cursor::new(entry);
            (usize::from(cursor.u16("book").unwrap_or_default()), cursor.u16("sheet").unwrap_or_default())
        })
        .collect()
}

/// What an encoded document name leads to (VirtualPath, MS-XLS 2.5.277). Only a name that does not begin with a
/// control character can be a conversation: behind 0x01 the separator stands between directories.
fn form(text: &str) -> Form {
    match text.chars().next() {
        None | Some('\0' | '\u{2}' | SEPARATOR | '\u{4}') => Form::Own,
        Some('\u{1}') => Form::Workbook(decoded_path(text)),
        Some(_) => match text.split_once(SEPARATOR) {
            Some((service, topic)) => Form::Conversation(service.to_owned(), topic.to_owned()),
            None if text.trim().is_empty() => Form::Unused(text.to_owned()),
            None => Form::Workbook(text.to_owned()),
        },
    }
}

/// A readable path from an encoded one.
fn decoded_path(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().skip(1);
    while let Some(c) = chars.next() {
        match c {
            '\u{1}' => match chars.next() {
                Some('@') => out.push_str("\\\\"),
                Some(drive) => out.extend([drive, ':', '\\']),
                None => {}
            },
            '\u{2}' | SEPARATOR => out.push('\\'),
            '\u{4}' => out.push_str("..\\"),
            '\u{5}' => {
                let _length = chars.next();
            }
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Built-in names (MS-XLS 2.5.114); those that run at open and close matter.
fn built_in(code: &str) -> String {
    match code.chars().next() {
        Some('\u{1}') => "Auto_Open".to_owned(),
        Some('\u{2}') => "Auto_Close".to_owned(),
        Some('\u{a}') => "Auto_Activate".to_owned(),
        Some('\u{b}') => "Auto_Deactivate".to_owned(),
        Some(other) => format!("builtin.{}", u32::from(other)),
        None => String::new(),
    }
}

/// First cached value of an external name (`MOper`, MS-XLS 2.5.185).
fn cached(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.skip(3, "corner").ok()?;
    match cursor.u8("kind").ok()? {
        1 => Some(show(f64::from_bits(cursor.u64("number").ok()?))),
        2 => {
            let count = usize::from(cursor.u16("length").ok()?);
            flagged(cursor, count)
        }
        _ => None,
    }
}
