//! Ways in, the widest open first: who decides, what opens and what closes them.

use super::way_style;
use crate::escape;
use crate::paint::Style;
use crate::posture::page::Page;
use crate::posture::shape;
use crate::wrap::{clip, pad};
use ddefend_model::Level;
use ddefend_model::posture::{Audit, Barrier, Change, Exposure, Outcome, Way};
use unicode_width::UnicodeWidthStr as _;

/// Changes of one kind that are told unless verbose.
const CHANGES: usize = 6;
/// Bypasses that are told unless verbose.
const BYPASSES: usize = 4;
/// Columns of the state.
const STATE: usize = 8;
/// Columns of `12 ways`.
const COUNT: usize = 8;

pub(super) fn ways(page: Page, audit: &Audit) -> String {
    if audit.exposures.is_empty() {
        return String::new();
    }
    let mut out = page.heading("Ways in");
    let sorted = shape::by_way(&audit.exposures);
    if page.verbose {
        sorted.into_iter().for_each(|exposure| out.push_str(&way(page, exposure)));
        return out;
    }
    let products = sorted.iter().map(|exposure| product(exposure).width()).max().unwrap_or(0).min(PRODUCT);
    for exposure in sorted {
        out.push_str(&line(page, exposure, products));
    }
    out.push_str(&levers(page, "What closes them", &shape::closers(audit), Style::Good));
    out.push_str(&levers(page, "What any process of the user can undo", &shape::openers(audit), Style::Warn));
    out.push_str(&bypasses(page, audit));
    out
}

/// Most columns of the application and version.
const PRODUCT: usize = 18;

fn product(exposure: &Exposure) -> String {
    escape::terminal(&shape::product(&exposure.application, &exposure.version))
}

/// One way in: how far it gets, where, what it is, who decides; why, where it is wide open.
fn line(page: Page, exposure: &Exposure, products: usize) -> String {
    let columns = page.columns;
    let state = columns.paint.with(way_style(exposure.state), &pad(exposure.state.as_str(), STATE));
    let product = pad(&clip(&product(exposure), products), products);
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
    let (title, decided) = (escape::terminal(&exposure.title), escape::terminal(&decided));
    let mut out = if before + title.width() + 3 + decided.width() <= columns.width {
        format!("{mark}{title}   {}\n", columns.paint.with(Style::Dim, &decided)).replace("   \n", "\n")
    } else {
        let title = page.hang(&mark, before, &exposure.title, Style::Plain);
        title + &page.hang(&blank, before, &format!("{}{standing}", exposure.decided_by), Style::Dim)
    };
    if exposure.state == Way::Open && exposure.level >= Level::High {
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
            (Outcome::Secure, true) if barrier.enforced => "holds, enforced",
            (Outcome::Secure, true) => "holds",
            (Outcome::Secure, false) => "void",
            (Outcome::Insecure, _) => "is down",
            (Outcome::Unknown, _) => "not known",
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
