//! One JSON document, or one object a line (docs/reference/output.schema.json): `row` is `{column: value}`.

use super::{RowRenderer, RowsMeta, value};
use crate::{escape, jsonl};
use ddefend_model::{Diagnostic, HuntSummary, SCHEMA_VERSION};
use ddefend_rule::ir::query::Datum;
use serde::Serialize;
use serde_json::{Map, Value};

/// One object a line.
pub(super) fn lines(meta: &RowsMeta) -> Box<dyn RowRenderer> {
    Box::new(Lines { columns: meta.columns.clone() })
}

/// One document.
pub(super) fn document(meta: &RowsMeta) -> Box<dyn RowRenderer> {
    Box::new(Document { columns: meta.columns.clone(), query: meta.query.clone(), any: false, diagnostics: Vec::new() })
}

#[derive(Serialize)]
struct RowLine {
    row: Map<String, Value>,
}

/// Values by column; of an open table's record the names that no column has. Columns without a value are null.
fn object(columns: &[String], row: &[Datum]) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, datum) in columns.iter().zip(row) {
        match (name.as_str(), datum) {
            ("*", Datum::Map(record)) => {
                for (name, datum) in record.iter() {
                    if !all.contains_key(&**name) {
                        all.insert(name.to_string(), value::json(datum));
                    }
                }
            }
            ("*", Datum::Null) => {}
            _ => _ = all.insert(name.clone(), value::json(datum)),
        }
    }
    all
}

struct Lines {
    columns: Vec<String>,
}

impl RowRenderer for Lines {
    fn row(&mut self, row: &[Datum]) -> String {
        jsonl::line("row", &RowLine { row: object(&self.columns, row) })
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        jsonl::line("diagnostic", diagnostic)
    }

    fn end(&mut self, _: u64, summary: &HuntSummary) -> String {
        jsonl::line("summary", summary)
    }
}

struct Document {
    columns: Vec<String>,
    query: String,
    any: bool,
    diagnostics: Vec<Diagnostic>,
}

impl RowRenderer for Document {
    fn begin(&mut self) -> String {
        let columns = Value::from(self.columns.clone());
        let query = Value::from(self.query.as_str());
        escape::json(&format!(
            "{{\"schema_version\":{SCHEMA_VERSION},\"query\":{query},\"columns\":{columns},\"rows\":["
        ))
    }

    fn row(&mut self, row: &[Datum]) -> String {
        let comma = if std::mem::replace(&mut self.any, true) { "," } else { "" };
        format!("{comma}\n{}", escape::json(&Value::Object(object(&self.columns, row)).to_string()))
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        self.diagnostics.push(diagnostic.clone());
        String::new()
    }

    fn end(&mut self, _: u64, summary: &HuntSummary) -> String {
        let text = |value: Result<String, serde_json::Error>| escape::json(&value.unwrap_or_default());
        let diagnostics = text(serde_json::to_string(&self.diagnostics));
        format!("\n],\"diagnostics\":{diagnostics},\"summary\":{}}}\n", text(serde_json::to_string(summary)))
    }
}
