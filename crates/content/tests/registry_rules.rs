//! The rules on registry events say what the checks say: those of `content/rules/registry` that are about settings are made
//! from `content/posture`, and events that write, keep or delete what a check knows are hunted.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, reason = "a test")]
#![allow(clippy::format_push_string, clippy::type_complexity, reason = "a test")]

#[path = "registry_rules/groups.rs"]
mod groups;
#[path = "registry_rules/say.rs"]
mod say;
#[path = "registry_rules/write.rs"]
mod write;

use ddefend_content::Content;
use ddefend_event::{Event, Mapping, Row, Selector as _};
use ddefend_matcher::{Matcher, Scratch};
use ddefend_model::posture::Verdict;
use ddefend_posture::{Catalog, Place};
use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma;
use groups::{Groups, On, can_protect, insecure, registry};
use std::collections::BTreeSet;
use std::sync::Arc;

const REG: &str = r"C:\Windows\System32\reg.exe";
const SET: [&str; 4] = ["sysmon-13", "security-4657", "defender-registry-set", "ecs-registry-set"];
const DELETED: [&str; 3] = ["sysmon-12", "security-4657", "defender-registry-value-deleted"];

fn content() -> (Content, Catalog, Groups) {
    let content = Content::load().unwrap();
    let catalog = content.posture().unwrap();
    (content, catalog, groups::read())
}

#[test]
fn the_rules_are_what_the_checks_say() {
    let (content, catalog, groups) = content();
    let update = std::env::var_os("DDEFEND_UPDATE").is_some();
    let mut differ = Vec::new();
    for group in &groups.group {
        if groups.checks(group, &catalog).is_empty() {
            continue;
        }
        let files = [
            (format!("{}.yml", group.name), write::rule(&groups, group, &catalog)),
            (format!("{}.samples.yml", group.name), write::samples(&groups, group, &catalog)),
        ];
        for (name, text) in files {
            let path = groups::folder().join(&name);
            if update {
                std::fs::write(&path, &text).unwrap();
            }
            if std::fs::read_to_string(&path).unwrap_or_default().replace('\r', "") != text {
                differ.push(name);
            }
        }
    }
    drop(content);
    assert!(differ.is_empty(), "not what holds, run with DDEFEND_UPDATE=1: {differ:?}");
}

