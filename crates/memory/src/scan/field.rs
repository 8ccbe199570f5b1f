//! Word's field instructions: between the marks with which Word holds them, in `{ }`, in RTF and XML, or as plain text.

use super::view::{Spot, View};
use crate::words::Word;
use ddefend_dde::facts::facts_of;
use ddefend_grammar::field::{Instruction, Keyword, StoryBuilder, examine};
use ddefend_model::{Link, LinkKind, Location, PartPath};

const BEGIN: char = '\u{13}';
const SEPARATOR: char = '\u{14}';
const END: char = '\u{15}';
/// Fields in fields that are followed.
const NESTING: u32 = 32;
/// Characters before a keyword in which what holds it is looked for.
const BEFORE: usize = 48;

pub(super) fn spots(view: &View<'_>) -> Vec<Spot> {
    let mut spots = marked(view);
    let keywords: Vec<(usize, usize)> = view.words.iter().filter_map(|word| keyword(view, *word)).collect();
    for (index, (from, behind)) in keywords.iter().enumerate() {
        let inside = |spot: &Spot| spot.from <= *from && *from < spot.to;
        if !spots.iter().rev().take(2).any(inside) && !spots.iter().any(inside) {
            let next = index.checked_add(1).and_then(|next| keywords.get(next)).map(|next| next.0);
            spots.extend(written(view, *from, *behind, next));
        }
    }
    spots
}

/// Where a keyword begins and what is behind it begins: `DDE` or `DDEAUTO` as a word, with a blank or a quote behind.
fn keyword(view: &View<'_>, (from, to, word): (usize, usize, Word)) -> Option<(usize, usize)> {
    if word != Word::Dde {
        return None;
    }
    let before = view.char_before(from);
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '/' | '-' | '.' | '\\' | ':' | '%' | '#' | '$'))
    {
        return None;
    }
    let end = if view.lower(to, to.saturating_add(4)) == "auto" { to.saturating_add(4) } else { to };
    let behind = view.char_at(end)?;
    (behind.is_whitespace() || is_quote(behind)).then_some((from, end))
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}')
}

/// Fields between marks, nested ones evaluated.
fn marked(view: &View<'_>) -> Vec<Spot> {
    if !view.chars.contains(&BEGIN) || !view.words.iter().any(|word| word.2 == Word::Dde) && !spells(view) {
        return Vec::new();
    }
    let mut builder = StoryBuilder::new(NESTING);
    let mut open: Vec<usize> = Vec::new();
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut text = String::new();
    for (index, c) in view.chars.iter().enumerate() {
        if !matches!(*c, BEGIN | SEPARATOR | END) {
            text.push(*c);
            continue;
        }
        builder.text(&text);
        text.clear();
        match *c {
            BEGIN => {
                builder.begin(u32::try_from(index).unwrap_or(u32::MAX));
                open.push(index);
            }
            SEPARATOR => builder.separator(),
            _ => {
                builder.end();
                ends.extend(open.pop().map(|begin| (begin, index)));
            }
        }
    }
    builder.text(&text);
    ends.sort_unstable();
    let last = view.chars.len();
    let found = examine(&builder.finish().story, NESTING).instructions;
    let dde = found.into_iter().filter(|found| matches!(found.keyword, Keyword::Dde | Keyword::DdeAuto));
    dde.filter_map(|instruction| {
        let from = usize::try_from(instruction.mark).unwrap_or(usize::MAX);
        let end = ends.binary_search_by_key(&from, |pair| pair.0).ok().and_then(|at| ends.get(at));
        let to = end.map_or(last, |pair| pair.1.saturating_add(1));
        let (level, command) = view.judge(&link(instruction))?;
        let mut spot = Spot::new("dde-field", from, to, level);
        spot.command = command;
        Some(spot)
    })
    .collect()
}

/// True where nested fields may spell a keyword.
fn spells(view: &View<'_>) -> bool {
    view.lower.contains("quote") || view.lower.contains("ref ")
}

/// The instruction as a link of a Word document.
fn link(instruction: Instruction) -> Link {
    let mut link = Link::new(LinkKind::Dde, "docx", PartPath::default(), Location::default());
    let mut words = instruction.arguments.into_iter();
    link.service = words.next();
    link.topic = words.next();
    link.item = words.next();
    link.trigger = instruction.trigger;
    link.raw = instruction.raw;
    link.effective = instruction.effective;
    for trick in instruction.tricks {
        link.saw(trick);
    }
    link
}

