//! Functions of Kusto and SQL: what the documentation says of each, and that no arguments break them.

use ddefend_functions::kql::MISSING;
use ddefend_functions::{Context, Function, aggregate, aggregates, function, functions, missing};
use ddefend_rule::ir::query::{Datum, Language};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

const FUNCTIONS: &str = include_str!("vectors/kql-functions.txt");
const AGGREGATES: &str = include_str!("vectors/kql-aggregates.txt");
/// 2024-02-29 12:34:56.
const NOW: i64 = 17_092_100_960_000_000;

const SQL_FUNCTIONS: &str = include_str!("vectors/sql-functions.txt");
const SQL_AGGREGATES: &str = include_str!("vectors/sql-aggregates.txt");

fn named(language: Language, name: &str) -> &'static Function {
    function(language, name).unwrap_or_else(|| panic!("{name} is no function"))
}

fn call(name: &str, arguments: &[Datum]) -> Datum {
    (named(Language::Kql, name).call)(arguments, &Context::new(NOW))
}

/// A value of JSON; texts that begin with `@t:` and `@s:` are times and spans.
fn datum(value: &serde_json::Value) -> Datum {
    match value {
        serde_json::Value::Null => Datum::Null,
        serde_json::Value::Bool(truth) => Datum::Bool(*truth),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(long) => Datum::Long(long),
            None => Datum::Real(number.as_f64().expect("a fraction")),
        },
        serde_json::Value::String(text) => match (text.strip_prefix("@t:"), text.strip_prefix("@s:")) {
            (Some(time), _) => known(call("todatetime", &[Datum::Text(time.into())]), text),
            (_, Some(span)) => known(call("totimespan", &[Datum::Text(span.into())]), text),
            _ => Datum::Text(text.as_str().into()),
        },
        serde_json::Value::Array(items) => Datum::List(Arc::new(items.iter().map(datum).collect())),
        serde_json::Value::Object(items) => {
            Datum::Map(Arc::new(items.iter().map(|(key, value)| (key.as_str().into(), datum(value))).collect()))
        }
    }
}

fn known(value: Datum, written: &str) -> Datum {
    assert_ne!(value, Datum::Null, "{written} does not read");
    value
}

/// The same, fractions within their precision.
fn same(left: &Datum, right: &Datum) -> bool {
    match (left, right) {
        (Datum::Real(left), Datum::Real(right)) => (left - right).abs() <= 1e-12 * right.abs().max(1.0),
        (Datum::List(left), Datum::List(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| same(left, right))
        }
        (Datum::Map(left), Datum::Map(right)) => {
            left.keys().eq(right.keys()) && left.values().zip(right.values()).all(|(left, right)| same(left, right))
        }
        (left, right) => left == right,
    }
}

struct Vector {
    line: &'static str,
    name: &'static str,
    arguments: Vec<serde_json::Value>,
    expected: Datum,
}

fn vectors(text: &'static str) -> Vec<Vector> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &'static str| {
        let (name, rest) = line.split_once(" | ").expect("a name");
        let (arguments, expected) = rest.rsplit_once(" | ").expect("a result");
        let arguments = serde_json::from_str(arguments).unwrap_or_else(|error| panic!("{line}: {error}"));
        let expected = serde_json::from_str(expected).unwrap_or_else(|error| panic!("{line}: {error}"));
        Vector { line, name, arguments, expected: datum(&expected) }
    };
    lines.map(read).collect()
}

#[test]
fn the_clock_of_these_tests() {
    assert_eq!(call("todatetime", &[Datum::Text("2024-02-29 12:34:56".into())]), Datum::Time(NOW));
}

