//! Documents and mails: what was found, in its surroundings, and where they came from.

use super::page::{Page, code, row, text, time};
use crate::text::{bytes, plural};
use ddefend_model::case::{Document, Surroundings};
use ddefend_model::provenance::{Authentication, Mail, Mailbox, Mark, Provenance};
use std::fmt::Write as _;

/// Documents shown in full.
const DOCUMENTS: usize = 300;
/// Findings of a document shown in full.
const FINDINGS: usize = 50;
/// Lines of a list.
const LINES: usize = 50;

pub(super) fn documents(page: &Page<'_>) -> String {
    let all = &page.case.documents;
    if all.is_empty() {
        return String::new();
    }
    let mut out = String::from("<section id=\"documents\">\n<h2>Documents and mails</h2>\n");
    for document in all.iter().take(DOCUMENTS) {
        out.push_str(&card(page, document));
    }
    out.push_str(&super::page::more(all.len(), DOCUMENTS));
    out.push_str("</section>\n");
    out
}

fn card(page: &Page<'_>, document: &Document) -> String {
    let artifact = &document.scanned.artifact;
    let worst = document.scanned.worst().map_or("plain", |level| level.as_str());
    let whole = if artifact.complete { "" } else { ", <strong>not fully read</strong>" };
    let mut out = format!(
        "<article class=\"document {worst}\">\n<h3>{}</h3>\n<p class=\"facts\">{}, {}, {}{whole}<br>sha256 {}</p>\n",
        page.to_node(&document.node, &text(&artifact.path)),
        text(&artifact.detected),
        bytes(artifact.size),
        plural(artifact.parts, "part"),
        code(&artifact.sha256)
    );
    for fact in artifact.facts.iter().take(LINES) {
        let _ = writeln!(out, "<p class=\"facts\">{}</p>", text(fact));
    }
    for (index, finding) in document.scanned.findings.iter().take(FINDINGS).enumerate() {
        if let Some(around) = document.surroundings.get(index).filter(|around| !around.link.is_empty()) {
            out.push_str(&surroundings(around));
        }
        out.push_str(&crate::html::finding_block(finding).replacen("class=\"finding ", "class=\"card finding ", 1));
    }
    out.push_str(&super::page::more(document.scanned.findings.len(), FINDINGS));
    out.push_str(&provenance(&document.provenance));
    out.push_str("</article>\n");
    out
}

/// The link, marked in the text that a reader would see around it.
fn surroundings(around: &Surroundings) -> String {
    format!(
        "<blockquote class=\"paper\">{}<mark>{}</mark>{}</blockquote>\n",
        text(&around.before),
        text(&around.link),
        text(&around.after)
    )
}

fn provenance(provenance: &Provenance) -> String {
    let mut out = String::new();
    for mark in provenance.marks.iter().take(LINES) {
        row(&mut out, "mark of the web", &of_mark(mark));
    }
    if let Some(mail) = &provenance.mail {
        of_mail(&mut out, mail);
    }
    for metadata in provenance.documents.iter().take(LINES) {
        let values: Vec<String> = metadata
            .values
            .iter()
            .take(LINES)
            .map(|(name, value)| format!("<tr><th>{}</th><td>{}</td></tr>", text(name), code(value)))
            .collect();
        row(
            &mut out,
            "says of itself",
            &format!(
                "<span class=\"place\">{}</span><table class=\"fields\">{}</table>",
                text(&metadata.part),
                values.concat()
            ),
        );
    }
    let contained: Vec<String> = provenance
        .contained
        .iter()
        .take(LINES)
        .map(|file| {
            format!(
                "<li>{} {} <span class=\"place\">{}</span></li>",
                text(&file.name),
                bytes(file.size),
                code(&file.sha256)
            )
        })
        .collect();
    row(&mut out, "holds", &list(&contained));
    if out.is_empty() {
        return out;
    }
    format!(
        "<details class=\"card provenance plain\" open><summary>Where it came from</summary>\n<dl>\n{out}</dl></details>\n"
    )
}

fn list(lines: &[String]) -> String {
    if lines.is_empty() { String::new() } else { format!("<ul class=\"evidence\">{}</ul>", lines.concat()) }
}

