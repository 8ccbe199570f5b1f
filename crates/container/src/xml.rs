//! A tolerant XML pull reader: any encoding, internal entities expanded under a cap, external ones never fetched,
//! recovery after syntax errors, depth and time under the budget.

mod entities;
mod namespaces;

use crate::{Sink, text};
use ddefend_model::{Location, code};
use memchr::{memchr, memmem};
use quick_xml::events::{BytesStart, Event as Raw};
use quick_xml::name::{PrefixDeclaration, QName};
use quick_xml::reader::Reader;
use std::borrow::Cow;

/// How often a damaged document is picked up again at its next `<`.
const RESTARTS: u32 = 32;
/// The longest name of an entity or number of a character that is looked for, bytes.
const LONGEST_NAME: usize = 100;

/// XML bytes made ready: UTF-8, entities of an internal subset expanded.
#[derive(Debug)]
pub struct Source<'a> {
    data: Cow<'a, str>,
    /// True where the bytes were not UTF-8; offsets then count in the decoded text.
    pub transcoded: bool,
    /// True where a Document Type Definition defined entities that were expanded.
    pub entities: bool,
}

impl<'a> Source<'a> {
    /// Decodes `bytes` and expands internal entities; a DTD and what it hides are reported to `sink`.
    #[must_use]
    pub fn new(bytes: &'a [u8], sink: &mut dyn Sink) -> Self {
        let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
        let (bytes, cut) = text::bounded(bytes);
        if cut {
            sink.report(code::LIMIT_MEMORY, Location::default(), text::CUT.to_owned());
        }
        let decoded = match declared_encoding(bytes) {
            Some(encoding) => text::Text {
                text: encoding.decode_without_bom_handling(bytes).0,
                encoding: encoding.name(),
                unusual: false,
            },
            None => text::decode(bytes),
        };
        let transcoded = !matches!(decoded.encoding, "UTF-8" | "windows-1252");
        let data = decoded.text;
        let head = data.as_bytes().get(..64 << 10).unwrap_or(data.as_bytes());
        if memmem::find(head, b"<!DOCTYPE").is_none() {
            return Self { data, transcoded, entities: false };
        }
        sink.report(code::NOTE_DTD, Location::default(), "the XML has a document type definition".to_owned());
        match entities::expand(&data, sink) {
            Some(expanded) => Self { data: Cow::Owned(expanded), transcoded, entities: true },
            None => Self { data, transcoded, entities: false },
        }
    }

    /// The text that is parsed.
    #[must_use]
    pub fn data(&self) -> &str {
        &self.data
    }
}

/// The encoding that an XML declaration names, where it is neither UTF-8 nor UTF-16.
fn declared_encoding(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..bytes.len().min(200))?;
    let end = memmem::find(head, b"?>")?;
    let declaration = head.get(..end)?;
    let at = memmem::find(declaration, b"encoding")?;
    let rest = declaration.get(at..)?;
    let open = rest.iter().position(|b| matches!(b, b'"' | b'\''))?;
    let value = rest.get(open.checked_add(1)?..)?;
    let close = value.iter().position(|b| matches!(b, b'"' | b'\''))?;
    let encoding = encoding_rs::Encoding::for_label(value.get(..close)?)?;
    let plain = [encoding_rs::UTF_8, encoding_rs::UTF_16LE, encoding_rs::UTF_16BE].contains(&encoding);
    (!plain).then_some(encoding)
}

/// An element's start: names as written, attributes decoded on demand.
#[derive(Clone, Debug)]
pub struct Element<'s> {
    start: BytesStart<'s>,
    /// Namespace URI; empty where there is none or the prefix is unknown.
    pub namespace: &'s str,
    /// Offset of the element's `<` in [`Source::data`].
    pub offset: u64,
    /// True for `<x/>`; an [`Event::End`] follows all the same.
    pub empty: bool,
}

