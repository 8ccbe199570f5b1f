//! Pipelines from rows to rows, built by hand.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ddefend_event::{Column, Kind, Table};
use ddefend_query::{Program, Settings, Tables};
use ddefend_rule::ir::query::{
    Assignment, CompareOp, Datum, Ends, Language, Node, Operator, Pipeline, Query, Scalar, SortKey, Source, Span, Step,
    TextOp,
};
use std::sync::Arc;

struct One(Arc<Table>);

impl Tables for One {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        (name == "T").then(|| Arc::clone(&self.0))
    }
}

fn scalar(node: Node) -> Scalar {
    Scalar { node, span: Span::default() }
}

fn column(name: &str) -> Scalar {
    scalar(Node::Column(name.into()))
}

fn text(value: &str) -> Datum {
    Datum::Text(value.into())
}

fn table() -> One {
    let columns = [("Name", Kind::String), ("Size", Kind::Long), ("Other", Kind::Long)]
        .map(|(name, kind)| Column { name: name.into(), kind })
        .to_vec();
    One(Arc::new(Table { schema: "test".into(), name: "T".into(), columns, open: false }))
}

fn run(steps: Vec<Operator>, rows: &[(&str, i64)]) -> (Vec<String>, Vec<Vec<Datum>>) {
    let steps = steps.into_iter().map(|operator| Step { operator, span: Span::default() }).collect();
    let source = Source::Table { name: "T".into(), span: Span::default() };
    let query = Query { language: Language::Kql, pipeline: Pipeline { source, steps }, shared: Vec::new() };
    let settings = Settings { now: 0, rows: 1000, bytes: 1 << 20, external: Default::default() };
    let program = Program::compile(&query, &table(), &settings).unwrap();
    let scan: Vec<&str> = program.scans()[0].columns.iter().map(|column| &*column.name).collect();
    let mut out = Vec::new();
    let mut emit = |row: &[Datum]| out.push(row.to_vec());
    let mut run = program.start();
    for (name, size) in rows {
        let value = |column: &&str| match *column {
            "Name" => text(name),
            "Size" => Datum::Long(*size),
            _ => Datum::Null,
        };
        run.push(0, scan.iter().map(value).collect(), &mut emit).unwrap();
    }
    run.finish(&mut emit).unwrap();
    (program.columns().iter().map(|column| column.name.to_string()).collect(), out)
}

#[test]
fn filters_sorts_and_takes() {
    let has = Node::Text {
        op: TextOp::Contains,
        cased: false,
        value: Box::new(column("Name")),
        pattern: Box::new(scalar(Node::Literal(text("a")))),
    };
    let large = Node::Compare(CompareOp::Gt, Box::new(column("Size")), Box::new(scalar(Node::Literal(Datum::Long(1)))));
    let steps = vec![
        Operator::Filter(scalar(Node::And(vec![scalar(has), scalar(large)]))),
        Operator::Sort(vec![SortKey { value: column("Size"), descending: true, nulls: Ends::Last }]),
        Operator::Take(2),
        Operator::Project(vec![Assignment { names: Vec::new(), value: column("Name") }]),
    ];
    let (columns, rows) = run(steps, &[("A", 1), ("ab", 2), ("b", 9), ("BA", 4), ("a", 3)]);
    assert_eq!(columns, ["Name"]);
    assert_eq!(rows, [[text("BA")], [text("a")]]);
}

#[test]
fn counts() {
    let (columns, rows) = run(vec![Operator::Count], &[("a", 1), ("b", 2)]);
    assert_eq!((columns, rows), (vec!["Count".to_owned()], vec![vec![Datum::Long(2)]]));
}
