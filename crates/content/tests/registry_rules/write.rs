//! The rule of a group and its samples, as files.

use super::groups::{Group, Groups, On, can_protect, insecure, registry};
use super::say::{Said, Spot, examples, matches, path, pattern, quoted, said, spellings, spot};
use ddefend_model::Level;
use ddefend_model::posture::{Layer, Verdict};
use ddefend_posture::{Catalog, Check, Kind, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const MADE: &str =
    "# Made from content/posture and groups.toml by crates/content/tests/registry_rules.rs; not edited by hand.\n";
const REG: &str = r"C:\Windows\System32\reg.exe";
const SERVICE: &str = r"C:\Windows\System32\svchost.exe";

/// Condition on data -> conditions that take data out -> places.
type Blocks = BTreeMap<(Said, Vec<Said>), BTreeSet<Spot>>;

/// The levels of a group's checks, the highest first.
pub(crate) fn highest(groups: &Groups, group: &Group, catalog: &Catalog) -> Level {
    let levels: Vec<Level> = if group.on == On::Set {
        groups.terms(group, catalog).iter().map(|term| term.level).collect()
    } else {
        groups.checks(group, catalog).iter().map(|check| check.level).collect()
    };
    levels.into_iter().max().unwrap_or(Level::Low)
}

fn list(out: &mut String, field: &str, values: &[String]) {
    if let [value] = values {
        let _ = writeln!(out, "        {field}: {value}");
    } else {
        let _ = writeln!(out, "        {field}:");
        values.iter().for_each(|value| _ = writeln!(out, "            - {value}"));
    }
}

fn data(out: &mut String, said: &Said) {
    match said {
        Said::Numbers(numbers) => {
            let all: Vec<_> = numbers.iter().flat_map(|number| spellings(*number)).map(|text| quoted(&text)).collect();
            list(out, "Details", &all);
        }
        Said::Texts(texts) => list(out, "Details", &texts.iter().map(|text| pattern(text)).collect::<Vec<_>>()),
        Said::Words(words) => {
            list(out, "Details|contains|all", &words.iter().map(|word| pattern(word)).collect::<Vec<_>>());
        }
        Said::Picked(names, numbers) => {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let regex = format!("(?:^|\\|)\\{{?(?:{})\\}}?=(?:{})(?:\\||$)", names.join("|"), numbers.join("|"));
            list(out, "Details|re|i", &[quoted(&regex)]);
        }
        Said::Regex(regex) => list(out, "Details|re|i", &[quoted(regex)]),
        Said::Anything => list(out, "Details", &[quoted("?*")]),
    }
}

/// Writes places as selections; the names of those.
fn places(
    out: &mut String,
    name: &str,
    event: Option<&str>,
    spots: &BTreeSet<Spot>,
    said: Option<&Said>,
) -> Vec<String> {
    let mut by_contains: BTreeMap<(&[String], bool), Vec<String>> = BTreeMap::new();
    for it in spots.iter().filter(|it| !spots.iter().any(|other| other.holds(it))) {
        let ends = by_contains.entry((&it.contains, it.ends.is_some())).or_default();
        ends.extend(it.ends.as_deref().map(pattern));
    }
    let mut names = Vec::new();
    for (number, ((contains, _), ends)) in by_contains.into_iter().enumerate() {
        let name = if number == 0 { name.to_owned() } else { format!("{name}_{}", number + 1) };
        let _ = writeln!(out, "    {name}:");
        if let Some(event) = event {
            list(out, "EventType", &[quoted(event)]);
        }
        let contains: Vec<_> = contains.iter().map(|text| pattern(text)).collect();
        match contains.len() {
            0 => {}
            1 => list(out, "TargetObject|contains", &contains),
            _ => list(out, "TargetObject|contains|all", &contains),
        }
        if !ends.is_empty() {
            list(out, "TargetObject|endswith", &ends);
        }
        if let Some(said) = said {
            data(out, said);
        }
        names.push(name);
    }
    names
}

fn any_of(names: &[String]) -> String {
    if names.len() == 1 { names.join("") } else { format!("({})", names.join(" or ")) }
}

fn blocks(groups: &Groups, group: &Group, catalog: &Catalog) -> Blocks {
    let mut blocks = Blocks::new();
    if group.on == On::Set {
        let mut numbers: BTreeMap<(Spot, Option<String>), BTreeSet<u64>> = BTreeMap::new();
        for term in groups.terms(group, catalog) {
            let spot = spot(&term.place, Some(&term.place.value)).unwrap();
            match (&term.said, term.not.is_empty()) {
                (Said::Numbers(all), true) => numbers.entry((spot, None)).or_default().extend(all),
                (Said::Picked(names, all), true) => {
                    numbers.entry((spot, names.first().cloned())).or_default().extend(all);
                }
                _ => _ = blocks.entry((term.said, term.not)).or_default().insert(spot),
            }
        }
        let mut picked: BTreeMap<(Spot, Vec<u64>), Vec<String>> = BTreeMap::new();
        for ((spot, name), all) in numbers {
            let all: Vec<u64> = all.into_iter().collect();
            match name {
                None => _ = blocks.entry((Said::Numbers(all), Vec::new())).or_default().insert(spot),
                Some(name) => picked.entry((spot, all)).or_default().push(name),
            }
        }
        for ((spot, all), names) in picked {
            blocks.entry((Said::Picked(names, all), Vec::new())).or_default().insert(spot);
        }
        for also in &group.also {
            let spots =
                also.ends.iter().map(|end| Spot { contains: vec!["\\Office\\".to_owned()], ends: Some(end.clone()) });
            blocks.entry((Said::Numbers(also.number.clone()), Vec::new())).or_default().extend(spots);
        }
    } else {
        for check in groups.checks(group, catalog) {
            let Some(known) = known(check) else { continue };
            for place in check.places.iter().filter(|place| registry(place) && place.pick.is_none()) {
                let spot = spot(place, Some(&place.value)).unwrap();
                blocks.entry((Said::Anything, vec![Said::Numbers(known.clone())])).or_default().insert(spot);
            }
        }
    }
    blocks
}

/// The numbers that a check knows, where it knows nothing but numbers.
pub(crate) fn known(check: &Check) -> Option<Vec<u64>> {
    let mut known = BTreeSet::new();
    for arm in &check.arms {
        if arm.is.number.is_empty() {
            return None;
        }
        known.extend(arm.is.number.iter().copied());
    }
    (check.kind == Kind::Dword && !known.is_empty()).then(|| known.into_iter().collect())
}

fn written(groups: &Groups, group: &Group, catalog: &Catalog) -> String {
    let (mut out, mut terms) = (String::new(), Vec::new());
    for (number, ((said, not), spots)) in (1..).zip(blocks(groups, group, catalog)) {
        let names = places(&mut out, &format!("data{number}"), None, &spots, Some(&said));
        let mut term = any_of(&names);
        for (filter, said) in (1..).zip(&not) {
            let name = format!("filter_main_known{number}_{filter}");
            let _ = writeln!(out, "    {name}:");
            data(&mut out, said);
            let _ = write!(term, " and not {name}");
        }
        terms.push(if not.is_empty() { term } else { format!("({term})") });
    }
    let condition = if let [only] = terms.as_slice() {
        only.trim_start_matches('(').trim_end_matches(')').to_owned()
    } else {
        terms.join(" or ")
    };
    format!("{out}    condition: {condition}\n")
}

/// Where values and keys of the group's checks stand.
fn spots(groups: &Groups, group: &Group, catalog: &Catalog) -> (BTreeSet<Spot>, BTreeSet<Spot>) {
    let (mut values, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for check in groups.checks(group, catalog).into_iter().filter(|check| can_protect(check)) {
        for place in check.places.iter().filter(|place| registry(place)) {
            values.extend(spot(place, Some(&place.value)));
            keys.extend(spot(place, None));
        }
    }
    let before = groups.group.iter().take_while(|it| it.name != group.name).filter(|it| it.on == group.on);
    for other in before {
        let (_, taken) = spots(groups, other, catalog);
        keys.retain(|key| !taken.contains(key));
    }
    (values, keys)
}

fn gone(groups: &Groups, group: &Group, catalog: &Catalog) -> String {
    let mut out = String::new();
    let (values, keys) = spots(groups, group, catalog);
    let mut names = places(&mut out, "value", Some("DeleteValue"), &values, None);
    names.extend(places(&mut out, "key", Some("DeleteKey"), &keys, None));
    format!("{out}    condition: {}\n", names.join(" or "))
}

fn renamed(groups: &Groups, group: &Group, catalog: &Catalog) -> String {
    let mut out = String::new();
    // Only keys are renamed in Windows' own tools; values where the rule is about DDE's own.
    let (values, mut all) = spots(groups, group, catalog);
    if group.strategy {
        all.extend(values);
    }
    let mut names = places(&mut out, "away", None, &all, None);
    let office = |end: &String| Spot { contains: vec!["\\Office\\".to_owned()], ends: Some(end.clone()) };
    all.extend(group.keys.iter().map(office));
    let mut place = String::new();
    names.extend(places(&mut place, "place", None, &all, None));
    let place = place.replace("TargetObject|", "NewName|");
    format!("{out}{place}    condition: {}\n", names.join(" or "))
}

/// The category of Sigma whose records a group looks at.
pub(crate) fn category(on: On) -> &'static str {
    match on {
        On::Set | On::Odd => "registry_set",
        On::Deleted => "registry_delete",
        On::Renamed => "registry_rename",
    }
}

fn folded(text: &str) -> String {
    let mut out = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() + word.len() > 112 {
            let _ = writeln!(out, "    {}", line.trim_end());
            line.clear();
        }
        line.push_str(word);
        line.push(' ');
    }
    let _ = writeln!(out, "    {}", line.trim_end());
    out
}