impl Element<'_> {
    /// Name without prefix.
    #[must_use]
    pub fn local(&self) -> &str {
        self.start.local_name().into_inner()
    }

    /// Prefix, or nothing.
    #[must_use]
    pub fn prefix(&self) -> &str {
        let name: QName<'_> = self.start.name();
        name.prefix().map(quick_xml::name::Prefix::into_inner).unwrap_or_default()
    }

    /// The value of the first attribute whose name without prefix is `local`, references resolved.
    #[must_use]
    pub fn attribute(&self, local: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        attributes.with_checks(false);
        let found = attributes.flatten().find(|attribute| {
            attribute.key.local_name().into_inner() == local && attribute.key.as_namespace_binding().is_none()
        })?;
        Some(unescape(&found.value).0)
    }

    /// All attributes but namespace declarations, in their order; malformed ones are passed over.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute> {
        self.attributes_where(|_| true)
    }

    /// Those of [`Self::attributes`] whose name without prefix `wanted` asks for; others are not decoded.
    pub fn attributes_where(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Attribute> {
        let mut attributes = self.start.attributes();
        attributes.with_checks(false);
        attributes.flatten().filter_map(move |attribute| {
            if !wanted(attribute.key.local_name().into_inner()) {
                return None;
            }
            if matches!(
                attribute.key.as_namespace_binding(),
                Some(PrefixDeclaration::Default | PrefixDeclaration::Named(_))
            ) {
                return None;
            }
            let local = attribute.key.local_name().into_inner().to_owned();
            let prefix = attribute.key.prefix().map(|p| p.into_inner().to_owned()).unwrap_or_default();
            let (value, encoded) = unescape(&attribute.value);
            Some(Attribute { prefix, local, value, encoded })
        })
    }
}

/// An attribute, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Prefix, or nothing.
    pub prefix: String,
    /// Name without prefix.
    pub local: String,
    /// Value with references resolved.
    pub value: String,
    /// True where a numeric reference stood for a letter or digit that needs none: a hiding trick.
    pub encoded: bool,
}

