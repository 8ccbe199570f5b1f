//! What stays open with the change applied, and how to close it by hand.

use super::plan::{Plan, Stay};
use ddefend_model::Level;
use ddefend_model::posture::{Audit, Check, Exposure, Verdict, Way};
use std::collections::BTreeSet;

/// Ways in that are not closed, then settings of level medium or above that do not protect and that the profile leaves.
pub(super) fn stays(plan: &Plan, after: &Audit) -> Vec<Stay> {
    let written: BTreeSet<(&str, &str)> =
        plan.steps.iter().map(|step| (step.check.as_str(), step.version.as_str())).collect();
    let ways = after.exposures.iter().filter(|way| way.state != Way::Closed).map(of_way);
    let left = after.checks.iter().filter(|check| {
        check.verdict == Verdict::Insecure
            && check.level >= Level::Medium
            && !written.contains(&(check.id.as_str(), check.version.as_str()))
    });
    ways.chain(left.flat_map(of_check)).collect()
}

fn of_way(way: &Exposure) -> Stay {
    let mut what =
        format!("{} ({}): {}. {}", way.title, of(&way.application, &way.version), way.state.as_str(), way.why);
    if !way.bypasses.is_empty() {
        what = format!("{what} What goes round: {}", way.bypasses.join("; "));
    }
    let how = match way.closed_by.first() {
        Some(change) => match &change.data {
            Some(data) => format!("set {}\\{} to {data} ({})", change.key, change.value, change.check),
            None => format!("delete {}\\{} ({})", change.key, change.value, change.check),
        },
        None if way.state == Way::Unknown => "collect what the inputs lack and audit again".to_owned(),
        None => "no single setting closes it; tell people not to answer such prompts with yes".to_owned(),
    };
    Stay { id: way.id.clone(), what, how }
}

/// One for each setting that does not protect: of a list (trusted folders), each entry.
fn of_check(check: &Check) -> Vec<Stay> {
    let seen = check
        .evidence
        .iter()
        .filter(|seen| seen.verdict == Verdict::Insecure && seen.origin != "deleted" && seen.data.is_some());
    let stays = seen.map(|seen| Stay {
        id: check.id.clone(),
        what: format!(
            "{}{}: {} ({})",
            check.title,
            if check.version.is_empty() {
                String::new()
            } else {
                format!(" ({})", of(&check.application, &check.version))
            },
            seen.data.as_deref().unwrap_or_default(),
            check.means,
        ),
        how: format!("delete or change {}\\{} where it comes from ({})", seen.key, seen.value, seen.source),
    });
    stays.collect()
}

fn of(application: &str, version: &str) -> String {
    format!("{application} {version}").trim_end().to_owned()
}
