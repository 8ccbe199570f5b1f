//! One row per finding and diagnostic (RFC 4180), safe to open in a spreadsheet.

use crate::{Meta, Renderer, escape};
use ddefend_model::{Finding, Scanned, Summary};

const COLUMNS: [&str; 17] = [
    "type",
    "level",
    "confidence",
    "id",
    "title",
    "artifact",
    "sha256",
    "detected",
    "part",
    "location",
    "service",
    "topic",
    "item",
    "command",
    "trigger",
    "techniques",
    "indicators",
];

pub(crate) fn make(_: &Meta) -> Box<dyn Renderer> {
    Box::new(Csv)
}

struct Csv;

/// One record.
pub(crate) fn row(fields: &[String]) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| escape::csv(field)).collect();
    format!("{}\r\n", quoted.join(","))
}

/// A record of named fields; the columns that are not named are empty.
pub(crate) fn named(columns: &[&str], values: &[(&str, &str)]) -> String {
    let field = |column: &&str| values.iter().find(|(name, _)| name == column).map_or("", |(_, value)| *value);
    row(&columns.iter().map(|column| field(column).to_owned()).collect::<Vec<String>>())
}

fn finding_row(scanned: &Scanned, finding: &Finding) -> String {
    let link = finding.link.as_ref();
    let word = |value: Option<&String>| value.cloned().unwrap_or_default();
    let trigger = link.and_then(|link| serde_json::to_value(link.trigger).ok());
    let indicators: Vec<&str> = finding.indicators.iter().map(|indicator| indicator.value.as_str()).collect();
    row(&[
        "finding".to_owned(),
        finding.level.to_string(),
        finding.confidence.as_str().to_owned(),
        finding.id.0.to_string(),
        finding.title.clone(),
        scanned.artifact.path.clone(),
        scanned.artifact.sha256.clone(),
        scanned.artifact.detected.clone(),
        finding.part.to_string(),
        finding.location.to_string(),
        word(link.and_then(|link| link.service.as_ref())),
        word(link.and_then(|link| link.topic.as_ref())),
        word(link.and_then(|link| link.item.as_ref())),
        word(finding.command.as_ref()),
        trigger.and_then(|trigger| trigger.as_str().map(str::to_owned)).unwrap_or_default(),
        finding.techniques.join(" "),
        indicators.join(" "),
    ])
}

impl Renderer for Csv {
    fn begin(&mut self) -> String {
        row(&COLUMNS.map(str::to_owned))
    }

    fn artifact(&mut self, scanned: &Scanned) -> String {
        let mut out: String = scanned.findings.iter().map(|finding| finding_row(scanned, finding)).collect();
        for diagnostic in &scanned.diagnostics {
            let values = [
                ("type", "diagnostic"),
                ("id", &diagnostic.code),
                ("title", &diagnostic.message),
                ("artifact", &scanned.artifact.path),
                ("sha256", &scanned.artifact.sha256),
                ("detected", &scanned.artifact.detected),
                ("part", &diagnostic.part.to_string()),
                ("location", &diagnostic.location.to_string()),
            ];
            out.push_str(&named(&COLUMNS, &values));
        }
        out
    }

    fn end(&mut self, _: &Summary) -> String {
        String::new()
    }
}
