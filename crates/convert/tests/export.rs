//! The built-in rules in every target under `docs/conversions`, and the table over Sigma's Windows rules. Both are written
//! with `DDEFEND_UPDATE=1`; without it, the test holds that they are current.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

use ddefend_content::Content;
use ddefend_convert::{Refusal, convert, targets};
use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma;
use std::collections::BTreeMap;
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
    let mut set = set(&content);
    set.rules.sort_by(|a, b| a.meta.title.cmp(&b.meta.title).then_with(|| a.meta.id.cmp(&b.meta.id)));
    let mut summary = String::from(
        "# Conversions of the built-in rules\n\nWritten by a test; every text is read back by ddefend's own front ends. \
         What a target cannot say is refused with the field and the reason, never written approximately.\n\n\
         | target | what | converted | refused |\n|---|---|---:|---:|\n",
    );
    for target in targets() {
        let about = profiles.get(target.name).map_or("Sigma, normalised", |profile| profile.about.as_str());
        let mut text = format!("# {}\n\n{about}. Written by a test from `content/rules`.\n", target.name);
        let (mut done, mut refused) = (0, 0);
        for rule in &set.rules {
            write!(text, "\n## {}\n\n`{}`\n\n", rule.meta.title, rule.meta.id).unwrap();
            match convert(rule, target, &profiles, &mapping) {
                Ok(converted) => {
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
        writeln!(summary, "| [{0}]({0}.md) | {about} | {done} | {refused} |", target.name).unwrap();
        current(&docs().join(format!("conversions/{}.md", target.name)), &text);
    }
    summary.push_str("\nThe same over all Windows rules of Sigma: [conversions.tsv](../reference/conversions.tsv). ");
    summary.push_str("Beside other converters: [peers.md](peers.md).\n");
    current(&docs().join("conversions/README.md"), &summary);
}

#[test]
#[ignore = "a minute; needs DDEFEND_DATA"]
fn sigmas_windows_rules_in_every_target() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        println!("DDEFEND_DATA is not set: nothing is tested");
        return;
    };
    let mut files = Vec::new();
    for folder in ["rules", "rules-emerging-threats", "rules-threat-hunting"] {
        collect(&PathBuf::from(&data).join("rules/sigma").join(folder), &mut files);
    }
    let content = Content::load().unwrap();
    let (profiles, mapping) = (content.profiles().unwrap(), content.mapping().unwrap());
    let mut set = sigma::read(&files, &sigma::Options::default());
    set.rules.retain(|rule| rule.source.product.as_deref() == Some("windows"));
    let mut table = format!(
        "# Windows rules of SigmaHQ ({} of them), converted: what each target says, and why not. Written by a test.\n\
         target\tconverted\trefused\treason\trules\n",
        set.rules.len()
    );
    for target in targets() {
        let (mut done, mut refused) = (0, 0);
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for rule in &set.rules {
            match convert(rule, target, &profiles, &mapping) {
                Ok(_) => done += 1,
                Err(refusals) => {
                    refused += 1;
                    let mut own: Vec<String> = refusals.iter().map(reason).collect();
                    own.sort();
                    own.dedup();
                    own.into_iter().for_each(|reason| *reasons.entry(reason).or_default() += 1);
                }
            }
        }
        writeln!(table, "{}\t{done}\t{refused}\t\t", target.name).unwrap();
        let mut reasons: Vec<(String, usize)> = reasons.into_iter().collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        for (reason, count) in reasons.into_iter().take(12) {
            writeln!(table, "{}\t\t\t{reason}\t{count}", target.name).unwrap();
        }
    }
    current(&docs().join("reference/conversions.tsv"), &table);
}

/// The reason without the names of services, so that the same is counted together.
fn reason(refusal: &Refusal) -> String {
    let text = refusal.reason.split(" (").next().unwrap_or_default();
    match &refusal.field {
        Some(field) if refusal.reason.ends_with("no column for it") => format!("{field}: {text}"),
        _ => text.to_owned(),
    }
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            if text.contains("product: windows") {
                files.push((path.file_name().unwrap().to_string_lossy().into_owned(), text));
            }
        }
    }
}
