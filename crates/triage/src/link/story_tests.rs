use crate::link::testing::{CMD, EXPLORER, Made, OUTLOOK, SHELL, WORD, guid, settings};
use crate::{ChildClass, FactKind, Linked};
use ddefend_model::case::EdgeKind;
use ddefend_model::provenance::{Contained, JournalEntry};

const PATH: &str = r"C:\Users\alice\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\AB12\Invoice.docx";

/// A mail, its document, Word, cmd, PowerShell, the network.
fn whole() -> Made {
    let mut made = Made::new();
    let mail = made.file("mail.eml", "mm", &[]);
    made.evidence.files[mail].provenance.mail = Some(ddefend_model::provenance::Mail::default());
    made.inside(mail, "Invoice.docx", &"aa".repeat(32), 1000);
    made.file("Invoice.docx", &"aa".repeat(32), &["cmd.exe /c powershell -w hidden calc"]);
    made.start(-3600, 5, OUTLOOK, "outlook.exe", 4, EXPLORER);
    let outlook = guid(5);
    made.fact(FactKind::File, -5, &[("ProcessGuid", &outlook), ("Image", OUTLOOK), ("TargetFilename", PATH)]);
    made.start(0, 10, WORD, &format!(r#""{WORD}" /n "{PATH}""#), 5, OUTLOOK);
    made.start(12, 20, CMD, "cmd.exe /c powershell -w hidden calc", 10, WORD);
    made.start(13, 30, SHELL, "powershell -w hidden calc", 20, CMD);
    let shell = guid(30);
    made.fact(
        FactKind::Network,
        15,
        &[("ProcessGuid", &shell), ("DestinationIp", "203.0.113.9"), ("DestinationPort", "443")],
    );
    made
}

fn labels(linked: &Linked, story: usize) -> Vec<String> {
    let ids = &linked.stories[story].nodes;
    ids.iter().filter_map(|id| linked.nodes.iter().find(|node| node.id == *id)).map(|node| node.label.clone()).collect()
}

#[test]
fn the_best_path_from_mail_to_network() {
    let linked = whole().link();
    assert_eq!(
        labels(&linked, 0),
        [
            "mail.eml",
            "outlook.exe",
            "Invoice.docx",
            "winword.exe",
            "finding #1",
            "cmd.exe",
            "powershell.exe",
            "203.0.113.9:443"
        ]
    );
    assert!((linked.stories[0].score - 0.8).abs() < 0.001, "{}", linked.stories[0].score);
    let has = |kind| linked.edges.iter().any(|edge| edge.kind == kind);
    for kind in [
        EdgeKind::Delivered,
        EdgeKind::Saved,
        EdgeKind::Opened,
        EdgeKind::Holds,
        EdgeKind::Ran,
        EdgeKind::Started,
        EdgeKind::Contacted,
    ] {
        assert!(has(kind), "{kind:?}");
    }
    assert_eq!(linked.hosts, ["pc1.corp.example"]);
    assert_eq!(linked.users, [r"CORP\alice"]);
    assert_eq!(linked.begin, Some(crate::link::testing::at(0)));
    assert_eq!(linked.end, Some(crate::link::testing::at(15)));
    let ids: std::collections::BTreeSet<&str> = linked.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids.len(), linked.nodes.len());
    assert!(linked.edges.iter().all(|edge| ids.contains(edge.from.as_str()) && ids.contains(edge.to.as_str())));
    // The shell's own child is told once: only the outermost process runs the field's command.
    assert_eq!(linked.matches.len(), 1);
}

#[test]
fn facts_in_any_order_tell_the_same() {
    let told = |made: &Made| {
        let linked = made.link();
        (labels(&linked, 0), linked.stories[0].score.to_bits(), linked.hosts, linked.begin, linked.end)
    };
    let made = whole();
    let mut turned = whole();
    turned.evidence.facts.reverse();
    assert_eq!(told(&made), told(&turned));
}

#[test]
fn another_incident_stays_apart() {
    let mut made = whole();
    made.host = "PC2".to_owned();
    made.start(100, 50, WORD, "winword.exe", 5, EXPLORER);
    made.start(101, 60, r"C:\Windows\System32\mshta.exe", "mshta http://other.example/x", 50, WORD);
    let linked = made.link();
    assert_eq!(linked.hosts, ["pc1.corp.example"]);
    assert_eq!(
        linked.others.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(),
        ["winword.exe on pc2 started mshta.exe."]
    );
    assert_eq!(linked.stories.iter().filter(|story| !story.own).count(), 1);
}

#[test]
fn the_same_document_on_two_hosts_is_one_incident() {
    let mut made = whole();
    made.host = "PC2".to_owned();
    made.start(100, 50, WORD, r#"winword.exe "C:\Users\bob\Invoice.docx""#, 5, EXPLORER);
    made.start(101, 60, CMD, "cmd.exe /c powershell -w hidden calc", 50, WORD);
    assert_eq!(made.link().hosts, ["pc1.corp.example", "pc2"]);
}

#[test]
fn classes_of_children() {
    let mut made = Made::new();
    made.start(0, 10, WORD, "winword", 4, EXPLORER);
    let equation = r"C:\Program Files\Common Files\microsoft shared\EQUATION\EQNEDT32.EXE";
    made.start(0, 11, equation, "eqnedt32 -Embedding", 4, r"C:\Windows\System32\svchost.exe");
    let mut add = |pid: u64, image: &str, command: &str, parent: u64, by: &str| {
        made.start(1, pid, image, command, parent, by);
    };
    add(20, CMD, "cmd", 10, WORD);
    add(21, r"C:\Windows\System32\certutil.exe", "certutil", 10, WORD);
    add(22, r"C:\Windows\splwow64.exe", "splwow64 8192", 10, WORD);
    add(23, r"C:\Users\alice\splwow64.exe", "splwow64 8192", 10, WORD);
    add(24, r"C:\Program Files\Tool\tool.exe", "tool", 10, WORD);
    add(25, r"C:\Windows\System32\WerFault.exe", "werfault", 11, equation);
    add(26, CMD, "cmd /c C:\\ERP\\refresh.cmd", 10, WORD);
    let mut own = settings();
    own.organisation.benign_child = vec![crate::BenignChild {
        child: r"cmd /c C:\ERP\*".to_owned(),
        parent: String::new(),
        family: "erp".to_owned(),
    }];
    let linked = crate::link(&made.evidence, &own);
    let of = |pid: u64| {
        let child =
            linked.children.iter().find(|child| linked.processes[child.process].pid == Some(pid)).expect("child");
        (child.class, child.family.as_str())
    };
    assert_eq!(of(20), (ChildClass::Interpreter, ""));
    assert_eq!(of(21), (ChildClass::Tool, ""));
    assert_eq!(of(22), (ChildClass::Allowed, ""));
    assert_eq!(of(23), (ChildClass::Rare, ""));
    assert_eq!(of(24), (ChildClass::Other, ""));
    assert_eq!(of(25), (ChildClass::Equation, ""));
    assert_eq!(of(26), (ChildClass::Allowed, "erp"));
    own.organisation.mutable.AllowedParentChildPairs = Some(vec!["excel.exe>splwow64.exe".to_owned()]);
    let linked = crate::link(&made.evidence, &own);
    let print = linked.children.iter().find(|child| linked.processes[child.process].pid == Some(22)).expect("child");
    assert_eq!(print.class, ChildClass::Other);
}

#[test]
fn rare_needs_a_fleet() {
    let mut made = Made::new();
    let tool = r"C:\Program Files\Tool\tool.exe";
    for host in 0..150 {
        made.host = format!("PC{host}");
        made.start(0, 10, WORD, "winword", 4, EXPLORER);
        if host == 7 {
            made.start(1, 20, tool, "tool /x", 10, WORD);
        }
        made.start(1, 21, r"C:\Program Files\Usual\usual.exe", &format!("usual {host}"), 10, WORD);
        // GUIDs are made from ids: hosts must not share them.
        for fact in made.evidence.facts.iter_mut().rev().take(3) {
            fact.values[1].clone_from(&None);
        }
    }
    for fact in &mut made.evidence.facts {
        let guid = fact.spec.fields.iter().position(|field| &**field == "ProcessGuid");
        let parent = fact.spec.fields.iter().position(|field| &**field == "ParentProcessGuid");
        let host = fact.host.to_string();
        for at in [guid, parent].into_iter().flatten() {
            if let Some(value) = &mut fact.values[at] {
                *value = format!("{host}-{value}").into();
            }
        }
    }
    let linked = made.link();
    let rare: Vec<&str> = linked
        .children
        .iter()
        .filter(|child| child.class == ChildClass::Rare)
        .map(|child| linked.processes[child.process].name.as_str())
        .collect();
    assert_eq!(rare, ["tool.exe"]);
}

#[test]
fn stopped_by_a_barrier_without_a_start() {
    let mut made = whole();
    made.evidence.facts.retain(|fact| {
        !(fact.spec.kind == FactKind::Process && fact.get("Image") != Some(WORD)) && fact.spec.kind != FactKind::Network
    });
    made.fact(
        FactKind::Barrier,
        12,
        &[
            ("event", "1121"),
            ("Path", CMD),
            ("Process Name", WORD),
            ("Target Commandline", "cmd.exe /c powershell -w hidden calc"),
        ],
    );
    let linked = made.link();
    let is_cmd = |child: &&crate::Child| linked.processes[child.process].name == "cmd.exe";
    assert!(linked.children.iter().find(is_cmd).expect("child").stopped);
    assert_eq!(linked.matches.first().map(|one| one.how), Some("exact"));
    assert_eq!(linked.barriers.len(), 1);
}

#[test]
fn the_journal_alone_brings_the_file() {
    let mut made = Made::new();
    let file = made.file("Invoice.docx", "aa", &["cmd /c calc"]);
    let attachment = Contained { name: "Invoice.docx".to_owned(), size: 1000, ..Contained::default() };
    made.evidence.journal.push(JournalEntry { attachments: vec![attachment], ..JournalEntry::default() });
    let linked = made.link();
    assert_eq!(linked.mails.first().map(|link| (link.file, link.confidence)), Some((file, 0.9)));
    assert!(linked.edges.iter().any(|edge| edge.kind == EdgeKind::Delivered));
}

#[test]
fn nothing_gives_nothing() {
    let linked = Made::new().link();
    assert!(linked.nodes.is_empty() && linked.stories.is_empty() && linked.begin.is_none());
}

/// A quadratic join would not end in the time that anybody waits for a test.
#[test]
fn many_records_take_little_time() {
    let mut made = whole();
    for n in 0..20_000_u64 {
        let pid = 1000 + n % 3000;
        let second = 20 + i64::try_from(n / 10).unwrap_or(0);
        let (image, parent, by) = match n % 10 {
            0 => (WORD, 4, EXPLORER),
            1 => (CMD, 10, WORD),
            _ => (r"C:\Windows\System32\svchost.exe", 3, r"C:\Windows\System32\services.exe"),
        };
        let command = format!("{image} {n}");
        let (pid, parent) = (pid.to_string(), parent.to_string());
        let values = [
            ("ProcessId", pid.as_str()),
            ("Image", image),
            ("CommandLine", &command),
            ("ParentProcessId", &parent),
            ("ParentImage", by),
        ];
        made.fact(FactKind::Process, second, &values);
    }
    let linked = made.link();
    assert!(linked.children.len() > 1_000);
}
