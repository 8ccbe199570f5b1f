use super::*;
use crate::link::testing::{CMD, EXPLORER, Made, SHELL, WORD, guid, settings};
use proptest::prelude::*;

fn table(made: &Made) -> Table {
    Table::new(&made.evidence, &settings())
}

#[test]
fn two_logs_tell_of_one_start() {
    let mut made = Made::new();
    made.start(0, 10, WORD, "winword x.docx", 4, EXPLORER);
    made.start(19, 20, CMD, "cmd /c calc", 10, WORD);
    made.start_4688(19, 20, CMD, "cmd /c calc", 10, WORD);
    // Defender's own id beside Sysmon's.
    let defender = [("ProcessGuid", "7749"), ("ProcessId", "20"), ("Image", CMD), ("CommandLine", "cmd /c calc")];
    made.fact(FactKind::Process, 19, &defender);
    made.fact(FactKind::ProcessEnd, 30, &[("ProcessId", "20"), ("Image", CMD)]);
    let table = table(&made);
    let cmd: Vec<&Row> = table.rows.iter().filter(|row| row.proc.name == "cmd.exe").collect();
    assert_eq!(cmd.len(), 1);
    assert_eq!(cmd[0].proc.evidence.len(), 3);
    assert!(cmd[0].proc.end.is_some());
    assert_eq!(cmd[0].proc.parent.map(|at| table.rows[at].proc.name.clone()).as_deref(), Some("winword.exe"));
}

#[test]
fn an_id_that_is_used_again_is_another_process() {
    let mut made = Made::new();
    made.start_4688(0, 20, CMD, "cmd", 4, EXPLORER);
    made.fact(FactKind::ProcessEnd, 5, &[("ProcessId", "20"), ("Image", CMD)]);
    made.start_4688(100, 20, CMD, "cmd /c whoami", 4, EXPLORER);
    let early = made.fact(FactKind::Network, 3, &[("ProcessId", "20"), ("DestinationIp", "203.0.113.9")]);
    let late = made.fact(FactKind::Network, 101, &[("ProcessId", "20"), ("DestinationIp", "203.0.113.9")]);
    let between = made.fact(FactKind::Network, 50, &[("ProcessId", "20"), ("DestinationIp", "203.0.113.9")]);
    let other =
        made.fact(FactKind::Network, 101, &[("ProcessId", "20"), ("Image", SHELL), ("DestinationIp", "203.0.113.9")]);
    let table = table(&made);
    let command = |fact: usize| table.actor(&made.evidence.facts[fact]).map(|at| table.rows[at].proc.command.clone());
    assert_eq!(command(early).as_deref(), Some("cmd"));
    assert_eq!(command(late).as_deref(), Some("cmd /c whoami"));
    assert_eq!(command(between), None);
    assert_eq!(command(other), None);
}

#[test]
fn a_parent_that_no_log_has_is_inferred_on_the_childs_host() {
    let mut made = Made::new();
    made.start(19, 20, CMD, "cmd /c calc", 10, WORD);
    let table = table(&made);
    let word = table.rows.iter().find(|row| row.proc.name == "winword.exe").expect("parent");
    assert!(word.proc.inferred);
    assert_eq!(word.proc.host, "pc1.corp.example");
    assert_eq!(word.children.len(), 1);
    assert_eq!(word.proc.evidence.len(), 1);
}

#[test]
fn the_same_id_on_another_host_is_another_process() {
    let mut made = Made::new();
    made.start_4688(0, 20, WORD, "winword", 4, EXPLORER);
    made.host = "PC2".to_owned();
    made.start_4688(1, 20, WORD, "winword", 4, EXPLORER);
    assert_eq!(table(&made).rows.iter().filter(|row| row.proc.name == "winword.exe").count(), 2);
}

#[test]
fn a_renamed_shell_shows_by_its_digest() {
    let mut made = Made::new();
    let hash = format!("SHA256={}", "ab".repeat(32));
    let start = |made: &mut Made, pid: &str, image: &str| {
        made.fact(FactKind::Process, 1, &[("ProcessId", pid), ("Image", image), ("Hashes", &hash)]);
    };
    start(&mut made, "1", CMD);
    start(&mut made, "2", r"C:\Users\Public\update.exe");
    let table = table(&made);
    let renamed = table.rows.iter().find(|row| row.proc.name == "update.exe").expect("row");
    assert_eq!(renamed.proc.known_as(), "cmd.exe");
    assert!(renamed.proc.renamed());
}

#[test]
fn newest_first_logs_give_the_same_tree() {
    let mut made = Made::new();
    made.start(19, 20, CMD, "cmd /c calc", 10, WORD);
    made.start(0, 10, WORD, "winword x.docx", 4, EXPLORER);
    let table = table(&made);
    let word = table.rows.iter().find(|row| row.proc.name == "winword.exe").expect("row");
    assert!(!word.proc.inferred && word.children.len() == 1);
    assert_eq!(word.proc.guid, guid(10));
}

/// The table's answer, worked out by looking at every process.
fn slowly(table: &Table, pid: u64, name: &str, time: i64) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (at, row) in table.rows.iter().enumerate() {
        let begun = row.start().is_none_or(|start| start <= time + SLACK);
        let ended = row.end().is_some_and(|end| end + SLACK < time);
        if row.proc.pid != Some(pid) || !begun || ended || row.proc.name != name {
            continue;
        }
        let later =
            best.is_none_or(|best| table.rows[best].start().unwrap_or(i64::MIN) <= row.start().unwrap_or(i64::MIN));
        if later {
            best = Some(at);
        }
    }
    best
}

proptest! {
    /// Hash maps and binary search find what a look at every process finds.
    #[test]
    fn the_quick_way_finds_what_the_slow_way_finds(
        starts in proptest::collection::vec((0_i64..100, 1_u64..4, 0_usize..2, proptest::option::of(0_i64..30)), 1..14),
        asked in proptest::collection::vec((0_i64..140, 1_u64..4, 0_usize..2), 1..10),
    ) {
        let images = [CMD, SHELL];
        let mut made = Made::new();
        for (second, pid, image, lasts) in &starts {
            made.start_4688(*second, *pid, images[*image], "x", 900, EXPLORER);
            if let Some(lasts) = lasts {
                let pid = pid.to_string();
                made.fact(FactKind::ProcessEnd, second + lasts, &[("ProcessId", &pid), ("Image", images[*image])]);
            }
        }
        let table = table(&made);
        for (second, pid, image) in asked {
            let time = crate::link::testing::at(second).ticks;
            let who = Who { pid: Some(pid), image: Some(images[image]), ..Who::default() };
            let name = file_name(images[image]).to_lowercase();
            let (quick, slow) = (table.find("pc1.corp.example", who, Some(time)), slowly(&table, pid, &name, time));
            let start = |at: Option<usize>| at.map(|at| table.rows[at].start());
            prop_assert_eq!(start(quick), start(slow));
        }
    }
}