#[test]
fn functions_do_what_the_documentation_says() {
    let mut wrong = Vec::new();
    for (language, text) in [(Language::Kql, FUNCTIONS), (Language::Sql, SQL_FUNCTIONS)] {
        for vector in vectors(text) {
            let known = named(language, vector.name);
            let count = vector.arguments.len();
            assert!(known.least <= count && count <= known.most, "{}: so many arguments do not fit", vector.line);
            let arguments: Vec<Datum> = vector.arguments.iter().map(datum).collect();
            let made = (known.call)(&arguments, &Context::new(NOW));
            if !same(&made, &vector.expected) {
                wrong.push(format!("{}\n    made {made:?}", vector.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn aggregates_do_what_the_documentation_says() {
    let mut wrong = Vec::new();
    for (language, text) in [(Language::Kql, AGGREGATES), (Language::Sql, SQL_AGGREGATES)] {
        for vector in vectors(text) {
            let known = aggregate(language, vector.name).unwrap_or_else(|| panic!("{}", vector.line));
            let mut state = (known.start)();
            for row in &vector.arguments {
                let row: Vec<Datum> = row.as_array().expect("a row").iter().map(datum).collect();
                assert!(known.least <= row.len() && row.len() <= known.most, "{}", vector.line);
                state.add(&row, &Context::new(NOW));
            }
            let made = state.finish();
            if !same(&made, &vector.expected) {
                wrong.push(format!("{}\n    made {made:?}", vector.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_has_a_vector() {
    for (language, ours, theirs) in
        [(Language::Kql, FUNCTIONS, AGGREGATES), (Language::Sql, SQL_FUNCTIONS, SQL_AGGREGATES)]
    {
        let tried: BTreeSet<&str> = vectors(ours).iter().map(|vector| vector.name).collect();
        let untried: Vec<&str> =
            functions(language).map(|known| known.name).filter(|name| !tried.contains(name)).collect();
        assert!(untried.is_empty(), "no vectors: {untried:?}");
        let tried: BTreeSet<&str> = vectors(theirs).iter().map(|vector| vector.name).collect();
        let untried: Vec<&str> =
            aggregates(language).map(|known| known.name).filter(|name| !tried.contains(name)).collect();
        assert!(untried.is_empty(), "no vectors: {untried:?}");
    }
}

#[test]
fn names_are_there_once() {
    let mut seen = BTreeSet::new();
    for known in functions(Language::Kql) {
        assert!(seen.insert(known.name), "{} is there twice", known.name);
        assert!(missing(Language::Kql, known.name).is_none(), "{} is there and missing", known.name);
        assert_eq!(known.name, known.name.to_lowercase());
    }
    let mut seen = BTreeSet::new();
    for known in aggregates(Language::Kql) {
        assert!(seen.insert(known.name), "{} is there twice", known.name);
    }
}

/// A text cannot double itself without end, nor a list.
#[test]
fn results_are_bounded() {
    let mut text = Datum::Text("abcdefgh".into());
    let mut list = Datum::Long(1);
    for _ in 0..64 {
        text = call("strcat", &[text.clone(), text.clone()]);
        list = call("pack_array", &[list.clone(), list.clone()]);
        let _ = call("tostring", std::slice::from_ref(&list));
    }
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(call("parse_json", &[Datum::Text(deep.as_str().into())]), Datum::Text(deep.into()));
    let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
    assert_eq!(call("parse_xml", &[Datum::Text(deep.into())]), Datum::Null);
    assert_eq!(
        call("repeat", &[Datum::Long(1), Datum::Long(i64::MAX)]).clone(),
        call("repeat", &[Datum::Long(1), Datum::Long(1 << 40)])
    );
}

/// The reference of functions, as it is generated.
fn reference() -> String {
    let mut out = String::from(
        "# Functions of Kusto\n\nWhich scalar functions and aggregates queries in Kusto may call when they run here. \
         Generated from the tables of the product; `DDEFEND_UPDATE=1 cargo test -p ddefend-functions --test kql_functions` \
         writes it anew. What a function does is what its page in the Kusto documentation says; deviations stand in \
         its docstring.\n\n## Scalar functions\n\n| Function | Arguments |\n| --- | --- |\n",
    );
    let count =
        |least: usize, most: usize| if least == most { least.to_string() } else { format!("{least} to {most}") };
    let mut rows: Vec<_> = functions(Language::Kql).map(|known| (known.name, known.least, known.most)).collect();
    rows.sort_unstable();
    for (name, least, most) in rows {
        let _ = writeln!(out, "| `{name}` | {} |", count(least, most));
    }
    out.push_str("\n## Aggregates\n\n| Aggregate | Arguments |\n| --- | --- |\n");
    let mut rows: Vec<_> = aggregates(Language::Kql).map(|known| (known.name, known.least, known.most)).collect();
    rows.sort_unstable();
    for (name, least, most) in rows {
        let _ = writeln!(out, "| `{name}` | {} |", count(least, most));
    }
    out.push_str("\n## Not here\n\n| Function | Why |\n| --- | --- |\n");
    let mut rows = MISSING.to_vec();
    rows.sort_unstable();
    for (name, why) in rows {
        let _ = writeln!(out, "| `{name}` | {why} |");
    }
    out
}

#[test]
fn the_reference_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/functions-kql.md");
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(path, reference()).expect("the reference is written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == reference(), "docs/reference/functions-kql.md is old: run this with DDEFEND_UPDATE=1");
}

/// Values of all kinds, some of them awkward.
fn any_datum() -> impl Strategy<Value = Datum> {
    let text = prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        Just("(".to_owned()),
        Just("[1,2,\"a\"]".to_owned()),
        Just("{\"a\":{\"b\":[null]}}".to_owned()),
        Just("2024-01-31T23:59:59.9999999Z".to_owned()),
        Just("10.0.0.0/8".to_owned()),
        Just("<a b=\"c\">&#x41;</a>".to_owned()),
        Just("month".to_owned()),
        Just("windows".to_owned()),
    ];
    let long = prop_oneof![any::<i64>(), -3_i64..9, Just(i64::MIN), Just(i64::MAX)];
    let leaf = prop_oneof![
        Just(Datum::Null),
        any::<bool>().prop_map(Datum::Bool),
        long.clone().prop_map(Datum::Long),
        any::<f64>().prop_map(Datum::Real),
        text.prop_map(|text| Datum::Text(text.into())),
        long.clone().prop_map(Datum::Time),
        (-621_355_968_000_000_000_i64..253_402_300_800_000_000).prop_map(Datum::Time),
        long.prop_map(Datum::Span),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| Datum::List(Arc::new(items))),
            prop::collection::btree_map("[a-c]{1,2}", inner, 0..4).prop_map(|items| Datum::Map(Arc::new(
                items.into_iter().map(|(key, value)| (key.into(), value)).collect()
            ))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// No arguments make any function panic.
    #[test]
    fn nothing_panics(arguments in prop::collection::vec(any_datum(), 8)) {
        let context = Context::new(NOW);
        for known in functions(Language::Kql).chain(functions(Language::Sql)) {
            for count in known.least..=known.most.min(8) {
                // Long ranges and repetitions are tried on their own.
                if matches!(known.name, "range" | "repeat") && count > 1 {
                    continue;
                }
                let _ = (known.call)(&arguments[..count], &context);
            }
        }
    }

    #[test]
    fn no_rows_break_an_aggregate(rows in prop::collection::vec(prop::collection::vec(any_datum(), 5), 0..5)) {
        let context = Context::new(NOW);
        for known in aggregates(Language::Kql).chain(aggregates(Language::Sql)) {
            for count in known.least..=known.most.min(5) {
                let mut state = (known.start)();
                for row in &rows {
                    state.add(&row[..count], &context);
                }
                let _ = state.bytes();
                let _ = state.finish();
            }
        }
    }

    #[test]
    fn base64_there_and_back(text in any::<String>()) {
        let text = Datum::Text(text.into());
        let there = call("base64_encode_tostring", std::slice::from_ref(&text));
        prop_assert_eq!(call("base64_decode_tostring", &[there]), text);
    }

    #[test]
    fn urls_there_and_back(text in any::<String>()) {
        let text = Datum::Text(text.into());
        let there = call("url_encode", std::slice::from_ref(&text));
        prop_assert_eq!(call("url_decode", &[there]), text);
    }

    /// A bin begins at or before the value, less than a step before, and never goes back as values grow.
    #[test]
    fn bins_are_monotone(left in -1_000_000_000_i64..1_000_000_000, right in -1_000_000_000_i64..1_000_000_000, step in 1_i64..100_000) {
        let bin = |value: i64| match call("bin", &[Datum::Long(value), Datum::Long(step)]) {
            Datum::Long(bin) => bin,
            other => panic!("{other:?}"),
        };
        prop_assert!(bin(left) <= left && left - bin(left) < step);
        prop_assert!((left <= right) <= (bin(left) <= bin(right)));
        prop_assert_eq!(bin(left).rem_euclid(step), 0);
    }

    /// Times that are written read back, and so do spans and what JSON holds.
    #[test]
    fn written_values_read_back(ticks in -621_355_968_000_000_000_i64..253_402_300_800_000_000, value in any_datum()) {
        for (name, back, value) in [
            ("tostring", "todatetime", Datum::Time(ticks)),
            ("tostring", "totimespan", Datum::Span(ticks)),
            ("tostring", "tolong", Datum::Long(ticks)),
        ] {
            prop_assert_eq!(call(back, &[call(name, std::slice::from_ref(&value))]), value);
        }
        let written = call("dynamic_to_json", std::slice::from_ref(&value));
        // Fractions lose their last digit on the way in.
        prop_assume!(!matches!(&written, Datum::Text(text) if text.contains(['.', 'E'])));
        let read = call("parse_json", std::slice::from_ref(&written));
        let again = call("dynamic_to_json", &[read]);
        prop_assert_eq!(again, written);
    }

    /// A date in parts makes the same date.
    #[test]
    fn dates_in_parts(ticks in -621_355_968_000_000_000_i64..253_402_300_800_000_000) {
        let day = call("startofday", &[Datum::Time(ticks)]);
        let part = |name: &str| call("datetime_part", &[Datum::Text(name.into()), day.clone()]);
        prop_assert_eq!(call("make_datetime", &[part("year"), part("month"), part("day")]), day.clone());
        prop_assert_eq!(call("datetime_diff", &[Datum::Text("day".into()), Datum::Time(ticks), day]), Datum::Long(0));
    }

    #[test]
    fn splitting_and_joining(text in "[ab,]{0,20}") {
        let comma = Datum::Text(",".into());
        let text = Datum::Text(text.into());
        prop_assert_eq!(call("strcat_array", &[call("split", &[text.clone(), comma.clone()]), comma]), text);
    }
}
