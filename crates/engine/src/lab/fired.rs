use crate::hunt::{Asked, HuntProgress, HuntSettings, Told, hunt_inputs};
use crate::input::{Input, find_inputs};
use crate::pool::Progress;
use crate::triage::{TriageProgress, TriageSettings};
use ddefend_event::LogSource;
use ddefend_guard::stream::Allowance;
use ddefend_hunt::{Hunt, Settings};
use ddefend_matcher::Matcher;
use ddefend_model::{Detection, Level};
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

/// A record wherever its log lies: host, channel, event id, number.
pub(super) type Record = (String, String, u32, u64);

/// The records that a detection rests on.
pub(super) fn records(detection: &Detection) -> impl Iterator<Item = Record> {
    let all = std::iter::once(&detection.event).chain(&detection.events);
    all.map(|event| (event.host.clone(), event.channel.clone(), event.event_id, event.record))
}

/// Names of the rules that fire in logs, with the records: of others' analytics all, of ours those at `medium` or above.
pub(super) fn fired(
    inputs: &[Input],
    rules: &RuleSet,
    settings: &TriageSettings<'_>,
    names: &BTreeMap<String, String>,
) -> BTreeMap<String, BTreeSet<Record>> {
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
        rows: None,
    };
    let mut found: BTreeMap<String, BTreeSet<Record>> = BTreeMap::new();
    let done = hunt_inputs(inputs, &hunting, &mut hunt, &Silent, &mut |told| {
        if let Told::Detection(detection) = told {
            let name = names.get(&detection.rule.id).unwrap_or(&detection.rule.id);
            if detection.rule.level >= Level::Medium || name.starts_with(ddefend_lab::check::SEED) {
                found.entry(name.clone()).or_default().extend(records(&detection));
            }
        }
        Ok::<(), Infallible>(())
    });
    let Ok(_) = done;
    found
}
