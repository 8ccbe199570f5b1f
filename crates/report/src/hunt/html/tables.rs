//! Filters, rules, hosts, timeline, and what was not seen.

use super::card::{data, techniques, text};
use crate::escape::html as e;
use crate::hunt::HuntRule;
use crate::hunt::shape;
use crate::hunt::tally::{RuleCount, Tally};
use crate::text::plural;
use ddefend_model::{Detection, Diagnostic, HuntSummary, Level};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Rules and hosts listed.
const LISTED: usize = 500;
/// Rules that could not fire, listed.
const UNFIRED: usize = 2_000;

/// A row of the timeline, laid out, with the time that it is sorted by.
#[derive(Clone, Debug)]
pub(super) struct Row {
    time: String,
    html: String,
}

impl Row {
    /// `anchor` leads to the detection in full, where it is shown.
    pub(super) fn new(detection: &Detection, anchor: Option<String>) -> Self {
        let title = text(&detection.rule.title);
        let title = match anchor {
            Some(anchor) => format!("<a href=\"#{anchor}\">{title}</a>"),
            None => title,
        };
        let level = detection.rule.level;
        let html = format!(
            "<tr class=\"{level}\" {}><td class=\"time\">{}</td><td><span class=\"badge\">{level}</span></td>\
             <td>{}</td><td>{title}</td><td><code>{}</code></td></tr>\n",
            data(detection),
            text(&shape::time(&detection.event.time, 3)),
            text(shape::host(&detection.event)),
            e(&crate::text::clip(&shape::gist(detection), 300)),
        );
        Self { time: detection.event.time.clone(), html }
    }
}

/// Shown by the script alone: without it they would do nothing.
pub(super) fn filters(tally: &Tally) -> String {
    let mut out = String::from("<form id=\"filters\" hidden>\n<fieldset><legend>Show</legend>\n");
    for level in Level::ALL.into_iter().rev() {
        let _ = writeln!(
            out,
            "<label class=\"{level}\"><input type=\"checkbox\" name=\"level\" value=\"{level}\" checked> {level}</label>"
        );
    }
    let option = |value: &str| format!("<option>{}</option>\n", text(value));
    let hosts: String = tally.worst_hosts().iter().take(LISTED).map(|(host, _)| option(host)).collect();
    let mut titles: Vec<&str> = tally.worst_rules().iter().take(LISTED).map(|(_, rule)| rule.title.as_str()).collect();
    titles.dedup();
    let rules: String = titles.into_iter().map(option).collect();
    let _ = writeln!(
        out,
        "</fieldset>\n<label>host <select name=\"host\"><option value=\"\">all</option>\n{hosts}</select></label>\n\
         <label>rule <select name=\"rule\"><option value=\"\">all</option>\n{rules}</select></label>\n\
         <label class=\"wide\">text <input type=\"search\" name=\"text\" placeholder=\"command, file, user ...\"></label>\n\
         </form>"
    );
    out
}

/// The rules that fired, worst first.
pub(super) fn rules(tally: &Tally, known: &BTreeMap<String, HuntRule>) -> String {
    let rules = tally.worst_rules();
    if rules.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "<section id=\"rules\">\n<h2>Rules that fired</h2>\n<div class=\"scroll\"><table class=\"list\">\n\
         <tr><th>level</th><th>rule</th><th>count</th><th>hosts</th><th>first</th><th>last</th></tr>\n",
    );
    for (id, rule) in rules.iter().take(LISTED) {
        let level = rule.level.unwrap_or(Level::Info);
        let _ = writeln!(
            out,
            "<tr class=\"{level}\"><td><span class=\"badge\">{level}</span></td><td>{}</td><td class=\"number\">{}</td>\
             <td class=\"number\">{}</td><td class=\"time\">{}</td><td class=\"time\">{}</td></tr>",
            about(id, rule, known.get(*id)),
            shape::grouped(rule.count),
            rule.hosts.len(),
            text(&shape::time(&rule.first, 0)),
            text(&shape::time(&rule.last, 0)),
        );
    }
    out.push_str("</table></div>\n");
    out.push_str(&beyond(rules.len(), "rule"));
    out.push_str("</section>\n");
    out
}

fn beyond(count: usize, word: &str) -> String {
    let more = count.saturating_sub(LISTED);
    if more == 0 {
        String::new()
    } else {
        format!("<p class=\"note\">and {}</p>\n", many(more as u64, &format!("more {word}")))
    }
}

/// A rule's title, with what is known of it folded behind.
fn about(id: &str, rule: &RuleCount, known: Option<&HuntRule>) -> String {
    let title = text(&rule.title);
    let Some(known) = known else { return format!("{title} <span class=\"id\">{}</span>", text(id)) };
    let mut inner = String::new();
    if !known.description.is_empty() {
        let _ = write!(inner, "<p>{}</p>", text(&known.description));
    }
    let list = |heading: &str, items: Vec<String>| match items.is_empty() {
        true => String::new(),
        false => format!("<p>{heading}</p><ul>{}</ul>", items.concat()),
    };
    let item = |value: &String| format!("<li>{}</li>", text(value));
    inner.push_str(&list("Also fires on", known.false_positives.iter().take(20).map(item).collect()));
    inner.push_str(&list("References", known.references.iter().take(20).map(|address| reference(address)).collect()));
    let tagged: Vec<String> = known
        .tags
        .iter()
        .filter_map(|tag| tag.strip_prefix("attack."))
        .map(str::to_uppercase)
        .filter(|id| crate::foreign::technique_address(id).is_some())
        .collect();
    if !tagged.is_empty() {
        let _ = write!(inner, "<p>ATT&amp;CK {}</p>", techniques(&tagged));
    }
    let author = if known.author.is_empty() { String::new() } else { format!(", by {}", text(&known.author)) };
    let _ = write!(inner, "<p class=\"id\">{}{author}</p>", text(id));
    format!("<details><summary>{title}</summary>{inner}</details>")
}

