//! One JSON document: `{"schema_version", "audits": [one per machine or user], "diagnostics", "summary"}`. What stands
//! inside is what jsonl has as lines.

use super::{PostureMeta, PostureRenderer};
use crate::escape;
use crate::jsonl::{line, typed};
use ddefend_model::posture::{Audit, PostureSummary};
use ddefend_model::{Diagnostic, SCHEMA_VERSION};

/// Diagnostics kept for the end; the summary counts all.
const DIAGNOSTICS: usize = 10_000;

pub(super) fn make(_: &PostureMeta) -> Box<dyn PostureRenderer> {
    Box::new(Json { first: true, diagnostics: Vec::new() })
}

struct Json {
    first: bool,
    /// Finished objects.
    diagnostics: Vec<String>,
}

impl PostureRenderer for Json {
    fn begin(&mut self) -> String {
        format!("{{\"schema_version\":{SCHEMA_VERSION},\"audits\":[")
    }

    fn audit(&mut self, audit: &Audit) -> String {
        let comma = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        // Only maps with keys that are not strings can fail here, and the model has none.
        let object = serde_json::to_string(&typed("audit", audit)).unwrap_or_default();
        format!("{comma}{}", escape::json(&object))
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        if self.diagnostics.len() < DIAGNOSTICS {
            self.diagnostics.push(line("diagnostic", diagnostic).trim_end().to_owned());
        }
        String::new()
    }

    fn end(&mut self, summary: &PostureSummary) -> String {
        let diagnostics = self.diagnostics.join(",\n");
        format!("\n],\"diagnostics\":[\n{diagnostics}\n],\"summary\":{}}}\n", line("summary", summary).trim_end())
    }
}
