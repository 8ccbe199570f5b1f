//! External references to links: conversations, OLE links and other workbooks told apart by the specification.

use super::book::{Book, External, Form, Item};
use super::cells::{Use, uses};
use crate::xlm::strings::Version;
use ddefend_container::Sink;
use ddefend_model::{Link, LinkKind, Location, PartPath, Trigger, trick};
use std::collections::BTreeMap;

type Uses = BTreeMap<(usize, u32), Use>;

/// Reports the external references of a workbook stream.
pub(crate) fn read(data: &[u8], book: &Book, part: &PartPath, carrier: &'static str, sink: &mut dyn Sink) {
    let speaks = |external: &External| matches!(external.form, Form::Conversation(..));
    let found = if book.externals.iter().any(speaks) { uses(data, book, sink) } else { Uses::new() };
    let mut links = Folded::default();
    for (index, external) in book.externals.iter().enumerate() {
        let place = Location::bytes(external.offset as u64, external.length as u64).held_by(external.record);
        match &external.form {
            Form::Conversation(service, topic) => {
                let names = (service.as_str(), topic.as_str());
                conversation(index, external, names, &found, (part, &place, carrier), &mut links);
            }
            Form::Workbook(path) => links.push(workbook(path, part, &place, carrier)),
            Form::Unused(_) => {
                if let Some(link) = trace(external, part, &place, carrier) {
                    links.push(link);
                }
            }
            Form::Own | Form::AddIn => {}
        }
    }
    for mut link in links.into_links() {
        if book.version < Version::Biff8 {
            link.saw(trick::OLD_FORMAT);
        }
        if book.trailing.is_some() {
            link.saw(trick::TRAILING_BYTES);
        }
        sink.link(link);
    }
}

/// Links of one conversation, one for every item.
fn conversation(
    index: usize,
    external: &External,
    (service, topic): (&str, &str),
    found: &Uses,
    (part, place, carrier): (&PartPath, &Location, &'static str),
    links: &mut Folded,
) {
    let base = |kind| {
        let mut link = Link::new(kind, carrier, part.clone(), place.clone());
        link.service = Some(service.to_owned());
        link.raw.clone_from(&external.raw);
        link.trigger = if external.items.iter().any(Item::advises) { Trigger::Open } else { Trigger::Update };
        link.item = external.items.first().map(|item| item.name.clone());
        link
    };
    if external.items.iter().any(Item::is_ole) {
        let mut link = base(LinkKind::OleLink);
        link.target = Some(topic.to_owned());
        links.push(link);
        return;
    }
    let mut dde = base(LinkKind::Dde);
    dde.topic = Some(topic.to_owned());
    service_tricks(&mut dde);
    let plain = (1_u32..).zip(&external.items).filter(|(_, item)| !item.is_standard_name());
    let mut any = false;
    for (number, item) in plain {
        any = true;
        let mut link = dde.clone();
        link.item = Some(item.name.clone());
        link.raw = format!("{}!{}", external.raw, item.name);
        link.shown.clone_from(&item.shown);
        let used = found.get(&(index, number));
        // Advised items are asked for at open; others when a formula that uses them is calculated.
        link.trigger = match (item.advises(), used) {
            (true, _) => Trigger::Open,
            (false, Some(_)) => Trigger::Calculation,
            (false, None) => Trigger::Update,
        };
        match used {
            Some(used) => used_at(&mut link, used),
            None => link.saw(trick::ORPHAN_LINK),
        }
        links.push(link);
    }
    if !any {
        dde.saw(trick::ORPHAN_LINK);
        links.push(dde);
    }
}

fn used_at(link: &mut Link, used: &Use) {
    link.location.sheet.clone_from(&used.sheet);
    link.location.cell = Some(used.cell.clone());
    if used.shown.is_some() {
        link.shown.clone_from(&used.shown);
    }
}

/// Tricks that show in the names themselves.
pub(crate) fn service_tricks(link: &mut Link) {
    let service = link.service.as_deref().unwrap_or_default();
    let topic = link.topic.as_deref().unwrap_or_default();
    let path = |text: &str| text.contains("..\\") || text.contains("../");
    let (climbs, is_path) = (path(service) || path(topic), service.contains(['\\', '/', '.', ':']));
    let long = service.chars().count() > 8 && !is_path;
    if climbs {
        link.saw(trick::PATH_TRICK);
    }
    if long {
        link.saw(trick::LONG_SERVICE);
    }
}

fn workbook(path: &str, part: &PartPath, place: &Location, carrier: &'static str) -> Link {
    let mut link = Link::new(LinkKind::ExternalWorkbook, carrier, part.clone(), place.clone());
    link.target = Some(path.to_owned());
    path.clone_into(&mut link.raw);
    link
}

/// An unused reference that still has a document name: what is left of a conversation.
fn trace(external: &External, part: &PartPath, place: &Location, carrier: &'static str) -> Option<Link> {
    let item = external.items.iter().find(|item| item.is_standard_name())?;
    let mut link = Link::new(LinkKind::Dde, carrier, part.clone(), place.clone());
    link.item = Some(item.name.clone());
    link.raw = format!("{}!{}", external.raw, item.name);
    link.trigger = Trigger::Never;
    link.saw(trick::ORPHAN_LINK);
    Some(link)
}

type Key = (LinkKind, Trigger, Option<String>, Option<String>, Option<String>, PartPath);

/// Equal links folded into the first, preferring one whose place is a cell.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    places: BTreeMap<Key, usize>,
    links: Vec<Link>,
}

impl Folded {
    /// Adds a link.
    pub(crate) fn push(&mut self, link: Link) {
        let target = link.target.clone().filter(|_| link.kind == LinkKind::OleLink);
        let key = (link.kind, link.trigger, link.service.clone(), link.topic.clone(), target, link.part.clone());
        match self.places.get(&key).and_then(|index| self.links.get_mut(*index)) {
            Some(first) => {
                first.count = first.count.saturating_add(1);
                if first.location.cell.is_none() && link.location.cell.is_some() {
                    let count = first.count;
                    *first = link;
                    first.count = count;
                }
            }
            None => {
                self.places.insert(key, self.links.len());
                self.links.push(link);
            }
        }
    }

    /// The links in the order in which the first of each came.
    pub(crate) fn into_links(self) -> Vec<Link> {
        self.links
    }
}

/// Reports database and web queries.
pub(crate) fn queries(book: &Book, part: &PartPath, carrier: &'static str, sink: &mut dyn Sink) {
    for (offset, text) in &book.queries {
        let place = Location::bytes(*offset as u64, 0).held_by("DBQUERY");
        let mut link = Link::new(LinkKind::Query, carrier, part.clone(), place);
        link.target = Some(text.clone());
        link.raw.clone_from(text);
        sink.link(link);
    }
}
