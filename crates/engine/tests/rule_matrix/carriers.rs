//! Events as the bytes of logs: what shippers and exports write.

use ddefend_event::{Dialect, Event, Value, native};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Native names that stand in the head of a Windows record.
const SYSTEM: [&str; 6] =
    [native::EVENT_ID, native::CHANNEL, native::PROVIDER, native::COMPUTER, native::RECORD, native::TIME];

fn text(value: &Value) -> String {
    value.cell().to_text()
}

fn moment(event: &Event) -> String {
    event.head.time.map(|time| time.to_string()).unwrap_or_default()
}

/// What stands in `EventData`.
fn data(event: &Event) -> impl Iterator<Item = (&str, String)> {
    event
        .data
        .iter()
        .filter(|(name, _)| !SYSTEM.iter().any(|system| system.eq_ignore_ascii_case(name)))
        .map(|(name, value)| (&**name, text(value)))
}

/// An event log file.
pub(crate) fn evtx(events: &[Event]) -> Vec<(String, Vec<u8>)> {
    vec![("log.evtx".to_owned(), ddefend_source::evtx::write(events))]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;").replace('"', "&quot;")
}

/// What `wevtutil qe /f:xml /e:Events` prints.
pub(crate) fn xml(events: &[Event]) -> Vec<(String, Vec<u8>)> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>");
    for event in events {
        let key = &event.head.key;
        let _ = write!(
            out,
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='{}'/><EventID>{}\
             </EventID><TimeCreated SystemTime='{}'/><EventRecordID>{}</EventRecordID><Channel>{}</Channel><Computer>{}\
             </Computer></System><EventData>",
            escaped(&key.provider),
            key.event_id,
            moment(event),
            event.head.place.record,
            escaped(&key.channel),
            escaped(&event.head.host)
        );
        for (name, value) in data(event) {
            let name = if name == native::DATA { String::new() } else { format!(" Name='{}'", escaped(name)) };
            let _ = write!(out, "<Data{name}>{}</Data>", escaped(&value));
        }
        out.push_str("</EventData></Event>\r\n");
    }
    out.push_str("</Events>");
    vec![("log.xml".to_owned(), out.into_bytes())]
}

/// Winlogbeat 8, one document a line; values without names are `param1` and so on.
pub(crate) fn winlogbeat(events: &[Event]) -> Vec<(String, Vec<u8>)> {
    let mut out = String::new();
    for event in events {
        let key = &event.head.key;
        let mut fields = Map::new();
        let mut bare = 0;
        for (name, value) in data(event) {
            let name = if name == native::DATA {
                bare += 1;
                format!("param{bare}")
            } else {
                name.to_owned()
            };
            fields.insert(name, Json::String(value));
        }
        let line = json!({
            "@timestamp": moment(event),
            "agent": { "type": "winlogbeat", "version": "8.15.0" },
            "event": { "code": key.event_id.to_string(), "provider": &*key.provider, "kind": "event" },
            "host": { "name": &*event.head.host },
            "winlog": {
                "api": "wineventlog",
                "channel": &*key.channel,
                "computer_name": &*event.head.host,
                "event_id": key.event_id.to_string(),
                "provider_name": &*key.provider,
                "record_id": event.head.place.record,
                "event_data": fields,
            },
        });
        let _ = writeln!(out, "{line}");
    }
    vec![("log.ndjson".to_owned(), out.into_bytes())]
}

/// What the advanced hunting interface answers, a file a table.
pub(crate) fn defender_json(events: &[Event]) -> Vec<(String, Vec<u8>)> {
    let by_table = tables(events);
    let file = |(table, rows): (String, Vec<BTreeMap<String, String>>)| {
        (format!("{table}.json"), format!("{{\"Schema\":[],\"Results\":{}}}", json!(rows)).into_bytes())
    };
    by_table.into_iter().map(file).collect()
}

/// What the portal exports, a file a table.
pub(crate) fn defender_csv(events: &[Event]) -> Vec<(String, Vec<u8>)> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut files = Vec::new();
    for (table, rows) in tables(events) {
        let mut columns: Vec<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
        columns.sort();
        columns.dedup();
        let mut out = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(",");
        for row in &rows {
            let cell = |column: &&String| quoted(row.get(*column).map_or("", String::as_str));
            let _ = write!(out, "\r\n{}", columns.iter().map(cell).collect::<Vec<_>>().join(","));
        }
        out.push_str("\r\n");
        files.push((format!("{table}.csv"), out.into_bytes()));
    }
    files
}

fn tables(events: &[Event]) -> Vec<(String, Vec<BTreeMap<String, String>>)> {
    let mut tables: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.head.key.dialect == Dialect::Defender) {
        let mut row: BTreeMap<String, String> =
            event.data.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        row.insert("Timestamp".to_owned(), moment(event));
        row.insert("DeviceName".to_owned(), event.head.host.to_string());
        row.insert("ReportId".to_owned(), event.head.place.record.to_string());
        tables.entry(event.head.key.channel.to_string()).or_default().push(row);
    }
    tables.into_iter().collect()
}

/// Documents of an Elastic agent, one a line.
pub(crate) fn ecs(events: &[Event]) -> Vec<(String, Vec<u8>)> {
    let mut out = String::new();
    for event in events {
        let mut document = Json::Object(Map::new());
        for (name, value) in &event.data {
            put(&mut document, name, Json::String(text(value)));
        }
        put(&mut document, "@timestamp", Json::String(moment(event)));
        put(&mut document, "host.name", Json::String(event.head.host.to_string()));
        put(&mut document, "agent.type", Json::String("endpoint".to_owned()));
        put(&mut document, "ecs.version", Json::String("8.11.0".to_owned()));
        let _ = writeln!(out, "{document}");
    }
    vec![("log.ndjson".to_owned(), out.into_bytes())]
}

/// Sets a value at a dotted path.
fn put(document: &mut Json, path: &str, value: Json) {
    let mut at = document;
    for part in path.split('.') {
        at = &mut at[part];
    }
    *at = value;
}
