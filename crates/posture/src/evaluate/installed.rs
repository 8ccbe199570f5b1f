//! Which applications of which versions are there: installed, worked with, or only named by settings.

use super::reading::like;
use crate::index::{Part, Pattern};
use crate::store::{Key, Store};
use crate::{Application, Catalog, Channel, Evidence, Says};
use ddefend_model::posture::Installed;
use ddefend_registry::{Data, Origin, fold};
use std::collections::{BTreeMap, BTreeSet};

/// Application and version directory.
pub(super) type Pair = (String, String);

/// What the machine's inputs say.
#[derive(Clone, Debug, Default)]
pub(super) struct Inventory {
    /// True where the inputs would say so if something more were installed.
    pub(super) known: bool,
    pub(super) installed: Vec<Installed>,
}

/// What one user's inputs say.
#[derive(Clone, Debug, Default)]
pub(super) struct Use {
    /// The user worked with it.
    pub(super) active: BTreeSet<Pair>,
    /// The application keeps values of its own there: not settings that checks look at, which policies, hardening and
    /// its undoing leave behind as well.
    pub(super) used: BTreeSet<Pair>,
    /// Settings or policies of the content name it; without a version where they have none.
    pub(super) named: BTreeSet<Pair>,
}

/// What decides defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) version: String,
    pub(super) channel: Option<Channel>,
    pub(super) build: Option<Vec<u64>>,
}

/// `16.0.8730.2122` as numbers.
pub(super) fn numbers(build: &str) -> Option<Vec<u64>> {
    let parts: Option<Vec<u64>> = build.trim().split('.').map(|part| part.parse().ok()).collect();
    parts.filter(|parts| parts.len() >= 2)
}

/// What is known of a version; of the newest where the check has none.
pub(super) fn facts(installed: &[Installed], version: &str) -> Facts {
    let fits = |one: &&Installed| version.is_empty() || one.version == version;
    let known = |one: &&Installed| !one.build.is_empty() || !one.channel.is_empty();
    let one = installed.iter().rev().filter(fits).find(known);
    let channel = one.and_then(|one| match one.channel.as_str() {
        "c2r" => Some(Channel::C2r),
        "msi" => Some(Channel::Msi),
        _ => None,
    });
    let version = one.map_or(version, |one| one.version.as_str()).to_owned();
    Facts { version, channel, build: one.and_then(|one| numbers(&one.build)) }
}

fn live(key: &Key, value: &str) -> Option<Data> {
    key.values.get(&fold(value))?.iter().rev().find(|found| found.origin != Origin::Deleted)?.data.clone()
}

fn application<'c>(catalog: &'c Catalog, folded: &str) -> Option<&'c Application> {
    catalog.applications().iter().find(|application| fold(&application.key) == folded)
}

/// `16` to `16.0`: the version directory that a build belongs to.
fn directory(build: &str) -> Option<String> {
    Some(format!("{}.0", numbers(build)?.first()?))
}

/// Keys of the machine that are evidence, with the version that they name.
fn evidence<'c, 's>(
    catalog: &'c Catalog,
    store: &'s Store,
) -> impl Iterator<Item = (&'c Evidence, &'s str, &'s str, &'s Key)> {
    catalog.evidence().iter().zip(&catalog.index().evidence).filter(|(_, (part, _))| *part == Part::Machine).flat_map(
        move |(evidence, (part, pattern))| {
            keys(store, *part, pattern).map(move |(version, application, key)| (evidence, version, application, key))
        },
    )
}

