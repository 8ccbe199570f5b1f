#![allow(clippy::unwrap_used)]

use super::{FieldSource, Mapping, NativeError, Reach, Tables};
use crate::{Dialect, Key, LogSource, Transform};

const TABLES: &str = r#"
    [service]
    security = ["Security"]
    windefend = ["Defender/Operational"]
    [provider]
    "Security-Auditing" = "Security"
    [alias."Defender/Operational"]
    ProcessName = "Process Name"
    [common.defender]
    Computer = "DeviceName"
    [[class]]
    id = "a"
    dialect = "windows"
    channel = ["Security"]
    event_id = [4688]
    category = ["process_creation"]
    [class.fields]
    Image = "NewProcessName"
    ProcessId = { from = ["NewProcessId"], with = "decimal" }
    [class.when]
    process_creation = { Kind = ["x"] }
    [[class]]
    id = "b"
    dialect = "defender"
    channel = ["DeviceProcessEvents"]
    action = ["ProcessCreated"]
    category = ["process_creation"]
"#;

fn mapping(more: &str) -> Result<Mapping, super::MappingError> {
    let tables: Vec<Tables> = [TABLES, more].map(|text| toml::from_str(text).unwrap()).into();
    Mapping::new(tables)
}

fn key(dialect: Dialect, channel: &str, event_id: u32, action: &str) -> Key {
    Key { dialect, channel: channel.into(), provider: "Security-Auditing".into(), event_id, action: action.into() }
}

fn source(category: &str, product: &str, service: &str) -> LogSource {
    let part = |text: &str| (!text.is_empty()).then(|| text.into());
    LogSource { category: part(category), product: part(product), service: part(service) }
}

#[test]
fn sources_cover_their_records() {
    let mapping = mapping("").unwrap();
    let new_process = key(Dialect::Windows, "sEcUrItY", 4688, "");
    let logon = key(Dialect::Windows, "Security", 4624, "");
    let carved = key(Dialect::Windows, "", 4688, "");
    let defender = key(Dialect::Defender, "DeviceProcessEvents", 0, "processcreated");
    for (source, covered) in [
        (source("process_creation", "windows", ""), [true, false, true, true]),
        (source("process_creation", "", ""), [true, false, true, true]),
        (source("Process_Creation", "Windows", "Security"), [true, false, true, false]),
        (source("", "windows", "security"), [true, true, true, false]),
        (source("", "windows", ""), [true, true, true, false]),
        (source("process_creation", "linux", ""), [false; 4]),
        (source("", "windows", "unheard"), [false; 4]),
        (source("registry_set", "windows", ""), [false; 4]),
    ] {
        let found = [&new_process, &logon, &carved, &defender].map(|key| mapping.covers(key, &source));
        assert_eq!(found, covered, "{source:?}");
    }
    assert_eq!(mapping.classes_for(&source("process_creation", "windows", "")).len(), 2);
    assert_eq!(mapping.classes_for(&source("process_creation", "", "security")).len(), 1);
}

#[test]
fn fields_stand_where_the_tables_say() {
    let mapping = mapping("").unwrap();
    let new_process = key(Dialect::Windows, "Security", 4688, "");
    let by_category = source("process_creation", "windows", "");
    let by_service = source("", "windows", "security");
    assert_eq!(mapping.resolve(&new_process, &by_category, "image"), FieldSource::Native("NewProcessName".into()));
    let made = FieldSource::Made(Transform::Decimal, vec!["NewProcessId".into()]);
    assert_eq!(mapping.resolve(&new_process, &by_category, "ProcessId"), made);
    assert_eq!(mapping.resolve(&new_process, &by_category, "Other"), FieldSource::Native("Other".into()));
    assert_eq!(mapping.resolve(&new_process, &by_service, "ProcessId"), FieldSource::Native("ProcessId".into()));
    let found = key(Dialect::Windows, "Defender/Operational", 1116, "");
    let by_service = source("", "windows", "windefend");
    assert_eq!(mapping.resolve(&found, &by_service, "ProcessName"), FieldSource::Native("Process Name".into()));
    let defender = key(Dialect::Defender, "DeviceProcessEvents", 0, "ProcessCreated");
    assert_eq!(mapping.resolve(&defender, &by_category, "Computer"), FieldSource::Native("DeviceName".into()));
    assert_eq!(mapping.conditions(&new_process, &by_category).len(), 1);
    assert!(mapping.conditions(&new_process, &by_service).is_empty());
    assert!(mapping.conditions(&defender, &by_category).is_empty());
}

