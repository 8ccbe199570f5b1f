//! One JSON document: `{"schema_version", "results": [detections and diagnostics, as in jsonl], "summary"}`.

use super::{HuntMeta, HuntRenderer};
use crate::jsonl::line;
use ddefend_model::{Detection, Diagnostic, HuntSummary, SCHEMA_VERSION};

pub(super) fn make(_: &HuntMeta) -> Box<dyn HuntRenderer> {
    Box::new(Json { first: true })
}

struct Json {
    first: bool,
}

impl Json {
    fn item(&mut self, line: &str) -> String {
        let comma = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        format!("{comma}{}", line.trim_end())
    }
}

impl HuntRenderer for Json {
    fn begin(&mut self) -> String {
        format!("{{\"schema_version\":{SCHEMA_VERSION},\"results\":[")
    }

    fn detection(&mut self, detection: &Detection) -> String {
        self.item(&line("detection", detection))
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        self.item(&line("diagnostic", diagnostic))
    }

    fn end(&mut self, summary: &HuntSummary) -> String {
        format!("\n],\"summary\":{}}}\n", line("summary", summary).trim_end())
    }
}
