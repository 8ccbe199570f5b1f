//! One XML stream of a document: cells, DDE sources, connections and links to other documents.

mod cells;
mod links;

use crate::formulas::{Folded, Source as Origin, markup_could_request};
use cells::Position;
use ddefend_container::Sink;
use ddefend_container::xml::{Element, Event, Source, Xml, ns};
use ddefend_grammar::formula::Dialect;
use ddefend_model::{Link, LinkKind, Location, PartPath, Trigger, trick};
use std::collections::BTreeMap;

/// How much shown text is kept for a link, bytes.
const SHOWN: usize = 512;

/// True for the head of an XML stream that is a document's content or styles, or a flat document.
pub(super) fn is_document(head: &[u8]) -> bool {
    let has = |needle: &str| memchr::memmem::find(head, needle.as_bytes()).is_some();
    let wide: Vec<u8>;
    if memchr::memchr(0, head).is_some() {
        wide = head.iter().copied().filter(|byte| *byte != 0).collect();
        return is_document(&wide);
    }
    (has(ns::ODF_OFFICE) || has(ns::OOO_OFFICE))
        && !has("document-settings")
        && !has("document-meta")
        && !has("manifest:manifest")
}

/// True where the bytes may hold something that is reported. Element names cannot be written otherwise in UTF-8.
fn worth_reading(bytes: &[u8]) -> bool {
    const NAMES: [&[u8]; 3] = [b"dde-", b"floating-frame", b"vnd.sun.star.script:"];
    let sources = ["section", "table"];
    NAMES.iter().any(|name| memchr::memmem::find(bytes, name).is_some())
        || memchr::memmem::find_iter(bytes, b"-source").any(|at| {
            let before = bytes.get(..at).unwrap_or_default();
            sources.iter().any(|owner| before.ends_with(owner.as_bytes()))
        })
        || objects_matter(bytes)
        || markup_could_request(bytes)
}

/// True where an object may stand for another document, or be in the file itself.
fn objects_matter(bytes: &[u8]) -> bool {
    let mut any = false;
    for at in memchr::memmem::find_iter(bytes, b"object") {
        let (before, tag) = bytes.split_at_checked(at).unwrap_or_default();
        if !begins_tag(before) {
            continue;
        }
        any = true;
        let end = memchr::memchr(b'>', tag).unwrap_or(tag.len());
        if !is_inside(tag.get(..end).unwrap_or_default()) {
            return true;
        }
    }
    any && memchr::memmem::find(bytes, b"binary-data").is_some()
}

/// True where bytes end with `<`, or with `<` and a prefix.
fn begins_tag(before: &[u8]) -> bool {
    let Some((last, name)) = before.split_last() else { return false };
    match last {
        b'<' => true,
        b':' => {
            let prefix = name.iter().rev().take(64).position(|byte| !byte.is_ascii_alphanumeric());
            prefix.and_then(|length| name.iter().rev().nth(length)).is_none_or(|byte| !b" \t\r\n\"'/".contains(byte))
        }
        _ => false,
    }
}

/// True for an object's tag whose one reference is written plainly and points into the package.
fn is_inside(tag: &[u8]) -> bool {
    let mut references = memchr::memmem::find_iter(tag, b"href");
    let Some(at) = references.next() else { return true };
    let value = tag.get(at.saturating_add(4)..).and_then(|rest| rest.strip_prefix(b"=\""));
    let value = value.and_then(|value| value.split(|byte| *byte == b'"').next()).unwrap_or_default();
    let inside = value.strip_prefix(b"./").unwrap_or(value);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-./".contains(byte);
    references.next().is_none() && inside.first().is_some_and(u8::is_ascii_alphanumeric) && inside.iter().all(plain)
}

/// Reads a stream and reports its links.
pub(super) fn read(bytes: &[u8], carrier: &'static str, part: PartPath, tricks: &[&'static str], sink: &mut dyn Sink) {
    if worth_reading(bytes) {
        read_all(bytes, carrier, part, tricks, sink);
    }
}

/// [`read`] without its filter.
pub(super) fn read_all(
    bytes: &[u8],
    carrier: &'static str,
    part: PartPath,
    tricks: &[&'static str],
    sink: &mut dyn Sink,
) {
    let source = Source::new(bytes, sink);
    let mut xml = Xml::new(&source);
    let mut document = Document::new(Origin::cells(carrier, part));
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) => document.start(&element, sink),
            Event::Text { text, .. } => document.text(&text, sink),
            Event::End(name) => document.end(&name, sink),
            Event::Instruction(_) | Event::Comment(_) => {}
        }
    }
    let mut everywhere = tricks.to_vec();
    if source.transcoded {
        everywhere.push(trick::XML_ENCODING);
    }
    if source.entities {
        everywhere.push(trick::XML_ENTITY);
    }
    document.finish().report(&everywhere, sink);
}

/// What a DDE source belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// `table:dde-link`: conversations of a spreadsheet's formulas, with their cached results.
    DdeLink,
    Table,
    Section,
}

