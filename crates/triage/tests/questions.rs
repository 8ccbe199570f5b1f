//! What each question comes to, on evidence made by hand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

mod common;

use common::{BEGIN, HOST, covered, fact, file, finding, launch_case, process, settings, time, word_started};
use ddefend_model::Level;
use ddefend_model::case::{Answer, Held};
use ddefend_model::provenance::{Authentication, Contained, JournalEntry, Mail, Mailbox, Mark, TrustRecord};
use ddefend_triage::question::answers;
use ddefend_triage::{
    CaseEvidence, ChildClass, CommandMatch, Effect, EffectKind, FactKind, Feed, HistoryCount, Ioc, Linked, LogCoverage,
    MailLink, Settings,
};

fn ask(evidence: &CaseEvidence, linked: &Linked, settings: &Settings, question: &str) -> Answer {
    let all = answers(evidence, linked, settings);
    all.into_iter().find(|answer| answer.question == question).unwrap()
}

fn told(answer: &Answer) -> (Held, &str) {
    (answer.answer, answer.detail.as_str())
}

#[test]
fn nothing_at_all_is_unknown_everywhere() {
    let settings = settings();
    for answer in answers(&CaseEvidence::default(), &Linked::default(), &settings) {
        assert_eq!(answer.answer, Held::Unknown, "{answer:?}");
        assert!(!answer.gaps.is_empty() && answer.points >= 0, "{answer:?}");
        assert!(!answer.text.is_empty() && !answer.text.contains('{'), "{answer:?}");
    }
}

#[test]
fn q0_tells_programs_feeds_and_what_could_not_be_read_apart() {
    let (mut settings, linked) = (settings(), Linked::default());
    let of = |findings, settings: &Settings| {
        let evidence = CaseEvidence { files: vec![file("a.xlsx", findings)], ..CaseEvidence::default() };
        ask(&evidence, &linked, settings, "Q0")
    };
    let feed = || finding("dde.data", Level::Info, "BLP", "M");
    let server = || finding("dde.server", Level::Medium, "ACME", "prices");
    let launch = || finding("dde.launch", Level::Critical, "cmd", "/c whoami");
    assert_eq!(told(&of(vec![launch(), feed()], &settings)), (Held::Yes, "launch"));
    assert_eq!(told(&of(vec![server(), feed()], &settings)), (Held::Yes, "server"));
    assert_eq!(told(&of(vec![feed()], &settings)), (Held::No, "allowlisted"));
    assert_eq!(of(vec![feed()], &settings).values["owners"], 0);
    assert_eq!(told(&of(vec![], &settings)), (Held::No, "none"));
    settings.organisation.feed = vec![
        Feed { service: "blp".to_owned(), topic: String::new(), owner: "Trading desk".to_owned() },
        Feed { service: "acme".to_owned(), topic: "pri*".to_owned(), owner: String::new() },
        Feed { service: "cmd".to_owned(), topic: String::new(), owner: "Somebody".to_owned() },
    ];
    assert_eq!(of(vec![feed()], &settings).values["owners"], 1);
    assert_eq!(told(&of(vec![server()], &settings)), (Held::No, "allowlisted"));
    assert_eq!(of(vec![server(), feed()], &settings).values["owners"], 0, "every feed needs an owner");
    assert_eq!(told(&of(vec![launch()], &settings)), (Held::Yes, "launch"), "no list makes a program a feed");
    let mut damaged = file("a.xlsx", vec![feed()]);
    damaged.scanned.artifact.complete = false;
    let evidence = CaseEvidence { files: vec![damaged], ..CaseEvidence::default() };
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q0")), (Held::Unknown, "unscannable"));
    let mut gone = word_started("cmd.exe", ChildClass::Interpreter);
    gone.openings[0].file = None;
    let evidence = CaseEvidence { files: vec![file("other.docx", vec![])], ..CaseEvidence::default() };
    assert_eq!(told(&ask(&evidence, &gone, &settings, "Q0")), (Held::Unknown, "not-collected"));
}

