use std::fmt;

/// Why a scenario cannot be built: what of it, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabError(pub String);

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LabError {}

impl LabError {
    /// The same error, with what it happened in before it.
    #[must_use]
    pub(crate) fn of(self, what: &str) -> Self {
        Self(format!("{what}: {}", self.0))
    }
}
