//! JSON lines for Timesketch's importer: every dated line of the case (see the hunt's output of that name for the fields).

use super::CaseMeta;
use crate::foreign::{line, microseconds};
use crate::hunt::datetime;
use ddefend_model::case::Case;
use serde_json::json;

pub(super) fn render(case: &Case, _: &CaseMeta) -> String {
    let mut out = String::new();
    for moment in &case.timeline {
        let level = moment.level.map(|level| level.as_str());
        let mut tags = vec!["ddefend"];
        tags.extend(level);
        let zone = if moment.time.ends_with('Z') { "UTC" } else { "unknown" };
        out.push_str(&line(json!({
            "message": format!("{}: {}", moment.what, moment.text),
            "datetime": datetime(&moment.time),
            "timestamp": microseconds(&moment.time),
            "timestamp_desc": moment.what,
            "time_zone": zone,
            "data_type": "ddefend:case",
            "tag": tags,
            "level": level,
            "case_id": case.id,
            "computer_name": moment.host,
            "source_file": moment.source,
            "node": moment.node,
        })));
    }
    out
}
