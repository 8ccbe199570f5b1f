//! One check for one user and version: every layer is asked, the first that says something decides.

use super::defaults::{Built, built, outcome};
use super::installed::Facts;
use super::reading::{Reading, arm_of, matches, read, sample};
use super::view::{Item, Now, View};
use crate::index::{Part, Spot};
use crate::store::Found;
use crate::{Cancel, Catalog, Check, Combine, Kind, Place};
use ddefend_model::Level;
use ddefend_model::posture::{self as model, Fault, Layer, Outcome, Seen, Verdict, fault};
use ddefend_registry::{Data, Origin, Place as At, fold};

/// Whom and what a check is for.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) host: &'a str,
    pub(super) user: &'a str,
    pub(super) version: &'a str,
    pub(super) facts: &'a Facts,
}

/// The layers in the order in which they are asked.
const LAYERS: [Layer; 6] = [Layer::Reported, Layer::Cloud, Layer::Policy, Layer::Mdm, Layer::Machine, Layer::User];

/// A value that says something.
struct Says<'a> {
    spot: &'a Spot,
    layer: Layer,
    key: &'a str,
    name: &'a str,
    verdict: Verdict,
    means: String,
    level: Option<Level>,
    data: String,
}

/// Everything that the layers say.
#[derive(Default)]
struct Heard<'a> {
    says: Vec<Says<'a>>,
    evidence: Vec<Seen>,
    faults: Vec<Fault>,
    notes: Vec<String>,
    explicit: bool,
    /// Places that no input covers.
    silent: Vec<&'a Spot>,
    /// Only what decides is wanted.
    brief: bool,
}

/// What a check comes to, without the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Brief {
    pub(super) outcome: Outcome,
    pub(super) layer: Layer,
    pub(super) enforced: bool,
    pub(super) level: Level,
    pub(super) means: String,
}

/// Works out what a check comes to, and no more: for changes that are only thought.
pub(super) fn brief(catalog: &Catalog, number: usize, view: &View<'_>, subject: &Subject<'_>) -> Option<Brief> {
    let check = catalog.checks().get(number)?;
    let heard = listen(catalog, number, check, view, subject.version, true);
    if let Some(says) = decide(check, &heard.says).and_then(|at| heard.says.get(at)) {
        let enforced = enforced(says, machine_only(catalog, number));
        let (outcome, level, means) = (outcome(says.verdict), level_of(check, says), says.means.clone());
        return Some(Brief { outcome, layer: says.layer, enforced, level, means });
    }
    let default = built(catalog, check, subject.facts);
    let known = heard.silent.is_empty() || heard.explicit;
    let outcome = if known { default.outcome } else { Outcome::Unknown };
    let means = if known { default_means(check, &default) } else { String::new() };
    Some(Brief { outcome, layer: Layer::Default, enforced: false, level: check.level, means })
}

/// Works out one check.
pub(super) fn check(catalog: &Catalog, number: usize, view: &View<'_>, subject: &Subject<'_>) -> Option<model::Check> {
    let check = catalog.checks().get(number)?;
    let mut heard = listen(catalog, number, check, view, subject.version, false);
    let decided = decide(check, &heard.says).map(|at| heard.says.swap_remove(at));
    let default = built(catalog, check, subject.facts);
    let show = shown(catalog, number, check, subject.version);
    let mut result = model::Check {
        id: check.id.clone(),
        title: check.title.clone(),
        host: subject.host.to_owned(),
        key: show.map(|(spot, place)| spot.part.show(&key_of(place, subject.version))).unwrap_or_default(),
        value: show.map(|(_, place)| place.value.clone()).unwrap_or_default(),
        user: subject.user.to_owned(),
        application: check.application.clone(),
        version: subject.version.to_owned(),
        verdict: Verdict::Absent,
        outcome: Outcome::Unknown,
        effective: None,
        means: String::new(),
        layer: Layer::Default,
        enforced: false,
        explicit: heard.explicit,
        level: check.level,
        mitigation: check.mitigation.clone(),
        class: check.class.clone(),
        default: String::new(),
        evidence: heard.evidence,
        faults: heard.faults,
        notes: heard.notes,
    };
    match decided {
        Some(says) => {
            set(&mut result, check, &says, machine_only(catalog, number));
            let above = heard.silent.iter().filter(|spot| layer_of(check, spot) < says.layer);
            let above: Vec<String> = above.filter_map(|spot| place_text(check, spot, subject.version)).collect();
            if !above.is_empty() {
                result.notes.push(format!("No input covers {}: a setting there would decide.", above.join(" and ")));
            }
        }
        None => unset(&mut result, check, default, &heard.silent, subject.version),
    }
    Some(result)
}

