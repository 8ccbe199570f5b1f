//! The shipped mappings: every log source of Sigma's Windows rules is served or refused with a reason.

#![allow(clippy::unwrap_used)]

use ddefend_content::Content;
use ddefend_event::{Dialect, Key, LogSource, Mapping};
use std::collections::BTreeSet;
use std::path::Path;

fn mapping() -> Mapping {
    Content::load().unwrap().mapping().unwrap()
}

fn source(category: Option<&str>, product: Option<&str>, service: Option<&str>) -> LogSource {
    LogSource { category: category.map(Into::into), product: product.map(Into::into), service: service.map(Into::into) }
}

/// Log sources of the Sigma rules under a folder.
fn log_sources(folder: &Path, found: &mut BTreeSet<LogSource>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            log_sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut lines = text.lines().skip_while(|line| *line != "logsource:").skip(1);
            let block: Vec<&str> = lines.by_ref().take_while(|line| line.starts_with([' ', '#'])).collect();
            let part = |name: &str| {
                let value = block.iter().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'))?;
                Some(value.split(" #").next().unwrap_or_default().trim().trim_matches(['\'', '"']))
            };
            found.insert(source(part("category"), part("product"), part("service")));
        }
    }
}

fn served(mapping: &Mapping, source: &LogSource) -> bool {
    match (&source.category, &source.service) {
        (Some(_), _) => !mapping.classes_for(source).is_empty(),
        (None, Some(service)) => !mapping.channels(service).is_empty(),
        (None, None) => true,
    }
}

fn refused(mapping: &Mapping, source: &LogSource) -> bool {
    let same = |written: &Option<String>, asked: &Option<Box<str>>| written.as_deref() == asked.as_deref();
    let of = |line: &&ddefend_event::Unserved| {
        same(&line.category, &source.category) && same(&line.service, &source.service)
    };
    mapping.unserved().iter().any(|line| of(&line))
}

#[test]
fn every_log_source_of_the_corpus_is_served_or_refused() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        println!("skipped: DDEFEND_DATA is not set");
        return;
    };
    let mut found = BTreeSet::new();
    log_sources(&Path::new(&data).join("rules/sigma"), &mut found);
    found.retain(|source| source.product.as_deref().is_none_or(|product| product == "windows"));
    assert!(found.len() > 70, "{}", found.len());
    let mapping = mapping();
    let lost: Vec<_> = found.iter().filter(|it| !served(&mapping, it) && !refused(&mapping, it)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    let both: Vec<_> =
        found.iter().filter(|it| it.service.is_some() && served(&mapping, it) && refused(&mapping, it)).collect();
    assert!(both.is_empty(), "{both:#?}");
}

#[test]
fn what_sigma_calls_windows_is_found() {
    let mapping = mapping();
    let key = |channel: &str, event_id| Key {
        dialect: Dialect::Windows,
        channel: channel.into(),
        provider: "".into(),
        event_id,
        action: "".into(),
    };
    let sysmon = "Microsoft-Windows-Sysmon/Operational";
    for (channel, id, category) in [
        (sysmon, 1, "process_creation"),
        ("Security", 4688, "process_creation"),
        (sysmon, 13, "registry_set"),
        ("security", 4657, "registry_set"),
        ("Security", 4657, "registry_delete"),
        (sysmon, 12, "registry_event"),
        ("Security", 5156, "network_connection"),
        ("Microsoft-Windows-PowerShell/Operational", 4104, "ps_script"),
        ("Windows PowerShell", 400, "ps_classic_start"),
        ("Microsoft-Windows-Windows Defender/Operational", 1116, "antivirus"),
        (sysmon, 29, "file_executable_detected"),
    ] {
        let source = source(Some(category), Some("windows"), None);
        assert!(mapping.covers(&key(channel, id), &source), "{channel} {id} {category}");
    }
    assert!(
        mapping.covers(
            &key("Microsoft-Windows-Windows Defender/Operational", 1116),
            &source(Some("antivirus"), None, None)
        )
    );
    assert!(!mapping.covers(&key(sysmon, 13), &source(Some("registry_delete"), Some("windows"), None)));
    assert!(mapping.covers(&key("OAlerts", 300), &source(None, Some("windows"), Some("office-alerts"))));
}

