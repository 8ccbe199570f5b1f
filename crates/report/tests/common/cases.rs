//! A synthetic case: a mail with a document whose field ran, what followed, every kind of node, edge, answer and task, and
//! hostile strings. [`soiled`] puts them into every text of it.
#![allow(dead_code, clippy::unwrap_used, clippy::too_many_lines, clippy::too_many_arguments)]

mod found;
mod graph;

use super::HOSTILE;
use super::audits::alice;
use super::{detections, diagnostics, summary};
use ddefend_model::Level;
use ddefend_model::case::{
    Answer, CASE_VERSION, Case, Command, Decision, Evidence, Held, Outcome, Phase, PlaybookRef, RuleHeld, Task, Verdict,
};
use ddefend_report::CaseMeta;
use found::{documents, indicators, inputs, memory, records};
use graph::{edges, nodes, story, timeline};

const DOCUMENT: &str = "mail/invoice.eml!Invoice 2026-11.docx";
const SYSMON: &str = "logs/ws-017/Microsoft-Windows-Sysmon%4Operational.evtx";
const COMMAND: &str = r#"cmd.exe /k "whoami & calc.exe""#;
const SHA256: &str = "5e1f2a1f8a7d4c0b9e6d3c2b1a0f9e8d7c6b5a49382716059483726150abcdef";
const HOST: &str = "ws-017.corp.example";

fn text(text: &str) -> String {
    text.to_owned()
}

/// A time of the day of the case.
fn at(time: &str) -> String {
    format!("2026-11-21T{time}Z")
}

fn evidence(kind: &str, source: &str, place: &str, time: &str, says: &str, record: &str) -> Evidence {
    Evidence {
        kind: text(kind),
        source: text(source),
        place: text(place),
        time: if time.is_empty() { String::new() } else { at(time) },
        host: if kind == "record" { text(HOST) } else { String::new() },
        text: text(says),
        record: text(record),
    }
}

fn record(number: u64, time: &str, says: &str) -> Evidence {
    evidence("record", SYSMON, &format!("record {number}"), time, says, &format!("{SYSMON}#{number}"))
}

fn field() -> Evidence {
    evidence("finding", DOCUMENT, "word/document.xml, paragraph 3", "", "A DDEAUTO field starts cmd.exe.", "")
}

fn answers() -> Vec<Answer> {
    let answer =
        |question: &str, title: &str, answer, detail: &str, confidence, points, says: &str, evidence, gaps: &[&str]| {
            Answer {
                question: text(question),
                title: text(title),
                answer,
                detail: text(detail),
                confidence,
                points,
                text: text(says),
                evidence,
                gaps: gaps.iter().map(|gap| text(gap)).collect(),
                rule_version: text("t1559.002-dde/1"),
                ..Answer::default()
            }
        };
    vec![
        answer(
            "Q0",
            "Is there a construct that starts a program?",
            Held::Yes,
            "launch",
            0.99,
            35,
            "A DDEAUTO field of Invoice 2026-11.docx starts cmd.exe when the document is opened.",
            vec![field()],
            &[],
        ),
        answer(
            "Q1",
            "Does it come from a known and trusted source?",
            Held::No,
            "",
            0.9,
            15,
            "DMARC fails, and c0rp.example looks like corp.example.",
            vec![evidence("mail", "mail/invoice.eml", "line 4 (Authentication-Results)", "", "dmarc=fail", "")],
            &[],
        ),
        answer(
            "Q2",
            "Is there more DDE activity than usual?",
            Held::Unknown,
            "",
            0.0,
            0,
            "The history covers 3 days; 7 are needed.",
            vec![],
            &["process creation of ws-017, 7 days before 2026-11-21"],
        ),
        answer(
            "Q3",
            "Did Office start an anomalous child?",
            Held::Yes,
            "interpreter",
            1.0,
            30,
            "winword.exe started cmd.exe.",
            vec![record(4711, "14:49:01.5", "WINWORD.EXE started cmd.exe.")],
            &[],
        ),
        answer(
            "Q5",
            "Was DDE switched on by an unexplained change?",
            Held::Yes,
            "unexplained",
            0.9,
            25,
            "AllowDDE was set to 2 by regedit.exe, and no ticket explains it.",
            vec![record(4600, "14:40:00", "AllowDDE = 2")],
            &[],
        ),
        answer(
            "Q7",
            "Does the executed command equal the field's?",
            Held::Yes,
            "exact",
            1.0,
            25,
            "It is the same, character by character.",
            vec![record(4711, "14:49:01.5", "The command line."), field()],
            &[],
        ),
        answer(
            "Q9",
            "Was the logon normal?",
            Held::Unknown,
            "",
            0.0,
            0,
            "No logons are in the evidence.",
            vec![],
            &["Security log of ws-017 (4624)", HOSTILE],
        ),
        answer("Q12", "Was it stopped?", Held::No, "", 0.8, 0, "Nothing that stops it is in the logs.", vec![], &[]),
        answer(
            "Q13",
            "Would posture have prevented it?",
            Held::Yes,
            "",
            0.7,
            -5,
            "ASR rule d4f940ab was not set.",
            vec![evidence("check", "hosts/ws-017/SOFTWARE", "ASR-d4f940ab", "", "not set", "")],
            &[],
        ),
    ]
}

