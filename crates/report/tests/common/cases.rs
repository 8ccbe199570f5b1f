//! A synthetic case: a mail with a document whose field ran, what followed, every kind of node, edge, answer and task, and
//! hostile strings. [`soiled`] puts them into every text of it.
#![allow(dead_code, clippy::unwrap_used, clippy::too_many_lines, clippy::too_many_arguments)]

use super::audits::alice;
use super::{HOSTILE, detections, diagnostics, summary};
use ddefend_model::case::{
    Answer, CASE_VERSION, Case, Command, Decision, Document, Edge, EdgeKind, Evidence, Held, InputRecord, Moment, Node,
    NodeKind, Observable, Outcome, Phase, PlaybookRef, RawRecord, RuleHeld, Step, Surroundings, Task, Verdict,
};
use ddefend_model::memory::{DumpedProcess, MemoryHit, MemoryImage, Module};
use ddefend_model::provenance::{
    Authentication, AuthenticationResults, Contained, Dkim, Hop, Mail, Mailbox, Mark, Metadata, Method, Provenance,
};
use ddefend_model::{
    Artifact, Blocker, Confidence, EventRef, Finding, FindingId, Indicator, IndicatorKind, Level, Link, LinkKind,
    Location, Lure, PartPath, Prompt, Scanned, Shown, Trigger,
};
use ddefend_report::CaseMeta;
use std::borrow::Cow;
use std::collections::BTreeMap;

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

fn node(id: &str, kind: NodeKind, label: &str, time: &str, attributes: &[(&str, &str)]) -> Node {
    Node {
        id: text(id),
        kind,
        label: text(label),
        time: if time.is_empty() { String::new() } else { at(time) },
        host: text(HOST),
        user: text(r"CORP\alice"),
        attributes: attributes.iter().map(|(name, value)| (text(name), text(value))).collect(),
        level: None,
        on_path: false,
        evidence: Vec::new(),
    }
}

