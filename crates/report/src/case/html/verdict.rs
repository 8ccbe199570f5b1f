//! The decision, and the rule that made it.

use super::page::{code, text, time};
use crate::case::{CaseMeta, shape};
use crate::escape::html as e;
use crate::text::{bytes, plural};
use ddefend_model::case::{Case, Held, NodeKind, Outcome};
use std::fmt::Write as _;

/// Hosts and users named in the header.
const NAMES: usize = 6;

pub(super) fn header(case: &Case, meta: &CaseMeta) -> String {
    let title = if case.title.is_empty() { &case.id } else { &case.title };
    let (inputs, unread, size) = shape::read(case);
    let whole = if unread > 0 { format!(" ({unread} not whole)") } else { String::new() };
    let mut out = format!(
        "<header class=\"case\"><p class=\"brand\">ddefend triage &middot; {}</p>\n<h1>{}</h1>\n<p>",
        code(&case.id),
        text(title)
    );
    if !case.span.0.is_empty() {
        let _ = write!(out, "{} to {} &middot; ", time(&case.span.0), time(&case.span.1));
    }
    let names = |kind: NodeKind| -> Vec<String> {
        case.nodes.iter().filter(|node| node.kind == kind).take(NAMES).map(|node| text(&node.label)).collect()
    };
    for (kind, word) in [(NodeKind::Host, "on"), (NodeKind::User, "as")] {
        let names = names(kind);
        if !names.is_empty() {
            let _ = write!(out, "{word} <b>{}</b> ", names.join(", "));
        }
    }
    let _ = writeln!(
        out,
        "<br>{}, {}{whole}{} &middot; playbook {} ({}) &middot; ddefend {} &middot; content {}</p>",
        plural(inputs, "input"),
        bytes(size),
        if case.as_of.is_empty() { String::new() } else { format!("; as of {}", time(&case.as_of)) },
        e(&case.playbook.id),
        e(&case.playbook.digest),
        e(&meta.version),
        e(&meta.content)
    );
    out.push_str("<nav>");
    let links = [
        ("story", "Story", true),
        ("graph", "Graph", !case.nodes.is_empty()),
        ("timeline", "Timeline", !case.timeline.is_empty()),
        ("questions", "Questions", !case.answers.is_empty()),
        ("tasks", "Next steps", !case.tasks.is_empty()),
        ("documents", "Documents", !case.documents.is_empty()),
        ("detections", "Detections", !case.detections.is_empty()),
        ("posture", "Posture", !case.posture.is_empty()),
        ("memory", "Memory", !case.memory.is_empty()),
        ("indicators", "Indicators", !case.indicators.is_empty()),
        ("nodes", "Everything", !case.nodes.is_empty()),
        ("records", "Raw records", !case.records.is_empty()),
        ("inputs", "Inputs", true),
    ];
    for (anchor, word, _) in links.into_iter().filter(|(.., shown)| *shown) {
        let _ = write!(out, "<a href=\"#{anchor}\">{word}</a> ");
    }
    out.push_str("</nav></header>\n");
    out
}

/// The class that gives an outcome its colour.
const fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Escalate => "escalate",
        Outcome::Close => "close",
        Outcome::Open => "undecided",
    }
}

pub(super) fn verdict(case: &Case) -> String {
    let decision = &case.decision;
    let (yes, no, unknown) = shape::counts(case);
    let mut out = format!(
        "<section class=\"verdict {}\" id=\"verdict\">\n<p class=\"outcome\"><b>{}</b> <span>{}</span></p>\n<p>{}</p>\n",
        class(decision.outcome),
        text(&shape::outcome(case)),
        decision.verdict.in_words(),
        text(&shape::why(case))
    );
    for also in shape::also(case) {
        let _ = writeln!(out, "<p>{}</p>", text(&also));
    }
    let level = decision.level.map_or("info", |level| level.as_str());
    let gauges = [
        ("severity", f64::from(decision.severity) / 100.0, decision.severity.to_string(), level),
        ("confidence", decision.confidence, shape::percent(decision.confidence), "gauge-plain"),
        ("coverage", decision.coverage, shape::percent(decision.coverage), "gauge-plain"),
    ];
    out.push_str("<div class=\"gauges\">");
    for (name, share, shown, class) in gauges {
        let word = if name == "severity" { format!("{name}, {level}") } else { name.to_owned() };
        let _ = write!(
            out,
            "<div class=\"gauge {class}\"><b>{shown}</b> <span>{word}</span><svg viewBox=\"0 0 100 6\" \
             preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"back\" width=\"100\" height=\"6\"/>\
             <rect class=\"full\" width=\"{:.0}\" height=\"6\"/></svg></div>",
            (share * 100.0).clamp(0.0, 100.0)
        );
    }
    let _ = writeln!(
        out,
        "<div class=\"gauge gauge-plain\"><b>{yes} / {no} / {unknown}</b> <span>yes, no, unknown</span></div></div>"
    );
    if !decision.rules.is_empty() {
        out.push_str("<details class=\"rules\"><summary>The rules, in order</summary>\n<div class=\"scroll\"><table class=\"list\">\n");
        for rule in &decision.rules {
            let made = if rule.id == decision.rule { " <b>(made the decision)</b>" } else { "" };
            let _ = writeln!(
                out,
                "<tr class=\"{0}\"><td>{1}</td><td><b class=\"held\">{0}</b></td><td>{2}{made}</td><td><code>{3}</code></td></tr>",
                word(rule.held),
                text(&rule.id),
                text(&rule.title),
                text(&rule.condition)
            );
        }
        out.push_str("</table></div></details>\n");
    }
    out.push_str("</section>\n");
    out
}

/// The class and the word of an answer.
pub(super) const fn word(held: Held) -> &'static str {
    held.as_str()
}