fn keys<'s>(
    store: &'s Store,
    part: Part,
    pattern: &Pattern,
) -> impl Iterator<Item = (&'s str, &'s str, &'s Key)> + use<'s> {
    let pattern = pattern.clone();
    let mut stem = pattern.stem.clone();
    stem.pop();
    let found: Vec<_> = store
        .below(part, &stem)
        .filter(|(_, key)| key.exists)
        .filter_map(|(folded, key)| {
            let fit = pattern.fit(folded, false)?;
            Some((fit.version, fit.application, key))
        })
        .collect();
    found.into_iter()
}

/// Works out what is installed.
pub(super) fn machine(catalog: &Catalog, store: &Store) -> Inventory {
    let mut builds: BTreeMap<String, (String, Option<Channel>)> = BTreeMap::new();
    let mut pairs: BTreeSet<Pair> = BTreeSet::new();
    let mut listed: BTreeSet<Pair> = BTreeSet::new();
    for (evidence, version, folded, key) in evidence(catalog, store) {
        let text = if evidence.value.is_empty() { None } else { live(key, &evidence.value) };
        let text = text.as_ref().and_then(Data::text).unwrap_or_default().to_owned();
        let version = evidence.version.clone().or_else(|| (!version.is_empty()).then(|| version.to_owned()));
        match evidence.says {
            Says::Installed if evidence.value.is_empty() || !text.is_empty() => {
                if let (Some(application), Some(version)) = (application(catalog, folded), version) {
                    pairs.insert((application.name.clone(), version));
                }
            }
            Says::Build => {
                if let Some(version) = version.or_else(|| directory(&text)).filter(|_| numbers(&text).is_some()) {
                    builds.entry(version).or_insert((text, evidence.channel));
                }
            }
            Says::Products => {
                let ids: Vec<&str> = text.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
                let met = |patterns: &[String]| ids.iter().any(|id| patterns.iter().any(|one| like(one, id)));
                for product in catalog.products().iter().filter(|product| met(&product.like)) {
                    listed.extend(product.applications.iter().cloned().zip(version.clone().into_iter().cycle()));
                }
            }
            _ => {}
        }
    }
    // A list of products says less than the applications' own keys: it counts where there are none of that version.
    let versions: BTreeSet<String> = pairs.iter().map(|(_, version)| version.clone()).collect();
    pairs.extend(listed.into_iter().filter(|(_, version)| !versions.contains(version)));
    let machine =
        || catalog.evidence().iter().zip(&catalog.index().evidence).filter(|(_, (part, _))| *part == Part::Machine);
    let covered = |pattern: &Pattern| store.knows(Part::Machine, &pattern.stem);
    let known = machine().filter(|(one, _)| one.says == Says::Installed).all(|(_, (_, pattern))| covered(pattern))
        && machine().any(|(one, _)| one.says == Says::Installed);
    let channels = |one: &Evidence| one.says == Says::Build && one.channel == Some(Channel::C2r);
    let no_other = machine().filter(|(one, _)| channels(one)).all(|(_, (_, pattern))| covered(pattern));
    let channel = |version: &str| match builds.get(version) {
        Some((_, channel)) => *channel,
        None => (known && no_other).then_some(Channel::Msi),
    };
    let installed = pairs.into_iter().map(|(application, version)| Installed {
        build: builds.get(&version).map(|(build, _)| build.clone()).unwrap_or_default(),
        channel: channel(&version).map(|channel| channel.as_str().to_owned()).unwrap_or_default(),
        certain: true,
        application,
        version,
    });
    let installed: Vec<Installed> = installed.collect();
    // A machine without any Office says nothing of users who have one: roaming, virtual, removed.
    Inventory { known: known && !installed.is_empty(), installed }
}

/// Whether a key has values that no check looks at; an empty one may be what a change has left.
fn lives(catalog: &Catalog, key: &Key) -> bool {
    key.values.iter().any(|(name, said)| {
        let live = said.iter().rev().find(|found| found.origin != Origin::Deleted);
        live.is_some_and(|found| found.data.is_some()) && !catalog.index().knows(name)
    })
}

/// Works out what the user's settings name.
pub(super) fn user(catalog: &Catalog, store: &Store) -> Use {
    let mut found = Use::default();
    let index = catalog.index();
    let rules: Vec<_> =
        catalog.evidence().iter().zip(&index.evidence).filter(|(_, (part, _))| *part == Part::User).collect();
    for (folded, key) in store.below(Part::User, "") {
        for (evidence, (_, pattern)) in &rules {
            let Some(fit) = pattern.fit(folded, true).filter(|_| key.exists) else { continue };
            let Some(application) = application(catalog, fit.application) else { continue };
            let pair = (application.name.clone(), fit.version.to_owned());
            match evidence.says {
                Says::Active => found.active.insert(pair),
                Says::Used if lives(catalog, key) => found.used.insert(pair),
                _ => false,
            };
        }
        for (spot, version) in index.at(Part::User, folded) {
            let Some(check) = catalog.checks().get(spot.check) else { continue };
            let said = |said: &[crate::Found]| said.iter().any(|found| found.origin != Origin::Deleted);
            let named = if spot.any_value {
                key.values.values().any(|values| said(values))
            } else {
                key.values.get(&spot.value).is_some_and(|values| said(values))
            };
            if named {
                found.named.insert((check.application.clone(), version));
            }
        }
    }
    found
}