#[test]
fn q3_needs_a_log_of_that_host_and_time_to_say_no() {
    let settings = settings();
    for (class, held, detail) in [
        (ChildClass::Equation, Held::Yes, "eqnedt32"),
        (ChildClass::Interpreter, Held::Yes, "interpreter"),
        (ChildClass::Tool, Held::Yes, "tool"),
        (ChildClass::Rare, Held::Yes, "rare"),
        (ChildClass::Allowed, Held::No, "benign"),
        (ChildClass::Other, Held::No, "other"),
    ] {
        let answer = ask(&launch_case(), &word_started("x.exe", class), &settings, "Q3");
        assert_eq!(told(&answer), (held, detail));
    }
    let mut linked = word_started("splwow64.exe", ChildClass::Allowed);
    let mut evidence = launch_case();
    for (coverage, held) in [
        (covered(&["sysmon"]), Held::No),
        (covered(&["security"]), Held::Unknown),
        (covered(&["office-alerts"]), Held::Unknown),
        (vec![LogCoverage { host: "ws-099".to_owned(), ..covered(&["sysmon"]).remove(0) }], Held::Unknown),
        (
            vec![LogCoverage {
                span: Some((time("2026-03-02T09:30:00Z").unwrap(), time("2026-03-03T00:00:00Z").unwrap())),
                ..covered(&["sysmon"]).remove(0)
            }],
            Held::Unknown,
        ),
        (vec![LogCoverage { host: "WS-042.corp.example".to_owned(), ..covered(&["sysmon"]).remove(0) }], Held::No),
    ] {
        evidence.coverage = coverage;
        assert_eq!(ask(&evidence, &linked, &settings, "Q3").answer, held, "{:?}", evidence.coverage);
    }
    evidence.coverage = covered(&["security"]);
    evidence.facts = vec![fact(FactKind::Process, 4688, BEGIN, &[])];
    linked.children.clear();
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q3")), (Held::No, "none"));
}

fn mail(from: &str, authentication: Authentication, aligned: bool) -> Mail {
    Mail {
        message_id: "m1@x.example".to_owned(),
        date: "2026-03-02T08:30:00Z".to_owned(),
        from: vec![Mailbox { name: String::new(), address: from.to_owned() }],
        recipients: vec![Mailbox { name: String::new(), address: "m.weber@corp.example".to_owned() }],
        authentication,
        aligned,
        ..Mail::default()
    }
}

fn mailed(from: &str, authentication: Authentication, earlier: &[&str]) -> (CaseEvidence, Linked) {
    let mut evidence = launch_case();
    let mut holder = file("mail/invoice.eml", vec![]);
    holder.provenance.mail = Some(mail(from, authentication, authentication == Authentication::Pass));
    evidence.files.push(holder);
    evidence.has_journal = true;
    let entry = |time: &str| JournalEntry {
        time: time.to_owned(),
        from: from.to_owned(),
        action: "delivered".to_owned(),
        ..JournalEntry::default()
    };
    evidence.journal = earlier.iter().map(|time| entry(time)).collect();
    let mut linked = word_started("cmd.exe", ChildClass::Interpreter);
    linked.mails = vec![MailLink { mail: Some(1), journal: None, file: 0, confidence: 1.0, rule: "hash" }];
    (evidence, linked)
}

#[test]
fn q1_trusts_only_what_is_authenticated_and_known_for_days() {
    let mut settings = settings();
    settings.organisation.internal_domains = vec!["corp.example".to_owned()];
    settings.organisation.protected_domains = vec!["partner.example".to_owned()];
    let three = ["2026-02-20T08:00:00Z", "2026-02-20T09:00:00Z", "2026-02-25T08:00:00Z"];
    let one_day = ["2026-02-20T08:00:00Z", "2026-02-20T09:00:00Z", "2026-02-20T10:00:00Z"];
    let today = ["2026-03-02T07:00:00Z", "2026-03-02T07:10:00Z", "2026-03-02T07:20:00Z"];
    for (from, authentication, earlier, held, detail) in [
        ("a@partner.example", Authentication::Pass, &three, Held::Yes, "trusted"),
        ("a@partner.example", Authentication::Pass, &one_day, Held::Unknown, "undecided"),
        ("a@partner.example", Authentication::Undetermined, &three, Held::Unknown, "undecided"),
        ("a@partner.example", Authentication::Fail, &three, Held::No, "auth-fail"),
        ("a@partner.example", Authentication::Pass, &today, Held::No, "first-seen"),
        ("a@partn3r.example", Authentication::Pass, &three, Held::No, "look-alike"),
    ] {
        let (evidence, linked) = mailed(from, authentication, earlier);
        let answer = ask(&evidence, &linked, &settings, "Q1");
        assert_eq!(told(&answer), (held, detail), "{from} {authentication:?}: {answer:?}");
        assert!(answer.points >= 0, "Office started something: trust takes nothing away");
    }
    let (evidence, mut linked) = mailed("a@partner.example", Authentication::Pass, &three);
    linked.children.clear();
    assert_eq!(ask(&evidence, &linked, &settings, "Q1").points, -15);
    linked.marks = vec![vec![
        Mark { zone: Some(0), ..Mark::default() },
        Mark { zone: Some(3), form: "sysmon-15".to_owned(), ..Mark::default() },
    ]];
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q1")), (Held::No, "internet-zone"), "the worst mark counts");
    let mut linked = word_started("cmd.exe", ChildClass::Interpreter);
    linked.openings[0].path = "C:\\Users\\m.weber\\Downloads\\Invoice.docx".to_owned();
    assert_eq!(told(&ask(&launch_case(), &linked, &settings, "Q1")), (Held::Unknown, "lost-mark"));
}

