use crate::Problem;
use crate::ir::{Correlation, Rule};

/// Rules that belong together, filters already applied, correlations pointing into `rules`.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// Rules on single events.
    pub rules: Vec<Rule>,
    /// Rules on several events.
    pub correlations: Vec<Correlation>,
    /// What could not be taken.
    pub problems: Vec<Problem>,
}
