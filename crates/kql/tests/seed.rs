//! The query of seed document 004, as it is printed.

#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_kql::read;
use ddefend_rule::ir::query::{CompareOp, Datum, Ends, Node, Operator, Source, TextOp};

const QUERY: &str = include_str!("seed/004.kql");

#[test]
fn the_seed_lowers_verbatim() {
    let (queries, problems) = read("004.kql", QUERY);
    assert_eq!(problems, []);
    let [query] = queries.as_slice() else { panic!("one query, not {}", queries.len()) };
    assert!(query.shared.is_empty(), "lists are no tables");
    assert!(matches!(&query.pipeline.source, Source::Table { name, .. } if &**name == "DeviceProcessEvents"));
    let steps: Vec<&Operator> = query.pipeline.steps.iter().map(|step| &step.operator).collect();
    let [
        Operator::Filter(since),
        Operator::Filter(branches),
        Operator::Extend(_),
        Operator::Extend(_),
        Operator::Extend(flag),
        Operator::Project(columns),
        Operator::Sort(keys),
    ] = steps.as_slice()
    else {
        panic!("other steps: {steps:?}");
    };
    assert!(
        matches!(&since.node, Node::Compare(CompareOp::Gt, _, ago) if matches!(&ago.node, Node::Call(name, _) if &**name == "ago"))
    );
    let Node::Or(branches) = &branches.node else { panic!("or") };
    let [office, equation] = branches.as_slice() else { panic!("two branches") };
    let Node::And(office) = &office.node else { panic!("and") };
    let Node::TextAny { op: TextOp::Has, cased: false, all: false, patterns, .. } = &office[0].node else {
        panic!("has_any")
    };
    assert!(matches!(&patterns[0].node, Node::Literal(Datum::List(list)) if list.len() == 7));
    assert!(matches!(&equation.node, Node::Text { op: TextOp::Equals, cased: false, .. }));
    assert!(matches!(&flag[0].value.node, Node::TextAny { patterns, .. } if patterns.len() == 13));
    assert_eq!(flag[0].names, ["SuspiciousArgs".into()]);
    assert_eq!(columns.len(), 11);
    assert!(keys[0].descending && keys[0].nulls == Ends::Last);
}