fn decision() -> Decision {
    let rule = |id: &str, title: &str, condition: &str, held| RuleHeld {
        id: text(id),
        title: text(title),
        condition: text(condition),
        held,
    };
    Decision {
        verdict: Verdict::TpExec,
        outcome: Outcome::Escalate,
        escalate: true,
        rule: text("E1"),
        why: text(
            "A link that starts a program, and an Office child or a command that equals the field's: Q0 is yes (launch), Q3 is yes, Q7 is exact.",
        ),
        to: text("T2"),
        reason_code: String::new(),
        severity: 100,
        level: Some(Level::Critical),
        confidence: 0.97,
        coverage: 0.81,
        rules: vec![
            rule("E1", "DDE execution confirmed", "Q0.yes and (Q3.yes or Q7 >= partial)", Held::Yes),
            rule("E2", "Known indicator", "Q0.yes and Q10.yes", Held::Unknown),
            rule("C1", "Benign feed", "Q0.allowlisted and Q3.no and Q5.no", Held::No),
        ],
    }
}

fn tasks() -> Vec<Task> {
    let command = |platform: &str, kind: &str, line: &str, undo: &str| Command {
        platform: text(platform),
        kind: text(kind),
        text: text(line),
        undo: text(undo),
        changes: !undo.is_empty(),
        open: Vec::new(),
    };
    let task = |id: &str, title: &str, phase, question: &str, approval, done, commands| Task {
        id: text(id),
        title: text(title),
        phase,
        question: text(question),
        because: text("E1"),
        text: text("Do it, and note what you see. Look for what the field started."),
        approval,
        done,
        commands,
    };
    let mut isolate = command(
        "Defender for Endpoint",
        "http-api",
        "POST https://api.security.microsoft.com/api/machines/{machine_id}/isolate\n{\"Comment\":\"case\",\"IsolationType\":\"Full\"}",
        "POST https://api.security.microsoft.com/api/machines/{machine_id}/unisolate",
    );
    isolate.open = vec![text("machine_id")];
    vec![
        task(
            "gap_logons",
            "Get the logons of ws-017.corp.example",
            Phase::DataGap,
            "Q9",
            false,
            false,
            vec![command(
                "PowerShell",
                "powershell",
                "Get-WinEvent -FilterHashtable @{LogName='Security';Id=4624}",
                "",
            )],
        ),
        task("verify_origin", "Verify where the document came from", Phase::L1, "Q1", false, true, vec![]),
        task(
            "memory_dump",
            "Take the memory of winword.exe and cmd.exe",
            Phase::T2,
            "",
            true,
            false,
            vec![
                command("Sysinternals", "manual", "procdump -accepteula -ma 4312 winword-4312.dmp", ""),
                command("Velociraptor", "manual", "Windows.Memory.ProcessDump(PidRegex='^4312$')", ""),
            ],
        ),
        task(
            "isolate",
            "Isolate ws-017.corp.example",
            Phase::Containment,
            "",
            true,
            false,
            vec![
                isolate,
                command(
                    "PowerShell",
                    "powershell",
                    "New-NetFirewallRule -DisplayName IR-block -Direction Outbound -Action Block",
                    "Remove-NetFirewallRule -DisplayName IR-block",
                ),
            ],
        ),
        task(
            "hostile",
            HOSTILE,
            Phase::Eradication,
            "",
            false,
            false,
            vec![command(HOSTILE, "manual", &format!("del '{HOSTILE}'\n```\n<script>x</script>]]>"), "")],
        ),
        task("harden", "Close what let it through", Phase::Recovery, "Q13", true, false, vec![]),
    ]
}

