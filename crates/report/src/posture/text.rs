//! For people at a terminal: per machine and user the answer, the ways in, what is not in order, and what to do about it.

mod checks;
mod evidence;
mod faults;
mod ways;

use super::essence::Alike;
use super::page::{Page, Titles, diagnostic_text, same_again};
use super::{PostureMeta, PostureRenderer, head, shape};
use crate::paint::Style;
use crate::text::{bytes, plural};
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Audit, PostureSummary, Verdict, Way};
use std::collections::BTreeMap;

/// Diagnostics listed unless verbose.
const DIAGNOSTICS: usize = 5;

pub(super) fn make(meta: &PostureMeta) -> Box<dyn PostureRenderer> {
    Box::new(Text {
        page: Page::new(meta),
        attack: meta.rules.iter().map(|rule| (rule.id.clone(), rule.attack.clone())).collect(),
        alike: Alike::default(),
        titles: Titles::default(),
        gaps: Vec::new(),
    })
}

/// The colour of a state.
fn way_style(way: Way) -> Style {
    match way {
        Way::Open => Style::Alarm,
        Way::Clicks | Way::Unknown => Style::Warn,
        Way::Closed => Style::Good,
    }
}

struct Text {
    page: Page,
    /// Techniques of the ways in, by id.
    attack: BTreeMap<String, String>,
    alike: Alike,
    titles: Titles,
    /// The first diagnostics, for the end.
    gaps: Vec<Diagnostic>,
}

impl PostureRenderer for Text {
    fn audit(&mut self, audit: &Audit) -> String {
        if !self.page.verbose && self.alike.folds(audit) {
            return String::new();
        }
        let mut out = self.titles.title(self.page, &audit.host, &audit.user, &audit.sid);
        let head = self.head(audit);
        if !head.is_empty() {
            out.push_str(&format!("\n{head}"));
        }
        out.push_str(&ways::ways(self.page, audit, &self.attack));
        if self.page.verbose || !head::is_blank(audit) {
            out.push_str(&checks::checks(self.page, audit));
        }
        out.push_str(&faults::faults(self.page, audit));
        if self.page.verbose {
            out.push_str(&evidence::evidence(self.page, audit));
        }
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

    fn end(&mut self, summary: &PostureSummary) -> String {
        let mut out = self.folded();
        if self.titles.began() {
            out.push('\n');
        }
        out.push_str(&self.summary(summary));
        out
    }
}

impl Text {
    /// The question and its answer, and what the user works with.
    fn head(&self, audit: &Audit) -> String {
        let columns = self.page.columns;
        let mut out = String::new();
        if let Some(answer) = shape::answer(audit, &self.attack) {
            let mark = format!(
                "  Can DDE start programs here?  {}  ",
                columns.paint.with(way_style(answer.state), answer.word)
            );
            let width = 33 + answer.word.len();
            if columns.width > width + 40 {
                out.push_str(&self.page.hang(&mark, width, &answer.why, Style::Plain));
            } else {
                out.push_str(&format!("{}\n", mark.trim_end()));
                out.push_str(&self.page.hang("  ", 2, &answer.why, Style::Plain));
            }
            for (text, style) in [(&answer.alarm, Style::Alarm), (&answer.beside, Style::Dim)] {
                if !text.is_empty() {
                    out.push_str(&self.page.hang("  ", 2, text, style));
                }
            }
        } else {
            for (text, style) in
                [(head::nothing(audit).map(str::to_owned), Style::Warn), (head::alarm(audit), Style::Alarm)]
            {
                out.push_str(&text.map(|text| self.page.hang("  ", 2, &text, style)).unwrap_or_default());
            }
        }
        if let Some(text) = head::recovered(audit) {
            out.push_str(&columns.field("recovered", &text, Style::Warn));
        }
        let installed = shape::installed(audit);
        if !installed.is_empty() {
            out.push_str(&columns.field("Office", &installed.join("; "), Style::Dim));
        }
        if self.page.verbose {
            for source in &audit.sources {
                out.push_str(&columns.field("read", source, Style::Dim));
            }
        }
        out
    }

    /// Audits that were not shown because one like them was.
    fn folded(&self) -> String {
        same_again(self.page, &self.alike)
    }

    /// Counts over everything.
    fn summary(&self, summary: &PostureSummary) -> String {
        let columns = self.page.columns;
        let paint = columns.paint;
        let of = |map: &BTreeMap<String, u64>, word: &str| map.get(word).copied().unwrap_or(0);
        let mut ways: Vec<String> = Vec::new();
        for (way, words) in
            [(Way::Open, "open"), (Way::Clicks, "by clicks"), (Way::Unknown, "not known"), (Way::Closed, "closed")]
        {
            let count = of(&summary.exposures, way.as_str());
            if count > 0 {
                ways.push(paint.with(way_style(way), &format!("{count} {words}")));
            }
        }
        let ways =
            if ways.is_empty() { "no way in was judged".to_owned() } else { format!("ways in: {}", ways.join(", ")) };
        let mut out = format!("{}, {}: {ways}\n", plural(summary.hosts, "host"), plural(summary.users, "user"));
        let verdicts = [Verdict::Insecure, Verdict::Misapplied, Verdict::Absent, Verdict::Unknown, Verdict::Secure];
        let checks: Vec<String> = verdicts
            .into_iter()
            .filter(|verdict| of(&summary.checks, verdict.as_str()) > 0)
            .map(|verdict| format!("{} {}", of(&summary.checks, verdict.as_str()), verdict.as_str()))
            .collect();
        if !checks.is_empty() {
            out.push_str(&columns.field("checks", &checks.join(", "), Style::Plain));
        }
        let faults: u64 = summary.faults.values().sum();
        if faults > 0 {
            let text = format!("{} of hardening without effect; what to do stands above", plural(faults, "setting"));
            out.push_str(&columns.field("faults", &text, Style::Warn));
        }
        let time = summary.elapsed.map(|elapsed| format!(" in {:.1} s", elapsed as f64 / 1000.0)).unwrap_or_default();
        out.push_str(&columns.field(
            "read",
            &format!("{}, {}{time}", plural(summary.inputs, "input"), bytes(summary.bytes)),
            Style::Plain,
        ));
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
