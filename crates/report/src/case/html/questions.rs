//! Every question of the playbook with its answer and what that rests on.

use super::page::{Page, text};
use crate::case::shape;
use ddefend_model::case::Held;
use std::fmt::Write as _;

pub(super) fn questions(page: &Page<'_>) -> String {
    let case = page.case;
    if case.answers.is_empty() {
        return String::new();
    }
    let mut out = String::from("<section id=\"questions\">\n<h2>Questions</h2>\n");
    for answer in &case.answers {
        let (held, tone) = (answer.answer.as_str(), tone(answer.answer, answer.points));
        let detail = if answer.detail.is_empty() {
            String::new()
        } else {
            format!(" <span class=\"id\">{}</span>", text(&answer.detail))
        };
        let said = if answer.text.is_empty() {
            String::new()
        } else {
            format!("<span class=\"said\">{}</span>", text(&answer.text))
        };
        let _ = write!(
            out,
            "<details class=\"card question {tone}\"><summary><span class=\"badge\">{held}</span> <b>{}</b> {}{detail} \
             <span class=\"points\">{}</span>{said}</summary>\n<div class=\"inside\">",
            text(&answer.question),
            text(&answer.title),
            shape::points(answer.points)
        );
        let _ = write!(
            out,
            "<p class=\"facts\">confidence {} &middot; computed by {}</p>",
            shape::percent(answer.confidence),
            text(&answer.rule_version)
        );
        if answer.evidence.is_empty() {
            out.push_str("<p class=\"facts\">No record stands behind it.</p>");
        }
        out.push_str(&page.evidence(&answer.evidence));
        if !answer.gaps.is_empty() {
            out.push_str("<p>Would answer it, or answer it better:</p><ul class=\"missing\">");
            for gap in &answer.gaps {
                let _ = write!(out, "<li>{}</li>", text(gap));
            }
            out.push_str("</ul>");
        }
        out.push_str("</div></details>\n");
    }
    out.push_str("</section>\n");
    out
}

/// What adds points is bad, what takes them away is good, what is not known is neither.
const fn tone(held: Held, points: i32) -> &'static str {
    match (held, points) {
        (Held::Unknown, _) => "unknown",
        (_, 1..) => "bad",
        (_, ..=-1) => "good",
        (Held::Yes | Held::No, 0) => "even",
    }
}
