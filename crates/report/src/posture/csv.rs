//! One row per check, way in, fault and diagnostic (RFC 4180), safe to open in a spreadsheet.

use super::{PostureMeta, PostureRenderer, shape};
use crate::csv::{named, row};
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Audit, Check, Exposure, Fault, PostureSummary};

const COLUMNS: [&str; 25] = [
    "type",
    "level",
    "host",
    "user",
    "id",
    "title",
    "application",
    "version",
    "verdict",
    "outcome",
    "effective",
    "means",
    "layer",
    "enforced",
    "mitigation",
    "class",
    "key",
    "value",
    "why",
    "remedy",
    "faults",
    "written",
    "source",
    "place",
    "origin",
];

pub(super) fn make(_: &PostureMeta) -> Box<dyn PostureRenderer> {
    Box::new(Csv)
}

struct Csv;

impl PostureRenderer for Csv {
    fn begin(&mut self) -> String {
        row(&COLUMNS.map(str::to_owned))
    }

    fn audit(&mut self, audit: &Audit) -> String {
        let checks = audit.checks.iter().map(|check| of_check(audit, check));
        let exposures = audit.exposures.iter().map(|exposure| of_exposure(audit, exposure));
        let faults = shape::faults(audit).into_iter().map(|fault| of_fault(audit, fault));
        checks.chain(exposures).chain(faults).collect()
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        named(
            &COLUMNS,
            &[
                ("type", "diagnostic"),
                ("id", &diagnostic.code),
                ("why", &diagnostic.message),
                ("source", &diagnostic.part.to_string()),
                ("place", &diagnostic.location.to_string()),
            ],
        )
    }

    fn end(&mut self, _: &PostureSummary) -> String {
        String::new()
    }
}

fn of_check(audit: &Audit, check: &Check) -> String {
    // The setting that decides is the first of the deciding layer.
    let decides = check.evidence.iter().find(|seen| seen.layer == check.layer && seen.origin != "deleted");
    let said = |of: fn(&ddefend_model::posture::Seen) -> &str| decides.map(of).unwrap_or_default();
    let faults: Vec<&str> = check.faults.iter().map(|fault| fault.id.as_str()).collect();
    let notes = [std::slice::from_ref(&check.default), &check.notes].concat();
    named(
        &COLUMNS,
        &[
            ("type", "check"),
            ("level", check.level.as_str()),
            ("host", &audit.host),
            ("user", &audit.user),
            ("id", &check.id),
            ("title", &check.title),
            ("application", &check.application),
            ("version", &check.version),
            ("verdict", check.verdict.as_str()),
            ("outcome", check.outcome.as_str()),
            ("effective", check.effective.as_deref().unwrap_or_default()),
            ("means", &check.means),
            ("layer", check.layer.as_str()),
            ("enforced", if check.enforced { "yes" } else { "no" }),
            ("mitigation", &check.mitigation),
            ("class", &check.class),
            ("key", &check.key),
            ("value", &check.value),
            ("why", notes.join(" ").trim()),
            ("faults", &faults.join(" ")),
            ("written", said(|seen| &seen.written)),
            ("source", said(|seen| &seen.source)),
            ("place", said(|seen| &seen.place)),
            ("origin", said(|seen| &seen.origin)),
        ],
    )
}

fn of_exposure(audit: &Audit, exposure: &Exposure) -> String {
    let remedy = exposure.closed_by.first().map(shape::change).unwrap_or_default();
    named(
        &COLUMNS,
        &[
            ("type", "exposure"),
            ("level", exposure.level.as_str()),
            ("host", &audit.host),
            ("user", &audit.user),
            ("id", &exposure.id),
            ("title", &exposure.title),
            ("application", &exposure.application),
            ("version", &exposure.version),
            ("verdict", exposure.state.as_str()),
            ("means", &exposure.decided_by),
            ("enforced", if exposure.enforced { "yes" } else { "no" }),
            ("why", &exposure.why),
            ("remedy", &remedy),
        ],
    )
}

fn of_fault(audit: &Audit, fault: &Fault) -> String {
    named(
        &COLUMNS,
        &[
            ("type", "fault"),
            ("host", &audit.host),
            ("user", &audit.user),
            ("id", &fault.check),
            ("verdict", "misapplied"),
            ("effective", &fault.data),
            ("key", &fault.key),
            ("value", &fault.value),
            ("why", &fault.message),
            ("remedy", &fault.remedy),
            ("faults", &fault.id),
            ("source", &fault.source),
            ("place", &fault.place),
        ],
    )
}
