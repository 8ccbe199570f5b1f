use crate::link::testing::{CMD, EXPLORER, Made, OUTLOOK, SHELL, WORD, guid, settings};
use crate::{Effect, EffectKind, FactKind};

fn tree() -> Made {
    let mut made = Made::new();
    made.start(0, 10, WORD, "winword x.docx", 4, EXPLORER);
    made.start(19, 20, CMD, "cmd /c powershell", 10, WORD);
    made.start(20, 30, SHELL, "powershell", 20, CMD);
    made
}

fn net(made: &mut Made, second: i64, pid: u64, ip: &str) {
    let guid = guid(pid);
    made.fact(FactKind::Network, second, &[("ProcessGuid", &guid), ("DestinationIp", ip), ("DestinationPort", "443")]);
}

fn effects(made: &Made) -> Vec<(EffectKind, String, bool, bool)> {
    let all = made.link().effects;
    all.into_iter()
        .map(|Effect { kind, target, external, first_seen, .. }| (kind, target, external, first_seen))
        .collect()
}

#[test]
fn of_the_tree_within_the_window() {
    let mut made = tree();
    net(&mut made, -500, 99, "203.0.113.7");
    net(&mut made, 25, 30, "203.0.113.9");
    net(&mut made, 26, 30, "203.0.113.7");
    net(&mut made, 27, 30, "10.0.0.5");
    net(&mut made, 28, 30, "127.0.0.1");
    net(&mut made, 619, 30, "203.0.113.10");
    net(&mut made, 620, 30, "203.0.113.11");
    net(&mut made, 25, 10, "203.0.113.12");
    assert_eq!(
        effects(&made),
        [
            (EffectKind::Network, "203.0.113.9:443".to_owned(), true, true),
            (EffectKind::Network, "203.0.113.7:443".to_owned(), true, false),
            (EffectKind::Network, "10.0.0.5:443".to_owned(), false, true),
            (EffectKind::Network, "203.0.113.10:443".to_owned(), true, true),
        ]
    );
    let mut own = settings();
    own.organisation.mutable.TimeWindow = Some("5s".to_owned());
    assert_eq!(crate::link(&made.evidence, &own).effects.len(), 0);
    own.organisation.mutable.TimeWindow = Some("6s".to_owned());
    assert_eq!(crate::link(&made.evidence, &own).effects.len(), 1);
}

#[test]
fn every_kind() {
    let mut made = tree();
    let id = guid(30);
    let mut add = |kind, field: &str, value: &str, image: &str, pid: &str| {
        made.fact(kind, 30, &[("ProcessGuid", pid), (field, value), ("Image", image)]);
    };
    add(FactKind::File, "TargetFilename", r"C:\Users\alice\AppData\Local\Temp\a.exe", SHELL, &id);
    add(FactKind::File, "TargetFilename", r"C:\Users\alice\out.txt", SHELL, &id);
    add(FactKind::FileDelete, "TargetFilename", r"C:\Users\alice\out.txt", SHELL, &id);
    add(
        FactKind::Registry,
        "TargetObject",
        r"HKU\S-1-5-21-1\Software\Microsoft\Windows\CurrentVersion\Run\x",
        SHELL,
        &id,
    );
    add(FactKind::Registry, "TargetObject", r"HKU\S-1-5-21-1\Software\x", SHELL, &id);
    add(FactKind::Pipe, "PipeName", r"\x", SHELL, &id);
    add(FactKind::Module, "ImageLoaded", r"C:\Windows\System32\wshom.ocx", WORD, &guid(10));
    add(FactKind::Module, "ImageLoaded", r"C:\Windows\System32\ntdll.dll", WORD, &guid(10));
    add(FactKind::Module, "ImageLoaded", r"C:\Windows\System32\wshom.ocx", SHELL, &id);
    let kinds: Vec<EffectKind> = effects(&made).into_iter().map(|effect| effect.0).collect();
    use EffectKind::{Deleted, Executable, File, Module, Persistence, Pipe, Registry};
    assert_eq!(kinds, [Executable, File, Deleted, Persistence, Registry, Pipe, Module]);
}

#[test]
fn a_task_belongs_to_whoever_names_it() {
    let mut made = tree();
    made.start(22, 40, r"C:\Windows\System32\schtasks.exe", "schtasks /create /tn Updater /tr a.exe", 30, SHELL);
    made.fact(FactKind::ScheduledTask, 23, &[("TaskName", r"\Updater"), ("SubjectLogonId", "0x3e7a1")]);
    made.fact(FactKind::ScheduledTask, 23, &[("TaskName", r"\Other"), ("SubjectLogonId", "0x3e7a1")]);
    made.fact(FactKind::ScheduledTask, 23, &[("TaskName", r"\Updater"), ("SubjectLogonId", "0x999")]);
    let linked = made.link();
    let found: Vec<&str> = linked.effects.iter().map(|one| linked.processes[one.process].name.as_str()).collect();
    assert_eq!(found, ["schtasks.exe"]);
}

#[test]
fn ordinary_children_have_no_effects() {
    let mut made = Made::new();
    made.start(0, 10, OUTLOOK, "outlook", 4, EXPLORER);
    made.start(
        5,
        20,
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
        "msedge https://x.example",
        10,
        OUTLOOK,
    );
    net(&mut made, 6, 20, "203.0.113.9");
    net(&mut made, 6, 10, "203.0.113.9");
    assert!(effects(&made).is_empty());
}
