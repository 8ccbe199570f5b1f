use super::{Data, data, json, system};
use ddefend_event::{Event, native};

/// A header of every name, then a row for each record; of a repeated name the first value.
pub(super) fn table(rows: impl Iterator<Item = Data>) -> String {
    let rows: Vec<Data> = rows.collect();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flatten() {
        if !names.contains(&&**name) {
            names.push(name);
        }
    }
    let mut out = line(names.iter().map(|name| (*name).to_owned()));
    for row in &rows {
        let value =
            |name: &&str| row.iter().find(|(known, _)| &**known == *name).map(|(_, value)| value.cell().to_text());
        out += &line(names.iter().map(|name| value(name).unwrap_or_default()));
    }
    out
}

/// EvtxECmd's columns that say what a record is, and its payload.
pub(super) fn evtxecmd<'e>(events: impl Iterator<Item = &'e Event>) -> String {
    const COLUMNS: &[(&str, &str)] = &[
        ("EventRecordId", native::RECORD),
        ("TimeCreated", native::TIME),
        ("EventId", native::EVENT_ID),
        ("Provider", native::PROVIDER),
        ("Channel", native::CHANNEL),
        ("ProcessId", "Execution_ProcessID"),
        ("ThreadId", "Execution_ThreadID"),
        ("Computer", native::COMPUTER),
        ("UserId", native::USER_ID),
    ];
    let mut out = line(COLUMNS.iter().map(|(column, _)| (*column).to_owned()).chain(["Payload".to_owned()]));
    for event in events {
        let fields = COLUMNS.iter().map(|(_, name)| system(event, name).unwrap_or_default());
        let items = data(event).map(|(name, value)| {
            let name =
                if &**name == native::DATA { String::new() } else { format!("\"@Name\":{},", json::quoted(name)) };
            format!("{{{name}\"#text\":{}}}", json::quoted(&value.cell().to_text()))
        });
        let payload = format!("{{\"EventData\":{{\"Data\":[{}]}}}}", items.collect::<Vec<_>>().join(","));
        out += &line(fields.chain([payload]));
    }
    out
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let quoted = fields.map(|field| format!("\"{}\"", field.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}
