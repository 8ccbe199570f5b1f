//! One JSON object per line: `difference`, `diagnostic`, `summary`.

use super::{DifferenceRenderer, PostureMeta};
use crate::jsonl::line;
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Difference, DifferenceSummary};

pub(super) fn make(_: &PostureMeta) -> Box<dyn DifferenceRenderer> {
    Box::new(Jsonl)
}

struct Jsonl;

impl DifferenceRenderer for Jsonl {
    fn difference(&mut self, difference: &Difference) -> String {
        line("difference", difference)
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        line("diagnostic", diagnostic)
    }

    fn end(&mut self, summary: &DifferenceSummary) -> String {
        line("summary", summary)
    }
}