fn nodes() -> Vec<Node> {
    let image = |name: &str| format!(r"C:\Windows\System32\{name}");
    let mut nodes = vec![
        node(
            "mail:1",
            NodeKind::Mail,
            "Rechnung November",
            "14:40:02",
            &[("message_id", "a1@mailer.example"), ("from", "billing@c0rp.example"), ("subject", "Rechnung November")],
        ),
        node(
            "file:1",
            NodeKind::File,
            "Invoice 2026-11.docx",
            "14:47:12",
            &[
                (
                    "path",
                    r"C:\Users\alice\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\X\Invoice 2026-11.docx",
                ),
                ("sha256", SHA256),
                ("zone", "3"),
            ],
        ),
        node("command:1", NodeKind::Command, COMMAND, "", &[("command", COMMAND)]),
        node(
            "process:1",
            NodeKind::Process,
            "outlook.exe",
            "08:02:00",
            &[("pid", "3100"), ("image", r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE")],
        ),
        node(
            "process:2",
            NodeKind::Process,
            "winword.exe",
            "14:48:55",
            &[
                ("pid", "4312"),
                ("image", r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"),
                (
                    "command",
                    r#""C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE" /n "C:\Users\alice\…\Invoice 2026-11.docx" /o """#,
                ),
            ],
        ),
        node(
            "process:3",
            NodeKind::Process,
            "cmd.exe",
            "14:49:01.5",
            &[
                ("pid", "5000"),
                ("guid", "{11112222-0000-0000-0000-000000000003}"),
                ("image", &image("cmd.exe")),
                ("command", COMMAND),
            ],
        ),
        node(
            "process:4",
            NodeKind::Process,
            "powershell.exe",
            "14:49:02",
            &[
                ("pid", "5044"),
                ("image", &image(r"WindowsPowerShell\v1.0\powershell.exe")),
                ("command", "powershell -w hidden -c calc.exe"),
            ],
        ),
        node("process:5", NodeKind::Process, "wmiprvse.exe", "14:49:10", &[("pid", "5100")]),
        node(
            "network:1",
            NodeKind::Network,
            "203.0.113.9:443",
            "14:49:04",
            &[("ip", "203.0.113.9"), ("port", "443"), ("protocol", "tcp"), ("name", "cdn.bad.example")],
        ),
        node(
            "network:2",
            NodeKind::Network,
            "https://cdn.bad.example/a",
            "14:49:03",
            &[("url", "https://cdn.bad.example/a")],
        ),
        node(
            "registry:1",
            NodeKind::Registry,
            "AllowDDE",
            "14:40:00",
            &[
                ("key", r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Office\16.0\Word\Security\AllowDDE"),
                ("data", "DWORD (0x00000002)"),
            ],
        ),
        node(
            "persistence:1",
            NodeKind::Persistence,
            "Updater",
            "14:49:20",
            &[("key", r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\Updater")],
        ),
        node("module:1", NodeKind::Module, "scrobj.dll", "14:49:05", &[("path", r"C:\Windows\System32\scrobj.dll")]),
        node("prompt:1", NodeKind::Prompt, "start application CMD.EXE?", "14:49:00", &[]),
        node("barrier:1", NodeKind::Barrier, "ASR d4f940ab", "14:49:11", &[]),
        node(
            "file:2",
            NodeKind::File,
            "dde_out.txt",
            "14:49:03",
            &[("path", r"C:\Users\alice\AppData\Local\Temp\dde_out.txt")],
        ),
        node("file:3", NodeKind::File, &format!("{HOSTILE}.docx"), "", &[("path", HOSTILE)]),
        node("user:1", NodeKind::User, r"CORP\alice", "", &[("sid", "S-1-5-21-1-2-3-1001")]),
        node("logon:1", NodeKind::Logon, "logon 0x3e7a1", "08:01:00", &[("type", "2")]),
        node("host:1", NodeKind::Host, HOST, "", &[]),
    ];
    for node in &mut nodes {
        node.on_path = matches!(
            node.id.as_str(),
            "mail:1" | "file:1" | "command:1" | "process:2" | "process:3" | "process:4" | "network:1"
        );
        node.level = match node.id.as_str() {
            "command:1" | "process:3" => Some(Level::Critical),
            "process:4" | "registry:1" => Some(Level::High),
            "network:1" => Some(Level::Medium),
            _ => None,
        };
        node.evidence = match node.id.as_str() {
            "process:3" => vec![record(4711, "14:49:01.5", "WINWORD.EXE started cmd.exe.")],
            "command:1" => vec![field()],
            _ => Vec::new(),
        };
    }
    nodes
}

fn edges() -> Vec<Edge> {
    use EdgeKind as K;
    let edge = |from: &str, to: &str, kind, confidence, rule: &str, says: &str| Edge {
        from: text(from),
        to: text(to),
        kind,
        confidence,
        rule: text(rule),
        time: String::new(),
        text: text(says),
        evidence: vec![record(4711, "14:49:01.5", says)],
    };
    vec![
        edge("mail:1", "file:1", K::Delivered, 1.0, "hash", "The mail brought the document."),
        edge("process:1", "file:1", K::Saved, 0.9, "path", "Outlook wrote the document."),
        edge("file:1", "process:2", K::Opened, 0.95, "path", "Word was started with the document."),
        edge("file:1", "command:1", K::Holds, 1.0, "exact", "The document holds the command."),
        edge("command:1", "process:3", K::Ran, 1.0, "exact", "The command ran, character by character."),
        edge("process:2", "process:3", K::Started, 1.0, "guid", "Word started cmd.exe."),
        edge("process:3", "process:4", K::Started, 1.0, "guid", "cmd.exe started PowerShell."),
        edge("process:4", "process:5", K::BrokeAway, 0.6, "time", "PowerShell had WMI start a process."),
        edge("process:4", "network:2", K::Contacted, 0.9, "guid", "PowerShell asked for a name."),
        edge("process:4", "network:1", K::Contacted, 1.0, "guid", "PowerShell contacted 203.0.113.9:443."),
        edge("process:4", "module:1", K::Loaded, 1.0, "guid", "PowerShell loaded scrobj.dll."),
        edge("process:3", "file:2", K::Wrote, 1.0, "guid", "cmd.exe wrote a file."),
        edge("process:3", "file:2", K::Deleted, 1.0, "guid", "cmd.exe deleted a file."),
        edge("process:1", "registry:1", K::Changed, 0.5, "time", "DDE was switched on."),
        edge("process:4", "persistence:1", K::Persisted, 0.9, "guid", "PowerShell made a Run value."),
        edge("process:2", "prompt:1", K::Prompted, 0.8, "time", "Word asked."),
        edge("barrier:1", "process:5", K::Stopped, 0.7, "time", "Defender stopped it."),
        edge("user:1", "process:2", K::RanAs, 1.0, "user", "alice ran Word."),
        edge("logon:1", "process:2", K::InSession, 1.0, "logon", "In her session."),
        edge("process:2", "host:1", K::On, 1.0, "host", "On ws-017."),
    ]
}

fn story() -> Vec<Step> {
    let step = |time: &str, says: &str, node: &str, confidence, evidence| Step {
        time: if time.is_empty() { String::new() } else { at(time) },
        text: text(says),
        node: text(node),
        confidence,
        evidence,
    };
    vec![
        step(
            "14:40:02",
            "billing@c0rp.example sent the mail \"Rechnung November\" to alice with Invoice 2026-11.docx.",
            "mail:1",
            1.0,
            vec![evidence("mail", "mail/invoice.eml", "line 1 (From)", "", "The mail.", "")],
        ),
        step(
            "14:47:12",
            "Outlook saved Invoice 2026-11.docx with the mark of the web (zone 3, internet).",
            "file:1",
            1.0,
            vec![record(4700, "14:47:12", "OUTLOOK.EXE wrote the document.")],
        ),
        step(
            "14:48:55",
            "winword.exe opened it.",
            "process:2",
            0.95,
            vec![record(4705, "14:48:55", "The command line names it.")],
        ),
        step(
            "",
            "Its DDEAUTO field in paragraph 3 holds the command cmd.exe /k \"whoami & calc.exe\".",
            "command:1",
            0.95,
            vec![field()],
        ),
        step(
            "14:49:01.5",
            "winword.exe started cmd.exe with the same command.",
            "process:3",
            0.95,
            vec![record(4711, "14:49:01.5", "WINWORD.EXE started cmd.exe."), field()],
        ),
        step(
            "14:49:02",
            "cmd.exe started powershell.exe, which contacted 203.0.113.9:443.",
            "process:4",
            0.95,
            vec![record(4712, "14:49:02", "cmd.exe started powershell.exe.")],
        ),
    ]
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

fn finding(artifact: &str) -> Finding {
    let part = PartPath::root(artifact).join("word/document.xml");
    let mut link = Link::new(LinkKind::Dde, "docx", part.clone(), Location::paragraph(3).at_bytes(0x1a4, 20));
    (link.service, link.topic) = (Some(text(r"C:\Windows\System32\cmd.exe")), Some(text(r#"/k "whoami & calc.exe""#)));
    link.trigger = Trigger::Open;
    link.raw = format!("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k whoami\" {HOSTILE}");
    Finding {
        id: FindingId(Cow::Borrowed("dde.launch")),
        level: Level::Critical,
        confidence: Confidence::High,
        title: text("A DDE field starts a command interpreter"),
        artifact: text(artifact),
        part,
        location: link.location.clone(),
        tricks: Vec::new(),
        link: Some(link),
        command: Some(text(COMMAND)),
        decoded: vec![text(HOSTILE)],
        indicators: vec![Indicator { kind: IndicatorKind::Url, value: text("https://cdn.bad.example/a") }],
        techniques: vec![text("T1559.002"), text("T1059.003")],
        reasons: vec![text("It starts a shell.")],
        prompts: vec![Prompt { text: text("This document contains links"), lets_through: text("Yes") }],
        blockers: vec![Blocker { name: text("AllowDDE"), registry: text(r"HKCU\x"), value: text("0") }],
        lure: Some(Lure(text("Please enable editing"))),
    }
}

fn provenance() -> Provenance {
    let mailbox = |name: &str, address: &str| Mailbox { name: text(name), address: text(address) };
    let hop = |from: &str, ip: &str, by: &str, line| Hop {
        from: text(from),
        ip: text(ip),
        by: text(by),
        with: text("ESMTPS"),
        time: at("14:40:01"),
        line,
        odd: Vec::new(),
    };
    Provenance {
        marks: vec![Mark {
            form: text("stream"),
            of: text("Invoice 2026-11.docx"),
            zone: Some(3),
            host_url: text("https://mail.corp.example/a"),
            source: text("marks/Invoice.Zone.Identifier"),
            odd: vec![text(HOSTILE)],
            ..Mark::default()
        }],
        mail: Some(Mail {
            message_id: text("a1@mailer.example"),
            date: at("14:40:00"),
            from: vec![mailbox("Billing", "billing@c0rp.example")],
            reply_to: vec![mailbox(HOSTILE, "x@freemail.example")],
            return_path: text("bounce@mailer.example"),
            recipients: vec![mailbox("Alice", "alice@corp.example"), mailbox("", "bob@corp.example")],
            subject: format!("Rechnung November {HOSTILE}"),
            received: vec![hop("mailer.example", "198.51.100.7", "mx.corp.example", 3)],
            results: vec![AuthenticationResults {
                authserv_id: text("mx.corp.example"),
                trusted: true,
                line: 4,
                methods: vec![Method { method: text("dmarc"), result: text("fail"), domain: text("c0rp.example") }],
            }],
            dkim: vec![Dkim {
                domain: text("c0rp.example"),
                selector: text("s1"),
                algorithm: text("rsa-sha256"),
                result: text("no key"),
                why: text("no key was given"),
            }],
            authentication: Authentication::Fail,
            reasons: vec![text("dmarc=fail by mx.corp.example")],
            odd: vec![text("Reply-To is elsewhere")],
            ..Mail::default()
        }),
        documents: vec![Metadata {
            part: text(DOCUMENT),
            values: vec![
                (text("creator"), text("user")),
                (text("template"), text(HOSTILE)),
                (text("created"), text("2026-11-20T10:00:00Z")),
            ],
        }],
        contained: vec![Contained {
            part: text(DOCUMENT),
            name: text("Invoice 2026-11.docx"),
            size: 14_332,
            sha256: text(SHA256),
        }],
    }
}

fn documents() -> Vec<Document> {
    let scanned = |path: &str, detected: &str, finding: Finding| Scanned {
        artifact: Artifact {
            path: text(path),
            sha256: text(SHA256),
            detected: text(detected),
            size: 14_332,
            parts: 12,
            complete: path == DOCUMENT,
            facts: vec![text("made by Word")],
            ..Artifact::default()
        },
        findings: vec![finding],
        diagnostics: Vec::new(),
    };
    let hostile = format!("docs/{HOSTILE}.docx");
    vec![
        Document {
            node: text("file:1"),
            scanned: scanned(DOCUMENT, "docx", finding(DOCUMENT)),
            provenance: provenance(),
            surroundings: vec![Surroundings {
                before: text("Dear customer, please see the attached statement. "),
                link: text(r#"DDEAUTO c:\\windows\\system32\\cmd.exe "/k \"whoami & calc.exe\"""#),
                after: text(" If nothing is shown, press Yes twice."),
            }],
        },
        Document {
            node: text("file:3"),
            scanned: scanned(&hostile, "docx", finding(&hostile)),
            provenance: Provenance::default(),
            surroundings: vec![Surroundings { before: text(HOSTILE), link: text(HOSTILE), after: text(HOSTILE) }],
        },
    ]
}

fn memory() -> Vec<MemoryImage> {
    vec![MemoryImage {
        path: text("memory/winword-4312.dmp"),
        sha256: text(SHA256),
        size: 94_371_840,
        format: text("minidump"),
        taken: at("15:10:00"),
        system: text("Windows 10.0.19045, amd64"),
        process: Some(DumpedProcess {
            pid: 4312,
            image: text(r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"),
            command: text("WINWORD.EXE /n"),
            started: at("14:48:55"),
        }),
        modules: vec![Module {
            path: text(r"C:\Windows\System32\scrobj.dll"),
            base: 0x7ff8_0000_0000,
            size: 0x4_1000,
            version: text("10.0.1"),
            why: text("script engines do not belong into Word"),
            level: Some(Level::High),
        }],
        module_count: 143,
        hits: vec![
            MemoryHit {
                kind: text("dde-field"),
                offset: 0x1f0_2200,
                address: Some(0x2_4000_1200),
                encoding: text("utf-16"),
                region: text("private, read-write"),
                text: text(r"DDEAUTO c:\windows\system32\cmd.exe"),
                command: text(COMMAND),
                level: Some(Level::Critical),
                ..MemoryHit::default()
            },
            MemoryHit {
                kind: text("case-command"),
                offset: 0x200_0000,
                encoding: text("ascii"),
                text: text(HOSTILE),
                of: text("dde.launch"),
                ..MemoryHit::default()
            },
        ],
        more_hits: 4,
        complete: true,
        diagnostics: Vec::new(),
    }]
}

fn timeline() -> Vec<Moment> {
    let moment = |time: String, what: &str, says: &str, node: &str, level| Moment {
        time,
        host: text(HOST),
        what: text(what),
        text: text(says),
        node: text(node),
        source: format!("{SYSMON}#4711"),
        level,
    };
    vec![
        moment(
            text("2026-11-20T10:00:00Z"),
            "document created",
            "Invoice 2026-11.docx was created by user.",
            "file:1",
            None,
        ),
        moment(at("08:01:00"), "logon", r"CORP\alice logged on at the console.", "logon:1", None),
        moment(at("14:40:00"), "registry changed", "AllowDDE was set to 2.", "registry:1", Some(Level::High)),
        moment(at("14:40:02"), "mail sent", "The mail \"Rechnung November\" was sent.", "mail:1", None),
        moment(at("14:47:12"), "file written", "Outlook saved Invoice 2026-11.docx.", "file:1", None),
        moment(at("14:48:55"), "process started", "winword.exe started.", "process:2", None),
        moment(at("14:49:01.5"), "process started", "cmd.exe started.", "process:3", Some(Level::Critical)),
        moment(at("14:49:02"), "process started", "powershell.exe started.", "process:4", Some(Level::High)),
        moment(
            at("14:49:04"),
            "network connection",
            "powershell.exe contacted 203.0.113.9:443.",
            "network:1",
            Some(Level::Medium),
        ),
        moment(
            at("14:49:20"),
            "persistence",
            &format!("A Run value was made: {HOSTILE}"),
            "persistence:1",
            Some(Level::Low),
        ),
    ]
}

fn records() -> BTreeMap<String, RawRecord> {
    let raw = |number: u64, time: &str, fields: &[(&str, &str)]| {
        let event = EventRef {
            source: text(SYSMON),
            record: number,
            offset: number * 4096,
            time: at(time),
            host: text(HOST),
            channel: text("Microsoft-Windows-Sysmon/Operational"),
            event_id: 1,
            schema: text("evtx"),
        };
        let fields = fields.iter().map(|(field, value)| Shown { field: text(field), value: text(value) }).collect();
        (format!("{SYSMON}#{number}"), RawRecord { event, fields })
    };
    BTreeMap::from([
        raw(
            4600,
            "14:40:00",
            &[("TargetObject", r"HKU\S-1-5-21-1-2-3-1001\…\AllowDDE"), ("Details", "DWORD (0x00000002)")],
        ),
        raw(
            4711,
            "14:49:01.5",
            &[
                ("Image", r"C:\Windows\System32\cmd.exe"),
                ("CommandLine", COMMAND),
                ("ParentImage", r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"),
            ],
        ),
        raw(4712, "14:49:02", &[("Image", "powershell.exe"), ("CommandLine", HOSTILE)]),
    ])
}

fn indicators() -> Vec<Observable> {
    let of = |kind, value: &str, role: &str, known| Observable { kind, value: text(value), role: text(role), known };
    vec![
        of(IndicatorKind::Url, "https://cdn.bad.example/a", "field command", true),
        of(IndicatorKind::Host, "cdn.bad.example", "contacted", false),
        of(IndicatorKind::Ip, "203.0.113.9", "contacted", false),
        of(IndicatorKind::Ip, "2001:db8::9", "contacted", false),
        of(IndicatorKind::Unc, r"\\files.bad.example\share\a.exe", "field command", false),
        of(IndicatorKind::File, "dde_out.txt", "dropped", false),
        of(IndicatorKind::Hash, SHA256, "document", false),
        of(IndicatorKind::Url, HOSTILE, "field command", false),
    ]
}

fn inputs() -> Vec<InputRecord> {
    let of = |path: &str, size, role: &str, detected: &str, complete| InputRecord {
        path: text(path),
        size,
        sha256: text(SHA256),
        role: text(role),
        detected: text(detected),
        complete,
    };
    let mut gone = of("logs/ws-017/Security.evtx", 1_118_208, "log", "evtx", false);
    gone.sha256.clear();
    vec![
        of("mail/invoice.eml", 21_744, "mail", "eml", true),
        of(&format!("docs/{HOSTILE}.docx"), 14_332, "document", "docx", true),
        of(SYSMON, 4_268_032, "log", "evtx", true),
        gone,
        of("memory/winword-4312.dmp", 94_371_840, "memory", "minidump", true),
        of("hosts/ws-017/NTUSER.DAT", 2_097_152, "registry", "hive", true),
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
