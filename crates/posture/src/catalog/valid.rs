//! What must hold of the content beyond its shape: ids, references, and that no part is without effect.

use super::arms::{self, empty};
use super::{Build, Check, Combine, Place, Sources, Way};
use ddefend_model::posture::{Layer, Verdict};
use std::collections::BTreeSet;

/// Classes that a check can have.
const CLASSES: &[&str] = &[
    "core",
    "neighbour",
    "baseline",
    "strict",
    "tamper",
    "community",
    "side-effect",
    "informational",
    "legacy",
    "deprecated",
    "hunt",
];
/// Below this key the Cloud Policy service writes.
const CLOUD: &str = r"Software\Policies\Microsoft\Cloud\Office\16.0\";

/// What makes the content unusable: ids that are there twice, references that find nothing.
pub(super) fn broken(sources: &Sources) -> Vec<String> {
    let mut problems = Vec::new();
    let ids = sources.checks.iter().map(|check| check.id.as_str());
    once("check", ids.clone(), &mut problems);
    let places = sources.checks.iter().flat_map(|check| &check.places);
    once("place", places.map(|place| place.id.as_str()), &mut problems);
    once("way", sources.ways.iter().map(|way| way.id.as_str()), &mut problems);
    once("build", sources.builds.iter().map(|build| build.id.as_str()), &mut problems);
    once("profile", sources.profiles.iter().map(|profile| profile.name.as_str()), &mut problems);
    once("side effect", sources.side_effects.iter().map(|it| it.id.as_str()), &mut problems);
    once("misspelling", sources.misspellings.iter().map(|it| it.wrong.as_str()), &mut problems);
    let known: BTreeSet<&str> = ids.collect();
    let targets = sources.profiles.iter().flat_map(|it| it.targets.iter().map(|target| (&it.name, &target.check)));
    let named = sources.side_effects.iter().flat_map(|it| it.checks.iter().map(|check| (&it.id, check)));
    let held = sources
        .ways
        .iter()
        .flat_map(|it| it.barriers.iter().flat_map(|barrier| &barrier.checks).map(|check| (&it.id, check)));
    let round = sources.ways.iter().flat_map(|it| it.bypasses.iter().map(|bypass| (&it.id, &bypass.check)));
    let void = sources
        .ways
        .iter()
        .flat_map(|it| it.bypasses.iter().flat_map(|bypass| &bypass.voids).map(|check| (&it.id, check)));
    for (by, check) in
        targets.chain(named).chain(held).chain(round).chain(void).filter(|(_, check)| !known.contains(check.as_str()))
    {
        problems.push(format!("{by} names the check {check}, which is not there"));
    }
    let builds: BTreeSet<&str> = sources.builds.iter().map(|build| build.id.as_str()).collect();
    for check in &sources.checks {
        let whens = check.defaults.iter().flat_map(|it| [&it.when.from, &it.when.before]).flatten();
        for id in whens.filter(|id| !builds.contains(id.as_str())) {
            problems.push(format!("{}: the build {id} is not there", check.id));
        }
    }
    problems
}

/// What is without effect or without words, one sentence each that names the id; empty for the shipped content.
pub(super) fn problems(sources: &Sources) -> Vec<String> {
    let mut problems = broken(sources);
    for check in &sources.checks {
        head(check, sources, &mut problems);
        problems.extend(arms::problems(check));
        defaults(check, &mut problems);
        check.places.iter().for_each(|it| place(check, it, &mut problems));
        cancels(check, &mut problems);
    }
    sources.ways.iter().for_each(|it| way(it, sources, &mut problems));
    sources.builds.iter().for_each(|it| build(it, &mut problems));
    misspellings(sources, &mut problems);
    problems
}

fn once<'a>(what: &str, ids: impl Iterator<Item = &'a str>, problems: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for id in ids.filter(|id| !seen.insert(id.to_lowercase())) {
        problems.push(format!("the {what} {id} is there twice"));
    }
}