#[test]
fn groups_name_checks_and_levels_that_exist() {
    let (content, catalog, groups) = content();
    let names: BTreeSet<String> = content
        .rules()
        .into_iter()
        .filter_map(|(file, _)| Some(file.rsplit('/').next()?.replace(".yml", "")))
        .collect();
    let none = |pattern: &String| {
        !catalog.checks().iter().any(|check| groups::names(std::slice::from_ref(pattern), &check.id))
    };
    let mut bad = Vec::new();
    for group in &groups.group {
        bad.extend(group.checks.iter().filter(|it| none(it)).map(|it| format!("{}: no check {it}", group.name)));
        if groups.checks(group, &catalog).is_empty() {
            bad.push(format!("{}: it has no check", group.name));
        }
        let highest = write::highest(&groups, group, &catalog);
        if group.level == Some(highest) || group.level.is_some() != group.why.is_some() {
            bad.push(format!(
                "{}: a level with its reason stands where it is not that of the checks, {highest}",
                group.name
            ));
        }
    }
    for hand in &groups.hand {
        bad.extend(hand.checks.iter().filter(|it| none(it)).map(|it| format!("{}: no check {it}", hand.rule)));
        if !names.contains(&hand.rule) {
            bad.push(format!("there is no rule {}", hand.rule));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// The pack, ready to be asked about single events.
struct Pack {
    set: RuleSet,
    mapping: Arc<Mapping>,
    matcher: Matcher,
}

impl Pack {
    fn new(content: &Content) -> Self {
        let options = sigma::Options { placeholders: content.placeholders().unwrap(), ..sigma::Options::default() };
        let set = sigma::read(&content.rules(), &options);
        assert!(set.problems.is_empty(), "{:?}", set.problems);
        let mapping = Arc::new(content.mapping().unwrap());
        let matcher = Matcher::new(set.rules.clone().into(), Arc::clone(&mapping), &[], &[]);
        Self { set, mapping, matcher }
    }

    fn event(&self, class: &str, fields: &[(&str, &str)]) -> Event {
        self.mapping
            .native(class, fields, "ws-042.example", None, 1)
            .unwrap_or_else(|error| panic!("{class}: {error} {fields:?}"))
    }

    /// Names and levels of the rules that fire, without those of the seeds and those that only inform.
    fn fired(&self, event: &Event) -> Vec<(String, String)> {
        let Some(selection) = self.matcher.select(&event.head.key) else { return Vec::new() };
        let row = Row::of(event, &selection);
        let (mut hits, mut scratch) = (Vec::new(), Scratch::default());
        self.matcher.evaluate(&selection, &row, &mut scratch, &mut hits);
        hits.iter()
            .map(|hit| &self.set.rules[hit.rule as usize].meta)
            .map(|meta| (meta.name.clone().unwrap_or_default(), meta.level().to_string()))
            .filter(|(name, level)| !name.starts_with("seed_") && level != "info")
            .collect()
    }

    fn write(&self, class: &str, place: &Place, data: &str) -> Vec<(String, String)> {
        let target = say::path(place, Some(&place.value));
        self.fired(
            &self.event(
                class,
                &[("TargetObject", &target), ("Details", data), ("Image", REG), ("EventType", "SetValue")],
            ),
        )
    }

    fn delete(&self, class: &str, place: &Place) -> Vec<(String, String)> {
        let target = say::path(place, Some(&place.value));
        self.fired(&self.event(class, &[("TargetObject", &target), ("Image", REG), ("EventType", "DeleteValue")]))
    }
}

/// Every place in each of its versions.
fn versions(place: &Place, all: &[String]) -> Vec<Place> {
    let versions = if place.versions.is_empty() { all } else { &place.versions };
    if !place.key.contains("<ver>") || versions.is_empty() {
        return vec![place.clone()];
    }
    versions.iter().map(|version| Place { versions: vec![version.clone()], ..place.clone() }).collect()
}

#[test]
fn what_does_not_protect_fires_one_rule_wherever_it_is_written() {
    let (content, catalog, _) = content();
    let pack = Pack::new(&content);
    let (mut bad, mut asked) = (Vec::new(), 0);
    for check in catalog.checks() {
        if write::unsaid(check) {
            bad.push(format!("{}: no event says what does not protect", check.id));
        }
        for term in insecure(check) {
            let cancel = term.place.value != check.places.iter().find(|place| place.id == term.place.id).unwrap().value;
            for (data, text, number) in say::examples(&term.is, &term.place, check.kind) {
                let first = check.arms.iter().find(|arm| say::matches(&arm.is, &text, number));
                if !cancel && first.is_none_or(|arm| arm.verdict != Verdict::Insecure) {
                    continue;
                }
                for place in versions(&term.place, &check.versions) {
                    for class in SET {
                        asked += 1;
                        let fired = pack.write(class, &place, &data);
                        if fired.len() != 1 {
                            bad.push(format!("{class} {} {} = {data}: {fired:?}", place.id, place.value));
                        }
                    }
                }
            }
        }
    }
    assert!(bad.is_empty(), "{} of {asked}:\n{}", bad.len(), bad[..bad.len().min(40)].join("\n"));
    assert!(asked > 0);
}

#[test]
fn what_protects_is_written_in_peace_and_its_deletion_fires() {
    let (content, catalog, _) = content();
    let pack = Pack::new(&content);
    let mut bad = Vec::new();
    for check in catalog.checks().iter().filter(|check| can_protect(check)) {
        for place in check.places.iter().filter(|place| registry(place)) {
            for place in versions(place, &check.versions) {
                for arm in check.arms.iter().filter(|arm| arm.verdict == Verdict::Secure) {
                    let Some((data, ..)) = write::first_fit(check, &place, &arm.is, false) else { continue };
                    for class in SET {
                        let fired = pack.write(class, &place, &data);
                        if fired.iter().any(|(_, level)| matches!(level.as_str(), "medium" | "high" | "critical")) {
                            bad.push(format!("{class} {} = {data}: {fired:?}", place.id));
                        }
                    }
                }
                for class in DELETED {
                    let fired = pack.delete(class, &place);
                    if fired.len() != 1 {
                        bad.push(format!("{class} {} deleted: {fired:?}", place.id));
                    }
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}:\n{}", bad.len(), bad[..bad.len().min(40)].join("\n"));
}

#[test]
fn every_check_has_a_rule_and_every_rule_names_checks_that_exist() {
    let (_, catalog, groups) = content();
    for check in catalog.checks() {
        let set = insecure(check).iter().all(|term| groups.by_hand(On::Set, &check.id) || groups.of(term).is_some());
        assert!(set, "{}: no group of groups.toml has it", check.id);
    }
    for entry in std::fs::read_dir(groups::folder()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let Some(rule) = name.strip_suffix(".yml").filter(|rule| !rule.ends_with(".samples")) else { continue };
        let known = groups.group.iter().any(|it| it.name == rule) || groups.hand.iter().any(|it| it.rule == rule);
        assert!(known, "{rule}: groups.toml says neither of which checks it is made nor why it is not");
    }
    for group in &groups.group {
        let text = std::fs::read_to_string(groups::folder().join(format!("{}.yml", group.name))).unwrap_or_default();
        let named = text.split("posture-checks:").nth(1).unwrap_or_default();
        for id in named.lines().filter_map(|line| line.trim().strip_prefix("- '")?.strip_suffix('\'')) {
            assert!(catalog.check(id).is_some(), "{}: there is no check {id}", group.name);
        }
    }
}