/// A link whose element is still open, so that what it shows is not known yet.
#[derive(Debug)]
struct Open {
    link: Link,
    /// Name of the element whose end completes it.
    element: &'static str,
    /// Elements of that name that are open inside it.
    nested: u32,
    shown: String,
}

struct Document {
    origin: Origin,
    found: Folded,
    position: Position,
    owners: Vec<Owner>,
    open: Vec<Open>,
    /// Declared connections by name, and whether one was used.
    connections: BTreeMap<String, (Link, bool)>,
    /// Base64 of an embedded object in a flat document.
    binary: Option<String>,
    objects: u32,
}

impl Document {
    fn new(origin: Origin) -> Self {
        Self {
            origin,
            found: Folded::default(),
            position: Position::default(),
            owners: Vec::new(),
            open: Vec::new(),
            connections: BTreeMap::new(),
            binary: None,
            objects: 0,
        }
    }

    fn start(&mut self, element: &Element<'_>, sink: &mut dyn Sink) {
        let local = element.local();
        for open in self.open.iter_mut().filter(|open| open.element == local) {
            open.nested = open.nested.saturating_add(1);
        }
        match local {
            "table" => {
                self.position.table(element.attribute("name"));
                self.owners.push(Owner::Table);
            }
            "table-row" => self.position.row(element.attribute("number-rows-repeated")),
            "table-cell" | "covered-table-cell" => {
                self.position.cell(element.attribute("number-columns-repeated"));
                self.formulas(element, "table-cell");
                self.values(element);
            }
            "dde-link" => self.owners.push(Owner::DdeLink),
            "section" => self.owners.push(Owner::Section),
            "dde-source" => self.dde_source(element),
            "dde-connection-decl" => self.declaration(element),
            "dde-connection" => self.connection(element),
            "binary-data" if self.objects > 0 => self.binary = Some(String::new()),
            "event-listener" | "event"
                if element.attribute("href").is_some_and(|href| href.starts_with("vnd.sun.star.script:")) =>
            {
                sink.fact("a document event calls a script".to_owned());
            }
            "object" | "object-ole" => {
                self.objects = self.objects.saturating_add(1);
                self.reference(element);
            }
            "section-source" | "table-source" | "floating-frame" => self.reference(element),
            _ => self.formulas(element, ""),
        }
    }

    /// Formulas in any attribute that may hold one.
    fn formulas(&mut self, element: &Element<'_>, closes: &'static str) {
        let holds = |name: &str| matches!(name, "formula" | "condition" | "expression" | "value");
        for attribute in element.attributes_where(holds) {
            if attribute.local == "value" && attribute.prefix == "office" {
                continue;
            }
            let holder = if closes.is_empty() { "formula" } else { "table:table-cell@table:formula" };
            let place = self.place(element, holder);
            let links = crate::formulas::links(&attribute.value, Dialect::OpenFormula, &self.origin, &place, None);
            for mut link in links {
                if attribute.encoded {
                    link.saw(trick::XML_ENCODING);
                }
                if closes.is_empty() {
                    self.found.add(link);
                } else {
                    self.await_text(link, closes);
                }
            }
        }
    }

    /// Cached values that stand in a cell's attributes.
    fn values(&mut self, element: &Element<'_>) {
        let open = self.open.iter_mut().filter(|open| open.element == "table-cell" && open.nested == 0);
        let value = || element.attribute("string-value").or_else(|| element.attribute("value"));
        for open in open {
            open.link.shown = open.link.shown.take().or_else(value);
        }
    }

    fn await_text(&mut self, link: Link, element: &'static str) {
        if self.open.len() < 256 {
            self.open.push(Open { link, element, nested: 0, shown: String::new() });
        } else {
            self.found.add(link);
        }
    }

    fn place(&self, element: &Element<'_>, holder: &'static str) -> Location {
        Location { offset: Some(element.offset), ..self.position.location() }.held_by(holder)
    }

    fn dde_source(&mut self, element: &Element<'_>) {
        let owner = self.owners.last().copied();
        let (holder, closes) = match owner {
            Some(Owner::DdeLink) => ("table:dde-link/office:dde-source", "dde-link"),
            Some(Owner::Table) => ("table:table/office:dde-source", "table"),
            Some(Owner::Section) => ("text:section/office:dde-source", "section"),
            None => ("office:dde-source", ""),
        };
        let place = self.place(element, holder);
        let place = if owner == Some(Owner::DdeLink) { Location { sheet: None, cell: None, ..place } } else { place };
        let link = links::dde(element, &self.origin, place);
        if closes.is_empty() {
            self.found.add(link);
        } else {
            self.await_text(link, closes);
        }
    }

    fn declaration(&mut self, element: &Element<'_>) {
        let place = self.place(element, "text:dde-connection-decl");
        let mut link = links::dde(element, &self.origin, place);
        link.item.get_or_insert_default();
        let name = element.attribute("name").unwrap_or_default();
        if let Some((earlier, _)) = self.connections.insert(name, (link, false)) {
            self.found.add(earlier);
        }
    }