fn head(check: &Check, sources: &Sources, problems: &mut Vec<String>) {
    let mut say = |what: &str| problems.push(format!("{}: {what}", check.id));
    if check.title.chars().count() > 44 || check.title.is_empty() {
        say("the title is empty or longer than 44 characters");
    }
    if check.about.trim().is_empty() || check.references.is_empty() {
        say("no text or no reference");
    }
    if !CLASSES.contains(&check.class.as_str()) {
        say("this class is not known");
    }
    if !["V", "P", "K"].contains(&check.confidence.as_str()) {
        say("confidence is V, P or K");
    }
    if !sources.applications.iter().any(|it| it.name == check.application)
        && !["Office", "Windows"].contains(&check.application.as_str())
    {
        say("this application is not known");
    }
    if check.places.is_empty() {
        say("it has no place");
    }
    if check.places.iter().any(|place| Some(&place.root) != check.places.first().map(|first| &first.root)) {
        say("its places stand under several roots");
    }
    let protects = check.arms.iter().map(|arm| arm.verdict).chain(check.defaults.iter().map(|it| it.verdict));
    let quiet = ["informational", "deprecated"].contains(&check.class.as_str());
    if !quiet && !protects.into_iter().any(|verdict| verdict == Verdict::Secure) {
        say("nothing makes it secure");
    }
    let loud = |verdict: Verdict| matches!(verdict, Verdict::Insecure);
    if quiet && (check.arms.iter().any(|arm| loud(arm.verdict)) || check.defaults.iter().any(|it| loud(it.verdict))) {
        say("a check of this class never alarms");
    }
    if check.arms.iter().any(|arm| matches!(arm.verdict, Verdict::Absent | Verdict::Misapplied)) {
        say("an arm says secure, insecure or unknown");
    }
}

fn defaults(check: &Check, problems: &mut Vec<String>) {
    let mut say = |what: String| problems.push(format!("{}: {what}", check.id));
    if check.defaults.is_empty() {
        say("no default".to_owned());
    }
    let mut ended = false;
    for default in &check.defaults {
        let when = &default.when;
        if ended {
            say("a default after one that always holds".to_owned());
        }
        let free = when.channel.is_none() && when.version.is_empty();
        ended = free && when.from.is_none() && when.before.is_none();
        if when.version.iter().any(|version| !check.versions.is_empty() && !check.versions.contains(version)) {
            say("a default is for a version that the check does not have".to_owned());
        }
        if default.why.trim().is_empty() || matches!(default.verdict, Verdict::Absent | Verdict::Misapplied) {
            say("a default needs a reason, and says secure, insecure or unknown".to_owned());
        }
    }
}

fn place(check: &Check, place: &Place, problems: &mut Vec<String>) {
    let mut say = |what: &str| problems.push(format!("{}: {what}", place.id));
    let rest = place.id.strip_prefix(check.id.as_str());
    if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
        say("its id does not begin with the check's");
    }
    let key = place.key.to_lowercase();
    let user = place.root == "HKCU";
    let policies = key.contains(r"\policies\");
    let fits = match place.layer {
        Layer::Cloud => user && key.starts_with(&CLOUD.to_lowercase()),
        Layer::Policy => policies && !key.starts_with(&CLOUD.to_lowercase()),
        Layer::User => user && !policies,
        Layer::Mdm | Layer::Reported => place.root == "HKLM",
        Layer::Machine => ["HKLM", "FILE"].contains(&place.root.as_str()) && !policies,
        Layer::Default => false,
    };
    if !fits {
        say("its layer does not fit its key");
    }
    if place.key.starts_with('\\') || place.key.ends_with('\\') || place.key.contains(r"\\") {
        say("its key begins, ends or is torn by a backslash");
    }
    let versions = if place.versions.is_empty() { &check.versions } else { &place.versions };
    if place.key.contains("<ver>") && check.versions.is_empty() {
        say("its key has a version and the check has none");
    }
    if place.versions.iter().any(|version| !check.versions.contains(version)) {
        say("a version that the check does not have");
    }
    let fixed = place.key.split('\\').find(|part| part.ends_with(".0") && part.len() == 4);
    if fixed.is_some_and(|fixed| !versions.is_empty() && versions.iter().any(|version| version != fixed)) {
        say("its key is of one version and it is for several");
    }
    let many = place.key.contains('*') || place.key.contains("<app>") || place.value == "*";
    if many && check.combine == Combine::First {
        say("many keys and nothing says how they are brought together");
    }
}

