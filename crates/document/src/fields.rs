//! Word fields to links, the same for every carrier of Word text (docx, doc, rtf, html ...).

use ddefend_container::Sink;
use ddefend_grammar::field::{Built, Instruction, Keyword, examine};
use ddefend_model::{Link, LinkKind, Location, PartPath, Trigger, code, trick};
use std::collections::HashMap;

/// What a carrier knows beside the text of its fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carrier {
    /// Its reader's id.
    pub(crate) id: &'static str,
    /// The document's settings make all fields update at open.
    pub(crate) update_fields: bool,
}

/// Evaluates a story and reports its links, and the limits that were hit on the way. `place` maps a field's mark to
/// the part and the place in it.
pub(crate) fn report(
    carrier: Carrier,
    built: &Built,
    place: impl Fn(u32) -> (PartPath, Location),
    sink: &mut dyn Sink,
) {
    let nesting = sink.budget().limits().nesting;
    let found = examine(&built.story, nesting);
    limits(built.too_deep || found.too_deep, found.cut, nesting, sink);
    for link in links(carrier, found.instructions, place) {
        sink.link(link);
    }
}

/// Reports the limits that were hit.
fn limits(too_deep: bool, cut: bool, nesting: u32, sink: &mut dyn Sink) {
    if too_deep {
        let message = format!("fields nest deeper than {nesting}; the inner ones were read on their own");
        sink.report(code::LIMIT_STRUCTURE, Location::default(), message);
    }
    if cut {
        let message = "the values of nested fields grow beyond what is followed; commands may be cut".to_owned();
        sink.report(code::LIMIT_STRUCTURE, Location::default(), message);
    }
}

/// Like [`report`], with further readings of the same text, of which only the links that are new are reported.
pub(crate) fn report_readings(
    carrier: Carrier,
    built: &Built,
    again: Option<&Built>,
    place: impl Fn(u32) -> (PartPath, Location),
    sink: &mut dyn Sink,
) {
    let Some(again) = again else { return report(carrier, built, place, sink) };
    let nesting = sink.budget().limits().nesting;
    let mut folder = Folder::default();
    for (first, built) in [(true, built), (false, again)] {
        let found = examine(&built.story, nesting);
        limits(built.too_deep || found.too_deep, found.cut, nesting, sink);
        for instruction in found.instructions {
            let (part, location) = place(instruction.mark);
            let link = link(carrier, instruction, part, location);
            if first || !folder.holds(&link) {
                folder.add(link);
            }
        }
    }
    for link in folder.into_links() {
        sink.link(link);
    }
}

/// Instructions as links, equal ones folded into the first.
pub(crate) fn links(
    carrier: Carrier,
    instructions: Vec<Instruction>,
    place: impl Fn(u32) -> (PartPath, Location),
) -> Vec<Link> {
    let mut folder = Folder::default();
    for instruction in instructions {
        let (part, location) = place(instruction.mark);
        folder.add(link(carrier, instruction, part, location));
    }
    folder.into_links()
}

/// How many different links one story may give; more than any sink takes, so that it reports the limit.
const DISTINCT: usize = 20_000;

/// Folds equal links: same kind, service, topic, target, trigger and part.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    links: Vec<Link>,
    known: HashMap<Key, usize>,
}

type Key = (String, Option<String>, Option<String>, Option<String>, String);

fn key(link: &Link) -> Key {
    let kind = format!("{:?} {:?}", link.kind, link.trigger);
    (kind, link.service.clone(), link.topic.clone(), link.target.clone(), link.part.to_string())
}

impl Folder {
    /// True where an equal link is there.
    fn holds(&self, link: &Link) -> bool {
        self.known.contains_key(&key(link))
    }

    /// Adds a link, or counts it where an equal one is there.
    pub(crate) fn add(&mut self, link: Link) {
        let key = key(&link);
        let full = self.links.len() >= DISTINCT;
        match self.known.get(&key).and_then(|index| self.links.get_mut(*index)) {
            Some(first) => {
                first.count = first.count.saturating_add(1);
                for trick in link.tricks {
                    if !first.tricks.contains(&trick) {
                        first.tricks.push(trick);
                    }
                }
            }
            None if full => {}
            None => {
                self.known.insert(key, self.links.len());
                self.links.push(link);
            }
        }
    }

    /// The folded links, in the order in which the first of each was met.
    pub(crate) fn into_links(self) -> Vec<Link> {
        self.links
    }
}

/// One instruction as a link.
fn link(carrier: Carrier, instruction: Instruction, part: PartPath, location: Location) -> Link {
    let mut link = Link::new(LinkKind::IncludeField, carrier.id, part, location);
    let mut arguments = instruction.arguments.into_iter();
    match instruction.keyword {
        Keyword::Dde | Keyword::DdeAuto => {
            link.kind = LinkKind::Dde;
            link.service = arguments.next();
            link.topic = arguments.next();
            link.item = arguments.next();
        }
        Keyword::Link => {
            link.service = arguments.next();
            link.target = arguments.next();
            link.item = arguments.next();
        }
        Keyword::IncludeText | Keyword::IncludePicture => {
            let name = if instruction.keyword == Keyword::IncludeText { "INCLUDETEXT" } else { "INCLUDEPICTURE" };
            link.service = Some(name.to_owned());
            link.target = arguments.next();
            link.item = arguments.next();
        }
        Keyword::Database => {
            let switch = |name: &str| {
                let found = instruction.switches.iter().find(|switch| switch.to_ascii_lowercase().starts_with(name));
                found.and_then(|switch| switch.get(name.len()..)).map(str::to_owned)
            };
            link.service = Some("DATABASE".to_owned());
            link.target = switch("\\d ").or_else(|| switch("\\c "));
            link.topic = switch("\\s ");
        }
    }
    link.trigger = instruction.trigger;
    link.raw = instruction.raw;
    link.effective = instruction.effective;
    link.shown = instruction.shown;
    for trick in instruction.tricks {
        link.saw(trick);
    }
    if carrier.update_fields && link.trigger == Trigger::Update {
        link.trigger = Trigger::Open;
        link.saw(trick::UPDATE_FIELDS);
    }
    link
}
