//! Ways in, the widest open first: who decides, what opens and what closes them.

use super::way_style;
use crate::escape;
use crate::paint::Style;
use crate::posture::page::Page;
use crate::posture::shape;
use crate::wrap::{clip, pad};
use ddefend_model::Level;
use ddefend_model::posture::{Audit, Barrier, Change, Exposure, Outcome, Way};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr as _;

/// Changes of one kind that are told unless verbose.
const CHANGES: usize = 6;
/// Bypasses that are told unless verbose.
const BYPASSES: usize = 4;
/// Columns of the state.
const STATE: usize = 8;
/// Columns of `12 ways`.
const COUNT: usize = 8;

pub(super) fn ways(page: Page, audit: &Audit, attack: &BTreeMap<String, String>) -> String {
    if audit.exposures.is_empty() {
        return String::new();
    }
    let sorted = shape::by_way(&audit.exposures, attack);
    if page.verbose {
        let mut out = page.heading("Ways in");
        sorted.into_iter().for_each(|exposure| out.push_str(&way(page, exposure)));
        return out;
    }
    let (dde, others): (Vec<&Exposure>, Vec<&Exposure>) =
        sorted.into_iter().partition(|exposure| shape::is_dde(attack, exposure));
    let dde = shape::merged_ways(dde.into_iter());
    let (shut, others): (Vec<&Exposure>, Vec<&Exposure>) =
        others.into_iter().partition(|exposure| exposure.state == Way::Closed && !shape::is_loose(exposure));
    let (others, shut) = (shape::merged_ways(others.into_iter()), shape::merged_ways(shut.into_iter()));
    let width = |way: &Merged<'_>| escape::terminal(&way.product(&way.first.application)).width();
    let products = dde.iter().chain(&others).chain(&shut).map(width).max().unwrap_or(0).min(PRODUCT);
    let mut out = String::new();
    if !dde.is_empty() {
        out.push_str(&page.heading("Ways in by DDE"));
        dde.iter().for_each(|way| out.push_str(&line(page, way, products, true)));
    }
    if !others.is_empty() || !shut.is_empty() {
        out.push_str(&page.heading("Other ways in"));
        others.iter().for_each(|way| out.push_str(&line(page, way, products, false)));
    }
    if !shut.is_empty() {
        let names = shut.iter().map(|way| format!("{} ({})", way.first.id, way.product(&way.first.application)));
        let mark = format!("  {}", page.columns.paint.with(Style::Good, &pad("closed", STATE)));
        out.push_str(&page.hang(&mark, STATE + 2, &names.collect::<Vec<_>>().join(", "), Style::Dim));
    }
    out.push_str(&levers(page, "What closes them", &shape::closers(audit, attack), Style::Good));
    out.push_str(&levers(page, "What any process of the user can undo", &shape::openers(audit, attack), Style::Warn));
    out.push_str(&bypasses(page, audit));
    out
}

type Merged<'a> = shape::Versions<'a, Exposure>;

/// Most columns of the application and version.
const PRODUCT: usize = 22;

/// One way in: how far it gets, where, what it is, who decides; why, where it is wide open.
fn line(page: Page, way: &Merged<'_>, products: usize, full: bool) -> String {
    let (columns, exposure) = (page.columns, way.first);
    let state = columns.paint.with(way_style(exposure.state), &pad(exposure.state.as_str(), STATE));
    let product = escape::terminal(&way.product(&exposure.application));
    let product = pad(&clip(&product, products), products);
    let before = 2 + STATE + products + 2;
    let mark = format!("  {state}{product}  ");
    let blank = " ".repeat(before);
    let standing = match (exposure.state, exposure.enforced) {
        (Way::Closed, true) => ", enforced",
        (Way::Closed, false) if shape::is_loose(exposure) => ", not enforced: the user can undo it",
        (Way::Closed | Way::Clicks, false) => ", not enforced",
        _ => "",
    };
    let decided =
        if exposure.decided_by.is_empty() { String::new() } else { format!("{}{standing}", exposure.decided_by) };
    let (safe_title, safe) = (escape::terminal(&exposure.title), escape::terminal(&decided));
    let fits = before + safe_title.width() + 3 + safe.width() <= columns.width;
    let mut out = if fits && !decided.is_empty() {
        format!("{mark}{safe_title}   {}\n", columns.paint.with(Style::Dim, &safe))
    } else {
        page.hang(&mark, before, &exposure.title, Style::Plain)
    };
    if !fits && full {
        out.push_str(&page.hang(&blank, before, &decided, Style::Dim));
    }
    if full && exposure.state == Way::Open && exposure.level >= Level::High {
        out.push_str(&page.hang(&blank, before, &exposure.why, Style::Dim));
    }
    out
}

