//! Single changes that open or close a way, found by making each and working out the check again, never guessed.

use super::installed::{Facts, facts};
use super::layers::{Brief, Subject, brief, key_of, layer_of};
use super::reading::{Reading, read, sample};
use super::view::{Edit, Now, View};
use super::ways::{Board, Here, Judged, ids, judge};
use crate::index::{Part, Spot};
use crate::{Catalog, Check, Combine, Place, Way};
use ddefend_model::posture::{Change, Installed, Layer, Outcome, Verdict, Way as State};
use ddefend_registry::Data;
use std::collections::BTreeMap;

/// What a check would come to with one change.
#[derive(Clone, Debug)]
pub(super) struct Thought {
    pub(super) check: String,
    pub(super) brief: Brief,
    edit: Edit,
    layer: Layer,
}

impl Thought {
    /// A value of the user's own part that is no policy can be changed by any process of the user.
    fn by(&self) -> &'static str {
        if self.edit.part == Part::User && self.layer == Layer::User { "user" } else { "administrator" }
    }

    fn change(&self, effect: String) -> Change {
        Change {
            check: self.check.clone(),
            key: self.edit.part.show(&self.edit.key),
            value: self.edit.name.clone(),
            data: self.edit.data.as_ref().map(ToString::to_string),
            by: self.by().to_owned(),
            effect,
        }
    }
}

/// Thoughts by check and version: ways share their checks.
type Known = BTreeMap<(usize, String), (Vec<Thought>, Vec<Thought>)>;

/// Makes changes and looks what they do.
pub(super) struct Changes<'a> {
    catalog: &'a Catalog,
    view: View<'a>,
    facts: BTreeMap<String, Facts>,
    installed: &'a [Installed],
    known: Known,
}

impl<'a> Changes<'a> {
    pub(super) fn new(catalog: &'a Catalog, view: View<'a>, installed: &'a [Installed]) -> Self {
        Self { catalog, view, facts: BTreeMap::new(), installed, known: BTreeMap::new() }
    }

    /// What a check comes to that nobody has worked out yet: a way may look at a check of an application that is not
    /// there (Word's settings for Outlook).
    pub(super) fn complete(&mut self, board: &mut Board) {
        for way in self.catalog.ways() {
            for version in &way.versions {
                let there = |one: &Installed| one.application == way.application && one.version == *version;
                if !self.installed.iter().any(there) {
                    continue;
                }
                for id in ids(way) {
                    if board.get(id, version).is_none()
                        && let Some((number, version)) = self.place(id, version)
                        && let Some(brief) = self.brief(number, &version, None)
                    {
                        board.put(id, &version, brief);
                    }
                }
            }
        }
    }

    /// Number of a check and the version that it is known under; none where it does not have that version.
    fn place(&self, id: &str, version: &str) -> Option<(usize, String)> {
        let number = self.catalog.number(id)?;
        let versions = &self.catalog.checks().get(number)?.versions;
        if versions.is_empty() {
            return Some((number, String::new()));
        }
        versions.iter().any(|known| known == version).then(|| (number, version.to_owned()))
    }

    fn brief(&mut self, number: usize, version: &str, edit: Option<&Edit>) -> Option<Brief> {
        let installed = self.installed;
        let facts = self.facts.entry(version.to_owned()).or_insert_with(|| facts(installed, version));
        let view = View { edit, ..self.view };
        let subject = Subject { host: "", user: "", version, facts };
        brief(self.catalog, number, &view, &subject)
    }

    /// Changes that open a way further, and changes that close it.
    pub(super) fn of(
        &mut self,
        way: &Way,
        version: &str,
        here: &Here<'_>,
        now: &Judged<'_>,
    ) -> (Vec<Change>, Vec<Change>) {
        let (mut opens, mut closes) = (Vec::new(), Vec::new());
        let mut seen: Vec<&str> = Vec::new();
        for id in ids(way) {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            let Some((number, version_of)) = self.place(id, version) else { continue };
            let key = (number, version_of);
            if !self.known.contains_key(&key) {
                let thoughts = self.think(number, &key.1);
                self.known.insert(key.clone(), thoughts);
            }
            let Some((weaker, stronger)) = self.known.get(&key) else { continue };
            for thought in weaker {
                let then = judge(way, here, Some(thought));
                if then.openness() > now.openness() {
                    opens.push((thought.by() != "user", thought.change(effect(&then, thought))));
                }
            }
            let better = |then: &Judged<'_>| {
                then.state == State::Closed && (now.state != State::Closed || then.enforced && !now.enforced)
            };
            for thought in stronger {
                let then = judge(way, here, Some(thought));
                if better(&then) {
                    closes.push((!then.enforced, thought.change(effect(&then, thought))));
                }
            }
        }
        // What any process of the user can do comes first; what lasts comes first.
        opens.sort_by_key(|(order, _)| *order);
        closes.sort_by_key(|(order, _)| *order);
        let plain = |list: Vec<(bool, Change)>| list.into_iter().map(|(_, change)| change).collect();
        (plain(opens), plain(closes))
    }

    /// Every single change of a check that makes it weaker, and every one that makes it secure.
    fn think(&mut self, number: usize, version: &str) -> (Vec<Thought>, Vec<Thought>) {
        let (mut weaker, mut stronger) = (Vec::new(), Vec::new());
        let catalog = self.catalog;
        let (Some(check), Some(now)) = (catalog.checks().get(number), self.brief(number, version, None)) else {
            return (weaker, stronger);
        };
        let edits: Vec<(Edit, Layer)> = catalog
            .index()
            .of(number)
            .filter(|spot| spot.part != Part::Files && spot.key(version).is_some())
            .flat_map(|spot| edits(check, spot, version, &self.view, &now))
            .collect();
        for (edit, layer) in edits {
            let Some(brief) = self.brief(number, version, Some(&edit)) else { continue };
            let thought = Thought { check: check.id.clone(), brief, edit, layer };
            let secure = thought.brief.outcome == Outcome::Secure;
            if secure && thought.edit.data.is_some() && (now.outcome != Outcome::Secure || !now.enforced) {
                stronger.push(thought);
            } else if !secure && thought.brief.outcome != now.outcome {
                weaker.push(thought);
            }
        }
        let rank = |thought: &Thought| match thought.layer {
            Layer::Policy => 0,
            Layer::Machine => 1,
            _ => 2,
        };
        stronger.sort_by_key(rank);
        (weaker, stronger)
    }
}

