//! What `explain` says of checks, ways in and faults of `posture`.

use super::Explanation;
use ddefend_posture::{Arm, Catalog, Check, Default, Match, Place, Way};
use std::fmt::Write as _;

/// Every check, in the order of the content.
pub(super) fn checks(catalog: &Catalog) -> impl Iterator<Item = Explanation> + '_ {
    catalog.checks().iter().map(|check| explain(check, &check.id))
}

/// Every way in.
pub(super) fn ways(catalog: &Catalog) -> impl Iterator<Item = Explanation> + '_ {
    catalog.ways().iter().map(way)
}

/// The check or way that has this id, or the check that has a place with it; letter case does not matter.
pub(super) fn find(catalog: &Catalog, id: &str) -> Option<Explanation> {
    let named = |known: &str| known.eq_ignore_ascii_case(id);
    let check = |check: &&Check| named(&check.id) || check.places.iter().any(|place| named(&place.id));
    if let Some(check) = catalog.checks().iter().find(check) {
        let place = check.places.iter().find(|place| named(&place.id));
        return Some(explain(check, place.map_or(check.id.as_str(), |place| place.id.as_str())));
    }
    catalog.ways().iter().find(|way| named(&way.id)).map(way)
}

fn explain(check: &Check, id: &str) -> Explanation {
    let versions = if check.versions.is_empty() { String::new() } else { format!(" {}", check.versions.join(", ")) };
    let why = format!(
        "{} for {}{versions}, class {}; where it does not protect, that counts as {}. Source: {}.",
        if check.mitigation.is_empty() { "A setting".to_owned() } else { format!("Mitigation {}", check.mitigation) },
        check.application,
        check.class,
        check.level,
        confidence(&check.confidence)
    );
    let places: Vec<&Place> = check.places.iter().filter(|place| id == check.id || place.id == id).collect();
    let lines = |all: Vec<String>| all.join("\n");
    Explanation {
        id: id.to_owned(),
        sort: "check",
        title: check.title.clone(),
        what: sentences(&check.about),
        why,
        more: vec![
            ("Where it stands", lines(places.iter().map(|place| where_it_stands(place)).collect())),
            ("What its data mean", lines(check.arms.iter().map(arm).collect())),
            ("Where nothing is set", lines(check.defaults.iter().map(default).collect())),
            ("What securing it changes", check.side_effect.trim().to_owned()),
        ],
        references: check.references.clone(),
        ..Explanation::default()
    }
}

fn way(way: &Way) -> Explanation {
    let barrier = |it: &ddefend_posture::Barrier| format!("{} {}", it.strength.as_str(), it.checks.join(" with "));
    let bypass = |it: &ddefend_posture::Bypass| format!("{}: {}; makes {} void", it.check, it.why, it.voids.join(", "));
    let lines = |all: Vec<String>| all.join("\n");
    Explanation {
        id: way.id.clone(),
        sort: "way",
        title: way.title.clone(),
        what: sentences(&way.about),
        why: format!("{} {}; open, it counts as {}.", way.application, way.versions.join(", "), way.level),
        more: vec![
            ("What stands in the way, strongest first", lines(way.barriers.iter().map(barrier).collect())),
            ("What goes round that", lines(way.bypasses.iter().map(bypass).collect())),
        ],
        techniques: vec![way.technique.clone()],
        ..Explanation::default()
    }
}

fn where_it_stands(place: &Place) -> String {
    let mut out = format!("{} ({}): {}\\{}", place.id, place.layer.as_str(), place.root, place.key);
    match place.value.as_str() {
        "" if place.root == "FILE" => out.push_str(" on the disk"),
        "" => out.push_str(", the default value"),
        "*" => out.push_str(", each value"),
        value => {
            let _ = write!(out, ", value {value}");
        }
    }
    if let Some(name) = &place.pick {
        let _ = write!(out, ", in it {name}=...");
    }
    if !place.versions.is_empty() {
        let _ = write!(out, " (only {})", place.versions.join(", "));
    }
    out
}

fn arm(arm: &Arm) -> String {
    let level = arm.level.map(|level| format!(", {level}")).unwrap_or_default();
    let means = arm.means.replace("{}", "it");
    format!("{}: {means} ({}{level})", data(&arm.is), arm.verdict.as_str())
}

/// Data in words: `0 or 1`, `bit 0x40 set`, `like %TEMP%*`.
fn data(is: &Match) -> String {
    let mut parts = Vec::new();
    let numbers: Vec<String> = is.number.iter().map(u64::to_string).collect();
    if !numbers.is_empty() {
        parts.push(numbers.join(" or "));
    }
    parts.extend(is.from.map(|from| format!("{from} or more")));
    parts.extend(is.bits.map(|bits| format!("bit {bits:#x} set")));
    parts.extend(is.clear.map(|bits| format!("bit {bits:#x} clear")));
    let short = |words: &[String]| {
        let shown: Vec<&str> = words.iter().take(6).map(String::as_str).collect();
        let rest = words.len().saturating_sub(6);
        format!("{}{}", shown.join(" or "), if rest > 0 { format!(" or {rest} more") } else { String::new() })
    };
    for (words, before) in [(&is.text, ""), (&is.like, "like "), (&is.name, "named like ")] {
        if !words.is_empty() {
            parts.push(format!("{before}{}", short(words)));
        }
    }
    if !is.all_of.is_empty() {
        parts.push(format!("all of {}", is.all_of.join(", ")));
    }
    if is.empty {
        parts.push("empty".to_owned());
    }
    if parts.is_empty() { "anything".to_owned() } else { parts.join(" and ") }
}

fn default(default: &Default) -> String {
    let when = &default.when;
    let mut parts = Vec::new();
    parts.extend(when.channel.map(|channel| format!("{channel:?}").to_lowercase()));
    if !when.version.is_empty() {
        parts.push(when.version.join(", "));
    }
    parts.extend(when.from.as_ref().map(|build| format!("from build {build}")));
    parts.extend(when.before.as_ref().map(|build| format!("before build {build}")));
    let when = if parts.is_empty() { String::new() } else { format!("{}: ", parts.join(", ")) };
    let effective =
        if default.effective.is_empty() { String::new() } else { format!("; as if it were {}", default.effective) };
    format!("{when}{} ({}{effective})", default.why, default.verdict.as_str())
}

fn confidence(mark: &str) -> &'static str {
    match mark {
        "V" => "read in a primary source",
        "P" => "a public secondary source",
        _ => "general knowledge",
    }
}

fn sentences(text: &str) -> String {
    text.trim().to_owned()
}
