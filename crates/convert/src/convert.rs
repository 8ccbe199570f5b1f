//! From a rule to a text.

use crate::plan::plan;
use crate::profile::Profiles;
use crate::refusal::Refusal;
use crate::target::{How, Target};
use ddefend_event::Mapping;
use ddefend_rule::ir::Rule;

/// A rule in a target's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The text.
    pub text: String,
    /// What whoever uses it should know.
    pub notes: Vec<String>,
    /// Tables that it reads.
    pub tables: Vec<String>,
    /// Ids of the kinds of records that it looks at: what [`crate::row`] takes.
    pub places: Vec<String>,
}

/// The rule in the target's language.
///
/// # Errors
/// What the target cannot say, each with the field and the reason.
pub fn convert(
    rule: &Rule,
    target: &Target,
    profiles: &Profiles,
    mapping: &Mapping,
) -> Result<Converted, Vec<Refusal>> {
    let emitter = match target.how {
        How::Rule(write) => {
            let text = write(rule).map_err(|refusal| vec![refusal])?;
            return Ok(Converted { text, notes: Vec::new(), tables: Vec::new(), places: Vec::new() });
        }
        How::Plan(emitter) => emitter,
    };
    let Some(profile) = profiles.get(target.name) else {
        return Err(vec![Refusal::of(None, format!("there is no profile for {}", target.name))]);
    };
    let plan = plan(rule, profile, mapping)?;
    let text = emitter(&plan, profile, rule).map_err(|refusal| vec![refusal])?;
    let tables = plan.tables.iter().map(|table| table.name.clone()).collect();
    Ok(Converted { text, notes: plan.notes, tables, places: plan.places })
}