fn cancels(check: &Check, problems: &mut Vec<String>) {
    for cancel in &check.cancels {
        let layers = cancel.layers.iter().all(|layer| check.places.iter().any(|place| place.layer == *layer));
        let versions = !cancel.key.contains("<ver>") || !check.versions.is_empty();
        if !layers || !versions || empty(&cancel.is) || cancel.value.is_empty() || cancel.means.is_empty() {
            problems.push(format!("{}: what cancels it by {} has no effect or no words", check.id, cancel.value));
        }
    }
}

fn way(way: &Way, sources: &Sources, problems: &mut Vec<String>) {
    let mut say = |what: String| problems.push(format!("{}: {what}", way.id));
    if way.versions.is_empty() || way.barriers.is_empty() || way.about.trim().is_empty() {
        say("no version, no barrier or no text".to_owned());
    }
    if !sources.applications.iter().any(|it| it.name == way.application) {
        say("this application is not known".to_owned());
    }
    if !way.barriers.is_sorted_by_key(|barrier| barrier.strength) {
        say("the strongest barrier comes first".to_owned());
    }
    let held: Vec<&String> = way.barriers.iter().flat_map(|barrier| &barrier.checks).collect();
    for id in held.iter().copied().chain(way.bypasses.iter().map(|bypass| &bypass.check)) {
        let check = sources.checks.iter().find(|check| check.id == *id);
        let shared =
            |check: &Check| check.versions.is_empty() || check.versions.iter().any(|it| way.versions.contains(it));
        if !check.is_some_and(shared) {
            say(format!("the check {id} has none of its versions"));
        }
    }
    for bypass in &way.bypasses {
        for id in bypass.voids.iter().filter(|id| !held.contains(id)) {
            say(format!("{} makes {id} void, which is no barrier here", bypass.check));
        }
        if bypass.voids.is_empty() || bypass.why.trim().is_empty() {
            say(format!("{} makes nothing void, or no reason", bypass.check));
        }
    }
}

fn build(build: &Build, problems: &mut Vec<String>) {
    let four = |text: &str| text.split('.').count() == 4 && text.split('.').all(|part| part.parse::<u32>().is_ok());
    for at in &build.at {
        if !four(&at.build) || !at.build.starts_with(at.version.as_str()) {
            problems.push(format!("{}: {} is no build of {}", build.id, at.build, at.version));
        }
        if build.at.iter().filter(|it| it.version == at.version && it.channel == at.channel).count() > 1 {
            problems.push(format!("{}: {} is there twice", build.id, at.version));
        }
    }
    if build.at.is_empty() || build.reference.is_empty() {
        problems.push(format!("{}: no build or no reference", build.id));
    }
}

fn misspellings(sources: &Sources, problems: &mut Vec<String>) {
    let values: BTreeSet<String> =
        sources.checks.iter().flat_map(|check| &check.places).map(|place| place.value.to_lowercase()).collect();
    for it in &sources.misspellings {
        if !values.contains(&it.right.to_lowercase()) {
            problems.push(format!("{} is no value that a check looks at", it.right));
        }
        if values.contains(&it.wrong.to_lowercase()) {
            problems.push(format!("{} is right", it.wrong));
        }
    }
}