#[test]
fn q2_holds_the_vectors_and_asks_for_seven_days() {
    let settings = settings();
    let linked = |starts: usize| {
        let mut linked = word_started("cmd.exe", ChildClass::Interpreter);
        for number in 1..starts {
            linked.processes.push(process("cmd.exe", 100 + number as u64, Some(0), "cmd.exe /c whoami"));
            let child = linked.children[0].clone();
            linked.children.push(ddefend_triage::Child { process: 1 + number, ..child });
        }
        linked
    };
    let history = |days: usize, counts: &[u64], scope: &str| -> Vec<HistoryCount> {
        let begin = time("2026-03-02T00:00:00Z").unwrap().ticks;
        (0..days)
            .map(|day| {
                let at = ddefend_event::Time {
                    ticks: begin - (day as i64 + 1) * 864_000_000_000,
                    zone: ddefend_event::Zone::Utc,
                };
                HistoryCount {
                    metric: "office-interpreter".to_owned(),
                    scope: scope.to_owned(),
                    name: if scope == "host" { HOST.to_owned() } else { String::new() },
                    day: at.to_string().chars().take(10).collect(),
                    count: counts.get(day).copied().unwrap_or(0),
                    source: "history.csv".to_owned(),
                }
            })
            .collect()
    };
    let mut evidence = CaseEvidence::default();
    for (days, counts, starts, scope, held, detail) in [
        (30, vec![], 2, "host", Held::Yes, "host"),
        (30, vec![], 2, "org", Held::Yes, "org"),
        (30, vec![], 1, "host", Held::No, "weak"),
        (30, vec![1, 1, 1], 2, "host", Held::Yes, "host"),
        (30, vec![1; 30], 3, "host", Held::No, "usual"),
        (30, vec![1; 30], 5, "host", Held::Yes, "host"),
        (6, vec![], 9, "host", Held::Unknown, ""),
        (7, vec![], 2, "host", Held::Yes, "host"),
        // Bursts: the days vary much, and one more is no rise.
        (12, vec![0, 40, 0, 0, 35, 1, 0, 50, 0, 2, 38, 0], 30, "host", Held::No, "usual"),
        // Every Monday is like that (2026-03-02 is one).
        (28, (0..28).map(|day| if day % 7 == 6 { 4 } else { 0 }).collect(), 4, "host", Held::No, "usual"),
    ] {
        evidence.history = history(days, &counts, scope);
        let answer = ask(&evidence, &linked(starts), &settings, "Q2");
        assert_eq!(told(&answer), (held, detail), "{days} {counts:?} {starts}: {answer:?}");
    }
    // Days inside of confirmed cases are no history.
    evidence.history = history(8, &[], "host");
    let confirmed: Vec<HistoryCount> = evidence.history[..2]
        .iter()
        .map(|day| HistoryCount { metric: "confirmed".to_owned(), ..day.clone() })
        .collect();
    evidence.history.extend(confirmed);
    assert_eq!(ask(&evidence, &linked(2), &settings, "Q2").answer, Held::Unknown);
}

