//! The checks of rules on the defects that the five documents are known for (their queries, word for word).

use ddefend_content::Content;
use ddefend_language::{Language, Options};
use ddefend_lint::{Knowledge, Subject, check};

/// Codes with the piece of the text that each points at.
fn found(language: Language, schema: Option<&str>, text: &str) -> Vec<(String, String)> {
    let content = Content::load().expect("the content");
    let tables = std::sync::Arc::new(content.tables().expect("tables"));
    let mapping = content.mapping().expect("mappings").with_tables(tables);
    let (lists, techniques) = (content.lint_lists().expect("lists"), content.techniques().expect("techniques"));
    let knowledge = Knowledge { mapping: &mapping, lists: &lists, replaced: &techniques.replaced };
    let subject = Subject { name: "a", text, language, schema };
    let problems = check(&subject, &knowledge, &Options::default());
    let piece = |line: u32, column: u32, length: u32| -> String {
        let line = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
        line.chars().skip(column.saturating_sub(1) as usize).take(length as usize).collect()
    };
    for problem in &problems {
        println!("{problem}");
    }
    problems.iter().map(|it| (it.code.to_owned(), piece(it.line, it.column, it.length))).collect()
}

fn has(found: &[(String, String)], code: &str, piece: &str) {
    assert!(found.iter().any(|(known, at)| known == code && at.contains(piece)), "{code} at {piece}: {found:#?}");
}

const SENTINEL: &str = include_str!("seeds/sentinel.kql");
const ATTACK: &str = include_str!("seeds/attack.spl");
const CAR: &str = include_str!("seeds/car.car");

#[test]
fn the_sentinel_query_runs_in_defender_only_and_has_terms_that_hardly_occur() {
    let found = found(Language::Kql, None, SENTINEL);
    has(&found, "lint.schema", "Timestamp");
    for term in ["-enc", "-bypass", "-hidden"] {
        has(&found, "lint.term", term);
    }
    assert!(found.iter().all(|(code, _)| code.starts_with("lint.")), "{found:#?}");
}

#[test]
fn said_to_be_for_log_analytics_it_does_not_run() {
    let found = found(Language::Kql, Some("log-analytics"), SENTINEL);
    assert!(found.iter().any(|(code, at)| code.starts_with("query.") && at.contains("Timestamp")), "{found:#?}");
}

#[test]
fn the_attack_page_asks_4688_for_fields_of_sysmon() {
    let found = found(Language::Spl, None, ATTACK);
    has(&found, "lint.field", "Image=\"*.exe\"");
    has(&found, "lint.field", "ParentImage");
}

#[test]
fn the_draft_of_the_analytic_puts_out_what_nothing_defines() {
    let found = found(Language::Car, None, CAR);
    has(&found, "query.undefined", "possible_exfiltration");
    has(&found, "lint.path", "excel.exe");
    has(&found, "lint.draft", "CAR-2020-12-004");
}

#[test]
fn ids_that_moved_and_ids_that_are_none() {
    let found =
        found(Language::Kql, None, "// T1173, T1559002, T1559.002\nDeviceProcessEvents | where FileName == 'a.exe'");
    let codes: Vec<_> = found.iter().map(|(code, at)| (code.as_str(), at.as_str())).collect();
    assert_eq!(codes, [("lint.technique", "T1173"), ("lint.technique", "T1559002")]);
}

#[test]
fn values_in_the_spelling_of_another_log() {
    let text = "DeviceRegistryEvents\n| where RegistryKey startswith 'x' and RegistryValueData == 'DWORD (0x00000001)'";
    has(&found(Language::Kql, None, text), "lint.value", "DWORD");
    let rule = "title: T\nid: 7f1f1c9e-0f0f-4a4a-9b9b-1c1c1c1c1c1c\nstatus: test\nlevel: low\nlogsource:\n    product: windows\n    service: security\ndetection:\n    s:\n        EventID: 4657\n        NewValue: 'DWORD (0x00000001)'\n        Image: cmd.exe\n    condition: s\n";
    let found = found(Language::Sigma, None, rule);
    has(&found, "lint.value", "NewValue");
    has(&found, "lint.path", "Image");
}

#[test]
fn the_shipped_rules_have_none_of_it() {
    let content = Content::load().expect("the content");
    for (name, text) in content.rules().iter().filter(|(name, _)| !name.contains("seeds/")) {
        let found = found(Language::Sigma, None, text);
        let own: Vec<_> = found.iter().filter(|(code, _)| code.starts_with("lint.")).collect();
        assert!(own.is_empty(), "{name}: {own:?}");
    }
}