/// A group's rule.
pub(crate) fn rule(groups: &Groups, group: &Group, catalog: &Catalog) -> String {
    let mut out = MADE.to_owned();
    let _ = writeln!(out, "title: {}\nid: {}\nname: {}\nstatus: test", quoted(&group.title), group.id, group.name);
    let _ = write!(out, "description: >-\n{}", folded(&group.description));
    let lines = |out: &mut String, key: &str, values: &[String]| {
        let _ = writeln!(out, "{key}:");
        values.iter().for_each(|value| _ = writeln!(out, "    - {}", quoted(value)));
    };
    lines(&mut out, "references", &group.references);
    let _ = writeln!(out, "author: ddefend\ndate: 2026-11-21");
    lines(&mut out, "tags", &group.tags.iter().map(|tag| format!("attack.{tag}")).collect::<Vec<_>>());
    let _ = writeln!(out, "logsource:\n    category: {}\n    product: windows\ndetection:", category(group.on));
    out.push_str(&match group.on {
        On::Set | On::Odd => written(groups, group, catalog),
        On::Deleted => gone(groups, group, catalog),
        On::Renamed => renamed(groups, group, catalog),
    });
    lines(&mut out, "falsepositives", &group.falsepositives);
    let level = group.level.unwrap_or_else(|| highest(groups, group, catalog));
    let level = if level == Level::Info { "informational".to_owned() } else { level.to_string() };
    let _ = writeln!(out, "level: {level}");
    if group.strategy {
        out.push_str("detection-strategy: DET0504\nanalytic-id: AN1393\n");
    }
    if let Some(analytic) = &group.analytic {
        let _ = writeln!(out, "analytic: {}", quoted(analytic));
    }
    lines(&mut out, "tuning", &group.tuning);
    let checks: Vec<String> = groups.checks(group, catalog).iter().map(|check| check.id.clone()).collect();
    lines(&mut out, "posture-checks", &checks);
    out
}

