//! The proof of a conversion: events made from the rule, once as the source sees them and once in the target's own schema;
//! the source and the converted text are both run on them, and what they say is compared.
//!
//! Events are made for each branch of the rule ([`Trial::of`]): values that hold, values that just do not (near-misses),
//! and both with their text varied (case, text before, behind and around, other numbers). The converted text is read back
//! by its language's own front end and run by `query` over rows of the target's tables, so that names, spellings and
//! semantics of the target all take part. It is a test and no formal proof: equality of all events is not decidable for
//! these languages, and what was not tried is not known.

mod bench;
mod branch;
mod event;
mod side;
mod value;
mod vary;
mod witness;

pub use bench::Bench;
pub use event::{Bases, Incident, Trial};
pub use side::{RowSide, SideError};

use std::fmt;

/// What a converted text does beside its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Both fire on the same events.
    Equivalent,
    /// The converted text misses events.
    Narrower,
    /// The converted text fires on more.
    Wider,
    /// It misses some and fires on others.
    Different,
    /// The converted text fires on none of the events that the source fires on.
    Dead,
    /// Nothing could be compared; the reason is in [`Proof::why`].
    Unproved,
}

impl Verdict {
    /// In lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::Narrower => "narrower",
            Self::Wider => "wider",
            Self::Different => "different",
            Self::Dead => "dead",
            Self::Unproved => "unproved",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the comparison showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The verdict.
    pub verdict: Verdict,
    /// Events that both sides judged.
    pub events: usize,
    /// Of these, events on which the source fires.
    pub positives: usize,
    /// Events that the target's rows cannot carry.
    pub skipped: usize,
    /// The first event that they judge otherwise.
    pub counterexample: Option<Counterexample>,
    /// Why nothing could be compared.
    pub why: Option<String>,
}

/// An event that both sides judge otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// Sigma's fields.
    pub fields: Vec<(String, String)>,
    /// The row in the target's schema: table, columns with their values as text.
    pub row: (String, Vec<(String, String)>),
    /// True where the source fires and the converted text does not.
    pub missed: bool,
}

impl Proof {
    fn nothing(why: impl Into<String>) -> Self {
        let why = Some(why.into());
        Self { verdict: Verdict::Unproved, events: 0, positives: 0, skipped: 0, counterexample: None, why }
    }
}

/// Runs the converted text over the events of a trial and compares.
#[must_use]
pub fn prove(trial: &Trial, side: &Result<RowSide, SideError>) -> Proof {
    let side = match side {
        Ok(side) => side,
        Err(error) => return Proof::nothing(error.to_string()),
    };
    compare(trial, |incident| side.judge(&incident.fields))
}

/// What somebody says of each event (none: it cannot be carried there), beside what the source says.
fn compare(trial: &Trial, mut judge: impl FnMut(&Incident) -> Result<Option<(bool, side::TextRow)>, String>) -> Proof {
    if !trial.incidents.iter().any(|incident| incident.fires) {
        return Proof::nothing("no event could be made on which the source fires");
    }
    let (mut events, mut positives, mut skipped, mut hits) = (0, 0, 0, 0);
    let (mut missed, mut extra) = (None, None);
    for incident in &trial.incidents {
        let judged = match judge(incident) {
            Ok(judged) => judged,
            Err(why) => return Proof::nothing(why),
        };
        let Some((fires, row)) = judged else {
            skipped += 1;
            continue;
        };
        events += 1;
        positives += usize::from(incident.fires);
        hits += usize::from(incident.fires && fires);
        let counterexample = |missed| Counterexample { fields: incident.fields.clone(), row, missed };
        match (incident.fires, fires) {
            (true, false) if missed.is_none() => missed = Some(counterexample(true)),
            (false, true) if extra.is_none() => extra = Some(counterexample(false)),
            _ => {}
        }
    }
    if positives == 0 {
        return Proof { skipped, ..Proof::nothing("rows of the target cannot carry what the rule fires on") };
    }
    let verdict = match (&missed, &extra) {
        _ if hits == 0 => Verdict::Dead,
        (None, None) => Verdict::Equivalent,
        (Some(_), None) => Verdict::Narrower,
        (None, Some(_)) => Verdict::Wider,
        (Some(_), Some(_)) => Verdict::Different,
    };
    Proof { verdict, events, positives, skipped, counterexample: missed.or(extra), why: None }
}
