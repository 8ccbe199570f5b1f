//! One JSON object per line: `detection`, `diagnostic`, `summary` (docs/reference/output.schema.json).

use super::{HuntMeta, HuntRenderer};
use crate::jsonl::line;
use ddefend_model::{Detection, Diagnostic, HuntSummary};

pub(super) fn make(_: &HuntMeta) -> Box<dyn HuntRenderer> {
    Box::new(Jsonl)
}

struct Jsonl;

impl HuntRenderer for Jsonl {
    fn detection(&mut self, detection: &Detection) -> String {
        line("detection", detection)
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        line("diagnostic", diagnostic)
    }

    fn end(&mut self, summary: &HuntSummary) -> String {
        line("summary", summary)
    }
}
