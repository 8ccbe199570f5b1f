//! `lab check`: scenarios run through ddefend, against what must be found in them.

mod fired;

use crate::triage::{TriageSettings, read_case, read_organisation};
use ddefend_lab::Scenario;
use ddefend_lab::check::{Checked, Compared, Fired, Form, Found, SEED, families};
use ddefend_model::Level;
use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma;
use ddefend_rule::ir::{CorrelationKind, Feed};
use fired::{Record, Silent, fired, logs_below, records};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Runs scenarios that were written to folders.
pub struct Checker<'c> {
    settings: TriageSettings<'c>,
    /// Analytics of others as they stand, without our filters.
    seeds: RuleSet,
    /// Names of rules by their ids.
    names: BTreeMap<String, String>,
    /// Families of records that a rule can be met in, by its name.
    families: BTreeMap<String, BTreeSet<String>>,
    /// Rules that all have to be met for a correlation.
    parts: BTreeMap<String, Vec<String>>,
}

impl<'c> Checker<'c> {
    /// Works with these settings; the organisation of each scenario takes the place of theirs.
    ///
    /// # Errors
    /// In words, where the shipped content is damaged.
    pub fn new(settings: TriageSettings<'c>) -> Result<Self, String> {
        let files = settings.content.rules();
        let filters = sigma::filters(&files).into_iter().filter_map(|filter| filter.meta.name);
        let placeholders = settings.content.placeholders().map_err(|error| error.to_string())?;
        let all = sigma::read(&files, &sigma::Options { placeholders, disabled_filters: filters.collect() });
        let metas = all.rules.iter().map(|rule| &rule.meta).chain(all.correlations.iter().map(|it| &it.meta));
        let named =
            |meta: &ddefend_rule::ir::Meta| Some((meta.id.clone(), meta.name.clone()?, meta.origin.file.clone()));
        let named: Vec<(String, String, String)> = metas.filter_map(named).collect();
        let mut families: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (file, text) in settings.content.rule_samples() {
            let rule = file.replace(".samples.yml", ".yml");
            let samples = ddefend_hunt::sample::Samples::read(&text).map_err(|error| format!("{file}: {error}"))?;
            if let Some((_, name, _)) = named.iter().find(|(_, _, origin)| *origin == rule) {
                families.insert(name.clone(), samples.schemas.into_iter().collect());
            }
        }
        let parts = parts(&all);
        let names: BTreeMap<String, String> = named.into_iter().map(|(id, name, _)| (id, name)).collect();
        let is_seed = |meta: &ddefend_rule::ir::Meta| meta.name.as_deref().is_some_and(|name| name.starts_with(SEED));
        let seeds = ddefend_hunt::select(all, &is_seed);
        Ok(Self { settings, seeds, names, families, parts })
    }

    /// Builds a scenario in a folder of its own below `below`, checks it and takes the folder away.
    #[must_use]
    pub fn build_and_check(&mut self, scenario: &Scenario, below: &Path, forms: bool) -> Checked {
        let files = match ddefend_lab::build(scenario, &self.settings.mapping) {
            Ok(built) => built.files,
            Err(error) => return Checked::failed(scenario, error.to_string()),
        };
        let folder = below.join(&scenario.id);
        let written = files.iter().try_for_each(|(name, bytes)| {
            let path: PathBuf = name.split('/').fold(folder.clone(), |path, step| path.join(step));
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(path, bytes)
        });
        let checked = match written {
            Ok(()) => self.check(scenario, &folder, forms),
            Err(error) => Checked::failed(scenario, format!("{}: {error}", folder.display())),
        };
        // What stays behind is in a temporary folder.
        _ = std::fs::remove_dir_all(&folder);
        checked
    }

    /// Triages a scenario in `folder` (as [`ddefend_lab`] lays it out) and compares; with `forms`, hunts through the other
    /// forms of its telemetry as well.
    #[must_use]
    pub fn check(&mut self, scenario: &Scenario, folder: &Path, forms: bool) -> Checked {
        let file = folder.join("organisation.toml");
        self.settings.judge.organisation = match file.is_file().then(|| read_organisation(&file)).transpose() {
            Ok(organisation) => organisation.unwrap_or_default(),
            Err(error) => return Checked::failed(scenario, error),
        };
        let evidence = folder.join("evidence");
        let read = read_case(std::slice::from_ref(&evidence), &self.settings, &Silent);
        let case = ddefend_triage::triage(&read, &self.settings.judge);
        let mut checked = Checked::of(scenario, &Found::of(&read.files, &case, &self.names));
        let ours = case.detections.iter().filter(|it| it.rule.level >= Level::Medium && !self.is_seed(&it.rule.id));
        checked.seeds = self.seeds(scenario, &evidence, &ours.flat_map(records).collect());
        if forms {
            checked.forms = self.forms(scenario, folder);
        }
        checked
    }

