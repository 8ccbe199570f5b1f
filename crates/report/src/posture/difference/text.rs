//! For people at a terminal: machine by machine and user by user, what turned worse first, as it was and as it is.

use super::shape::{after, before, subject, turned, who};
use super::{DifferenceRenderer, PostureMeta};
use crate::paint::Style;
use crate::posture::essence::{Alike, digest, named};
use crate::posture::page::{Page, Titles, diagnostic_text, same_again};
use crate::text::plural;
use crate::wrap::pad;
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Difference, DifferenceSummary, Turn};
use std::hash::Hash as _;
use unicode_width::UnicodeWidthStr as _;

/// Diagnostics listed unless verbose.
const DIAGNOSTICS: usize = 5;
/// Differences of one machine or user that wait to be put in order.
const WAITING: usize = 20_000;
/// Hosts and users that only one side has, unless verbose.
const ONLY: usize = 10;
/// Differences of one machine or user unless verbose.
const SHOWN: usize = 40;

pub(super) fn make(meta: &PostureMeta) -> Box<dyn DifferenceRenderer> {
    Box::new(Text {
        page: Page::new(meta),
        titles: Titles::default(),
        alike: Alike::default(),
        waiting: Vec::new(),
        gaps: Vec::new(),
    })
}

struct Text {
    page: Page,
    titles: Titles,
    alike: Alike,
    /// Of the present machine or user.
    waiting: Vec<Difference>,
    /// The first diagnostics, for the end.
    gaps: Vec<Diagnostic>,
}

impl DifferenceRenderer for Text {
    fn difference(&mut self, difference: &Difference) -> String {
        let other = self
            .waiting
            .first()
            .is_some_and(|first| (&first.host, &first.user) != (&difference.host, &difference.user));
        let out = if other || self.waiting.len() >= WAITING { self.flush() } else { String::new() };
        self.waiting.push(difference.clone());
        out
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        if self.page.verbose {
            let label = if diagnostic.is_gap() { "not read" } else { "note" };
            return self.page.columns.field(label, &diagnostic_text(diagnostic), Style::Warn);
        }
        if diagnostic.is_gap() && self.gaps.len() < DIAGNOSTICS {
            self.gaps.push(diagnostic.clone());
        }
        String::new()
    }

    fn end(&mut self, summary: &DifferenceSummary) -> String {
        let mut out = self.flush();
        out.push_str(&same_again(self.page, &self.alike));
        if self.titles.began() {
            out.push('\n');
        }
        out.push_str(&self.summary(summary));
        out
    }
}

impl Text {
    /// The present machine or user.
    fn flush(&mut self) -> String {
        let mut waiting = std::mem::take(&mut self.waiting);
        let Some(first) = waiting.first() else { return String::new() };
        let (host, user) = (first.host.clone(), first.user.clone());
        let shape = digest(|hasher| {
            user.is_empty().hash(hasher);
            for difference in &waiting {
                (&difference.id, difference.subject, &difference.title, &difference.application).hash(hasher);
                (&difference.version, difference.turn, difference.level, &difference.who, difference.majority)
                    .hash(hasher);
                for side in [&difference.before, &difference.after] {
                    let side = side.as_ref();
                    side.map(|side| {
                        (side.verdict, side.outcome, side.state, &side.effective, side.layer, side.enforced)
                    })
                    .hash(hasher);
                }
            }
        });
        if !self.page.verbose && self.alike.counts(shape, user.is_empty(), || named(&host, &user)) {
            return String::new();
        }
        waiting.sort_by_key(|difference| (difference.turn, std::cmp::Reverse(difference.level), difference.subject));
        let mut out = self.titles.title(self.page, &host, &user, "");
        out.push('\n');
        let shown = if self.page.verbose { waiting.len() } else { SHOWN };
        for difference in waiting.iter().take(shown) {
            out.push_str(&block(self.page, difference));
        }
        let more = waiting.len().saturating_sub(shown);
        if more > 0 {
            out.push_str(&format!("  and {} (-v lists them)\n", plural(more as u64, "other difference")));
        }
        out
    }

    fn summary(&self, summary: &DifferenceSummary) -> String {
        let columns = self.page.columns;
        let count = |turn: Turn| summary.differences.get(turn.as_str()).copied().unwrap_or(0);
        let counts = [(Turn::Worse, "worse"), (Turn::Changed, "changed"), (Turn::Better, "better")];
        let words: Vec<String> = counts
            .into_iter()
            .filter(|(turn, _)| count(*turn) > 0)
            .map(|(turn, word)| columns.paint.with(style(turn), &format!("{} {word}", count(turn))))
            .collect();
        let words = if words.is_empty() { "no difference".to_owned() } else { words.join(", ") };
        let compared = if summary.compared == 1 { "1 machine or user" } else { "machines and users" };
        let compared =
            if summary.compared == 1 { compared.to_owned() } else { format!("{} {compared}", summary.compared) };
        let time = summary.elapsed.map(|elapsed| format!(" in {:.1} s", elapsed as f64 / 1000.0)).unwrap_or_default();
        let mut out = format!("{words}; {compared} compared{time}\n");
        for (label, names) in [("before", &summary.only_before), ("after", &summary.only_after)] {
            if !names.is_empty() {
                let shown = if self.page.verbose { names.len() } else { ONLY };
                let more = names.len().saturating_sub(shown);
                let more = if more > 0 { format!(" and {more} more (-v)") } else { String::new() };
                let first: Vec<&str> = names.iter().take(shown).map(String::as_str).collect();
                out.push_str(&columns.field(label, &format!("only there: {}{more}", first.join(", ")), Style::Warn));
            }
        }
        for gap in &self.gaps {
            out.push_str(&columns.field("not read", &diagnostic_text(gap), Style::Warn));
        }
        let gaps: u64 =
            summary.diagnostics.iter().filter(|(code, _)| !code.starts_with("note.")).map(|(_, count)| count).sum();
        let more = gaps.saturating_sub(self.gaps.len() as u64);
        if more > 0 && !self.page.verbose {
            out.push_str(&columns.field("", &format!("and {} more (-v tells all)", plural(more, "gap")), Style::Warn));
        }
        out
    }
}

fn style(turn: Turn) -> Style {
    match turn {
        Turn::Worse => Style::Alarm,
        Turn::Changed => Style::Warn,
        Turn::Better => Style::Good,
    }
}

/// Columns before what is said of a difference.
const INDENT: usize = 11;

/// What differs, as it was and as it is, who did it and when.
fn block(page: Page, difference: &Difference) -> String {
    let paint = page.columns.paint;
    let mark = format!("  {} ", paint.with(style(difference.turn), &pad(difference.turn.as_str(), INDENT - 3)));
    let mut out = page.hang(&mark, INDENT, &subject(difference), Style::Strong);
    let blank = " ".repeat(INDENT);
    let (before, after) = (before(difference), after(difference));
    let line = format!("{before}  →  {after}");
    if crate::escape::terminal(&line).width() + INDENT <= page.columns.width {
        out.push_str(&page.hang(&blank, INDENT, &line, Style::Plain));
    } else {
        out.push_str(&page.hang(&blank, INDENT, &before, Style::Plain));
        out.push_str(&page.hang(&format!("{blank}→ "), INDENT + 2, &after, Style::Plain));
    }
    let by = [turned(difference), who(difference)]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("; ");
    if !by.is_empty() {
        out.push_str(&page.hang(&blank, INDENT, &by, Style::Dim));
    }
    out
}
