//! Recognition by content: the members of the first objects, or the columns.

use crate::Schema;
use crate::encoding::Encoding;
use crate::{csv, json, winxml};
use std::collections::HashSet;

/// Objects of a log's beginning that are looked at.
const LOOKED_AT: usize = 16;

/// The schema of a log by its first bytes.
pub(crate) fn text(head: &[u8]) -> Option<Schema> {
    let text = Encoding::of(head).decode(head);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n', '\0']);
    match text.chars().next()? {
        '<' => winxml::start(text.as_bytes()).map(|_| Schema("winxml")),
        '{' | '[' => json(text),
        _ => columns(text).or_else(|| winxml::start(text.as_bytes()).map(|_| Schema("winxml"))),
    }
}

/// By the members of objects.
fn json(text: &str) -> Option<Schema> {
    let mut outlines = Vec::new();
    json::samples(text, LOOKED_AT, &mut outlines);
    outlines.iter().find_map(|outline| {
        let names: HashSet<&str> =
            outline.iter().map(|(path, _)| path.strip_prefix("_source.").unwrap_or(path)).collect();
        let tagged = outline.iter().any(|(path, text)| path.starts_with("tags") && text.contains("mordor"));
        by_names(&names, tagged)
    })
}

fn by_names(names: &HashSet<&str>, mordor: bool) -> Option<Schema> {
    let has = |name: &str| names.contains(name);
    let all = |wanted: &[&str]| wanted.iter().all(|name| has(name));
    let under = |prefix: &str| names.iter().any(|name| name.starts_with(prefix));
    let found = if under("Event.System") || all(&["System", "EventData"]) || under("System.EventID") {
        "evtx-json"
    } else if under("data.win.") || under("win.system.") || under("win.eventdata.") {
        "wazuh"
    } else if under("winlog.") || all(&["log_name", "event_id"]) {
        "winlogbeat"
    } else if has("_raw") || under("result._") || has("result.EventCode") || all(&["EventCode", "sourcetype"]) {
        "splunk"
    } else if all(&["Payload", "EventId"]) || all(&["PayloadData1", "EventId"]) || all(&["MapDescription", "EventId"]) {
        "evtxecmd-json"
    } else if all(&["RuleTitle", "Details"]) {
        "hayabusa-json"
    } else if all(&["ProviderName", "LogName"]) && (has("Id") || has("EventId")) {
        "powershell"
    } else if is_defender(&has) || under("properties.ActionType") || under("properties.DeviceId") || is_table(names) {
        "defender"
    } else if mordor && has("EventID") {
        "mordor"
    } else if has("EventID") && (has("SourceModuleType") || has("SourceModuleName") || has("RecordNumber")) {
        "nxlog"
    } else if has("EventID") && (has("UtcTime") || has("Channel") || has("Image")) {
        "sysmon-json"
    } else if under("ecs.") || (under("event.") && (under("process.") || under("registry.") || under("agent."))) {
        "ecs"
    } else {
        return None;
    };
    Some(Schema(found))
}

/// A query service's answer: columns and rows.
fn is_table(names: &HashSet<&str>) -> bool {
    [("tables.columns", "tables.rows"), ("Tables.Columns", "Tables.Rows")]
        .iter()
        .any(|(columns, rows)| names.contains(columns) && names.contains(rows))
}

fn is_defender(has: &dyn Fn(&str) -> bool) -> bool {
    let time = ["Timestamp", "TimeGenerated", "Timestamp [UTC]", "TimeGenerated [UTC]"].iter().any(|name| has(name));
    let own = ["DeviceId", "DeviceName", "InitiatingProcessFileName", "ReportId"].iter().any(|name| has(name));
    let table = has("ActionType") || has("$table") || has("TableName");
    (table && (time || own)) || (time && own)
}

/// By the columns of CSV.
fn columns(text: &str) -> Option<Schema> {
    let (_, names, _) = csv::header(text)?;
    let names: HashSet<&str> = names.iter().map(String::as_str).collect();
    let has = |name: &str| names.contains(name);
    let found = if has("Timestamp") && has("RuleTitle") && has("Computer") && has("Channel") {
        "hayabusa-csv"
    } else if has("EventId") && has("Channel") && (has("Payload") || has("PayloadData1")) {
        "evtxecmd-csv"
    } else if has("_raw") || (has("EventCode") && has("sourcetype")) {
        "splunk-csv"
    } else if has("ProviderName") && has("LogName") && has("Id") {
        "powershell-csv"
    } else if is_defender(&has) {
        "defender-csv"
    } else {
        return None;
    };
    Some(Schema(found))
}
