//! Damaged and hostile text logs: what is readable is read, the rest is told, and nothing takes long.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use ddefend_source::{Cut, Schema, open};
use std::time::{Duration, Instant};
use support::{Kept, WANTED, read, read_by, value};

const LINE: &str =
    r#"{"EventID":1,"Channel":"Security","SourceModuleType":"x","Hostname":"pc","Image":"C:\\calc.exe"}"#;

fn quickly(work: impl FnOnce()) {
    let started = Instant::now();
    work();
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn broken_lines_cost_themselves_alone() {
    for broken in [
        "{\"EventID\":1,\"Image\":\"C:",
        "not json",
        "{\"a\"}",
        "{\"a\":}",
        "\u{0}\u{0}{\"a\":1",
        "{\"a\":[1,2}",
        "}{",
        "{\"a\":tru}",
    ] {
        let log = format!("{LINE}\n{broken}\n{LINE}\n");
        let (_, kept) = read(log.as_bytes());
        assert_eq!((kept.events.len(), kept.diagnostics.len()), (2, 1), "{broken}: {:?}", kept.diagnostics);
        let place = kept.diagnostics[0].location.offset.unwrap();
        assert!((LINE.len() as u64..(LINE.len() + broken.len() + 2) as u64).contains(&place), "{broken} at {place}");
        assert_eq!(kept.events[1].head.place.offset, (LINE.len() + broken.len() + 2) as u64);
    }
    // A log that breaks off keeps its head.
    let (_, kept) = read(format!("{LINE}\n{LINE}\n{}", &LINE[..40]).as_bytes());
    assert_eq!((kept.events.len(), kept.diagnostics.len()), (2, 1));
}

#[test]
fn what_is_almost_json_is_read() {
    for log in [
        format!("[{LINE},{LINE},]"),
        format!("[\n{LINE},\n{LINE}\n"),
        format!("\u{feff}{LINE}\r\n{LINE}\r\n"),
        format!("{LINE}{LINE}"),
        format!("\0\0{LINE}\n\0\0\0{LINE}\n"),
    ] {
        let (_, kept) = read(log.as_bytes());
        assert_eq!(
            (kept.events.len(), kept.diagnostics.len()),
            (2, 0),
            "{log:?} {:?} {:?}",
            kept.diagnostics,
            kept.events
        );
        assert_eq!(value(&kept.events[1], "Image"), "C:\\calc.exe");
    }
    let odd = LINE.replace("\"Hostname\"", "\"N\":1e400,\"M\":123456789012345678901234567890,\"U\":\"\\ud800x\\u00\",\"Image\":\"D:\\\\b.exe\",\"Hostname\"");
    let (_, kept) = read(odd.as_bytes());
    let event = &kept.events[0];
    assert_eq!(
        (value(event, "N"), value(event, "M")),
        ("1e400".to_owned(), "123456789012345678901234567890".to_owned())
    );
    assert_eq!(value(event, "U"), "\u{fffd}x\\u00");
    assert_eq!(support::values(event, "Image"), ["D:\\b.exe", "C:\\calc.exe"]);
    let mut bytes = format!("{LINE}\n").into_bytes();
    bytes.extend(LINE.replace("calc", "c\u{1}lc").bytes().map(|byte| if byte == 1 { 0xff } else { byte }));
    let (_, kept) = read(&bytes);
    assert_eq!((kept.events.len(), kept.diagnostics.len()), (2, 1));
}

#[test]
fn deep_nesting_is_skipped() {
    quickly(|| {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(1_000_000), close.repeat(1_000_000));
            let log = format!("{LINE}\n{}\n{LINE}\n", LINE.replace("\"pc\"", &deep));
            let (_, kept) = read(log.as_bytes());
            assert_eq!(kept.events.len(), 3, "{:?}", kept.diagnostics.len());
            let open_only = format!("{LINE}\n{}\n{LINE}\n", open.repeat(1_000_000));
            let (_, kept) = read(open_only.as_bytes());
            assert_eq!(kept.events.len(), 2);
            assert!(open == "[" || !kept.diagnostics.is_empty());
        }
        let xml = format!("<Event><System><EventID>1</EventID></System>{}</Event>", "<a>".repeat(300_000));
        let (_, kept) = read(xml.as_bytes());
        assert_eq!((kept.events.len(), kept.diagnostics.len()), (0, 1));
    });
}

