use ddefend_event::{Column, Kind, Table};
use ddefend_query::{Program, Rows, Settings, Tables};
use ddefend_rule::ir::query::{Datum, Language};
use ddefend_spl::{Macros, read};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// 2026-01-02T03:04:05Z.
pub(crate) const NOW: i64 = 1_767_323_045;

/// Every name is an open table: records have whatever fields they have.
pub(crate) struct Open;

impl Tables for Open {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        let columns = vec![Column { name: "_time".into(), kind: Kind::DateTime }];
        Some(Arc::new(Table { schema: "test".into(), name: name.into(), columns, open: true }))
    }
}

pub(crate) fn datum(value: &Value) -> Datum {
    match value {
        Value::Null => Datum::Null,
        Value::Bool(value) => Datum::Bool(*value),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Datum::Real(number.as_f64().expect("a number")), Datum::Long)
        }
        Value::String(text) => Datum::Text(text.as_str().into()),
        Value::Array(list) => Datum::List(Arc::new(list.iter().map(datum).collect())),
        Value::Object(map) => {
            let map: BTreeMap<Box<str>, Datum> =
                map.iter().map(|(name, value)| (name.as_str().into(), datum(value))).collect();
            Datum::Map(Arc::new(map))
        }
    }
}

fn shown(value: &Datum) -> String {
    match value {
        Datum::Null => "-".to_owned(),
        Datum::Bool(value) => value.to_string(),
        Datum::Long(value) => value.to_string(),
        Datum::Real(value) => value.to_string(),
        Datum::Text(text) => text.to_string(),
        Datum::Time(ticks) => format!("@{}", ticks / 10_000_000),
        Datum::Span(ticks) => format!("+{}", ticks / 10_000_000),
        Datum::List(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Datum::Map(map) => format!("{map:?}"),
    }
}

pub(crate) fn settings() -> Settings {
    Settings { now: NOW * 10_000_000, rows: 100_000, bytes: 64 << 20, external: BTreeMap::default() }
}

pub(crate) fn compiled(text: &str, macros: &Macros, settings: &Settings) -> Result<Program, String> {
    let (queries, problems) = read("t.spl", text, macros);
    let query = queries.first().ok_or_else(|| format!("{problems:?}"))?;
    Program::compile(query, &Open, settings).map_err(|problems| format!("{problems:?}"))
}

/// Columns, then a line per row, of the search over records; `_time` of a record is in seconds.
pub(crate) fn run_with(text: &str, records: &[Value], settings: &Settings) -> String {
    let program = compiled(text, &Macros::new(), settings).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut rows: Vec<Vec<Datum>> = Vec::new();
    let mut emit = |row: &[Datum]| rows.push(row.to_vec());
    let mut run = program.start();
    for record in records {
        for (scan, wanted) in program.scans().iter().enumerate() {
            let mut row: Vec<Datum> = Vec::new();
            for column in &wanted.columns {
                let value = datum(&record[&*column.name]);
                row.push(match value {
                    Datum::Long(seconds) if &*column.name == "_time" => Datum::Time(seconds * 10_000_000),
                    value => value,
                });
            }
            if wanted.whole {
                row.push(datum(record));
            }
            run.push(scan, row, &mut emit).expect("a row");
        }
    }
    run.finish(&mut emit).expect("the end");
    let names: Vec<&str> = program.columns().iter().map(|column| &*column.name).collect();
    let mut out = names.join("|");
    for row in rows {
        out.push('\n');
        out.push_str(&row.iter().map(shown).collect::<Vec<_>>().join("|"));
    }
    out
}

pub(crate) fn run(text: &str, records: &[Value]) -> String {
    run_with(text, records, &settings())
}

pub(crate) fn lookup(name: &str, columns: &[&str], rows: &[&[&str]]) -> Settings {
    let mut settings = settings();
    let columns = columns.iter().map(|name| Column { name: (*name).into(), kind: Kind::String }).collect();
    let rows = rows.iter().map(|row| row.iter().map(|value| Datum::Text((*value).into())).collect()).collect();
    settings.external.insert(name.into(), Rows { columns, rows });
    settings
}
