//! Queries as rules of the streaming matcher: the fast matcher, the naive one and the executor of rows give the same answer.
#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_content::Content;
use ddefend_event::{Event, Mapping, Row, Selector, Time};
use ddefend_language::{Language, Options, by_name, read};
use ddefend_matcher::{Matcher, Scratch, naive};
use ddefend_query::{Feed, Program, Settings, choose, predicate};
use ddefend_rule::ir::{Meta, Rule};
use std::collections::BTreeMap;
use std::sync::Arc;

const SETTINGS: Settings = Settings { now: 0, rows: 1000, bytes: 1 << 20, external: BTreeMap::new() };

/// Kinds of records that are starts of programs.
const STARTS: &[&str] = &["sysmon-1", "security-4688", "defender-process", "ecs-process"];
/// Values that lie at the edges of terms, case, numbers and folding.
const IMAGES: &[&str] = &[
    r"C:\Windows\System32\cmd.exe",
    r"C:\Windows\System32\CMD.EXE",
    r"C:\Tools\xcmd.exe",
    r"C:\Tools\cmd.exe.bak",
    r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE",
    r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
];
const COMMANDS: &[&str] = &[
    "cmd.exe /c calc",
    "CMD /C CALC",
    "",
    "xcmd /c",
    "cmd1 -enc AAAA",
    "powershell -enc AAAA http://a.example/x",
    "a\u{212a} mas\u{17f}k \u{e9}cmd",
    "whoami\nnext",
    "5136",
    "0x1410",
    "10.1.2.3",
    "50% a_b *?",
];

const QUERIES: &[(&str, &str)] = &[
    ("kql", "DeviceProcessEvents | where FileName =~ 'cmd.exe'"),
    ("kql", "DeviceProcessEvents | where FileName == 'cmd.exe'"),
    ("kql", "DeviceProcessEvents | where FileName != 'cmd.exe'"),
    ("kql", "DeviceProcessEvents | where FileName !~ 'cmd.exe'"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine has 'cmd'"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine has_cs 'cmd'"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine !has 'mask'"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine has 'ak'"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine has_any ('-enc', 'calc')"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine has_all ('cmd', 'calc')"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine hasprefix 'power'"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine hassuffix 'md'"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine contains 'CMD'"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine contains_cs 'CMD'"),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine !contains 'cmd'"),
    (
        "kql",
        "DeviceProcessEvents | where ProcessCommandLine startswith 'cmd' and not(ProcessCommandLine endswith 'calc')",
    ),
    ("kql", "DeviceProcessEvents | where ProcessCommandLine matches regex @'(?i)cmd.*calc'"),
    ("kql", "DeviceProcessEvents | where FileName in ('cmd.exe', 'x') or FileName in~ ('EXCEL.exe')"),
    ("kql", "DeviceProcessEvents | where FileName !in~ ('EXCEL.exe')"),
    ("kql", "DeviceProcessEvents | where isempty(ProcessCommandLine)"),
    ("kql", "DeviceProcessEvents | where isnotempty(ProcessCommandLine) and isnotempty(ProcessVersionInfoCompanyName)"),
    (
        "kql",
        "DeviceProcessEvents | where ProcessVersionInfoCompanyName != 'x' and not(ProcessVersionInfoCompanyName has 'y')",
    ),
    ("kql", "DeviceProcessEvents | where ProcessId == 5136"),
    ("kql", "DeviceProcessEvents | where ProcessId != 5136 or InitiatingProcessId > 100"),
    ("kql", "DeviceProcessEvents | where not(InitiatingProcessId > 100)"),
    ("kql", "DeviceProcessEvents | where isnull(InitiatingProcessId)"),
    ("kql", "DeviceProcessEvents | where ProcessId in (5136, 7)"),
    ("kql", "DeviceProcessEvents | where tolower(FileName) == 'cmd.exe' or toupper(FileName) == 'excel.exe'"),
    (
        "kql",
        "DeviceProcessEvents | where Timestamp > ago(1d) | extend F = tolower(FileName) | where F startswith 'cmd' | project F",
    ),
    (
        "kql",
        "let T = DeviceProcessEvents | where FileName endswith '.exe'; T | where ProcessCommandLine has 'calc' | sort by FileName asc",
    ),
    ("kql", "SecurityEvent | where EventID == 4688 and CommandLine has 'cmd'"),
    ("spl", "index=* EventCode=1 CommandLine=*calc*"),
    ("spl", "index=* CommandLine!=*calc*"),
    ("spl", "index=* NOT CommandLine=*calc*"),
    ("spl", "index=* NOT ParentCommandLine=*calc* | table CommandLine"),
    ("spl", "index=* | where match(CommandLine, \"cmd.*calc\")"),
    ("spl", "index=* CommandLine IN (\"*calc\", \"whoami*\")"),
    ("spl", "index=* | where isnull(ParentCommandLine) AND CommandLine=\"cmd.exe /c calc\""),
    ("eql", "process where process.name == \"cmd.exe\""),
    ("eql", "process where process.name : \"CMD.exe\" and not process.command_line : \"*calc*\""),
    ("eql", "process where not process.parent.command_line like \"*calc*\""),
    ("eql", "process where process.parent.command_line == null"),
    ("eql", "process where process.name in (\"cmd.exe\", \"x\") and process.pid > 100"),
    ("eql", "process where process.name in~ (\"CMD.exe\", \"x\") and process.command_line regex~ \"cmd.*\""),
    ("eql", "process where process.name != \"cmd.exe\""),
    ("eql", "process where startsWith~(process.command_line, \"CMD\")"),
    ("esql", "FROM logs-* | WHERE process.name == \"cmd.exe\""),
    ("esql", "FROM logs-* | WHERE NOT process.parent.command_line LIKE \"*calc*\""),
    ("esql", "FROM logs-* | WHERE process.name IN (\"cmd.exe\", \"x\") AND process.command_line IS NOT NULL"),
    ("esql", "FROM logs-* | WHERE process.command_line RLIKE \"cmd.*\" | KEEP process.name"),
    ("esql", "FROM logs-* | WHERE TO_LOWER(process.name) == \"cmd.exe\" OR process.pid >= 5136"),
    ("kuery", "process.name : \"cmd.exe\" and not process.command_line : *calc*"),
    ("kuery", "process.command_line : * and process.pid >= 5136"),
    ("kuery", "not process.parent.command_line : *calc*"),
    ("lucene", "process.name:\"cmd.exe\" AND NOT process.command_line:*calc*"),
    ("lucene", "process.pid:[5000 TO 6000]"),
    ("sql", "SELECT * FROM process_creation WHERE Image LIKE '%cmd.exe'"),
    ("sql", "SELECT * FROM process_creation WHERE NOT ParentCommandLine LIKE '%calc%' OR ParentCommandLine IS NULL"),
    ("sql", "SELECT CommandLine FROM process_creation WHERE Image IN ('x', 'y') OR CommandLine <> 'cmd.exe /c calc'"),
    (
        "car",
        "process = search Process:Create\nfound = filter process where (exe == \"cmd.exe\" and command_line == \"*calc*\")\noutput found",
    ),
];

