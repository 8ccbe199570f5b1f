//! What holds of every query: fast ways agree with plain ones, order between tables does not matter, nothing panics.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use ddefend_event::{Column, Kind, Table};
use ddefend_query::{Program, Settings, Tables};
use ddefend_rule::ir::query::{
    ArithmeticOp, Assignment, CompareOp, Datum, Ends, Extraction, JoinKind, Language, Node, Operator, ParseKind,
    ParsePiece, Pattern, Pipeline, Query, Scalar, SortKey, Source, Span, Step, TextOp, WindowMode,
};
use proptest::prelude::*;
use std::sync::Arc;

struct Both;

impl Tables for Both {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        let columns = match name {
            "L" => vec![("k", Kind::Long), ("l", Kind::Long)],
            "R" => vec![("k", Kind::Long), ("r", Kind::Long)],
            "O" => vec![("s", Kind::String), ("d", Kind::Dynamic), ("t", Kind::DateTime)],
            _ => return None,
        };
        let columns = columns.into_iter().map(|(name, kind)| Column { name: name.into(), kind }).collect();
        Some(Arc::new(Table { schema: "test".into(), name: name.into(), columns, open: name == "O" }))
    }
}

fn settings() -> Settings {
    Settings { now: 0, rows: 10_000, bytes: 8 << 20, external: Default::default() }
}

fn scalar(node: Node) -> Scalar {
    Scalar { node, span: Span::default() }
}

fn column(name: &str) -> Scalar {
    scalar(Node::Column(name.into()))
}

fn pipeline(table: &str, operators: Vec<Operator>) -> Pipeline {
    let steps = operators.into_iter().map(|operator| Step { operator, span: Span::default() }).collect();
    Pipeline { source: Source::Table { name: table.into(), span: Span::default() }, steps }
}

fn query(pipeline: Pipeline) -> Query {
    Query { language: Language::Kql, pipeline, shared: Vec::new() }
}

/// Runs with rows by table, those of the second after or before those of the first.
fn run(query: &Query, rows: &[(&str, Vec<Vec<Datum>>)]) -> Vec<Vec<Datum>> {
    let program = Program::compile(query, &Both, &settings()).unwrap();
    let mut out = Vec::new();
    let mut emit = |row: &[Datum]| out.push(row.to_vec());
    let mut run = program.start();
    for (table, rows) in rows {
        for (at, scan) in program.scans().iter().enumerate().filter(|(_, scan)| &*scan.table.name == *table) {
            for row in rows {
                let value = |column: &Column| {
                    let place = scan.table.columns.iter().position(|known| known.name == column.name);
                    place.and_then(|at| row.get(at)).cloned().unwrap_or_default()
                };
                run.push(at, scan.columns.iter().map(value).collect(), &mut emit).unwrap();
            }
        }
    }
    run.finish(&mut emit).unwrap();
    out
}

fn sorted(mut rows: Vec<Vec<Datum>>) -> Vec<String> {
    let mut shown: Vec<String> = rows.drain(..).map(|row| format!("{row:?}")).collect();
    shown.sort();
    shown
}

fn rows() -> impl Strategy<Value = Vec<Vec<Datum>>> {
    let key = prop_oneof![4 => (0_i64..5).prop_map(Datum::Long), 1 => Just(Datum::Null)];
    prop::collection::vec((key, 0_i64..100).prop_map(|(key, other)| vec![key, Datum::Long(other)]), 0..40)
}

