//! Where a profile writes: targets of the content to places in the registry.

use crate::{Catalog, Check, Combine, Item, Kind, Match, Place, Target};
use ddefend_model::posture::{Audit, Layer, Verdict};
use ddefend_registry::{Data, Interest, Root};

/// One value that a profile wants.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    pub(super) check: &'a Check,
    pub(super) target: &'a Target,
    pub(super) place: &'a Place,
    pub(super) version: String,
    pub(super) root: Root,
    pub(super) key: String,
}

/// Places of a target, for the versions that count. A version without a place in the target's layer gets the user's.
pub(super) fn spots<'a>(check: &'a Check, target: &'a Target, root: &Root, versions: &[String]) -> Vec<Spot<'a>> {
    let mut spots = Vec::new();
    for version in wanted(check, target, versions) {
        let fits =
            |place: &&Place| version.is_empty() || place.versions.is_empty() || place.versions.contains(&version);
        let of = |layer: Layer| check.places.iter().filter(move |place| place.layer == layer).filter(fits);
        let layer = if of(target.layer).next().is_some() { target.layer } else { Layer::User };
        // Where the first place that says something decides, one is enough.
        let enough = if check.combine == Combine::First { 1 } else { usize::MAX };
        let places = of(layer).filter(|place| writable(place)).take(enough);
        let places = places.filter(|place| self::root(place).as_ref() == Some(root));
        spots.extend(places.map(|place| Spot {
            check,
            target,
            place,
            version: version.clone(),
            root: root.clone(),
            key: place.key.replace("<ver>", &version),
        }));
    }
    spots
}

/// A place that stands for no one key or one entry of a list cannot be written.
fn writable(place: &Place) -> bool {
    place.pick.is_none() && !place.key.contains('*') && !place.key.contains("<app>") && place.value != "*"
}

fn root(place: &Place) -> Option<Root> {
    match place.root.as_str() {
        "HKCU" => Some(Root::User),
        "HKLM" => Some(Root::Machine),
        _ => None,
    }
}

/// Versions to write for; one empty version where the setting has none.
fn wanted(check: &Check, target: &Target, versions: &[String]) -> Vec<String> {
    if check.versions.is_empty() {
        return vec![String::new()];
    }
    let has = |version: &&String| {
        check.versions.contains(version) && (target.versions.is_empty() || target.versions.contains(version))
    };
    let wanted: Vec<String> = versions.iter().filter(has).cloned().collect();
    if !wanted.is_empty() && check.places.iter().all(|place| !place.key.contains("<ver>")) {
        return vec![String::new()];
    }
    wanted
}

/// Versions that an audit met for an application; for what is of the whole suite, those of any.
pub(super) fn met(catalog: &Catalog, audit: &Audit, application: &str) -> Vec<String> {
    let own = catalog.applications().iter().any(|it| it.name == application);
    let found = audit.applications.iter().filter(|it| !own || it.application == application);
    let mut versions: Vec<String> = found.map(|it| it.version.clone()).filter(|it| !it.is_empty()).collect();
    versions.sort();
    versions.dedup();
    versions
}

/// Whether the key belongs to an application that the audit did not meet in that version, though it met others. Writing
/// there would protect nothing, and look as if the application were there.
pub(super) fn phantom(catalog: &Catalog, audit: &Audit, spot: &Spot<'_>) -> bool {
    let mut parts = spot.key.split('\\').skip_while(|part| spot.version.is_empty() || *part != spot.version);
    let Some(owner) = parts.nth(1) else { return false };
    let owner = catalog.applications().iter().find(|it| it.key.eq_ignore_ascii_case(owner));
    let met = |name: &str| audit.applications.iter().any(|it| it.application == name && it.version == spot.version);
    !audit.applications.is_empty() && owner.is_some_and(|owner| !met(&owner.name))
}

/// The data to write. Where the check looks at bits, those that are set already stay.
pub(super) fn data(spot: &Spot<'_>, before: Option<&Data>) -> Data {
    match (&spot.target.data, spot.place.kind.unwrap_or(spot.check.kind)) {
        (Item::Text(text), Kind::List) => Data::MultiSz(text.split(';').map(str::to_owned).collect()),
        (Item::Text(text), _) => Data::Sz(text.clone()),
        (Item::Number(number), Kind::NumberText | Kind::Text) => Data::Sz(number.to_string()),
        (Item::Number(number), _) => {
            let bits = spot.check.arms.iter().any(|arm| arm.verdict == Verdict::Secure && is_bits(&arm.is, *number));
            let old = before.filter(|_| bits).and_then(Data::number).unwrap_or_default();
            u32::try_from(number | old).map_or(Data::Qword(number | old), Data::Dword)
        }
    }
}

fn is_bits(is: &Match, number: u64) -> bool {
    is.bits.is_some_and(|bits| number & bits == bits)
}

/// Adds the keys above every place that a profile writes: the undo has to know which of them were not there.
pub fn interest(catalog: &Catalog, interest: &mut Interest) {
    for target in catalog.profiles().iter().flat_map(|profile| &profile.targets) {
        let Some(check) = catalog.check(&target.check) else { continue };
        for place in &check.places {
            let Some(root) = root(place).filter(|_| writable(place)) else { continue };
            let key = place.key.replace("<ver>", "*");
            let mut at = Some(key.as_str());
            while let Some(path) = at {
                interest.add(&root, path);
                at = path.rsplit_once('\\').map(|(above, _)| above);
            }
        }
    }
}