/// A value that a field may have in Sysmon's spelling.
fn usual(field: &str) -> &'static str {
    match field {
        "TargetObject" | "NewName" => r"HKLM\SYSTEM\CurrentControlSet\Services\sample",
        "Details" => "DWORD (0x00000002)",
        "ProcessId" | "ParentProcessId" | "SourcePort" | "DestinationPort" | "SourceProcessId" | "TargetProcessId" => {
            "4242"
        }
        "User" | "ParentUser" | "SourceUser" | "TargetUser" => r"CORP\anna",
        "IntegrityLevel" | "ParentIntegrityLevel" => "High",
        "GrandParentImage" | "ParentImage" | "SourceParentImage" => r"\EXCEL.EXE",
        "LogonId" | "GrantedAccess" => "0x1410",
        "Hashes" => "SHA1=AA11,MD5=BB22,SHA256=CC33",
        "Protocol" => "tcp",
        "SignatureStatus" => "Valid",
        "PipeName" => r"\sample",
        "UtcTime" => "2026-11-21T10:00:00.0000000Z",
        _ => r"C:\Users\anna\sample.exe",
    }
}

/// Initiated and EventType are what the kind of record says, so they are asked of it, not given.
fn own(class: &ddefend_event::Class, field: &str) -> Option<&'static str> {
    match (field, class.id.as_str()) {
        ("Initiated", "defender-connection-inbound") => Some("false"),
        ("Initiated", _) => Some("true"),
        ("EventType", "security-4657" | "defender-registry-set" | "ecs-registry-set") => Some("SetValue"),
        ("EventType", "defender-registry-value-deleted" | "ecs-registry-delete") => Some("DeleteValue"),
        ("EventType", "defender-registry-key-created" | "ecs-registry-create") => Some("CreateKey"),
        ("EventType", "defender-registry-key-deleted") => Some("DeleteKey"),
        ("EventType", "defender-registry-key-renamed" | "ecs-registry-rename") => Some("RenameKey"),
        _ => None,
    }
}

#[test]
fn what_is_written_in_a_schema_is_found_in_it_again() {
    let mapping = mapping();
    let mut asked = 0;
    for class in mapping.classes() {
        let by_category = source(class.category.first().map(String::as_str), None, None);
        let names = class.fields.keys().map(String::as_str);
        let names: Vec<&str> =
            if class.fields.is_empty() { class.known.iter().map(String::as_str).collect() } else { names.collect() };
        let mut all = Vec::new();
        for field in names {
            let value = own(class, field).unwrap_or_else(|| usual(field));
            let event = mapping.native(&class.id, &[(field, value)], "HOST", None, 7).unwrap();
            assert_eq!(mapping.class(&event.head.key).map(|found| found.id.as_str()), Some(class.id.as_str()));
            let found = mapping.resolve(&event.head.key, &by_category, field).read(&event);
            let same = found.iter().any(|found| found.eq_ignore_ascii_case(value));
            assert!(same, "{} {field} {value} {found:?} {event:?}", class.id);
            all.push((field, value));
            asked += 1;
        }
        let whole = mapping.native(&class.id, &all, "HOST", None, 7);
        if let Ok(event) = &whole {
            for (field, value) in &all {
                let found = mapping.resolve(&event.head.key, &by_category, field).read(event);
                assert!(
                    found.iter().any(|found| found.eq_ignore_ascii_case(value)),
                    "{} {field} {value} {found:?}",
                    class.id
                );
            }
        }
        assert!(whole.is_ok(), "{} {whole:?}", class.id);
    }
    assert!(asked > 400, "{asked}");
}