/// A join as its definition says it.
fn naive(kind: JoinKind, left: &[Vec<Datum>], right: &[Vec<Datum>]) -> Vec<Vec<Datum>> {
    let pair = |a: &Vec<Datum>, b: &Vec<Datum>| a[0] != Datum::Null && a[0] == b[0];
    let nothing = || vec![Datum::Null, Datum::Null];
    let beside = |a: &Vec<Datum>, b: &Vec<Datum>| [a.clone(), b.clone()].concat();
    let mut firsts: Vec<Vec<Datum>> = Vec::new();
    for row in left {
        if !firsts.iter().any(|first| first[0] == row[0]) {
            firsts.push(row.clone());
        }
    }
    let pairs = |left: &[Vec<Datum>]| -> Vec<Vec<Datum>> {
        left.iter()
            .flat_map(|a| right.iter().filter(|b| pair(a, b)).map(|b| beside(a, b)).collect::<Vec<_>>())
            .collect()
    };
    let lonely_left = || left.iter().filter(|a| !right.iter().any(|b| pair(a, b)));
    let lonely_right = || right.iter().filter(|b| !left.iter().any(|a| pair(a, b)));
    let mut made = match kind {
        JoinKind::InnerUnique => pairs(&firsts),
        JoinKind::LeftSemi => return left.iter().filter(|a| right.iter().any(|b| pair(a, b))).cloned().collect(),
        JoinKind::RightSemi => return right.iter().filter(|b| left.iter().any(|a| pair(a, b))).cloned().collect(),
        JoinKind::LeftAnti => return lonely_left().cloned().collect(),
        JoinKind::RightAnti => return lonely_right().cloned().collect(),
        _ => pairs(left),
    };
    if matches!(kind, JoinKind::LeftOuter | JoinKind::FullOuter) {
        made.extend(lonely_left().map(|a| beside(a, &nothing())));
    }
    if matches!(kind, JoinKind::RightOuter | JoinKind::FullOuter) {
        made.extend(lonely_right().map(|b| beside(&nothing(), b)));
    }
    made
}

const KINDS: [JoinKind; 9] = [
    JoinKind::InnerUnique,
    JoinKind::Inner,
    JoinKind::LeftOuter,
    JoinKind::RightOuter,
    JoinKind::FullOuter,
    JoinKind::LeftSemi,
    JoinKind::RightSemi,
    JoinKind::LeftAnti,
    JoinKind::RightAnti,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn joins_are_as_defined(left in rows(), right in rows()) {
        for kind in KINDS {
            let join = Operator::Join {
                kind,
                right: Box::new(pipeline("R", Vec::new())),
                on: vec![(column("k"), column("k"))],
            };
            let query = query(pipeline("L", vec![join]));
            let expected = sorted(naive(kind, &left, &right));
            prop_assert_eq!(sorted(run(&query, &[("L", left.clone()), ("R", right.clone())])), expected.clone(), "{:?}", kind);
            prop_assert_eq!(sorted(run(&query, &[("R", right.clone()), ("L", left.clone())])), expected, "{:?}", kind);
        }
    }

    #[test]
    fn top_is_sort_and_take(left in rows(), most in 0_u64..50, descending: bool, first: bool) {
        let nulls = if first { Ends::First } else { Ends::Last };
        let key = || vec![SortKey { value: column("k"), descending, nulls }];
        let top = query(pipeline("L", vec![Operator::Top(most, key())]));
        let both = query(pipeline("L", vec![Operator::Sort(key()), Operator::Take(most)]));
        prop_assert_eq!(run(&top, &[("L", left.clone())]), run(&both, &[("L", left)]));
    }

    #[test]
    fn a_table_in_a_filter_may_come_later(left in rows(), right in rows()) {
        let table = Box::new(pipeline("R", Vec::new()));
        let inside = scalar(Node::InTable { value: Box::new(column("k")), table, cased: true });
        let query = query(pipeline("L", vec![Operator::Filter(inside)]));
        let expected: Vec<Vec<Datum>> =
            left.iter().filter(|row| right.iter().any(|other| other[0] == row[0])).cloned().collect();
        prop_assert_eq!(run(&query, &[("R", right.clone()), ("L", left.clone())]), expected.clone());
        prop_assert_eq!(run(&query, &[("L", left), ("R", right)]), expected);
    }

    #[test]
    fn random_plans_do_not_panic(seed: u64, rows in prop::collection::vec(datum(), 0..24)) {
        let mut dice = Dice(seed);
        let language = [Language::Kql, Language::Spl, Language::Esql, Language::Eql, Language::Kuery][dice.roll(5)];
        let query = Query { language, ..query(plan(&mut dice, 3)) };
        let Ok(program) = Program::compile(&query, &Both, &settings()) else { return Ok(()) };
        let mut run = program.start();
        let mut width = 0;
        for chunk in rows.chunks(3) {
            for at in 0..program.scans().len() {
                if run.push(at, chunk.to_vec(), &mut |row| width = width.max(row.len())).is_err() {
                    return Ok(());
                }
            }
        }
        if run.finish(&mut |row| width = width.max(row.len())).is_ok() {
            prop_assert!(width <= program.columns().len(), "{width} values, {} columns", program.columns().len());
        }
    }
}

