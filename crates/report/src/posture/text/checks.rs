//! The table of what is not in order, worst first.

use crate::escape;
use crate::paint::Style;
use crate::posture::page::Page;
use crate::posture::{head, shape};
use crate::wrap::{clip, pad, squeeze, wrap};
use ddefend_model::Level;
use ddefend_model::posture::{Audit, Check, Outcome, Verdict};
use unicode_width::UnicodeWidthStr as _;

/// Rows unless verbose.
const ROWS: usize = 30;
/// Ids listed in one line unless verbose.
const IDS: usize = 12;

pub(super) fn checks(page: Page, audit: &Audit) -> String {
    if audit.checks.is_empty() {
        return String::new();
    }
    let total = audit.checks.len();
    let bad = shape::by_urgency(audit.checks.iter().filter(|check| page.verbose || !shape::in_order(check)));
    let wrong = audit.checks.iter().filter(|check| shape::is_wrong(check)).count();
    let unknown: Vec<&Check> = bad.iter().copied().filter(|check| shape::is_unknown(check)).collect();
    let good = audit.checks.iter().filter(|check| shape::in_order(check)).count();
    let mut out = page.heading(&format!("Not in order: {wrong} of {}", shape::count(total as u64, "check", "checks")));
    let rows: Vec<&Check> = bad
        .iter()
        .copied()
        .filter(|check| page.verbose || (shape::is_wrong(check) && shape::is_worth_a_row(check)))
        .collect();
    let rest: Vec<&Check> = bad
        .iter()
        .copied()
        .filter(|check| !page.verbose && shape::is_wrong(check) && !shape::is_worth_a_row(check))
        .collect();
    let mut merged = shape::merged_checks(rows.into_iter());
    let cut = if page.verbose { Vec::new() } else { merged.split_off(merged.len().min(ROWS)) };
    let cut: Vec<&Check> = cut.iter().map(|row| row.first).collect();
    if !merged.is_empty() {
        out.push_str(&Table::new(page, &merged).print());
    }
    out.push_str(&line(page, "more", "not in order as well", &cut));
    out.push_str(&line(page, "minor", "of level low or info", &rest));
    let leftover: Vec<&Check> = bad.iter().copied().filter(|check| shape::is_leftover(check)).collect();
    out.push_str(&line(page, "leftover", "secure, but something beside it is misapplied, see below", &leftover));
    if !page.verbose {
        out.push_str(&line(page, "unknown", "that the inputs do not say", &unknown));
    }
    if let Some(text) = head::lacking(audit) {
        out.push_str(&page.columns.field(if page.verbose { "unknown" } else { "" }, &text, Style::Warn));
    }
    if good > 0 {
        let text = format!(
            "{} in order{}",
            shape::count(good as u64, "check", "checks"),
            if page.verbose { "" } else { " (-v lists them)" }
        );
        out.push_str(&page.columns.field("good", &text, Style::Good));
    }
    out
}

/// Checks in one line: how many, and the first ids.
fn line(page: Page, label: &str, what: &str, checks: &[&Check]) -> String {
    if checks.is_empty() {
        return String::new();
    }
    let mut ids: Vec<&str> = Vec::new();
    for check in checks {
        if !ids.contains(&check.id.as_str()) {
            ids.push(&check.id);
        }
    }
    let more = ids.len().saturating_sub(IDS);
    let more = if more > 0 { format!(" and {more} more (-v lists them)") } else { String::new() };
    let text =
        format!("{} {what}: {}{more}", checks.len(), ids.iter().take(IDS).copied().collect::<Vec<_>>().join(", "));
    page.columns.field(label, &text, Style::Dim)
}

/// A table whose columns are as wide as what stands in them, the title taking what is left.
struct Table<'a> {
    page: Page,
    rows: &'a [shape::Versions<'a, Check>],
    /// Columns of title, product, verdict, effective, layer, enforced, mitigation.
    widths: [usize; 7],
    /// A column with the level comes first.
    level: bool,
    /// Blanks between columns.
    gap: usize,
}

const HEADS: [&str; 7] = ["CHECK", "WHERE", "VERDICT", "EFFECT", "LAYER", "ENF", "ATT&CK"];
/// Columns that are left out where there is no room, first the least needed.
const DISPENSABLE: [usize; 4] = [6, 5, 3, 4];
/// Least columns of a title.
const TITLE: usize = 20;

