//! What the syntax leaves open is written out: names, defaults, wildcards, tables that are shared.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test"
)]

use ddefend_kql::read;
use ddefend_rule::ir::query::{
    ArithmeticOp, CompareOp, Datum, Ends, JoinKind, Kind, Node, Operator, ParsePiece, Query, Scalar, Source, TextOp,
};

fn one(text: &str) -> Query {
    let (mut queries, problems) = read("q", text);
    assert_eq!(problems, [], "{text}");
    assert_eq!(queries.len(), 1, "{text}");
    queries.remove(0)
}

fn steps(text: &str) -> Vec<Operator> {
    one(text).pipeline.steps.into_iter().map(|step| step.operator).collect()
}

fn filter(condition: &str) -> Node {
    match steps(&format!("T | where {condition}")).remove(0) {
        Operator::Filter(test) => test.node,
        other => panic!("{other:?}"),
    }
}

fn message(text: &str) -> String {
    let (queries, problems) = read("q", text);
    assert!(queries.is_empty(), "{text} is taken");
    problems[0].to_string()
}

fn column(value: &Scalar) -> &str {
    match &value.node {
        Node::Column(name) => name,
        other => panic!("{other:?}"),
    }
}

fn text_of(value: &Scalar) -> &str {
    match &value.node {
        Node::Literal(Datum::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn literals() {
    let value = |text: &str| match &one(&format!("print x = {text}")).pipeline.source {
        Source::Rows { rows, .. } => rows[0][0].node.clone(),
        other => panic!("{other:?}"),
    };
    let literal = |text: &str| match value(text) {
        Node::Literal(datum) => datum,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(literal("1.5h"), Datum::Span(54_000_000_000));
    assert_eq!(literal("timespan(1.02:03:04.5)"), Datum::Span(937_845_000_000));
    assert_eq!(literal("-7d"), Datum::Span(-6_048_000_000_000));
    assert_eq!(literal("100ms"), Datum::Span(1_000_000));
    assert_eq!(literal("datetime(1970-01-02)"), Datum::Time(864_000_000_000));
    assert_eq!(literal("datetime(2024-02-29T12:30:15.5Z)"), Datum::Time(17_092_098_155_000_000));
    assert_eq!(literal("datetime(2024-02-29 14:30:15.5+02:00)"), Datum::Time(17_092_098_155_000_000));
    assert_eq!(literal("datetime('12 Feb 2014')"), Datum::Time(13_921_632_000_000_000));
    assert_eq!(literal("0x1F"), Datum::Long(31));
    assert_eq!(literal("-3"), Datum::Long(-3));
    assert_eq!(literal("1e3"), Datum::Real(1000.0));
    assert_eq!(
        literal("guid({74BE27DE-1e4e-49d9-b579-fe0b331d3642})"),
        Datum::Text("74be27de-1e4e-49d9-b579-fe0b331d3642".into())
    );
    assert_eq!(literal(r#"@"C:\Temp\""x""""#), Datum::Text(r#"C:\Temp\"x""#.into()));
    assert_eq!(literal(r#"h'a\tb\u0041'"#), Datum::Text("a\tbA".into()));
    assert_eq!(literal("```two\nlines\\n```"), Datum::Text("two\nlines\\n".into()));
    assert_eq!(literal(r#""a" 'b'"#), Datum::Text("ab".into()));
    assert_eq!(value("int(null)"), Node::NullOf(Kind::Int));
    let Datum::Map(bag) = literal(r#"dynamic({"a": [1, -2.5, null, datetime(1970-01-01)], 'b': "x"})"#) else {
        panic!("bag")
    };
    assert!(matches!(&bag["a"], Datum::List(list) if list.len() == 4 && list[3] == Datum::Time(0)));
    for wrong in ["datetime(2023-02-29)", "int(x)", "guid(1)", "99999999999999999999"] {
        assert!(message(&format!("print {wrong}")).contains("query.value"), "{wrong}");
    }
}

#[test]
fn tests_of_text() {
    assert!(matches!(filter(r#"a has "x""#), Node::Text { op: TextOp::Has, cased: false, .. }));
    assert!(matches!(filter(r#"a has_cs "x""#), Node::Text { op: TextOp::Has, cased: true, .. }));
    assert!(matches!(filter(r#"a =~ "x""#), Node::Text { op: TextOp::Equals, cased: false, .. }));
    assert!(matches!(filter(r#"a == "x""#), Node::Compare(CompareOp::Eq, ..)));
    assert!(matches!(filter(r#"a in ("x", "y")"#), Node::TextAny { op: TextOp::Equals, cased: true, .. }));
    assert!(matches!(filter(r#"a in~ ("x", "y")"#), Node::TextAny { op: TextOp::Equals, cased: false, .. }));
    assert!(matches!(filter(r#"a has_all ("x", "y")"#), Node::TextAny { op: TextOp::Has, all: true, .. }));
    for negated in ["!has \"x\"", "!in (\"x\")", "!in~ (\"x\")", "!~ \"x\"", "!between (1 .. 2)", "notcontains \"x\""] {
        assert!(matches!(filter(&format!("a {negated}")), Node::Not(_)), "{negated}");
    }
    let Node::Text { op: TextOp::Regex, pattern, .. } = filter(r#"a matches regex @"\Qa.b\E\/c""#) else {
        panic!("regex")
    };
    assert_eq!(text_of(&pattern), r"a\.b/c", "RE2 as the regex crate has it");
    let Node::Text { value, .. } = filter(r#"* has "x""#) else { panic!("any column") };
    assert_eq!(value.node, Node::AnyColumn);
    // Tests of text bind tighter than arithmetic, and comparisons looser.
    assert!(matches!(filter(r#"a + b has "x" == true"#), Node::Compare(CompareOp::Eq, left, _)
        if matches!(&left.node, Node::Arithmetic(ArithmeticOp::Add, _, right) if matches!(right.node, Node::Text { .. }))));
}

#[test]
fn bounds_of_between() {
    let Node::And(tests) = filter("t between (ago(2d) .. 1d)") else { panic!("and") };
    assert!(
        matches!(&tests[1].node, Node::Compare(CompareOp::Le, _, high)
        if matches!(high.node, Node::Arithmetic(ArithmeticOp::Add, ..))),
        "a time and how long"
    );
    let Node::And(tests) = filter("d between (1h .. 2h)") else { panic!("and") };
    assert!(
        matches!(&tests[1].node, Node::Compare(CompareOp::Le, _, high)
        if high.node == Node::Literal(Datum::Span(72_000_000_000))),
        "two lengths"
    );
}

#[test]
fn defaults_are_written() {
    let all = steps("T | sort by a, b asc, c nulls first | top 3 by a | join (U) on k | mvexpand x");
    let Operator::Sort(keys) = &all[0] else { panic!("sort") };
    let order: Vec<(bool, Ends)> = keys.iter().map(|key| (key.descending, key.nulls)).collect();
    assert_eq!(order, [(true, Ends::Last), (false, Ends::First), (true, Ends::First)]);
    assert!(matches!(&all[1], Operator::Top(3, keys) if keys[0].descending));
    assert!(matches!(&all[2], Operator::Join { kind: JoinKind::InnerUnique, .. }));
    assert!(matches!(&all[3], Operator::Expand { limit: Some(128), .. }));
}

#[test]
fn conditions_of_joins() {
    let all = steps(
        "T | join kind=leftanti hint.strategy=shuffle (U) on a, $left.b == $right.c, $right.d.e == $left.f and $left.g == $right.g",
    );
    let Operator::Join { kind: JoinKind::LeftAnti, on, .. } = &all[0] else { panic!("join") };
    assert_eq!(on.len(), 4);
    assert_eq!((column(&on[1].0), column(&on[1].1)), ("b", "c"));
    assert_eq!(column(&on[2].0), "f");
    assert!(matches!(&on[2].1.node, Node::Member(bag, name) if column(bag) == "d" && &**name == "e"));
    assert!(message("T | join (U) on a == b").contains("$left.a == $right.b"));
}

#[test]
fn definitions_are_put_in_place() {
    assert!(matches!(filter("x > 1"), Node::Compare(..)));
    let query = one(
        "let n = 2 * 1h; let f = (a: string, b: long = 3) { let c = strcat(a, 'z'); c has tostring(b) }; T | where f(Name) | where t > ago(n)",
    );
    let Operator::Filter(test) = &query.pipeline.steps[0].operator else { panic!("filter") };
    let Node::Text { value, pattern, .. } = &test.node else { panic!("has: {test:?}") };
    assert!(matches!(&value.node, Node::Call(name, list) if &**name == "strcat" && column(&list[0]) == "Name"));
    assert!(matches!(&pattern.node, Node::Call(_, list) if list[0].node == Node::Literal(Datum::Long(3))));
    // The caller's names are not the function's.
    let query = one("let x = 1; let f = (y: long) { y + x }; let g = (x: long) { f(x) }; print r = g(10)");
    let Source::Rows { rows, .. } = &query.pipeline.source else { panic!("rows") };
    let Node::Arithmetic(_, left, right) = &rows[0][0].node else { panic!("sum") };
    assert_eq!((&left.node, &right.node), (&Node::Literal(Datum::Long(10)), &Node::Literal(Datum::Long(1))));
    // A column that an operator makes hides a definition; behind project only those made are there.
    let all = steps("let x = 1; T | extend x = 2 | where x == 3 | project y | where x == 1");
    assert!(
        matches!(&all[1], Operator::Filter(test) if matches!(&test.node, Node::Compare(_, left, _) if column(left) == "x"))
    );
    assert!(matches!(&all[3], Operator::Filter(test) if matches!(&test.node, Node::Compare(_, left, _)
        if left.node == Node::Literal(Datum::Long(1)))));
    let (queries, problems) = read("q", "let f = (Name: string) { T | where Name == Name }; f('x')");
    assert!(queries.len() == 1 && problems.len() == 1 && problems[0].warning, "{problems:?}");
}

#[test]
fn tables_are_shared_where_used_twice() {
    let once = one("let A = T | where a == 1; A | where b == 2");
    assert!(once.shared.is_empty());
    assert_eq!(once.pipeline.steps.len(), 2);
    let twice = one("let A = T | where a == 1; A | join A on k | where x in (A)");
    assert_eq!(twice.shared.len(), 1);
    assert_eq!(twice.pipeline.source, Source::Shared(0));
    let unused = one("let A = U | where a == 1; T | take 1");
    assert!(unused.shared.is_empty());
    let named = one("T | where a == 1 | as X | union (X | where b == 2)");
    assert_eq!(named.shared.len(), 1);
    let scalar = one("let m = toscalar(T | summarize max(a)); T | where a == m or b == m");
    assert_eq!(scalar.shared.len(), 1, "the value is made once");
    let invoked = one("let f = (T: (*), n: long) { T | where a == n }; U | invoke f(3)");
    assert!(matches!(&invoked.pipeline.source, Source::Table { name, .. } if &**name == "U"));
    assert!(invoked.shared.is_empty() && invoked.pipeline.steps.len() == 1);
}

#[test]
fn lists_and_tables_of_in() {
    assert!(matches!(filter("x in (U)"), Node::TextAny { .. }), "a name that nothing defines is a column");
    assert!(matches!(filter("x in (U | project y)"), Node::InTable { cased: true, .. }));
    assert!(matches!(filter("x in~ (_GetWatchlist('w') | project y)"), Node::InTable { cased: false, .. }));
    let Operator::Filter(test) = &steps("let U = V | distinct y; T | where x in (U)")[0] else { panic!("filter") };
    assert!(matches!(test.node, Node::InTable { .. }));
    let Operator::Filter(test) = &steps("let A = dynamic(['a','b']); T | where x in (A, 'c')")[0] else {
        panic!("filter")
    };
    assert!(matches!(&test.node, Node::TextAny { patterns, .. } if patterns.len() == 3));
    let Operator::Filter(test) = &steps("let U = V | distinct y; T | where x has_any (U)")[0] else { panic!("filter") };
    assert!(matches!(&test.node, Node::TextAny { patterns, .. } if matches!(patterns[0].node, Node::Subquery(_))));
}

#[test]
fn sources() {
    assert!(matches!(one("union isfuzzy=true withsource=W A, (B | take 1), C*").pipeline.source,
        Source::Union { members, outer: true, source_column: Some(_), fuzzy: true } if members.len() == 3));
    assert!(matches!(one("range x from 1 to 9 step 2").pipeline.source, Source::Range { .. }));
    assert!(matches!(one("datatable(a: string, b: long)['x', 1, 'y', 2]").pipeline.source,
        Source::Rows { columns, rows } if columns.len() == 2 && rows.len() == 2));
    assert!(matches!(
        one("externaldata(a: string)[@'https://corp.example/a.csv'] with (format='csv')").pipeline.source,
        Source::External { .. }
    ));
    assert!(matches!(one("search in (A, B) 'x' and c: 'y*'").pipeline.source, Source::Union { .. }));
    assert!(message("datatable(a: string, b: long)['x']").contains("do not fill rows"));
    assert!(message("cluster('c').database('d').T").contains("not supported"));
    assert!(message(".show tables").contains("management command"));
}

#[test]
fn terms_of_search() {
    let all = steps("T | search 'a' or 'b*' or '*c' or '*d*' or 'e*f'");
    let Operator::Filter(test) = &all[0] else { panic!("filter") };
    let Node::Or(tests) = &test.node else { panic!("or") };
    let ops: Vec<TextOp> = tests
        .iter()
        .map(|test| match &test.node {
            Node::Text { op, .. } => *op,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ops, [TextOp::Has, TextOp::HasPrefix, TextOp::HasSuffix, TextOp::Contains, TextOp::Regex]);
}

#[test]
fn operators() {
    let all = steps(
        "T | parse-where kind=regex flags=i a with * @'\\d+' b: long ' ' * \
         | mv-expand with_itemindex=i x = split(a, ','), y to typeof(long) limit 5 | project-away a*, *_x \
         | project-rename p = q | project-reorder z | distinct * | count as n \
         | make-series m = avg(v) default = 0 on t from ago(1d) to now() step 1h by k | evaluate bag_unpack(b, 'p_') \
         | render timechart with (title = 'x') | sample 3 | getschema",
    );
    let Operator::Parse { pattern, only_fitting: true, .. } = &all[0] else { panic!("parse") };
    assert_eq!(pattern[1], ParsePiece::Literal("(?i:\\d+)".into()));
    assert_eq!(pattern[2], ParsePiece::Column("b".into(), Kind::Long));
    let Operator::Expand { columns, index: Some(_), limit: Some(5) } = &all[1] else { panic!("expand") };
    assert_eq!(columns[1].2, Some(Kind::Long));
    assert!(matches!(&all[2], Operator::Away(list) if &*list[1].name == "*_x"));
    let commands: Vec<&str> = all
        .iter()
        .filter_map(|step| match step {
            Operator::Command { name, .. } => Some(&**name),
            _ => None,
        })
        .collect();
    assert_eq!(commands, ["make-series", "evaluate bag_unpack", "sample", "getschema"]);
}

#[test]
fn several_statements_and_a_broken_tail() {
    let (queries, problems) = read("q", "T | take 1; let x = 2; U | take x; V | wher a == 1");
    assert_eq!(queries.len(), 2);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.contains("where is"), "{}", problems[0]);
    assert!(message("T | where a == 1\n\nU | where b == 2").contains("; before a new query"));
    assert!(message("T | where a = 1").contains("it is =="));
    assert!(message("T | where a == “x”").contains("quotes are"));
    assert!(message("T | where (a == 1").contains("close the bracket"));
    assert!(message("let x = 1;").contains("no query"));
}
