//! Documents, memory, records, indicators and inputs.

use super::{COMMAND, DOCUMENT, HOST, HOSTILE, SHA256, SYSMON, at, text};
use ddefend_model::case::{Document, InputRecord, Observable, RawRecord, Surroundings};
use ddefend_model::memory::{DumpedProcess, MemoryHit, MemoryImage, Module};
use ddefend_model::provenance::{
    Authentication, AuthenticationResults, Contained, Dkim, Hop, Mail, Mailbox, Mark, Metadata, Method, Provenance,
};
use ddefend_model::{
    Artifact, Blocker, Confidence, EventRef, Finding, FindingId, Indicator, IndicatorKind, Level, Link, LinkKind,
    Location, Lure, PartPath, Prompt, Scanned, Shown, Trigger,
};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub(super) fn finding(artifact: &str) -> Finding {
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

pub(super) fn provenance() -> Provenance {
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

pub(super) fn documents() -> Vec<Document> {
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

pub(super) fn memory() -> Vec<MemoryImage> {
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
            ..DumpedProcess::default()
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

pub(super) fn records() -> BTreeMap<String, RawRecord> {
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

pub(super) fn indicators() -> Vec<Observable> {
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

pub(super) fn inputs() -> Vec<InputRecord> {
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
