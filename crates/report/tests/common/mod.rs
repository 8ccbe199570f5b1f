//! A synthetic hunt: an Office chain on one host, repeats of a noisy rule, a correlation, and hostile strings throughout.
#![allow(dead_code, clippy::unwrap_used)]

pub(crate) mod audits;
pub(crate) mod cases;
pub(crate) mod differences;
pub(crate) mod looks;

use ddefend_model::{
    Detection, Diagnostic, EventRef, Familiarity, HuntSummary, Level, Location, MatchedField, PartPath, Process,
    RuleRef, Shown, Unreachable, code,
};
use ddefend_report::{HuntMeta, HuntRule};

/// Control characters, colour codes, bidirectional marks, markup, formula starts, quotes and line ends.
pub(crate) const HOSTILE: &str = "=cmd\u{1b}[31m\u{202e}exe.\u{0}<script>alert('x')</script>\"><img src=x>&\r\n+1;,";

pub(crate) fn process(host: &str, pid: u64, image: &str, command: &str, time: &str) -> Process {
    Process {
        key: format!("{host}/{pid}@{time}"),
        pid: Some(pid),
        image: image.to_owned(),
        command: command.to_owned(),
        user: r"CORP\alice".to_owned(),
        time: time.to_owned(),
        inferred: false,
    }
}

fn event(host: &str, record: u64, time: &str, channel: &str, event_id: u32) -> EventRef {
    EventRef {
        source: format!("logs/{host}/Microsoft-Windows-Sysmon%4Operational.evtx"),
        record,
        offset: record * 4096,
        time: time.to_owned(),
        host: format!("{host}.corp.example"),
        channel: channel.to_owned(),
        event_id,
        schema: "evtx".to_owned(),
    }
}

fn rule(id: &str, title: &str, level: Level) -> RuleRef {
    RuleRef { id: id.to_owned(), title: title.to_owned(), level, file: format!("rules/{id}.yml") }
}

fn matched(field: &str, value: &str, asked: &str) -> MatchedField {
    MatchedField { field: field.to_owned(), value: value.to_owned(), asked: asked.to_owned() }
}

const SYSMON: &str = "Microsoft-Windows-Sysmon/Operational";
const WORD: &str = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE";
const CMD: &str = r"C:\Windows\System32\cmd.exe";
const SHELL: &str = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";

