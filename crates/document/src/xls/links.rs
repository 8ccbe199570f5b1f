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
    let mut links: Vec<Link> = Vec::new();
    for (index, external) in book.externals.iter().enumerate() {
        let place = Location::bytes(external.offset as u64, external.length as u64).held_by(external.record);
        match &external.form {
            Form::Conversation(service, topic) => {
                let names = (service.as_str(), topic.as_str());
                links.extend(conversation(index, external, names, &found, part, &place, carrier));
            }
            Form::Workbook(path) => links.push(workbook(path, part, &place, carrier)),
            Form::Unused(_) => links.extend(trace(external, part, &place, carrier)),
            Form::Own | Form::AddIn => {}
        }
    }
    for mut link in fold(links) {
        if book.version < Version::Biff8 {
            link.saw(trick::OLD_FORMAT);
        }
        if book.trailing.is_some() {
            link.saw(trick::TRAILING_BYTES);
        }
        sink.link(link);
    }
}

/// Links of one conversation, one for every way of firing.
fn conversation(
    index: usize,
    external: &External,
    (service, topic): (&str, &str),
    found: &Uses,
    part: &PartPath,
    place: &Location,
    carrier: &'static str,
) -> Vec<Link> {
    let base = |kind| {
        let mut link = Link::new(kind, carrier, part.clone(), place.clone());
        link.service = Some(service.to_owned());
        link.raw.clone_from(&external.raw);
        link
    };
    if external.items.iter().any(Item::is_ole) {
        let mut link = base(LinkKind::OleLink);
        link.target = Some(topic.to_owned());
        link.item = external.items.first().map(|item| item.name.clone());
        link.trigger = if external.items.iter().any(Item::advises) { Trigger::Open } else { Trigger::Update };
        return vec![link];
    }
    let mut links = Vec::new();
    let plain = external.items.iter().enumerate().filter(|(_, item)| !item.is_standard_name());
    for (number, item) in plain {
        let number = u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1);
        let mut link = base(LinkKind::Dde);
        link.topic = Some(topic.to_owned());
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
    if links.is_empty() {
        let mut link = base(LinkKind::Dde);
        link.topic = Some(topic.to_owned());
        link.item = external.items.first().map(|item| item.name.clone());
        link.trigger = if external.items.iter().any(Item::advises) { Trigger::Open } else { Trigger::Update };
        link.saw(trick::ORPHAN_LINK);
        links.push(link);
    }
    for link in &mut links {
        service_tricks(link);
    }
    links
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

/// Folds equal links into the first, preferring one whose place is a cell.
pub(crate) fn fold(links: Vec<Link>) -> Vec<Link> {
    let mut places = BTreeMap::new();
    let mut folded: Vec<Link> = Vec::new();
    for link in links {
        let target = (link.kind == LinkKind::OleLink).then(|| link.target.clone());
        let key = (link.kind, link.trigger, link.service.clone(), link.topic.clone(), target, link.part.clone());
        match places.get(&key).and_then(|index: &usize| folded.get_mut(*index)) {
            Some(first) => {
                first.count = first.count.saturating_add(1);
                if first.location.cell.is_none() && link.location.cell.is_some() {
                    let count = first.count;
                    *first = link;
                    first.count = count;
                }
            }
            None => {
                places.insert(key, folded.len());
                folded.push(link);
            }
        }
    }
    folded
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
