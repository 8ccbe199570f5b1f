//! The built-in rules in every target under `docs/conversions`, each with what its proof says. They are written with
//! `DDEFEND_UPDATE=1`; without it, the test holds that they are current.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

use ddefend_content::Content;
use ddefend_convert::proof::{Bench, Proof, Trial, Verdict};
use ddefend_convert::{convert, targets};
use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn current(path: &Path, text: &str) {
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        return;
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        known == text,
        "{} is not current: DDEFEND_UPDATE=1 cargo test -p ddefend-convert --test export",
        path.display()
    );
}

fn set(content: &Content) -> RuleSet {
    let placeholders = content.placeholders().unwrap();
    sigma::read(&content.rules(), &sigma::Options { placeholders, ..sigma::Options::default() })
}

#[test]
fn the_built_in_rules_in_every_target() {
    let content = Content::load().unwrap();
    let (profiles, mapping) = (content.profiles().unwrap(), content.mapping().unwrap());
    let (tables, bases) = (content.tables().unwrap(), content.proof_bases().unwrap());
    let bench = Bench { profiles: &profiles, mapping: &mapping, tables: &tables, bases: &bases };
    let mut set = set(&content);
    set.rules.sort_by(|a, b| a.meta.title.cmp(&b.meta.title).then_with(|| a.meta.id.cmp(&b.meta.id)));
    let trials: Vec<Trial> = set.rules.iter().map(|rule| bench.trial(rule)).collect();
    let mut summary = String::from(
        "# Conversions of the built-in rules\n\nWritten by a test; every text is read back by ddefend's own front ends. \
         What a target cannot say is refused with the field and the reason, never written approximately. \
         Each conversion is proved: events made from the rule are judged by the rule and, as rows of the target's tables, \
         by the converted text; only what fires on the same events is shown here.\n\n\
         | target | what | proved equivalent | not proved | refused |\n|---|---|---:|---:|---:|\n",
    );
    for target in targets() {
        let about = profiles.get(target.name).map_or("Sigma, normalised", |profile| profile.about.as_str());
        let mut text = format!("# {}\n\n{about}. Written by a test from `content/rules`.\n", target.name);
        let (mut done, mut unproved, mut refused) = (0, 0, 0);
        for (rule, trial) in set.rules.iter().zip(&trials) {
            write!(text, "\n## {}\n\n`{}`\n\n", rule.meta.title, rule.meta.id).unwrap();
            match convert(rule, target, &profiles, &mapping) {
                Ok(converted) => {
                    let proof = bench.proof(target, &converted, trial);
                    text.push_str(&verdict(&proof));
                    if proof.verdict != Verdict::Equivalent {
                        unproved += 1;
                        continue;
                    }
                    done += 1;
                    writeln!(text, "```{}\n{}\n```", target.extension, converted.text.trim_end()).unwrap();
                    for note in converted.notes {
                        writeln!(text, "\nNote: {note}.").unwrap();
                    }
                }
                Err(refusals) => {
                    refused += 1;
                    text.push_str("Refused:\n\n");
                    for refusal in refusals {
                        writeln!(text, "- {refusal}").unwrap();
                    }
                }
            }
        }
        let about = about.replace('|', "\\|");
        writeln!(summary, "| [{0}]({0}.md) | {about} | {done} | {unproved} | {refused} |", target.name).unwrap();
        current(&docs().join(format!("conversions/{}.md", target.name)), &text);
    }
    summary.push_str("\nThe same over all Windows rules of Sigma: [conversions.tsv](../reference/conversions.tsv). ");
    summary.push_str("Beside other converters: [peers.md](peers.md).");
    summary.push('\n');
    current(&docs().join("conversions/README.md"), &summary);
}

/// What the proof says, for people.
fn verdict(proof: &Proof) -> String {
    match (proof.verdict, &proof.why) {
        (Verdict::Equivalent, _) => {
            format!("Equivalent on {} events, the rule fires on {} of them.\n\n", proof.events, proof.positives)
        }
        (Verdict::Unproved, why) => {
            format!("Not exported, because it is not proved: {}.\n", why.as_deref().unwrap_or("no reason is known"))
        }
        (other, _) => format!("Not exported: it is {other} on {} events.\n", proof.events),
    }
}