#[test]
fn q4_counts_recipients_verdicts_and_folders_within_the_window() {
    let settings = settings();
    let (mut evidence, linked) = mailed("a@x.example", Authentication::Fail, &[]);
    let entry = |time: &str, to: &[&str], verdict: &str| JournalEntry {
        time: time.to_owned(),
        from: "a@x.example".to_owned(),
        to: to.iter().map(|to| (*to).to_owned()).collect(),
        verdict: verdict.to_owned(),
        attachments: vec![Contained { sha256: "ab".repeat(32), ..Contained::default() }],
        ..JournalEntry::default()
    };
    for (journal, held, detail) in [
        (vec![entry("2026-03-02T08:00:00Z", &["m.weber@corp.example"], "clean")], Held::No, "none"),
        (
            vec![entry("2026-03-02T08:00:00Z", &["m.weber@corp.example", "b@corp.example"], "clean")],
            Held::Yes,
            "recipients",
        ),
        (vec![entry("2026-03-02T08:00:00Z", &["m.weber@corp.example"], "Phishing")], Held::Yes, "verdict"),
        (
            vec![entry("2026-02-20T08:00:00Z", &["m.weber@corp.example", "b@corp.example"], "phishing")],
            Held::No,
            "none",
        ),
        (vec![], Held::No, "none"),
    ] {
        evidence.journal = journal;
        assert_eq!(told(&ask(&evidence, &linked, &settings, "Q4")), (held, detail), "{:?}", evidence.journal);
    }
    evidence.has_journal = false;
    assert_eq!(ask(&evidence, &linked, &settings, "Q4").answer, Held::Unknown);
    let mut linked = linked;
    linked.openings[0].path =
        "C:\\Users\\m\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\X1\\Invoice.docx".to_owned();
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q4")), (Held::Yes, "mail-folder"));
}

#[test]
fn q6_reads_the_hive_and_q12_protected_view() {
    let settings = settings();
    let mut evidence = launch_case();
    let mut linked = word_started("cmd.exe", ChildClass::Interpreter);
    linked.children.clear();
    linked.marks = vec![vec![Mark { zone: Some(3), ..Mark::default() }]];
    assert_eq!(ask(&evidence, &linked, &settings, "Q6").answer, Held::Unknown);
    evidence.user_hives = vec!["m.weber".to_owned()];
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q6")), (Held::No, "not-passed"));
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q12")), (Held::Yes, "protected-view"));
    evidence.trust = vec![TrustRecord {
        document: "%USERPROFILE%/Documents/invoice.DOCX".to_owned(),
        choice: "enabled editing".to_owned(),
        ..TrustRecord::default()
    }];
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q6")), (Held::Yes, "trust-record"));
    assert_eq!(ask(&evidence, &linked, &settings, "Q12").answer, Held::Unknown);
}

#[test]
fn q7_takes_the_best_match_and_needs_logs_to_say_no() {
    let settings = settings();
    let mut linked = word_started("cmd.exe", ChildClass::Interpreter);
    assert_eq!(told(&ask(&launch_case(), &linked, &settings, "Q7")), (Held::No, "none"));
    for (how, confidence, held, points) in [
        ("exact", 1.0, Held::Yes, 25),
        ("normalised", 0.9, Held::Yes, 20),
        ("partial", 0.7, Held::Yes, 8),
        ("image", 0.4, Held::No, 0),
    ] {
        linked.matches =
            vec![CommandMatch { finding: (0, 0), process: 1, confidence, how, why: "It agrees.".to_owned() }];
        let answer = ask(&launch_case(), &linked, &settings, "Q7");
        assert_eq!((answer.answer, answer.detail.as_str(), answer.points), (held, how, points));
        assert!(!answer.evidence.is_empty());
    }
    let mut evidence = launch_case();
    evidence.coverage.clear();
    linked.matches.clear();
    assert_eq!(ask(&evidence, &linked, &settings, "Q7").answer, Held::Unknown);
}

#[test]
fn q8_counts_kinds_of_the_tree_alone() {
    let settings = settings();
    let mut evidence = launch_case();
    evidence.facts = vec![fact(FactKind::Network, 3, BEGIN, &[("DestinationIp", "203.0.113.9")])];
    let mut linked = word_started("cmd.exe", ChildClass::Interpreter);
    let effect =
        |process, kind| Effect { process, kind, fact: 0, target: "x".to_owned(), external: true, first_seen: true };
    for (effects, held, points) in [
        (vec![], Held::No, 0),
        (vec![effect(0, EffectKind::Network)], Held::No, 0),
        (vec![effect(1, EffectKind::File)], Held::No, 0),
        (vec![effect(1, EffectKind::Network), effect(1, EffectKind::Network)], Held::Yes, 15),
        (vec![effect(1, EffectKind::Network), effect(1, EffectKind::Executable)], Held::Yes, 30),
        (
            vec![effect(1, EffectKind::Network), effect(1, EffectKind::Executable), effect(1, EffectKind::Persistence)],
            Held::Yes,
            30,
        ),
    ] {
        linked.effects = effects;
        let answer = ask(&evidence, &linked, &settings, "Q8");
        assert_eq!((answer.answer, answer.points), (held, points), "{answer:?}");
    }
    linked.effects.clear();
    evidence.coverage = covered(&["security"]);
    assert_eq!(ask(&evidence, &linked, &settings, "Q8").answer, Held::Unknown);
}

