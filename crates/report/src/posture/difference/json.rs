//! One JSON document: `{"schema_version", "differences", "diagnostics", "summary"}`, of what jsonl has as lines.

use super::{DifferenceRenderer, PostureMeta};
use crate::jsonl::line;
use ddefend_model::posture::{Difference, DifferenceSummary};
use ddefend_model::{Diagnostic, SCHEMA_VERSION};

/// Diagnostics kept for the end; the summary counts all.
const DIAGNOSTICS: usize = 10_000;

pub(super) fn make(_: &PostureMeta) -> Box<dyn DifferenceRenderer> {
    Box::new(Json { first: true, diagnostics: Vec::new() })
}

struct Json {
    first: bool,
    /// Finished objects.
    diagnostics: Vec<String>,
}

impl DifferenceRenderer for Json {
    fn begin(&mut self) -> String {
        format!("{{\"schema_version\":{SCHEMA_VERSION},\"differences\":[")
    }

    fn difference(&mut self, difference: &Difference) -> String {
        let comma = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        format!("{comma}{}", line("difference", difference).trim_end())
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        if self.diagnostics.len() < DIAGNOSTICS {
            self.diagnostics.push(line("diagnostic", diagnostic).trim_end().to_owned());
        }
        String::new()
    }

    fn end(&mut self, summary: &DifferenceSummary) -> String {
        let diagnostics = self.diagnostics.join(",\n");
        format!("\n],\"diagnostics\":[\n{diagnostics}\n],\"summary\":{}}}\n", line("summary", summary).trim_end())
    }
}
