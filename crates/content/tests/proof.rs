//! Conversions of the shipped rules, proved.

use ddefend_content::Content;
use ddefend_convert::proof::{RowSide, Trial, Verdict, prove};
use ddefend_convert::{convert, targets};
use ddefend_event::{Table, TableSet};
use ddefend_language::{Language, Options};
use ddefend_query::Tables;
use ddefend_rule::front::sigma;
use std::sync::Arc;

/// The tables of one schema.
struct In<'t>(&'t TableSet, &'t str);

impl Tables for In<'_> {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        self.0.table(self.1, name)
    }
}

#[test]
fn what_is_emitted_fires_on_the_same_events() {
    let content = Content::load().expect("the content");
    let (mapping, profiles) = (content.mapping().expect("mappings"), content.profiles().expect("profiles"));
    let (tables, bases) = (content.tables().expect("tables"), content.proof_bases().expect("bases"));
    let set = sigma::read(&content.rules(), &sigma::Options::default());
    let mut wrong = Vec::new();
    let mut counts = std::collections::BTreeMap::<(&str, &str), usize>::new();
    for rule in &set.rules {
        let trial = Trial::of(rule, &mapping, &bases);
        for target in targets() {
            let Ok(converted) = convert(rule, target, &profiles, &mapping) else {
                *counts.entry((target.name, "refused")).or_default() += 1;
                continue;
            };
            let profile = profiles.get(target.name).expect("a profile");
            let schema = In(&tables, &profile.schema);
            let side = RowSide::read(
                target.language,
                &converted.text,
                &Options::default(),
                &converted.places,
                profile,
                &mapping,
                &schema,
            );
            let proof = prove(&trial, &side);
            *counts.entry((target.name, proof.verdict.name())).or_default() += 1;
            if proof.verdict != Verdict::Equivalent {
                let why = proof.why.clone().unwrap_or_default();
                let example =
                    proof.counterexample.map(|it| format!("missed {}: {:?} as {:?}", it.missed, it.fields, it.row));
                wrong.push(format!(
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
    println!("{}", wrong.join("\n\n"));
    for ((target, verdict), count) in &counts {
        assert_ne!(*verdict, "dead", "{target}: {count}");
    }
    for target in targets() {
        let equivalent = counts.get(&(target.name, "equivalent")).copied().unwrap_or_default();
        assert!(equivalent >= 15, "{}: only {equivalent} are proved", target.name);
    }
}
