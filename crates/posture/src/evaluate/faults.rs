//! Hardening that nothing reads: a key in a value's place, a value beside its key, under the wrong root, misspelt.

use super::layers::{key_of, layer_of, place, remedy};
use super::reading::{Reading, read};
use crate::index::{Part, Spot, clean, is_version};
use crate::store::{Found, Key, Store};
use crate::{Catalog, Check};
use ddefend_model::posture::{Fault, Layer, Verdict, fault};
use ddefend_registry::{Origin, fold};

/// Names shorter than this mean other things elsewhere (`Path`, `Options`, `Start`).
const TELLING: usize = 8;
/// Names shorter than this are not compared letter by letter.
const LONG: usize = 10;

/// A fault and the check that it belongs to.
#[derive(Clone, Debug)]
pub(super) struct Misplaced {
    pub(super) check: usize,
    /// Version directory; empty for all of the check's.
    pub(super) version: String,
    pub(super) fault: Fault,
}

/// A value where it stands.
struct Stands<'a> {
    part: Part,
    folded: &'a str,
    key: &'a Key,
    value: &'a str,
    found: &'a Found,
}

/// Looks through a store.
pub(super) fn find(catalog: &Catalog, store: &Store, part: Part) -> Vec<Misplaced> {
    let mut faults = Vec::new();
    for (folded, key) in store.below(part, "") {
        faults.extend(key_for_value(catalog, part, folded, key));
        let here = catalog.index().at(part, folded);
        for (value, said) in &key.values {
            let live = said.iter().rev().find(|found| found.origin != Origin::Deleted);
            if let Some(found) = live.filter(|found| found.data.is_some() && !value.is_empty()) {
                faults.extend(one(catalog, &Stands { part, folded, key, value, found }, &here));
            }
        }
    }
    faults
}

fn key_for_value(catalog: &Catalog, part: Part, folded: &str, key: &Key) -> Option<Misplaced> {
    let index = catalog.index();
    let (parent, name) = folded.rsplit_once('\\')?;
    if !key.exists || !index.names.contains_key(name) {
        return None;
    }
    let (spot, version) = index.at(part, parent).into_iter().find(|(spot, _)| spot.value == name)?;
    let check = catalog.checks().get(spot.check)?;
    let place_of = check.places.get(spot.place)?;
    let default = key.values.get("").and_then(|said| said.iter().rev().find(|found| found.origin != Origin::Deleted));
    let name = key.path.rsplit('\\').next().unwrap_or(name);
    let above = key.path.rsplit_once('\\').map_or(parent, |(above, _)| above);
    let source = default.map(|found| &found.source).or(key.source.as_ref());
    let fault = Fault {
        id: fault::KEY.to_owned(),
        check: check.id.clone(),
        key: part.show(&key.path),
        value: String::new(),
        data: default.and_then(|found| found.data.as_ref()).map(ToString::to_string).unwrap_or_default(),
        message: format!(
            "{name} is a key here; {} reads a value of that name, which this does not set.",
            check.application
        ),
        remedy: format!("Delete the key. {}", remedy(check, place_of, &part.show(above), name)),
        source: source.map(|source| source.path.clone()).unwrap_or_default(),
        place: place(default.map_or(key.place, |found| found.place)),
    };
    Some(Misplaced { check: spot.check, version, fault })
}

fn one(catalog: &Catalog, stands: &Stands<'_>, here: &[(&Spot, String)]) -> Option<Misplaced> {
    let index = catalog.index();
    let own = |(spot, _): &(&Spot, String)| spot.any_value || spot.value == stands.value;
    if here.iter().any(own) {
        return None;
    }
    match index.names.get(stands.value) {
        Some(spots) => {
            let spots: Vec<&Spot> = spots.iter().filter_map(|at| index.spots.get(*at)).collect();
            wrong_root(catalog, stands)
                .or_else(|| no_such_version(catalog, stands, &spots))
                .or_else(|| wrong_path(catalog, stands, &spots))
        }
        None => wrong_name(catalog, stands, here),
    }
}

