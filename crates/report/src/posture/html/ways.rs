//! Ways in as cards; the barriers on a way as a chain from the document to the program.

use crate::escape::html as e;
use crate::foreign::technique_address;
use crate::posture::{PostureRule, shape};
use ddefend_model::posture::{Audit, Barrier, Change, Exposure, Outcome, Way};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Changes of one kind that are shown.
const CHANGES: usize = 8;
/// Ways in that are shown unfolded, where they are not closed.
const EXPANDED: usize = 3;
/// Bypasses that are shown.
const BYPASSES: usize = 20;

pub(super) fn ways(audit: &Audit, rules: &BTreeMap<String, PostureRule>, attack: &BTreeMap<String, String>) -> String {
    if audit.exposures.is_empty() {
        return String::new();
    }
    let mut out = levers("What closes them", "closed", &shape::closers(audit, attack));
    out.push_str(&levers("What any process of the user can undo", "clicks", &shape::openers(audit, attack)));
    out.push_str("<h3>Ways in</h3>\n");
    for (index, exposure) in shape::by_way(&audit.exposures, attack).into_iter().enumerate() {
        out.push_str(&card(audit, exposure, rules, index < EXPANDED));
    }
    out
}

/// Changes with how many ways in each is about.
fn levers(heading: &str, class: &str, levers: &[shape::Lever<'_>]) -> String {
    if levers.is_empty() {
        return String::new();
    }
    let mut out = format!("<h3>{heading}</h3>\n<table class=\"levers {class}\">");
    for lever in levers.iter().take(CHANGES) {
        let count = shape::count(lever.ways.len() as u64, "way", "ways");
        let _ = writeln!(
            out,
            "<tr><td class=\"strong\">{count}</td><td><code>{}</code> {}</td></tr>",
            e(&shape::change(lever.change)),
            e(&lever.change.effect)
        );
    }
    out.push_str("</table>\n");
    let more = levers.len().saturating_sub(CHANGES);
    if more > 0 {
        let _ = writeln!(out, "<p class=\"note\">and {more} more, with the ways in below</p>");
    }
    out
}

fn card(audit: &Audit, exposure: &Exposure, rules: &BTreeMap<String, PostureRule>, expanded: bool) -> String {
    let state = exposure.state.as_str();
    let open = if expanded && exposure.state != Way::Closed { " open" } else { "" };
    let loose = shape::is_loose(exposure) && exposure.state == Way::Closed;
    let mut out = format!(
        "<details class=\"card way {state}\"{open}>\n<summary><span class=\"badge\">{state}</span> <b>{}: {}</b>{}</summary>\n",
        e(&shape::product(&exposure.application, &exposure.version)),
        e(&exposure.title),
        if loose { " <span class=\"minds\">any process of the user can open it</span>" } else { "" }
    );
    out.push_str(&chain(audit, exposure, rules));
    out.push_str("<dl>\n");
    let enforced = match (exposure.state, exposure.enforced) {
        (Way::Closed | Way::Clicks, true) => "; enforced: the user cannot change it",
        (Way::Closed | Way::Clicks, false) => "; not enforced",
        _ => "",
    };
    row(&mut out, "decides", &e(&format!("{}{enforced}", exposure.decided_by)));
    row(&mut out, "why", &e(&exposure.why));
    let bypasses: Vec<String> =
        exposure.bypasses.iter().take(BYPASSES).map(|bypass| format!("<li>{}</li>", e(bypass))).collect();
    if !bypasses.is_empty() {
        let more = exposure.bypasses.len().saturating_sub(BYPASSES);
        let more = if more > 0 { format!("<li>and {more} more</li>") } else { String::new() };
        row(&mut out, "goes round", &format!("<ul class=\"seen\">{}{more}</ul>", bypasses.concat()));
    }
    row(&mut out, "undone by", &changes(&exposure.undone_by, true));
    row(&mut out, "closed by", &changes(&exposure.closed_by, false));
    if let Some(rule) = rules.get(&exposure.id)
        && let Some(address) = technique_address(&rule.attack)
    {
        row(&mut out, "ATT&amp;CK", &format!("<a href=\"{}\" rel=\"noreferrer\">{}</a>", e(&address), e(&rule.attack)));
    }
    out.push_str("</dl>\n</details>\n");
    out
}

fn row(out: &mut String, label: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "<dt>{label}</dt><dd>{value}</dd>");
    }
}

/// Changes as a list; who can make them where that matters.
fn changes(changes: &[Change], who: bool) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let mut sorted: Vec<&Change> = changes.iter().collect();
    if who {
        sorted.sort_by_key(|change| change.by != "user");
    }
    let mut out = String::from("<ul class=\"seen\">");
    for change in sorted.iter().take(CHANGES) {
        let class = if change.by == "user" { "minds" } else { "dim" };
        let maker =
            if who { format!("<span class=\"{class}\">{}</span>: ", e(shape::maker(change))) } else { String::new() };
        let _ = write!(out, "<li>{maker}<code>{}</code> {}</li>", e(&shape::change(change)), e(&change.effect));
    }
    let more = sorted.len().saturating_sub(CHANGES);
    if more > 0 {
        let _ = write!(out, "<li>and {more} more</li>");
    }
    out.push_str("</ul>");
    out
}

