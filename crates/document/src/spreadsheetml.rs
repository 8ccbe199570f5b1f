//! SpreadsheetML 2003 (`urn:schemas-microsoft-com:office:spreadsheet`), with or without its processing instruction.

use crate::formulas::{Folded, Source as Origin, cell_name, links, markup_could_request};
use ddefend_container::xml::{Element, Event, Source, Xml, ns};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_grammar::formula::Dialect;
use ddefend_model::{Link, LinkKind, Location, Trigger, trick};
use std::collections::BTreeSet;

/// SpreadsheetML 2003.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "xml-spreadsheet2003", title: "SpreadsheetML 2003 workbook", extensions: &["xml"] },
    sniff,
    read,
};

fn sniff(probe: &Probe<'_>) -> Claim {
    let Some(head) = probe.head() else { return Claim::No };
    let markup = head.trim_start_matches('\u{feff}').trim_start().starts_with('<');
    if markup && head.contains(ns::SS) && head.contains("Workbook") { Claim::Structure } else { Claim::No }
}

/// True where the root's namespace stands behind the head that [`READER`] looks at.
pub(crate) fn is_behind_the_head(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, ns::SS.as_bytes()).is_some_and(|at| at >= Probe::HEAD.saturating_sub(ns::SS.len()))
}

/// Reads a workbook.
pub(crate) fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    read_filtered(part.bytes, true, sink);
}

/// Reads a workbook; with `filter` only where the bytes may hold a link, with the same result.
pub(crate) fn read_filtered(bytes: &[u8], filter: bool, sink: &mut dyn Sink) {
    let books = memchr::memmem::find(bytes, b"SupBook").is_some();
    if filter && !books && !markup_could_request(bytes) {
        return;
    }
    let source = Source::new(bytes, sink);
    let mut xml = Xml::new(&source);
    let mut book = Book::new(Origin::cells("xml-spreadsheet2003", sink.path().clone()));
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) => book.start(&element),
            Event::Text { text, encoded } => book.text(&text, encoded),
            Event::End(name) => book.end(&name),
            Event::Instruction(_) | Event::Comment(_) => {}
        }
    }
    let mut everywhere = Vec::new();
    if source.transcoded {
        everywhere.push(trick::XML_ENCODING);
    }
    if source.entities {
        everywhere.push(trick::XML_ENTITY);
    }
    book.finish().report(&everywhere, sink);
}

/// What an external book says: `service|topic` and its items.
#[derive(Default)]
struct SupBook {
    path: String,
    item: Option<String>,
    advise: bool,
    offset: u64,
}

struct Book {
    origin: Origin,
    found: Folded,
    sheet: Option<String>,
    row: u32,
    column: u32,
    /// Links of the cell that is open; its value is not known yet.
    cell: Vec<Link>,
    value: String,
    /// The element whose text matters, and whether CDATA or references broke it up.
    within: Option<String>,
    broken_up: bool,
    range: Option<String>,
    offset: u64,
    supbook: Option<SupBook>,
    supbooks: Vec<SupBook>,
    used: BTreeSet<(String, String)>,
}

impl Book {
    fn new(origin: Origin) -> Self {
        Self {
            origin,
            found: Folded::default(),
            sheet: None,
            row: 0,
            column: 0,
            cell: Vec::new(),
            value: String::new(),
            within: None,
            broken_up: false,
            range: None,
            offset: 0,
            supbook: None,
            supbooks: Vec::new(),
            used: BTreeSet::new(),
        }
    }

    fn start(&mut self, element: &Element<'_>) {
        self.offset = element.offset;
        let number = |name: &str| element.attribute(name).and_then(|value| value.trim().parse::<u32>().ok());
        match element.local() {
            "Worksheet" => {
                self.sheet = element.attribute("Name");
                (self.row, self.column) = (0, 0);
            }
            "Row" => {
                self.row = number("Index").unwrap_or(self.row.saturating_add(1));
                self.column = 0;
            }
            "Cell" => self.start_cell(element, number("Index"), number("MergeAcross")),
            "NamedRange" => {
                let name = element.attribute("Name").unwrap_or_default();
                self.attribute(element, "RefersTo", &name, "NamedRange@ss:RefersTo");
            }
            "Data" if !self.cell.is_empty() => self.within("Data"),
            "SupBook" => self.supbook = Some(SupBook { offset: element.offset, ..SupBook::default() }),
            "WantAdvise" => {
                if let Some(book) = &mut self.supbook {
                    book.advise = true;
                }
            }
            "Path" if self.supbook.is_some() => self.within("Path"),
            "Name" if self.supbook.is_some() => self.within("Name"),
            // Conditional formats, validations and the like hold formulas as text.
            name @ ("Value" | "Value1" | "Value2" | "Min" | "Max" | "Range" | "Formula" | "InputRange") => {
                self.within(name)
            }
            _ => {}
        }
    }

