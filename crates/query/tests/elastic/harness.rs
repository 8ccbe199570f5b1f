//! Runs a query over events written as JSON with dotted names.

use ddefend_event::{Column, Kind, Table};
use ddefend_query::{Program, Settings, Tables};
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{Datum, Language, Query};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every name is an open table.
pub(crate) struct Open;

impl Tables for Open {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        let columns = vec![Column { name: "@timestamp".into(), kind: Kind::DateTime }];
        Some(Arc::new(Table { schema: "ecs".into(), name: name.into(), columns, open: true }))
    }
}

pub(crate) fn settings() -> Settings {
    // 2026-01-02T00:00:00Z.
    Settings { now: 17_673_120_000_000_000, rows: 100_000, bytes: 1 << 26, external: BTreeMap::default() }
}

pub(crate) fn read(language: Language, text: &str) -> (Vec<Query>, Vec<Problem>) {
    match language {
        Language::Eql => ddefend_elastic::eql::read("q", text),
        Language::Kuery => ddefend_elastic::kuery::read("q", text),
        Language::Lucene => ddefend_elastic::lucene::read("q", text),
        _ => ddefend_elastic::esql::read("q", text),
    }
}

pub(crate) fn datum(value: &Value) -> Datum {
    match value {
        Value::Null => Datum::Null,
        Value::Bool(flag) => Datum::Bool(*flag),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Datum::Real(number.as_f64().unwrap_or(0.0)), Datum::Long)
        }
        Value::String(text) => Datum::Text(text.as_str().into()),
        Value::Array(list) => Datum::List(Arc::new(list.iter().map(datum).collect())),
        Value::Object(map) => {
            let pairs = map.iter().map(|(name, value)| (name.as_str().into(), datum(value)));
            Datum::Map(Arc::new(pairs.collect()))
        }
    }
}

fn value(datum: &Datum) -> Value {
    match datum {
        Datum::Null => Value::Null,
        Datum::Bool(flag) => Value::from(*flag),
        Datum::Long(number) | Datum::Time(number) | Datum::Span(number) => Value::from(*number),
        Datum::Real(number) => Value::from(*number),
        Datum::Text(text) => Value::from(text.as_ref()),
        Datum::List(list) => Value::Array(list.iter().map(value).collect()),
        Datum::Map(map) => Value::Object(map.iter().map(|(name, item)| (name.to_string(), value(item))).collect()),
    }
}

/// Rows of the result; columns without a value are left out.
pub(crate) fn rows(language: Language, text: &str, events: &[Value]) -> Vec<Map<String, Value>> {
    let (queries, problems) = read(language, text);
    let [query] = queries.as_slice() else { panic!("{text}: {problems:?}") };
    let program = Program::compile(query, &Open, &settings()).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    let names: Vec<String> = program.columns().iter().map(|column| column.name.to_string()).collect();
    let mut out = Vec::new();
    let mut emit = |row: &[Datum]| {
        let mut made: Map<String, Value> = Map::new();
        for (name, datum) in names.iter().zip(row).filter(|(_, datum)| **datum != Datum::Null) {
            match datum {
                Datum::Map(whole) if name == "*" => {
                    for (name, item) in whole.iter() {
                        made.entry(name.to_string()).or_insert_with(|| value(item));
                    }
                }
                datum => drop(made.insert(name.clone(), value(datum))),
            }
        }
        out.push(made);
    };
    let scans = program.scans().to_vec();
    let mut run = program.start();
    for event in events {
        let event = event.as_object().expect("an object");
        for (at, scan) in scans.iter().enumerate() {
            let categories = match event.get("event.category") {
                Some(Value::String(one)) => vec![one.clone()],
                Some(Value::Array(list)) => list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            };
            let all = language != Language::Eql || &*scan.table.name == "*";
            if !all && !categories.iter().any(|category| category == &*scan.table.name) {
                continue;
            }
            let mut row: Vec<Datum> = scan
                .columns
                .iter()
                .map(|column| match (event.get(&*column.name).map(datum), column.kind) {
                    (Some(Datum::Long(millis)), Kind::DateTime) => Datum::Time(millis * 10_000),
                    (found, _) => found.unwrap_or_default(),
                })
                .collect();
            if scan.whole {
                row.push(datum(&Value::Object(event.clone())));
            }
            run.push(at, row, &mut emit).expect("a row");
        }
    }
    run.finish(&mut emit).expect("the rest");
    out
}
