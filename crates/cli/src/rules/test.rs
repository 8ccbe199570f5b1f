use super::regression;
use crate::Outcome;
use crate::args::RulesTest;
use crate::rule_files::{self, SAMPLES};
use ddefend_content::Content;
use ddefend_event::Mapping;
use ddefend_hunt::sample::{Sample, Samples, Trial};
use ddefend_report::escape;
use ddefend_rule::ir::Meta;
use ddefend_rule::{RuleSet, front::sigma};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Families of records that samples may claim.
const FAMILIES: [&str; 5] = ["windows", "sysmon", "security", "defender", "ecs"];

/// Files that the arguments name, sorted by what they are.
#[derive(Default)]
struct Files {
    rules: Vec<(String, String)>,
    samples: Vec<(String, String)>,
    regression: Vec<(String, String)>,
}

/// What was tried.
#[derive(Default)]
struct Tally {
    out: String,
    rules: usize,
    trials: usize,
    failed: usize,
}

pub(super) fn run(args: &RulesTest, content: &Content) -> Result<(String, Outcome), String> {
    let files = files(args, content)?;
    let placeholders = rule_files::placeholders(args.placeholders.as_deref(), content)?;
    let options = sigma::Options { placeholders, ..sigma::Options::default() };
    let set = sigma::read(&files.rules, &options);
    let mut tally = Tally::default();
    for problem in set.problems.iter().filter(|problem| !problem.warning) {
        tally.fail(&problem.to_string());
    }
    let told = |error: ddefend_content::ContentError| error.to_string();
    let (mapping, wording) = (Arc::new(content.mapping().map_err(told)?), content.wording().map_err(told)?);
    let trial = Trial::new(set, Arc::clone(&mapping), wording.clone());
    let by_file = by_file(trial.set());
    let mut sampled = BTreeSet::new();
    for (file, text) in &files.samples {
        let rule_file = file.replace(SAMPLES, ".yml");
        let samples = match Samples::read(text) {
            Ok(samples) => samples,
            Err(error) => {
                tally.fail(&format!("{file}: {error}"));
                continue;
            }
        };
        tally.rules += 1;
        let before = tally.failed;
        let bench = Bench { args, mapping: &mapping, trial: &trial };
        if let Some(id) = by_file.get(&rule_file) {
            sampled.insert(id.clone());
            bench.rule(file, id, &samples, &mut tally);
        } else if let Some(filter) = sigma::filters(&of(&files.rules, &rule_file)).first() {
            let options = sigma::Options { disabled_filters: vec![filter.meta.id.clone()], ..options.clone() };
            let without = Trial::new(sigma::read(&files.rules, &options), Arc::clone(&mapping), wording.clone());
            bench.filter(file, &without, &samples, &mut tally);
        } else {
            tally.fail(&format!("{file}: there is no rule beside it"));
        }
        if args.verbose && tally.failed == before {
            tally.out.push_str(&format!("passes  {}\n", escape::terminal(file)));
        }
    }
    regression::run(&files.regression, &trial, content, args.verbose, &mut |id, result| {
        sampled.insert(id.to_owned());
        tally.rules += 1;
        tally.trials += 1;
        match result {
            Ok(line) => tally.out.push_str(&line),
            Err(message) => tally.fail(&message),
        }
    })?;
    Ok(summary(tally, trial.set(), &sampled, args.verbose))
}

fn summary(mut tally: Tally, set: &RuleSet, sampled: &BTreeSet<String>, verbose: bool) -> (String, Outcome) {
    let bare: Vec<&Meta> = metas(set).filter(|meta| !sampled.contains(&meta.id)).collect();
    if verbose {
        bare.iter()
            .for_each(|meta| tally.out.push_str(&format!("without samples  {} ({})\n", meta.origin.file, meta.id)));
    }
    tally.out.push_str(&format!(
        "{} rules tried, {} trials, {} failed; {} rules have no samples\n",
        tally.rules,
        tally.trials,
        tally.failed,
        bare.len()
    ));
    let outcome = if tally.failed > 0 { Outcome::Found } else { Outcome::Clean };
    (tally.out, outcome)
}

fn files(args: &RulesTest, content: &Content) -> Result<Files, String> {
    let mut files = Files::default();
    if args.paths.is_empty() {
        files.rules = content.rules();
        files.samples = content.rule_samples();
    }
    for path in &args.paths {
        for (name, text) in rule_files::rules_and_samples(path)? {
            let list = if name.ends_with(SAMPLES) {
                &mut files.samples
            } else if name.ends_with("info.yml") && text.contains("regression_tests_info") {
                &mut files.regression
            } else {
                &mut files.rules
            };
            list.push((name, text));
        }
    }
    Ok(files)
}

fn of(files: &[(String, String)], wanted: &str) -> Vec<(String, String)> {
    files.iter().filter(|(name, _)| name == wanted).cloned().collect()
}

fn metas(set: &RuleSet) -> impl Iterator<Item = &Meta> {
    set.rules.iter().map(|rule| &rule.meta).chain(set.correlations.iter().map(|it| &it.meta))
}

fn by_file(set: &RuleSet) -> BTreeMap<String, String> {
    metas(set).map(|meta| (meta.origin.file.clone(), meta.id.clone())).collect()
}

struct Bench<'a> {
    args: &'a RulesTest,
    mapping: &'a Mapping,
    trial: &'a Trial,
}

impl Bench<'_> {
    /// Samples with the families in which they are to be tried.
    fn trials<'s>(&self, samples: &'s Samples) -> impl Iterator<Item = (&'static str, &'s Sample)> {
        let asked = self.args.schema.clone();
        let families = FAMILIES.into_iter().filter(move |it| asked.as_ref().is_none_or(|asked| asked == it));
        families.flat_map(move |family| {
            let claimed = samples.samples.iter().filter(move |sample| sample.claims(&samples.schemas, family));
            claimed.map(move |sample| (family, sample))
        })
    }

    fn rule(&self, file: &str, id: &str, samples: &Samples, tally: &mut Tally) {
        for (family, sample) in self.trials(samples) {
            let events = match sample.events(self.mapping, family) {
                Ok(events) => events,
                Err(error) if sample.fires => {
                    tally.fail(&format!("{file}: {family}: {}: {error}", sample.name));
                    continue;
                }
                // A near-miss that the family cannot say is none there.
                Err(_) => continue,
            };
            tally.trials += 1;
            let fired = self.trial.fired(&events).contains(id);
            if fired != sample.fires {
                let what = if fired { "fires, and should not" } else { "does not fire" };
                tally.fail(&format!("{file}: {family}: {}: {what}", sample.name));
            }
        }
    }

    fn filter(&self, file: &str, without: &Trial, samples: &Samples, tally: &mut Tally) {
        for (family, sample) in self.trials(samples) {
            let Ok(events) = sample.events(self.mapping, family) else { continue };
            tally.trials += 1;
            let (off, on) = (without.fired(&events), self.trial.fired(&events));
            let taken = off.difference(&on).count() > 0;
            if taken != sample.fires {
                let what = if taken { "takes a match away, and should not" } else { "takes nothing away" };
                tally.fail(&format!("{file}: {family}: {}: {what}", sample.name));
            }
        }
    }
}

impl Tally {
    fn fail(&mut self, message: &str) {
        self.failed += 1;
        self.out.push_str(&format!("fails   {}\n", escape::terminal(message)));
    }
}
