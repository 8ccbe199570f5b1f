//! What is wrong with a rule or a query, with the line that it stands in and a mark under the place.

use crate::escape;
use crate::paint::{Paint, Style};
use ddefend_rule::Problem;
use unicode_width::UnicodeWidthStr;

/// Characters of a line that are shown; longer lines are shown around the place.
const SHOWN: usize = 160;
/// Characters before the place where a long line is cut.
const BEFORE: usize = 60;

/// A problem with a piece of its text; `text` is that of the file, none where it is not at hand.
#[must_use]
pub fn snippet(problem: &Problem, text: Option<&str>, colour: bool) -> String {
    let paint = Paint { colour };
    let (word, style) = if problem.warning { ("warning", Style::Warn) } else { ("error", Style::Alarm) };
    let head = paint.with(style, &format!("{word}[{}]", problem.code));
    let mut out = format!("{head}: {}\n", escape::terminal(&problem.message));
    let file = escape::terminal(&problem.file);
    match (problem.line, problem.column) {
        (0, _) => out.push_str(&format!("  --> {file}\n")),
        (line, 0) => out.push_str(&format!("  --> {file}:{line}\n")),
        (line, column) => out.push_str(&format!("  --> {file}:{line}:{column}\n")),
    }
    let line = usize::try_from(problem.line).unwrap_or_default().checked_sub(1);
    let Some(found) = text.zip(line).and_then(|(text, line)| text.split('\n').nth(line)) else { return out };
    let found: Vec<char> = found.trim_end_matches('\r').chars().collect();
    let start = usize::try_from(problem.column.saturating_sub(1)).unwrap_or_default().min(found.len());
    let length = usize::try_from(problem.length).unwrap_or_default().min(found.len() - start);
    let from = if found.len() > SHOWN { start.saturating_sub(BEFORE) } else { 0 };
    let until = found.len().min(from + SHOWN);
    let piece = |from: usize, until: usize| {
        let plain: String = found.get(from..until.max(from)).unwrap_or_default().iter().collect();
        escape::terminal(&plain.replace('\t', "    "))
    };
    let (before, marked) = (piece(from, start.min(until)), piece(start, (start + length).min(until)));
    let behind = piece((start + length).min(until), until);
    let cut = |cut: bool| if cut { "..." } else { "" };
    let number = problem.line.to_string();
    let gutter = " ".repeat(number.len());
    let indent = " ".repeat(before.width() + cut(from > 0).len());
    let mark = "^".repeat(marked.width().max(1));
    out.push_str(&format!("{gutter} |\n"));
    out.push_str(&format!("{number} | {}{before}{marked}{behind}{}\n", cut(from > 0), cut(until < found.len())));
    if problem.column > 0 {
        out.push_str(&format!("{gutter} | {indent}{}\n", paint.with(style, &mark)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::snippet;
    use ddefend_rule::Problem;
    use ddefend_rule::ir::query::Span;

    #[test]
    fn the_mark_stands_under_the_place() {
        let text = "T\n| where Timestmp > ago(1d)\n";
        let span = Span { start: 10, end: 18 };
        let problem = Problem::at("a.kql", text, span, "query.name", "there is no column Timestmp".to_owned());
        let shown = snippet(&problem, Some(text), false);
        assert_eq!(
            shown,
            "error[query.name]: there is no column Timestmp\n  --> a.kql:2:9\n  |\n2 | | where Timestmp > ago(1d)\n  |         ^^^^^^^^\n"
        );
    }

    #[test]
    fn hostile_lines_stay_text_and_long_ones_are_cut() {
        let text = format!("{}\u{202e}x", "é".repeat(500));
        let span = Span { start: 1000, end: 1003 };
        let problem = Problem::at("\u{1b}[31m.kql", &text, span, "query.syntax", "what".to_owned());
        let shown = snippet(&problem, Some(&text), false);
        assert!(!shown.contains('\u{202e}') && !shown.contains('\u{1b}'), "{shown}");
        assert!(shown.contains("...é") && shown.contains("\\u{202e}"), "{shown}");
    }
}
