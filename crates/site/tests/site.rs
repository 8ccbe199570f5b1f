//! A small corpus of four vendors' forms becomes a site.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

use base64::Engine as _;
use ddefend_catalog::{Catalog, Coverage, Kind, Literal, Reader};
use ddefend_content::Content;
use ddefend_site::{Meta, write};
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::convert::Infallible;

const REGISTRY: &str = r"title: DDE switched on
id: 11111111-1111-4111-8111-111111111111
status: test
tags:
    - attack.t1173
logsource:
    category: registry_set
    product: windows
detection:
    selection:
        TargetObject|endswith: '\Word\Security\AllowDDE'
        Details: 'DWORD (0x00000002)'
    condition: selection
level: medium
";

const HOSTILE: &str = r##"title: Word <script>alert(1)</script> "starts" a shell
id: ../../etc/passwd
description: "line one & <b>bold</b>"
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        ParentImage|endswith: '\winword.exe'
        Image|endswith:
            - '\cmd.exe'
            - '\powershell.exe'
    filter:
        CommandLine|contains: '</code><img src=x>'
    condition: selection and not filter
level: high
"##;

const NARROW: &str = r"title: Word starts cmd from System32
id: 22222222-2222-4222-8222-222222222222
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        ParentImage|endswith: '\winword.exe'
        Image|endswith: '\system32\cmd.exe'
    filter:
        CommandLine|contains:
            - '</code><img src=x>'
            - 'whoami'
    condition: selection and not filter
level: high
";

const LINES: &str = r#"{"corpus":"own","path":"k/office.kql","query":"let officeApps = dynamic(['winword.exe', 'excel.exe']);\nDeviceProcessEvents\n| where InitiatingProcessFileName in~ (officeApps)\n| where FileName =~ 'cmd.exe'\n","techniques":["T1059.003"]}
{"corpus":"own","path":"e/office.toml","name":"Office, Elastic","language":"eql","query":"process where host.os.type == \"windows\" and event.type == \"start\" and process.parent.name : \"winword.exe\" and process.name : \"cmd.exe\"","techniques":[]}
{"corpus":"own","path":"s/office.yml","name":"Office, Splunk","search":"| tstats count from datamodel=Endpoint.Processes where Processes.parent_process_name=winword.exe Processes.process_name=cmd.exe by Processes.dest","mitre":[]}
{"corpus":"own","path":"broken.kql","query":"DeviceProcessEvents | where ("}
"#;

fn catalog() -> Catalog {
    let knowledge = Content::load().unwrap().catalog_knowledge().unwrap();
    let mut reader = Reader::new(&knowledge);
    reader.file("own/registry.yml", REGISTRY);
    reader.file("own/hostile.yml", HOSTILE);
    reader.file("own/narrow.yml", NARROW);
    reader.file("own/lines.jsonl", LINES);
    reader.file("own/notes.yml", "what: nothing\n");
    let corpus = reader.finish();
    Catalog::new(corpus, knowledge)
}

fn site(catalog: &Catalog) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let done: Result<(), Infallible> = write(catalog, &Meta::default(), &mut |path, text| {
        assert!(files.insert(path.to_owned(), text.to_owned()).is_none(), "{path} twice");
        Ok(())
    });
    done.unwrap();
    files
}

#[test]
fn fields_of_all_vendors_are_one_row() {
    let catalog = catalog();
    // `FileName =~`, `process.name :` and `Processes.process_name=` all ask for the end of Image.
    assert_eq!(catalog.reach(&Literal::new("Image", Kind::EndsWith, "\\cmd.exe")), 4);
    // The `let` list is seen, not its name; the two Sigma rules, Kusto, EQL and SPL.
    assert_eq!(catalog.reach(&Literal::new("ParentImage", Kind::EndsWith, "\\winword.exe")), 5);
    assert_eq!(catalog.reach(&Literal::new("ParentImage", Kind::EndsWith, "\\excel.exe")), 1);
    // What is excluded is no indicator.
    assert_eq!(catalog.reach(&Literal::new("CommandLine", Kind::Match, "whoami")), 0);
    let overview = catalog.overview();
    assert_eq!(overview.unread.iter().map(|row| row.count).sum::<usize>(), 1);
    assert_eq!(overview.skipped.len(), 1);
}

#[test]
fn neighbours_and_coverage() {
    let catalog = catalog();
    let at = |title: &str| catalog.entries().iter().position(|entry| entry.title.starts_with(title)).unwrap();
    let narrow = catalog.rule(at("Word starts cmd")).unwrap();
    let broader: Vec<&str> = narrow.broader.iter().map(|row| row.rule.title.as_str()).collect();
    assert!(broader.iter().any(|title| title.starts_with("Word <script>")), "{broader:?}");
    let elastic = catalog.rule(at("Office, Elastic")).unwrap();
    // A search that groups by `dest` leaves out events without one: it is narrower.
    let narrower: Vec<&str> = elastic.narrower.iter().map(|row| row.rule.title.as_str()).collect();
    assert!(narrower.contains(&"Office, Splunk"), "{narrower:?}");
    let dde = catalog.technique("T1559.002").unwrap();
    assert_eq!(dde.rules["Sigma"].len(), 1, "the old id T1173 counts as today's");
    assert!(dde.inferred.iter().any(|row| row.rule.title.starts_with("Word <script>")));
    let covered = &catalog.covered()["T1559.002"];
    assert!(matches!(covered[&at("Word <script>")], Coverage::Signature { .. }));
}

#[test]
fn pages_hold_together() {
    let catalog = catalog();
    let files = site(&catalog);
    assert_eq!(files, site(&catalog), "the same corpus gives the same bytes");
    assert!(files["techniques/T1173.html"].contains("url=T1559.002.html"));
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        assert!(text.contains("default-src 'none'"), "{path}");
        assert!(!text.contains("<script>alert") && !text.contains("<img") && !text.contains("<b>bold"), "{path}");
        assert_eq!(text.contains("<script"), path == "search.html", "{path}");
        for target in text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let depth = path.matches('/').count();
            let folder = path.rsplit_once('/').map(|(folder, _)| folder).filter(|_| !target.starts_with("../"));
            let target = target.strip_prefix("../").unwrap_or(target);
            assert!(depth <= 1 && !target.contains(".."), "{path}: {target}");
            let file = folder.map_or_else(|| target.to_owned(), |folder| format!("{folder}/{target}"));
            assert!(files.contains_key(&file), "{path} leads to {file}");
        }
    }
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".json")) {
        assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{path}");
    }
    let layer: serde_json::Value = serde_json::from_str(&files["navigator/inferred.json"]).unwrap();
    assert_eq!(layer["versions"]["layer"], "4.5");
}

#[test]
fn the_policy_names_the_script() {
    let script = include_str!("../src/html/search.js");
    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(script));
    assert_eq!(digest, include_str!("../src/html/search.sha256").trim());
}