fn sample(out: &mut String, name: &str, group: &Group, fields: &[(&str, &str)]) {
    let _ = writeln!(out, "    - name: {}", quoted(name));
    if group.on == On::Deleted && fields.iter().any(|(_, value)| *value == "DeleteKey") {
        out.push_str("      schemas: [sysmon, defender]\n");
    }
    let _ = writeln!(out, "      category: {}\n      fields:", category(group.on));
    fields.iter().for_each(|(field, value)| _ = writeln!(out, "          {field}: {}", quoted(value)));
}

fn image(place: &Place) -> &'static str {
    if place.layer == Layer::User { REG } else { SERVICE }
}

/// The checks whose samples are written: all of a small group, some of a large one. The tests try all of them.
fn shown_checks<'a>(groups: &Groups, group: &Group, catalog: &'a Catalog) -> Vec<&'a Check> {
    let all = groups.checks(group, catalog);
    let step = all.len().div_ceil(12).max(1);
    all.into_iter().step_by(step).collect()
}

/// One place of a check, another one from check to check, so that all layers are shown.
fn shown(check: &Check, number: usize) -> Option<&Place> {
    let places: Vec<&Place> = check.places.iter().filter(|place| registry(place)).collect();
    places.get(number % places.len().max(1)).copied()
}

