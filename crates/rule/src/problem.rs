use serde::Serialize;
use std::fmt;

/// A rule that could not be taken, or not as it stands, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The rule's file.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// Column in characters, from 1; 0 where the whole line is meant.
    pub column: u32,
    /// Stable code such as `rule.yaml`, `rule.modifier`, `rule.condition`, explained by `ddefend explain`.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
    /// True where the rule is used all the same.
    pub warning: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {} [{}]", self.file, self.line, self.column, self.message, self.code)
    }
}
