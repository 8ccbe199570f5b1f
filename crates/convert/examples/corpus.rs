//! Converts and proves all Windows rules under the given folders: a table per target on the standard output.
//! `corpus FOLDER [EVERY]`: with a number, only each so many-th rule.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it prints"
)]

use ddefend_content::Content;
use ddefend_convert::proof::Bench;
use ddefend_convert::{Refusal, convert, targets};
use ddefend_rule::front::sigma;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Reasons that are told for a target and outcome, at most.
const REASONS: usize = 12;

type Told = BTreeMap<(usize, &'static str), (usize, BTreeMap<String, usize>)>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("a folder of Sigma's rules is needed")?);
    let every: usize = args.next().map_or(Ok(1), |text| text.parse())?;
    let mut files = Vec::new();
    for part in ["rules", "rules-emerging-threats", "rules-threat-hunting"] {
        collect(&folder.join(part), &mut files)?;
    }
    let content = Content::load()?;
    let (profiles, mapping) = (content.profiles()?, content.mapping()?);
    let (tables, bases) = (content.tables()?, content.proof_bases()?);
    let bench = Bench { profiles: &profiles, mapping: &mapping, tables: &tables, bases: &bases };
    let mut set = sigma::read(&files, &sigma::Options::default());
    set.rules.retain(|rule| rule.source.product.as_deref() == Some("windows"));
    let rules: Vec<_> = set.rules.iter().step_by(every.max(1)).collect();
    let mut told = Told::new();
    let verbose = std::env::var_os("CORPUS_WRONG").is_some();
    for rule in &rules {
        let begun = std::time::Instant::now();
        let trial = bench.trial(rule);
        let made = begun.elapsed();
        for (number, target) in targets().iter().enumerate() {
            let (outcome, reasons) = match convert(rule, target, &profiles, &mapping) {
                Err(refusals) => ("refused", refusals.iter().map(reason).collect()),
                Ok(done) => {
                    let proof = bench.proof(target, &done, &trial);
                    if let Some(example) = proof.counterexample.as_ref().filter(|_| verbose) {
                        eprintln!("{} {} {} {example:?}\n{}\n", target.name, rule.meta.id, proof.verdict, done.text);
                    }
                    (proof.verdict.name(), proof.why.as_deref().map(class).into_iter().collect::<Vec<String>>())
                }
            };
            let entry = told.entry((number, outcome)).or_default();
            entry.0 += 1;
            let reasons: std::collections::BTreeSet<String> = reasons.into_iter().collect();
            reasons.into_iter().for_each(|reason| *entry.1.entry(reason).or_default() += 1);
        }
        if begun.elapsed().as_secs() >= 5 {
            eprintln!("slow: {} {:?} of it its events {made:?}", rule.meta.id, begun.elapsed());
        }
    }
    print!("{}", table(&told, rules.len(), set.rules.len()));
    Ok(())
}

fn table(told: &Told, rules: usize, all: usize) -> String {
    let mut out = format!(
        "# {rules} of SigmaHQ's {all} Windows rules, evenly taken, converted and proved. Written by scripts/convert-corpus.\n\
         target\toutcome\trules\treason\twith it\n"
    );
    for (number, target) in targets().iter().enumerate() {
        let of_target = told.iter().filter(|((own, _), _)| *own == number);
        for ((_, outcome), (count, reasons)) in of_target {
            let _ = writeln!(out, "{}\t{outcome}\t{count}\t\t", target.name);
            let mut reasons: Vec<_> = reasons.iter().collect();
            reasons.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
            for (reason, count) in reasons.into_iter().take(REASONS) {
                let _ = writeln!(out, "{}\t{outcome}\t\t{reason}\t{count}", target.name);
            }
        }
    }
    out
}

/// The reason without names, so that the same is counted together.
fn reason(refusal: &Refusal) -> String {
    let text = class(&refusal.reason);
    match &refusal.field {
        Some(field) if refusal.reason.ends_with("no column for it") => format!("{field}: {text}"),
        _ => text,
    }
}

fn class(text: &str) -> String {
    let text = text.split(" (").next().unwrap_or_default().replace(['\t', '\n'], " ");
    text.chars().take(120).collect()
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|it| Ok(it?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "yml") {
            let text = std::fs::read_to_string(&path)?;
            if text.contains("product: windows") {
                files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
            }
        }
    }
    Ok(())
}
