//! One detection in full.

use crate::escape::html as e;
use crate::foreign::technique_address;
use crate::hunt::shape;
use crate::text::clip;
use ddefend_model::{Detection, Familiarity, Level, Process};
use std::fmt::Write as _;

/// Longest value, characters.
const TEXT: usize = 1_500;
/// Matched and shown fields.
const FIELDS: usize = 24;
/// Processes of the chain.
const CHAIN: usize = 12;
/// Events of a correlation.
const EVENTS: usize = 20;

pub(crate) fn card(detection: &Detection, anchor: &str) -> String {
    let rule = &detection.rule;
    let level = rule.level;
    let open = if level >= Level::High { " open" } else { "" };
    let mut out = format!(
        "<details class=\"card {level}\" id=\"{anchor}\"{open} {}>\n<summary><span class=\"badge\">{level}</span> \
         <span class=\"time\">{}</span> <span class=\"host\">{}</span> <b>{}</b>{}</summary>\n<dl>\n",
        data(detection),
        text(&shape::time(&detection.event.time, 3)),
        text(shape::host(&detection.event)),
        text(&rule.title),
        chain(&detection.lineage),
    );
    if let Some(process) = shape::acting(detection) {
        row(&mut out, "runs", &code(&process.command, "command"));
        let mut facts = Vec::new();
        facts.extend(process.pid.map(|pid| format!("pid {pid}")));
        facts.extend((!process.user.is_empty()).then(|| format!("user {}", text(&process.user))));
        facts.extend((!process.image.is_empty()).then(|| code(&process.image, "")));
        row(&mut out, "process", &facts.join(" &middot; "));
    }
    if let Some(parent) = detection.lineage.iter().rev().nth(1) {
        let value = if parent.command.is_empty() { &parent.image } else { &parent.command };
        row(&mut out, "parent", &code(value, ""));
    }
    row(&mut out, "why", &text(&shape::brief_why(detection)));
    row(&mut out, "matched", &matched(detection));
    let context = detection.context.iter().take(FIELDS).filter(|shown| shape::is_fresh(detection, &shown.value));
    let context: Vec<String> = context
        .map(|shown| format!("<tr><th>{}</th><td>{}</td></tr>", text(&shown.field), code(&shown.value, "")))
        .collect();
    row(&mut out, "also", &table(&context));
    let events: Vec<String> = detection
        .events
        .iter()
        .take(EVENTS)
        .map(|event| format!("<li>{} {}</li>", text(&shape::time(&event.time, 3)), code(&shape::place(event), "")))
        .collect();
    let more = detection.events.len().saturating_sub(EVENTS);
    let more = if more > 0 { format!("<li>and {more} more</li>") } else { String::new() };
    if !events.is_empty() {
        row(&mut out, "events", &format!("<ol>{}{more}</ol>", events.concat()));
    }
    let baseline = match detection.baseline {
        Some(Familiarity::New) => "never seen in the clean period",
        Some(Familiarity::Rare) => "seen in the clean period, but rarely",
        Some(Familiarity::Known) | None => "",
    };
    row(&mut out, "baseline", baseline);
    row(&mut out, "where", &origin(detection));
    row(&mut out, "rule", &format!("<span class=\"id\">{}</span>", text(&rule.id)));
    row(&mut out, "ATT&amp;CK", &techniques(&detection.techniques));
    out.push_str("</dl>\n</details>\n");
    out
}

/// What the filter reads.
pub(super) fn data(detection: &Detection) -> String {
    format!(
        "data-level=\"{}\" data-host=\"{}\" data-rule=\"{}\"",
        detection.rule.level,
        text(shape::host(&detection.event)),
        text(&detection.rule.title)
    )
}

/// Links to ATT&CK; ids of another form stay text.
pub(super) fn techniques(ids: &[String]) -> String {
    let link = |id: &String| match technique_address(id) {
        Some(address) => format!("<a href=\"{address}\" rel=\"noreferrer\">{}</a>", e(id)),
        None => text(id),
    };
    ids.iter().take(FIELDS).map(link).collect::<Vec<_>>().join(" ")
}

/// Escaped, at most so long.
pub(super) fn text(value: &str) -> String {
    e(&clip(value, TEXT))
}

fn chain(lineage: &[Process]) -> String {
    if lineage.is_empty() {
        return String::new();
    }
    let skipped = lineage.len().saturating_sub(CHAIN);
    let start = if skipped > 0 { format!("… {skipped} more … &rsaquo; ") } else { String::new() };
    let names: Vec<String> = lineage.iter().skip(skipped).map(|process| text(&shape::process_name(process))).collect();
    let (last, above) = names.split_last().map(|(last, above)| (last.as_str(), above)).unwrap_or_default();
    let above: String = above.iter().map(|name| format!("{name} &rsaquo; ")).collect();
    format!("<span class=\"chain\">{start}{above}<b>{last}</b></span>")
}

fn matched(detection: &Detection) -> String {
    let fields = detection.fields.iter().take(FIELDS);
    let rows: Vec<String> = fields
        .map(|field| {
            let name = if field.field.is_empty() { "record" } else { &field.field };
            format!(
                "<tr><th>{}</th><td>{}<span class=\"asked\">{}</span></td></tr>",
                text(name),
                code(&field.value, ""),
                text(&field.asked)
            )
        })
        .collect();
    table(&rows)
}

fn table(rows: &[String]) -> String {
    if rows.is_empty() { String::new() } else { format!("<table class=\"fields\">{}</table>", rows.concat()) }
}

fn origin(detection: &Detection) -> String {
    let event = &detection.event;
    let mut words =
        vec![code(&event.source, ""), format!("record {}", event.record), format!("offset {:#x}", event.offset)];
    if !event.channel.is_empty() {
        words.push(text(&event.channel));
    }
    if event.event_id != 0 {
        words.push(format!("event {}", event.event_id));
    }
    words.join(" &middot; ")
}

fn row(out: &mut String, label: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "<dt>{label}</dt><dd>{value}</dd>");
    }
}

fn code(value: &str, class: &str) -> String {
    if value.is_empty() { String::new() } else { format!("<code class=\"{class}\">{}</code>", text(value)) }
}