#[test]
fn contradictions_are_found() {
    let class = |head: &str, rest: &str| format!("[[class]]\nid = \"c\"\ndialect = \"windows\"\n{head}\n{rest}");
    for (more, what) in [
        ("[service]\nSecurity = []".to_owned(), "service 'Security' stands twice"),
        (class("channel = [\"SECURITY\"]", "event_id = [4688]"), "claim the same records"),
        (class("channel = [\"Security\"]", ""), "claim the same records"),
        (class("channel = []", ""), "no channel"),
        (class("channel = [\"X\"]", "[class.when]\nnothing = {}"), "does not serve"),
        (class("channel = [\"X\"]", "[class.fields]\nA = { from = [\"b\"], with = \"account\" }"), "number of inputs"),
        (class("channel = [\"X\"]", "[class.fields]\nA = \"b\"\na = \"c\""), "stands twice"),
        (TABLES.split("[[class]]").nth(2).map(|text| format!("[[class]]{text}")).unwrap(), "'b' stands twice"),
    ] {
        let error = mapping(&more).map(|_| String::new()).unwrap_or_else(|error| error.0);
        assert!(error.contains(what), "{error:?} for {more}");
    }
    let other_provider = class("channel = [\"System\"]\nprovider = \"One\"", "event_id = [1]");
    let both = other_provider.clone() + "\n" + &other_provider.replace("One", "Two").replace("\"c\"", "\"d\"");
    assert!(mapping(&both).is_ok());
}

#[test]
fn what_cannot_fire_is_told_with_the_reason() {
    let known = "[[class]]\nid = \"sysmon-7\"\ndialect = \"windows\"\nchannel = [\"S\"]\nevent_id = [7]\ncategory = [\"image_load\"]\nknown = [\"Image\", \"Signed\"]";
    let mapping = mapping(known).unwrap();
    let load = source("image_load", "windows", "");
    let sysmon = [key(Dialect::Windows, "S", 7, "")];
    assert_eq!(mapping.reach(&load, &["Image"], &sysmon), Reach::Can);
    assert_eq!(mapping.reach(&load, &["Image", "CommandLine"], &sysmon), Reach::NoField("CommandLine".to_owned()));
    assert_eq!(mapping.reach(&load, &["EventID", "Message"], &sysmon), Reach::Can);
    assert_eq!(mapping.reach(&load, &[], &[]), Reach::NoLog(vec!["S 7".to_owned()]));
    let create = source("process_creation", "windows", "");
    let both = [
        key(Dialect::Defender, "DeviceProcessEvents", 0, "ProcessCreated"),
        key(Dialect::Windows, "Security", 4688, ""),
    ];
    assert_eq!(mapping.reach(&create, &["Signed"], &both[..1]), Reach::NoField("Signed".to_owned()));
    assert_eq!(mapping.reach(&create, &["Signed"], &both), Reach::Can);
    assert_eq!(mapping.reach(&create, &["ReportId"], &both[..1]), Reach::Can);
    let service = source("", "windows", "windefend");
    assert_eq!(mapping.reach(&service, &[], &both), Reach::NoLog(vec!["Defender/Operational".to_owned()]));
}

#[test]
fn records_are_written_or_refused() {
    let mapping = mapping("").unwrap();
    let event = mapping.native("a", &[("Image", "x"), ("ProcessId", "16")], "HOST", None, 3).unwrap();
    let text = |name: &str| event.values(name).map(|value| value.cell().to_text()).collect::<Vec<_>>();
    assert_eq!(text("NewProcessName"), ["x"]);
    assert_eq!(text("NewProcessId"), ["0x10"]);
    assert_eq!(text("EventID"), ["4688"]);
    assert_eq!(text("Provider_Name"), ["Security-Auditing"]);
    assert_eq!(event.head.place.record, 3);
    let no = |id: &str, fields: &[(&str, &str)]| mapping.native(id, fields, "HOST", None, 3).unwrap_err();
    assert_eq!(no("z", &[]), NativeError::NoClass("z".to_owned()));
    assert_eq!(no("b", &[("Image", "x")]), NativeError::NoField("Image".to_owned()));
    assert!(matches!(no("a", &[("ProcessId", "many")]), NativeError::NoValue { .. }));
    assert!(matches!(no("a", &[("Image", "x"), ("NewProcessName", "y")]), NativeError::Conflict(_)));
}
