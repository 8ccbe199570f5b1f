//! One rule fires on every kind of record that can say what it asks for, and on none that says otherwise.
#![allow(clippy::unwrap_used)]

use ddefend_content::Content;
use ddefend_event::{Event, Mapping, NativeError};
use ddefend_matcher::naive;
use ddefend_rule::front::sigma::{self, Options};
use ddefend_rule::ir::Rule;

fn mapping() -> Mapping {
    Content::load().unwrap().mapping().unwrap()
}

fn rule(logsource: &str, detection: &str) -> Rule {
    let text = format!(
        "title: Sample\nid: 3f0e1c5a-0000-4000-8000-000000000001\nlogsource:\n    product: windows\n    {logsource}\ndetection:\n{detection}\n    condition: selection\n"
    );
    let mut set = sigma::read(&[("sample.yml".to_owned(), text)], &Options::default());
    assert!(set.problems.is_empty(), "{:?}", set.problems);
    set.rules.remove(0)
}

fn event(mapping: &Mapping, class: &str, fields: &[(&str, &str)]) -> Event {
    mapping.native(class, fields, "HOST", None, 1).unwrap_or_else(|error| unreachable!("{class}: {error}"))
}

const ALLOW: &str = r"    selection:
        TargetObject|endswith: '\Word\Security\AllowDDE'
        Details:
            - 'DWORD (0x00000001)'
            - 'DWORD (0x00000002)'";

#[test]
fn a_registry_switch() {
    let mapping = mapping();
    let rule = rule("category: registry_set", ALLOW);
    let key = r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Office\16.0\Word\Security\AllowDDE";
    for class in ["sysmon-13", "security-4657", "defender-registry-set", "ecs-registry-set"] {
        let written = |data: &str| event(&mapping, class, &[("TargetObject", key), ("Details", data)]);
        assert!(naive::matches(&rule, &mapping, &written("DWORD (0x00000001)")), "{class}");
        assert!(!naive::matches(&rule, &mapping, &written("DWORD (0x00000000)")), "{class}");
        assert!(!naive::matches(&rule, &mapping, &written("1 and more")), "{class}");
    }
    // Spellings that no writer here makes.
    let mut audit = event(&mapping, "security-4657", &[("TargetObject", key), ("Details", "DWORD (0x00000002)")]);
    for (name, value) in &mut audit.data {
        if &**name == "NewValue" {
            *value = ddefend_event::Value::Text("0x2".into());
        }
    }
    assert!(naive::matches(&rule, &mapping, &audit));
    let deleted = event(
        &mapping,
        "security-4657",
        &[("TargetObject", key), ("EventType", "DeleteValue"), ("Details", "DWORD (0x00000001)")],
    );
    assert!(!naive::matches(&rule, &mapping, &deleted), "a deletion sets nothing");
}

#[test]
fn a_deleted_switch() {
    let mapping = mapping();
    let rule = rule(
        "category: registry_delete",
        "    selection:\n        TargetObject|endswith: '\\Excel\\Security\\DisableDDEServerLaunch'",
    );
    let key = r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Office\16.0\Excel\Security\DisableDDEServerLaunch";
    for (class, kind) in [
        ("sysmon-12", Some("DeleteValue")),
        ("security-4657", Some("DeleteValue")),
        ("defender-registry-value-deleted", None),
        ("ecs-registry-delete", None),
    ] {
        let fields: Vec<(&str, &str)> =
            [("TargetObject", key)].into_iter().chain(kind.map(|kind| ("EventType", kind))).collect();
        assert!(naive::matches(&rule, &mapping, &event(&mapping, class, &fields)), "{class}");
    }
    for (class, kind) in [("sysmon-12", "CreateKey"), ("security-4657", "SetValue")] {
        let other = event(&mapping, class, &[("TargetObject", key), ("EventType", kind)]);
        assert!(!naive::matches(&rule, &mapping, &other), "{class} {kind}");
    }
}

