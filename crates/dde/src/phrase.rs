//! Phrases as the content writes them: lower case, `*` at an end where a word may go on.

use serde::Deserialize;

/// A phrase. Without `*` at an end that is a letter or digit, the neighbour there must not be one: `iex` does not fit
/// `iexplore`, `iex*` does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Phrase {
    text: String,
    open_start: bool,
    open_end: bool,
}

impl From<String> for Phrase {
    fn from(written: String) -> Self {
        let (open_start, rest) = match written.strip_prefix('*') {
            Some(rest) => (true, rest),
            None => (false, written.as_str()),
        };
        let (open_end, rest) = match rest.strip_suffix('*') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        Self { text: rest.to_lowercase(), open_start, open_end }
    }
}

impl Phrase {
    /// The bare text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True where the text, already in lower case, holds the phrase.
    #[must_use]
    pub fn fits(&self, lower: &str) -> bool {
        !self.text.is_empty() && lower.match_indices(&self.text).any(|(at, _)| self.stands_alone(lower, at))
    }

    fn stands_alone(&self, lower: &str, at: usize) -> bool {
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let before = lower.get(..at).and_then(|head| head.chars().next_back());
        let after = lower.get(at + self.text.len()..).and_then(|tail| tail.chars().next());
        let start_free = self.open_start || !inside(self.text.chars().next()) || !inside(before);
        let end_free = self.open_end || !inside(self.text.chars().next_back()) || !inside(after);
        start_free && end_free
    }
}
