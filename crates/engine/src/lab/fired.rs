use crate::hunt::{Asked, HuntProgress, HuntSettings, Told, hunt_inputs};
use crate::input::{Input, find_inputs};
use crate::pool::Progress;
use crate::triage::{TriageProgress, TriageSettings};
use ddefend_event::LogSource;
use ddefend_guard::stream::Allowance;
use ddefend_hunt::{Hunt, Settings};
use ddefend_matcher::Matcher;
use ddefend_model::Level;
use ddefend_rule::RuleSet;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

/// Tells nobody.
pub(super) struct Silent;

impl Progress for Silent {
    fn done(&self, _bytes: u64) {}
}

impl HuntProgress for Silent {
    fn read(&self, _bytes: u64) {}
}

impl TriageProgress for Silent {
    fn stage(&self, _what: &str) {}
}

/// Everything below a folder; what is no log is passed over by the hunt.
pub(super) fn logs_below(folder: &Path) -> Vec<Input> {
    find_inputs(&[folder.to_path_buf()], "stdin")
}

/// Names of the rules that fire in logs: of others' analytics all, of ours those at `medium` or above.
pub(super) fn fired(
    inputs: &[Input],
    rules: &RuleSet,
    settings: &TriageSettings<'_>,
    names: &BTreeMap<String, String>,
) -> BTreeSet<String> {
    let wording = &settings.wording;
    let source = LogSource { category: Some(wording.process.category.clone()), product: None, service: None };
    let always = [(source, wording.process.names())];
    let deferred = [&*wording.ancestor_image, &*wording.ancestor_command];
    let mut hunt = Hunt::new(rules.clone(), Arc::clone(&settings.mapping), wording.clone(), Settings::default());
    let matcher = Matcher::new(hunt.rules(), Arc::clone(&settings.mapping), &deferred, &always);
    let asked = Asked::new(&matcher);
    let hunting = HuntSettings {
        matcher: &matcher,
        selector: &asked,
        threads: settings.threads,
        seconds: None,
        named: Vec::new(),
        schema: None,
        allowance: Allowance::default(),
        carve: false,
        extras: &[],
    };
    let mut found = BTreeSet::new();
    let done = hunt_inputs(inputs, &hunting, &mut hunt, &Silent, &mut |told| {
        if let Told::Detection(detection) = told {
            let name = names.get(&detection.rule.id).unwrap_or(&detection.rule.id);
            if detection.rule.level >= Level::Medium || name.starts_with(ddefend_lab::check::SEED) {
                found.insert(name.clone());
            }
        }
        Ok::<(), Infallible>(())
    });
    let Ok(_) = done;
    found
}