/// What holds an instruction, and so where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// Nothing that shows.
    None,
    /// `{ }`, also RTF.
    Braces,
    /// The text of an XML element.
    Element,
    /// The value of an attribute.
    Attribute,
}

fn holder(view: &View<'_>, from: usize) -> Holder {
    let before = view.lower(from.saturating_sub(BEFORE), from).trim_end();
    if before.ends_with("instr=\"") {
        Holder::Attribute
    } else if before.ends_with('>') && before.contains("instr") {
        Holder::Element
    } else if before.ends_with('{') || before.contains("fldinst") {
        Holder::Braces
    } else {
        Holder::None
    }
}

/// One past the last character of an instruction whose arguments begin at `behind`.
fn end_of(view: &View<'_>, behind: usize, holder: Holder, next: Option<usize>) -> usize {
    let mut depth = 0_u32;
    let rest = view.chars.get(behind..).unwrap_or_default();
    let end = rest.iter().enumerate().position(|(index, c)| match (c, holder) {
        (&BEGIN | &SEPARATOR | &END, _) => true,
        ('"', Holder::Attribute) => true,
        ('<', Holder::Element) => rest.get(index.saturating_add(1)) == Some(&'/'),
        ('{', Holder::Braces) => {
            depth = depth.saturating_add(1);
            false
        }
        ('}', Holder::Braces) => {
            let outer = depth == 0;
            depth = depth.saturating_sub(1);
            outer
        }
        _ => false,
    });
    let end = end.map_or(view.chars.len(), |end| behind.saturating_add(end));
    next.map_or(end, |next| end.min(next))
}

/// An instruction without marks. Words of a help text are none: there has to be what a program or a topic looks like.
fn written(view: &View<'_>, from: usize, behind: usize, next: Option<usize>) -> Option<Spot> {
    let holder = holder(view, from);
    let to = end_of(view, behind, holder, next);
    let auto = behind.saturating_sub(from) > 3;
    let levels = &view.settings.lists.hits;
    let bare = || auto.then(|| Spot::new("dde-keyword", from, behind, levels.keyword_level));
    let mut text = view.text(from, to);
    if text.get(behind.saturating_sub(from)..).unwrap_or_default().trim().is_empty() {
        return bare();
    }
    if matches!(holder, Holder::Element | Holder::Attribute) {
        text = unescaped(&text);
    }
    let mut builder = StoryBuilder::new(NESTING);
    builder.begin(0);
    builder.text(&text);
    builder.end();
    let found = examine(&builder.finish().story, NESTING).instructions.into_iter().next();
    let Some(found) = found.filter(|found| matches!(found.keyword, Keyword::Dde | Keyword::DdeAuto)) else {
        return bare();
    };
    let arguments = text.get(behind.saturating_sub(from)..).unwrap_or_default();
    let link = link(found);
    let launches = facts_of(&link, view.settings.knowledge).tags.contains("class:launch");
    let looks = looks_written(&link, arguments, launches);
    if !looks && holder == Holder::None {
        return bare();
    }
    let (mut level, command) = view.judge(&link)?;
    if !launches && holder == Holder::None {
        level = level.min(levels.loose_level);
    }
    let mut spot = Spot::new("dde-field", from, to, level);
    spot.command = command;
    Some(spot)
}

/// True where arguments look like those of an instruction rather than like the next words of a sentence: the topic is
/// quoted, a switch or a path, or there is none and the service is a path.
fn looks_written(link: &Link, arguments: &str, launches: bool) -> bool {
    let service = link.service.as_deref().unwrap_or("");
    let topic = link.topic.as_deref().unwrap_or("");
    let path = |text: &str| text.contains(['\\', ':']) || text.contains("/") && text.len() > 1;
    if topic.is_empty() {
        return launches && path(service);
    }
    let quoted = arguments.chars().filter(|c| is_quote(*c)).count() >= 2;
    let switch = topic.starts_with(['/', '-']) && topic.chars().nth(1).is_some_and(char::is_alphanumeric);
    quoted || (launches && (switch || path(topic)))
}

/// The five references of XML.
fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (reference, c) in [("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")] {
        out = out.replace(reference, c);
    }
    out
}
