//! The part of one machine or user.

use super::{checks, ways};
use crate::escape::html as e;
use crate::posture::essence::{self, Kind};
use crate::posture::{PostureRule, head, shape};
use ddefend_model::posture::{Audit, Way};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Files that are named.
const SOURCES: usize = 20;

/// A finished part, but for what is known only at the end: who is alike.
pub(super) struct Section {
    head: String,
    body: String,
}

impl Section {
    pub(super) fn new(
        audit: &Audit,
        anchor: &str,
        answer: Option<&shape::Answer>,
        rules: &BTreeMap<String, PostureRule>,
        attack: &BTreeMap<String, String>,
    ) -> Self {
        let title = if audit.user.is_empty() {
            format!("{} <span class=\"dim\">machine</span>", e(&audit.host))
        } else {
            format!("{} <span class=\"dim\">on {}</span>", e(&audit.user), e(&audit.host))
        };
        let mut head =
            format!("<section class=\"who\" id=\"{anchor}\" data-host=\"{}\">\n<h2>{title}</h2>\n", e(&audit.host));
        if !audit.sid.is_empty() && audit.sid != audit.user {
            let _ = writeln!(head, "<p class=\"facts\">{}</p>", e(&audit.sid));
        }
        let installed = shape::installed(audit);
        if !installed.is_empty() {
            let _ = writeln!(head, "<p class=\"facts\">{}</p>", e(&installed.join("; ")));
        }
        let mut body = String::new();
        if let Some(answer) = answer {
            let _ = writeln!(
                body,
                "<div class=\"answer {}\"><p>Can DDE start programs here? <b>{}</b></p><p>{}</p>{}{}</div>",
                answer.state.as_str(),
                answer.word,
                e(&answer.why),
                alarm(&answer.alarm),
                if answer.beside.is_empty() {
                    String::new()
                } else {
                    format!("<p class=\"dim\">{}</p>", e(&answer.beside))
                }
            );
        } else {
            if let Some(text) = head::nothing(audit) {
                let _ = writeln!(body, "<div class=\"answer unknown\"><p>{}</p></div>", e(text));
            }
            body.push_str(&alarm(&head::alarm(audit).unwrap_or_default()));
        }
        if let Some(text) = head::recovered(audit) {
            let _ = writeln!(body, "<p class=\"recovered\">{}</p>", e(&text));
        }
        body.push_str(&ways::ways(audit, rules, attack));
        body.push_str(&faults(audit));
        if !head::is_blank(audit) {
            body.push_str(&checks::checks(audit));
        }
        if !audit.sources.is_empty() {
            let more = audit.sources.len().saturating_sub(SOURCES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let names: Vec<String> =
                audit.sources.iter().take(SOURCES).map(|source| format!("<code>{}</code>", e(source))).collect();
            let _ = writeln!(body, "<p class=\"facts\">Read from {}{more}.</p>", names.join(", "));
        }
        body.push_str("</section>\n");
        Self { head, body }
    }

    /// Bytes.
    pub(super) fn len(&self) -> usize {
        self.head.len() + self.body.len()
    }

    /// Without a word on who is alike.
    pub(super) fn alone(&self) -> String {
        format!("{}{}", self.head, self.body)
    }

    pub(super) fn page(&self, kind: &Kind) -> String {
        let mut alike = String::new();
        if kind.count > 0 {
            alike = format!("<p class=\"note\">{}: also {}.</p>\n", kind.alike(), e(&kind.others()));
        }
        format!("{}{alike}{}", self.head, self.body)
    }
}

/// A row of the overview.
pub(super) struct Row {
    name: String,
    anchor: Option<String>,
    answer: Option<shape::Answer>,
    /// What stands in place of an answer.
    none: &'static str,
    /// Something grave is set, whatever the answer.
    grave: bool,
    wrong: usize,
    checks: usize,
    faults: usize,
}

impl Row {
    pub(super) fn new(audit: &Audit, anchor: Option<String>, answer: Option<shape::Answer>) -> Self {
        let wrong = audit.checks.iter().filter(|check| shape::is_wrong(check)).count();
        let none = match head::nothing(audit) {
            Some(_) if audit.user.is_empty() => "nothing known",
            Some(_) => "no Office settings",
            None => "judged by user",
        };
        let grave = head::alarm(audit).is_some();
        let faults = shape::faults(audit).len();
        Self { name: essence::name(audit), anchor, answer, none, grave, wrong, checks: audit.checks.len(), faults }
    }

    pub(super) fn line(&self, alike: u64) -> String {
        let name = match &self.anchor {
            Some(anchor) => format!("<a href=\"#{anchor}\">{}</a>", e(&self.name)),
            None => e(&self.name),
        };
        let (class, word, ways) = match &self.answer {
            Some(answer) if self.grave && answer.state == Way::Unknown => {
                ("open", "NOT KNOWN, BUT INSECURE SETTINGS", answer.ways.words())
            }
            Some(answer) => (answer.state.as_str(), answer.word, answer.ways.words()),
            None => ("plain", self.none, String::new()),
        };
        let alike = if alike > 0 { format!("and {alike} more") } else { String::new() };
        let faults = if self.faults > 0 { self.faults.to_string() } else { String::new() };
        let wrong = if self.none == "nothing known" {
            String::new()
        } else {
            format!("{} of {} checks", self.wrong, self.checks)
        };
        let cells = [
            ("answer", word.to_owned()),
            ("ways in by DDE", ways),
            ("not in order", wrong),
            ("without effect", faults),
            ("alike", alike),
        ];
        let cells = cells.map(|(label, text)| {
            let class = if label == "answer" { " class=\"strong\"" } else { "" };
            format!("<td{class} data-label=\"{label}\">{text}</td>")
        });
        format!("<tr class=\"{class}\"><td>{name}</td>{}</tr>\n", cells.concat())
    }
}

fn faults(audit: &Audit) -> String {
    let faults = shape::faults(audit);
    if faults.is_empty() {
        return String::new();
    }
    let mut out =
        format!("<h3>Hardening without effect: {}</h3>\n", shape::count(faults.len() as u64, "setting", "settings"));
    for fault in faults {
        let data = if fault.data.is_empty() { String::new() } else { format!(" = {}", fault.data) };
        let place = if fault.place.is_empty() { String::new() } else { format!(", {}", fault.place) };
        let _ = writeln!(
            out,
            "<div class=\"fault\"><p>{} <span class=\"id\">{} &middot; {}</span></p><p><code>{}</code> in {}</p>\
             <p><span class=\"do\">do</span> {}</p></div>",
            e(&fault.message),
            e(&fault.check),
            e(&fault.id),
            e(&format!("{}{data}", shape::setting(&fault.key, &fault.value))),
            e(&format!("{}{place}", fault.source)),
            e(&fault.remedy)
        );
    }
    out
}

/// Grave settings; empty for none.
fn alarm(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<p class=\"alarm\">{}</p>", e(text)) }
}
