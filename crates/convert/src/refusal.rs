//! What a target cannot say.

use crate::profile::Profile;
use ddefend_rule::ir::Rule;
use std::fmt;

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
