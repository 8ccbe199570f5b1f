//! What public lists say of each check (`docs/reference/posture-peers.tsv`), judged by the checks themselves and written as
//! `docs/posture-comparison.md`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, reason = "a test")]
#![allow(clippy::format_push_string, reason = "a test")]

#[path = "registry_rules/say.rs"]
#[allow(dead_code, reason = "only what data mean is asked")]
mod say;

use ddefend_content::Content;
use ddefend_model::posture::Verdict;
use ddefend_posture::{Catalog, Check};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const PEERS: [&str; 5] = ["HardeningKitty", "STIG", "CIS", "Microsoft", "RegRipper"];

const HEAD: &str = "# The checks beside public lists

Written by `DDEFEND_UPDATE=1 cargo test -p ddefend-content --test posture_peers` from
[reference/posture-peers.tsv](reference/posture-peers.tsv): what each list asks for is taken from there, whether that protects is
what the checks of `content/posture` say of those data. Nothing of the lists' text is repeated here.

## What was read

| list | version | where |
|---|---|---|
| HardeningKitty | own lists (`finding_list_0x6d69636b_user`, `_machine`), commit 7c623cc of 21 July 2026 | github.com/0x6d69636b/windows_hardening |
| STIG | Microsoft 365 Apps V3R5; Word 2016 V2R1, Excel 2016 V2R2, PowerPoint, Access, OneNote, Publisher 2016 V2R1, Outlook 2016 V2R4, Office System 2016 V2R5; Defender Antivirus V2R8; Windows 10 V3R6, Windows 11 V2R7 | PowerSTIG's processed files, commit efa8aec of 19 June 2026, with the text that they keep of each rule |
| CIS | Windows 11 Enterprise 24H2 as HardeningKitty transcribes it. The Office benchmarks are behind a login: two entries from second hand, marked `?`, the rest not read (`?`) | as above |
| Microsoft | security baselines for Microsoft 365 Apps v2306 (and v2512 where it differs) and Windows 11 25H2, as HardeningKitty transcribes them | as above |
| RegRipper | `msoffice.pl`, `attachmgr.pl` of 3.0, commit bdf7ac2 of 12 December 2024. It prints and does not judge | github.com/keydet89/RegRipper3.0 |
| ACSC (in the notes) | Office hardening guidelines for Intune, commit 0e7cae0 of 26 April 2024 | github.com/microsoft/Intune-ACSC-Windows-Hardening-Guidelines |
| Sigma (in the notes) | rules 63647769 and a5c7a43f | github.com/SigmaHQ/sigma |

## Words

- **right**: every value that the list takes protects. **loose**: some do. **wrong**: none does.
- **says nothing**: the value decides nothing, or what is compared is not the setting.
- **-**: not in the list. **?**: not read. `absent`: the list is also content where nothing is set; right only if every default
  protects. `**del.`: the policy is written as \"not configured\", which leaves the user's own value in force.
- **prints**, **broken**: RegRipper shows the value, or means to and does not.
";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

struct Row {
    check: String,
    cells: Vec<String>,
    note: String,
}

fn rows_of_tsv() -> Vec<Row> {
    let text = std::fs::read_to_string(docs().join("reference/posture-peers.tsv")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 7, "{line}");
            let owned = |from: &[&str]| from.iter().map(|cell| (*cell).to_owned()).collect();
            Row { check: cells[0].to_owned(), cells: owned(&cells[1..6]), note: cells[6].to_owned() }
        })
        .collect()
}

/// What a check says of a value that a list takes.
fn verdict(check: &Check, value: &str) -> Verdict {
    match value {
        "absent" => {
            let safe = !check.defaults.is_empty() && check.defaults.iter().all(|it| it.verdict == Verdict::Secure);
            if safe { Verdict::Secure } else { Verdict::Insecure }
        }
        "**del." => Verdict::Insecure,
        "comment" => Verdict::Unknown,
        value => {
            let number = value.parse().ok();
            assert!(number.is_some(), "{}: {value}", check.id);
            check
                .arms
                .iter()
                .find(|arm| say::matches(&arm.is, value, number))
                .map_or(Verdict::Unknown, |arm| arm.verdict)
        }
    }
}

/// What a cell comes to.
fn judged(check: &Check, cell: &str) -> &'static str {
    match cell {
        "-" => return "-",
        "?" => return "?",
        cell if cell.starts_with("prints: ") => return "prints",
        cell if cell.starts_with("broken: ") => return "broken",
        _ => {}
    }
    let values = cell.split("; ").flat_map(|entry| entry.rsplit_once('=').unwrap().1.split('|'));
    let all: Vec<Verdict> = values.map(|value| verdict(check, value)).collect();
    let secure = all.iter().filter(|verdict| **verdict == Verdict::Secure).count();
    if secure == all.len() {
        "right"
    } else if secure > 0 {
        "loose"
    } else if all.contains(&Verdict::Insecure) {
        "wrong"
    } else {
        "says nothing"
    }
}

