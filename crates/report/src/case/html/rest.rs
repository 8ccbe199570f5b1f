//! Detections, posture, memory, indicators, everything of the graph, raw records, inputs, and what was not read.

use super::graph;
use super::page::{Page, code, more, row, text, time};
use crate::escape::html as e;
use crate::text::{bytes, plural};
use ddefend_model::IndicatorKind;
use ddefend_model::case::Case;
use ddefend_model::memory::MemoryImage;
use std::fmt::Write as _;

/// Detections shown in full.
const DETECTIONS: usize = 500;
/// Machines and users shown.
const AUDITS: usize = 50;
/// Memory images, and lines of each.
const IMAGES: usize = 100;
const HITS: usize = 500;
/// Indicators, nodes, records and inputs.
const INDICATORS: usize = 2_000;
const NODES: usize = 2_000;
const RECORDS: usize = 3_000;
const INPUTS: usize = 5_000;
/// Fields of a record.
const FIELDS: usize = 80;
/// Diagnostics.
const DIAGNOSTICS: usize = 500;

fn section(id: &str, title: &str, count: usize, inner: &str) -> String {
    if count == 0 {
        return String::new();
    }
    format!("<section id=\"{id}\">\n<h2>{title} <span class=\"id\">{count}</span></h2>\n{inner}</section>\n")
}

pub(super) fn detections(case: &Case) -> String {
    let shown = case.detections.iter().take(DETECTIONS).enumerate();
    let cards: String =
        shown.map(|(index, detection)| crate::hunt::detection_card(detection, &format!("d{index}"))).collect();
    let inner = cards.replace("\" open data-level", "\" data-level") + &more(case.detections.len(), DETECTIONS);
    section("detections", "Detections", case.detections.len(), &inner)
}

pub(super) fn posture(case: &Case) -> String {
    let mut inner = String::new();
    for (index, audit) in case.posture.iter().take(AUDITS).enumerate() {
        let who = if audit.user.is_empty() { "machine".to_owned() } else { text(&audit.user) };
        let _ = write!(
            inner,
            "<details class=\"card plain\"><summary><b>{who}</b> on {}</summary>\n{}</details>\n",
            text(&audit.host),
            crate::posture::audit_section(audit, &format!("a{index}"))
        );
    }
    inner.push_str(&more(case.posture.len(), AUDITS));
    section("posture", "Posture", case.posture.len(), &inner)
}

pub(super) fn memory(case: &Case) -> String {
    let mut inner: String = case.memory.iter().take(IMAGES).map(image).collect();
    inner.push_str(&more(case.memory.len(), IMAGES));
    section("memory", "Memory", case.memory.len(), &inner)
}

fn image(image: &MemoryImage) -> String {
    let whole = if image.complete { "" } else { ", <strong>not fully read</strong>" };
    let mut out = format!("<article class=\"document plain\">\n<h3>{}</h3>\n<dl>\n", text(&image.path));
    row(
        &mut out,
        "image",
        &format!(
            "{}, {}{whole} {} {}",
            text(&image.format),
            bytes(image.size),
            text(&image.system),
            code(&image.sha256)
        ),
    );
    row(&mut out, "taken", &time(&image.taken));
    if let Some(process) = &image.process {
        let started = time(&process.started);
        row(&mut out, "process", &format!("pid {} {} {started}", process.pid, code(&process.image)));
        row(&mut out, "command", &code(&process.command));
    }
    out.push_str("</dl>\n");
    if !image.modules.is_empty() {
        let _ = writeln!(
            out,
            "<p class=\"facts\">{} of {} do not belong there:</p><div class=\"scroll\"><table class=\"list\">",
            image.modules.len(),
            plural(image.module_count, "module")
        );
        for module in image.modules.iter().take(HITS) {
            let level = module.level.map_or("plain", |level| level.as_str());
            let _ = writeln!(
                out,
                "<tr class=\"{level}\"><td><span class=\"badge\">{level}</span></td><td>{} <span class=\"id\">{:#x}+{:#x} {}</span></td><td>{}</td></tr>",
                code(&module.path),
                module.base,
                module.size,
                text(&module.version),
                text(&module.why)
            );
        }
        out.push_str("</table></div>\n");
    }
    if !image.hits.is_empty() {
        out.push_str("<div class=\"scroll\"><table class=\"list\">\n<tr><th></th><th>what</th><th>where</th><th>text</th></tr>\n");
        for hit in image.hits.iter().take(HITS) {
            let level = hit.level.map_or("plain", |level| level.as_str());
            let badge = hit.level.map(|level| format!("<span class=\"badge\">{level}</span>")).unwrap_or_default();
            let address = hit.address.map(|address| format!("<br>address {address:#x}")).unwrap_or_default();
            let times = if hit.count > 1 { format!(" &times;{}", hit.count) } else { String::new() };
            let command =
                if hit.command.is_empty() { String::new() } else { format!("<br>runs {}", code(&hit.command)) };
            let of = if hit.of.is_empty() { String::new() } else { format!(" of {}", text(&hit.of)) };
            let _ = writeln!(
                out,
                "<tr class=\"{level}\"><td>{badge}</td><td>{}{of}{times}</td><td>offset {:#x}{address}<br><span class=\"id\">{} {} {}</span></td><td>{}{command}</td></tr>",
                text(&hit.kind),
                hit.offset,
                text(&hit.encoding),
                text(&hit.region),
                text(&hit.module),
                code(&hit.text)
            );
        }
        out.push_str("</table></div>\n");
    }
    let more = image.more_hits + image.hits.len().saturating_sub(HITS) as u64;
    if more > 0 {
        let _ = writeln!(out, "<p class=\"note\">and {} that were only counted</p>", plural(more, "hit"));
    }
    out.push_str("</article>\n");
    out
}