/// Changes with how many ways in each is about.
fn levers(page: Page, heading: &str, levers: &[shape::Lever<'_>], style: Style) -> String {
    if levers.is_empty() {
        return String::new();
    }
    let mut out = page.heading(heading);
    for lever in levers.iter().take(CHANGES) {
        let count = shape::count(lever.ways.len() as u64, "way", "ways");
        let mark = format!("  {}", page.columns.paint.with(style, &pad(&count, COUNT)));
        out.push_str(&page.hang(&mark, COUNT + 2, &shape::change(lever.change), Style::Plain));
        let effect = &lever.change.effect;
        if !effect.is_empty() {
            out.push_str(&page.hang(&" ".repeat(COUNT + 2), COUNT + 2, effect, Style::Dim));
        }
    }
    let more = levers.len().saturating_sub(CHANGES);
    if more > 0 {
        out.push_str(&format!(
            "  {}and {} (-v)\n",
            " ".repeat(COUNT),
            shape::count(more as u64, "other change", "other changes")
        ));
    }
    out
}

fn bypasses(page: Page, audit: &Audit) -> String {
    let found = shape::bypasses(audit);
    if found.is_empty() {
        return String::new();
    }
    let mut out = page.heading("What goes round barriers");
    for (bypass, count) in found.iter().take(BYPASSES) {
        let count = shape::count(*count, "way", "ways");
        let mark = format!("  {}", page.columns.paint.with(Style::Warn, &pad(&count, COUNT)));
        out.push_str(&page.hang(&mark, COUNT + 2, bypass, Style::Plain));
    }
    let more = found.len().saturating_sub(BYPASSES);
    if more > 0 {
        out.push_str(&format!("  {}and {more} more (-v)\n", " ".repeat(COUNT)));
    }
    out
}

/// One way in with all that is known of it.
fn way(page: Page, exposure: &Exposure) -> String {
    let columns = page.columns;
    let state = columns.paint.with(way_style(exposure.state), &pad(exposure.state.as_str(), STATE));
    let product = shape::product(&exposure.application, &exposure.version);
    let mut out =
        page.hang(&format!("  {state} "), STATE + 3, &format!("{product}: {}", exposure.title), Style::Strong);
    out.push_str(&field(page, "decides", &decides(exposure), Style::Plain));
    out.push_str(&field(page, "why", &exposure.why, Style::Plain));
    out.push_str(&field(page, "barriers", &barriers(&exposure.barriers), Style::Dim));
    for bypass in &exposure.bypasses {
        out.push_str(&field(page, "bypass", bypass, Style::Warn));
    }
    out.push_str(&undone(page, exposure));
    for (index, change) in exposure.closed_by.iter().enumerate() {
        let (label, style) = if index == 0 { ("close it", Style::Good) } else { ("or", Style::Plain) };
        out.push_str(&field(page, label, &format!("{}. {}", shape::change(change), change.effect), style));
    }
    out
}

fn field(page: Page, label: &str, text: &str, style: Style) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mark = format!("  {} {} ", " ".repeat(STATE), page.columns.paint.label(label, 8));
    page.hang(&mark, STATE + 12, text, style)
}

/// `DDE-WORD-ALLOW in the policy layer; enforced`.
fn decides(exposure: &Exposure) -> String {
    let enforced = match (exposure.state, exposure.enforced) {
        (Way::Closed | Way::Clicks, true) => "; enforced: the user cannot change it",
        (Way::Closed | Way::Clicks, false) => "; not enforced",
        _ => "",
    };
    if exposure.decided_by.is_empty() { String::new() } else { format!("{}{enforced}", exposure.decided_by) }
}

/// Every barrier with whether it holds, strongest first.
fn barriers(barriers: &[Barrier]) -> String {
    let words = barriers.iter().map(|barrier| {
        let holds = match (barrier.holds, barrier.void.is_empty()) {
            (Outcome::Secure, true) if barrier.enforced => "holds, enforced".to_owned(),
            (Outcome::Secure, true) => "holds".to_owned(),
            (Outcome::Secure, false) => format!("is void by {}", barrier.void),
            (Outcome::Insecure, _) => "is down".to_owned(),
            (Outcome::Unknown, _) => "not known".to_owned(),
        };
        format!("{} ({}) {holds}", barrier.check, barrier.strength)
    });
    words.collect::<Vec<_>>().join(" · ")
}

/// What a single change would undo: what the user can do comes first.
fn undone(page: Page, exposure: &Exposure) -> String {
    let (by_user, by_others): (Vec<&Change>, Vec<&Change>) =
        exposure.undone_by.iter().partition(|change| change.by == "user");
    let further = if exposure.state == Way::Closed { "can open this" } else { "can open this further" };
    let mut out = String::new();
    for (changes, style) in [(by_user, Style::Warn), (by_others, Style::Dim)] {
        for change in changes {
            let text = format!("{} {further}: {}. {}", shape::maker(change), shape::change(change), change.effect);
            out.push_str(&field(page, "undo", &text, style));
        }
    }
    out
}
