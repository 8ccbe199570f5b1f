//! Text readers over real logs; they need DDEFEND_DATA and say so where it is not set.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, missing_docs)]

mod support;

use ddefend_event::Event;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use support::{Kept, WANTED, read, read_by};

fn logs() -> Option<PathBuf> {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("skipped: DDEFEND_DATA is not set");
        return None;
    };
    Some(Path::new(&data).join("logs"))
}

fn files(folder: &Path, extension: &str, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, extension, out);
        } else if path.to_string_lossy().ends_with(extension) {
            out.push(path);
        }
    }
}

/// Values by name, as text, in order; names that JSON lost are left out.
fn shape(event: &Event) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &event.data {
        if matches!(&**name, "TimeCreated" | "EventID_Qualifiers" | "Provider_EventSourceName")
            || name.starts_with("Correlation")
        {
            continue;
        }
        let text = value.cell().to_text();
        // Empty, null and absent are one in these exports, and white space at the ends is gone.
        let text = text.trim();
        if !text.is_empty() {
            // Letters of GUIDs and hexadecimal digits: exporters differ in case and braces.
            all.entry(name.to_string()).or_default().push(text.to_ascii_lowercase().replace(['{', '}'], ""));
        }
    }
    all
}

#[test]
fn regression_pairs_are_the_same_in_json_and_evtx() {
    let Some(logs) = logs() else { return };
    let mut paths = Vec::new();
    files(&logs.join("sigma-regression"), ".json", &mut paths);
    assert!(paths.len() > 150, "{}", paths.len());
    let (mut events, mut different) = (0, Vec::new());
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        let (schema, kept) = read(&bytes);
        assert_eq!(schema, "evtx-json", "{}", path.display());
        assert!(kept.diagnostics.is_empty() && kept.skipped.is_empty(), "{} {:?}", path.display(), kept.diagnostics);
        assert!(!kept.events.is_empty(), "{}", path.display());
        events += kept.events.len();
        let binary = path.with_extension("evtx");
        let Ok(bytes) = std::fs::read(&binary) else { continue };
        let (_, twin) = read(&bytes);
        for (one, other) in kept.events.iter().zip(&twin.events) {
            assert_eq!(one.head.key, other.head.key, "{}", path.display());
            assert_eq!(one.head.host, other.head.host);
            let (one, other) = (shape(one), shape(other));
            if one != other {
                let odd = one.iter().find(|(name, values)| other.get(*name) != Some(values));
                let lost = other.iter().find(|(name, _)| !one.contains_key(*name));
                different.push(format!(
                    "{}: {odd:?} {lost:?} {:?}",
                    path.display(),
                    odd.and_then(|(name, _)| other.get(name))
                ));
            }
        }
    }
    eprintln!("{} files, {events} events, {} differ", paths.len(), different.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn mordor_is_read_to_the_last_line_whatever_the_buffer() {
    let Some(logs) = logs() else { return };
    let mut paths = Vec::new();
    files(&logs.join("mordor-office"), ".json.gz", &mut paths);
    for path in paths {
        let packed = std::fs::File::open(&path).unwrap();
        let allowance = ddefend_guard::stream::Allowance::default();
        let mut unpacked = ddefend_guard::stream::open(ddefend_guard::stream::Packing::Gzip, packed, allowance);
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut unpacked, &mut bytes).unwrap();
        assert_eq!(unpacked.stopped(), None);
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        bytes.truncate(6 << 20);
        let end = bytes.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        bytes.truncate(end);
        let (schema, kept) = read(&bytes);
        assert_eq!(schema, "mordor");
        let some = bytes.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!((kept.events.len(), kept.diagnostics.len(), kept.skipped.len()), (some, 0, 0), "{lines}");
        // Other buffers, other blocks, the same records.
        let reader = ddefend_source::open(&bytes[..64 << 10], "log", None).unwrap();
        let mut small = Kept::new(WANTED, true);
        read_by(&*reader, &bytes, 5_000, &mut small);
        let places = |kept: &Kept| {
            kept.events.iter().map(|event| (event.head.place.offset, event.data.len())).collect::<Vec<_>>()
        };
        assert_eq!(places(&kept), places(&small));
        for event in &kept.events {
            let object: serde_json::Value = serde_json::from_slice(line_at(&bytes, event)).unwrap();
            let object = object.as_object().unwrap();
            for name in ["Image", "CommandLine", "TargetObject", "ScriptBlockText", "NewProcessName"] {
                let plain = object.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
                let decoded = plain.map(|text| {
                    text.replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&quot;", "\"")
                        .replace("&apos;", "'")
                        .replace("&amp;", "&")
                });
                assert_eq!(support::values(event, name).first().cloned(), decoded, "{name}");
            }
        }
    }
}

fn line_at<'b>(bytes: &'b [u8], event: &Event) -> &'b [u8] {
    let start = usize::try_from(event.head.place.offset).unwrap();
    bytes[start..].split(|byte| *byte == b'\n').next().unwrap()
}
