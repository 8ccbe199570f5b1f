use serde::Deserialize;
use std::collections::BTreeMap;

/// `content/lint.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Columns whose values are whole paths.
    pub paths: Vec<String>,
    /// Columns that hold command lines.
    pub commands: Vec<String>,
    /// What stands before a channel in Splunk's `source`.
    pub sources: Vec<String>,
    /// Terms in command lines that hardly occur.
    #[serde(default)]
    pub term: Vec<NeverTerm>,
    /// Values that columns never have.
    #[serde(default)]
    pub value: Vec<NeverValue>,
    /// Ids of drafts with those under which they were published.
    #[serde(default)]
    pub draft: BTreeMap<String, String>,
}

/// A term that hardly occurs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeverTerm {
    /// The term as written in a query.
    pub text: String,
    /// Why.
    pub why: String,
}

/// A value that columns never have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeverValue {
    /// The columns.
    pub columns: Vec<String>,
    /// An expression over the whole value.
    pub pattern: String,
    /// Why.
    pub why: String,
}

impl Lists {
    /// True where the column holds whole paths; the name of its data model before it does not count.
    pub(crate) fn is_path(&self, column: &str) -> bool {
        named(&self.paths, column)
    }

    /// True where the column holds command lines.
    pub(crate) fn is_command(&self, column: &str) -> bool {
        named(&self.commands, column)
    }

    /// Why the column never has the value.
    pub(crate) fn never(&self, column: &str, value: &str) -> Option<&str> {
        let fits = |never: &&NeverValue| {
            named(&never.columns, column)
                && regex::Regex::new(&format!("^(?:{})$", never.pattern)).is_ok_and(|regex| regex.is_match(value))
        };
        self.value.iter().find(fits).map(|never| never.why.as_str())
    }
}

fn named(list: &[String], column: &str) -> bool {
    let last = column.rsplit_once('.').filter(|(model, _)| model.starts_with(char::is_uppercase)).map(|(_, last)| last);
    list.iter()
        .any(|known| known.eq_ignore_ascii_case(column) || last.is_some_and(|last| known.eq_ignore_ascii_case(last)))
}