/// Written onto the check where a fault that was found elsewhere belongs to it.
pub(super) fn misapplied(check: &mut model::Check, faults: impl Iterator<Item = Fault>) {
    check.faults.extend(faults);
    if !check.faults.is_empty() {
        tried(check);
    }
}

/// A fault of the machine's part, which the machine's audit has: told to a user's check as a note, so that it is one
/// fault however many users there are.
pub(super) fn elsewhere(check: &mut model::Check, fault: &Fault) {
    check.notes.push(format!("{}\\{}: {} It is told with the machine.", fault.key, fault.value, fault.message));
    tried(check);
}

fn tried(check: &mut model::Check) {
    let nothing = check.layer == Layer::Default && !check.explicit;
    if nothing && matches!(check.verdict, Verdict::Absent | Verdict::Unknown) {
        check.verdict = Verdict::Misapplied;
    }
}

/// Leftovers of a slip beside a setting that protects: a note says that nothing is open.
pub(super) fn all_the_same(check: &mut model::Check) {
    if check.verdict != Verdict::Secure || check.faults.is_empty() {
        return;
    }
    let means = if check.means.is_empty() { "what is set elsewhere protects" } else { &check.means };
    check.notes.push(format!("Secure all the same: {means} ({} layer).", check.layer.as_str()));
}

fn set(result: &mut model::Check, check: &Check, says: &Says<'_>, machine_only: bool) {
    result.key = says.spot.part.show(says.key);
    says.name.clone_into(&mut result.value);
    result.verdict = says.verdict;
    result.outcome = outcome(says.verdict);
    result.effective = Some(says.data.clone());
    result.means.clone_from(&says.means);
    result.layer = says.layer;
    result.level = level_of(check, says);
    result.enforced = enforced(says, machine_only);
    // The setting that decides stands first among those of its layer.
    let decides = |seen: &Seen| {
        seen.layer == says.layer && seen.key == result.key && seen.value == result.value && seen.origin != "deleted"
    };
    result.evidence.sort_by_key(|seen| (seen.origin == "deleted", seen.layer, !decides(seen)));
}

fn enforced(says: &Says<'_>, machine_only: bool) -> bool {
    says.verdict == Verdict::Secure
        && match says.layer {
            Layer::Cloud | Layer::Policy | Layer::Mdm | Layer::Machine => true,
            Layer::Reported => machine_only,
            Layer::User | Layer::Default => false,
        }
}

/// What the default says in words: the arm that its data are for.
fn default_means(check: &Check, default: &Built) -> String {
    let effective = default.effective.as_deref().unwrap_or_default();
    arm_of(check, effective).map(|arm| arm.means.replace("{}", effective)).unwrap_or_default()
}

