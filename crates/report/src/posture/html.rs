//! One self-contained page: the answer for everybody first, then one part per machine or user with its ways in, checks and
//! faults. Nothing is fetched, everything can be read without script; the only script filters the checks, and the content
//! security policy names it by its digest.

mod checks;
mod section;
mod ways;

use super::essence::Alike;
use super::{PostureMeta, PostureRenderer, PostureRule, shape};
use crate::escape::html as e;
use crate::text::bytes;
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Audit, PostureSummary, Verdict, Way};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

pub(super) const BASE: &str = include_str!("../hunt/html/hunt.css");
pub(super) const STYLE: &str = include_str!("html/posture.css");
const SCRIPT: &str = include_str!("html/filter.js");
/// SHA-256 of [`SCRIPT`], for the content security policy; a test holds it.
const SCRIPT_DIGEST: &str = include_str!("html/filter.sha256");

/// Machines and users shown in full.
const SECTIONS: usize = 1_000;
/// Bytes of what is shown in full.
const SECTION_BYTES: usize = 24 << 20;
/// Rows of the overview.
const ROWS: usize = 5_000;
/// Diagnostics listed.
const DIAGNOSTICS: usize = 200;
/// Hosts in the filter.
const HOSTS: usize = 1_000;

pub(super) fn make(meta: &PostureMeta) -> Box<dyn PostureRenderer> {
    Box::new(Html {
        version: meta.version.clone(),
        content: meta.content.clone(),
        attack: meta.rules.iter().map(|rule| (rule.id.clone(), rule.attack.clone())).collect(),
        rules: meta.rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect(),
        alike: Alike::default(),
        sections: Vec::new(),
        section_bytes: 0,
        rows: Vec::new(),
        kinds: 0,
        hosts: BTreeSet::new(),
        gaps: Vec::new(),
    })
}

struct Html {
    version: String,
    content: String,
    /// Techniques of the ways in, by id.
    attack: BTreeMap<String, String>,
    rules: BTreeMap<String, PostureRule>,
    alike: Alike,
    /// Parts of the page, in the order of the kinds of [`Alike`].
    sections: Vec<section::Section>,
    section_bytes: usize,
    /// Rows of the overview, in the same order.
    rows: Vec<section::Row>,
    /// Audits that are like no other before.
    kinds: usize,
    hosts: BTreeSet<String>,
    gaps: Vec<Diagnostic>,
}

impl PostureRenderer for Html {
    fn begin(&mut self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'sha256-{}'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>ddefend posture</title>\n<style>\n{BASE}{STYLE}</style>\n</head>\n<body>\n",
            SCRIPT_DIGEST.trim()
        )
    }

    fn audit(&mut self, audit: &Audit) -> String {
        if self.hosts.len() < HOSTS {
            self.hosts.insert(audit.host.clone());
        }
        if self.alike.folds(audit) {
            return String::new();
        }
        let anchor = format!("a{}", self.kinds);
        self.kinds += 1;
        let answer = shape::answer(audit, &self.attack);
        let mut shown = false;
        if self.sections.len() < SECTIONS && self.section_bytes < SECTION_BYTES {
            let section = section::Section::new(audit, &anchor, answer.as_ref(), &self.rules, &self.attack);
            self.section_bytes += section.len();
            self.sections.push(section);
            shown = true;
        }
        if self.rows.len() < ROWS {
            self.rows.push(section::Row::new(audit, shown.then_some(anchor), answer));
        }
        String::new()
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        if self.gaps.len() < DIAGNOSTICS {
            self.gaps.push(diagnostic.clone());
        }
        String::new()
    }

    fn end(&mut self, summary: &PostureSummary) -> String {
        let mut out = self.header(summary);
        out.push_str("<main>\n");
        out.push_str(&tiles(summary));
        out.push_str(&self.overview());
        out.push_str(&self.filters());
        for (section, kind) in self.sections.iter().zip(self.alike.all()) {
            out.push_str(&section.page(kind));
        }
        if self.sections.len() < self.kinds {
            let more = self.kinds - self.sections.len();
            let _ = writeln!(
                out,
                "<p class=\"note\">{more} more that differ are not shown in full; --format jsonl has every one.</p>"
            );
        }
        out.push_str(&self.unread(summary));
        let _ = writeln!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>");
        out
    }
}

impl Html {
    fn header(&self, summary: &PostureSummary) -> String {
        let time = summary.elapsed.map(|elapsed| format!(" in {:.1} s", elapsed as f64 / 1000.0)).unwrap_or_default();
        let inputs = shape::count(summary.inputs, "input", "inputs");
        format!(
            "<header><h1>ddefend posture</h1>\n<p>Can DDE start programs on these machines, who decides that, and what \
             changes it. Read {inputs}, {}{time}.<br>ddefend {} &middot; content {}</p>\n\
             <nav><a href=\"#overview\">Overview</a> <a href=\"#unread\">What was not read</a></nav></header>\n",
            bytes(summary.bytes),
            e(&self.version),
            e(&self.content)
        )
    }

