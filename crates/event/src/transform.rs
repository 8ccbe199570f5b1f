use serde::{Deserialize, Serialize};

/// Makes a Sigma field's value from native ones; the inverse serves the writers of test records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transform {
    /// One native value as it is.
    Same,
}

impl Transform {
    /// Applies it to the inputs in their order, each absent or as text; none where the field is absent.
    #[must_use]
    pub fn apply(self, inputs: &[Option<&str>]) -> Option<String> {
        match self {
            Self::Same => inputs.first().copied().flatten().map(str::to_owned),
        }
    }
}
