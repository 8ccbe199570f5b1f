//! One self-contained page without script: per machine and user what differs, worse first.

use super::shape::{after, before, turned, who};
use super::{DifferenceRenderer, PostureMeta};
use crate::escape::html as e;
use crate::posture::essence::named;
use crate::posture::html::{BASE, STYLE, gap_line};
use crate::posture::shape::{count, product};
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Difference, DifferenceSummary, Turn};
use std::fmt::Write as _;

/// Differences that are shown.
const SHOWN: usize = 20_000;
/// Diagnostics listed.
const DIAGNOSTICS: usize = 200;
/// Names listed of what only one side has.
const ONLY: usize = 200;

pub(super) fn make(meta: &PostureMeta) -> Box<dyn DifferenceRenderer> {
    Box::new(Html {
        version: meta.version.clone(),
        content: meta.content.clone(),
        waiting: Vec::new(),
        body: String::new(),
        shown: 0,
        total: 0,
        gaps: Vec::new(),
    })
}

struct Html {
    version: String,
    content: String,
    /// Of the present machine or user.
    waiting: Vec<Difference>,
    body: String,
    shown: usize,
    total: usize,
    gaps: Vec<Diagnostic>,
}

impl DifferenceRenderer for Html {
    fn begin(&mut self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>ddefend posture diff</title>\n<style>\n{BASE}{STYLE}</style>\n</head>\n<body>\n"
        )
    }

    fn difference(&mut self, difference: &Difference) -> String {
        self.total += 1;
        if self.waiting.first().is_some_and(|first| (&first.host, &first.user) != (&difference.host, &difference.user))
        {
            self.flush();
        }
        if self.shown + self.waiting.len() < SHOWN {
            self.waiting.push(difference.clone());
        }
        String::new()
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        if self.gaps.len() < DIAGNOSTICS {
            self.gaps.push(diagnostic.clone());
        }
        String::new()
    }

    fn end(&mut self, summary: &DifferenceSummary) -> String {
        self.flush();
        let time = summary.elapsed.map(|elapsed| format!(" in {:.1} s", elapsed as f64 / 1000.0)).unwrap_or_default();
        let mut out = format!(
            "<header><h1>ddefend posture diff</h1>\n<p>What protects less, differently or more: {} compared{time}.<br>\
             ddefend {} &middot; content {}</p></header>\n<main>\n<div class=\"tiles\">\n",
            count(summary.compared, "machine or user", "machines and users"),
            e(&self.version),
            e(&self.content)
        );
        for turn in [Turn::Worse, Turn::Changed, Turn::Better] {
            let word = turn.as_str();
            let count = summary.differences.get(word).copied().unwrap_or(0);
            let none = if count == 0 { " none" } else { "" };
            let _ = writeln!(out, "<div class=\"tile {word}{none}\"><b>{count}</b><span>{word}</span></div>");
        }
        out.push_str("</div>\n");
        out.push_str(&self.body);
        if self.total == 0 {
            out.push_str("<p>Nothing differs.</p>\n");
        }
        if self.shown < self.total {
            let _ = writeln!(
                out,
                "<p class=\"note\">{} of {} are shown; --format jsonl has every one.</p>",
                self.shown, self.total
            );
        }
        out.push_str(&only("Only on the earlier side", &summary.only_before));
        out.push_str(&only("Only on the later side", &summary.only_after));
        if !self.gaps.is_empty() {
            let lines: String = self.gaps.iter().map(gap_line).collect();
            let _ =
                writeln!(out, "<section id=\"unread\">\n<h2>What was not read</h2>\n<ul>\n{lines}</ul>\n</section>");
        }
        out.push_str("</main>\n</body>\n</html>\n");
        out
    }
}

impl Html {
    /// The part of the present machine or user.
    fn flush(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        let Some(first) = waiting.first() else { return };
        let _ = writeln!(
            self.body,
            "<section class=\"who\">\n<h2>{}</h2>\n<div class=\"scroll\"><table class=\"turns\">\n<tr><th>turn</th><th>what</th>\
             <th>where</th><th>before</th><th></th><th>after</th><th>who and when</th></tr>",
            e(&named(&first.host, &first.user))
        );
        waiting.sort_by_key(|difference| (difference.turn, std::cmp::Reverse(difference.level), difference.subject));
        self.shown += waiting.len();
        waiting.iter().for_each(|difference| self.body.push_str(&line(difference)));
        self.body.push_str("</table></div>\n</section>\n");
    }
}

fn line(difference: &Difference) -> String {
    let turn = difference.turn.as_str();
    let by = [turned(difference), who(difference)]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("; ");
    format!(
        "<tr class=\"{turn}\"><td><span class=\"badge\">{turn}</span></td><td><b>{}</b> <span class=\"id\">{}, {}</span></td>\
         <td>{}</td><td>{}</td><td>&rarr;</td><td class=\"strong\">{}</td><td>{}</td></tr>\n",
        e(&difference.title),
        e(&difference.id),
        difference.level,
        e(&product(&difference.application, &difference.version)),
        e(&before(difference)),
        e(&after(difference)),
        e(&by)
    )
}

fn only(heading: &str, names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let more = names.len().saturating_sub(ONLY);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let first: Vec<&str> = names.iter().take(ONLY).map(String::as_str).collect();
    format!("<section>\n<h2>{heading}</h2>\n<p>{}{more}</p>\n</section>\n", e(&first.join(", ")))
}