/// Writing what protects; and where the user can, or where it decides now, writing what does not and taking away what
/// stands there.
fn edits(check: &Check, spot: &Spot, version: &str, view: &View<'_>, now: &Brief) -> Vec<(Edit, Layer)> {
    let layer = layer_of(check, spot);
    let Some(place) = check.places.get(spot.place).filter(|_| layer != Layer::Reported) else { return Vec::new() };
    // Cloud policy and device management are not written into the registry by hand.
    let close =
        matches!(layer, Layer::Policy | Layer::Machine | Layer::User) && !(now.enforced && layer == Layer::User);
    let open = layer == Layer::User || layer == now.layer;
    let items = if open || close { view.items(check, spot, version) } else { Vec::new() };
    let mut edits = Vec::new();
    // Where each instance counts, to take one away never weakens.
    let take_away = open && !(spot.wild && check.combine == Combine::Worst);
    for item in items.iter().filter(|item| take_away && matches!(item.now, Now::Set(_))) {
        edits.push((Edit::new(spot.part, item.key, item.name, None), layer));
    }
    let data = match items.first().map(|item| item.now) {
        Some(Now::Set(data)) => Some(data),
        _ => None,
    };
    for verdict in [close.then_some(Verdict::Secure), open.then_some(Verdict::Insecure)].into_iter().flatten() {
        let Some(data) = pick(check, place, verdict, data) else { continue };
        let (key, name) = match items.first().filter(|_| !spot.wild && !spot.any_value) {
            Some(item) => (item.key.to_owned(), item.name.to_owned()),
            None => written(place, version),
        };
        edits.push((Edit::new(spot.part, &key, &name, Some(data)), layer));
    }
    edits
}

/// Data that say this, as far as any can be written: what opens as the place's example has it; else those that matter most, among equals the first of the content.
fn pick(check: &Check, place: &Place, verdict: Verdict, now: Option<&Data>) -> Option<Data> {
    let example = Data::Sz(place.example.clone());
    let says = |data: &Data| matches!(read(check, place, &place.value, Some(data)), Reading::Says(arm, _) if arm.verdict == verdict);
    if !place.example.is_empty() && verdict == Verdict::Insecure && says(&example) {
        return Some(example);
    }
    let arms = check.arms.iter().filter(|arm| arm.verdict == verdict);
    let mut samples: Vec<_> =
        arms.filter_map(|arm| Some((arm.level.unwrap_or(check.level), sample(check, place, arm, now)?))).collect();
    samples.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
    samples.into_iter().next().map(|(_, data)| data)
}

/// Key and value where a change makes something new.
fn written(place: &Place, version: &str) -> (String, String) {
    let new = if place.instance.is_empty() { "New" } else { place.instance.as_str() };
    let key: Vec<String> = key_of(place, version)
        .split('\\')
        .map(|part| if part == "*" { new.to_owned() } else { part.to_owned() })
        .collect();
    let value = if place.value == "*" { new } else { place.value.as_str() };
    (key.join("\\"), value.to_owned())
}

fn effect(then: &Judged<'_>, thought: &Thought) -> String {
    let means = match thought.brief.means.as_str() {
        "" => String::new(),
        means => format!("{means}; "),
    };
    let state = match then.state {
        State::Closed if then.enforced => "the way is closed then, and the user cannot open it",
        State::Closed => "the way is closed then, but any process of the user can open it",
        State::Clicks => "only clicks stand in the way then",
        State::Unknown => "whether the way is closed then, the inputs do not say",
        State::Open => "the way is open then",
    };
    let mut text = format!("{means}{state}.");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    text
}