/// A link, where it is one to the web; text else.
fn reference(address: &str) -> String {
    let shown = text(address);
    let plain =
        address.chars().all(|character| character.is_ascii_graphic() && !matches!(character, '"' | '\'' | '<' | '>'));
    if plain && (address.starts_with("https://") || address.starts_with("http://")) && address.len() < 500 {
        format!("<li><a href=\"{}\" rel=\"noreferrer\">{shown}</a></li>", e(address))
    } else {
        format!("<li>{shown}</li>")
    }
}

/// Hosts with their counts, worst first.
pub(super) fn hosts(tally: &Tally) -> String {
    let hosts = tally.worst_hosts();
    if hosts.is_empty() {
        return String::new();
    }
    let heads: String =
        Level::ALL.into_iter().rev().map(|level| format!("<th class=\"{level}\">{level}</th>")).collect();
    let mut out = format!(
        "<section id=\"hosts\">\n<h2>Hosts</h2>\n<div class=\"scroll\"><table class=\"list\">\n<tr><th>host</th>{heads}</tr>\n"
    );
    for (host, levels) in hosts.iter().take(LISTED) {
        let cells: String = Level::ALL
            .into_iter()
            .zip(*levels)
            .rev()
            .map(|(level, count)| match count {
                0 => "<td class=\"number dim\">&middot;</td>".to_owned(),
                _ => format!("<td class=\"number {level} strong\">{}</td>", shape::grouped(*count)),
            })
            .collect();
        let _ = writeln!(out, "<tr><td>{}</td>{cells}</tr>", text(host));
    }
    out.push_str("</table></div>\n");
    out.push_str(&beyond(hosts.len(), "host"));
    out.push_str("</section>\n");
    out
}

/// Everything by time; what has no time stands at the end.
pub(super) fn timeline(rows: &mut [Row], total: u64) -> String {
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by(|a, b| (a.time.is_empty(), &a.time).cmp(&(b.time.is_empty(), &b.time)));
    let mut out = String::from("<section id=\"timeline\">\n<h2>Timeline</h2>\n");
    if (rows.len() as u64) < total {
        let (shown, total) = (shape::grouped(rows.len() as u64), shape::grouped(total));
        let _ = writeln!(out, "<p class=\"note\">The first {shown} of {total} detections.</p>");
    }
    out.push_str(
        "<div class=\"scroll\"><table class=\"list timeline\">\n\
         <tr><th>time</th><th>level</th><th>host</th><th>rule</th><th>what</th></tr>\n",
    );
    rows.iter().for_each(|row| out.push_str(&row.html));
    out.push_str("</table></div>\n</section>\n");
    out
}

/// Gaps, clocks, what was suppressed, rules that could not fire.
pub(super) fn unseen(summary: &HuntSummary, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::from("<section id=\"unseen\">\n<h2>What was not seen</h2>\n");
    let _ = writeln!(out, "<p>{} could not be read whole.</p>", many(summary.incomplete, "log"));
    if summary.suppressed > 0 {
        let count = many(summary.suppressed, "detection");
        let _ = writeln!(out, "<p>{count} taken away by the baseline or a filter.</p>");
    }
    if summary.duplicates > 0 {
        let count = shape::grouped(summary.duplicates);
        let _ = writeln!(out, "<p>{count} not told: a copy of the record, in another log, was told.</p>");
    }
    if summary.other_files > 0 {
        let _ = writeln!(out, "<p>{} in the folders that are no logs.</p>", many(summary.other_files, "file"));
    }
    for clock in summary.clocks.iter().take(LISTED) {
        let _ = writeln!(out, "<p>{}</p>", text(clock));
    }
    if !diagnostics.is_empty() {
        let total: u64 = summary.diagnostics.values().sum();
        let _ = writeln!(out, "<details open><summary>{}</summary>\n<ul>", many(total, "diagnostic"));
        for diagnostic in diagnostics {
            let _ = writeln!(
                out,
                "<li><code>{}</code> {} {}: {}</li>",
                e(&diagnostic.code),
                text(diagnostic.part.as_str()),
                text(&diagnostic.location.to_string()),
                text(&diagnostic.message)
            );
        }
        out.push_str("</ul>\n");
        out.push_str(&match total.saturating_sub(diagnostics.len() as u64) {
            0 => String::new(),
            more => format!("<p class=\"note\">and {} more</p>\n", shape::grouped(more)),
        });
        out.push_str("</details>\n");
    }
    if !summary.unfired.is_empty() {
        let count = many(summary.unfired.len() as u64, "rule");
        let _ = writeln!(
            out,
            "<details><summary>{count} could not have fired: these logs lack what they look at</summary>\n<ul>"
        );
        for rule in summary.unfired.iter().take(UNFIRED) {
            let _ = writeln!(
                out,
                "<li>{} <span class=\"id\">{}</span>: {}</li>",
                text(&rule.title),
                text(&rule.id),
                text(&rule.why)
            );
        }
        out.push_str("</ul>\n");
        let more = summary.unfired.len().saturating_sub(UNFIRED);
        if more > 0 {
            let _ =
                writeln!(out, "<p class=\"note\">and {}; --format jsonl has all</p>", plural(more as u64, "more rule"));
        }
        out.push_str("</details>\n");
    }
    out.push_str("</section>\n");
    out
}

/// `1,234 logs`.
pub(super) fn many(count: u64, word: &str) -> String {
    let words = plural(count, word);
    let word = words.split_once(' ').map_or("", |(_, word)| word);
    format!("{} {word}", shape::grouped(count))
}
