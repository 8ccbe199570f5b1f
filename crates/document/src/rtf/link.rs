//! What was collected, as links.

use ddefend_grammar::field::{Instruction, Keyword};
use ddefend_model::{Link, LinkKind, Location, PartPath, Trigger, trick};

/// Where a field stands and what is known of its surroundings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) offset: usize,
    pub(super) length: usize,
    /// In a header, footnote, comment or text box.
    pub(super) other_story: bool,
    /// In hidden or deleted text.
    pub(super) hidden: bool,
    /// In a destination that readers ignore.
    pub(super) dead: bool,
}

/// The link of an evaluated instruction.
pub(super) fn of_instruction(found: Instruction, place: Place, part: PartPath, tricks: &[&'static str]) -> Link {
    let location = Location::bytes(place.offset as u64, place.length as u64).held_by("\\fldinst");
    let is_dde = matches!(found.keyword, Keyword::Dde | Keyword::DdeAuto);
    let kind = if is_dde { LinkKind::Dde } else { LinkKind::IncludeField };
    let mut link = Link::new(kind, "rtf", part, location);
    let mut arguments = found.arguments.into_iter();
    if is_dde {
        link.service = arguments.next();
        link.topic = arguments.next();
        link.item = arguments.next();
    } else {
        link.service = Some(keyword_name(found.keyword).to_owned());
        let mut rest: Vec<String> = arguments.collect();
        // LINK names the class first; the others begin with the file.
        if found.keyword == Keyword::Link && rest.len() > 1 {
            link.topic = Some(rest.remove(0));
        }
        if !rest.is_empty() {
            link.target = Some(rest.remove(0));
        }
        link.item = rest.into_iter().next();
    }
    link.trigger = if place.dead { Trigger::Never } else { found.trigger };
    link.raw = found.raw;
    link.effective = found.effective;
    link.shown = found.shown;
    for trick in tricks.iter().copied().chain(found.tricks) {
        link.saw(trick);
    }
    if place.other_story {
        link.saw(trick::OTHER_STORY);
    }
    if place.hidden || place.dead {
        link.saw(trick::HIDDEN_CONTENT);
    }
    link
}

fn keyword_name(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Dde => "DDE",
        Keyword::DdeAuto => "DDEAUTO",
        Keyword::Link => "LINK",
        Keyword::IncludeText => "INCLUDETEXT",
        Keyword::IncludePicture => "INCLUDEPICTURE",
        Keyword::Database => "DATABASE",
    }
}

/// What equal links share: kind, service, topic, target and trigger.
type Key = (LinkKind, Option<String>, Option<String>, Option<String>, Trigger);

/// Folds equal links into the first of them.
#[derive(Debug, Default)]
pub(super) struct Folder {
    links: Vec<Link>,
    known: std::collections::BTreeMap<Key, usize>,
}

impl Folder {
    pub(super) fn add(&mut self, link: Link) {
        let item = if link.kind == LinkKind::Dde { None } else { link.target.clone() };
        let key = (link.kind, link.service.clone(), link.topic.clone(), item, link.trigger);
        let at = *self.known.entry(key).or_insert(self.links.len());
        match self.links.get_mut(at) {
            Some(first) => {
                first.count = first.count.saturating_add(1);
                for trick in link.tricks {
                    if !first.tricks.contains(&trick) {
                        first.tricks.push(trick);
                    }
                }
            }
            None => self.links.push(link),
        }
    }

    pub(super) fn links(self) -> Vec<Link> {
        self.links
    }
}

/// True for a URL or a UNC path: something that is reached over the network.
pub(super) fn is_remote(target: &str) -> bool {
    let target = target.trim_matches(['"', ' ']);
    target.contains("://") || target.starts_with("\\\\") || target.starts_with("//") || target.contains("!http")
}
