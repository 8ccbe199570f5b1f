use std::collections::BTreeMap;

/// How rules are read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values for `%placeholder%` (modifier `expand`), Sigma text each.
    pub placeholders: BTreeMap<String, Vec<String>>,
    /// Ids or names of filters that are not applied.
    pub disabled_filters: Vec<String>,
}
