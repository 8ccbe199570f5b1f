use super::*;

fn start(time: i64, values: [&str; 10]) -> Start {
    let values = values.iter().map(|value| (!value.is_empty()).then(|| (*value).to_owned())).collect();
    Start {
        host: "PC1".into(),
        time: Some(Time { ticks: time * Time::SECOND, zone: ddefend_event::Zone::Utc }),
        values,
    }
}

fn images(lineage: &Lineage, id: Id) -> Vec<String> {
    lineage.chain(id).into_iter().map(|process| process.image).collect()
}

const WORD: &str = r"C:\Office\WINWORD.EXE";
const CMD: &str = r"C:\Windows\cmd.exe";
const CALC: &str = r"C:\Windows\calc.exe";

#[test]
fn follows_guids_and_infers_what_was_not_seen() {
    let mut lineage = Lineage::default();
    lineage.start(&start(10, ["{A1}", "20", CMD, "cmd /c calc", "u", "{A0}", "10", WORD, "winword x.docx", ""]));
    let calc = lineage.start(&start(11, ["{A2}", "30", CALC, "calc", "u", "{A1}", "20", CMD, "cmd /c calc", ""]));
    assert_eq!(images(&lineage, calc), [WORD, CMD, CALC]);
    let chain = lineage.chain(calc);
    assert_eq!(chain.iter().map(|process| process.inferred).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(chain.iter().map(|process| process.key.as_str()).collect::<Vec<_>>(), ["{A0}", "{A1}", "{A2}"]);
}

#[test]
fn a_reused_process_id_is_another_process() {
    let mut lineage = Lineage::default();
    lineage.start(&start(10, ["", "0x14", WORD, "", "", "", "4", "", "", ""]));
    lineage.start(&start(500, ["", "0x14", CALC, "", "", "", "4", "", "", ""]));
    let early = Who { pid: Some(20), ..Who::default() };
    let found = |time: i64, who| lineage.find("pc1", who, Some(time * Time::SECOND)).map(|id| images(&lineage, id));
    assert_eq!(found(100, early).and_then(|mut chain| chain.pop()).as_deref(), Some(WORD));
    assert_eq!(found(600, early).and_then(|mut chain| chain.pop()).as_deref(), Some(CALC));
    assert_eq!(found(600, Who { pid: Some(20), image: Some("other.exe"), ..Who::default() }), None);
    assert_eq!(found(1, early), None);
}

#[test]
fn two_logs_of_one_start_are_one_process() {
    let mut lineage = Lineage::default();
    let first = lineage.start(&start(10, ["", "0x14", CMD, "", "", "", "0x10", WORD, "", ""]));
    let second = lineage.start(&start(11, ["{B1}", "20", CMD, "cmd /c calc", "u", "{B0}", "16", WORD, "", ""]));
    assert_eq!(first, second);
    assert_eq!(lineage.chain(second).last().map(|process| process.command.as_str()), Some("cmd /c calc"));
    assert_eq!(lineage.hosts().get("pc1"), Some(&2));
}

#[test]
fn forged_loops_end() {
    let mut lineage = Lineage::default();
    lineage.start(&start(1, ["{A}", "1", CMD, "", "", "{B}", "2", CMD, "", ""]));
    let id = lineage.start(&start(2, ["{B}", "2", CMD, "", "", "{A}", "1", CMD, "", ""]));
    assert_eq!(lineage.chain(id).len(), 2);
}

#[test]
fn memory_stays_bounded_and_the_newest_stay() {
    let mut lineage = Lineage::default();
    let long = "x".repeat(4000);
    let mut last = 0;
    for index in 0..20_000_i64 {
        let guid = format!("{{{index:x}F}}");
        last = lineage.start(&start(index, [&guid, "7", CMD, &long, "u", "{A0}", "1", WORD, "", ""]));
    }
    assert!(lineage.held <= BUDGET, "{}", lineage.held);
    assert!(lineage.nodes.len() > 4_000);
    assert_eq!(lineage.chain(last).len(), 2);
    assert_eq!(lineage.guids.len(), lineage.nodes.len());
}