/// The same value below another program's key.
fn elsewhere(value: &str) -> String {
    format!(
        r"HKU\S-1-5-21-1004336348-1177238915-682003330-1104\Software\Example\{}",
        if value == "*" { "sample" } else { value }
    )
}

fn set_samples(groups: &Groups, group: &Group, catalog: &Catalog, fires: &mut String, silent: &mut String) {
    let terms = groups.terms(group, catalog);
    let mut seen = BTreeSet::new();
    for (number, check) in shown_checks(groups, group, catalog).into_iter().enumerate() {
        let own: Vec<_> = terms.iter().filter(|term| term.check.id == check.id).collect();
        let arms: BTreeSet<String> = own.iter().map(|term| format!("{:?}", term.is)).collect();
        for (step, arm) in arms.iter().enumerate() {
            let same: Vec<_> = own.iter().filter(|term| format!("{:?}", term.is) == *arm).collect();
            let term = same[(number + step) % same.len()];
            let Some((shown, ..)) = first_fit(check, &term.place, &term.is, true) else { continue };
            // Some carriers cannot tell no text from no field.
            if shown == "(Empty)" {
                continue;
            }
            let target = path(&term.place, Some(&term.place.value));
            let name = format!("{}: {}", term.place.id, term.place.value);
            let fields = |target| {
                [
                    ("EventType", "SetValue"),
                    ("Image", image(&term.place)),
                    ("TargetObject", target),
                    ("Details", shown.as_str()),
                ]
            };
            sample(fires, &name, group, &fields(&target));
            if !term.place.value.is_empty() && seen.insert(term.place.value.to_lowercase()) {
                sample(
                    silent,
                    &format!("{}: another program's value", check.id),
                    group,
                    &fields(&elsewhere(&term.place.value)),
                );
            }
        }
        let Some(place) = shown(check, number) else { continue };
        let secure =
            check.arms.iter().find(|arm| arm.verdict == Verdict::Secure && said(&arm.is, place) != Said::Anything);
        let data = secure.and_then(|arm| first_fit(check, place, &arm.is, false));
        if let Some((data, ..)) = data.filter(|_| !own.is_empty()) {
            let target = path(place, Some(&place.value));
            let fields = [
                ("EventType", "SetValue"),
                ("Image", SERVICE),
                ("TargetObject", target.as_str()),
                ("Details", data.as_str()),
            ];
            sample(silent, &format!("{}: a refresh writes what protects", place.id), group, &fields);
        }
    }
}

/// Data of an arm that no earlier arm takes.
pub(crate) fn first_fit(
    check: &Check,
    place: &Place,
    is: &ddefend_posture::Match,
    cancel: bool,
) -> Option<(String, String, Option<u64>)> {
    let all = examples(is, place, check.kind).into_iter();
    let own = |text: &str, number| {
        let first = check.arms.iter().find(|arm| matches(&arm.is, text, number));
        cancel || first.is_some_and(|arm| format!("{:?}", arm.is) == format!("{is:?}"))
    };
    all.into_iter().find(|(_, text, number)| own(text, *number))
}

