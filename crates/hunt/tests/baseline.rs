//! Baselines: forms of command lines, what is rare, which detections go, files under attack.
#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_event::Time;
use ddefend_hunt::baseline::{Baseline, BaselineError, Learner, Start, template};
use ddefend_model::{Familiarity, MatchedField};
use ddefend_rule::ir::Meta;
use proptest::prelude::*;

#[test]
fn forms_mask_what_changes_and_keep_what_matters() {
    for (command, form) in [
        (r"C:\Windows\splwow64.exe 12288", r"c:\windows\splwow<n>.exe <n>"),
        (r#""C:\Users\Alice B\AppData\x.exe"  /a"#, r#""c:\users\<user>\appdata\x.exe" /a"#),
        (r"cmd /c C:\Users\bob\AppData\Local\Temp\~DF3a2.tmp", r"cmd /c c:\users\<user>\appdata\local\temp\<temp>.tmp"),
        (r"%TEMP%\run.bat", r"%temp%\run.bat"),
        ("x -Embedding {6F0D6A2E-1111-4000-8000-0000000000FF}", "x -embedding {<guid>}"),
        ("x 0xDEADBEEF deadbeef01 1,2", "x <hex> <hex> <n>,<n>"),
        ("curl http://10.0.0.5:8080/a 16.0.17328.1", "curl http://10.0.0.5:<n>/a <n>.<n>.<n>.<n>"),
        ("echo <n> 5", "echo <<n> <n>"),
        ("feedface cafe", "feedface cafe"),
        (r"C:\Users\Public\a.exe", r"c:\users\public\a.exe"),
        ("powershell -enc SQBFAFgA", "powershell -enc sqbfafga"),
        ("  a\t\n b  ", "a b"),
        ("", ""),
    ] {
        assert_eq!(template(command), form, "{command}");
    }
    assert_eq!(template("ÀÉ 2\u{202e}"), "àé <n>\u{202e}");
}

fn learned(hosts: u64) -> Baseline {
    let mut learner = Learner::default();
    for host in 0..hosts {
        let name = format!("ws-{host}");
        let time = Time::parse(&format!("2026-10-{:02}T08:00:00Z", 1 + host % 28));
        let usual = Start {
            host: &name,
            time,
            parent: r"C:\Office\WINWORD.EXE",
            child: r"C:\Windows\splwow64.exe",
            command: "splwow64.exe 8192",
        };
        learner.learn(&usual);
        if host < 2 {
            learner.learn(&Start { child: "addin.exe", command: "addin.exe /q", ..usual });
        }
        learner.learn(&Start { child: "", ..usual });
    }
    learner.finish("0.1.0")
}

#[test]
fn familiar_pairs_are_told_from_rare_and_new_ones() {
    let baseline = learned(250);
    let ask = |child, command| baseline.familiarity("winword.exe", child, command);
    assert_eq!(ask(r"D:\x\SPLWOW64.EXE", "splwow64.exe 12288"), Familiarity::Known);
    assert_eq!(ask("splwow64.exe", "splwow64.exe /evil"), Familiarity::New);
    assert_eq!(ask("addin.exe", "addin.exe /q"), Familiarity::Rare);
    assert_eq!(baseline.familiarity("excel.exe", "splwow64.exe", "splwow64.exe 1"), Familiarity::New);
    // On a single host nothing is rare by share.
    assert_eq!(learned(1).familiarity("winword.exe", "addin.exe", "addin.exe /q"), Familiarity::Known);
    let provenance = baseline.provenance();
    assert_eq!((provenance.hosts, provenance.events, provenance.dropped), (250, 252, 0));
    assert_eq!(provenance.from, "2026-10-01T08:00:00.0000000Z");
}

#[test]
fn only_usual_pairs_of_rules_on_the_parent_are_suppressed() {
    let baseline = learned(250);
    let field = |name: &str| MatchedField { field: name.to_owned(), value: String::new(), asked: String::new() };
    let mut rule = Meta::default();
    let judge = |rule: &Meta, field: &MatchedField, child: &str, command: &str| {
        let judged = baseline.judge(rule, std::slice::from_ref(field), "WINWORD.EXE", child, command);
        (judged.familiarity, judged.suppress)
    };
    let parent = field("ParentImage");
    assert_eq!(judge(&rule, &parent, "splwow64.exe", "splwow64.exe 1"), (Familiarity::Known, true));
    assert_eq!(judge(&rule, &field("Image"), "splwow64.exe", "splwow64.exe 1"), (Familiarity::Known, false));
    assert_eq!(judge(&rule, &field("AncestorImage"), "splwow64.exe", "splwow64.exe 1"), (Familiarity::Known, false));
    assert_eq!(judge(&rule, &parent, "addin.exe", "addin.exe /q"), (Familiarity::Rare, false));
    assert_eq!(judge(&rule, &parent, "cmd.exe", "cmd"), (Familiarity::New, false));
    rule.custom.insert("baseline".to_owned(), "never".to_owned());
    assert_eq!(judge(&rule, &parent, "splwow64.exe", "splwow64.exe 1"), (Familiarity::Known, false));
}

#[test]
fn files_come_back_as_they_went() {
    let baseline = learned(40);
    let text = baseline.to_toml();
    assert!(text.starts_with("format = \"ddefend-baseline\"\nversion = 1\n"), "{text}");
    assert_eq!(Baseline::from_toml(&text).unwrap(), baseline);
    let empty = Learner::default().finish("0");
    assert_eq!(Baseline::from_toml(&empty.to_toml()).unwrap(), empty);
}

#[test]
fn hostile_files_are_refused() {
    let good = learned(4).to_toml();
    let broken = |from: &str, to: &str| Baseline::from_toml(&good.replace(from, to)).unwrap_err();
    assert!(matches!(broken("version = 1", "version = 2"), BaselineError::Unknown(_)));
    assert!(matches!(broken("ddefend-baseline", "other"), BaselineError::Unknown(_)));
    assert!(matches!(broken("hosts = 4\ndays", "hosts = 9\ndays"), BaselineError::Contradiction(_)));
    assert!(matches!(broken("[provenance]", "[provenance]\nextra = 1"), BaselineError::Malformed(_)));
    assert!(matches!(Baseline::from_toml("\u{0}"), Err(BaselineError::Malformed(_))));
    let pair = good.split_once("[[pair]]").unwrap().1.split("[[pair]]").next().unwrap().to_owned();
    let twice = format!("{good}\n[[pair]]{pair}");
    assert!(matches!(Baseline::from_toml(&twice), Err(BaselineError::Contradiction(_))));
    let many = format!("{good}{}", "[[pair]]\n".repeat(200_001));
    assert!(matches!(Baseline::from_toml(&many), Err(BaselineError::TooLarge(_))));
    let deep = format!("x = {}", "[".repeat(100_000));
    assert!(matches!(Baseline::from_toml(&deep), Err(BaselineError::Malformed(_))));
}

proptest! {
    #[test]
    fn forms_are_stable_and_bounded(command in "\\PC{0,200}") {
        let form = template(&command);
        prop_assert!(form.len() <= command.len() * 12 + 8);
        prop_assert_eq!(template(&format!("  {}  ", command)), form);
    }

    #[test]
    fn any_command_survives_the_file(command in ".{0,80}", parent in ".{0,20}") {
        let mut learner = Learner::default();
        learner.learn(&Start { host: "h", time: None, parent: &parent, child: "c", command: &command });
        let baseline = learner.finish("0");
        let back = Baseline::from_toml(&baseline.to_toml()).unwrap();
        prop_assert_eq!(&back, &baseline);
        prop_assert_ne!(back.familiarity(&parent, "c", &command), Familiarity::New);
    }
}
