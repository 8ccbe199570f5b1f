//! Written and read back: hostile values in every schema that has a writer.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use ddefend_event::{Dialect, Event, Head, Key, Place, Time, Value};
use ddefend_source::{Schema, write};
use proptest::prelude::*;
use support::read;

const WINDOWS: &[&str] =
    &["winxml", "evtx-json", "winlogbeat", "nxlog", "mordor", "sysmon-json", "wazuh", "splunk", "evtxecmd-csv", "evtx"];

fn windows(data: Vec<(&str, String)>) -> Event {
    let channel = "Microsoft-Windows-Sysmon/Operational";
    let provider = "Microsoft-Windows-Sysmon";
    let mut all: Vec<(Box<str>, Value)> = vec![
        ("Provider_Name".into(), Value::Text(provider.into())),
        ("EventID".into(), Value::Int(1)),
        ("TimeCreated".into(), Value::Text("2026-11-21T10:00:00.1234567Z".into())),
        ("EventRecordID".into(), Value::Int(77)),
        ("Channel".into(), Value::Text(channel.into())),
        ("Computer".into(), Value::Text("pc.example".into())),
    ];
    all.extend(data.into_iter().map(|(name, text)| (name.into(), Value::Text(text.into()))));
    let key = Key {
        dialect: Dialect::Windows,
        channel: channel.into(),
        provider: provider.into(),
        event_id: 1,
        action: "".into(),
    };
    let place = Place { source: "log".into(), record: 77, offset: 0 };
    let time = Time::parse("2026-11-21T10:00:00.1234567Z");
    Event { head: Head { place, key, time, host: "pc.example".into() }, data: all }
}

/// Values that readers stumble over.
const HOSTILE: &[&str] = &[
    "\"C:\\Program Files\\x.exe\" /c \"a,b;c\"",
    "line\r\nfeed\nand\ttab",
    "\u{202e}txt.exe\u{feff}",
    "]]> <![CDATA[x]]> </Event><Event> &amp;lt; & < > ' \"",
    "a\\\\server\\share\\",
    "=cmd|'/c calc'!A1",
    "\u{1}\u{7f}\u{10ffff}\u{fffd}",
    "{\"Event\":{\"System\":{}}}",
    "ends with backslash\\",
    "  blanks  ",
    "\\\"",
    "Image: x ¦ y: z",
    "&#x41;&#0;",
];

fn same(schema: &str, events: &[Event]) {
    let bytes = write(Schema(known(schema)), events).unwrap();
    let (found, kept) = read(&bytes);
    let shown = String::from_utf8_lossy(&bytes);
    assert_eq!(found, schema, "{shown}");
    assert!(kept.diagnostics.is_empty(), "{schema}: {:?} {shown}", kept.diagnostics);
    assert_eq!(kept.events.len(), events.len(), "{schema}: {shown}");
    for (one, other) in events.iter().zip(&kept.events) {
        assert_eq!(one.head.key, other.head.key, "{schema}");
        assert_eq!(one.head.time, other.head.time, "{schema}");
        assert_eq!(one.head.host, other.head.host, "{schema}");
        // A log file numbers its records itself.
        assert!(schema == "evtx" || one.head.place.record == other.head.place.record, "{schema}");
        for (name, value) in &one.data {
            let expected: Vec<String> = one.values(name).map(|value| value.cell().to_text()).collect();
            assert_eq!(support::values(other, name), expected, "{schema} {name} {value:?}: {shown}");
        }
    }
}

fn known(schema: &str) -> &'static str {
    ddefend_source::schema(schema).unwrap().0
}

#[test]
fn hostile_values_come_back_as_they_were() {
    for schema in WINDOWS {
        let events: Vec<Event> = HOSTILE
            .iter()
            .map(|text| {
                windows(vec![
                    ("Image", (*text).to_owned()),
                    ("CommandLine", format!("x{text}")),
                    ("Data", "a".to_owned()),
                    ("Data", (*text).to_owned()),
                ])
            })
            .collect();
        // EVTX and XML hold no NUL; nobody writes one.
        same(schema, &events);
        for event in events {
            same(schema, &[event]);
        }
    }
}

fn row(text: &str) -> Event {
    let data = [
        ("Timestamp", "2026-11-21T10:00:00.1234567Z"),
        ("DeviceName", "pc.example"),
        ("ActionType", "ProcessCreated"),
        ("ProcessCommandLine", text),
        ("ReportId", "77"),
        ("$table", "DeviceProcessEvents"),
    ];
    let key = Key {
        dialect: Dialect::Defender,
        channel: "DeviceProcessEvents".into(),
        provider: "".into(),
        event_id: 0,
        action: "ProcessCreated".into(),
    };
    let head = Head {
        place: Place { source: "log".into(), record: 77, offset: 0 },
        key,
        time: Time::parse("2026-11-21T10:00:00.1234567Z"),
        host: "pc.example".into(),
    };
    Event { head, data: data.iter().map(|(name, text)| ((*name).into(), Value::Text((*text).into()))).collect() }
}

#[test]
fn defender_rows_come_back() {
    let events: Vec<Event> = HOSTILE.iter().map(|text| row(text)).collect();
    same("defender", &events);
    same("defender-csv", &events);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_comes_back(one in "\\PC{0,40}", other in "[ -~\\r\\n\\t\"\\\\&<>]{1,40}", schema in 0..WINDOWS.len()) {
        let image = format!("x{one}");
        same(WINDOWS[schema], &[windows(vec![("Image", image.clone()), ("CommandLine", other.clone())])]);
        same("defender-csv", &[row(&other), row(&image)]);
    }

    /// The scanner finds in JSON what `serde_json` finds.
    #[test]
    fn json_is_read_as_serde_reads_it(values in prop::collection::vec(("[a-z]{1,12}", "\\PC{0,20}|[\"\\\\\\n\u{202e}\u{1f600}]{0,6}"), 1..12), ascii in any::<bool>()) {
        let object: serde_json::Map<String, serde_json::Value> =
            values.iter().map(|(name, text)| (format!("F{name}"), serde_json::Value::String(text.clone()))).collect();
        let mut object = object;
        object.insert("EventID".into(), 1.into());
        object.insert("Channel".into(), "Sec".into());
        object.insert("SourceModuleType".into(), "x".into());
        let mut text = serde_json::to_string(&object).unwrap();
        if ascii {
            text = text.chars().map(|letter| if letter.is_ascii() { letter.to_string() } else {
                letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }).collect();
        }
        let (_, kept) = read(text.as_bytes());
        prop_assert_eq!(kept.events.len(), 1);
        for (name, value) in object.iter().filter(|(name, _)| name.starts_with('F')) {
            let plain = value.as_str().unwrap();
            if !plain.contains('&') {
                prop_assert_eq!(support::value(&kept.events[0], name), plain);
            }
        }
    }
}
