//! Tables of the schemas: they load, and their columns are found in records of every dialect.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

use ddefend_content::Content;
use ddefend_event::{Event, Mapping, Origin, Time};
use std::sync::Arc;

fn mapping() -> Mapping {
    let content = Content::load().unwrap();
    content.mapping().unwrap().with_tables(Arc::new(content.tables().unwrap()))
}

/// The text of a column of a table in an event; none where it has none.
fn column(mapping: &Mapping, event: &Event, schema: &str, table: &str, name: &str) -> Option<String> {
    let table = mapping.tables().table(schema, table).unwrap();
    let rows = mapping.rows(&event.head.key, &table)?;
    match rows.origin(name)? {
        Origin::Field(source) => source.read(event).into_iter().next(),
        Origin::Head(_, _) => Some(format!("{:?}", event.head.time)),
    }
}

const START: &[(&str, &str)] = &[
    ("Image", "C:\\Windows\\System32\\cmd.exe"),
    ("CommandLine", "cmd.exe /c calc"),
    ("ParentImage", "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE"),
    ("ProcessId", "5136"),
    ("User", "CORP\\ann"),
];

#[test]
fn a_start_is_the_same_row_whatever_log_holds_it() {
    let mapping = mapping();
    let time = Time::parse("2026-11-21T14:00:00Z");
    let wanted = [
        ("xdr", "DeviceProcessEvents", "FileName", "cmd.exe"),
        ("xdr", "DeviceProcessEvents", "FolderPath", "C:\\Windows\\System32\\cmd.exe"),
        ("xdr", "DeviceProcessEvents", "InitiatingProcessFileName", "EXCEL.EXE"),
        ("xdr", "DeviceProcessEvents", "ProcessCommandLine", "cmd.exe /c calc"),
        ("log-analytics", "DeviceProcessEvents", "FileName", "cmd.exe"),
        ("asim", "_Im_ProcessCreate", "TargetProcessName", "C:\\Windows\\System32\\cmd.exe"),
        ("asim", "imProcessCreate", "ActingProcessFilename", "EXCEL.EXE"),
        ("cim", "Endpoint.Processes", "process_name", "cmd.exe"),
        ("cim", "Endpoint.Processes", "parent_process_name", "EXCEL.EXE"),
        ("splunk", "*", "parent_process_name", "EXCEL.EXE"),
        ("splunk", "*", "ParentImage", "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE"),
        ("ecs", "process", "process.name", "cmd.exe"),
        ("ecs", "process", "process.parent.name", "EXCEL.EXE"),
        ("ecs", "*", "process.command_line", "cmd.exe /c calc"),
        ("car", "process/create", "exe", "cmd.exe"),
        ("sigma", "process_creation", "Image", "C:\\Windows\\System32\\cmd.exe"),
    ];
    for class in ["sysmon-1", "security-4688", "defender-process", "ecs-process"] {
        let fields: Vec<_> =
            START.iter().filter(|(field, _)| *field != "ProcessId" || class != "none").copied().collect();
        let event = mapping.native(class, &fields, "PC1.corp.example", time, 1).unwrap();
        for (schema, table, name, value) in wanted {
            let found = column(&mapping, &event, schema, table, name).unwrap_or_default();
            assert!(found.eq_ignore_ascii_case(value), "{class}: {schema} {table} {name} is '{found}'");
        }
        let pid = column(&mapping, &event, "xdr", "DeviceProcessEvents", "ProcessId");
        assert_eq!(pid.as_deref(), Some("5136"), "{class}");
        let host = mapping.rows(&event.head.key, &mapping.tables().table("xdr", "DeviceFileEvents").unwrap());
        assert!(host.is_none(), "a start is no row of DeviceFileEvents: {class}");
    }
}

#[test]
fn a_registry_value_is_split_and_spelled_as_the_schema_does() {
    let mapping = mapping();
    let fields = [
        ("TargetObject", "HKU\\S-1-5-21-1-2-3-1001\\SOFTWARE\\Microsoft\\Office\\16.0\\Word\\Security\\AllowDDE"),
        ("Details", "DWORD (0x00000002)"),
        ("EventType", "SetValue"),
    ];
    let key = "HKEY_CURRENT_USER\\S-1-5-21-1-2-3-1001\\SOFTWARE\\Microsoft\\Office\\16.0\\Word\\Security";
    let wanted = [
        ("xdr", "DeviceRegistryEvents", "RegistryKey", key),
        ("xdr", "DeviceRegistryEvents", "RegistryValueName", "AllowDDE"),
        ("xdr", "DeviceRegistryEvents", "RegistryValueData", "2"),
        ("xdr", "DeviceRegistryEvents", "RegistryValueType", "Dword"),
        ("xdr", "DeviceRegistryEvents", "ActionType", "RegistryValueSet"),
        ("asim", "_Im_RegistryEvent", "RegistryValue", "AllowDDE"),
        ("asim", "_Im_RegistryEvent", "RegistryValueType", "REG_DWORD"),
        ("cim", "Endpoint.Registry", "registry_value_name", "AllowDDE"),
        ("ecs", "registry", "registry.value", "AllowDDE"),
        ("car", "registry/edit", "value", "AllowDDE"),
    ];
    for class in ["sysmon-13", "security-4657", "defender-registry-set", "ecs-registry-set"] {
        let event = mapping.native(class, &fields, "PC1", Time::parse("2026-11-21T14:00:00Z"), 1).unwrap();
        for (schema, table, name, value) in wanted {
            if class.starts_with("ecs") && schema == "ecs" {
                continue;
            }
            let found = column(&mapping, &event, schema, table, name);
            assert_eq!(found.as_deref(), Some(value), "{class}: {schema} {table} {name}");
        }
    }
}

#[test]
fn the_schemas_differ_where_they_differ() {
    let mapping = mapping();
    let tables = mapping.tables();
    let has = |schema: &str, column: &str| {
        let table = tables.table(schema, "DeviceProcessEvents").unwrap();
        table.columns.iter().any(|known| *known.name == *column)
    };
    assert!(has("xdr", "Timestamp") && !has("xdr", "TimeGenerated"));
    assert!(has("log-analytics", "TimeGenerated") && !has("log-analytics", "Timestamp"));
    assert!(tables.table("log-analytics", "Anything_CL").unwrap().open);
    assert!(tables.table("xdr", "deviceprocessevents").is_none(), "Kusto's names have a case");
    assert!(tables.table("xdr", "NoSuchTable").is_none());
    for schema in tables.schemas() {
        assert!(!tables.names(&schema.name).is_empty(), "{}", schema.name);
    }
}