fn unset(result: &mut model::Check, check: &Check, default: Built, silent: &[&Spot], version: &str) {
    result.evidence.sort_by_key(|seen| (seen.origin == "deleted", seen.layer));
    let unknown = !silent.is_empty() && !result.explicit;
    if unknown {
        let places: Vec<String> = silent.iter().filter_map(|spot| place_text(check, spot, version)).collect();
        result.notes.push(format!("No input covers {}: what is set there is not known.", places.join(" and ")));
        result.verdict = if result.faults.is_empty() { Verdict::Unknown } else { Verdict::Misapplied };
        return;
    }
    let arm = default.effective.as_deref().and_then(|effective| arm_of(check, effective));
    result.means =
        arm.map(|arm| arm.means.replace("{}", default.effective.as_deref().unwrap_or_default())).unwrap_or_default();
    result.level = arm.and_then(|arm| arm.level).unwrap_or(check.level);
    result.outcome = default.outcome;
    result.effective = default.effective;
    result.default = default.why;
    result.verdict = match (result.explicit, result.outcome, result.faults.is_empty()) {
        (true, Outcome::Secure, _) => Verdict::Secure,
        (true, Outcome::Insecure, _) => Verdict::Insecure,
        (false, _, false) => Verdict::Misapplied,
        _ => Verdict::Absent,
    };
}

fn listen<'a>(
    catalog: &'a Catalog,
    number: usize,
    check: &'a Check,
    view: &View<'a>,
    version: &str,
    brief: bool,
) -> Heard<'a> {
    let mut heard = Heard { brief, ..Heard::default() };
    for layer in LAYERS {
        for spot in catalog.index().of(number).filter(|spot| layer_of(check, spot) == layer) {
            if spot.key(version).is_none() {
                continue;
            }
            if layer != Layer::Reported && !view.covers(spot, version) {
                heard.silent.push(spot);
            }
            for item in view.items(check, spot, version) {
                hear(check, view, version, layer, &item, &mut heard);
            }
        }
    }
    heard
}

fn hear<'a>(check: &'a Check, view: &View<'_>, version: &str, layer: Layer, item: &Item<'a>, heard: &mut Heard<'a>) {
    let reading = match item.now {
        Now::Set(data) => Some(read(check, item.place, item.name, Some(data))),
        Now::There => Some(read(check, item.place, item.name, None)),
        Now::Removed(policy) => {
            heard.explicit |= policy && matches!(layer, Layer::Cloud | Layer::Policy | Layer::Mdm);
            None
        }
        Now::Gone => None,
    };
    if matches!(reading, Some(Reading::Silent)) {
        return;
    }
    match reading {
        Some(Reading::Says(arm, data)) if arm.verdict != Verdict::Absent => {
            let cancel = check.cancels.iter().find(|cancel| cancelled(cancel, view, version, layer, item));
            heard.says.push(Says {
                spot: item.spot,
                layer,
                key: item.key,
                name: item.name,
                verdict: cancel.map_or(arm.verdict, |cancel| cancel.verdict),
                means: cancel.map_or(&arm.means, |cancel| &cancel.means).replace("{}", &data),
                level: arm.level,
                data,
            });
        }
        _ if heard.brief => {}
        Some(Reading::Type) => heard.faults.push(unread(check, item, fault::TYPE)),
        Some(Reading::Meaningless) => heard.faults.push(unread(check, item, fault::DATA)),
        _ => {}
    }
    if !heard.brief {
        see(check, layer, item, heard);
    }
}

/// Whether another value takes away what a place says.
fn cancelled(cancel: &Cancel, view: &View<'_>, version: &str, layer: Layer, item: &Item<'_>) -> bool {
    if !cancel.layers.is_empty() && !cancel.layers.contains(&layer) {
        return false;
    }
    let part = if cancel.root.is_empty() { item.spot.part } else { Part::named(&cancel.root) };
    let key = if cancel.key.is_empty() { item.folded.to_owned() } else { fold(&cancel.key.replace("<ver>", version)) };
    match view.value(part, &key, &fold(&cancel.value)) {
        Some(data) => matches(&cancel.is, &cancel.value, data),
        None => cancel.or_absent && view.store(part).knows(part, &key),
    }
}

