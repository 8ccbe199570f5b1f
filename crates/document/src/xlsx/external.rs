//! External link parts: conversations, OLE links and other workbooks (ISO 29500-1 18.14).

use super::scan::Uses;
use super::workbook::Workbook;
use super::{CARRIER, Opened, open};
use crate::xlm::{LIST_CAP, tell_full};
use crate::xls::links::{Folded, service_tricks};
use ddefend_container::Sink;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::xml::{Element, Event, Source, Xml};
use ddefend_model::{Link, LinkKind, Location, Trigger, trick};

/// Most links of one part; the schema allows one.
const LINK_CAP: usize = 64;

/// An item of a conversation.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) name: String,
    advise: bool,
    ole: bool,
    shown: Option<String>,
}

/// A conversation that a part describes.
#[derive(Debug)]
pub(super) struct Conversation {
    /// The link without its item.
    base: Link,
    pub(super) items: Vec<Item>,
    /// Number in formulas.
    pub(super) number: Option<usize>,
}

/// Reads one part; OLE links and other workbooks are reported at once.
pub(super) fn read(
    package: &Package<'_>,
    part: &PackagePart,
    workbook: &Workbook,
    sink: &mut dyn Sink,
) -> Vec<Conversation> {
    let Some(mut opened) = open(package, part, sink) else { return Vec::new() };
    let known = part.name.to_ascii_lowercase();
    if !known.starts_with("/xl/externallinks/externallink") {
        opened.tricks.push(trick::RENAMED_PART);
    }
    let source = Source::new(&opened.bytes, sink);
    let mut xml = Xml::new(&source);
    let mut reading =
        Reading { opened: &opened, package, part, found: Vec::new(), references: Vec::new(), value: None };
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) => reading.start(&element),
            Event::Text { text, .. } => {
                if let Some(value) = &mut reading.value {
                    value.push_str(&text);
                }
            }
            Event::End(local) if local == "val" => reading.end_value(),
            _ => {}
        }
    }
    let most = reading.found.iter().map(|found| found.items.len()).max().unwrap_or_default();
    tell_full(reading.found.len().max(reading.references.len()), LINK_CAP, "links of one part", sink);
    tell_full(most, LIST_CAP, "items of one link", sink);
    let number = workbook.references.get(&known).copied();
    let (mut found, references) = (reading.found, reading.references);
    for link in references {
        opened.report(link, Some(&source), sink);
    }
    for conversation in &mut found {
        conversation.number = number;
        for trick in &opened.tricks {
            conversation.base.saw(trick);
        }
        if source.transcoded {
            conversation.base.saw(trick::XML_ENCODING);
        }
        if source.entities {
            conversation.base.saw(trick::XML_ENTITY);
        }
    }
    found
}

struct Reading<'r, 'a> {
    opened: &'r Opened<'a>,
    package: &'r Package<'a>,
    part: &'r PackagePart,
    found: Vec<Conversation>,
    /// OLE links and other workbooks.
    references: Vec<Link>,
    /// The cached value that is being read.
    value: Option<String>,
}

impl Reading<'_, '_> {
    fn start(&mut self, element: &Element<'_>) {
        match element.local() {
            "ddeLink" if self.found.len() < LINK_CAP => self.conversation(element),
            "ddeItem" => {
                if let Some(last) = self.found.last_mut().filter(|last| last.items.len() < LIST_CAP) {
                    last.items.push(item(element));
                }
            }
            "val" => self.value = Some(String::new()),
            "oleLink" | "externalBook" if self.references.len() >= LINK_CAP => {}
            "oleLink" => self.reference(element, LinkKind::OleLink, "oleLink"),
            "externalBook" => self.reference(element, LinkKind::ExternalWorkbook, "externalBook"),
            "oleItem" => {
                if let Some(last) = self.references.last_mut() {
                    let item = item(element);
                    last.trigger = if item.advise { Trigger::Open } else { last.trigger };
                    last.item.get_or_insert(item.name);
                }
            }
            _ => {}
        }
    }