fn odd(all: &[String]) -> String {
    all.iter().take(LINES).map(|odd| format!(" <span class=\"odd\">{}</span>", text(odd))).collect()
}

fn of_mark(mark: &Mark) -> String {
    let zone = match mark.zone {
        Some(0) => "zone 0 (local machine)".to_owned(),
        Some(1) => "zone 1 (intranet)".to_owned(),
        Some(2) => "zone 2 (trusted)".to_owned(),
        Some(3) => "zone 3 (internet)".to_owned(),
        Some(4) => "zone 4 (restricted)".to_owned(),
        Some(zone) => format!("zone {zone}"),
        None => "no zone".to_owned(),
    };
    let mut out = format!("{zone} as {} on {}", text(&mark.form), code(&mark.of));
    for (word, value) in [
        ("from", &mark.host_url),
        ("led to by", &mark.referrer_url),
        ("address", &mark.host_ip),
        ("written by", &mark.writer),
    ] {
        if !value.is_empty() {
            let _ = write!(out, ", {word} {}", code(value));
        }
    }
    let _ = write!(out, "{} <span class=\"place\">{}</span>", odd(&mark.odd), text(&mark.source));
    out
}

fn mailboxes(all: &[Mailbox]) -> String {
    let one = |mailbox: &Mailbox| {
        let name = if mailbox.name.is_empty() { String::new() } else { format!("{} ", text(&mailbox.name)) };
        format!("{name}{}", code(&mailbox.address))
    };
    let more = all.len().saturating_sub(LINES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", all.iter().take(LINES).map(one).collect::<Vec<_>>().join(", "))
}

fn of_mail(out: &mut String, mail: &Mail) {
    row(out, "subject", &text(&mail.subject));
    for (label, all) in
        [("from", &mail.from), ("sender", &mail.sender), ("reply to", &mail.reply_to), ("to", &mail.recipients)]
    {
        row(out, label, &mailboxes(all));
    }
    row(out, "return path", &code(&mail.return_path));
    row(out, "message id", &code(&mail.message_id));
    row(out, "sent", &time(&mail.date));
    let (word, class) = match mail.authentication {
        Authentication::Fail => ("fail", "critical"),
        Authentication::Suspicious => ("suspicious", "high"),
        Authentication::Undetermined => ("undetermined", "info"),
        Authentication::Pass => ("pass", "good"),
    };
    let aligned = if mail.aligned { ", aligned" } else { "" };
    let reasons: Vec<String> =
        mail.reasons.iter().take(LINES).map(|reason| format!("<li>{}</li>", text(reason))).collect();
    row(
        out,
        "authentication",
        &format!("<b class=\"strong {class}\">{word}</b>{aligned}{}{}", odd(&mail.odd), list(&reasons)),
    );
    let results: Vec<String> = mail
        .results
        .iter()
        .take(LINES)
        .map(|result| {
            let methods: Vec<String> = result
                .methods
                .iter()
                .take(LINES)
                .map(|method| format!("{}={} ({})", text(&method.method), text(&method.result), text(&method.domain)))
                .collect();
            let trusted = if result.trusted { "trusted" } else { "not trusted" };
            format!("<li>line {}, {} ({trusted}): {}</li>", result.line, code(&result.authserv_id), methods.join(", "))
        })
        .collect();
    row(out, "results", &list(&results));
    let dkim: Vec<String> = mail
        .dkim
        .iter()
        .take(LINES)
        .map(|one| {
            format!(
                "<li>{} {} {}: <b>{}</b> {}</li>",
                code(&one.domain),
                text(&one.selector),
                text(&one.algorithm),
                text(&one.result),
                text(&one.why)
            )
        })
        .collect();
    row(out, "DKIM", &list(&dkim));
    let hops: Vec<String> = mail
        .received
        .iter()
        .take(LINES)
        .map(|hop| {
            format!(
                "<li>{} {} &rarr; {} <span class=\"place\">{} {} line {}</span>{}</li>",
                code(&hop.from),
                text(&hop.ip),
                code(&hop.by),
                text(&hop.with),
                time(&hop.time),
                hop.line,
                odd(&hop.odd)
            )
        })
        .collect();
    if !hops.is_empty() {
        row(out, "the way it took", &format!("<ol class=\"evidence\">{}</ol>", hops.concat()));
    }
}
