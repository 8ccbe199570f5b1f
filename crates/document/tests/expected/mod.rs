//! Whether a sample gives what it stands for.
#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_testkit::{Expect, Sample, collect};

pub(crate) fn check(sample: &Sample) -> Result<(), String> {
    let found = collect(sample.name, &sample.bytes);
    let links = &found.walked.links;
    let tell = |what: String| Err(format!("{}: {what}\n  {links:?}\n  {:?}", sample.name, found.walked.diagnostics));
    match &sample.expect {
        Expect::Dde(service, topic) => {
            let first = found.of_kind(ddefend_model::LinkKind::Dde).next();
            let is = first.map(|link| (link.service.as_deref().unwrap_or(""), link.topic.as_deref().unwrap_or("")));
            if is != Some((*service, *topic)) {
                return tell(format!("expected {service} {topic}, found {is:?}"));
            }
            let is_trick = ddefend_model::trick::ALL.contains(&sample.row);
            if is_trick && !first.is_some_and(|link| link.tricks.iter().any(|trick| trick.0 == sample.row)) {
                return tell(format!("trick {} not seen: {:?}", sample.row, first.map(|link| &link.tricks)));
            }
        }
        Expect::Related(kind) => {
            let kinds: Vec<String> = links
                .iter()
                .map(|link| serde_json::to_value(link.kind).unwrap().as_str().unwrap().to_owned())
                .collect();
            if !kinds.iter().any(|found| found == kind) || kinds.iter().any(|found| found == "dde") {
                return tell(format!("expected {kind}, found {kinds:?}"));
            }
        }
        Expect::Silent if links.is_empty() => {}
        Expect::Silent => return tell("expected nothing".to_owned()),
    }
    Ok(())
}