fn datum() -> impl Strategy<Value = Datum> {
    let leaf = prop_oneof![
        Just(Datum::Null),
        any::<bool>().prop_map(Datum::Bool),
        any::<i64>().prop_map(Datum::Long),
        (-3_i64..3).prop_map(Datum::Long),
        any::<f64>().prop_map(Datum::Real),
        "[a-c/ ]{0,6}".prop_map(|text| Datum::Text(text.into())),
        any::<i64>().prop_map(Datum::Time),
        any::<i64>().prop_map(Datum::Span),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|list| Datum::List(Arc::new(list))),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(|map| Datum::Map(Arc::new(
                map.into_iter().map(|(name, value)| (name.into(), value)).collect()
            ))),
        ]
    })
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

fn name(dice: &mut Dice) -> Box<str> {
    ["k", "l", "r", "s", "d", "t", "k1", "x", "a.b"][dice.roll(9)].into()
}

fn constant(dice: &mut Dice) -> Datum {
    match dice.roll(8) {
        0 => Datum::Null,
        1 => Datum::Bool(true),
        2 => Datum::Long(i64::MIN),
        3 => Datum::Long(2),
        4 => Datum::Real(-0.5),
        5 => Datum::Text("a*(".into()),
        6 => Datum::Span(i64::MAX),
        _ => Datum::List(Arc::new(vec![Datum::Text("b".into()), Datum::Long(1)])),
    }
}

fn expression(dice: &mut Dice, depth: usize) -> Scalar {
    let Some(depth) = depth.checked_sub(1) else {
        return if dice.roll(2) == 0 { column(&name(dice)) } else { scalar(Node::Literal(constant(dice))) };
    };
    let sides = dice.roll(14);
    let inner = |dice: &mut Dice| Box::new(expression(dice, depth));
    scalar(match sides {
        0 => Node::Literal(constant(dice)),
        1 | 2 => Node::Column(name(dice)),
        3 => Node::Member(inner(dice), name(dice)),
        4 => Node::Index(inner(dice), inner(dice)),
        5 => Node::And(vec![*inner(dice), *inner(dice)]),
        6 => Node::Or(vec![*inner(dice), *inner(dice)]),
        7 => Node::Not(inner(dice)),
        8 => {
            let op = [TextOp::Equals, TextOp::Contains, TextOp::Has, TextOp::Like, TextOp::Regex, TextOp::Cidr]
                [dice.roll(6)];
            Node::Text { op, cased: dice.roll(2) == 0, value: inner(dice), pattern: inner(dice) }
        }
        9 => Node::TextAny {
            op: TextOp::Equals,
            cased: false,
            all: dice.roll(2) == 0,
            value: inner(dice),
            patterns: vec![*inner(dice), *inner(dice)],
        },
        10 => Node::Compare([CompareOp::Eq, CompareOp::Ne, CompareOp::Lt][dice.roll(3)], inner(dice), inner(dice)),
        11 => {
            let op = [
                ArithmeticOp::Add,
                ArithmeticOp::Subtract,
                ArithmeticOp::Multiply,
                ArithmeticOp::Divide,
                ArithmeticOp::Modulo,
            ];
            Node::Arithmetic(op[dice.roll(5)], inner(dice), inner(dice))
        }
        12 => {
            let known =
                ["tostring", "strcat", "row_number", "prev", "next", "pack_all", "bin", "iff", "split", "tolong"];
            let count = dice.roll(4);
            Node::Call(known[dice.roll(10)].into(), (0..count).map(|_| *inner(dice)).collect())
        }
        _ => Node::InTable { value: inner(dice), table: Box::new(plan(dice, 1)), cased: true },
    })
}

