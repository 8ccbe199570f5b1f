//! Synthetic differences: every subject and turn, a fleet, users alike, and hostile strings throughout.
#![allow(dead_code, clippy::unwrap_used)]

use super::HOSTILE;
use super::audits::{posture_diagnostics, posture_meta};
use ddefend_model::Level;
use ddefend_model::posture::{Difference, DifferenceSummary, Layer, Outcome, Standing, Subject, Turn, Verdict, Way};
use ddefend_report::PostureMeta;

fn check(verdict: Verdict, outcome: Outcome, data: &str, means: &str, layer: Layer, enforced: bool) -> Standing {
    Standing {
        verdict: Some(verdict),
        outcome: Some(outcome),
        effective: Some(data.to_owned()),
        means: means.to_owned(),
        layer: Some(layer),
        enforced,
        ..Standing::default()
    }
}

fn way(state: Way, enforced: bool) -> Standing {
    Standing { state: Some(state), enforced, ..Standing::default() }
}

fn difference(id: &str, subject: Subject, turn: Turn, before: Option<Standing>, after: Option<Standing>) -> Difference {
    Difference {
        id: id.to_owned(),
        subject,
        title: "DDE fields in Word".to_owned(),
        host: "WS-017".to_owned(),
        user: "alice".to_owned(),
        application: "Word".to_owned(),
        version: "16.0".to_owned(),
        turn,
        level: Level::High,
        before,
        after,
        who: String::new(),
        when: String::new(),
        majority: None,
    }
}

pub(crate) fn differences() -> Vec<Difference> {
    let off = || check(Verdict::Secure, Outcome::Secure, "0", "DDE is off", Layer::Policy, true);
    let on = || check(Verdict::Insecure, Outcome::Insecure, "2", "DDE may start any program", Layer::User, false);
    let mut better = difference("PV-WO-UNC", Subject::Check, Turn::Better, Some(on()), Some(off()));
    better.who = "DoD Office 2016".to_owned();
    let mut worse = difference("DDE-WORD-ALLOW", Subject::Check, Turn::Worse, Some(off()), Some(on()));
    (worse.who, worse.when) = ("alice".to_owned(), "2026-11-19T07:12:44Z".to_owned());
    let opened = difference(
        "word-field",
        Subject::Exposure,
        Turn::Worse,
        Some(way(Way::Closed, true)),
        Some(way(Way::Open, false)),
    );
    let new = difference(
        "fault.wrong-path",
        Subject::Fault,
        Turn::Worse,
        None,
        Some(Standing { effective: Some("1".to_owned()), ..Standing::default() }),
    );
    let absent = check(Verdict::Absent, Outcome::Secure, "0", "", Layer::Default, false);
    let changed = difference("LNK-WORD-OPEN", Subject::Check, Turn::Changed, Some(absent), Some(off()));
    let mut hostile = difference(
        HOSTILE,
        Subject::Check,
        Turn::Worse,
        Some(check(Verdict::Absent, Outcome::Unknown, HOSTILE, HOSTILE, Layer::Default, false)),
        None,
    );
    for field in [
        &mut hostile.title,
        &mut hostile.host,
        &mut hostile.user,
        &mut hostile.application,
        &mut hostile.version,
        &mut hostile.who,
        &mut hostile.when,
    ] {
        *field = HOSTILE.to_owned();
    }
    if let Some(before) = &mut hostile.before {
        (before.host, before.user) = (HOSTILE.to_owned(), HOSTILE.to_owned());
    }
    let mut all = vec![better, worse, opened, new, changed, hostile];
    for number in 0..7 {
        let mut odd = difference("DDE-WORD-ALLOW", Subject::Check, Turn::Worse, Some(off()), Some(on()));
        (odd.host, odd.user, odd.majority) = (format!("WS-{number:03}"), "bob".to_owned(), Some((93, 100)));
        all.push(odd);
    }
    all
}

pub(crate) fn difference_summary() -> DifferenceSummary {
    let count = |pairs: &[(&str, u64)]| pairs.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect();
    DifferenceSummary {
        compared: 100,
        differences: count(&[("worse", 11), ("changed", 1), ("better", 1)]),
        only_before: vec!["WS-018".to_owned(), format!(r"WS-018\{HOSTILE}")],
        only_after: (0..14).map(|number| format!("WS-2{number:02}")).collect(),
        diagnostics: count(&[("broken.truncated", 2)]),
        elapsed: None,
    }
}

/// A whole output.
pub(crate) fn difference_rendered(format: &str, meta: &PostureMeta) -> String {
    let mut renderer = ddefend_report::difference_renderer(format, meta).unwrap();
    let mut out = renderer.begin();
    for difference in differences() {
        out.push_str(&renderer.difference(&difference));
    }
    for diagnostic in posture_diagnostics() {
        out.push_str(&renderer.diagnostic(&diagnostic));
    }
    out.push_str(&renderer.end(&difference_summary()));
    out
}

pub(crate) fn difference_meta(width: usize) -> PostureMeta {
    posture_meta(width)
}
