//! Hardening that was applied wrongly, with what to do.

use crate::paint::Style;
use crate::posture::page::Page;
use crate::posture::shape;
use ddefend_model::posture::Audit;

/// Faults told unless verbose.
const FAULTS: usize = 20;

pub(super) fn faults(page: Page, audit: &Audit) -> String {
    let faults = shape::faults(audit);
    if faults.is_empty() {
        return String::new();
    }
    let count = shape::count(faults.len() as u64, "setting", "settings");
    let mut out = page.heading(&format!("Hardening without effect: {count}"));
    let shown = if page.verbose { faults.len() } else { FAULTS };
    for fault in faults.iter().take(shown) {
        let mark = format!("  {} ", page.columns.paint.with(Style::Warn, "!"));
        let check = if fault.check.is_empty() { String::new() } else { format!("{}: ", fault.check) };
        out.push_str(&page.hang(&mark, 4, &format!("{check}{} ({})", fault.message, fault.id), Style::Plain));
        let data = if fault.data.is_empty() { String::new() } else { format!(" = {}", fault.data) };
        let place = if fault.place.is_empty() { String::new() } else { format!(", {}", fault.place) };
        let found = format!("{}{data} in {}{place}", shape::setting(&fault.key, &fault.value), fault.source);
        for (label, text, style) in [("found", &found, Style::Dim), ("do", &fault.remedy, Style::Good)] {
            let mark = format!("    {} ", page.columns.paint.label(label, 6));
            out.push_str(&page.hang(&mark, 11, text, style));
        }
    }
    let more = faults.len().saturating_sub(shown);
    if more > 0 {
        out.push_str(&format!("    and {more} more (-v lists them)\n"));
    }
    out
}
