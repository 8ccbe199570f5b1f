//! What stands at the end: counts by level, rule and host, the time span, and what was not seen.

use crate::columns::Columns;
use crate::escape;
use crate::hunt::shape;
use crate::hunt::tally::{Levels, Tally};
use crate::paint::Style;
use crate::text::{bytes, clip, plural};
use crate::wrap::{clip as clip_columns, pad, squeeze};
use ddefend_model::{Diagnostic, HuntSummary, Level};

/// Rules listed unless verbose.
const RULES: usize = 10;
/// Hosts listed unless verbose.
const HOSTS: usize = 10;
/// Clock remarks listed unless verbose.
const CLOCKS: usize = 3;

pub(super) fn summary(
    columns: Columns,
    verbose: bool,
    tally: &Tally,
    summary: &HuntSummary,
    gaps: &[Diagnostic],
) -> String {
    let mut out = String::new();
    if tally.total > 0 {
        out.push_str(&rule_off(columns));
        out.push_str(&rules(columns, verbose, tally));
        out.push_str(&hosts(columns, verbose, tally));
        out.push('\n');
    }
    out.push_str(&headline(columns, tally, summary));
    out.push_str(&facts(columns, verbose, tally, summary, gaps));
    out
}

fn rule_off(columns: Columns) -> String {
    format!("{}\n", columns.paint.with(Style::Dim, &"─".repeat(columns.width)))
}

/// Counts by level, in one line.
fn headline(columns: Columns, tally: &Tally, summary: &HuntSummary) -> String {
    let mut found: Vec<String> = Vec::new();
    for level in Level::ALL.into_iter().rev() {
        if let Some(count) = summary.detections.get(level.as_str()).filter(|count| **count > 0) {
            found.push(columns.paint.level(level, &format!("{count} {level}")));
        }
    }
    if found.is_empty() {
        return "nothing found\n".to_owned();
    }
    let mut out = format!("{} on {}\n", found.join(", "), plural(tally.hosts.len() as u64, "host"));
    if !tally.first.is_empty() {
        let (first, last) = (shape::time(&tally.first, 0), shape::time(&tally.last, 0));
        let text = if first == last { first } else { format!("{first} to {last}") };
        out.push_str(&columns.field("when", &text, Style::Plain));
    }
    out
}

/// What was read, what not, and what could not have been found.
fn facts(columns: Columns, verbose: bool, tally: &Tally, summary: &HuntSummary, gaps: &[Diagnostic]) -> String {
    let mut words = vec![many(summary.logs, "log"), many(summary.events, "event"), bytes(summary.bytes)];
    words.push(many(summary.rules, "rule"));
    if let Some(elapsed) = summary.elapsed {
        words.push(format!("{:.1} s", elapsed as f64 / 1000.0));
    }
    let mut out = columns.field("read", &words.join(", "), Style::Dim);
    if let Some((first, last)) = tally.covered(summary) {
        let span = format!("{} to {}", shape::time(&first, 0), shape::time(&last, 0));
        out.push_str(&columns.field("covering", &span, Style::Dim));
    }
    if summary.incomplete > 0 || !gaps.is_empty() {
        let codes: Vec<String> = summary
            .diagnostics
            .iter()
            .filter(|(code, _)| !code.starts_with("note."))
            .map(|(code, count)| if *count > 1 { format!("{code} ×{count}") } else { code.clone() })
            .collect();
        let text = format!("{} not read whole: {}", plural(summary.incomplete, "log"), codes.join(", "));
        out.push_str(&columns.field("not read", &text, Style::Warn));
        for gap in gaps {
            out.push_str(&columns.field("", &clip(&diagnostic_text(gap), 300), Style::Plain));
        }
        let more: u64 =
            summary.diagnostics.iter().filter(|(code, _)| !code.starts_with("note.")).map(|(_, count)| count).sum();
        let more = more.saturating_sub(gaps.len() as u64);
        if more > 0 && !verbose {
            out.push_str(&columns.field("", &format!("and {more} more; --verbose lists them"), Style::Dim));
        }
    }
    if summary.suppressed > 0 {
        let text = format!("{} taken away by the baseline or a filter", many(summary.suppressed, "detection"));
        out.push_str(&columns.field("hidden", &text, Style::Plain));
    }
    if summary.duplicates > 0 {
        let text = format!("{} of records that another log repeats", many_in(summary.duplicates, "match", "matches"));
        out.push_str(&columns.field("copies", &text, Style::Dim));
    }
    if summary.other_files > 0 {
        let text = format!("{} in the folders that are no logs", many(summary.other_files, "file"));
        out.push_str(&columns.field("skipped", &text, Style::Dim));
    }
    out.push_str(&clocks(columns, verbose, summary));
    out.push_str(&unfired(columns, verbose, summary));
    out
}

