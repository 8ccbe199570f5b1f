//! What the outputs of `posture audit` say first: grave settings whatever the answer, what to collect, what was recovered.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::audits::{self, posture_meta as meta};
use ddefend_model::Level;
use ddefend_model::posture::{Audit, Layer, Outcome, PostureSummary, Verdict, Way};

/// Alice where no way in is decided, with what her checks say left as it is.
fn undecided() -> Audit {
    let mut alice = audits::alice();
    alice.checks.retain(|check| check.id.is_ascii() && !check.id.starts_with('X'));
    alice.exposures.retain(|way| way.id.is_ascii() && !way.id.starts_with('x'));
    for way in &mut alice.exposures {
        (way.state, way.bypasses) = (Way::Unknown, Vec::new());
    }
    alice
}

/// A machine or user of which the inputs say nothing.
fn blank(user: &str, keys: &[&str]) -> Audit {
    let one = audits::closed("WS-9", 1).checks.remove(0);
    let checks = keys.iter().map(|key| {
        let mut check = one.clone();
        (check.verdict, check.outcome, check.layer) = (Verdict::Unknown, Outcome::Unknown, Layer::Default);
        (check.key, check.effective, check.evidence) = ((*key).to_owned(), None, Vec::new());
        check
    });
    Audit { host: "WS-9".to_owned(), user: user.to_owned(), checks: checks.collect(), ..Audit::default() }
}

fn shown(format: &str, audits: &[Audit]) -> String {
    let mut renderer = ddefend_report::posture_renderer(format, &meta(200)).unwrap();
    let mut out = renderer.begin();
    audits.iter().for_each(|audit| out.push_str(&renderer.audit(audit)));
    out + &renderer.end(&PostureSummary { hosts: 1, ..PostureSummary::default() })
}

#[test]
fn what_is_grave_stands_in_the_head() {
    for format in ["text", "html"] {
        let out = shown(format, &[undecided()]);
        let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            flat.contains("But 2 settings of level high and critical are insecure: Word 16.0 AllowDDE = 2 (DDE may"),
            "{flat}"
        );
        assert!(flat.contains("The inputs do not decide"), "{flat}");
    }
    assert!(shown("html", &[undecided()]).contains("NOT KNOWN, BUT INSECURE SETTINGS"));
    let mut calm = undecided();
    calm.checks.retain(|check| check.verdict == Verdict::Secure || check.level < Level::High);
    assert!(!shown("text", &[calm]).contains("But "));
}

#[test]
fn it_says_what_to_collect() {
    let audit = blank(
        "bob",
        &[
            r"HKCU\Software\Policies\Microsoft\Office\16.0\Word\Security",
            r"HKEY_USERS\S-1-5-21-1\Software\Microsoft\Office\16.0\Word\Security",
            r"HKLM\SOFTWARE\Policies\Microsoft\Office",
            r"HKLM\SYSTEM\CurrentControlSet\Services\NetDDE",
        ],
    );
    let wanted = r#"HKCU\Software\Policies, HKCU\Software\Microsoft, HKLM\SOFTWARE, HKLM\SYSTEM"#;
    for format in ["text", "html"] {
        let flat = shown(format, std::slice::from_ref(&audit)).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(wanted), "{flat}");
        assert!(flat.contains("the hives NTUSER.DAT, SOFTWARE, SYSTEM"), "{flat}");
    }
    assert!(!shown("text", &[audits::closed("WS-9", 1)]).contains("To know"));
}

#[test]
fn nothing_found_is_not_clean() {
    let (machine, user) = (blank("", &[r"HKLM\SOFTWARE\Policies"; 3]), blank("bob", &[]));
    for format in ["text", "html"] {
        let flat = shown(format, &[machine.clone(), user.clone()]);
        assert!(flat.contains("Nothing known of the machine"), "{flat}");
        assert!(flat.contains("No Office settings in these inputs"), "{flat}");
        assert!(!flat.contains("0 of 3"), "{flat}");
    }
    let page = shown("html", &[machine, user]);
    assert!(page.contains(">no Office settings</td>") && page.contains(">nothing known</td>"), "{page}");
    assert_eq!(page.matches("<div class=\"tile ").count(), 2, "no zeros of what nobody looked at");
}

