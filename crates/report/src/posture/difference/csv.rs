//! One row per difference and diagnostic (RFC 4180), safe to open in a spreadsheet.

use super::{DifferenceRenderer, PostureMeta};
use crate::csv::{named, row};
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Difference, DifferenceSummary, Standing};

const COLUMNS: [&str; 24] = [
    "type",
    "turn",
    "level",
    "subject",
    "host",
    "user",
    "id",
    "title",
    "application",
    "version",
    "before",
    "before_effective",
    "before_layer",
    "before_enforced",
    "after",
    "after_effective",
    "after_layer",
    "after_enforced",
    "who",
    "when",
    "majority",
    "source",
    "place",
    "message",
];

pub(super) fn make(_: &PostureMeta) -> Box<dyn DifferenceRenderer> {
    Box::new(Csv)
}

struct Csv;

/// Verdict or state, data, layer, enforced.
fn side(side: Option<&Standing>) -> [&str; 4] {
    let Some(side) = side else { return [""; 4] };
    let verdict = side.verdict.map(|verdict| verdict.as_str()).or(side.state.map(|state| state.as_str()));
    [
        verdict.unwrap_or("there"),
        side.effective.as_deref().unwrap_or_default(),
        side.layer.map_or("", |layer| layer.as_str()),
        if side.enforced { "yes" } else { "no" },
    ]
}

impl DifferenceRenderer for Csv {
    fn begin(&mut self) -> String {
        row(&COLUMNS.map(str::to_owned))
    }

    fn difference(&mut self, difference: &Difference) -> String {
        let [before, before_data, before_layer, before_enforced] = side(difference.before.as_ref());
        let [after, after_data, after_layer, after_enforced] = side(difference.after.as_ref());
        let majority = difference.majority.map(|(count, of)| format!("{count} of {of}")).unwrap_or_default();
        named(
            &COLUMNS,
            &[
                ("type", "difference"),
                ("turn", difference.turn.as_str()),
                ("level", difference.level.as_str()),
                ("subject", difference.subject.as_str()),
                ("host", &difference.host),
                ("user", &difference.user),
                ("id", &difference.id),
                ("title", &difference.title),
                ("application", &difference.application),
                ("version", &difference.version),
                ("before", before),
                ("before_effective", before_data),
                ("before_layer", before_layer),
                ("before_enforced", before_enforced),
                ("after", after),
                ("after_effective", after_data),
                ("after_layer", after_layer),
                ("after_enforced", after_enforced),
                ("who", &difference.who),
                ("when", &difference.when),
                ("majority", &majority),
            ],
        )
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        named(
            &COLUMNS,
            &[
                ("type", "diagnostic"),
                ("id", &diagnostic.code),
                ("source", &diagnostic.part.to_string()),
                ("place", &diagnostic.location.to_string()),
                ("message", &diagnostic.message),
            ],
        )
    }

    fn end(&mut self, _: &DifferenceSummary) -> String {
        String::new()
    }
}