fn family(check: &Check) -> &'static str {
    match check.id.split('-').next().unwrap() {
        "DDE" | "LNK" => "DDE and links",
        "PV" | "MOTW" => "Protected View and the mark of the web",
        "TR" => "Trusted locations and documents",
        "MAC" | "PPT" => "Macros and programs",
        "OLE" | "AX" | "KILL" | "EQN" => "Embedded objects",
        "FB" => "File block",
        _ => "Windows",
    }
}

const FAMILIES: [&str; 7] = [
    "DDE and links",
    "Protected View and the mark of the web",
    "Trusted locations and documents",
    "Macros and programs",
    "Embedded objects",
    "File block",
    "Windows",
];

fn bare(text: &str) -> String {
    text.replace('|', "\\|").replace("**", "\\*\\*")
}

fn tally(rows: &[(&Check, Row)]) -> String {
    let words = ["right", "loose", "wrong", "says nothing", "prints", "broken", "-", "?"];
    let mut out = format!("\n## How many of {} checks\n\n| | {} |\n|---|", rows.len(), words.join(" | "));
    out.push_str(&"---|".repeat(words.len()));
    out.push('\n');
    for (column, peer) in PEERS.iter().enumerate() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        rows.iter().for_each(|(check, row)| *counts.entry(judged(check, &row.cells[column])).or_default() += 1);
        let cells: Vec<String> = words.iter().map(|word| counts.get(word).copied().unwrap_or(0).to_string()).collect();
        let _ = writeln!(out, "| {peer} | {} |", cells.join(" | "));
    }
    out
}

fn page(rows: &[(&Check, Row)]) -> String {
    let mut out = HEAD.to_owned();
    out.push_str(&tally(rows));
    out.push_str("\n## What is wrong or missing in them\n\n");
    let mut notes: Vec<(&str, Vec<&str>)> = Vec::new();
    for (check, row) in rows.iter().filter(|(_, row)| row.note != "-") {
        match notes.iter_mut().find(|(note, _)| *note == row.note) {
            Some((_, ids)) => ids.push(&check.id),
            None => notes.push((&row.note, vec![&check.id])),
        }
    }
    notes.iter().for_each(|(note, ids)| _ = writeln!(out, "- {}: {}", ids.join(", "), bare(note)));
    for name in FAMILIES {
        let _ = write!(out, "\n## {name}\n\n| check | {} |\n|---|---|---|---|---|---|\n", PEERS.join(" | "));
        for (check, row) in rows.iter().filter(|(check, _)| family(check) == name) {
            let cells: Vec<String> = row
                .cells
                .iter()
                .map(|cell| match judged(check, cell) {
                    word @ ("-" | "?") => word.to_owned(),
                    word @ ("prints" | "broken") => format!("{word} ({})", cell.split(": ").nth(1).unwrap_or_default()),
                    word => format!(
                        "{}: {}",
                        if word == "right" { word.to_owned() } else { format!("**{word}**") },
                        bare(cell)
                    ),
                })
                .collect();
            let _ = writeln!(out, "| `{}` {} | {} |", check.id, bare(&check.title), cells.join(" | "));
        }
    }
    out
}

fn joined(catalog: &Catalog) -> Vec<(&Check, Row)> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for row in rows_of_tsv() {
        assert!(catalog.check(&row.check).is_some(), "there is no check {}", row.check);
        let check = row.check.clone();
        assert!(rows.insert(check.clone(), row).is_none(), "{check} has two rows");
    }
    let have: BTreeSet<&str> = rows.keys().map(String::as_str).collect();
    let lacking: Vec<_> = catalog.checks().iter().filter(|check| !have.contains(check.id.as_str())).collect();
    assert!(lacking.is_empty(), "no row for {:?}", lacking.iter().map(|check| &check.id).collect::<Vec<_>>());
    catalog.checks().iter().map(|check| (check, rows.remove(&check.id).unwrap())).collect()
}

#[test]
fn every_check_is_compared_and_the_page_says_what_holds() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let now = page(&joined(&catalog));
    let path = docs().join("posture-comparison.md");
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known.replace('\r', "") == now, "docs/posture-comparison.md is not what holds: run with DDEFEND_UPDATE=1");
}

#[test]
fn the_errors_that_are_named_are_errors_by_the_checks() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let rows = joined(&catalog);
    let word = |id: &str, peer: &str| {
        let (check, row) = rows.iter().find(|(check, _)| check.id == id).unwrap();
        judged(check, &row.cells[PEERS.iter().position(|it| *it == peer).unwrap()])
    };
    assert_eq!(word("DDE-XL-ALLOWED", "HardeningKitty"), "wrong");
    assert_eq!(word("DDE-XL-CLEANED", "HardeningKitty"), "says nothing");
    assert_eq!(word("DDE-WORD-ALLOW", "CIS"), "wrong");
    assert_eq!(word("DDE-WORD-ALLOW", "STIG"), "-");
    assert_eq!(word("DDE-WORD-ALLOW", "Microsoft"), "right");
    assert_eq!(word("KILL-D27CDB6E", "STIG"), "says nothing");
    assert_eq!(word("ASR-d1e49aac", "Microsoft"), "wrong");
}
