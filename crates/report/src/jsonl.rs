//! One JSON object per line, each with `type` and `schema_version` (docs/reference/output.schema.json).

use crate::{Meta, Renderer, escape};
use ddefend_model::{SCHEMA_VERSION, Scanned, Summary};
use serde::Serialize;

pub(crate) fn make(_: &Meta) -> Box<dyn Renderer> {
    Box::new(Jsonl)
}

struct Jsonl;

/// An object of the machine output.
#[derive(Serialize)]
pub(crate) struct Typed<'a, T: Serialize> {
    #[serde(rename = "type")]
    kind: &'static str,
    schema_version: u32,
    #[serde(flatten)]
    value: &'a T,
}

/// Wraps a value with its type and the schema version.
pub(crate) fn typed<'a, T: Serialize>(kind: &'static str, value: &'a T) -> Typed<'a, T> {
    Typed { kind, schema_version: SCHEMA_VERSION, value }
}

/// One line of the machine output.
pub(crate) fn line<T: Serialize>(kind: &'static str, value: &T) -> String {
    // Only maps with keys that are not strings can fail here, and the model has none.
    let mut line = escape::json(&serde_json::to_string(&typed(kind, value)).unwrap_or_default());
    line.push('\n');
    line
}

impl Renderer for Jsonl {
    fn artifact(&mut self, scanned: &Scanned) -> String {
        let mut out = line("artifact", &scanned.artifact);
        for finding in &scanned.findings {
            out.push_str(&line("finding", finding));
        }
        for diagnostic in &scanned.diagnostics {
            out.push_str(&line("diagnostic", diagnostic));
        }
        out
    }

    fn end(&mut self, summary: &Summary) -> String {
        line("summary", summary)
    }
}
