//! Makes the change for one machine or one user: what is written, what was there, what is left alone.

use super::after;
use super::before::{Before, View};
use super::plan::{Effect, Left, Plan, Request, State, Step, full, hive};
use super::targets::{self, Spot};
use crate::{Catalog, Combine, Machine, Store};
use ddefend_model::posture::{Audit, Check, Layer, Outcome, Verdict, fault};
use ddefend_registry::{Data, Root, fold};
use std::collections::{BTreeMap, BTreeSet};

/// Keys that may be new below what a product made itself: `Common\COM Compatibility\{CLSID}`.
const NEW_KEYS: usize = 3;

/// The change of the machine's part, and the machine as it would be then.
#[must_use]
pub fn machine_plan(request: &Request<'_>, machine: &Machine, audit: &Audit) -> (Plan, Machine) {
    let mut plan = draft(request, &Root::Machine, &machine.store, audit);
    let store = after::apply(&machine.store, &plan.steps, &request.profile.name);
    let (after, audited) = crate::machine(request.catalog, &machine.host, store);
    after::compare(request, &mut plan, audit, &audited);
    (plan, after)
}

/// The change of one user's part. `after` is the machine as it would be with its own part.
#[must_use]
pub fn user_plan(request: &Request<'_>, after: &Machine, store: &Store, audit: &Audit) -> Plan {
    let mut plan = draft(request, &Root::User, store, audit);
    let changed = after::apply(store, &plan.steps, &request.profile.name);
    let audited = crate::evaluate(request.catalog, after, &audit.user, &audit.sid, &changed);
    after::compare(request, &mut plan, audit, &audited);
    plan
}

/// Side effects of plans, each once, in the order of the content; then those of single checks that no family names.
#[must_use]
pub fn effects<'a>(catalog: &Catalog, plans: impl Iterator<Item = &'a Plan>) -> Vec<Effect> {
    let touched: BTreeSet<&str> = plans.flat_map(Plan::writes).map(|step| step.check.as_str()).collect();
    let hit = |ids: &[String]| ids.iter().any(|id| touched.contains(id.as_str()));
    let families = catalog.side_effects().iter().filter(|it| hit(&it.checks)).map(|it| Effect {
        id: it.id.clone(),
        who: it.who.clone(),
        what: it.what.clone(),
        instead: it.instead.clone(),
    });
    let mut found: Vec<Effect> = families.collect();
    let told: BTreeSet<&String> = catalog.side_effects().iter().flat_map(|it| &it.checks).collect();
    for check in catalog.checks() {
        let what = check.side_effect.trim();
        if what.is_empty() || told.contains(&check.id) || !touched.contains(check.id.as_str()) {
            continue;
        }
        match found.iter_mut().find(|it| it.what == what) {
            Some(same) => same.who = format!("{}; {}", same.who, check.title),
            None => found.push(Effect {
                id: check.id.clone(),
                who: check.title.clone(),
                what: what.to_owned(),
                instead: String::new(),
            }),
        }
    }
    found
}

/// What becomes of DDE servers that are to go on working.
#[must_use]
pub fn kept(names: &[String], plans: &[Plan]) -> Vec<String> {
    let shut: Vec<&Plan> = plans.iter().filter(|plan| !plan.shut.is_empty()).collect();
    let who = |plan: &&Plan| format!("{} on {}", plan.user, plan.host);
    let mut whom: Vec<String> = shut.iter().take(5).map(who).collect();
    if shut.len() > 5 {
        whom.push(format!("{} more", shut.len() - 5));
    }
    let told = names.iter().map(|name| {
        if shut.is_empty() {
            format!("{name} goes on answering Excel where it runs already. Excel no longer starts it, and Word does not talk to it.")
        } else {
            format!(
                "{name} does not answer for {}: {} is secure there already, and nothing that protects is loosened.",
                whom.join(", "),
                shut.iter().flat_map(|plan| &plan.shut).next().map_or("", String::as_str)
            )
        }
    });
    told.collect()
}

/// Everything but the comparison.
fn draft(request: &Request<'_>, root: &Root, store: &Store, audit: &Audit) -> Plan {
    let view = View::new(store);
    let audited = Audited::new(audit);
    let mut plan =
        Plan { host: audit.host.clone(), user: audit.user.clone(), sid: audit.sid.clone(), ..Plan::default() };
    let mut seen = BTreeSet::new();
    for target in &request.profile.targets {
        let Some(check) = request.catalog.check(&target.check) else { continue };
        let versions = versions(request, audit, &check.application);
        let mut spots = targets::spots(check, target, root, &versions);
        if request.versions.is_empty() {
            spots.retain(|spot| !targets::phantom(request.catalog, audit, spot));
        }
        for spot in present(spots, &view) {
            let checked = audited.check(&spot.check.id, &spot.version);
            if target.if_insecure && checked.is_none_or(|it| it.verdict != Verdict::Insecure) {
                continue;
            }
            if seen.insert((fold(&spot.key), fold(&spot.place.value))) {
                plan.steps.push(step(&spot, &view, checked));
                plan.steps.extend(cancels(&spot, &view));
            }
        }
    }
    plan.left = left(&plan, audit, request.clean);
    if request.clean {
        plan.steps.extend(clean(&view, root, audit));
    }
    plan
}