impl<'a> Table<'a> {
    fn new(page: Page, rows: &'a [shape::Versions<'a, Check>]) -> Self {
        let width = page.columns.width;
        let level = width >= 95;
        let gap = if level { 2 } else { 1 };
        let (product_limit, effective_limit) = match width {
            0..95 => (15, 7),
            95..130 => (16, 12),
            _ => (28, 44),
        };
        let limits = [0, product_limit, 10, effective_limit, 8, 3, 6];
        let mut widths = HEADS.map(str::len);
        for row in rows {
            for ((width, cell), limit) in widths.iter_mut().zip(cells(row, effective_limit)).zip(limits) {
                *width = (*width).max(cell.width()).min(limit);
            }
        }
        let before = 2 + if level { 8 + gap } else { 0 };
        let left = |widths: &[usize; 7]| {
            let taken: usize = widths.iter().skip(1).filter(|width| **width > 0).map(|width| width + gap).sum();
            width.saturating_sub(before + taken)
        };
        for column in DISPENSABLE {
            if left(&widths) < TITLE
                && let Some(width) = widths.get_mut(column)
            {
                *width = 0;
            }
        }
        let longest = rows.iter().map(|row| escape::terminal(&row.first.title).width()).max().unwrap_or(0);
        let room = left(&widths).max(TITLE);
        if let Some(title) = widths.first_mut() {
            *title = longest.clamp(TITLE, room);
        }
        Self { page, rows, widths, level, gap }
    }

    fn print(&self) -> String {
        let paint = self.page.columns.paint;
        let heads = HEADS.iter().zip(self.widths).filter(|(_, width)| *width > 0);
        let mut heads: Vec<String> = heads.map(|(head, width)| pad(&clip(head, width), width)).collect();
        if self.level {
            heads.insert(0, pad("LEVEL", 8));
        }
        let mut out = format!("  {}\n", paint.with(Style::Dim, heads.join(&" ".repeat(self.gap)).trim_end()));
        for row in self.rows {
            out.push_str(&self.row(row));
        }
        out
    }

    fn row(&self, row: &shape::Versions<'_, Check>) -> String {
        let (check, gap) = (row.first, " ".repeat(self.gap));
        let [title_width, product_width, _, effective_width, ..] = self.widths;
        let [title, product, rest @ ..] = cells(row, effective_width);
        let (titles, products) = (wrap(&title, title_width), folded(&product, product_width));
        let mut out = String::new();
        for index in 0..titles.len().max(products.len()) {
            let cell = |lines: &[String], width: usize| {
                let line = lines.get(index).map_or("", String::as_str);
                pad(&clip(line, width), width)
            };
            let level = match (self.level, index) {
                (false, _) => String::new(),
                (true, 0) => format!("{}{gap}", level_cell(self.page, check)),
                (true, _) => " ".repeat(8 + self.gap),
            };
            let mut line = format!("  {level}{}{gap}{}", cell(&titles, title_width), cell(&products, product_width));
            if index == 0 {
                for (column, (cell, width)) in rest.iter().zip(self.widths.iter().skip(2)).enumerate() {
                    if *width > 0 {
                        let cell = pad(&clip(cell, *width), *width);
                        let cell = if column == 0 { verdict(self.page, check, &cell) } else { cell };
                        line.push_str(&format!("{gap}{cell}"));
                    }
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// `Word 14.0, 15.0` in lines of a narrow column: broken at blanks, cut where there are none.
fn folded(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let full = lines.len() >= 3;
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => line.push_str(&format!(" {word}")),
            Some(line) if full && !line.ends_with('…') => line.push('…'),
            Some(_) if full => {}
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// What stands in the columns, safe for a terminal.
fn cells(row: &shape::Versions<'_, Check>, effective: usize) -> [String; 7] {
    let check = row.first;
    let data = match (&check.effective, check.means.is_empty()) {
        (Some(data), false) if effective >= 30 => format!("{data} ({})", check.means),
        (Some(data), _) => data.clone(),
        (None, _) => "-".to_owned(),
    };
    let enforced = if check.enforced { "yes" } else { "no" };
    let cells = [
        check.title.clone(),
        row.product(&check.application),
        check.verdict.as_str().to_owned(),
        data,
        check.layer.as_str().to_owned(),
        enforced.to_owned(),
        check.mitigation.clone(),
    ];
    let [title, product, verdict, data, layer, enforced, mitigation] = cells.map(|cell| escape::terminal(&cell));
    [title, product, verdict, squeeze(&data, effective), layer, enforced, mitigation]
}

fn level_cell(page: Page, check: &Check) -> String {
    let cell = pad(check.level.as_str(), 8);
    if check.outcome == Outcome::Secure { cell } else { page.columns.paint.level(check.level, &cell) }
}

/// The verdict in the colour of what it comes to.
fn verdict(page: Page, check: &Check, cell: &str) -> String {
    let style = match (check.outcome, check.verdict) {
        (Outcome::Insecure, _) if check.level >= Level::High => Style::Alarm,
        (Outcome::Insecure, _) | (_, Verdict::Misapplied) => Style::Warn,
        (Outcome::Unknown, _) => Style::Dim,
        (Outcome::Secure, _) => Style::Good,
    };
    page.columns.paint.with(style, cell)
}
