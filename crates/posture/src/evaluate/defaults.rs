//! What holds where nothing is set: it depends on how Office was installed and on its build.

use super::installed::{Facts, numbers};
use crate::{Build, Catalog, Check, Default, When};
use ddefend_model::posture::{Outcome, Verdict};

/// What the default comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Built {
    pub(super) outcome: Outcome,
    pub(super) effective: Option<String>,
    pub(super) why: String,
}

/// A condition: it holds, it does not, or this is missing to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
    Missing(&'static str),
}

const CHANNEL: &str = "how Office was installed (Click-to-Run or Windows Installer)";
const BUILD: &str = "the build of Office";
const FIRST: &str = "the first build of this version that has the update";

impl Holds {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Missing(what), _) | (_, Self::Missing(what)) => Self::Missing(what),
            _ => Self::Yes,
        }
    }

    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Missing(what) => Self::Missing(what),
        }
    }
}

/// The first default whose conditions hold, or all that may hold where they say the same.
pub(super) fn built(catalog: &Catalog, check: &Check, facts: &Facts) -> Built {
    let mut may: Vec<&Default> = Vec::new();
    let mut missing: Vec<&str> = Vec::new();
    for default in &check.defaults {
        match holds(catalog, &default.when, facts) {
            Holds::Yes => {
                may.push(default);
                break;
            }
            Holds::No => {}
            Holds::Missing(what) => {
                may.push(default);
                if !missing.contains(&what) {
                    missing.push(what);
                }
            }
        }
    }
    let Some(first) = may.first() else {
        let why = "what holds where nothing is set is not known for this version".to_owned();
        return Built { outcome: Outcome::Unknown, effective: None, why };
    };
    if may.iter().all(|default| default.verdict == first.verdict) {
        let same = may.iter().all(|default| default.effective == first.effective);
        let effective = (same && !first.effective.is_empty()).then(|| first.effective.clone());
        return Built { outcome: outcome(first.verdict), effective, why: first.why.clone() };
    }
    let whys: Vec<&str> = may.iter().map(|default| default.why.as_str()).collect();
    let why = format!("it depends on {}, which the inputs do not say: {}", missing.join(" and "), whys.join("; "));
    Built { outcome: Outcome::Unknown, effective: None, why }
}

/// Secure and insecure as they are; all else is not known.
pub(super) fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Secure => Outcome::Secure,
        Verdict::Insecure => Outcome::Insecure,
        _ => Outcome::Unknown,
    }
}

fn holds(catalog: &Catalog, when: &When, facts: &Facts) -> Holds {
    let channel = when.channel.map_or(Holds::Yes, |wanted| match facts.channel {
        Some(channel) => Holds::of(channel == wanted),
        None => Holds::Missing(CHANNEL),
    });
    let version = Holds::of(when.version.is_empty() || when.version.contains(&facts.version));
    let build = |id: &Option<String>| {
        id.as_ref()
            .map(|id| catalog.builds().iter().find(|build| build.id == *id).map_or(Holds::No, |b| since(b, facts)))
    };
    let from = build(&when.from).unwrap_or(Holds::Yes);
    let before = build(&when.before).map_or(Holds::Yes, Holds::not);
    version.and(channel).and(from).and(before)
}

/// Whether the installation has an update.
fn since(build: &Build, facts: &Facts) -> Holds {
    let fits =
        |at: &&crate::BuildAt| at.version == facts.version && facts.channel.is_none_or(|channel| channel == at.channel);
    let firsts: Vec<Vec<u64>> = build.at.iter().filter(fits).filter_map(|at| numbers(&at.build)).collect();
    let Some(have) = &facts.build else { return Holds::Missing(BUILD) };
    if firsts.is_empty() {
        return Holds::Missing(FIRST);
    }
    let after = firsts.iter().filter(|first| have >= first).count();
    match after {
        0 => Holds::No,
        all if all == firsts.len() => Holds::Yes,
        _ => Holds::Missing(CHANNEL),
    }
}
