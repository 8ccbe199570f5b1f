//! Conversions of the shipped rules, proved.

use ddefend_content::Content;
use ddefend_convert::proof::{Bench, Verdict};
use ddefend_convert::{convert, targets};
use ddefend_rule::front::sigma;
use std::collections::BTreeMap;

/// Conversions that are proved equivalent, at least.
const FLOORS: &[(&str, usize)] = &[
    ("sigma", 88),
    ("kql-xdr", 71),
    ("kql-sentinel", 71),
    ("kql-asim", 60),
    ("splunk", 85),
    ("splunk-cim", 24),
    ("eql", 60),
    ("esql", 60),
    ("kuery", 24),
    ("lucene", 60),
    ("sql", 50),
    ("car", 51),
];

/// Conversions that nothing is said of: no record of a log has an ancestor's image, no event was found for two demands on
/// a registry path, and the schema has no such column or table. They are not exported.
const UNPROVED: &[(&str, &str)] = &[
    ("kql-sentinel", "70fb149e-cce4-4d6d-a38e-f9bd621baf42"),
    ("sigma", "0e80bb1a-e8b6-40da-b45f-a1701a76e282"),
    ("sigma", "2ab54b52-fbfa-48f0-b07c-db2fe2f3a169"),
    ("sigma", "9c5c0696-8089-4b28-9b9d-9682b099aee6"),
    ("sigma", "eed27c2b-2278-4a77-8b5d-ee28abcf7c4d"),
    ("sigma", "f5f5b19d-420e-42a1-8c23-e43f25c30138"),
    ("splunk", "0e80bb1a-e8b6-40da-b45f-a1701a76e282"),
    ("sql", "2ab54b52-fbfa-48f0-b07c-db2fe2f3a169"),
    ("sql", "4f390fb5-45b5-4480-96aa-d5c33d9f403d"),
    ("sql", "eed27c2b-2278-4a77-8b5d-ee28abcf7c4d"),
    ("sql", "f5f5b19d-420e-42a1-8c23-e43f25c30138"),
];

#[test]
fn what_is_emitted_fires_on_the_same_events() {
    let content = Content::load().expect("the content");
    let (mapping, profiles) = (content.mapping().expect("mappings"), content.profiles().expect("profiles"));
    let (tables, bases) = (content.tables().expect("tables"), content.proof_bases().expect("bases"));
    let bench = Bench { profiles: &profiles, mapping: &mapping, tables: &tables, bases: &bases };
    let placeholders = content.placeholders().expect("placeholders");
    let set = sigma::read(&content.rules(), &sigma::Options { placeholders, ..sigma::Options::default() });
    let (mut other, mut unproved) = (Vec::new(), Vec::new());
    let mut counts = BTreeMap::<(&str, &str), usize>::new();
    for rule in &set.rules {
        let trial = bench.trial(rule);
        for target in targets() {
            let Ok(converted) = convert(rule, target, &profiles, &mapping) else {
                *counts.entry((target.name, "refused")).or_default() += 1;
                continue;
            };
            let proof = bench.proof(target, &converted, &trial);
            *counts.entry((target.name, proof.verdict.name())).or_default() += 1;
            if proof.verdict == Verdict::Unproved {
                unproved.push((target.name.to_owned(), rule.meta.id.clone()));
            }
            if proof.verdict != Verdict::Equivalent {
                let why = proof.why.clone().unwrap_or_default();
                let example =
                    proof.counterexample.map(|it| format!("missed {}: {:?} as {:?}", it.missed, it.fields, it.row));
                other.push(format!(
                    "{} {} {} ({} events, {} positive) {why} {}\n{}",
                    target.name,
                    rule.meta.id,
                    proof.verdict,
                    proof.events,
                    proof.positives,
                    example.unwrap_or_default(),
                    converted.text
                ));
            }
        }
    }
    println!("{counts:#?}");
    println!("{}", other.join("\n\n"));
    for ((target, verdict), count) in &counts {
        assert!(matches!(*verdict, "equivalent" | "refused" | "unproved"), "{target}: {count} {verdict}");
    }
    for (target, floor) in FLOORS {
        let equivalent = counts.get(&(*target, "equivalent")).copied().unwrap_or_default();
        assert!(equivalent >= *floor, "{target}: only {equivalent} are proved, {floor} were");
    }
    assert_eq!(FLOORS.len(), targets().len(), "a target without a floor");
    unproved.sort();
    let known: Vec<(String, String)> =
        UNPROVED.iter().map(|(target, rule)| ((*target).to_owned(), (*rule).to_owned())).collect();
    assert_eq!(unproved, known, "what is not proved is listed");
}
