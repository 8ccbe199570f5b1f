//! For people at a terminal: the decision first, then the story, the questions, what is missing and what to do next.

mod parts;

use super::{CaseMeta, shape};
use crate::columns::Columns;
use crate::paint::{Paint, Style};
use crate::{escape, wrap};
use ddefend_model::case::{Case, Outcome, Verdict};

/// Columns that labels take.
const LABEL: usize = 9;

pub(super) fn render(case: &Case, meta: &CaseMeta) -> String {
    let width = if meta.width == 0 { 100 } else { meta.width.clamp(60, 160) };
    let columns = Columns { width, paint: Paint { colour: meta.colour }, label: LABEL };
    let page = Page { columns, verbose: meta.verbose };
    let mut out = page.head(case);
    out.push_str(&parts::story(page, case));
    out.push_str(&parts::questions(page, case));
    out.push_str(&parts::gaps(page, case));
    out.push_str(&parts::steps(page, case));
    out.push_str(&page.foot(case));
    out
}

/// What every part needs to know.
#[derive(Clone, Copy, Debug)]
struct Page {
    columns: Columns,
    verbose: bool,
}

impl Page {
    /// A text behind a mark that is safe and painted already; the lines that follow are indented by as much.
    fn hang(self, mark: &str, mark_width: usize, text: &str, style: Style) -> String {
        let mut out = String::new();
        let width = self.columns.width.saturating_sub(mark_width);
        for (index, line) in wrap::wrap(&escape::terminal(text), width).iter().enumerate() {
            let before = if index == 0 { mark.to_owned() } else { " ".repeat(mark_width) };
            out.push_str(&format!("{before}{}\n", self.columns.paint.with(style, line)));
        }
        out
    }

    /// As it is, however long, so that it can be copied whole.
    fn verbatim(self, mark: &str, text: &str, style: Style) -> String {
        format!("{mark}{}\n", self.columns.paint.with(style, &escape::terminal(text)))
    }

    fn heading(self, text: &str) -> String {
        let line = wrap::clip(&escape::terminal(text), self.columns.width.saturating_sub(2));
        format!("\n  {}\n", self.columns.paint.with(Style::Strong, &line))
    }

    fn head(self, case: &Case) -> String {
        use unicode_width::UnicodeWidthStr as _;
        let paint = self.columns.paint;
        let line = wrap::clip(&format!("━━ {} ", escape::terminal(&case.id)), self.columns.width);
        let missing = self.columns.width.saturating_sub(line.width());
        let mut out = format!("{}\n", paint.with(Style::Strong, &format!("{line}{}", "━".repeat(missing))));
        if !case.title.is_empty() {
            out.push_str(&self.hang("  ", 2, &case.title, Style::Strong));
        }
        let decision = &case.decision;
        let outcome = escape::terminal(&shape::outcome(case));
        let style = match decision.outcome {
            Outcome::Escalate => Style::Alarm,
            Outcome::Close => Style::Good,
            Outcome::Open => Style::Warn,
        };
        let verdict = match decision.verdict {
            Verdict::TpExec | Verdict::TpBlocked | Verdict::TpDelivery => Style::Alarm,
            Verdict::BenignTp | Verdict::Fp => Style::Good,
            Verdict::Undetermined => Style::Warn,
        };
        let mark = format!("  {}  ", paint.with(style, &outcome));
        out.push('\n');
        out.push_str(&self.hang(&mark, outcome.width() + 4, decision.verdict.in_words(), verdict));
        out.push_str(&self.hang("  ", 2, &shape::why(case), Style::Plain));
        for also in shape::also(case) {
            out.push_str(&self.hang("  ", 2, &also, Style::Plain));
        }
        let level = decision.level.map(|level| format!(" {}", paint.level(level, level.as_str()))).unwrap_or_default();
        let (yes, no, unknown) = shape::counts(case);
        out.push_str(&format!(
            "  severity {}{level}, confidence {}, coverage {}: {yes} yes, {no} no, {unknown} unknown\n",
            decision.severity,
            shape::percent(decision.confidence),
            shape::percent(decision.coverage)
        ));
        if self.verbose {
            for rule in &decision.rules {
                let text = format!("{} {}: {} ({})", rule.held, rule.id, rule.title, rule.condition);
                out.push_str(&self.columns.field("rule", &text, Style::Dim));
            }
        }
        out
    }

    /// What was read, and how much of it could not be.
    fn foot(self, case: &Case) -> String {
        parts::foot(self, case)
    }
}
