//! Mistakes that other converters make, each with the text that would be right.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

use ddefend_content::Content;
use ddefend_convert::{by_name, convert};
use ddefend_rule::front::sigma;

fn to(target: &str, category: &str, detection: &str) -> Result<String, String> {
    let content = Content::load().unwrap();
    let text = format!(
        "title: t\nlogsource:\n    product: windows\n    category: {category}\ndetection:\n{detection}\n    condition: s\n"
    );
    let set = sigma::read(&[("a.yml".to_owned(), text)], &sigma::Options::default());
    let [rule] = set.rules.as_slice() else { panic!("{:?}", set.problems) };
    let done = convert(rule, by_name(target).unwrap(), &content.profiles().unwrap(), &content.mapping().unwrap());
    done.map(|done| done.text)
        .map_err(|refusals| refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

const VALUE: &str =
    "    s:\n        TargetObject|endswith: '\\Word\\Security\\AllowDDE'\n        Details: 'DWORD (0x00000001)'";

#[test]
fn registry_keys_and_values_stand_apart_and_numbers_are_not_sysmons() {
    let text = to("kql-xdr", "registry_set", VALUE).unwrap();
    assert!(text.contains(r#"RegistryKey endswith @"\Word\Security""#), "{text}");
    assert!(text.contains(r#"RegistryValueName =~ "AllowDDE""#), "{text}");
    assert!(text.contains(r#"RegistryValueData =~ "1""#) && !text.contains("DWORD ("), "{text}");
    let text = to("kql-asim", "registry_set", VALUE).unwrap();
    assert!(text.contains(r#"RegistryValue =~ "AllowDDE""#) && text.contains(r#"("1", "0x00000001""#), "{text}");
    let text = to("splunk-cim", "registry_set", VALUE).unwrap();
    assert!(text.contains("Registry.registry_path=") && text.contains("\"0x00000001\""), "{text}");
    assert!(!text.contains("registry_key_name"), "{text}");
    let text = to("eql", "registry_set", VALUE).unwrap();
    assert!(text.contains("registry.path : ") && text.contains(r#"("1", "0x00000001")"#), "{text}");
}

#[test]
fn a_part_of_a_path_is_looked_for_on_both_sides_of_the_last_separator() {
    let text = to("kql-xdr", "registry_set", "    s:\n        TargetObject|contains: '\\CurrentVersion\\Run'").unwrap();
    assert!(text.contains(r#"RegistryKey contains @"\CurrentVersion\Run""#), "{text}");
    assert!(
        text.contains(r#"RegistryKey endswith @"\CurrentVersion" and RegistryValueName startswith "Run""#),
        "{text}"
    );
}

#[test]
fn hives_and_control_sets_are_the_targets() {
    let detection = "    s:\n        TargetObject|startswith: 'HKLM\\System\\CurrentControlSet\\Services\\'";
    let text = to("kql-xdr", "registry_set", detection).unwrap();
    assert!(text.contains(r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services"), "{text}");
    assert!(text.contains(r"HKEY_LOCAL_MACHINE\System\ControlSet001\Services"), "{text}");
    assert!(!text.contains("HKLM"), "{text}");
    let text = to("eql", "registry_set", detection).unwrap();
    assert!(text.contains(r"HKLM\\System") && text.contains(r"\\REGISTRY\\MACHINE\\System"), "{text}");
}

#[test]
fn groups_keep_their_brackets() {
    let detection = "    s:\n        Image|endswith: '\\a.exe'\n        CommandLine|contains:\n            - 'x'\n            - 'y'";
    for (target, wanted) in [
        ("splunk", "Image=\"*\\\\a.exe\" (CommandLine=\"*x*\" OR CommandLine=\"*y*\")"),
        ("eql", "(process.command_line : \"*x*\" or process.command_line : \"*y*\")"),
        ("sql", "(LOWER(CommandLine) LIKE '%x%' OR LOWER(CommandLine) LIKE '%y%')"),
    ] {
        let text = to(target, "process_creation", detection).unwrap();
        assert!(text.contains(wanted), "{target}: {text}");
    }
}

#[test]
fn backslashes_stay() {
    let detection = "    s:\n        CommandLine|contains: '\\Word\\Security\\'";
    for (target, wanted) in [
        ("kql-xdr", r#"contains @"\Word\Security\""#),
        ("splunk", r#"CommandLine="*\\Word\\Security\\*""#),
        ("eql", r#": "*\\Word\\Security\\*""#),
        ("esql", r#"LIKE "*\\\\word\\\\security\\\\*""#),
        ("kuery", r"process.command_line.caseless: *\\word\\security\\*"),
        ("lucene", r"\\[wW][oO][rR][dD]\\[sS]"),
        ("sql", r"LIKE '%\\word\\security\\%' ESCAPE '\'"),
    ] {
        let text = to(target, "process_creation", detection).unwrap();
        assert!(text.contains(wanted), "{target}: {text}");
    }
}

#[test]
fn case_does_not_count_where_sigma_says_so() {
    let detection = "    s:\n        Image|endswith: '\\CMD.exe'";
    assert!(to("esql", "process_creation", detection).unwrap().contains(r#"TO_LOWER(process.name) == "cmd.exe""#));
    assert!(to("kuery", "process_creation", detection).unwrap().contains(r#"process.name.caseless: "cmd.exe""#));
    assert!(to("eql", "process_creation", detection).unwrap().contains(r#"process.name : "CMD.exe""#));
    assert!(to("kql-xdr", "process_creation", detection).unwrap().contains(r#"FileName =~ "CMD.exe""#));
    let cased = "    s:\n        CommandLine|contains|cased: 'Ab'";
    assert!(to("kql-xdr", "process_creation", cased).unwrap().contains(r#"contains_cs "Ab""#));
    assert!(to("eql", "process_creation", cased).unwrap().contains(r#"like "*Ab*""#));
    assert!(to("kuery", "process_creation", cased).unwrap().contains("process.command_line: *Ab*"));
    assert!(to("splunk", "process_creation", cased).unwrap().contains("| where match(CommandLine, \"(?s)^.*Ab.*$\")"));
}

#[test]
fn directions_ports_and_addresses() {
    let detection =
        "    s:\n        Initiated: 'true'\n        DestinationPort: 443\n        DestinationIp|cidr: '10.0.0.0/8'";
    let text = to("eql", "network_connection", detection).unwrap();
    assert!(text.contains("egress") && !text.contains("\"true\""), "{text}");
    assert!(
        text.contains("destination.port == 443") && text.contains("cidrMatch(destination.ip, \"10.0.0.0/8\")"),
        "{text}"
    );
    let text = to("kql-xdr", "network_connection", detection).unwrap();
    assert!(text.contains("RemotePort == 443") && text.contains("ConnectionSuccess"), "{text}");
    assert!(!text.contains("InboundConnectionAccepted"), "{text}");
}

#[test]
fn the_source_is_what_the_add_on_writes() {
    let text = to("splunk", "process_creation", "    s:\n        Image: 'x'").unwrap();
    assert!(text.starts_with("source=\"XmlWinEventLog:Microsoft-Windows-Sysmon/Operational\" EventCode=1 "), "{text}");
}

#[test]
fn what_cannot_be_said_is_refused_with_the_field() {
    let refused = to("kql-xdr", "process_creation", "    s:\n        CurrentDirectory|contains: 'x'").unwrap_err();
    assert!(refused.starts_with("CurrentDirectory: "), "{refused}");
    let refused = to("kql-xdr", "registry_set", "    s:\n        ParentImage|contains: '\\Temp\\'").unwrap_err();
    assert!(refused.contains("only the file's name is known"), "{refused}");
    let refused = to("kuery", "registry_set", VALUE).unwrap_err();
    assert!(refused.contains("lower case"), "{refused}");
    let refused = to("sql", "process_creation", "    s:\n        CommandLine|re: 'a+b'").unwrap_err();
    assert!(refused.contains("regular expression"), "{refused}");
    let refused = to("splunk-cim", "image_load", "    s:\n        ImageLoaded: 'x'").unwrap_err();
    assert!(refused.contains("no table for the log source"), "{refused}");
}

#[test]
fn stars_that_are_no_wildcards() {
    let detection = "    s:\n        CommandLine|contains: 'a\\*b'";
    assert!(to("kql-xdr", "process_creation", detection).unwrap().contains("contains \"a*b\""));
    assert!(to("splunk", "process_creation", detection).unwrap().contains("| where match("));
    assert!(to("eql", "process_creation", detection).unwrap().contains("regex~"));
    assert!(to("kuery", "process_creation", detection).unwrap().contains(r"a\*b"));
    assert!(to("sql", "process_creation", detection).unwrap().contains("LIKE '%a*b%'"));
}

#[test]
fn a_negation_holds_of_records_without_the_field() {
    let content = Content::load().unwrap();
    let text = "title: t\nlogsource:\n    product: windows\n    category: process_creation\ndetection:\n    a:\n        Image: x\n    b:\n        ParentImage|endswith: '\\y.exe'\n        ProcessId: 5\n    condition: a and not b\n";
    let set = sigma::read(&[("a.yml".to_owned(), text.to_owned())], &sigma::Options::default());
    let (profiles, mapping) = (content.profiles().unwrap(), content.mapping().unwrap());
    let write = |target: &str| convert(&set.rules[0], by_name(target).unwrap(), &profiles, &mapping).unwrap().text;
    assert!(write("sql").contains("ParentImage IS NOT NULL AND LOWER(ParentImage)"), "{}", write("sql"));
    assert!(write("esql").contains("IS NOT NULL AND TO_LOWER"), "{}", write("esql"));
    assert!(write("kql-xdr").contains("isnotnull(ProcessId) and ProcessId == 5"), "{}", write("kql-xdr"));
    assert!(write("lucene").contains("(*:* AND NOT ("), "{}", write("lucene"));
}