/// Where one of many places is enough, those whose product is there: a kill bit of Click-to-Run is of no use elsewhere.
/// All of them where the inputs do not say.
fn present<'a>(spots: Vec<Spot<'a>>, view: &View<'_>) -> Vec<Spot<'a>> {
    let there = |spot: &Spot<'_>| {
        let missing = view.missing(&spot.root, &spot.key).map_or(0, |missing| missing.split('\\').count());
        missing == 0 || spot.key.split('\\').count().saturating_sub(missing) < NEW_KEYS
    };
    let any = spots.first().is_some_and(|spot| spot.check.combine == Combine::Any);
    if any && spots.iter().any(there) { spots.into_iter().filter(there).collect() } else { spots }
}

/// Values beside a place that take away what is written there, and are there.
fn cancels(spot: &Spot<'_>, view: &View<'_>) -> Vec<Step> {
    let beside = spot.check.cancels.iter().filter(|it| it.key.is_empty() && it.root.is_empty());
    let there = beside.filter_map(|cancel| {
        let before = view.value(&spot.root, &spot.key, &cancel.value);
        let number = before.data().as_ref().and_then(Data::number)?;
        let does = cancel.is.number.contains(&number) || cancel.is.from.is_some_and(|from| number >= from);
        does.then(|| Step {
            check: spot.check.id.clone(),
            title: spot.check.title.clone(),
            place: spot.place.id.clone(),
            layer: spot.place.layer,
            application: spot.check.application.clone(),
            version: spot.version.clone(),
            root: spot.root.clone(),
            key: spot.key.clone(),
            value: cancel.value.clone(),
            data: None,
            before,
            made: None,
            state: State::Write,
            why: cancel.means.clone(),
        })
    });
    there.collect()
}

/// The versions to write for.
fn versions(request: &Request<'_>, audit: &Audit, application: &str) -> Vec<String> {
    if !request.versions.is_empty() {
        return request.versions.to_vec();
    }
    if !audit.applications.is_empty() {
        return targets::met(request.catalog, audit, application);
    }
    let number = |version: &String| version.split('.').next().and_then(|it| it.parse::<u32>().ok()).unwrap_or_default();
    let known = request.catalog.checks().iter().flat_map(|check| &check.versions);
    known.max_by_key(|version| number(version)).cloned().into_iter().collect()
}

fn step(spot: &Spot<'_>, view: &View<'_>, checked: Option<&Check>) -> Step {
    let before = view.value(&spot.root, &spot.key, &spot.place.value);
    let data = targets::data(spot, before.data().as_ref());
    let state = if in_order(spot, &before, &data, checked) { State::InOrder } else { State::Write };
    Step {
        check: spot.check.id.clone(),
        title: spot.check.title.clone(),
        place: spot.place.id.clone(),
        layer: spot.place.layer,
        application: spot.check.application.clone(),
        version: spot.version.clone(),
        root: spot.root.clone(),
        key: spot.key.clone(),
        value: spot.place.value.clone(),
        why: checked.map_or_else(|| "the audit does not know it".to_owned(), |checked| why(checked, state)),
        made: view.missing(&spot.root, &spot.key),
        data: Some(data),
        before,
        state,
    }
}

/// Whether the place holds what is wanted or something safer, or a layer above it enforces it.
fn in_order(spot: &Spot<'_>, before: &Before, data: &Data, checked: Option<&Check>) -> bool {
    let is = before.data();
    if is.as_ref() == Some(data) {
        return true;
    }
    let key = full(&spot.root, &spot.key);
    let text = is.as_ref().map(ToString::to_string);
    // Where the registry has nothing there, a policy among the inputs may be about to write it.
    let here = checked.into_iter().flat_map(|it| &it.evidence).any(|seen| {
        seen.id == spot.place.id
            && seen.verdict == Verdict::Secure
            && seen.origin != "deleted"
            && seen.key.eq_ignore_ascii_case(&key)
            && (text.is_none() || seen.data == text)
    });
    here || above(spot, checked)
}

fn above(spot: &Spot<'_>, checked: Option<&Check>) -> bool {
    checked.is_some_and(|it| {
        it.verdict == Verdict::Secure && it.enforced && it.layer < spot.place.layer && it.layer != Layer::Reported
    })
}