    fn connection(&mut self, element: &Element<'_>) {
        let name = element.attribute("connection-name").unwrap_or_default();
        let Some((link, used)) = self.connections.get_mut(&name) else { return };
        if !*used {
            *used = true;
            let watcher = Open { link: link.clone(), element: "dde-connection", nested: 0, shown: String::new() };
            self.open.push(watcher);
        }
    }

    fn reference(&mut self, element: &Element<'_>) {
        let place = self.place(element, "xlink:href");
        if let Some(link) = links::reference(element, &self.origin, place) {
            self.found.add(link);
        }
    }

    fn text(&mut self, text: &str, sink: &mut dyn Sink) {
        for open in &mut self.open {
            if open.shown.len() < SHOWN {
                let room = text.floor_char_boundary(SHOWN.saturating_sub(open.shown.len()));
                open.shown.push_str(text.get(..room).unwrap_or_default());
            }
        }
        let room = sink.budget().part_allowance().saturating_mul(2);
        if let Some(binary) = self.binary.as_mut().filter(|binary| binary.len() as u64 <= room) {
            binary.push_str(text);
        }
    }

    fn end(&mut self, name: &str, sink: &mut dyn Sink) {
        self.complete(name);
        match name {
            "table" | "dde-link" | "section" => {
                self.owners.pop();
                if name == "table" {
                    self.position.end_table();
                }
            }
            "object" | "object-ole" => self.objects = self.objects.saturating_sub(1),
            "binary-data" => {
                if let Some(binary) = self.binary.take() {
                    links::embedded(&binary, sink);
                }
            }
            // Paragraphs and cells keep words apart.
            "p" | "table-cell" => {
                for open in self.open.iter_mut().filter(|open| !open.shown.is_empty() && !open.shown.ends_with(' ')) {
                    open.shown.push(' ');
                }
            }
            _ => {}
        }
    }

    /// Completes the links whose element ends here.
    fn complete(&mut self, name: &str) {
        let mut at = self.open.len();
        while let Some(open) = at.checked_sub(1).and_then(|last| self.open.get_mut(last)) {
            at = at.saturating_sub(1);
            if open.element != name && !(open.element == "table-cell" && name == "covered-table-cell") {
                continue;
            }
            if open.nested > 0 {
                open.nested = open.nested.saturating_sub(1);
                continue;
            }
            let done = self.open.remove(at);
            self.add_open(done);
        }
    }

    fn add_open(&mut self, done: Open) {
        let mut link = done.link;
        let shown = done.shown.trim();
        if link.shown.is_none() && !shown.is_empty() {
            link.shown = Some(shown.to_owned());
        }
        if done.element == "dde-connection" {
            // The declaration was copied; what it shows goes back to it.
            let name = self.connections.values_mut().find(|(known, _)| known.location == link.location);
            if let Some((known, _)) = name {
                known.shown = link.shown;
            }
            return;
        }
        self.found.add(link);
    }

    fn finish(mut self) -> Folded {
        for open in std::mem::take(&mut self.open) {
            self.add_open(open);
        }
        for (mut link, used) in std::mem::take(&mut self.connections).into_values() {
            if !used && link.kind == LinkKind::Dde {
                link.saw(trick::ORPHAN_LINK);
                link.trigger = Trigger::Never;
            }
            self.found.add(link);
        }
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::worth_reading;

    #[test]
    fn objects_inside_the_package_are_not_worth_reading() {
        let inside = [
            r#"<draw:object xlink:href="./Object 1" xlink:type="simple"/>"#,
            r#"<draw:object-ole xlink:href="Object-2/x"/>"#,
            r#"<draw:frame presentation:object="subtitle" table:object-count="7"/>"#,
            r"<draw:object><math/></draw:object>",
            r#"<style:x xlink:href="file:///c:/a"/>object"#,
        ];
        for text in inside {
            assert!(!worth_reading(text.as_bytes()), "{text}");
        }
        let elsewhere = [
            r#"<draw:object xlink:href="../a.ods"/>"#,
            r#"<draw:object xlink:href="./../a.ods" b="c" xlink:href="http://x/"/>"#,
            r#"<draw:object-ole xlink:href="file:///c:/a"/>"#,
            r"<draw:object xlink:href='./Object 1'/>",
            r#"<object href="&#47;x"/>"#,
            r#"<a-b:object xlink:href = "http://x/"/>"#,
            r"<draw:object><office:binary-data>AAAA</office:binary-data></draw:object>",
            r#"<text:section-source xlink:href="x"/>"#,
            r#"<table:table-source xlink:href="x"/>"#,
            r#"<office:dde-source office:dde-topic="x"/>"#,
        ];
        for text in elsewhere {
            assert!(worth_reading(text.as_bytes()), "{text}");
        }
    }
}
