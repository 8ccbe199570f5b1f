//! Hardening that was applied wrongly, with what to do.

use crate::paint::Style;
use crate::posture::page::Page;
use crate::posture::shape;
use ddefend_model::posture::{Audit, Fault};

/// Faults of one kind in one file that are told in full unless verbose.
const ALIKE: usize = 2;
/// Names of the others.
const NAMES: usize = 12;
/// Kinds and files that are told unless verbose.
const KINDS: usize = 12;

pub(super) fn faults(page: Page, audit: &Audit) -> String {
    let faults = shape::faults(audit);
    if faults.is_empty() {
        return String::new();
    }
    let count = shape::count(faults.len() as u64, "setting", "settings");
    let mut out = page.heading(&format!("Hardening without effect: {count}"));
    if page.verbose {
        faults.iter().for_each(|fault| out.push_str(&in_full(page, fault)));
        return out;
    }
    let mut kinds: Vec<Vec<&Fault>> = Vec::new();
    for fault in faults {
        let same = |kind: &&mut Vec<&Fault>| {
            kind.first().is_some_and(|first| (&first.id, &first.source) == (&fault.id, &fault.source))
        };
        match kinds.iter_mut().find(same) {
            Some(kind) => kind.push(fault),
            None => kinds.push(vec![fault]),
        }
    }
    for kind in kinds.iter().take(KINDS) {
        kind.iter().take(ALIKE).for_each(|fault| out.push_str(&in_full(page, fault)));
        out.push_str(&rest(page, kind.get(ALIKE..).unwrap_or_default()));
    }
    let more: usize = kinds.iter().skip(KINDS).map(Vec::len).sum();
    if more > 0 {
        out.push_str(&format!("    and {more} more (-v lists them)\n"));
    }
    out
}

/// Those of a kind that are only named.
fn rest(page: Page, faults: &[&Fault]) -> String {
    if faults.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = faults.iter().take(NAMES).map(|fault| fault.check.as_str()).collect();
    let more = if faults.len() > NAMES { " …" } else { "" };
    let text =
        format!("{} more of the same kind in the same file: {}{more} (-v lists them)", faults.len(), names.join(", "));
    page.hang("    ", 4, &text, Style::Dim)
}

fn in_full(page: Page, fault: &Fault) -> String {
    let mark = format!("  {} ", page.columns.paint.with(Style::Warn, "!"));
    let check = if fault.check.is_empty() { String::new() } else { format!("{}: ", fault.check) };
    let mut out = page.hang(&mark, 4, &format!("{check}{} ({})", fault.message, fault.id), Style::Plain);
    let data = if fault.data.is_empty() { String::new() } else { format!(" = {}", fault.data) };
    let place = if fault.place.is_empty() { String::new() } else { format!(", {}", fault.place) };
    let found = format!("{}{data} in {}{place}", shape::setting(&fault.key, &fault.value), fault.source);
    for (label, text, style) in [("found", &found, Style::Dim), ("do", &fault.remedy, Style::Good)] {
        let mark = format!("    {} ", page.columns.paint.label(label, 6));
        out.push_str(&page.hang(&mark, 11, text, style));
    }
    out
}