fn why(checked: &Check, state: State) -> String {
    let means = if checked.means.is_empty() { String::new() } else { format!(": {}", checked.means) };
    match (checked.verdict, state) {
        (_, State::InOrder) => format!("in order, {} layer{means}", checked.layer.as_str()),
        (Verdict::Secure, _) if checked.enforced => {
            format!("secure in the {} layer{means}; set here as well", checked.layer.as_str())
        }
        (Verdict::Secure, _) => format!("secure, but any program of the user can change it{means}"),
        (Verdict::Insecure, _) => format!("insecure in the {} layer{means}", checked.layer.as_str()),
        (Verdict::Misapplied, _) => "somebody tried to set it and Office does not see it".to_owned(),
        (Verdict::Absent, _) => match checked.outcome {
            Outcome::Secure => format!("not set; safe only as long as the default stays{means}"),
            Outcome::Insecure => format!("not set, and the default does not protect{means}"),
            Outcome::Unknown => "not set; what the default is, the inputs do not say".to_owned(),
        },
        (Verdict::Unknown, _) => "the inputs do not say what is set".to_owned(),
    }
}

/// Insecure values below an enforced layer, and faults.
fn left(plan: &Plan, audit: &Audit, clean: bool) -> Vec<Left> {
    let written: BTreeSet<(String, String)> =
        plan.writes().map(|step| (fold(&full(&step.root, &step.key)), fold(&step.value))).collect();
    let targeted: BTreeMap<(&str, &str), Layer> =
        plan.steps.iter().map(|step| ((step.check.as_str(), step.version.as_str()), step.layer)).collect();
    let mut left = Vec::new();
    for check in &audit.checks {
        let Some(layer) = targeted.get(&(check.id.as_str(), check.version.as_str())) else { continue };
        let stays = check.evidence.iter().filter(|seen| {
            seen.verdict == Verdict::Insecure
                && seen.origin != "deleted"
                && seen.data.is_some()
                && !written.contains(&(fold(&seen.key), fold(&seen.value)))
        });
        left.extend(stays.map(|seen| Left {
            check: check.id.clone(),
            key: seen.key.clone(),
            value: seen.value.clone(),
            data: seen.data.clone().unwrap_or_default(),
            why: if seen.layer > *layer {
                format!(
                    "it stays: the {} layer decides over it; it counts again where that is taken away",
                    layer.as_str()
                )
            } else {
                format!(
                    "it decides over what is written here: it has to be changed where it comes from ({})",
                    seen.source
                )
            },
        }));
    }
    let faults = audit.checks.iter().flat_map(|check| &check.faults).chain(&audit.faults);
    left.extend(faults.filter(|it| !(clean && cleanable(&it.id))).map(|it| Left {
        check: it.check.clone(),
        key: it.key.clone(),
        value: it.value.clone(),
        data: it.data.clone(),
        why: if cleanable(&it.id) { format!("{} --clean takes it away.", it.message) } else { it.message.clone() },
    }));
    left.retain(|it| !written.contains(&(fold(&it.key), fold(&it.value))));
    left.sort();
    left.dedup();
    left
}

/// Values that nothing reads. A key that has a value's name may hold more than the fault, and stays.
fn cleanable(id: &str) -> bool {
    id == fault::PATH || id == fault::NAME
}

/// Takes away values that nothing reads.
fn clean(view: &View<'_>, root: &Root, audit: &Audit) -> Vec<Step> {
    let faults = audit.checks.iter().flat_map(|check| &check.faults).chain(&audit.faults);
    let mut steps: Vec<Step> = Vec::new();
    for fault in faults.filter(|fault| cleanable(&fault.id)) {
        let Some((_, key)) = fault.key.split_once('\\').filter(|(of, _)| *of == hive(root)) else { continue };
        let before = view.value(root, key, &fault.value);
        let twice = steps.iter().any(|it| fold(&it.key) == fold(key) && fold(&it.value) == fold(&fault.value));
        if twice || before.data().is_none() {
            continue;
        }
        steps.push(Step {
            check: fault.check.clone(),
            title: "Hardening that nothing reads".to_owned(),
            place: fault.id.clone(),
            layer: Layer::User,
            application: String::new(),
            version: String::new(),
            root: root.clone(),
            key: key.to_owned(),
            value: fault.value.clone(),
            data: None,
            before,
            made: None,
            state: State::Write,
            why: fault.message.trim_end_matches('.').to_owned(),
        });
    }
    steps
}

/// An audit's checks by id and version.
struct Audited<'a>(BTreeMap<(&'a str, &'a str), &'a Check>);

impl<'a> Audited<'a> {
    fn new(audit: &'a Audit) -> Self {
        Self(audit.checks.iter().map(|check| ((check.id.as_str(), check.version.as_str()), check)).collect())
    }

    fn check(&self, id: &str, version: &str) -> Option<&'a Check> {
        self.0.get(&(id, version)).or_else(|| self.0.get(&(id, ""))).copied()
    }
}
