//! Command lines: of shells and script hosts with arguments that run or fetch something, and of Office programs.

use super::view::{Spot, View};
use crate::words::Word;
use ddefend_dde::facts::facts_of;
use ddefend_model::{Level, Link, LinkKind, Location, PartPath};

/// Characters behind a program's name in which a telling argument has to stand.
const NEAR: usize = 96;
/// Characters of a path before a program's name.
const PATH: usize = 260;

pub(super) fn spots(view: &View<'_>, known: &[Spot]) -> Vec<Spot> {
    let telling = telling(view);
    let mut spots: Vec<Spot> = Vec::new();
    let mut done = 0_usize;
    for (from, to, word) in &view.words {
        let inside = known.iter().any(|spot| spot.from <= *from && *from < spot.to);
        if inside || *from < done || !begins(view, *from) {
            continue;
        }
        let spot = match word {
            Word::Program => shell(view, *from, *to, &telling),
            Word::Office => office(view, *from, *to),
            _ => None,
        };
        if let Some(spot) = spot {
            done = spot.to;
            spots.push(spot);
        }
    }
    spots
}

/// Where telling parts of arguments begin, in order.
fn telling(view: &View<'_>) -> Vec<usize> {
    let Some(words) = &view.settings.words.arguments else { return Vec::new() };
    let mut found: Vec<usize> =
        words.find_overlapping_iter(&view.lower).map(|found| view.index(found.start())).collect();
    found.sort_unstable();
    found
}

/// True where a word begins at a character.
fn begins(view: &View<'_>, from: usize) -> bool {
    !view.char_before(from).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '<'))
}

/// What is behind the program's name, its extension and a quote: the arguments, after at least one blank.
fn arguments_at(view: &View<'_>, to: usize) -> Option<usize> {
    let mut at = to;
    if view.lower(at, at.saturating_add(4)) == ".exe" {
        at = at.saturating_add(4);
    }
    if matches!(view.char_at(at), Some('"' | '\'')) {
        at = at.saturating_add(1);
    }
    let blank = view.char_at(at)?;
    if !blank.is_whitespace() {
        return None;
    }
    while view.char_at(at).is_some_and(char::is_whitespace) {
        at = at.saturating_add(1);
    }
    view.char_at(at).map(|_| at)
}

/// Where the path of a program begins.
fn path_start(view: &View<'_>, from: usize) -> usize {
    if !matches!(view.char_before(from), Some('\\' | '/')) {
        return from;
    }
    let least = from.saturating_sub(PATH);
    let before = view.lower(least, from);
    // A drive or share begins a path, whatever blanks are in it.
    let drive = before.rfind(":\\").filter(|at| *at > 0).map(|at| at.saturating_sub(1));
    let begin = drive.or_else(|| before.rfind('%').and_then(|last| before.get(..last)?.rfind('%')));
    begin.map_or(from, |at| {
        let chars = before.get(..at).map_or(0, |head| head.chars().count());
        least.saturating_add(chars)
    })
}

/// One past the last character: fields' marks and tags end a command line.
fn end_of(view: &View<'_>, at: usize) -> usize {
    let rest = view.chars.get(at..).unwrap_or_default();
    let end = rest.iter().enumerate().position(|(index, c)| {
        matches!(c, '\u{13}'..='\u{15}') || (*c == '<' && rest.get(index.saturating_add(1)) == Some(&'/'))
    });
    end.map_or(view.chars.len(), |end| at.saturating_add(end))
}

fn shell(view: &View<'_>, from: usize, to: usize, telling: &[usize]) -> Option<Spot> {
    let at = arguments_at(view, to)?;
    let next = telling.get(telling.partition_point(|place| *place < at.saturating_sub(1)))?;
    if next.saturating_sub(at) > NEAR {
        return None;
    }
    let (start, end) = (path_start(view, from), end_of(view, at));
    let mut link = Link::new(LinkKind::ProgramAction, "memory", PartPath::default(), Location::default());
    link.target = Some(view.text(start, end));
    let facts = facts_of(&link, view.settings.knowledge);
    let fits = |any: &[String]| any.is_empty() || any.iter().any(|tag| facts.tags.contains(tag));
    let level = view.settings.lists.command.iter().find(|rule| fits(&rule.any)).map_or(Level::Info, |rule| rule.level);
    let mut spot = Spot::new("command-line", start, end, level);
    spot.command = facts.command.map(|command| command.line).unwrap_or_default();
    Some(spot)
}

/// The command line of an Office program: it begins a text, with or without a quote, and has an argument.
fn office(view: &View<'_>, from: usize, to: usize) -> Option<Spot> {
    let at = arguments_at(view, to)?;
    if !matches!(view.char_at(at), Some('/' | '"' | '-')) && view.char_at(at.saturating_add(1)) != Some(':') {
        return None;
    }
    let mut start = path_start(view, from);
    if view.char_before(start) == Some('"') {
        start = start.saturating_sub(1);
    }
    let mut spot = Spot::new("command-line", start, end_of(view, at), Level::Info);
    spot.office = true;
    Some(spot)
}
