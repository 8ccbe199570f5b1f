//! One JSON document: `{"schema_version", "images": [one per dump or image], "summary"}`.

use super::{MemoryMeta, MemoryRenderer};
use crate::escape;
use crate::jsonl::{line, typed};
use ddefend_model::SCHEMA_VERSION;
use ddefend_model::memory::{MemoryImage, MemorySummary};

pub(super) fn make(_: &MemoryMeta) -> Box<dyn MemoryRenderer> {
    Box::new(Json { first: true })
}

struct Json {
    first: bool,
}

impl MemoryRenderer for Json {
    fn begin(&mut self) -> String {
        format!("{{\"schema_version\":{SCHEMA_VERSION},\"images\":[")
    }

    fn image(&mut self, image: &MemoryImage) -> String {
        let comma = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        // Only maps with keys that are not strings can fail here, and the model has none.
        let object = serde_json::to_string(&typed("memory", image)).unwrap_or_default();
        format!("{comma}{}", escape::json(&object))
    }

    fn end(&mut self, summary: &MemorySummary) -> String {
        format!("\n],\"summary\":{}}}\n", line("summary", summary).trim_end())
    }
}