#[test]
fn logs_and_free_cells_are_told_at_once() {
    let text = shown("text", &[undecided()]);
    assert!(
        text.contains("1 setting stands only in the transaction logs: Word AllowDDE = 2; 1 setting was deleted: Word AllowDDE was 0"),
        "{text}"
    );
    assert!(shown("html", &[undecided()]).contains("1 setting was deleted: Word AllowDDE was 0."));
}

#[test]
fn what_closes_open_ways_comes_first() {
    let mut audit = undecided();
    let way = audit.exposures.iter().find(|way| !way.closed_by.is_empty()).unwrap().clone();
    audit.exposures = Vec::new();
    // One open way, two by clicks, three that are not known: the fewer ways stand first all the same.
    for (number, state) in [(3, Way::Unknown), (2, Way::Clicks), (1, Way::Open)] {
        for index in 0..number {
            let mut way = way.clone();
            (way.state, way.id) = (state, format!("word-{index}-{number}"));
            way.closed_by.truncate(1);
            way.closed_by[0].value = format!("Closes{}", state.as_str());
            audit.exposures.push(way);
        }
    }
    let text = shown("text", &[audit]);
    let places: Vec<usize> = ["Closesopen", "Closesclicks", "Closesunknown"].map(|id| text.find(id).unwrap()).to_vec();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn a_leftover_beside_what_is_secure_is_no_row() {
    let mut audit = undecided();
    let faults = audit.checks.iter().find(|check| !check.faults.is_empty()).unwrap().faults.clone();
    audit.checks.retain(|check| check.id == "PV-WO-INTERNET");
    audit.checks[0].faults = faults;
    let text = shown("text", &[audit.clone()]);
    assert!(text.contains("Not in order: 0 of 1 check"), "{text}");
    assert!(text.contains("secure, but something beside it is misapplied, see below: PV-WO-INTERNET"), "{text}");
    assert!(text.contains("Hardening without effect: "), "{text}");
    assert!(shown("html", &[audit]).contains("1 check secure, but something beside it is misapplied"));
}

#[test]
fn cells_say_what_they_are_where_heads_are_gone() {
    let page = shown("html", &[undecided()]);
    for label in ["answer", "ways in by DDE", "not in order", "where", "verdict", "effective", "layer", "enforced"] {
        assert!(page.contains(&format!("data-label=\"{label}\"")), "{label}");
    }
    assert!(page.contains("content: attr(data-label)"));
}

#[test]
fn alike_says_in_what() {
    let machine = |name: &str| Audit { host: name.to_owned(), ..blank("", &[r"HKLM\SOFTWARE"]) };
    let text = shown("text", &[machine("{0DFDD}"), machine("DRAFT")]);
    assert!(text.contains("2 alike in the machine's part: {0DFDD}, DRAFT"), "{text}");
}

#[test]
fn ocsf_has_the_time_of_the_run_and_no_alarm_for_what_is_not_known() {
    let meta = ddefend_report::PostureMeta { time: 1_795_000_000_000, ..meta(80) };
    let mut renderer = ddefend_report::posture_renderer("ocsf", &meta).unwrap();
    let lines = renderer.audit(&blank("bob", &[r"HKCU\Software\Policies"]));
    let line: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((line["time"].as_i64(), line["severity_id"].as_i64()), (Some(1_795_000_000_000), Some(1)));
    assert_eq!(line["compliance"]["status_id"], 2, "no result for want of information");
    assert_eq!(line["unmapped"]["effective"], serde_json::Value::Null);
}