/// Remarks on clocks: in full where verbose; else one line each, those that say the same of several logs together.
fn clocks(columns: Columns, verbose: bool, summary: &HuntSummary) -> String {
    let mut remarks: Vec<(&str, Vec<&str>)> = Vec::new();
    for clock in &summary.clocks {
        let (log, remark) = clock.rsplit_once(": ").unwrap_or(("", clock));
        match remarks.iter_mut().find(|(known, _)| *known == remark && !verbose) {
            Some((_, logs)) => logs.push(log),
            None => remarks.push((remark, vec![log])),
        }
    }
    let shown = if verbose { remarks.len() } else { CLOCKS };
    let mut out = String::new();
    for (index, (remark, logs)) in remarks.iter().take(shown).enumerate() {
        let of = match logs.as_slice() {
            [""] => String::new(),
            [log] => format!("{log}: "),
            more => format!("{}: ", many(more.len() as u64, "log")),
        };
        let text = escape::terminal(&format!("{of}{remark}"));
        let room = columns.width.saturating_sub(columns.label + 4);
        let text = if verbose { text } else { squeeze(&text, room) };
        out.push_str(&columns.safe_field(if index == 0 { "clocks" } else { "" }, &text, Style::Warn));
    }
    if remarks.len() > shown {
        let text = format!("and {} more; --verbose lists them", remarks.len() - shown);
        out.push_str(&columns.field("", &text, Style::Dim));
    }
    out
}

fn unfired(columns: Columns, verbose: bool, summary: &HuntSummary) -> String {
    let count = summary.unfired.len() as u64;
    if count == 0 {
        return String::new();
    }
    let hint = if verbose { ":" } else { "; --verbose lists them" };
    let text = format!("{} could not have fired: these logs lack what they look at{hint}", many(count, "rule"));
    let mut out = columns.field("blind", &text, if verbose { Style::Plain } else { Style::Dim });
    if verbose {
        for rule in &summary.unfired {
            out.push_str(&columns.field("", &format!("{} ({}): {}", rule.title, rule.id, rule.why), Style::Dim));
        }
    }
    out
}

/// The rules that fired, worst first.
fn rules(columns: Columns, verbose: bool, tally: &Tally) -> String {
    let rules = tally.worst_rules();
    let limit = if verbose { rules.len() } else { RULES };
    let paint = columns.paint;
    let title = columns.width.saturating_sub(10 + 16);
    let mut out = format!(
        "{}\n",
        paint.with(Style::Dim, &format!("{} {:>7} {:>6}", pad("          rule", title + 10), "count", "hosts"))
    );
    for (_, rule) in rules.iter().take(limit) {
        let level = rule.level.unwrap_or(Level::Info);
        let badge = paint.level(level, &format!("{:<8}", level.as_str().to_uppercase()));
        let text = pad(&clip_columns(&escape::terminal(&rule.title), title), title);
        out.push_str(&format!("{badge}  {text} {:>7} {:>6}\n", rule.count, rule.hosts.len()));
    }
    if rules.len() > limit {
        let more = format!("          and {}; --verbose lists them", plural((rules.len() - limit) as u64, "more rule"));
        out.push_str(&format!("{}\n", paint.with(Style::Dim, &more)));
    }
    out
}

/// The hosts with their counts, worst first; left out where there is only one.
fn hosts(columns: Columns, verbose: bool, tally: &Tally) -> String {
    let hosts = tally.worst_hosts();
    if hosts.len() < 2 {
        return String::new();
    }
    let limit = if verbose { hosts.len() } else { HOSTS };
    let paint = columns.paint;
    let name = columns.width.saturating_sub(5 * 9 + 1).min(60);
    let heads: String = Level::ALL.into_iter().rev().map(|level| format!(" {:>8}", level.as_str())).collect();
    let mut out = format!("\n{}\n", paint.with(Style::Dim, &format!("{}{heads}", pad("host", name))));
    for (host, levels) in hosts.iter().take(limit) {
        let text = pad(&clip_columns(&escape::terminal(host), name), name);
        out.push_str(&format!("{text}{}\n", level_cells(columns, levels)));
    }
    if hosts.len() > limit {
        let more = format!("and {}; --verbose lists them", plural((hosts.len() - limit) as u64, "more host"));
        out.push_str(&format!("{}\n", paint.with(Style::Dim, &more)));
    }
    out
}

fn level_cells(columns: Columns, levels: &Levels) -> String {
    let cells = Level::ALL.into_iter().zip(levels).rev().map(|(level, count)| match count {
        0 => columns.paint.with(Style::Dim, &format!(" {:>8}", "·")),
        _ => {
            let digits = count.to_string();
            format!("{}{}", " ".repeat(9_usize.saturating_sub(digits.len())), columns.paint.level(level, &digits))
        }
    });
    cells.collect()
}

/// `1,234 logs`.
fn many(count: u64, word: &str) -> String {
    many_in(count, word, &format!("{word}s"))
}

fn many_in(count: u64, one: &str, more: &str) -> String {
    format!("{} {}", shape::grouped(count), if count == 1 { one } else { more })
}

/// A diagnostic in one line.
pub(super) fn diagnostic_text(diagnostic: &Diagnostic) -> String {
    let part = if diagnostic.part.as_str().is_empty() { &diagnostic.artifact } else { diagnostic.part.as_str() };
    let place = if diagnostic.location.is_empty() { String::new() } else { format!(" at {}", diagnostic.location) };
    format!("{part}{place}: {} [{}]", diagnostic.message, diagnostic.code)
}