/// How freely the attack gets along.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flow {
    Free,
    Slowed,
    Halted,
}

impl Flow {
    const fn class(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Slowed => "slowed",
            Self::Halted => "halted",
        }
    }
}

/// Where on the way a barrier stands: what asks stands at the door, what blocks behaviour stands at the program.
fn station(barrier: &Barrier) -> u8 {
    match barrier.strength.as_str() {
        "asks" => 0,
        "hinders" => 1,
        "closes" => 2,
        _ => 3,
    }
}

fn chain(audit: &Audit, exposure: &Exposure, rules: &BTreeMap<String, PostureRule>) -> String {
    let mut barriers: Vec<&Barrier> = exposure.barriers.iter().collect();
    barriers.sort_by_key(|barrier| station(barrier));
    let mut out = String::from("<ol class=\"steps\">\n");
    out.push_str(&step("plainly", "free", DOCUMENT, "document", ""));
    let mut flow = Flow::Free;
    for barrier in barriers {
        let (class, picture, word) = match (barrier.holds, barrier.void.is_empty()) {
            (Outcome::Secure, true) if barrier.enforced => ("holds", HOLDS, "holds, enforced"),
            (Outcome::Secure, true) => ("holds", HOLDS, "holds"),
            (Outcome::Secure, false) => ("void", VOID, "void"),
            (Outcome::Insecure, _) => ("down", DOWN, "is down"),
            (Outcome::Unknown, _) => ("unsure", UNSURE, "not known"),
        };
        let title = titles(audit, &barrier.check, rules);
        let why = if barrier.void.is_empty() {
            barrier.strength.clone()
        } else {
            format!("{}; void: {}", barrier.strength, titles(audit, &barrier.void, rules))
        };
        out.push_str(&step(class, flow.class(), picture, word, &format!("{title} ({why})")));
        if class == "holds" {
            flow = flow.max(if station(barrier) < 2 { Flow::Slowed } else { Flow::Halted });
        }
    }
    // The verdict on the way is the evaluation's, not the drawing's.
    let (class, picture, word) = match exposure.state {
        Way::Open => ("runs", RUNS, "the program starts"),
        Way::Clicks => ("runs slow", RUNS, "it starts after clicks"),
        Way::Closed => ("never", NEVER, "nothing starts"),
        Way::Unknown => ("unsure", UNSURE, "not known"),
    };
    let flow = match exposure.state {
        Way::Open => Flow::Free,
        Way::Clicks => Flow::Slowed,
        Way::Closed => Flow::Halted,
        Way::Unknown => flow,
    };
    out.push_str(&step(class, flow.class(), picture, word, ""));
    out.push_str("</ol>\n");
    out
}

/// The titles of checks for their ids, several of which are joined by a plus; what is no id stays as it is.
fn titles(audit: &Audit, ids: &str, rules: &BTreeMap<String, PostureRule>) -> String {
    let title = |id: &str| {
        let known = audit.checks.iter().find(|check| check.id == id).map(|check| check.title.clone());
        let known = known.or_else(|| rules.get(id).map(|rule| rule.title.clone()));
        known.filter(|title| !title.is_empty()).unwrap_or_else(|| id.to_owned())
    };
    ids.split(" + ").map(title).collect::<Vec<_>>().join(" + ")
}

const DOCUMENT: &str =
    "<path class=\"body\" d=\"M10 4h14l7 7v25H10z\"/><path class=\"sign\" d=\"M24 4v7h7M15 19h11M15 25h11\"/>";
const HOLDS: &str = "<path class=\"body\" d=\"M20 4l13 5v10c0 9-6 14-13 17C13 33 7 28 7 19V9z\"/><path class=\"sign\" d=\"M14 20l5 5 8-10\"/>";
const VOID: &str = "<path class=\"body\" d=\"M20 4l13 5v10c0 9-6 14-13 17C13 33 7 28 7 19V9z\"/><path class=\"sign\" d=\"M7 35L33 7\"/>";
const DOWN: &str = "<path class=\"body\" d=\"M20 4l13 5v10c0 9-6 14-13 17C13 33 7 28 7 19V9z\"/><path class=\"sign\" d=\"M13 20h14M22 15l5 5-5 5\"/>";
const UNSURE: &str = "<path class=\"body\" d=\"M20 4l13 5v10c0 9-6 14-13 17C13 33 7 28 7 19V9z\"/><path class=\"sign\" d=\"M16 16c0-6 9-6 9 0 0 4-5 3-5 7M20 28v.1\"/>";
const RUNS: &str = "<rect class=\"body\" x=\"4\" y=\"7\" width=\"32\" height=\"26\" rx=\"3\"/><path class=\"sign\" d=\"M10 15l5 5-5 5M19 26h9\"/>";
const NEVER: &str = "<rect class=\"body\" x=\"4\" y=\"7\" width=\"32\" height=\"26\" rx=\"3\"/><path class=\"sign\" d=\"M13 14l14 12M27 14L13 26\"/>";

fn step(class: &str, flow: &str, picture: &str, word: &str, title: &str) -> String {
    format!(
        "<li class=\"{class} {flow}\"><svg viewBox=\"0 0 40 40\" aria-hidden=\"true\">{picture}</svg><b>{word}</b>{}</li>\n",
        e(title)
    )
}