/// The same key and value are read below the other root.
fn wrong_root(catalog: &Catalog, stands: &Stands<'_>) -> Option<Misplaced> {
    let other = stands.part.other();
    let there = catalog.index().at(other, stands.folded);
    let (spot, version) = there.into_iter().find(|(spot, _)| spot.value == stands.value && !spot.wild)?;
    let check = catalog.checks().get(spot.check)?;
    let place_of = check.places.get(spot.place)?;
    // Applications keep settings of their own below the machine's root: only what is meant to protect is a slip there.
    let reading = read(check, place_of, &place_of.value, stands.found.data.as_ref());
    let protects = matches!(reading, Reading::Says(arm, _) if arm.verdict == Verdict::Secure);
    if !protects && !matches!(place_of.layer, Layer::Policy | Layer::Cloud) {
        return None;
    }
    let whom = match other {
        Part::Machine => "the machine's part",
        _ => "the user's part",
    };
    let message = format!("{} reads {} from {whom} of the registry only.", check.application, stands.found.name);
    let remedy = remedy(check, place_of, &other.show(&stands.key.path), &stands.found.name);
    Some(misplaced(spot, check, version, fault::ROOT, stands, message, remedy))
}

/// The tree of the content that a key stands in, its version, and the segments behind.
fn in_tree<'a>(catalog: &'a Catalog, stands: &Stands<'a>) -> Option<(&'a str, &'a str, Vec<&'a str>)> {
    let inside = |tree: &&String| stands.part == Part::User && stands.folded.starts_with(tree.as_str());
    let tree = catalog.index().trees.iter().find(inside)?;
    let mut behind: Vec<&str> = stands.folded.get(tree.len()..)?.split('\\').collect();
    let version = behind.first().copied().filter(|first| is_version(first)).unwrap_or_default();
    if !version.is_empty() {
        behind.remove(0);
    }
    Some((tree, version, behind))
}

/// `17.0`, `13.0`: no Office has it.
fn no_such_version(catalog: &Catalog, stands: &Stands<'_>, spots: &[&Spot]) -> Option<Misplaced> {
    let (_, version, _) = in_tree(catalog, stands)?;
    let number = |version: &str| version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    let have = number(version)?;
    let known: Vec<u32> =
        catalog.checks().iter().flat_map(|check| &check.versions).filter_map(|version| number(version)).collect();
    if known.contains(&have) || known.iter().all(|known| have < *known) {
        return None;
    }
    let spot = spots.iter().find(|spot| spot.pattern.fit(stands.folded, false).is_some())?;
    let check = catalog.checks().get(spot.check)?;
    let place_of = check.places.get(spot.place)?;
    let right = check.versions.last().cloned().unwrap_or_default();
    let message = format!("There is no version {version} of Office, so nothing reads this.");
    let remedy = remedy(check, place_of, &spot.part.show(&key_of(place_of, &right)), &stands.found.name);
    Some(misplaced(spot, check, String::new(), fault::VERSION, stands, message, remedy))
}

fn wrong_path(catalog: &Catalog, stands: &Stands<'_>, spots: &[&Spot]) -> Option<Misplaced> {
    let (tree, version, behind) = in_tree(catalog, stands)?;
    let owner = *behind.first()?;
    let spots: Vec<&Spot> =
        spots.iter().copied().filter(|spot| spot.tree.is_some() && spot.part == stands.part).collect();
    let tail = |spot: &Spot| spot.tree.as_ref().map(|(_, behind)| behind.clone()).unwrap_or_default();
    let same_tree = |spot: &&Spot| spot.tree.as_ref().is_some_and(|(known, _)| known == tree);
    let twin = spots.iter().any(|spot| tail(spot) == behind);
    if !version.is_empty() {
        if stands.value.len() < TELLING || twin && !spots.iter().copied().any(|spot| same_tree(&spot)) {
            // The same path in another layer: perhaps it is read there.
            return None;
        }
        // A name that several applications have may be read by one more of them.
        let first = spots.first().and_then(|spot| tail(spot).first().cloned());
        let many = spots.iter().any(|spot| tail(spot).first() != first.as_ref());
        let alike = |spot: &&Spot| {
            tail(spot).first().is_none_or(|own| own != owner) && tail(spot).get(1..) == owned(&behind).get(1..)
        };
        if many && spots.iter().copied().any(|spot| alike(&spot)) {
            return None;
        }
    } else if !twin {
        return None;
    }
    // The check meant: of the application in the path, in the layer of the path, before others.
    let spot = spots
        .iter()
        .copied()
        .min_by_key(|spot| (tail(spot).first().is_none_or(|own| own != owner), !same_tree(spot)))?;
    let check = catalog.checks().get(spot.check)?;
    let place_of = check.places.get(spot.place)?;
    let versions = spot.keys.iter().map(|(version, _)| version.as_str());
    let right = versions.clone().find(|known| *known == version).or(versions.clone().next_back()).unwrap_or_default();
    let key = spot.part.show(&key_of(place_of, right));
    let message = if version.is_empty() {
        format!("The path lacks the version of Office, so nothing reads {}.", stands.found.name)
    } else {
        format!("{} does not read {} from this key.", check.application, stands.found.name)
    };
    let remedy = remedy(check, place_of, &key, &place_of.value);
    let version = if spot.key(version).is_some() { version.to_owned() } else { String::new() };
    Some(misplaced(spot, check, version, fault::PATH, stands, message, remedy))
}

