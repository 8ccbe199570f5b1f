//! One JSON object per line: `memory` (the image without its lists), then its `module`, `memory_hit` and `diagnostic`
//! lines, at last `summary`.

use super::{MemoryMeta, MemoryRenderer};
use crate::jsonl::line;
use ddefend_model::memory::{MemoryImage, MemorySummary};
use serde::Serialize;

pub(super) fn make(_: &MemoryMeta) -> Box<dyn MemoryRenderer> {
    Box::new(Jsonl)
}

struct Jsonl;

/// Something with the image that it is from.
#[derive(Serialize)]
struct Of<'a, T: Serialize> {
    artifact: &'a str,
    #[serde(flatten)]
    value: &'a T,
}

impl MemoryRenderer for Jsonl {
    fn image(&mut self, image: &MemoryImage) -> String {
        let artifact = image.path.as_str();
        let head = MemoryImage {
            path: image.path.clone(),
            sha256: image.sha256.clone(),
            format: image.format.clone(),
            taken: image.taken.clone(),
            system: image.system.clone(),
            process: image.process.clone(),
            modules: Vec::new(),
            hits: Vec::new(),
            diagnostics: Vec::new(),
            ..*image
        };
        let mut out = line("memory", &head);
        image.modules.iter().for_each(|value| out.push_str(&line("module", &Of { artifact, value })));
        image.hits.iter().for_each(|value| out.push_str(&line("memory_hit", &Of { artifact, value })));
        image.diagnostics.iter().for_each(|diagnostic| out.push_str(&line("diagnostic", diagnostic)));
        out
    }

    fn end(&mut self, summary: &MemorySummary) -> String {
        line("summary", summary)
    }
}
