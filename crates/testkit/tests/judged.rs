//! Every sample of the project's own corpus is judged as it expects: near-misses stay at info, DDE is found under DDE ids.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use ddefend_content::Content;
use ddefend_model::Level;
use ddefend_testkit::samples::{Expect, all};

#[test]
fn samples_are_judged_as_they_expect() {
    let content = Content::load().unwrap();
    let mut wrong = Vec::new();
    for sample in all() {
        let walked = ddefend_testkit::collect(sample.name, &sample.bytes).walked;
        let findings = ddefend_dde::judge(&walked.links, content.knowledge());
        let told: Vec<String> = findings
            .iter()
            .map(|finding| {
                let link = finding.link.as_ref().unwrap();
                format!(
                    "{} {} [{} {:?}] {:?}|{:?}!{:?} > {:?}",
                    finding.level,
                    finding.id.0,
                    link.carrier,
                    link.trigger,
                    link.service,
                    link.topic,
                    link.item,
                    link.target
                )
            })
            .collect();
        let dde = |id: &str| id.starts_with("dde.");
        let fits = match sample.expect {
            Expect::Silent => findings.iter().all(|finding| finding.level == Level::Info),
            Expect::Dde(..) => findings.iter().any(|finding| dde(&finding.id.0)),
            // DDE verbs of macros are DDE, under their own id.
            Expect::Related("macro-dde") => findings.iter().any(|finding| finding.id.0 == "dde.macro"),
            Expect::Related(_) => {
                !findings.is_empty()
                    && findings.iter().all(|finding| !finding.techniques.iter().any(|id| id == "T1559.002"))
            }
        };
        if !fits {
            wrong.push(format!("{} ({}, {:?}): {told:#?}", sample.name, sample.row, sample.expect));
        }
        for finding in &findings {
            assert!(!finding.title.contains('{'), "{}", finding.title);
            if std::env::var_os("DDEFEND_SHOW").is_some() {
                println!("{:40} {:?}\n    {}", sample.name, sample.expect, finding.title);
                println!("    {} {} {:?} {:?}", finding.level, finding.id.0, finding.command, finding.techniques);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