fn owned(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

fn wrong_name(catalog: &Catalog, stands: &Stands<'_>, here: &[(&Spot, String)]) -> Option<Misplaced> {
    let index = catalog.index();
    let at = |name: &str| here.iter().find(|(spot, _)| spot.value == name);
    let tidy = clean(stands.value);
    let spelt = index.misspellings.get(tidy).map(|right| fold(right));
    let (spot, version, why) = if let Some((spot, version)) = spelt.as_deref().and_then(at) {
        (*spot, version.clone(), "is misspelt")
    } else if let Some((spot, version)) = at(tidy).filter(|_| tidy != stands.value) {
        (*spot, version.clone(), "holds characters that do not belong there")
    } else if let Some((spot, version)) =
        here.iter().find(|(spot, _)| spot.value.chars().count() >= LONG && one_slip(stands.value, &spot.value))
    {
        (*spot, version.clone(), "is misspelt")
    } else {
        // Not where it belongs either, but a spelling that means nothing else.
        let right = spelt.as_deref().or((tidy != stands.value && tidy.len() >= TELLING).then_some(tidy))?;
        let (tree, version, _) = in_tree(catalog, stands)?;
        let mut spots = index.names.get(right)?.iter().filter_map(|at| index.spots.get(*at));
        let spot = spots.find(|spot| spot.tree.as_ref().is_some_and(|(known, _)| known == tree))?;
        let version = if spot.key(version).is_some() { version.to_owned() } else { String::new() };
        (spot, version, "is misspelt and stands under the wrong key")
    };
    let check = catalog.checks().get(spot.check)?;
    let place_of = check.places.get(spot.place)?;
    let message = format!("The name \"{}\" {why}, so nothing reads it.", stands.found.name);
    let key = spot.part.show(&key_of(place_of, &version));
    let key = if spot.wild { stands.part.show(&stands.key.path) } else { key };
    let remedy = format!("Delete it. {}", remedy(check, place_of, &key, &place_of.value));
    Some(misplaced(spot, check, version, fault::NAME, stands, message, remedy))
}

fn misplaced(
    spot: &Spot,
    check: &Check,
    version: String,
    id: &str,
    stands: &Stands<'_>,
    message: String,
    remedy: String,
) -> Misplaced {
    debug_assert!(layer_of(check, spot) != Layer::Default, "a place has a layer");
    let fault = Fault {
        id: id.to_owned(),
        check: check.id.clone(),
        key: stands.part.show(&stands.key.path),
        value: stands.found.name.clone(),
        data: stands.found.data.as_ref().map(ToString::to_string).unwrap_or_default(),
        message,
        remedy,
        source: stands.found.source.path.clone(),
        place: place(stands.found.place),
    };
    Misplaced { check: spot.check, version, fault }
}

/// Whether one letter more, less, other or exchanged with its neighbour makes one name the other. Digits are no slips:
/// names that differ in one are names of their own.
fn one_slip(given: &str, right: &str) -> bool {
    let (given, right): (Vec<char>, Vec<char>) = (given.chars().collect(), right.chars().collect());
    if given.len().abs_diff(right.len()) > 1 || given == right {
        return false;
    }
    let front = given.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let back = given.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    let back = back.min(given.len().min(right.len()) - front);
    let middle = |name: &[char]| name.get(front..name.len() - back).unwrap_or_default().to_vec();
    let (given, right) = (middle(&given), middle(&right));
    if given.iter().chain(&right).any(char::is_ascii_digit) {
        return false;
    }
    match (given.as_slice(), right.as_slice()) {
        ([_], [_] | []) | ([], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}
