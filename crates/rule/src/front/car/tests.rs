use super::*;
use crate::ir::query::{Node, Operator, Source, TextOp};

const SEED: &str = "processes = search Process:Create
possible_exploit = filter processes where (
  ParentImage = 'excel.exe'
  and
  ChildProcess = '*.exe'
)
output possible_exfiltration
";

fn codes(text: &str) -> Vec<(&'static str, u32, bool)> {
    read("a.car", text).1.iter().map(|problem| (problem.code, problem.line, problem.warning)).collect()
}

#[test]
fn an_output_that_nothing_defines_is_told_and_the_last_search_taken() {
    let (queries, _) = read("a.car", SEED);
    assert_eq!(codes(SEED), [("query.undefined", 7, true)]);
    let [query] = queries.as_slice() else { panic!("{queries:?}") };
    assert!(matches!(&query.pipeline.source, Source::Table { name, .. } if &**name == "Process:Create"));
    let [step] = query.pipeline.steps.as_slice() else { panic!("{query:?}") };
    let Operator::Filter(filter) = &step.operator else { panic!("{step:?}") };
    let Node::And(parts) = &filter.node else { panic!("{filter:?}") };
    assert_eq!(parts.len(), 2);
    assert!(matches!(&parts[0].node, Node::Text { op: TextOp::Like, cased: false, .. }));
    assert_eq!(&SEED[parts[0].span.start as usize..parts[0].span.end as usize], "ParentImage = 'excel.exe'");
}

#[test]
fn forms_of_the_corpus() {
    for (text, wanted) in [
        ("a = search Process:Create\noutput a", vec![]),
        ("a = search Process:Create", vec![("query.no-output", 1, true)]),
        (
            "processes = search Process:Create\nb = filter process where (exe == \"at.exe\")\noutput b",
            vec![("query.undefined", 2, true)],
        ),
        (
            "a = search File:Create,Modify\nb = filter a where (file_name = \"x\" and not (y in [\"1\", \"2\"]))\noutput b",
            vec![],
        ),
        (
            "a = search Process:Create\nb = filter a where command_line CONTAINS(\"*reg*\") AND exe != \"x.exe\"\noutput a, b",
            vec![],
        ),
        ("log_name == \"Security\" AND\nevent_code == \"4670\"", vec![]),
        (
            "a = search Flow:Start\nb = filter a where (dest_port >= 49152 and src_ip NOT IN [10.0.0.0/8])\noutput b",
            vec![],
        ),
        (
            "a = search P:C\nb = search F:S\nc = join (a, b) where (a.host == b.host and a.time < b.time < a.time + 1 second)\noutput c",
            vec![],
        ),
        ("a = search P:C\nb = group a by host, ppid\nb = from b select count(user) as n\noutput b", vec![]),
        ("a = search P:C\nb = filter a where (exe = 'x'\noutput b", vec![("query.leftover", 3, true)]),
        ("a = search (P:C OR P:D)\nb = filter a where (exe exists)\noutput (a, b)", vec![]),
        ("a = search P:C\nb = filter a where (exe =)\noutput b", vec![("query.syntax", 2, false)]),
        ("input host\na = search P:C\noutput a", vec![("query.syntax", 1, false)]),
        ("", vec![("query.syntax", 1, false)]),
    ] {
        assert_eq!(codes(text), wanted, "{text}");
    }
}

#[test]
fn brackets_are_bounded() {
    let text = format!("a = search P:C\nb = filter a where {}x == 1{}\noutput b", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(codes(&text), [("query.syntax", 2, false)]);
}