fn assignment(dice: &mut Dice) -> Assignment {
    let names = (0..dice.roll(3)).map(|_| name(dice)).collect();
    Assignment { names, value: expression(dice, 2) }
}

fn aggregate(dice: &mut Dice) -> Assignment {
    let known = ["count", "sum", "max", "make_list", "dcount", "arg_max", "avg", "take_any"][dice.roll(8)];
    let arguments = (0..dice.roll(3)).map(|_| column(&name(dice))).collect();
    Assignment { names: Vec::new(), value: scalar(Node::Call(known.into(), arguments)) }
}

fn operator(dice: &mut Dice, depth: usize) -> Operator {
    let span = Span::default();
    match dice.roll(20) {
        0 | 1 => Operator::Filter(expression(dice, 3)),
        2 => Operator::Extend(vec![assignment(dice), assignment(dice)]),
        3 => Operator::Project(vec![assignment(dice), assignment(dice)]),
        4 => Operator::Keep(vec![Pattern { name: "*".into(), span }]),
        5 => Operator::Rename(vec![(name(dice), name(dice))]),
        6 => Operator::Summarise { aggregates: vec![aggregate(dice)], by: vec![assignment(dice)] },
        7 => Operator::Window {
            aggregates: vec![aggregate(dice)],
            by: vec![],
            mode: if dice.roll(2) == 0 { WindowMode::All } else { WindowMode::Running(2, dice.roll(2) == 0) },
        },
        8 => Operator::Sort(vec![SortKey { value: expression(dice, 1), descending: true, nulls: Ends::Last }]),
        9 => Operator::Top(2, vec![SortKey { value: expression(dice, 1), descending: false, nulls: Ends::First }]),
        10 => Operator::Tail(1),
        11 => Operator::Distinct(vec![assignment(dice)]),
        12 => Operator::Dedup {
            count: 1,
            by: vec![name(dice)],
            keep_empty: dice.roll(2) == 0,
            consecutive: dice.roll(2) == 0,
        },
        13 => Operator::Join {
            kind: KINDS[dice.roll(9)],
            right: Box::new(plan(dice, depth)),
            on: vec![(column(&name(dice)), column(&name(dice)))],
        },
        14 => Operator::Union {
            members: vec![plan(dice, depth)],
            outer: dice.roll(2) == 0,
            source_column: None,
            fuzzy: true,
        },
        15 => Operator::Expand { columns: vec![(name(dice), expression(dice, 1), None)], index: None, limit: Some(3) },
        16 => Operator::Apply {
            columns: vec![(name(dice), expression(dice, 1), None)],
            body: vec![Step { operator: operator(dice, 0), span }],
        },
        17 => Operator::Parse {
            value: expression(dice, 1),
            kind: ParseKind::Simple,
            pattern: vec![
                ParsePiece::Skip,
                ParsePiece::Literal("a".into()),
                ParsePiece::Column(name(dice), Kind::Long),
            ],
            only_fitting: false,
        },
        18 => Operator::Extract {
            value: expression(dice, 1),
            extraction: Extraction::Groups { regex: "(?<x>[a-c])".into(), most: 2 },
        },
        _ => Operator::Partition {
            by: vec![expression(dice, 1)],
            body: vec![Step { operator: operator(dice, 0), span }],
            keep: dice.roll(2) == 0,
        },
    }
}

fn plan(dice: &mut Dice, depth: usize) -> Pipeline {
    let table = ["L", "R", "O"][dice.roll(3)];
    let Some(depth) = depth.checked_sub(1) else { return pipeline(table, Vec::new()) };
    let count = dice.roll(5);
    pipeline(table, (0..count).map(|_| operator(dice, depth)).collect())
}