/// Word starts cmd, cmd starts PowerShell.
fn office_chain(host: &str) -> Vec<Detection> {
    let mut explorer = process(host, 2044, r"C:\Windows\explorer.exe", "", "2026-11-21T08:01:10.0000000Z");
    explorer.inferred = true;
    let word = process(
        host,
        4312,
        WORD,
        &format!("\"{WORD}\" /n \"C:\\Users\\alice\\Downloads\\invoice.docx\" /o \"\""),
        "2026-11-21T14:48:55.1200000Z",
    );
    let cmd = process(host, 5000, CMD, r#"cmd.exe /k "whoami & calc.exe""#, "2026-11-21T14:49:01.5000000Z");
    let shell = process(host, 5044, SHELL, "powershell -w hidden -c calc.exe", "2026-11-21T14:49:02.0000000Z");
    let first = Detection {
        rule: rule(
            "6f0d6a2e-0000-4000-8000-000000000001",
            "Office application starts a command interpreter",
            Level::Critical,
        ),
        techniques: vec!["T1559.002".to_owned(), "T1059.003".to_owned()],
        event: event(host, 4711, "2026-11-21T14:49:01.5000000Z", SYSMON, 1),
        fields: vec![
            matched("ParentImage", WORD, r"ends with \WINWORD.EXE"),
            matched("Image", CMD, r"ends with \cmd.exe"),
            matched("CommandLine", r#"cmd.exe /k "whoami & calc.exe""#, "contains whoami"),
        ],
        context: vec![Shown { field: "IntegrityLevel".to_owned(), value: "Medium".to_owned() }],
        why: "WINWORD.EXE started cmd.exe: a document told Word to run a command.".to_owned(),
        lineage: vec![explorer.clone(), word.clone(), cmd.clone()],
        events: Vec::new(),
        baseline: Some(Familiarity::New),
    };
    let second = Detection {
        rule: rule(
            "6f0d6a2e-0000-4000-8000-000000000002",
            "Hidden PowerShell below an Office application",
            Level::High,
        ),
        techniques: vec!["T1059.001".to_owned()],
        event: event(host, 4712, "2026-11-21T14:49:02.0000000Z", SYSMON, 1),
        fields: vec![matched("CommandLine", "powershell -w hidden -c calc.exe", "contains -w hidden")],
        context: Vec::new(),
        why: "AncestorImage ends with \\WINWORD.EXE two generations up.".to_owned(),
        lineage: vec![explorer, word, cmd, shell],
        events: Vec::new(),
        baseline: None,
    };
    vec![first, second]
}

fn registry(host: &str) -> Detection {
    let key = r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Office\16.0\Word\Security\AllowDDE";
    Detection {
        rule: rule("6f0d6a2e-0000-4000-8000-000000000003", "DDE switched on in Word by a registry change", Level::High),
        techniques: vec!["T1559.002".to_owned(), "T1112".to_owned()],
        event: event(host, 4600, "2026-11-21T14:40:00.0000000Z", SYSMON, 13),
        fields: vec![
            matched("TargetObject", key, r"ends with \Word\Security\AllowDDE"),
            matched("Details", "DWORD (0x00000002)", "is DWORD (0x00000002)"),
        ],
        context: vec![Shown { field: "Image".to_owned(), value: r"C:\Windows\regedit.exe".to_owned() }],
        why: "AllowDDE was set to 2: Word starts programs that DDE fields name.".to_owned(),
        lineage: vec![process(
            host,
            900,
            r"C:\Windows\regedit.exe",
            "regedit /s a.reg",
            "2026-11-21T14:39:59.0000000Z",
        )],
        events: Vec::new(),
        baseline: None,
    }
}

/// One of many like it.
pub(crate) fn noise(host: &str, number: u64) -> Detection {
    let time = format!("2026-11-21T15:{:02}:{:02}.0000000Z", number / 60 % 60, number % 60);
    let parent = process(host, 640, r"C:\Windows\System32\services.exe", "", "2026-11-21T08:00:00.0000000Z");
    let child =
        process(host, 6000 + number, r"C:\Windows\System32\svchost.exe", &format!("svchost.exe -k n{number}"), &time);
    Detection {
        rule: rule("6f0d6a2e-0000-4000-8000-000000000004", "Service host with an unusual group", Level::Low),
        techniques: vec!["T1543.003".to_owned()],
        event: event(host, 9000 + number, &time, "Security", 4688),
        fields: vec![matched(
            "CommandLine",
            &format!("svchost.exe -k n{number}"),
            "matches regular expression -k n\\d+",
        )],
        context: Vec::new(),
        why: "The group is none of Windows' own.".to_owned(),
        lineage: vec![parent, child],
        events: Vec::new(),
        baseline: None,
    }
}

/// A correlation without process or time zone, whose every string is hostile.
fn hostile() -> Detection {
    let event = EventRef {
        source: format!("in/{HOSTILE}.evtx"),
        record: 7,
        offset: 0,
        time: "2026-11-21T13:00:00.0000000".to_owned(),
        host: HOSTILE.to_owned(),
        channel: HOSTILE.to_owned(),
        event_id: 0,
        schema: String::new(),
    };
    Detection {
        rule: RuleRef {
            id: format!("id {HOSTILE}"),
            title: format!("title {HOSTILE}"),
            level: Level::Medium,
            file: HOSTILE.to_owned(),
        },
        techniques: vec!["T1559.002".to_owned()],
        event: event.clone(),
        fields: vec![matched(HOSTILE, HOSTILE, HOSTILE), matched("", HOSTILE, "contains x")],
        context: vec![Shown { field: HOSTILE.to_owned(), value: format!("{HOSTILE} shown") }],
        why: HOSTILE.to_owned(),
        lineage: vec![
            Process {
                key: "k1".to_owned(),
                image: HOSTILE.to_owned(),
                command: HOSTILE.to_owned(),
                ..Process::default()
            },
            Process {
                key: "k2".to_owned(),
                user: HOSTILE.to_owned(),
                command: HOSTILE.to_owned(),
                ..Process::default()
            },
        ],
        events: vec![event.clone(), event],
        baseline: Some(Familiarity::Rare),
    }
}

/// Every detection, in the order in which a hunt would give them.
pub(crate) fn detections() -> Vec<Detection> {
    let mut all = vec![hostile(), registry("ws-017")];
    all.extend(office_chain("ws-017"));
    all.extend((0..40).map(|number| noise("ws-017", number)));
    all.extend(office_chain("ws-042"));
    all
}

pub(crate) fn diagnostics() -> Vec<Diagnostic> {
    let part = PartPath::root("logs/ws-017/Security.evtx");
    let broken = Diagnostic {
        artifact: "logs/ws-017/Security.evtx".to_owned(),
        ..Diagnostic::new(
            code::BROKEN_CHECKSUM,
            part.clone(),
            Location::bytes(0x11000, 65536),
            format!("bad chunk {HOSTILE}"),
        )
    };
    let note = Diagnostic::new(code::NOTE_ODD, part, Location::default(), "the log was not closed");
    vec![broken, note]
}

pub(crate) fn summary() -> HuntSummary {
    let mut summary = HuntSummary {
        logs: 12,
        incomplete: 1,
        events: 1_234_567,
        bytes: 812_345_678,
        rules: 3_780,
        suppressed: 4,
        duplicates: 3,
        other_files: 2,
        span: Some(("2026-11-20T00:00:00.0000000Z".to_owned(), "2026-11-21T23:59:59.0000000Z".to_owned())),
        clocks: vec![format!("the clock of {HOSTILE} is 4 min ahead")],
        elapsed: Some(1234),
        ..HuntSummary::default()
    };
    for (level, count) in [("critical", 2), ("high", 3), ("medium", 1), ("low", 40)] {
        summary.detections.insert(level.to_owned(), count);
    }
    summary.diagnostics.insert("broken.checksum".to_owned(), 1);
    summary.diagnostics.insert("note.odd".to_owned(), 1);
    summary.unfired.push(Unreachable {
        id: "6f0d6a2e-0000-4000-8000-000000000009".to_owned(),
        title: HOSTILE.to_owned(),
        why: "no log holds image_load records".to_owned(),
    });
    summary
}

pub(crate) fn meta(width: usize) -> HuntMeta {
    let rule = HuntRule {
        id: "6f0d6a2e-0000-4000-8000-000000000001".to_owned(),
        description: format!("Word, Excel and their kin seldom start shells. {HOSTILE}"),
        false_positives: vec!["Add-ins that call batch files".to_owned()],
        references: vec!["https://attack.mitre.org/techniques/T1559/002/".to_owned(), format!("javascript:{HOSTILE}")],
        author: HOSTILE.to_owned(),
        tags: vec!["attack.t1559.002".to_owned()],
    };
    HuntMeta { version: "0".to_owned(), content: "1".to_owned(), width, rules: vec![rule], ..HuntMeta::default() }
}

/// A whole output.
pub(crate) fn rendered(format: &str, meta: &HuntMeta) -> String {
    let mut renderer = ddefend_report::hunt_renderer(format, meta).unwrap();
    let mut out = renderer.begin();
    for detection in detections() {
        out.push_str(&renderer.detection(&detection));
    }
    for diagnostic in diagnostics() {
        out.push_str(&renderer.diagnostic(&diagnostic));
    }
    out.push_str(&renderer.end(&summary()));
    out
}