/// What the reader meets.
#[derive(Clone, Debug)]
pub enum Event<'s> {
    /// An element begins.
    Start(Element<'s>),
    /// An element ends: its name without prefix.
    End(Cow<'s, str>),
    /// A piece of text; one text may come in several pieces.
    Text {
        /// The text with references resolved.
        text: Cow<'s, str>,
        /// True where CDATA or a needless numeric reference was used: a hiding trick.
        encoded: bool,
    },
    /// A processing instruction: its whole content.
    Instruction(Cow<'s, str>),
    /// A comment's content (Office HTML and MHT carry conditional content there).
    Comment(Cow<'s, str>),
}

/// The pull reader.
pub struct Xml<'s> {
    data: &'s str,
    reader: Reader<&'s [u8]>,
    namespaces: namespaces::Namespaces<'s>,
    base: usize,
    depth: u32,
    restarts: u32,
    pending_end: Option<&'s str>,
    done: bool,
    names: Vec<&'s str>,
}

impl<'s> Xml<'s> {
    /// A reader at the start of `source`.
    #[must_use]
    pub fn new(source: &'s Source<'_>) -> Self {
        let data = source.data();
        Self {
            data,
            reader: configured(data),
            namespaces: namespaces::Namespaces::default(),
            base: 0,
            depth: 0,
            restarts: 0,
            pending_end: None,
            done: false,
            names: Vec::new(),
        }
    }

    /// Offset of the next byte in [`Source::data`].
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.reader.buffer_position().saturating_add(self.base as u64)
    }

    /// Names of the open elements, outermost first, without prefixes.
    #[must_use]
    pub fn open_elements(&self) -> &[&'s str] {
        &self.names
    }

    /// The next event, or none at the end. Syntax errors are reported to `sink`; reading goes on behind them.
    pub fn next(&mut self, sink: &mut dyn Sink) -> Option<Event<'s>> {
        if let Some(name) = self.pending_end.take() {
            return Some(self.end(Cow::Borrowed(name)));
        }
        while !self.done {
            let offset = self.offset();
            match self.reader.read_event() {
                Ok(Raw::Eof) => self.done = true,
                Ok(raw) => {
                    if let Some(event) = self.convert(raw, offset, sink) {
                        return Some(event);
                    }
                }
                Err(error) => self.recover(&error, sink),
            }
        }
        None
    }

    fn convert(&mut self, raw: Raw<'s>, offset: u64, sink: &mut dyn Sink) -> Option<Event<'s>> {
        match raw {
            Raw::Start(start) => self.start(start, offset, false, sink),
            Raw::Empty(start) => self.start(start, offset, true, sink),
            Raw::End(end) => {
                let (_, name) = self.written(end.name().into_inner(), offset, 2);
                Some(self.end(Cow::Borrowed(name)))
            }
            Raw::Text(text) => Some(Event::Text { text: text.into_inner(), encoded: false }),
            Raw::CData(data) => Some(Event::Text { text: data.into_inner(), encoded: true }),
            Raw::GeneralRef(reference) => {
                let written = format!("&{};", reference.into_inner());
                let (text, encoded) = unescape(&written);
                Some(Event::Text { text: Cow::Owned(text), encoded })
            }
            Raw::PI(instruction) => Some(Event::Instruction(Cow::Owned(instruction.to_string()))),
            Raw::Comment(comment) => Some(Event::Comment(comment.into_inner())),
            Raw::Decl(_) | Raw::DocType(_) | Raw::Eof => None,
        }
    }

    fn start(&mut self, start: BytesStart<'s>, offset: u64, empty: bool, sink: &mut dyn Sink) -> Option<Event<'s>> {
        if let Err(exceeded) = sink.budget().check_nesting(self.depth.saturating_add(1)) {
            let place = Location::bytes(offset, 0);
            sink.report(exceeded.code, place, format!("{exceeded} in nested elements; the rest was not read"));
            self.done = true;
            return None;
        }
        let (prefix, local) = self.written(start.name().into_inner(), offset, 1);
        self.depth = self.depth.saturating_add(1);
        if namespaces::may_declare(start.as_bytes()) {
            self.namespaces.declare(&start, self.depth);
        }
        let namespace = self.namespaces.of(prefix);
        if empty {
            self.pending_end = Some(local);
        }
        self.names.push(local);
        Some(Event::Start(Element { start, namespace, offset, empty }))
    }

    /// Prefix and local part of a tag's `name`, as it stands in the source `skip` bytes behind the tag's offset.
    fn written(&self, name: &str, offset: u64, skip: usize) -> (&'s str, &'s str) {
        let from = usize::try_from(offset).unwrap_or(usize::MAX).saturating_add(skip);
        let written = self.data.get(from..from.saturating_add(name.len())).unwrap_or_default();
        match memchr(b':', written.as_bytes()) {
            Some(colon) => written
                .split_at_checked(colon)
                .map_or(("", written), |(prefix, local)| (prefix, local.get(1..).unwrap_or_default())),
            None => ("", written),
        }
    }

    fn end(&mut self, name: Cow<'s, str>) -> Event<'s> {
        self.namespaces.leave(self.depth);
        self.depth = self.depth.saturating_sub(1);
        self.names.pop();
        Event::End(name)
    }

    /// Goes on at the next `<` behind an error.
    fn recover(&mut self, error: &quick_xml::Error, sink: &mut dyn Sink) {
        let at = usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX).saturating_add(self.base);
        let place = Location::bytes(at as u64, 0);
        sink.report(code::BROKEN_XML, place, format!("{error}; reading goes on behind it"));
        let from = at.max(usize::try_from(self.offset()).unwrap_or(usize::MAX)).saturating_add(1);
        let next = self
            .data
            .as_bytes()
            .get(from..)
            .and_then(|rest| memchr(b'<', rest))
            .map(|found| from.saturating_add(found));
        self.restarts = self.restarts.saturating_add(1);
        match next.and_then(|next| self.data.get(next..).map(|rest| (next, rest))) {
            Some((next, rest)) if self.restarts <= RESTARTS => {
                self.base = next;
                self.reader = configured(rest);
            }
            _ => self.done = true,
        }
    }
}

fn configured(data: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(data);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    reader
}

/// Resolves character and predefined references; unknown ones stay as written. The second value is true where a
/// numeric reference stood for an ASCII letter or digit.
fn unescape(raw: &str) -> (String, bool) {
    let mut out = String::with_capacity(raw.len());
    let mut encoded = false;
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let resolved = named(after).and_then(|(name, tail)| Some((reference(name)?, name, tail)));
        match resolved {
            Some((character, name, tail)) => {
                encoded |= name.starts_with('#') && character.is_ascii_alphanumeric();
                out.push(character);
                rest = tail;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    (out, encoded)
}

/// The name of a reference whose `&` stands before `after`, and what follows its `;`. Looks no further than a name can
/// be long: text may be nothing but ampersands.
fn named(after: &str) -> Option<(&str, &str)> {
    let end = memchr(b';', after.as_bytes().get(..LONGEST_NAME).unwrap_or(after.as_bytes()))?;
    Some((after.get(..end)?, after.get(end.checked_add(1)?..)?))
}

/// One reference without `&` and `;`.
fn reference(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// Namespace URIs of the formats that ddefend reads.
pub mod ns {
    macro_rules! namespaces {
        ($($(#[$doc:meta])* $name:ident = $uri:literal;)*) => {
            $($(#[$doc])* pub const $name: &str = $uri;)*
            /// All of them.
            pub const ALL: &[&str] = &[$($uri),*];
        };
    }
    namespaces! {
        /// WordprocessingML, Transitional.
        W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
        /// WordprocessingML, Strict.
        W_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main";
        /// WordprocessingML 2003.
        W_2003 = "http://schemas.microsoft.com/office/word/2003/wordml";
        /// SpreadsheetML, Transitional.
        X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        /// SpreadsheetML, Strict.
        X_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main";
        /// SpreadsheetML 2003.
        SS = "urn:schemas-microsoft-com:office:spreadsheet";
        /// Office 2003 Excel settings.
        EXCEL_2003 = "urn:schemas-microsoft-com:office:excel";
        /// PresentationML, Transitional.
        P = "http://schemas.openxmlformats.org/presentationml/2006/main";
        /// PresentationML, Strict.
        P_STRICT = "http://purl.oclc.org/ooxml/presentationml/main";
        /// DrawingML, Transitional.
        A = "http://schemas.openxmlformats.org/drawingml/2006/main";
        /// Relationship attributes, Transitional.
        R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        /// Relationship attributes, Strict.
        R_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships";
        /// Package relationships.
        RELS = "http://schemas.openxmlformats.org/package/2006/relationships";
        /// Package content types.
        TYPES = "http://schemas.openxmlformats.org/package/2006/content-types";
        /// Flat OPC.
        PKG = "http://schemas.microsoft.com/office/2006/xmlPackage";
        /// OpenDocument table.
        ODF_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0";
        /// OpenDocument office.
        ODF_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0";
        /// OpenDocument text.
        ODF_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0";
        /// OpenOffice.org 1 table.
        OOO_TABLE = "http://openoffice.org/2000/table";
        /// OpenOffice.org 1 office.
        OOO_OFFICE = "http://openoffice.org/2000/office";
        /// OpenOffice.org 1 text.
        OOO_TEXT = "http://openoffice.org/2000/text";
        /// XLink.
        XLINK = "http://www.w3.org/1999/xlink";
    }
}
