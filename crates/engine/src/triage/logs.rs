//! Logs: detections and facts in one pass, and what time they cover.

use super::settings::TriageSettings;
use super::sort::Sorted;
use crate::hunt::{Asked, Covered, Extra, HuntProgress, HuntSettings, Told, hunt_inputs};
use crate::input::Input;
use ddefend_event::{Dialect, Key, LogSource, Mapping};
use ddefend_guard::stream::Allowance;
use ddefend_hunt::{Hunt, Settings, unreachable};
use ddefend_matcher::Matcher;
use ddefend_model::{Diagnostic, Location, code};
use ddefend_triage::{CaseEvidence, Fact, FactSpec, LogCoverage};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

/// Facts that are kept of a case; further ones are counted.
const FACTS: usize = 2_000_000;
/// Detections that are kept of a case; further ones are counted.
const DETECTIONS: usize = 100_000;

/// Hunts through the logs of a case.
pub(super) fn read(
    files: &mut [Sorted],
    settings: &TriageSettings<'_>,
    progress: &dyn HuntProgress,
    evidence: &mut CaseEvidence,
) {
    let inputs: Vec<Input> = files
        .iter()
        .filter(|file| file.log && file.failed.is_none())
        .map(|file| Input::Named(file.path.clone(), file.record.path.clone()))
        .collect();
    let wording = &settings.wording;
    let facts = &settings.judge.lists.facts;
    let process = LogSource { category: Some(wording.process.category.clone()), product: None, service: None };
    let always: Vec<(LogSource, Vec<Box<str>>)> = std::iter::once((process, wording.process.names()))
        .chain(facts.iter().map(|spec| (spec.log_source(), spec.fields.clone())))
        .collect();
    let extras: Vec<Vec<u32>> = facts.iter().map(|spec| spec.events.clone()).collect();
    let deferred = [&*wording.ancestor_image, &*wording.ancestor_command];
    let count = (settings.rules.rules.len() + settings.rules.correlations.len()) as u64;
    let mapping = &settings.mapping;
    let mut hunt = Hunt::new(settings.rules.clone(), Arc::clone(mapping), wording.clone(), Settings::default());
    let rules = hunt.rules();
    let matcher = Matcher::new(rules.clone(), Arc::clone(mapping), &deferred, &always);
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
        extras: &extras,
        rows: None,
    };
    let mut taking = Taking::new(facts, mapping);
    let Ok(mut summary) = hunt_inputs(&inputs, &hunting, &mut hunt, progress, &mut |told| {
        taking.take(told, evidence);
        Ok::<(), Infallible>(())
    });
    summary.rules = count;
    let met = asked.keys();
    summary.unfired = met.map(|keys| unreachable(&rules, &keys, mapping, &deferred)).unwrap_or_default();
    evidence.hunt = summary;
    taking.finish(evidence);
    let gaps: BTreeSet<&str> =
        evidence.diagnostics.iter().filter(|it| it.is_gap()).map(|it| input_of(&it.artifact)).collect();
    for file in files.iter_mut().filter(|file| file.record.role == "log" && file.failed.is_none()) {
        file.record.complete = !gaps.contains(file.record.path.as_str());
    }
}

/// The input that a name of a member stands for.
fn input_of(name: &str) -> &str {
    name.split('!').next().unwrap_or(name)
}

/// Takes what a hunt tells.
struct Taking<'m> {
    specs: Vec<Arc<FactSpec>>,
    mapping: &'m Mapping,
    /// Names of hosts and channels, each held once.
    names: BTreeSet<Arc<str>>,
    dropped: u64,
    more: u64,
}

impl<'m> Taking<'m> {
    fn new(facts: &[FactSpec], mapping: &'m Mapping) -> Self {
        let specs = facts.iter().cloned().map(Arc::new).collect();
        Self { specs, mapping, names: BTreeSet::new(), dropped: 0, more: 0 }
    }

    fn take(&mut self, told: Told, evidence: &mut CaseEvidence) {
        match told {
            Told::Detection(detection) if evidence.detections.len() < DETECTIONS => {
                evidence.detections.push(*detection);
            }
            Told::Detection(_) => self.more += 1,
            Told::Extra(extra) => match self.fact(*extra) {
                Some(fact) if evidence.facts.len() < FACTS => evidence.facts.push(fact),
                Some(_) => self.dropped += 1,
                None => {}
            },
            // Files that are no logs are read by others.
            Told::Diagnostic(diagnostic) if diagnostic.artifact.is_empty() && !diagnostic.is_gap() => {}
            Told::Diagnostic(diagnostic) => evidence.diagnostics.push(*diagnostic),
            Told::Rows(_) => {}
            Told::Covered(all) => evidence.coverage = coverage(&all, self.mapping),
        }
    }

    fn fact(&mut self, extra: Extra) -> Option<Fact> {
        let spec = Arc::clone(self.specs.get(extra.entry)?);
        let head = extra.head;
        Some(Fact {
            spec,
            source: head.place.source,
            record: head.place.record,
            offset: head.place.offset,
            time: head.time,
            host: self.name(&head.host),
            channel: self.name(&head.key.channel),
            event_id: head.key.event_id,
            schema: extra.schema,
            values: extra.values.into_iter().map(|value| value.map(String::into_boxed_str)).collect(),
        })
    }

    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = Arc::from(text);
        self.names.insert(Arc::clone(&new));
        new
    }

    fn finish(self, evidence: &mut CaseEvidence) {
        let mut tell = |count: u64, what: &str| {
            if count > 0 {
                let message = format!("{count} more {what} than a case holds; the case may miss something");
                let place = Location::default();
                evidence.diagnostics.push(Diagnostic::about(code::LIMIT_RESULTS, "", place, message));
            }
        };
        tell(self.dropped, "records");
        tell(self.more, "detections");
    }
}

/// What the logs cover, by host and the name of the service.
fn coverage(all: &[Covered], mapping: &Mapping) -> Vec<LogCoverage> {
    let mut merged: BTreeMap<(String, String), LogCoverage> = BTreeMap::new();
    for covered in all {
        let (host, log) = (covered.host.to_lowercase(), log(covered, mapping));
        let known = merged.entry((host.clone(), log.clone())).or_insert(LogCoverage { host, log, span: covered.span });
        if let Some((first, last)) = covered.span {
            let (earliest, latest) = known.span.unwrap_or((first, last));
            let least = if first.ticks < earliest.ticks { first } else { earliest };
            let most = if last.ticks > latest.ticks { last } else { latest };
            known.span = Some((least, most));
        }
    }
    merged.into_values().collect()
}

/// The name of a log: Sigma's service, else the channel.
fn log(covered: &Covered, mapping: &Mapping) -> String {
    match covered.dialect {
        Dialect::Defender => return "defender".to_owned(),
        Dialect::Ecs => return "ecs".to_owned(),
        Dialect::Windows => {}
    }
    let key = Key {
        dialect: covered.dialect,
        channel: covered.channel.clone(),
        provider: covered.provider.clone(),
        event_id: 0,
        action: Box::default(),
    };
    let channel = mapping.known_channel(&key).unwrap_or_else(|| covered.channel.to_lowercase());
    if channel == "oalerts" {
        return "office-alerts".to_owned();
    }
    let service = mapping.services().into_iter().find(|service| mapping.channels(service).contains(&channel));
    service.map_or(channel, str::to_owned)
}
