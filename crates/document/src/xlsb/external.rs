//! External link parts (MS-XLSB 2.1.7.25).

use super::records::{Records, id, wide};
use super::sheet::Uses;
use super::workbook::Workbook;
use super::{CARRIER, bytes};
use crate::xlm::LIST_CAP;
use crate::xlm::formula::show;
use crate::xls::links::{Folded, service_tricks};
use ddefend_container::Sink;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_guard::Cursor;
use ddefend_model::{Link, LinkKind, Location, Trigger, trick};

/// `BrtBeginSupBook.sbt`, MS-XLSB 2.5.44: a DDE conversation, an OLE link; 0 is another workbook.
const DDE: u16 = 1;
const OLE: u16 = 2;

/// An item of a conversation.
#[derive(Clone, Debug, Default)]
struct Item {
    name: String,
    bits: u16,
    shown: Option<String>,
}

impl Item {
    fn advises(&self) -> bool {
        self.bits & 0x0002 != 0
    }

    fn is_standard_name(&self) -> bool {
        self.bits & 0x0008 != 0
    }
}

/// A conversation that a part describes.
#[derive(Debug)]
pub(super) struct Conversation {
    base: Link,
    items: Vec<Item>,
    /// Number of the external reference.
    number: Option<usize>,
}

impl Conversation {
    /// External reference and number, from 1, of each of its items.
    pub(super) fn wanted(&self) -> Vec<(usize, u32)> {
        let items = 1..=u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        self.number.map(|number| items.map(|item| (number, item)).collect()).unwrap_or_default()
    }
}

/// Reads one part; OLE links and other workbooks are reported at once.
pub(super) fn read(
    package: &Package<'_>,
    part: &PackagePart,
    workbook: &Workbook,
    sink: &mut dyn Sink,
) -> Option<Conversation> {
    let data = bytes(package, part, sink)?;
    let path = sink.path().join(part.name.trim_start_matches('/'));
    let mut found: Option<Conversation> = None;
    for record in Records::new(&data) {
        let mut cursor = Cursor::new(record.data);
        match (record.id, &mut found) {
            (id::BEGIN_SUP_BOOK, None) => {
                let sort = cursor.u16("sort").unwrap_or_default();
                let first = wide(&mut cursor).unwrap_or_default();
                let second = wide(&mut cursor).unwrap_or_default();
                let place = Location::bytes(record.offset as u64, record.length as u64).held_by("BrtBeginSupBook");
                let kind = match sort {
                    DDE => LinkKind::Dde,
                    OLE => LinkKind::OleLink,
                    _ => LinkKind::ExternalWorkbook,
                };
                let mut base = Link::new(kind, CARRIER, path.clone(), place);
                part.tricks.iter().for_each(|trick| base.saw(trick));
                if kind == LinkKind::Dde {
                    (base.service, base.topic) = (Some(first), Some(second));
                    service_tricks(&mut base);
                    if !part.name.to_ascii_lowercase().starts_with("/xl/externallinks/externallink") {
                        base.saw(trick::RENAMED_PART);
                    }
                    found = Some(Conversation { base, items: Vec::new(), number: workbook.book(part) });
                } else {
                    let relation = package.relations_of(&part.name).find(|relation| relation.id == first);
                    base.target = relation.map(|relation| relation.target.clone());
                    base.service = (kind == LinkKind::OleLink).then_some(second);
                    base.raw = base.target.clone().unwrap_or_default();
                    sink.link(base);
                }
            }
            (id::SUP_NAME_START, Some(found)) if found.items.len() < LIST_CAP => {
                let name = wide(&mut cursor).unwrap_or_default();
                found.items.push(Item { name, ..Item::default() });
            }
            (_, Some(found)) => {
                if let Some(item) = found.items.last_mut() {
                    detail(item, record.id, &mut cursor);
                }
            }
            _ => {}
        }
    }
    found
}

/// Flags and first cached value of an item.
fn detail(item: &mut Item, id: u16, cursor: &mut Cursor<'_>) {
    let first = item.shown.is_none();
    match id {
        // The flags of `EXTERNNAME` in the order that xls has; their sort stands in the last byte.
        id::SUP_NAME_BITS => item.bits = cursor.u16("flags").unwrap_or_default(),
        id::SUP_NAME_ST if first => item.shown = wide(cursor).filter(|text| !text.is_empty()),
        id::SUP_NAME_NUM if first => item.shown = cursor.u64("number").ok().map(|bits| show(f64::from_bits(bits))),
        _ => {}
    }
}

/// Reports the conversations once it is known which cells use them.
pub(super) fn report(conversations: Vec<Conversation>, uses: &Uses, sink: &mut dyn Sink) {
    let mut links = Folded::default();
    for conversation in conversations {
        let numbered: Vec<(u32, &Item)> = (1..).zip(&conversation.items).collect();
        let plain: Vec<_> = numbered.iter().filter(|(_, item)| !item.is_standard_name()).copied().collect();
        let items = if plain.is_empty() { numbered.into_iter().take(1).collect() } else { plain };
        if items.is_empty() {
            let mut link = conversation.base.clone();
            link.saw(trick::ORPHAN_LINK);
            links.push(link);
        }
        for (number, item) in items {
            let mut link = conversation.base.clone();
            // Excel writes this prefix where an item looks like a cell.
            link.item = Some(item.name.strip_prefix("_xlbgnm.").unwrap_or(&item.name).to_owned());
            link.shown.clone_from(&item.shown);
            let used = conversation.number.and_then(|book| uses.get(&(book, number)));
            link.trigger = match (item.advises(), used) {
                (true, _) => Trigger::Open,
                (false, Some(_)) => Trigger::Calculation,
                (false, None) => Trigger::Update,
            };
            match used {
                Some(used) => {
                    link.location.sheet.clone_from(&used.sheet);
                    link.location.cell = Some(used.cell.clone());
                    link.shown = used.shown.clone().or(link.shown);
                }
                None => link.saw(trick::ORPHAN_LINK),
            }
            links.push(link);
        }
    }
    for mut link in links.into_links() {
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        link.raw = format!("{}|{}!{}", word(&link.service), word(&link.topic), word(&link.item));
        sink.link(link);
    }
}