    fn is_seed(&self, id: &str) -> bool {
        self.names.get(id).is_some_and(|name| name.starts_with(SEED))
    }

    /// Which of the others' analytics fire, and whether there is what they look for. Where there is, one that fires only on
    /// records of which ours say nothing has missed it.
    fn seeds(&self, scenario: &Scenario, evidence: &Path, ours: &BTreeSet<Record>) -> BTreeMap<String, Fired> {
        let fires = fired(&logs_below(evidence), &self.seeds, &self.settings, &self.names);
        let metas = self.seeds.rules.iter().filter_map(|rule| rule.meta.name.clone());
        let said = |name: String| {
            let there = there(scenario, &name);
            let on = fires.get(&name).is_some_and(|on| !there || !on.is_disjoint(ours));
            (name, Fired::of(on, there))
        };
        metas.map(said).collect()
    }

    /// What the other forms give.
    fn forms(&self, scenario: &Scenario, folder: &Path) -> Vec<Form> {
        let mut forms = Vec::new();
        let listed = std::fs::read_dir(folder.join("telemetry")).into_iter().flatten().flatten();
        let mut folders: Vec<_> = listed.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        for path in folders {
            let form = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let found = fired(&logs_below(&path), &self.settings.rules, &self.settings, &self.names);
            let found: BTreeSet<String> = found.into_keys().filter(|name| !name.starts_with(SEED)).collect();
            let (carried, cannot) = self.carried(scenario, &form);
            forms.push(Form { detections: Compared::of(&carried, &found), form, cannot });
        }
        forms
    }

    /// Expected detections that a form can carry, and those that it cannot with why.
    fn carried(&self, scenario: &Scenario, form: &str) -> (BTreeSet<String>, Vec<String>) {
        let families = families(scenario, form);
        let mut carried = BTreeSet::new();
        let mut cannot = Vec::new();
        for name in &scenario.expected.detections {
            let rules = std::iter::once(name).chain(self.parts.get(name).into_iter().flatten());
            let needs: BTreeSet<String> = rules.filter_map(|rule| self.wanting(rule, &families)).collect();
            if needs.is_empty() {
                carried.insert(name.clone());
            } else {
                let needs = needs.into_iter().collect::<Vec<_>>().join(" and ");
                let has = if families.is_empty() { "none".to_owned() } else { families.join(", ") };
                cannot.push(format!("{name}: needs records of {needs}, the form has {has}"));
            }
        }
        (carried, cannot)
    }

    /// The families that a rule could be met in, where none of them is there.
    fn wanting(&self, rule: &str, families: &[&str]) -> Option<String> {
        let known = self.families.get(rule)?;
        let none = !known.iter().any(|family| families.contains(&family.as_str()));
        none.then(|| known.iter().cloned().collect::<Vec<_>>().join(" or "))
    }
}

/// For correlations that need all of their rules: the names of those.
fn parts(set: &RuleSet) -> BTreeMap<String, Vec<String>> {
    let all = set.correlations.iter().filter(|it| {
        matches!(it.kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered) && it.require.is_none()
    });
    let name = |feed: &Feed| match feed {
        Feed::Rule(at) => set.rules.get(*at).and_then(|rule| rule.meta.name.clone()),
        Feed::Correlation(at) => set.correlations.get(*at).and_then(|it| it.meta.name.clone()),
    };
    all.filter_map(|it| {
        Some((it.meta.name.clone()?, it.members.iter().filter_map(|member| name(&member.feed)).collect()))
    })
    .collect()
}

/// True where the scenario holds what an analytic of others looks for: a child of Office that does not belong there, one of
/// the Equation Editor's, or a registry change that enables DDE.
fn there(scenario: &Scenario, name: &str) -> bool {
    let answer = |question: &str| scenario.expected.answers.get(question).map_or("", String::as_str);
    match name {
        "seed_registry_office_enable_dde" => answer("Q5").starts_with("yes"),
        "seed_sentinel_equation_editor" => answer("Q3") == "yes eqnedt32",
        "seed_sentinel_office_spawn" => answer("Q3").starts_with("yes") && answer("Q3") != "yes eqnedt32",
        _ => answer("Q3").starts_with("yes"),
    }
}
