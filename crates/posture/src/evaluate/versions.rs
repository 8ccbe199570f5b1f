//! Versions that are there, versions that only have settings, and hardening that went to the wrong one.

use super::installed::{Facts, Use, facts};
use super::layers::{Subject, check as work_out, key_of, misapplied, remedy};
use super::view::View;
use super::{Machine, versions};
use crate::{Catalog, Check};
use ddefend_model::posture::{self as model, Fault, Installed, Layer, Outcome, Verdict, fault};
use std::collections::{BTreeMap, BTreeSet};

/// What is needed to work out the checks of one user.
pub(super) struct Scope<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) machine: &'a Machine,
    pub(super) view: View<'a>,
    pub(super) user: &'a str,
    pub(super) used: &'a Use,
    pub(super) applications: &'a [Installed],
}

impl Scope<'_> {
    /// One check in every version that is there, told about the versions that are not.
    pub(super) fn check(&self, number: usize, facts_of: &mut BTreeMap<String, Facts>) -> Vec<model::Check> {
        let Some(check) = self.catalog.checks().get(number) else { return Vec::new() };
        let there: BTreeSet<String> = versions(self.catalog, check, self.applications).into_iter().collect();
        let mut rows = Vec::new();
        let mut beside = Vec::new();
        let all = if check.versions.is_empty() { vec![String::new()] } else { check.versions.clone() };
        for version in all {
            let is_there = there.contains(&version);
            if !is_there && !self.named(check, &version) {
                continue;
            }
            let facts = facts_of.entry(version.clone()).or_insert_with(|| facts(self.applications, &version));
            let subject = Subject { host: &self.machine.host, user: self.user, version: &version, facts };
            let Some(row) = work_out(self.catalog, number, &self.view, &subject) else { continue };
            if is_there {
                rows.push(row);
            } else if !row.evidence.is_empty() {
                beside.push(row);
            }
        }
        if rows.is_empty() {
            // Nothing that was read is lost.
            rows = beside;
            beside = Vec::new();
        }
        let why = if self.machine.certain { "not installed" } else { "not in use here" };
        for row in &mut rows {
            if !row.version.is_empty() && self.machine.certain && !self.installed(check, &row.version) {
                row.notes.push(format!("{} {} is not installed.", check.application, row.version));
            }
            row.notes.extend(beside.iter().map(|other| elsewhere(check, other, why)));
        }
        self.wrong_version(check, &mut rows, &beside);
        rows
    }

    fn named(&self, check: &Check, version: &str) -> bool {
        self.used.named.contains(&(check.application.clone(), version.to_owned()))
    }

    /// Applications of the content have versions of their own; whatever else a check is for comes with any of them.
    fn own(&self, check: &Check) -> bool {
        self.catalog.applications().iter().any(|application| application.name == check.application)
    }

    fn installed(&self, check: &Check, version: &str) -> bool {
        let own = self.own(check);
        let fits = |one: &Installed| one.version == version && (!own || one.application == check.application);
        self.machine.installed.iter().any(fits)
    }

    fn has(&self, pairs: &BTreeSet<(String, String)>, check: &Check, version: &str) -> bool {
        let own = self.own(check);
        pairs.iter().any(|(application, known)| known == version && (!own || *application == check.application))
    }

    /// Hardening that only versions have which are not there, while one that is lacks it.
    fn wrong_version(&self, check: &Check, rows: &mut [model::Check], beside: &[model::Check]) {
        let known = self.machine.certain;
        let hardened = |row: &model::Check| row.verdict == Verdict::Secure && row.layer != Layer::Default;
        let really = |version: &str| {
            if known { self.installed(check, version) } else { self.has(&self.used.active, check, version) }
        };
        let secured: Vec<&model::Check> = rows.iter().chain(beside).filter(|row| hardened(row)).collect();
        if secured.iter().any(|row| really(&row.version)) {
            return;
        }
        let Some(best) = secured.last().map(|row| (*row).clone()) else { return };
        for row in rows.iter_mut().filter(|row| row.layer == Layer::Default && !row.explicit) {
            let there = really(&row.version) || !known && self.has(&self.used.used, check, &row.version);
            if !there || row.outcome == Outcome::Secure || !matches!(row.verdict, Verdict::Absent | Verdict::Misapplied)
            {
                continue;
            }
            let seen = best.evidence.first();
            let place = seen.and_then(|seen| check.places.iter().find(|place| place.id == seen.id));
            let root = best.key.split('\\').next().unwrap_or_default();
            let remedy = place
                .map(|place| remedy(check, place, &format!("{root}\\{}", key_of(place, &row.version)), &best.value));
            let fault = Fault {
                id: fault::VERSION.to_owned(),
                check: check.id.clone(),
                key: best.key.clone(),
                value: best.value.clone(),
                data: best.effective.clone().unwrap_or_default(),
                message: format!(
                    "It is set for {} {} only, which is not in use here; {} lacks it.",
                    check.application, best.version, row.version
                ),
                remedy: remedy.unwrap_or_default(),
                source: seen.map(|seen| seen.source.clone()).unwrap_or_default(),
                place: seen.map(|seen| seen.place.clone()).unwrap_or_default(),
            };
            misapplied(row, std::iter::once(fault));
        }
    }
}

/// A sentence on what a version has that is not there.
fn elsewhere(check: &Check, row: &model::Check, why: &str) -> String {
    let whose = format!("{} {}, which is {why}, has", check.application, row.version);
    if row.layer != Layer::Default {
        let data = row.effective.as_deref().unwrap_or_default();
        return format!("{whose} {} = {data} ({} layer, {}).", row.value, row.layer.as_str(), row.verdict.as_str());
    }
    let seen: Vec<String> = row
        .evidence
        .iter()
        .map(|seen| match &seen.data {
            Some(data) => format!("{} = {data} ({} layer)", seen.value, seen.layer.as_str()),
            None => format!("{} taken away ({} layer)", seen.value, seen.layer.as_str()),
        })
        .collect();
    format!("{whose} {}, which sets nothing.", seen.join(" and "))
}
