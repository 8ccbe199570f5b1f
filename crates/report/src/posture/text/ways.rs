//! Ways in, the widest open first: who decides, what opens and what closes them.

use super::{Page, way_style};
use crate::paint::Style;
use crate::posture::shape;
use crate::wrap::pad;
use ddefend_model::posture::{Audit, Barrier, Change, Exposure, Outcome, Way};

/// Changes of one kind that are told unless verbose.
const CHANGES: usize = 2;
/// Bypasses that are told unless verbose.
const BYPASSES: usize = 4;
/// Columns of the state.
const STATE: usize = 8;

pub(super) fn ways(page: Page, audit: &Audit) -> String {
    if audit.exposures.is_empty() {
        return String::new();
    }
    let mut out = page.heading("Ways in");
    for exposure in shape::by_way(&audit.exposures) {
        out.push_str(&way(page, exposure));
    }
    out
}

fn way(page: Page, exposure: &Exposure) -> String {
    let columns = page.columns;
    let state = columns.paint.with(way_style(exposure.state), &pad(exposure.state.as_str(), STATE));
    let product = shape::product(&exposure.application, &exposure.version);
    let mut out =
        page.hang(&format!("  {state} "), STATE + 3, &format!("{product}: {}", exposure.title), Style::Strong);
    out.push_str(&field(page, "decides", &decides(exposure), Style::Plain));
    if page.verbose || exposure.state != Way::Closed {
        out.push_str(&field(page, "why", &exposure.why, Style::Plain));
        out.push_str(&field(page, "barriers", &barriers(&exposure.barriers), Style::Dim));
    }
    let bypasses = if page.verbose { exposure.bypasses.len() } else { BYPASSES };
    for bypass in exposure.bypasses.iter().take(bypasses) {
        out.push_str(&field(page, "bypass", bypass, Style::Warn));
    }
    let more = exposure.bypasses.len().saturating_sub(bypasses);
    if more > 0 {
        out.push_str(&field(page, "", &format!("and {more} more (-v)"), Style::Warn));
    }
    out.push_str(&undone(page, exposure));
    if exposure.state != Way::Closed || page.verbose {
        let best = exposure.closed_by.first().map(|change| format!("{}. {}", shape::change(change), change.effect));
        out.push_str(&field(page, "close it", &best.unwrap_or_default(), Style::Good));
        if page.verbose {
            for change in exposure.closed_by.iter().skip(1) {
                out.push_str(&field(
                    page,
                    "or",
                    &format!("{}. {}", shape::change(change), change.effect),
                    Style::Plain,
                ));
            }
        }
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
    let (mut by_user, mut by_others): (Vec<&Change>, Vec<&Change>) =
        exposure.undone_by.iter().partition(|change| change.by == "user");
    if exposure.state == Way::Open && !page.verbose {
        return String::new();
    }
    let mut out = String::new();
    let further = if exposure.state == Way::Closed { "can open this" } else { "can open this further" };
    for (changes, style) in [(&mut by_user, Style::Warn), (&mut by_others, Style::Dim)] {
        // What only an administrator can do is no surprise.
        if style == Style::Dim && !page.verbose {
            continue;
        }
        let shown = if page.verbose { changes.len() } else { CHANGES };
        for change in changes.iter().take(shown) {
            let text = format!("{} {further}: {}. {}", shape::maker(change), shape::change(change), change.effect);
            out.push_str(&field(page, "undo", &text, style));
        }
        let more = changes.len().saturating_sub(shown);
        if more > 0 {
            out.push_str(&field(
                page,
                "",
                &format!("and by {} (-v)", shape::count(more as u64, "other change", "other changes")),
                style,
            ));
        }
    }
    out
}