pub(super) fn indicators(case: &Case) -> String {
    let mut inner = String::from(
        "<div class=\"scroll\"><table class=\"list\">\n<tr><th>sort</th><th>value</th><th>role</th><th></th></tr>\n",
    );
    for one in case.indicators.iter().take(INDICATORS) {
        let kind = match one.kind {
            IndicatorKind::Url => "URL",
            IndicatorKind::Host => "name",
            IndicatorKind::Ip => "address",
            IndicatorKind::Unc => "share",
            IndicatorKind::File => "file",
            IndicatorKind::Hash => "hash",
        };
        let known = if one.known { "<b class=\"strong critical\">known</b>" } else { "" };
        let _ = writeln!(
            inner,
            "<tr><td>{kind}</td><td>{}</td><td>{}</td><td>{known}</td></tr>",
            code(&one.value),
            text(&one.role)
        );
    }
    inner.push_str("</table></div>\n");
    inner.push_str(&more(case.indicators.len(), INDICATORS));
    section("indicators", "Indicators", case.indicators.len(), &inner)
}

pub(super) fn nodes(page: &Page<'_>) -> String {
    let nodes = &page.case.nodes;
    let mut inner: String =
        nodes.iter().take(NODES).enumerate().map(|(index, node)| graph::details(page, index, node)).collect();
    inner.push_str(&more(nodes.len(), NODES));
    section("nodes", "Everything of the graph", nodes.len(), &inner)
}

pub(super) fn records(page: &Page<'_>) -> String {
    let mut inner = String::new();
    for (index, record) in page.case.records.values().take(RECORDS).enumerate() {
        let event = &record.event;
        let _ = write!(
            inner,
            "<details class=\"card plain record\" id=\"r{index}\"><summary>{} {} <b>{}</b> <span class=\"id\">event {} &middot; {}</span></summary>\n\
             <p class=\"facts\">{} record {}, offset {:#x}</p><table class=\"fields\">",
            time(&event.time),
            text(&event.host),
            text(&event.channel),
            event.event_id,
            text(&event.schema),
            code(&event.source),
            event.record,
            event.offset
        );
        for shown in record.fields.iter().take(FIELDS) {
            let _ = writeln!(inner, "<tr><th>{}</th><td>{}</td></tr>", text(&shown.field), code(&shown.value));
        }
        inner.push_str("</table></details>\n");
    }
    inner.push_str(&more(page.case.records.len(), RECORDS));
    section("records", "Raw records", page.case.records.len(), &inner)
}

pub(super) fn inputs(page: &Page<'_>) -> String {
    let inputs = &page.case.inputs;
    let mut inner = String::from(
        "<div class=\"scroll\"><table class=\"list inputs\">\n<tr><th>input</th><th>taken for</th><th>bytes</th><th>sha256</th></tr>\n",
    );
    for (index, input) in inputs.iter().take(INPUTS).enumerate() {
        let whole = if input.complete { "" } else { "<br><strong class=\"strong high\">not whole</strong>" };
        let _ = writeln!(
            inner,
            "<tr id=\"i{index}\"><td>{}{whole}</td><td>{} <span class=\"id\">{}</span></td><td class=\"number\">{}</td><td>{}</td></tr>",
            code(&input.path),
            text(&input.role),
            text(&input.detected),
            input.size,
            code(&input.sha256)
        );
    }
    inner.push_str("</table></div>\n");
    inner.push_str(&more(inputs.len(), INPUTS));
    section("inputs", "Inputs", inputs.len(), &inner)
}

pub(super) fn unread(case: &Case) -> String {
    let mut out = String::from("<section id=\"unread\">\n<h2>What was not read</h2>\n");
    if case.diagnostics.is_empty() {
        let said = if case.inputs.iter().all(|input| input.complete) {
            "Everything was read to its end."
        } else {
            "The inputs marked above were not read to their end."
        };
        let _ = writeln!(out, "<p>{said}</p>");
    } else {
        out.push_str("<ul>\n");
        for diagnostic in case.diagnostics.iter().take(DIAGNOSTICS) {
            out.push_str(&crate::posture::gap_line(diagnostic));
        }
        out.push_str("</ul>\n");
        out.push_str(&more(case.diagnostics.len(), DIAGNOSTICS));
    }
    for clock in case.hunt.clocks.iter().take(20) {
        let _ = writeln!(out, "<p class=\"note\">{}</p>", e(clock));
    }
    out.push_str("</section>\n");
    out
}