/// A query as a rule and as a program.
struct Both {
    rule: Rule,
    program: Program,
}

fn both(language: Language, text: &str, mapping: &Mapping) -> Result<Both, String> {
    let found = read(language, "query", text, &Options::default());
    if let Some(problem) = found.problems.iter().find(|problem| !problem.warning) {
        return Err(format!("read: {problem}"));
    }
    let [query] = found.queries.as_slice() else { return Err("not one query".into()) };
    let chosen = choose(query, mapping.tables(), &[], &SETTINGS).map_err(|errors| format!("compile: {}", errors[0]))?;
    let made = predicate(query, &chosen.program, mapping.tables()).map_err(|error| format!("predicate: {error}"))?;
    // The executor does not look at the time either.
    let rule = Rule { meta: Meta::default(), source: made.source, detection: made.detection, shown: true };
    Ok(Both { rule, program: chosen.program })
}

fn mapping() -> Arc<Mapping> {
    let content = Content::load().unwrap();
    Arc::new(content.mapping().unwrap().with_tables(Arc::new(content.tables().unwrap())))
}

fn events(mapping: &Mapping) -> Vec<Event> {
    let mut events = Vec::new();
    let time = Time::parse("2026-11-21T14:00:00Z");
    for class in STARTS {
        for image in IMAGES {
            for command in COMMANDS {
                for parent in [None, Some("explorer.exe"), Some("calc"), Some("")] {
                    let mut fields = vec![("Image", *image), ("CommandLine", *command), ("ProcessId", "5136")];
                    fields.extend(parent.map(|parent| ("ParentCommandLine", parent)));
                    fields.extend(parent.filter(|it| it.is_empty()).map(|_| ("ParentProcessId", "7")));
                    events.extend(mapping.native(class, &fields, "PC1.corp.example", time, 1));
                }
            }
        }
    }
    events
}

/// Whether matcher, oracle and executor fire.
fn answers(both: &Both, matcher: &Matcher, feed: &Feed, mapping: &Mapping, event: &Event) -> [bool; 3] {
    let mut scratch = Scratch::default();
    let fast = matcher.select(&event.head.key).is_some_and(|selection| {
        let row = Row::of(event, &selection);
        let mut hits = Vec::new();
        matcher.evaluate(&selection, &row, &mut scratch, &mut hits);
        !hits.is_empty()
    });
    let mut run = both.program.start();
    let mut count = 0;
    let mut emit = |_: &[_]| count += 1;
    feed.of_event(event, &mut |scan, row| run.push(scan, row, &mut emit).unwrap());
    run.finish(&mut emit).unwrap();
    [fast, naive::matches(&both.rule, mapping, event), count > 0]
}

