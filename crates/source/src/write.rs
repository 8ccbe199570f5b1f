//! Owned records to the formats that the readers read: for tests, samples and laboratories.

mod csv;
mod json;
mod xml;

use crate::{Schema, evtx};
use ddefend_event::{Dialect, Event, Value, native};

/// A log of that schema with these records, those of another dialect left out. None for schemas that are only read.
#[must_use]
pub fn write(schema: Schema, events: &[Event]) -> Option<Vec<u8>> {
    let of = |dialect: Dialect| events.iter().filter(move |event| event.head.key.dialect == dialect);
    let windows = || of(Dialect::Windows);
    let text = match schema.0 {
        "evtx" => return Some(evtx::write(&windows().cloned().collect::<Vec<_>>())),
        "winxml" => windows().map(|event| xml::event(event) + "\r\n").collect(),
        "evtx-json" => lines(windows(), json::evtx_dump),
        "winlogbeat" => lines(windows(), json::winlogbeat),
        "nxlog" => lines(windows(), |event| json::nxlog(event, false)),
        "mordor" => lines(windows(), |event| json::nxlog(event, true)),
        "sysmon-json" => lines(windows(), json::flat),
        "wazuh" => lines(windows(), json::wazuh),
        "splunk" => lines(windows(), |event| json::splunk(event, &xml::event(event))),
        "evtxecmd-csv" => csv::evtxecmd(windows()),
        "ecs" => lines(of(Dialect::Ecs), |event| json::object(&event.data)),
        "defender" => lines(of(Dialect::Defender), |event| json::object(&with_table(event))),
        "defender-csv" => csv::table(of(Dialect::Defender).map(with_table)),
        _ => return None,
    };
    Some(text.into_bytes())
}

fn lines<'e>(events: impl Iterator<Item = &'e Event>, write: impl Fn(&Event) -> String) -> String {
    events.map(|event| write(event) + "\n").collect()
}

/// Names with values.
type Data = Vec<(Box<str>, Value)>;

/// A row that names its table.
fn with_table(event: &Event) -> Data {
    let mut data = event.data.clone();
    if event.values("$table").next().is_none() {
        data.push(("$table".into(), Value::Text(event.head.key.channel.clone())));
    }
    data
}

/// Names of what stands in `System`, in its order.
const SYSTEM: &[&str] = &[
    native::PROVIDER,
    "Provider_Guid",
    native::EVENT_ID,
    "EventID_Qualifiers",
    "Version",
    native::LEVEL,
    native::TASK,
    native::OPCODE,
    native::KEYWORDS,
    native::TIME,
    native::RECORD,
    "Correlation_ActivityID",
    "Correlation_RelatedActivityID",
    "Execution_ProcessID",
    "Execution_ThreadID",
    native::CHANNEL,
    native::COMPUTER,
    native::USER_ID,
];

/// A value of `System` as text: as the data has it, else by the head.
fn system(event: &Event, name: &str) -> Option<String> {
    if let Some(value) = event.values(name).next() {
        return Some(value.cell().to_text());
    }
    let head = &event.head;
    let text = match name {
        native::PROVIDER => head.key.provider.to_string(),
        native::CHANNEL => head.key.channel.to_string(),
        native::EVENT_ID => head.key.event_id.to_string(),
        native::COMPUTER => head.host.to_string(),
        native::TIME => head.time.map(|time| time.to_string()).unwrap_or_default(),
        native::RECORD => head.place.record.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// What does not stand in `System`.
fn data(event: &Event) -> impl Iterator<Item = &(Box<str>, Value)> {
    event.data.iter().filter(|(name, _)| !SYSTEM.contains(&&**name))
}