/// Evidence: the last statement first, what lies in free cells last.
fn see(check: &Check, layer: Layer, item: &Item<'_>, heard: &mut Heard<'_>) {
    let said = item.said.iter().rev();
    let live: Vec<&Found> = said.clone().filter(|found| found.origin != Origin::Deleted).collect();
    if let (Now::There, true, Some(key)) = (item.now, live.is_empty(), item.holder) {
        heard.evidence.push(Seen {
            data: Some("present".into()),
            verdict: verdict(&read(check, item.place, item.name, None)),
            written: key.written.map(|time| time.to_string()).unwrap_or_default(),
            source: key.source.as_ref().map(|source| source.path.clone()).unwrap_or_default(),
            place: place(key.place),
            origin: "written".into(),
            ..blank(layer, item)
        });
    }
    for found in said.clone() {
        heard.evidence.push(seen(check, layer, item, found));
    }
    if let [last, rest @ ..] = live.as_slice()
        && let Some(other) = rest.iter().find(|found| found.data != last.data)
    {
        heard.notes.push(format!(
            "The inputs disagree on {}: {} in {}, {} in {}; the one read last counts.",
            full(item),
            told(other),
            other.source.path,
            told(last),
            last.source.path
        ));
    }
    for found in said.filter(|found| found.origin == Origin::Deleted) {
        let (name, source) = (full(item), &found.source.path);
        heard.notes.push(format!("Free cells of {source} still hold {name}: {}. It was set once.", told(found)));
    }
}

fn told(found: &Found) -> String {
    found.data.as_ref().map_or_else(|| "taken away".into(), ToString::to_string)
}

fn full(item: &Item<'_>) -> String {
    format!("{}\\{}", item.spot.part.show(item.key), item.name)
}

fn blank(layer: Layer, item: &Item<'_>) -> Seen {
    Seen {
        id: item.place.id.clone(),
        layer,
        key: item.spot.part.show(item.key),
        value: item.name.to_owned(),
        kind: String::new(),
        data: None,
        verdict: Verdict::Absent,
        written: String::new(),
        source: String::new(),
        place: String::new(),
        origin: String::new(),
        policy: String::new(),
    }
}

fn seen(check: &Check, layer: Layer, item: &Item<'_>, found: &Found) -> Seen {
    Seen {
        value: found.name.clone(),
        kind: found.data.as_ref().map(Data::kind_name).unwrap_or_default(),
        data: found.data.as_ref().map(ToString::to_string),
        verdict: found
            .data
            .as_ref()
            .map_or(Verdict::Absent, |data| verdict(&read(check, item.place, item.name, Some(data)))),
        written: found.written.map(|time| time.to_string()).unwrap_or_default(),
        source: found.source.path.clone(),
        place: place(found.place),
        origin: origin(found.origin).to_owned(),
        policy: found.source.policy.clone().unwrap_or_default(),
        ..blank(layer, item)
    }
}

fn verdict(reading: &Reading<'_>) -> Verdict {
    match reading {
        Reading::Says(arm, _) => arm.verdict,
        Reading::Type | Reading::Meaningless => Verdict::Misapplied,
        Reading::Silent => Verdict::Absent,
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Written => "written",
        Origin::Log => "log",
        Origin::Deleted => "deleted",
    }
}

/// `offset 4096`, `line 12`; empty where not known.
pub(super) fn place(place: At) -> String {
    match place {
        At::Unknown => String::new(),
        At::Offset(offset) => format!("offset {offset}"),
        At::Line(line) => format!("line {line}"),
    }
}

fn level_of(check: &Check, says: &Says<'_>) -> Level {
    says.level.unwrap_or(check.level)
}

