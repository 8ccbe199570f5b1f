//! What the EVTX writer writes, our reader and the `evtx` crate read back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

mod common;

use common::{Found, event, read, text};
use ddefend_event::{Event, Value};
use ddefend_source::evtx;
use proptest::prelude::*;

fn sample(count: u64) -> Vec<Event> {
    (1..=count)
        .map(|number| {
            let data: &[(&str, Value)] = &[
                ("RuleName", Value::Text("".into())),
                ("ProcessGuid", Value::Text("{01234567-89AB-CDEF-0123-456789ABCDEF}".into())),
                ("UtcTime", Value::Text("2026-11-21 10:00:00.123".into())),
                ("ProcessId", Value::Int(number as i64)),
                ("Image", Value::Text(format!("C:\\Users\\Zoë\\calc{number}.exe").into())),
                ("LogonId", Value::Text("0x3e7".into())),
                ("Sid", Value::Text("S-1-5-18".into())),
                ("When", Value::Text("2026-11-21T10:00:00.0000001Z".into())),
                ("Signed", Value::Bool(true)),
                ("Score", Value::Float(1.5)),
                ("Big", Value::Uint(u64::MAX)),
                ("Low", Value::Int(-5)),
                ("Nothing", Value::Null),
                ("Data", Value::Text("one".into())),
                ("Data", Value::Text("two".into())),
            ];
            event(number, 1 + u32::try_from(number % 5).unwrap(), &data[..usize::try_from(10 + number % 6).unwrap()])
        })
        .collect()
}

/// What was given is there, in order, behind what every record says of itself.
fn same(given: &[Event], found: &Found) {
    assert_eq!(found.diagnostics, []);
    assert_eq!(given.len(), found.events.len());
    for (given, found) in given.iter().zip(&found.events) {
        assert_eq!(given.head.key, found.head.key);
        assert_eq!((given.head.time, &given.head.host), (found.head.time, &found.head.host));
        assert_eq!(given.head.place.record, found.head.place.record);
        let tail = found.data.len() - given.data.len();
        assert_eq!(text(&given.data), text(&found.data[tail..]));
    }
}

#[test]
fn our_reader_reads_it_back() {
    let given = sample(2000);
    let log = evtx::write(&given);
    assert!(log.len() > 4096 + 3 * 65_536 && (log.len() - 4096).is_multiple_of(65_536));
    same(&given, &read(&log));
}

#[test]
fn the_evtx_crate_reads_it_back() {
    let given = sample(2000);
    let log = evtx::write(&given);
    let settings = ::evtx::ParserSettings::new().num_threads(1).validate_checksums(true).indent(false);
    let mut parser = ::evtx::EvtxParser::from_buffer(log).unwrap().with_configuration(settings);
    let records: Vec<_> = parser.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), given.len());
    assert!(records.iter().enumerate().all(|(at, record)| record.event_record_id == at as u64 + 1));
    let xml = &records[6].data;
    for part in [
        "<Data Name=\"Image\">C:\\Users\\Zoë\\calc7.exe</Data>",
        "<Data Name=\"ProcessGuid\">{01234567-89ab-cdef-0123-456789abcdef}</Data>",
        "<Data Name=\"LogonId\">0x3e7</Data>",
        "<EventRecordID>7</EventRecordID>",
        "<Provider Name=\"Maker\">",
        "<Channel>Made/Operational</Channel>",
    ] {
        assert!(xml.contains(part.trim_end_matches('>')), "{part} in {xml}");
    }
}

#[test]
fn no_events_make_an_empty_log() {
    let log = evtx::write(&[]);
    assert_eq!(log.len(), 4096 + 65_536);
    assert!(read(&log).events.is_empty());
}

#[test]
fn a_record_fits_a_chunk_whatever_it_holds() {
    let long = Value::Text("é".repeat(100_000).into());
    let fields: Vec<(String, Value)> = (0..3000).map(|number| (format!("Field{number}"), long.clone())).collect();
    let fields: Vec<(&str, Value)> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let log = evtx::write(&[event(1, 1, &fields), event(2, 1, &[("Long", long)]), event(3, 1, &[])]);
    let found = read(&log);
    assert_eq!(found.diagnostics, []);
    assert_eq!(found.events.len(), 3);
    assert!(text(&found.events[1].data).iter().any(|(name, text)| name == "Long" && text.len() > 50_000));
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Int),
        any::<bool>().prop_map(Value::Bool),
        (i64::MAX as u64 + 1..=u64::MAX).prop_map(Value::Uint),
        (-1e9..1e9_f64).prop_map(Value::Float),
        "[^\0]{0,80}".prop_map(|text| Value::Text(text.into())),
        "0x[0-9a-fA-F]{1,8}|S-1-5-[0-9]{1,9}(-[0-9]{1,9}){0,4}|\\{[0-9A-Fa-f]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\\}"
            .prop_map(|text| Value::Text(text.into())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_written_is_read(
        records in prop::collection::vec((0..70_000_u32, prop::collection::vec(("[A-Za-z]{1,12}_?[0-9]{1,2}", value()), 0..12)), 1..40)
    ) {
        let given: Vec<Event> = records
            .iter()
            .enumerate()
            .map(|(at, (id, data))| {
                let data: Vec<(&str, Value)> = data.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
                event(at as u64 + 1, *id, &data)
            })
            .collect();
        let log = evtx::write(&given);
        same(&given, &read(&log));
        let mut parser = ::evtx::EvtxParser::from_buffer(log).unwrap();
        prop_assert_eq!(parser.records().filter(Result::is_ok).count(), given.len());
    }
}
