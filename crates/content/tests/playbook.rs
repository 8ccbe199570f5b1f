//! The shipped playbook holds what it must, and mistakes in one's own are told with line and field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

use ddefend_content::Content;
use ddefend_triage::Playbook;
use ddefend_triage::playbook::PRIMITIVES;

fn shipped() -> &'static str {
    Content::load().unwrap().playbook_text("t1559.002-dde").unwrap()
}

#[test]
fn the_shipped_playbook_is_read() {
    let playbook = Playbook::read(shipped()).unwrap_or_else(|error| panic!("{error}"));
    let ids: Vec<&str> = playbook.questions.iter().map(|question| question.id.as_str()).collect();
    let wanted: Vec<String> = (0..14).map(|number| format!("Q{number}")).collect();
    assert_eq!(ids, wanted);
    assert_eq!(playbook.digest.len(), 16);
    for question in &playbook.questions {
        let asks = question.on_unknown.as_deref().and_then(|task| playbook.task(task));
        assert!(asks.is_some(), "{}: what is unknown asks for something", question.id);
        assert!(question.weight() > 0 || question.id == "Q13", "{}", question.id);
    }
    for primitive in &PRIMITIVES {
        assert!(playbook.questions.iter().any(|question| question.compute == primitive.compute), "{}", primitive.name);
    }
}

#[test]
fn rules_that_the_playbook_names_are_shipped() {
    let playbook = Playbook::read(shipped()).unwrap();
    let content = Content::load().unwrap();
    let rules = content.rules();
    for question in &playbook.questions {
        for list in ["rules", "registry_rules"] {
            let Some(ddefend_triage::playbook::Parameter::List(names)) = question.with.get(list) else { continue };
            for name in names {
                let file = format!("/{name}.yml");
                assert!(rules.iter().any(|(path, _)| path.ends_with(&file)), "{}: {name}", question.id);
            }
        }
    }
    let findings: Vec<String> = content.explanations().iter().map(|explanation| explanation.id.clone()).collect();
    for name in ["launch", "server", "data"] {
        let Some(ddefend_triage::playbook::Parameter::List(ids)) = playbook.questions[0].with.get(name) else {
            panic!("{name}")
        };
        for id in ids {
            let id = id.split(':').next().unwrap_or_default();
            assert!(findings.iter().any(|known| known == id), "{id}");
        }
    }
}

#[test]
fn mistakes_are_told_with_line_and_field() {
    let mut wrong = Vec::new();
    for (old, new, said) in [
        ("compute: office_child", "compute: office_chlid", "did you mean 'office_child'?"),
        (
            "weights: { \"yes\": 30, eqnedt32: 40 }",
            "weights: { \"yes\": 30, eqnedt23: 40 }",
            "'eqnedt23' is no detail of office_child; did you mean 'eqnedt32'?",
        ),
        (
            "if: Q0.yes and Q10.yes",
            "if: Q0.yes and Q19.yes",
            "rule E2, if: 'Q19' is no question of this playbook; did you mean 'Q1'?",
        ),
        ("if: Q0.yes and Q10.yes", "if: Q0.yes an Q10.yes", "expected 'and', 'or' or the end"),
        ("if: Q11.hosts >= 3", "if: Q11.host >= 3", "'host' is no number of Q11; did you mean 'hosts'?"),
        ("Q7 >= partial)\n    to", "Q7 >= partal)\n    to", "did you mean 'partial'?"),
        ("on_unknown: verify_origin", "on_unknown: verify_orgin", "did you mean 'verify_origin'?"),
        ("tasks: [memory_dump, collect_host,", "tasks: [memory_dumps, collect_host,", "did you mean 'memory_dump'?"),
        ("with: { seen: 3,", "with: { sen: 3,", "'sen' is no parameter of provenance; did you mean 'seen'?"),
        ("before: 72h", "before: 72 hours", "a length of time is needed"),
        ("id: E2", "id: E1", "the id is given twice"),
        (
            "weights: { \"yes\": -15, \"no\": 15, unknown: 5 }",
            "weights: { \"yes\": -15, \"no\": 15, unknown: -5 }",
            "unknown never lowers a score",
        ),
        (
            "ScanType\": \"Full\"}\n        changes: true",
            "ScanType\": {{scan}}}\n        changes: true",
            "'scan' is no value of a case",
        ),
        ("verdict: benign_tp\n    reason", "verdict: tp_exec\n    reason", "no true positive is ever closed"),
        (
            "    approval: true\n    commands:\n      - platform: PowerShell\n        language: powershell\n        text: Invoke-Command -ComputerName {{host}} { Get-Process",
            "    commands:\n      - platform: PowerShell\n        language: powershell\n        text: Invoke-Command -ComputerName {{host}} { Get-Process",
            "approval must be true",
        ),
        ("    why: A process whose", "    wyh: A process whose", "did you mean 'why'?"),
    ] {
        let text = shipped().replacen(old, new, 1);
        assert_ne!(text, shipped(), "{old}");
        let error = Playbook::read(&text).expect_err(new).to_string();
        if !error.contains(said) || !error.contains("line ") {
            wrong.push(format!("{new}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(Playbook::read(&" ".repeat(2_000_000)).is_err());
}
