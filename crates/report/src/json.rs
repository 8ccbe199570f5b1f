//! One JSON document with everything: `{"schema_version", "results": [...], "summary"}`.

use crate::jsonl::typed;
use crate::{Meta, Renderer, escape};
use ddefend_model::{SCHEMA_VERSION, Scanned, Summary};
use serde_json::json;

pub(crate) fn make(_: &Meta) -> Box<dyn Renderer> {
    Box::new(Json { first: true })
}

struct Json {
    first: bool,
}

impl Renderer for Json {
    fn begin(&mut self) -> String {
        format!("{{\"schema_version\":{SCHEMA_VERSION},\"results\":[")
    }

    fn artifact(&mut self, scanned: &Scanned) -> String {
        let comma = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        let value = json!({
            "artifact": typed("artifact", &scanned.artifact),
            "findings": scanned.findings.iter().map(|finding| typed("finding", finding)).collect::<Vec<_>>(),
            "diagnostics":
                scanned.diagnostics.iter().map(|diagnostic| typed("diagnostic", diagnostic)).collect::<Vec<_>>(),
        });
        format!("{comma}{}", escape::json(&value.to_string()))
    }

    fn end(&mut self, summary: &Summary) -> String {
        let summary = serde_json::to_string(&typed("summary", summary)).unwrap_or_default();
        format!("\n],\"summary\":{summary}}}\n")
    }
}