/// Tries a query on events of its own and on the common ones; how many fire, and the first on which answers differ.
fn tried(both: &Both, mapping: &Arc<Mapping>, common: &[Event]) -> (usize, Option<String>) {
    let rules = Arc::from(vec![both.rule.clone()]);
    let matcher = Matcher::new(rules, Arc::clone(mapping), &[], &[]);
    let feed = Feed::new(Arc::clone(mapping), both.program.scans().to_vec());
    let mut fired = 0;
    for event in common {
        let found = answers(both, &matcher, &feed, mapping, event);
        if found[0] != found[2] || found[1] != found[2] {
            return (fired, Some(format!("matcher, oracle, rows: {found:?} of {:?} {:?}", event.head.key, event.data)));
        }
        fired += usize::from(found[0]);
    }
    (fired, None)
}

#[test]
fn three_ways_give_one_answer() {
    let mapping = mapping();
    // Each value with every kind of record in turn: 5 shares no factor with the numbers of values.
    let common: Vec<Event> = events(&mapping).into_iter().step_by(5).collect();
    assert!(common.len() > 150, "{}", common.len());
    let mut wrong = Vec::new();
    let mut tested = 0;
    for (name, text) in QUERIES {
        match both(by_name(name).unwrap(), text, &mapping) {
            Err(why) => wrong.push(format!("{name} {text}\n    {why}")),
            Ok(both) => {
                let (fired, differs) = tried(&both, &mapping, &common);
                tested += 1;
                wrong.extend(differs.map(|told| format!("{name} {text}\n    {told}\n    {:?}", both.rule.detection)));
                if fired == 0 && !text.contains("toupper") {
                    println!("never: {name} {text} {:?}", both.rule.source);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{tested} tried, {} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_more_than_a_condition_is_told() {
    let mapping = mapping();
    for (name, text, wanted) in [
        ("kql", "DeviceProcessEvents | summarize count() by FileName", "a summary of rows"),
        ("kql", "DeviceProcessEvents | where strlen(FileName) > 3", "the function strlen"),
        ("kql", "DeviceProcessEvents | take 3", "a number of rows"),
        ("kql", "DeviceProcessEvents | where FileName == InitiatingProcessFileName", "no constant"),
        ("kql", "DeviceProcessEvents | where * has 'x'", "a word in any column"),
        ("kql", "DeviceProcessEvents | where Timestamp > datetime(2026-01-01)", "no field of a record"),
        ("spl", "index=* | stats count by CommandLine", "a summary"),
        ("eql", "sequence [process where true] [file where true]", "tables"),
    ] {
        let why = both(by_name(name).unwrap(), text, &mapping).err().unwrap();
        assert!(why.contains(wanted) && why.contains("ddefend query"), "{text}: {why}");
    }
}

/// `hunt` with one rule in a file of that name, over the example log; which detections of it there are.
fn hunted(name: &str, text: &str) -> (usize, String) {
    let folder = std::env::temp_dir().join(format!("ddefend-predicate-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/workstations.jsonl");
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_ddefend"))
        .args(["hunt", "--no-builtin", "--format", "jsonl", "--rules"])
        .args([file.as_os_str(), log.as_ref()])
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let out = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    (out.lines().filter(|line| line.contains(r#""type":"detection""#) && line.contains("A shell of Word")).count(), out)
}

#[test]
fn hunt_takes_rules_in_other_languages() {
    let kql = "// title: A shell of Word\n// level: high\nDeviceProcessEvents\n\
        | where InitiatingProcessFileName =~ 'winword.exe' and FileName in~ ('cmd.exe', 'powershell.exe')\n";
    let eql = "// title: A shell of Word\nprocess where process.parent.name : \"winword.exe\" and process.name : (\"cmd.exe\", \"powershell.exe\")\n";
    let sigma = "title: A shell of Word\nid: 0b2c6f0e-5b0f-4a57-9a0b-6d1d3a5d7f11\nlogsource: {category: process_creation, product: windows}\n\
        detection:\n    s:\n        ParentImage|endswith: '\\winword.exe'\n        Image|endswith: ['\\cmd.exe', '\\powershell.exe']\n    condition: s\n";
    let (wanted, told) = hunted("a.yml", sigma);
    assert!(wanted > 0, "{told}");
    for (name, text) in [("a.kql", kql), ("a.eql", eql)] {
        let (found, told) = hunted(name, text);
        assert_eq!(found, wanted, "{name}: {told}");
    }
    let (_, told) = hunted("b.kql", "DeviceProcessEvents | summarize count() by FileName\n");
    assert!(told.contains("ddefend query"), "{told}");
}
