use super::*;
use ddefend_rule::ir::query::{Datum, Node, Operator, Source, TextOp};

fn codes(text: &str) -> Vec<(&'static str, u32, u32)> {
    read("a.sql", text).1.iter().map(|problem| (problem.code, problem.line, problem.column)).collect()
}

#[test]
fn a_rule_as_sql() {
    let text =
        r"SELECT * FROM process_creation WHERE lower(Image) LIKE '%\\cmd.exe' ESCAPE '\' AND NOT (pid IN (1, 2))";
    let (queries, problems) = read("a.sql", text);
    assert_eq!(problems, []);
    let [query] = queries.as_slice() else { panic!("{queries:?}") };
    assert!(matches!(&query.pipeline.source, Source::Table { name, .. } if &**name == "process_creation"));
    let [step] = query.pipeline.steps.as_slice() else { panic!("{query:?}") };
    let Operator::Filter(filter) = &step.operator else { panic!("{step:?}") };
    let Node::And(parts) = &filter.node else { panic!("{filter:?}") };
    let Node::Text { op: TextOp::Like, cased: true, pattern, .. } = &parts[0].node else { panic!("{parts:?}") };
    assert_eq!(pattern.node, Node::Literal(Datum::Text(r"*\\cmd.exe".into())));
}

#[test]
fn groups_order_and_limit() {
    let text =
        "SELECT host, count(*) AS n FROM t WHERE a ILIKE '%x_' GROUP BY host HAVING n > 2 ORDER BY n DESC LIMIT 5";
    let (queries, problems) = read("a.sql", text);
    assert_eq!(problems, []);
    assert_eq!(codes("SELECT host, COUNT(DISTINCT user_name) AS n FROM t GROUP BY host"), []);
    let names: Vec<_> = queries[0]
        .pipeline
        .steps
        .iter()
        .map(|step| match &step.operator {
            Operator::Filter(_) => "filter",
            Operator::Summarise { .. } => "summarise",
            Operator::Project(_) => "project",
            Operator::Sort(_) => "sort",
            Operator::Take(5) => "take",
            _ => "?",
        })
        .collect();
    assert_eq!(names, ["filter", "summarise", "filter", "project", "sort", "take"]);
}

#[test]
fn what_is_not_run_is_named_where_it_stands() {
    for (text, wanted) in [
        ("SELECT * FROM a JOIN b ON a.x = b.x", ("query.unsupported", 1, 1)),
        ("SELECT *\nFROM a WHERE x =", ("query.syntax", 1, 1)),
        ("SELECT *\nFROM a WHERE\n  EXISTS (SELECT 1)", ("query.unsupported", 1, 1)),
        ("DELETE FROM a", ("query.unsupported", 1, 1)),
        ("", ("query.syntax", 1, 1)),
        ("SELECT * FROM a WHERE x LIKE y", ("query.unsupported", 1, 30)),
        ("SELECT a, b FROM t GROUP BY a", ("query.value", 1, 11)),
    ] {
        let found = codes(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!((found[0].0, found[0].1 > 0), (wanted.0, true), "{text}");
        if wanted.0 != "query.syntax" {
            assert_eq!(found, [wanted], "{text}");
        }
    }
    let deep = format!("SELECT * FROM a WHERE {}1=1{}", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(codes(&deep)[0].0, "query.limit");
}

#[test]
fn long_chains_are_no_deep_trees() {
    let chain = |count: usize| {
        let tests: Vec<String> = (0..count).map(|number| format!("a LIKE '%{number}%'")).collect();
        format!("SELECT * FROM t WHERE NOT ({})", tests.join(" OR "))
    };
    let (queries, problems) = read("a.sql", &chain(3_900));
    assert_eq!((queries.len(), problems.len()), (1, 0));
    assert_eq!(codes(&chain(5_000))[0].0, "query.limit");
}
