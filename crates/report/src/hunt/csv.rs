//! One row per detection and diagnostic (RFC 4180), safe to open in a spreadsheet.

use super::{HuntMeta, HuntRenderer, shape};
use crate::csv::{named, row};
use ddefend_model::{Detection, Diagnostic, Familiarity, HuntSummary};

const COLUMNS: [&str; 24] = [
    "type",
    "level",
    "time",
    "host",
    "rule",
    "title",
    "techniques",
    "why",
    "process",
    "pid",
    "user",
    "command",
    "parent",
    "parent_command",
    "chain",
    "matched",
    "context",
    "source",
    "record",
    "offset",
    "channel",
    "event_id",
    "events",
    "baseline",
];

pub(super) fn make(_: &HuntMeta) -> Box<dyn HuntRenderer> {
    Box::new(Csv)
}

struct Csv;

impl HuntRenderer for Csv {
    fn begin(&mut self) -> String {
        row(&COLUMNS.map(str::to_owned))
    }

    fn detection(&mut self, detection: &Detection) -> String {
        let process = shape::acting(detection).cloned().unwrap_or_default();
        let parent = detection.lineage.iter().rev().nth(1).cloned().unwrap_or_default();
        let names: Vec<String> = detection.lineage.iter().map(shape::process_name).collect();
        let matched = detection.fields.iter().map(|field| format!("{} {}: {}", field.field, field.asked, field.value));
        let context = detection.context.iter().map(|shown| format!("{}: {}", shown.field, shown.value));
        let events = detection.events.iter().map(shape::place);
        let event = &detection.event;
        row(&[
            "detection".to_owned(),
            detection.rule.level.to_string(),
            event.time.clone(),
            event.host.clone(),
            detection.rule.id.clone(),
            detection.rule.title.clone(),
            detection.techniques.join(" "),
            detection.why.clone(),
            process.image,
            process.pid.map(|pid| pid.to_string()).unwrap_or_default(),
            process.user,
            process.command,
            parent.image,
            parent.command,
            names.join(" > "),
            matched.collect::<Vec<_>>().join("; "),
            context.collect::<Vec<_>>().join("; "),
            event.source.clone(),
            event.record.to_string(),
            event.offset.to_string(),
            event.channel.clone(),
            event.event_id.to_string(),
            events.collect::<Vec<_>>().join(" "),
            familiarity(detection.baseline).to_owned(),
        ])
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        let values = [
            ("type", "diagnostic"),
            ("rule", &diagnostic.code),
            ("why", &diagnostic.message),
            ("source", &diagnostic.part.to_string()),
            ("offset", &diagnostic.location.to_string()),
        ];
        named(&COLUMNS, &values)
    }

    fn end(&mut self, _: &HuntSummary) -> String {
        String::new()
    }
}

fn familiarity(familiarity: Option<Familiarity>) -> &'static str {
    match familiarity {
        Some(Familiarity::New) => "new",
        Some(Familiarity::Rare) => "rare",
        Some(Familiarity::Known) => "known",
        None => "",
    }
}