    fn within(&mut self, name: &str) {
        self.within = Some(name.to_owned());
        self.value.clear();
        self.broken_up = false;
    }

    fn start_cell(&mut self, element: &Element<'_>, index: Option<u32>, merged: Option<u32>) {
        self.column = index.unwrap_or(self.column.saturating_add(1));
        let name = cell_name(self.column, self.row.max(1));
        self.column = self.column.saturating_add(merged.unwrap_or_default());
        self.flush_cell();
        let Some(formula) = element.attributes_where(|local| local == "Formula").next() else { return };
        let place = Location::cell(self.sheet.clone(), name).at_bytes(element.offset, 0).held_by("Cell@ss:Formula");
        let place = Location { length: None, ..place };
        self.cell = links(&formula.value, Dialect::Excel, &self.origin, &place, None);
        if formula.encoded {
            self.cell.iter_mut().for_each(|link| link.saw(trick::XML_ENCODING));
        }
    }

    fn attribute(&mut self, element: &Element<'_>, name: &str, place: &str, holder: &'static str) {
        let Some(formula) = element.attributes_where(|local| local == name).next() else { return };
        let place = Location::cell(self.sheet.clone(), place).held_by(holder);
        let place = Location { offset: Some(element.offset), ..place };
        for mut link in links(&formula.value, Dialect::Excel, &self.origin, &place, None) {
            if formula.encoded {
                link.saw(trick::XML_ENCODING);
            }
            self.add(link);
        }
    }

    fn add(&mut self, link: Link) {
        if link.kind == LinkKind::Dde {
            let words = (link.service.clone().unwrap_or_default(), link.topic.clone().unwrap_or_default());
            self.used.insert(words);
        }
        self.found.add(link);
    }

    fn flush_cell(&mut self) {
        for link in std::mem::take(&mut self.cell) {
            self.add(link);
        }
    }

    fn text(&mut self, text: &str, encoded: bool) {
        if self.within.is_some() && self.value.len() < 1 << 16 {
            self.value.push_str(text);
            self.broken_up |= encoded;
        }
    }

    fn end(&mut self, name: &str) {
        if self.within.as_deref() == Some(name) {
            self.within = None;
            self.end_text(name);
        }
        match name {
            "Cell" => self.flush_cell(),
            "SupBook" => self.supbooks.extend(self.supbook.take()),
            "Worksheet" => self.sheet = None,
            _ => {}
        }
    }

    fn end_text(&mut self, name: &str) {
        let text = std::mem::take(&mut self.value);
        match (name, &mut self.supbook) {
            ("Data", _) => {
                for link in &mut self.cell {
                    link.shown = Some(text.clone()).filter(|text| !text.is_empty());
                }
            }
            ("Path", Some(book)) => book.path = text,
            ("Name", Some(book)) => {
                book.item.get_or_insert(text);
            }
            ("Range", _) => self.range = Some(text),
            (_, None) => self.formula_text(&text),
            _ => {}
        }
    }

    /// A formula that stands as an element's text.
    fn formula_text(&mut self, text: &str) {
        let place = Location { sheet: self.sheet.clone(), cell: self.range.clone(), ..Location::default() };
        let place = Location { offset: Some(self.offset), ..place }.held_by("x:Value");
        for mut link in links(text, Dialect::Excel, &self.origin, &place, None) {
            if self.broken_up {
                link.saw(trick::XML_ENCODING);
            }
            self.add(link);
        }
    }

    /// External books that no formula uses are links all the same, or traces of them.
    fn finish(mut self) -> Folded {
        self.flush_cell();
        for book in std::mem::take(&mut self.supbooks) {
            let Some((service, topic)) = book.path.split_once('|') else { continue };
            if self.used.contains(&(service.to_owned(), topic.to_owned())) {
                continue;
            }
            let place = Location { offset: Some(book.offset), ..Location::default() }.held_by("x:SupBook/x:Path");
            let mut link = Link::new(LinkKind::Dde, self.origin.carrier, self.origin.part.clone(), place);
            link.service = Some(service.to_owned());
            link.topic = Some(topic.to_owned());
            link.item = Some(book.item.unwrap_or_default());
            link.trigger = if book.advise { Trigger::Open } else { Trigger::Update };
            link.raw = book.path;
            link.saw(trick::ORPHAN_LINK);
            self.found.add(link);
        }
        self.found
    }
}