/// Which statement decides; of several that are bad, the first of the worst.
fn decide(check: &Check, says: &[Says<'_>]) -> Option<usize> {
    let secure = |at: &usize| says.get(*at).is_some_and(|one| one.verdict == Verdict::Secure);
    let insecure = |at: &usize| says.get(*at).is_some_and(|one| one.verdict == Verdict::Insecure);
    // Instances (trusted locations) add up over the layers: each of them counts.
    let instances = check.combine == Combine::Worst && says.iter().any(|one| one.spot.wild);
    let first = says.first()?.layer;
    let layer: Vec<usize> =
        (0..says.len()).filter(|at| instances || says.get(*at).is_some_and(|one| one.layer == first)).collect();
    match check.combine {
        Combine::First => None,
        Combine::Worst => {
            let level = |at: &usize| says.get(*at).map(|one| level_of(check, one));
            layer.iter().copied().filter(insecure).min_by_key(|at| std::cmp::Reverse(level(at)))
        }
        Combine::Any => layer.iter().copied().find(secure),
    }
    .or(layer.first().copied())
}

/// A value that the product does not read, or whose data mean nothing.
fn unread(check: &Check, item: &Item<'_>, id: &str) -> Fault {
    let data = match item.now {
        Now::Set(data) => data.to_string(),
        _ => String::new(),
    };
    let found = item.said.iter().rev().find(|found| found.origin != Origin::Deleted);
    let kind = match item.now {
        Now::Set(data) => data.kind_name(),
        _ => String::new(),
    };
    let wanted = kind_name(item.place.kind.unwrap_or(check.kind));
    let message = if id == fault::TYPE {
        format!("{} is {kind}; {} reads it as {wanted} only, so it has no effect.", item.name, check.application)
    } else {
        format!("{} holds {data}, which means nothing to {}.", item.name, check.application)
    };
    Fault {
        id: id.to_owned(),
        check: check.id.clone(),
        key: item.spot.part.show(item.key),
        value: item.name.to_owned(),
        data,
        message,
        remedy: remedy(check, item.place, &item.spot.part.show(item.key), item.name),
        source: found.map(|found| found.source.path.clone()).unwrap_or_default(),
        place: found.map(|found| place(found.place)).unwrap_or_default(),
    }
}

/// What to write instead, in one sentence.
pub(super) fn remedy(check: &Check, place: &Place, key: &str, name: &str) -> String {
    let wanted = kind_name(place.kind.unwrap_or(check.kind));
    let arm = check.arms.iter().find(|arm| arm.verdict == Verdict::Secure);
    match arm.and_then(|arm| sample(check, place, arm, None)) {
        Some(data) => format!("Write {wanted} {data} to {name} under {key}."),
        None => format!("Write {name} as {wanted} under {key}."),
    }
}

/// The type's name as `reg query` prints it.
pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Dword => "REG_DWORD",
        Kind::Text | Kind::NumberText => "REG_SZ",
        Kind::List => "REG_MULTI_SZ",
        Kind::Any => "any type",
    }
}

pub(super) fn layer_of(check: &Check, spot: &Spot) -> Layer {
    check.places.get(spot.place).map_or(Layer::Default, |place| place.layer)
}

fn machine_only(catalog: &Catalog, number: usize) -> bool {
    catalog.index().of(number).all(|spot| spot.part != Part::User)
}

/// The key of a place with its version.
pub(super) fn key_of(place: &Place, version: &str) -> String {
    place.key.replace("<ver>", version)
}

fn place_text(check: &Check, spot: &Spot, version: &str) -> Option<String> {
    check.places.get(spot.place).map(|place| spot.part.show(&key_of(place, version)))
}

/// The place to set where nothing is set: policy before the rest.
fn shown<'a>(catalog: &'a Catalog, number: usize, check: &'a Check, version: &str) -> Option<(&'a Spot, &'a Place)> {
    let rank = |layer: Layer| match layer {
        Layer::Policy => 0,
        Layer::Machine => 1,
        Layer::User => 2,
        Layer::Mdm => 3,
        Layer::Cloud => 4,
        Layer::Reported | Layer::Default => 5,
    };
    let spots = catalog.index().of(number).filter(|spot| spot.key(version).is_some());
    let places = spots.filter_map(|spot| Some((spot, check.places.get(spot.place)?)));
    places.min_by_key(|(_, place)| rank(place.layer))
}