    fn overview(&self) -> String {
        let mut out = String::from(
            "<section id=\"overview\">\n<h2>Can DDE start programs?</h2>\n<div class=\"scroll\"><table class=\"list\">\n\
             <tr><th>who</th><th>answer</th><th>ways in by DDE</th><th>not in order</th><th>without effect</th><th>alike</th></tr>\n",
        );
        for (row, kind) in self.rows.iter().zip(self.alike.all()) {
            out.push_str(&row.line(kind.count));
        }
        out.push_str("</table></div>\n");
        if self.rows.is_empty() {
            out.push_str("<p>Nothing was judged.</p>\n");
        }
        out.push_str("</section>\n");
        out
    }

    fn filters(&self) -> String {
        let mut out = String::from("<form id=\"filters\" hidden>\n<fieldset><legend>verdict</legend>");
        for verdict in [Verdict::Insecure, Verdict::Misapplied, Verdict::Absent, Verdict::Unknown, Verdict::Secure] {
            let word = verdict.as_str();
            let _ = write!(
                out,
                "<label class=\"{word}\"><input type=\"checkbox\" name=\"verdict\" value=\"{word}\" checked> {word}</label>"
            );
        }
        out.push_str("</fieldset>\n<select name=\"host\" aria-label=\"host\"><option value=\"\">all hosts</option>");
        for host in &self.hosts {
            let _ = write!(out, "<option value=\"{0}\">{0}</option>", e(host));
        }
        out.push_str("</select>\n<label class=\"wide\"><input type=\"search\" name=\"text\" placeholder=\"find in checks\"></label>\n</form>\n");
        out
    }

    fn unread(&self, summary: &PostureSummary) -> String {
        let mut out = String::from("<section id=\"unread\">\n<h2>What was not read</h2>\n");
        let total: u64 = summary.diagnostics.values().sum();
        if self.gaps.is_empty() && total == 0 {
            out.push_str("<p>Everything was read to its end.</p>\n");
        }
        if !self.gaps.is_empty() {
            out.push_str("<ul>\n");
            for gap in &self.gaps {
                out.push_str(&gap_line(gap));
            }
            out.push_str("</ul>\n");
        }
        let more = total.saturating_sub(self.gaps.len() as u64);
        if more > 0 {
            let _ = writeln!(out, "<p class=\"note\">and {more} more; --format jsonl has every one.</p>");
        }
        out.push_str("</section>\n");
        out
    }
}

/// The part of one audit as it stands in other pages.
pub(crate) fn audit_section(audit: &Audit, anchor: &str) -> String {
    let (rules, attack) = (BTreeMap::new(), BTreeMap::new());
    let answer = shape::answer(audit, &attack);
    section::Section::new(audit, anchor, answer.as_ref(), &rules, &attack).alone()
}

pub(crate) fn gap_line(gap: &Diagnostic) -> String {
    let kind = if gap.is_gap() { "" } else { "note: " };
    format!(
        "<li>{kind}<code>{}</code> {}: {} <span class=\"id\">{}</span></li>\n",
        e(gap.part.as_str()),
        e(&gap.location.to_string()),
        e(&gap.message),
        e(&gap.code)
    )
}

fn tiles(summary: &PostureSummary) -> String {
    let of = |way: Way| summary.exposures.get(way.as_str()).copied().unwrap_or(0);
    let faults: u64 = summary.faults.values().sum();
    let tiles = [
        ("open", of(Way::Open), if of(Way::Open) == 1 { "way open" } else { "ways open" }),
        ("clicks", of(Way::Clicks), "with clicks"),
        ("unknown", of(Way::Unknown), "not known"),
        ("closed", of(Way::Closed), "closed"),
        ("misapplied", faults, "without effect"),
        ("plain", summary.hosts, if summary.hosts == 1 { "host" } else { "hosts" }),
        ("plain", summary.users, if summary.users == 1 { "user" } else { "users" }),
    ];
    let judged = summary.exposures.values().sum::<u64>() > 0 || faults > 0;
    let mut out = String::new();
    if !judged {
        out.push_str("<p class=\"note\">No way in was judged: no Office settings in these inputs.</p>\n");
    }
    out.push_str("<div class=\"tiles\">\n");
    // Zeros that stand for what nobody looked at would read as clean.
    for (class, count, word) in tiles.into_iter().filter(|(class, ..)| judged || *class == "plain") {
        let none = if count == 0 { " none" } else { "" };
        let _ = writeln!(out, "<div class=\"tile {class}{none}\"><b>{count}</b><span>{word}</span></div>");
    }
    out.push_str("</div>\n");
    out
}
