//! Every sample of the RTF area gives what it stands for; damaged ones never panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ddefend_testkit::{Expect, Sample, collect, samples};

fn check(sample: &Sample) -> Result<(), String> {
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

#[test]
fn every_sample() {
    let failures: Vec<String> = samples::rtf::samples().iter().filter_map(|sample| check(sample).err()).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// Documents that are refused fast give nothing on the slow path either, which an empty template forces.
#[test]
fn fast_and_slow_agree() {
    let needles: [&[u8]; 5] = [b"\\fldinst", b"\\obj", b"\\template", b"\\mailmerge", b"\\subdocument"];
    let mut refused = 0;
    for sample in samples::rtf::samples() {
        let has = |needle: &[u8]| sample.bytes.windows(needle.len()).any(|window| window == needle);
        if needles.iter().any(|needle| has(needle)) {
            continue;
        }
        refused += 1;
        let forced = [&sample.bytes[..], b"{\\template }"].concat();
        let (fast, slow) = (collect(sample.name, &sample.bytes), collect(sample.name, &forced));
        assert_eq!(fast.walked.links, slow.walked.links, "{}", sample.name);
    }
    assert!(refused > 0);
}
