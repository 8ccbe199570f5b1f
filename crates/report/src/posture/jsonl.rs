//! One JSON object per line: `check`, `exposure`, `fault`, `diagnostic`, `summary`.

use super::{PostureMeta, PostureRenderer};
use crate::jsonl::line;
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Audit, PostureSummary};

pub(super) fn make(_: &PostureMeta) -> Box<dyn PostureRenderer> {
    Box::new(Jsonl)
}

struct Jsonl;

impl PostureRenderer for Jsonl {
    fn audit(&mut self, audit: &Audit) -> String {
        let checks = audit.checks.iter().map(|check| line("check", check));
        let exposures = audit.exposures.iter().map(|exposure| line("exposure", exposure));
        let faults = audit.faults.iter().map(|fault| line("fault", fault));
        checks.chain(exposures).chain(faults).collect()
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        line("diagnostic", diagnostic)
    }

    fn end(&mut self, summary: &PostureSummary) -> String {
        line("summary", summary)
    }
}
