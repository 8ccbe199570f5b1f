//! Spreadsheet formulas that ask a DDE server: `=cmd|'/c calc'!A0`, `=DDE("cmd";"/c calc";"x")`.

use super::view::{Spot, View};
use crate::words::Word;
use ddefend_dde::facts::facts_of;
use ddefend_grammar::formula::{Dialect, Request, requests};
use ddefend_model::{Level, Link, LinkKind, Location, PartPath, Trigger};

/// Characters of a service before a bar.
const SERVICE: usize = 260;
/// Characters behind the topic's end that an item may have.
const ITEM: usize = 64;
/// Characters of a topic without quotes, and of a call.
const BARE: usize = 128;
const CALL: usize = 2_048;

pub(super) fn spots(view: &View<'_>, known: &[Spot]) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    let mut done = 0_usize;
    let ends = topic_ends(view);
    let calls: Vec<usize> = view.words.iter().filter(|word| is_call(view, word)).map(|word| word.0).collect();
    for (index, (from, to, word)) in view.words.iter().enumerate() {
        let inside = known.iter().any(|spot| spot.from <= *from && *from < spot.to);
        if inside || *from < done {
            continue;
        }
        let found = match word {
            Word::Bar => quoted(view, index, &ends, done),
            Word::Program => bare(view, *from, *to),
            Word::Dde => call(view, *from, &calls),
            _ => None,
        };
        if let Some(spot) = found {
            done = spot.to;
            spots.push(spot);
        }
    }
    spots
}

/// Where `'!` stands, in order.
fn topic_ends(view: &View<'_>) -> Vec<usize> {
    let pairs = view.chars.windows(2).enumerate();
    pairs.filter(|(_, pair)| matches!(pair, ['\'', '!'])).map(|(at, _)| at).collect()
}

/// A reference with a quoted topic. Of the bars before one end of a topic, the first and the last are tried: what is
/// between them is a part of the first one's topic, or of nothing.
fn quoted(view: &View<'_>, index: usize, ends: &[usize], done: usize) -> Option<Spot> {
    let (bar, _, _) = *view.words.get(index)?;
    let end = *ends.get(ends.partition_point(|end| *end <= bar.saturating_add(1)))?;
    let after = ends.partition_point(|other| *other <= end);
    let bars = || view.words.iter().filter(|word| word.2 == Word::Bar);
    let earlier_end = after.checked_sub(2).and_then(|at| ends.get(at)).copied().unwrap_or(0);
    let first = bars().find(|word| word.0 > earlier_end.max(done)).map_or(bar, |word| word.0);
    let last = bars().rfind(|word| word.0 < end).map_or(bar, |word| word.0);
    // Others are in the middle of what these two were tried for.
    if bar != first && bar != last {
        return None;
    }
    let start = service_start(view, bar, done);
    one(view, start, end.saturating_add(2).saturating_add(ITEM))
}

/// A reference with a plain topic, behind the name of a program: `=calc|x!A0`.
fn bare(view: &View<'_>, from: usize, to: usize) -> Option<Spot> {
    let behind = view.lower(to, to.saturating_add(8));
    let behind = behind.strip_prefix(".exe").unwrap_or(behind);
    let opened = view.char_before(from).is_some_and(|c| "=+-@(,;\"'".contains(c));
    if !opened || !behind.trim_start().starts_with('|') {
        return None;
    }
    one(view, from, to.saturating_add(BARE))
}

fn is_call(view: &View<'_>, word: &(usize, usize, Word)) -> bool {
    word.2 == Word::Dde && view.lower(word.1, word.1.saturating_add(4)).trim_start().starts_with('(')
}

fn call(view: &View<'_>, from: usize, calls: &[usize]) -> Option<Spot> {
    let at = calls.binary_search(&from).ok()?;
    let next = at.checked_add(1).and_then(|next| calls.get(next)).copied().unwrap_or(usize::MAX);
    one(view, from, from.saturating_add(CALL).min(next))
}

/// Where the service before a bar begins: a name or path, or something in quotes.
fn service_start(view: &View<'_>, bar: usize, done: usize) -> usize {
    let least = bar.saturating_sub(SERVICE).max(done);
    let mut at = bar;
    while at > least && view.char_before(at).is_some_and(char::is_whitespace) {
        at = at.saturating_sub(1);
    }
    if view.char_before(at) == Some('\'') {
        let mut open = at.saturating_sub(1);
        while open > least {
            open = open.saturating_sub(1);
            if view.char_at(open) == Some('\'') {
                return open;
            }
        }
        return at;
    }
    let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | ':' | '/' | '~' | '$' | '%' | '#' | '^');
    while at > least && view.char_before(at).is_some_and(name) {
        at = at.saturating_sub(1);
    }
    at
}

/// The first request of a piece, judged.
fn one(view: &View<'_>, from: usize, to: usize) -> Option<Spot> {
    let to = to.min(view.chars.len());
    let text = view.text(from, to);
    let found = requests(&text, Dialect::Excel).into_iter().next()?;
    let Request::Dde { service, topic, item } = found.request else { return None };
    let mut link = Link::new(LinkKind::Dde, "xlsx", PartPath::default(), Location::default());
    link.service = Some(service);
    link.topic = Some(topic);
    link.item = Some(item);
    link.trigger = Trigger::Calculation;
    link.raw = text.chars().take(found.end).collect();
    for trick in &found.tricks {
        link.saw(trick);
    }
    let launches = facts_of(&link, view.settings.knowledge).tags.contains("class:launch");
    let start = from.saturating_add(found.start);
    let opened = view.char_before(start).is_some_and(|c| "=+-@".contains(c));
    let (level, command) = view.judge(&link)?;
    if !launches && !opened {
        return None;
    }
    let start = start.saturating_sub(usize::from(opened));
    let mut spot =
        Spot::new("dde-formula", start, from.saturating_add(found.end).min(to), Level::max(level, Level::Info));
    spot.command = command;
    Some(spot)
}