#[test]
fn q9_sees_remote_logons_just_before_and_needs_the_security_log() {
    let settings = settings();
    let linked = word_started("cmd.exe", ChildClass::Interpreter);
    let logon = |at: &str, kind: &str, from: &str| {
        fact(FactKind::Logon, 4624, at, &[("TargetUserName", "m.weber"), ("LogonType", kind), ("IpAddress", from)])
    };
    let mut evidence = launch_case();
    evidence.coverage = covered(&["security"]);
    for (facts, held) in [
        (vec![], Held::Unknown),
        (vec![logon("2026-03-02T07:00:00Z", "2", "127.0.0.1")], Held::No),
        (vec![logon("2026-03-02T08:59:00Z", "10", "198.51.100.7")], Held::Yes),
        (vec![logon("2026-03-02T08:00:00Z", "10", "198.51.100.7")], Held::No),
        (vec![logon("2026-03-02T08:59:00Z", "3", "-")], Held::No),
    ] {
        evidence.facts = facts;
        assert_eq!(ask(&evidence, &linked, &settings, "Q9").answer, held, "{:?}", evidence.facts);
    }
}

#[test]
fn q10_matches_by_sort_and_q11_counts_hosts() {
    let settings = settings();
    let (mut evidence, mut linked) = mailed("a@x.example", Authentication::Fail, &[]);
    assert_eq!(ask(&evidence, &linked, &settings, "Q10").answer, Held::Unknown);
    evidence.has_iocs = true;
    let ioc = |kind: &str, value: &str| Ioc {
        kind: kind.to_owned(),
        value: value.to_owned(),
        about: "campaign".to_owned(),
        source: "iocs.csv".to_owned(),
    };
    for (known, held) in [
        (ioc("hash", &"AB".repeat(32)), Held::Yes),
        (ioc("sender", "A@x.example"), Held::Yes),
        (ioc("domain", "example"), Held::Yes),
        (ioc("domain", "ple"), Held::No),
        (ioc("ip", "203.0.113.9"), Held::No),
        (ioc("command", "cmd.exe /c whoami"), Held::Yes),
        (ioc("command", ""), Held::No),
    ] {
        evidence.iocs = vec![known];
        assert_eq!(ask(&evidence, &linked, &settings, "Q10").answer, held, "{:?}", evidence.iocs);
    }
    assert_eq!(ask(&evidence, &linked, &settings, "Q11").answer, Held::Unknown);
    evidence.coverage.push(LogCoverage { host: "ws-043".to_owned(), ..covered(&["sysmon"]).remove(0) });
    assert_eq!(ask(&evidence, &linked, &settings, "Q11").answer, Held::No);
    for (at, host) in ["ws-043", "ws-044"].iter().enumerate() {
        linked.processes.push(ddefend_triage::Proc {
            host: (*host).to_owned(),
            ..process("cmd.exe", 50 + at as u64, Some(0), "cmd.exe /c whoami")
        });
        let child = linked.children[0].clone();
        linked.children.push(ddefend_triage::Child { process: 2 + at, ..child });
    }
    let answer = ask(&evidence, &linked, &settings, "Q11");
    assert_eq!((answer.answer, answer.values["hosts"], answer.points), (Held::Yes, 3, 10));
}

#[test]
fn q12_tells_what_held_and_what_got_through() {
    let settings = settings();
    let mut evidence = launch_case();
    let mut linked = word_started("cmd.exe", ChildClass::Interpreter);
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q12")), (Held::No, "ran"));
    let blocked =
        |id: u32| fact(FactKind::Barrier, id, "2026-03-02T09:00:12Z", &[("Path", "C:\\Windows\\System32\\cmd.exe")]);
    evidence.facts = vec![blocked(1121)];
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q12")), (Held::No, "not-all"));
    linked.children[0].stopped = true;
    assert_eq!(told(&ask(&evidence, &linked, &settings, "Q12")), (Held::Yes, "asr"));
    linked.processes.push(process("whoami.exe", 30, Some(1), "whoami"));
    assert_eq!(
        told(&ask(&evidence, &linked, &settings, "Q12")),
        (Held::No, "not-all"),
        "what has a child of its own ran"
    );
    let mut quiet = word_started("cmd.exe", ChildClass::Interpreter);
    quiet.children.clear();
    evidence.facts = vec![blocked(1122)];
    assert_eq!(ask(&evidence, &quiet, &settings, "Q12").answer, Held::Unknown, "an audit stops nothing");
}
