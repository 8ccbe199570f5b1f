use crate::link::testing::{CMD, EXPLORER, Made, OUTLOOK, SHELL, WORD, guid, settings};
use crate::{FactKind, Settings};
use ddefend_model::case::{Answer, Case, Decision, InputRecord, Verdict};

const PATH: &str = r"C:\Users\alice\Downloads\Invoice.docx";

fn case_of(made: &Made, settings: &Settings, verdict: Verdict) -> Case {
    let linked = crate::link(&made.evidence, settings);
    let decision = Decision { verdict, ..Decision::default() };
    super::assemble(&made.evidence, linked, Vec::<Answer>::new(), decision, Vec::new(), settings)
}

fn made() -> Made {
    let mut made = Made::new();
    made.file("C/Users/alice/Downloads/Invoice.docx", &"aa".repeat(32), &["cmd.exe /c powershell calc"]);
    made.start(-60, 5, OUTLOOK, "outlook.exe", 4, EXPLORER);
    let (outlook, shell) = (guid(5), guid(30));
    made.fact(FactKind::File, -5, &[("ProcessGuid", &outlook), ("Image", OUTLOOK), ("TargetFilename", PATH)]);
    let stream = format!("{PATH}:Zone.Identifier");
    made.fact(FactKind::Stream, -5, &[("TargetFilename", &stream), ("Contents", "[ZoneTransfer] ZoneId=3")]);
    made.start(0, 10, WORD, &format!(r#""{WORD}" /n "{PATH}""#), 5, OUTLOOK);
    made.start(12, 20, CMD, "cmd.exe /c powershell calc", 10, WORD);
    made.start(13, 30, SHELL, "powershell calc", 20, CMD);
    made.fact(
        FactKind::Network,
        15,
        &[("ProcessGuid", &shell), ("DestinationIp", "203.0.113.9"), ("DestinationPort", "443")],
    );
    made.evidence.inputs.push(InputRecord { path: "a".to_owned(), sha256: "11".to_owned(), ..InputRecord::default() });
    made
}

#[test]
fn the_story_in_sentences() {
    let case = case_of(&made(), &settings(), Verdict::TpExec);
    let story: Vec<&str> = case.story.iter().map(|step| step.text.as_str()).collect();
    assert_eq!(
        story,
        [
            "outlook.exe saved Invoice.docx (internet zone).",
            "winword.exe opened Invoice.docx (internet zone).",
            "Invoice.docx holds finding #1, which runs: cmd.exe /c powershell calc",
            "winword.exe started cmd.exe with the same command.",
            "cmd.exe started powershell.exe: powershell calc",
            "powershell.exe contacted 203.0.113.9:443. It lies outside of the organisation.",
        ]
    );
    assert!(case.story.iter().all(|step| step.confidence == 1.0 && !step.evidence.is_empty()));
    assert_eq!(
        case.title,
        r"DDE execution confirmed: winword.exe started cmd.exe from Invoice.docx on pc1.corp.example (CORP\alice)"
    );
    assert_eq!(case.span.0, "2026-03-10T12:00:00.0000000Z");
    assert_eq!(case.as_of, "2026-03-10T12:00:15.0000000Z");
}

#[test]
fn everything_can_be_looked_up() {
    let case = case_of(&made(), &settings(), Verdict::TpExec);
    let steps = case.story.iter().flat_map(|step| &step.evidence);
    for key in steps.map(|one| one.record.as_str()).filter(|key| !key.is_empty()) {
        assert!(case.records.contains_key(key), "{key}");
    }
    assert!(case.records.values().all(|record| !record.fields.is_empty()));
    assert_eq!(case.documents.first().map(|document| document.provenance.marks.len()), Some(1));
    let times: Vec<&str> = case.timeline.iter().map(|moment| moment.time.as_str()).collect();
    assert!(times.is_sorted() && times.len() >= 7, "{times:?}");
    let known = case.indicators.iter().any(|one| one.value == "203.0.113.9" && one.role == "contacted");
    assert!(known && case_of(&made(), &settings(), Verdict::Fp).indicators.is_empty());
}

#[test]
fn the_id_follows_inputs_and_settings_alone() {
    let id = |made: &Made, settings: &Settings| case_of(made, settings, Verdict::TpExec).id;
    let first = id(&made(), &settings());
    assert!(first.len() == 25 && first.starts_with("case-"));
    assert_eq!(first, id(&made(), &settings()));
    let mut other = made();
    other.evidence.inputs[0].sha256 = "12".to_owned();
    assert_ne!(first, id(&other, &settings()));
    let mut own = settings();
    own.organisation.internal_domains.push("corp.example".to_owned());
    assert_ne!(first, id(&made(), &own));
}

#[test]
fn delivered_and_never_opened() {
    let mut made = Made::new();
    made.file("Invoice.docx", "aa", &["cmd /c calc"]);
    let case = case_of(&made, &settings(), Verdict::TpDelivery);
    assert_eq!(case.story.len(), 2);
    assert_eq!(case.title, "DDE attack delivered, execution not seen: Invoice.docx");
    let nothing = case_of(&Made::new(), &settings(), Verdict::Undetermined);
    assert!(nothing.story.is_empty() && nothing.timeline.is_empty());
    assert_eq!(nothing.title, "Undetermined: 0 documents and mails, 0 detections");
}