/// The whole of it.
pub(crate) fn case() -> Case {
    Case {
        case_version: CASE_VERSION,
        id: text("case-0123456789abcdef0123"),
        title: text("Invoice 2026-11.docx ran cmd.exe on ws-017.corp.example as CORP\\alice"),
        playbook: PlaybookRef { id: text("t1559.002-dde/1"), digest: text("0011223344556677"), content: text("1") },
        as_of: at("15:10:00"),
        span: (at("14:40:00"), at("14:49:20")),
        decision: decision(),
        answers: answers(),
        story: story(),
        nodes: nodes(),
        edges: edges(),
        tasks: tasks(),
        timeline: timeline(),
        indicators: indicators(),
        documents: documents(),
        detections: detections().into_iter().take(8).collect(),
        posture: vec![alice()],
        memory: memory(),
        inputs: inputs(),
        hunt: summary(),
        diagnostics: diagnostics(),
        records: records(),
    }
}

/// Nothing was found, little could be read.
pub(crate) fn empty() -> Case {
    Case { case_version: CASE_VERSION, id: text("case-ffffffffffffffffffff"), ..Case::default() }
}

/// Words of the model, ids that schemas fix, times and digests: they are never hostile.
const SOUND: &[&str] = &[
    "encoding",
    "kind",
    "answer",
    "verdict",
    "outcome",
    "level",
    "confidence",
    "phase",
    "trigger",
    "layer",
    "state",
    "holds",
    "authentication",
    "time",
    "date",
    "as_of",
    "span",
    "taken",
    "started",
    "sha256",
    "techniques",
    "carrier",
    "code",
    "held",
    "baseline",
    "written",
    "id",
    "node",
    "from",
    "to",
];

/// The case with hostile text in every text but [`SOUND`] ones.
pub(crate) fn soiled() -> Case {
    let mut value = serde_json::to_value(case()).unwrap();
    soil(&mut value);
    serde_json::from_value(value).unwrap()
}

fn soil(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            let deep = |value: &Value| value.as_array().is_some_and(|all| all.iter().any(Value::is_object));
            map.iter_mut()
                .filter(|(key, value)| deep(value) || !SOUND.contains(&key.as_str()))
                .for_each(|(_, value)| soil(value));
        }
        Value::Array(values) => values.iter_mut().for_each(soil),
        Value::String(text) => text.push_str(HOSTILE),
        _ => {}
    }
}

pub(crate) fn case_meta(width: usize) -> CaseMeta {
    CaseMeta { version: text("0"), content: text("1"), width, ..CaseMeta::default() }
}

/// A whole output.
pub(crate) fn case_rendered(format: &str, case: &Case, meta: &CaseMeta) -> String {
    ddefend_report::case_output(format, case, meta).unwrap()
}
