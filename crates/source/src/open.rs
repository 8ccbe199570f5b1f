//! Which schema bytes have, by content, and the reader for it.

use crate::csv::Csv;
use crate::encoding::{Encoding, Wide};
use crate::json::Json;
use crate::layout::Layout;
use crate::winxml::WinXml;
use crate::{Reader, Schema, detect as by_content, evtx, layouts};
use ddefend_model::{Diagnostic, Location, PartPath, code};
use memchr::memmem;

const EVTX: Schema = Schema("evtx");

/// Every schema that can be forced: its id and what it is, one line each.
const SCHEMAS: &[(Schema, &str)] = &[
    (Schema("evtx"), "Windows event log file, or chunks of one"),
    (Schema("winxml"), "Windows events in XML: wevtutil, Get-WinEvent, event viewer"),
    (Schema("evtx-json"), "Windows events as JSON: evtx_dump, evtxtract, converters from XML"),
    (Schema("winlogbeat"), "Winlogbeat and Elastic exports of it"),
    (Schema("ecs"), "Elastic Common Schema without Windows records: Elastic Defend"),
    (Schema("sysmon-json"), "Sysmon events as flat JSON objects"),
    (Schema("nxlog"), "NXLog's JSON of the Windows event log"),
    (Schema("mordor"), "OTRF Security-Datasets (Mordor)"),
    (Schema("wazuh"), "Wazuh alerts and archives"),
    (Schema("splunk"), "Splunk export as JSON"),
    (Schema("splunk-csv"), "Splunk export as CSV"),
    (Schema("defender"), "Defender XDR advanced hunting and Log Analytics as JSON"),
    (Schema("defender-csv"), "Defender XDR advanced hunting and Log Analytics as CSV"),
    (Schema("hayabusa-csv"), "Hayabusa timeline as CSV"),
    (Schema("hayabusa-json"), "Hayabusa timeline as JSON"),
    (Schema("evtxecmd-csv"), "EvtxECmd as CSV"),
    (Schema("evtxecmd-json"), "EvtxECmd as JSON"),
    (Schema("powershell"), "Get-WinEvent | ConvertTo-Json"),
    (Schema("powershell-csv"), "Get-WinEvent | Export-Csv"),
];

/// Every schema with one line on what it is, in the order of the reference.
#[must_use]
pub fn schemas() -> &'static [(Schema, &'static str)] {
    SCHEMAS
}

/// The schema with that id.
#[must_use]
pub fn schema(id: &str) -> Option<Schema> {
    SCHEMAS.iter().map(|(schema, _)| *schema).find(|schema| schema.0.eq_ignore_ascii_case(id))
}

/// Which schema a log has, by its first bytes (64 KiB or more where there are as many); never by its name.
#[must_use]
pub fn detect(head: &[u8]) -> Option<Schema> {
    if head.starts_with(b"ElfFile\0") {
        return Some(EVTX);
    }
    by_content::text(head).or_else(|| memmem::find(head, b"ElfChnk\0").map(|_| EVTX))
}

/// What the content of a log shows it to be, where that is something else than the schema that it is forced to be read as.
#[must_use]
pub fn doubt(head: &[u8], forced: Schema) -> Option<Schema> {
    let shown = detect(head)?;
    let same = match (layout(shown), layout(forced)) {
        (Some(shown), Some(forced)) => std::ptr::eq(shown, forced),
        _ => shown == forced,
    };
    (!same).then_some(shown)
}

/// A reader for the log that begins with `head`, of the schema `forced` or the one that its content shows.
///
/// # Errors
/// `unreadable.format` where the content is no log that is known; `name` is for the message only.
pub fn open(head: &[u8], name: &str, forced: Option<Schema>) -> Result<Box<dyn Reader>, Box<Diagnostic>> {
    let unknown = |message: String| {
        Box::new(Diagnostic::new(code::UNREADABLE_FORMAT, PartPath::root(name), Location::default(), message))
    };
    let Some(schema) = forced.or_else(|| detect(head)) else {
        return Err(unknown("no kind of log that is known; the schema can be forced".to_owned()));
    };
    if schema == EVTX {
        return Ok(evtx::reader(head).unwrap_or_else(evtx::carver));
    }
    let encoding = Encoding::of(head);
    let text = encoding.decode(head);
    let reader = text_reader(schema, &text).ok_or_else(|| unknown(format!("this is not {}", schema.0)))?;
    Ok(match encoding {
        Encoding::Utf8 => reader,
        Encoding::Utf16Le | Encoding::Utf16Be => Box::new(Wide { encoding, inner: reader }),
    })
}

/// A reader of UTF-8; none where there is no such schema, or CSV without a header.
fn text_reader(schema: Schema, head: &str) -> Option<Box<dyn Reader>> {
    if schema.0 == "winxml" {
        return Some(Box::new(WinXml { schema }));
    }
    let layout = layout(schema)?;
    // Forcing names what the columns mean; whether they are CSV or JSON is seen.
    if head.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t', '\0']).starts_with(['{', '[']) {
        Some(Box::new(Json::new(schema, layout, head)))
    } else {
        Some(Box::new(Csv::new(schema, layout, head)?))
    }
}

/// What the fields of a schema in JSON or CSV mean.
fn layout(schema: Schema) -> Option<&'static Layout> {
    Some(match schema.0 {
        "evtx-json" => &layouts::EVTX_JSON,
        "winlogbeat" | "ecs" => &layouts::WINLOGBEAT,
        "sysmon-json" | "nxlog" | "mordor" => &layouts::NXLOG,
        "wazuh" => &layouts::WAZUH,
        "splunk" | "splunk-csv" => &layouts::SPLUNK,
        "defender" | "defender-csv" => &layouts::DEFENDER,
        "hayabusa-csv" | "hayabusa-json" => &layouts::HAYABUSA,
        "evtxecmd-csv" | "evtxecmd-json" => &layouts::EVTXECMD,
        "powershell" | "powershell-csv" => &layouts::POWERSHELL,
        _ => return None,
    })
}
