//! Functions of Kusto called by text: what depends on the types that are written.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so")]

use ddefend_event::Table;
use ddefend_query::{Program, Settings, Tables};
use ddefend_rule::ir::query::{Datum, Language};
use std::collections::BTreeMap;
use std::sync::Arc;

struct No;

impl Tables for No {
    fn table(&self, _: Language, _: &str) -> Option<Arc<Table>> {
        None
    }
}

/// Compiles the query and gives its rows, or what is wrong.
fn run(text: &str) -> Result<Vec<Vec<Datum>>, String> {
    let (queries, problems) = ddefend_kql::read("q", text);
    assert!(problems.is_empty(), "{text}: {problems:?}");
    let settings = Settings { now: 0, rows: 10_000, bytes: 1 << 24, external: BTreeMap::new() };
    let program = Program::compile(&queries[0], &No, &settings)
        .map_err(|errors| errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join("; "))?;
    let mut rows = Vec::new();
    let mut emit = |row: &[Datum]| rows.push(row.to_vec());
    program.start().finish(&mut emit).map_err(|error| error.to_string())?;
    Ok(rows)
}

fn one(text: &str) -> Datum {
    run(text).expect(text)[0][0].clone()
}

#[test]
fn types_that_are_asked_for() {
    assert_eq!(one(r#"print extract("Age: (\\d+)", 1, "Age: 35", typeof(long)) + 1"#), Datum::Long(36));
    assert_eq!(one(r#"print extract("Age: (\\d+)", 1, "Age: x", typeof(long))"#), Datum::Null);
    assert_eq!(one(r#"print extract("Age: (\\d+)", 1, "Age: 35")"#), Datum::Text("35".into()));
    assert_eq!(one(r#"print extractjson("$.a", '{"a": 7}', typeof(int))"#), Datum::Long(7));
    assert_eq!(
        one(r#"print extract_json("$.a", '{"a": "2020-01-01"}', typeof(datetime)) == datetime(2020-01-01)"#),
        Datum::Bool(true)
    );
}

#[test]
fn what_cannot_be_is_told() {
    let told = |text: &str| run(text).expect_err(text);
    assert!(told("print rand()").contains("its result changes from run to run"));
    assert!(told(r#"print extract("(", 0, "a")"#).contains("does not compile"));
    assert!(told("print strlen()").contains("takes 1 arguments"));
    assert!(told("print no_such_function(1)").contains("no_such_function"));
}

#[test]
fn aggregates_over_rows() {
    let rows =
        run("datatable(Fruit: string, Color: string, Version: int) ['Apple', 'Red', 1, 'Apple', 'Green', int(null), \
         'Pear', 'Brown', 1, 'Pear', 'Green', 2] | summarize arg_max(Version, *), n = dcountif(Color, Version > 0), \
         all = make_set(Color), percentiles(Version, 50, 100) by Fruit | sort by Fruit asc")
        .expect("it compiles");
    let text = |text: &str| Datum::Text(text.into());
    let set = |items: &[&str]| Datum::List(Arc::new(items.iter().map(|item| text(item)).collect()));
    let long = Datum::Long;
    assert_eq!(
        rows,
        [
            vec![text("Apple"), long(1), text("Red"), long(1), set(&["Red", "Green"]), long(1), long(1)],
            vec![text("Pear"), long(2), text("Green"), long(2), set(&["Brown", "Green"]), long(1), long(2)],
        ]
    );
}

/// Functions with several results give them to several names.
#[test]
fn several_results() {
    let rows = run("print y = dynamic([1, 3, 5]) | extend (Square, Slope) = series_fit_line(y) | project Slope");
    assert_eq!(rows, Ok(vec![vec![Datum::Real(2.0)]]));
    let rows =
        run("print a = dynamic([2, 1]), b = dynamic(['x', 'y']) | extend (c, d) = array_sort_asc(a, b) | project d[0]");
    assert_eq!(rows, Ok(vec![vec![Datum::Text("y".into())]]));
}

#[test]
fn calls_in_calls() {
    assert_eq!(one("print strcat_array(array_sort_asc(split('b,a', ',')), '-')"), Datum::Text("a-b".into()));
    assert_eq!(
        one("print tostring(parse_url('https://corp.example/a?x=1')['Query Parameters'].x)"),
        Datum::Text("1".into())
    );
    assert_eq!(one("print bin(datetime(2020-01-01 13:45), 1h) == datetime(2020-01-01 13:00)"), Datum::Bool(true));
    assert_eq!(one("print isempty(tostring(int(null)))"), Datum::Bool(true));
    assert_eq!(one("print array_length(dynamic([1, 2]))"), Datum::Long(2));
}