#[test]
fn a_child_of_office() {
    let mapping = mapping();
    let rule = rule(
        "category: process_creation",
        "    selection:\n        ParentImage|endswith: '\\WINWORD.EXE'\n        Image|endswith: '\\cmd.exe'\n        CommandLine|contains: calc\n        User|contains: anna",
    );
    let fields = |parent| {
        vec![
            ("Image", r"C:\Windows\System32\cmd.exe"),
            ("ParentImage", parent),
            ("CommandLine", "cmd /c calc"),
            ("User", r"CORP\anna"),
            ("ProcessId", "4242"),
            ("ParentProcessId", "17"),
        ]
    };
    for class in ["sysmon-1", "security-4688", "defender-process", "defender-asr-child", "ecs-process"] {
        let child = event(&mapping, class, &fields(r"C:\Office\WINWORD.EXE"));
        assert!(naive::matches(&rule, &mapping, &child), "{class}: {child:?}");
        assert!(
            !naive::matches(&rule, &mapping, &event(&mapping, class, &fields(r"C:\Office\XWINWORD.EXE"))),
            "{class}"
        );
        let pid = mapping.resolve(&child.head.key, &rule.source, "ParentProcessId").read(&child);
        assert_eq!(pid, ["17"], "{class}");
    }
    let refused = mapping.native("security-4688", &[("OriginalFileName", "Cmd.Exe")], "HOST", None, 1);
    assert_eq!(refused, Err(NativeError::NoField("OriginalFileName".to_owned())));
}

#[test]
fn a_connection_outwards() {
    let mapping = mapping();
    let rule = rule(
        "category: network_connection",
        "    selection:\n        Image|endswith: '\\EXCEL.EXE'\n        Initiated: 'true'\n        DestinationPort: 443\n        DestinationIp|cidr: 203.0.113.0/24",
    );
    let fields = [("Image", r"C:\Office\EXCEL.EXE"), ("DestinationIp", "203.0.113.9"), ("DestinationPort", "443")];
    for class in ["sysmon-3", "security-5156", "defender-connection", "ecs-network"] {
        let outwards: Vec<_> = fields.into_iter().chain([("Initiated", "true")]).collect();
        assert!(naive::matches(&rule, &mapping, &event(&mapping, class, &outwards)), "{class}");
        if class != "defender-connection" {
            let inwards: Vec<_> = fields.into_iter().chain([("Initiated", "false")]).collect();
            assert!(!naive::matches(&rule, &mapping, &event(&mapping, class, &inwards)), "{class}");
        }
    }
}

#[test]
fn files_modules_names_and_pipes() {
    let mapping = mapping();
    for (category, detection, fields, classes) in [
        (
            "file_event",
            "        TargetFilename|endswith: '.slk'",
            vec![("TargetFilename", r"C:\Users\anna\x.slk")],
            vec!["sysmon-11", "security-4663", "defender-file-created", "ecs-file-create"],
        ),
        (
            "image_load",
            "        ImageLoaded|endswith: '\\ddeml.dll'\n        Image|endswith: '\\EXCEL.EXE'",
            vec![("ImageLoaded", r"C:\Windows\ddeml.dll"), ("Image", r"C:\Office\EXCEL.EXE")],
            vec!["sysmon-7", "defender-image-load", "ecs-library"],
        ),
        (
            "dns_query",
            "        QueryName: example.org",
            vec![("QueryName", "example.org")],
            vec!["sysmon-22", "defender-dns", "ecs-dns"],
        ),
        (
            "pipe_created",
            "        PipeName: '\\sample'",
            vec![("PipeName", r"\sample")],
            vec!["sysmon-17", "defender-pipe"],
        ),
        (
            "process_access",
            "        TargetImage|endswith: '\\lsass.exe'\n        GrantedAccess: '0x1410'",
            vec![("TargetImage", r"C:\Windows\System32\lsass.exe"), ("GrantedAccess", "0x1410")],
            vec!["sysmon-10", "defender-open-process"],
        ),
    ] {
        let rule = rule(&format!("category: {category}"), &format!("    selection:\n{detection}"));
        for class in classes {
            assert!(naive::matches(&rule, &mapping, &event(&mapping, class, &fields)), "{class}");
        }
    }
}
