//! From a rule to a text.

use crate::plan::plan;
use crate::profile::{Profile, Profiles};
use crate::target::Target;
use ddefend_event::Mapping;
use ddefend_rule::ir::Rule;
use std::fmt;

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

/// Something that the target cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Sigma field, where one is to blame.
    pub field: Option<String>,
    /// Why.
    pub reason: String,
    /// True where the records have no such field.
    pub(crate) missing: bool,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl Refusal {
    pub(crate) fn of(field: Option<String>, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into(), missing: false }
    }

    pub(crate) fn source(rule: &Rule, profile: &Profile) -> Self {
        let part = |name: &str, value: &Option<Box<str>>| value.as_ref().map(|value| format!("{name}: {value}"));
        let source = &rule.source;
        let parts =
            [part("product", &source.product), part("category", &source.category), part("service", &source.service)];
        let text: Vec<String> = parts.into_iter().flatten().collect();
        Self::of(None, format!("{} has no table for the log source ({})", profile.schema, text.join(", ")))
    }

    pub(crate) fn dead(tables: &[String]) -> Self {
        Self::of(None, format!("it could never fire there: no value of {} can be what it asks for", tables.join(", ")))
    }
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
    let Some(profile) = profiles.get(target.name) else {
        return Err(vec![Refusal::of(None, format!("there is no profile for {}", target.name))]);
    };
    let plan = plan(rule, profile, mapping)?;
    let text = (target.emitter)(&plan, profile, rule).map_err(|refusal| vec![refusal])?;
    let tables = plan.tables.iter().map(|table| table.name.clone()).collect();
    Ok(Converted { text, notes: plan.notes, tables, places: plan.places })
}