fn odd_samples(groups: &Groups, group: &Group, catalog: &Catalog, fires: &mut String, silent: &mut String) {
    for (number, check) in shown_checks(groups, group, catalog).into_iter().enumerate() {
        let (Some(known), Some(place)) = (known(check), shown(check, number)) else { continue };
        let target = path(place, Some(&place.value));
        let add = |out: &mut String, name: &str, data: &str| {
            let fields =
                [("EventType", "SetValue"), ("Image", REG), ("TargetObject", target.as_str()), ("Details", data)];
            sample(out, &format!("{}: {name}", place.id), group, &fields);
        };
        let odd = known.iter().max().unwrap() + 1;
        add(fires, "a number that it does not know", &format!("DWORD (0x{odd:08x})"));
        add(fires, "a text", "on");
        add(silent, "a number that it knows", &format!("DWORD (0x{:08x})", known[0]));
    }
}

fn gone_samples(groups: &Groups, group: &Group, catalog: &Catalog, fires: &mut String, silent: &mut String) {
    let (_, own) = spots(groups, group, catalog);
    let mut keys = BTreeSet::new();
    for (number, check) in shown_checks(groups, group, catalog).into_iter().filter(|it| can_protect(it)).enumerate() {
        let Some(place) = shown(check, number) else { continue };
        let target = path(place, Some(&place.value));
        let value = |target| [("EventType", "DeleteValue"), ("Image", REG), ("TargetObject", target)];
        sample(fires, &place.id, group, &value(&target));
        if keys.insert(place.key.clone()) {
            if spot(place, None).is_some_and(|key| own.contains(&key)) {
                let key = path(place, None);
                sample(
                    fires,
                    &format!("{}: the key", place.id),
                    group,
                    &[("EventType", "DeleteKey"), ("Image", REG), ("TargetObject", &key)],
                );
            }
            if place.value != "*" {
                let other = path(place, Some("Sample"));
                sample(silent, &format!("{}: another value of the key", place.id), group, &value(&other));
            }
        }
    }
}

fn rename_samples(groups: &Groups, group: &Group, catalog: &Catalog, fires: &mut String, silent: &mut String) {
    let (_, own) = spots(groups, group, catalog);
    let mut keys = BTreeSet::new();
    for check in shown_checks(groups, group, catalog).into_iter().filter(|it| can_protect(it)) {
        let ours = |place: &&Place| registry(place) && spot(place, None).is_some_and(|key| own.contains(&key));
        for place in check.places.iter().filter(ours) {
            if !keys.insert(spot(place, None)) {
                continue;
            }
            let (key, aside) = (path(place, None), format!("{} (old)", path(place, None)));
            let row = |from, to| [("EventType", "RenameKey"), ("Image", REG), ("TargetObject", from), ("NewName", to)];
            sample(fires, &format!("{}: away", place.id), group, &row(&key, &aside));
            sample(fires, &format!("{}: into place", place.id), group, &row(&aside, &key));
            let (one, two) = (elsewhere("One"), elsewhere("Two"));
            if keys.len() == 1 {
                sample(silent, "another key", group, &row(&one, &two));
            }
        }
    }
}

/// A group's samples.
pub(crate) fn samples(groups: &Groups, group: &Group, catalog: &Catalog) -> String {
    let schemas = if group.on == On::Renamed { "[sysmon]" } else { "[sysmon, security, defender, ecs]" };
    let (mut fires, mut silent) = (String::from("fires:\n"), String::from("silent:\n"));
    match group.on {
        On::Set => set_samples(groups, group, catalog, &mut fires, &mut silent),
        On::Odd => odd_samples(groups, group, catalog, &mut fires, &mut silent),
        On::Deleted => gone_samples(groups, group, catalog, &mut fires, &mut silent),
        On::Renamed => rename_samples(groups, group, catalog, &mut fires, &mut silent),
    }
    format!("{MADE}schemas: {schemas}\n{fires}{silent}")
}

/// Places of a check that [`insecure`] knows nothing of although an arm says so.
pub(crate) fn unsaid(check: &Check) -> bool {
    check.arms.iter().any(|arm| arm.verdict == Verdict::Insecure)
        && check.places.iter().any(registry)
        && insecure(check).is_empty()
}