#[test]
fn a_line_without_end_is_given_up_piece_by_piece() {
    let reader = open(format!("{LINE}\n{LINE}\n").as_bytes(), "log", None).unwrap();
    let piece = vec![b'a'; 16 << 20];
    assert!(matches!(reader.cut(&piece[..1 << 20], false), Cut::More));
    assert!(matches!(reader.cut(&piece, false), Cut::Skip(length) if length > 0));
    quickly(|| {
        let mut log = format!("{LINE}\n{LINE}\n{{\"a\":\"").into_bytes();
        log.extend(std::iter::repeat_n(b'x', 40 << 20));
        log.extend(format!("\"}}\n{LINE}\n").bytes());
        let mut kept = Kept::new(WANTED, true);
        read_by(&*reader, &log, 1 << 20, &mut kept);
        assert_eq!(kept.events.len(), 3);
        assert!(!kept.skipped.is_empty());
    });
}

#[test]
fn quotes_that_never_close() {
    quickly(|| {
        let head = "Timestamp,DeviceName,ActionType,ProcessCommandLine\n";
        let row = "2026-11-21T10:00:00Z,pc,ProcessCreated,calc\n";
        let log = format!("{head}{row}{}\"open,{}", row, row.repeat(3));
        let (schema, kept) = read(log.as_bytes());
        assert_eq!((schema, kept.diagnostics.len()), ("defender-csv", 1));
        assert_eq!(kept.events.len(), 4, "{:?}", kept.events);
        let reader = open(head.as_bytes(), "log", Some(Schema("defender-csv"))).unwrap();
        let mut log = format!("{head}{row}\"").into_bytes();
        log.extend("x\n".repeat(20 << 20).bytes());
        log.extend(row.bytes());
        let mut kept = Kept::new(WANTED, false);
        read_by(&*reader, &log, 1 << 20, &mut kept);
        assert!(kept.events.iter().any(|event| value(event, "ProcessCommandLine") == "calc"));
    });
}

#[test]
fn xml_that_breaks_off() {
    let event = "<Event xmlns='x'><System><EventID>1</EventID><Channel>Security</Channel></System><EventData><Data Name='Image'>a</Data></EventData></Event>";
    for broken in
        [&event[..100], "<Event><System></Event>", "<Event a='></Event>", "<Event><![CDATA[ </Event>", "<Event x"]
    {
        let (_, kept) = read(format!("{event}\n{broken}\n{event}").as_bytes());
        assert_eq!(kept.events.len(), 2, "{broken}");
        assert!(kept.diagnostics.len() <= 1 && (broken == "<Event x" || kept.diagnostics.len() == 1), "{broken}");
    }
    let bomb = format!("<!DOCTYPE x [<!ENTITY a \"&a;&a;\">]>{}", event.replace(">a<", ">&a;<"));
    let (_, kept) = read(bomb.as_bytes());
    assert_eq!(value(&kept.events[0], "Image"), "&a;");
}

#[test]
fn a_million_beginnings_without_an_end_take_no_time() {
    let event = "<Event xmlns='x'><System><EventID>1</EventID><Channel>Security</Channel></System><EventData><Data Name='Image'>a</Data></EventData></Event>";
    let bytes = format!("{event}{}{event}{}", "<Event ".repeat(300_000), "<Event ".repeat(300_000));
    quickly(|| assert_eq!(read(bytes.as_bytes()).1.events.len(), 2));
}

#[test]
fn what_is_no_log_is_said_to_be_none() {
    for bytes in
        [&b""[..], b"hello", b"{\"a\":1}", b"a,b,c\n1,2,3\n", b"<html></html>", &[0; 4096], &[0xff, 0xfe, 0x00, 0xd8]]
    {
        assert!(open(bytes, "log", None).is_err(), "{bytes:?}");
    }
    assert!(open(b"x", "log", Some(Schema("defender-csv"))).is_err());
}