    fn conversation(&mut self, element: &Element<'_>) {
        let place = Location { offset: Some(element.offset), ..Location::default() }.held_by("ddeLink");
        let mut base = Link::new(LinkKind::Dde, CARRIER, self.opened.path.clone(), place);
        for attribute in element.attributes() {
            let value = match attribute.local.as_str() {
                "ddeService" => &mut base.service,
                "ddeTopic" => &mut base.topic,
                _ => continue,
            };
            *value = Some(attribute.value);
            if attribute.encoded {
                base.saw(trick::XML_ENCODING);
            }
        }
        service_tricks(&mut base);
        self.found.push(Conversation { base, items: Vec::new(), number: None });
    }

    /// Keeps the first value of the item that is open.
    fn end_value(&mut self) {
        let value = self.value.take().filter(|value| !value.is_empty());
        if let Some(item) = self.found.last_mut().and_then(|last| last.items.last_mut())
            && item.shown.is_none()
        {
            item.shown = value;
        }
    }

    fn reference(&mut self, element: &Element<'_>, kind: LinkKind, holder: &'static str) {
        let place = Location { offset: Some(element.offset), ..Location::default() }.held_by(holder);
        let mut link = Link::new(kind, CARRIER, self.opened.path.clone(), place);
        let id = element.attribute("id").unwrap_or_default();
        let relation = self.package.relations_of(&self.part.name).find(|relation| relation.id == id);
        link.target = relation.map(|relation| relation.target.clone());
        link.service = element.attribute("progId");
        link.raw = link.target.clone().unwrap_or_default();
        self.references.push(link);
    }
}

fn item(element: &Element<'_>) -> Item {
    let on = |name: &str| element.attribute(name).is_some_and(|value| matches!(value.trim(), "1" | "true"));
    Item {
        // The default name is "0" (18.14.2).
        name: element.attribute("name").unwrap_or_else(|| "0".to_owned()),
        advise: on("advise"),
        ole: on("ole"),
        shown: None,
    }
}

/// Reports the conversations once it is known which cells use them.
pub(super) fn report(conversations: Vec<Conversation>, uses: &Uses, sink: &mut dyn Sink) {
    let mut links = Folded::default();
    for conversation in conversations {
        let plain: Vec<&Item> = conversation.items.iter().filter(|item| !item.ole).collect();
        // An item marked `ole` is the document's standard name; it counts only where there is no other.
        let items = if plain.is_empty() { conversation.items.iter().take(1).collect() } else { plain };
        if items.is_empty() {
            let mut link = conversation.base.clone();
            link.raw = raw(&link);
            link.saw(trick::ORPHAN_LINK);
            links.push(link);
        }
        for item in items {
            let mut link = conversation.base.clone();
            // Excel writes this prefix where an item looks like a cell.
            let name = item.name.strip_prefix("_xlbgnm.").unwrap_or(&item.name);
            link.item = Some(item.name.clone());
            link.raw = raw(&link);
            link.item = Some(name.to_owned());
            link.shown.clone_from(&item.shown);
            let used = conversation.number.and_then(|number| uses.first(number, name));
            link.trigger = match (item.advise, used) {
                (true, _) => Trigger::Open,
                (false, Some(_)) => Trigger::Calculation,
                (false, None) => Trigger::Update,
            };
            match used {
                Some(used) => {
                    link.location.sheet.clone_from(&used.sheet);
                    link.location.cell.clone_from(&used.cell);
                    link.shown = used.shown.clone().or(link.shown);
                }
                None => link.saw(trick::ORPHAN_LINK),
            }
            links.push(link);
        }
    }
    for link in links.into_links() {
        sink.link(link);
    }
}

fn raw(link: &Link) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    format!("{}|{}!{}", word(&link.service), word(&link.topic), word(&link.item))
}
