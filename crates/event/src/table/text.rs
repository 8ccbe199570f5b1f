//! What the files under `content/tables` hold.

use super::{Column, Kind};
use crate::Dialect;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What `content/tables/SCHEMA.toml` says, as read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaText {
    /// `xdr`, `log-analytics`, `asim`, `cim`, `splunk`, `ecs`, `car`, `sigma`.
    pub schema: String,
    /// What it is, for people.
    pub title: String,
    /// Languages that ask for its tables, by the names of the command line.
    pub languages: Vec<String>,
    /// Records of that dialect are rows as they are.
    #[serde(default)]
    pub native: Option<Dialect>,
    /// True where upper and lower case of a table's name count.
    #[serde(default)]
    pub exact: bool,
    /// Another schema whose feeds serve tables of the same name.
    #[serde(default)]
    pub like: Option<String>,
    /// Tables whose names end so are open, whatever stands before it.
    #[serde(default)]
    pub open_suffix: Vec<String>,
    /// Columns that every table with such a column gets so, native or not.
    #[serde(default)]
    pub every: BTreeMap<String, String>,
    /// Columns of no text: kind to names.
    #[serde(default)]
    pub kinds: BTreeMap<Kind, Vec<String>>,
    /// Sets of columns with where they come from.
    #[serde(default)]
    pub fields: BTreeMap<String, BTreeMap<String, String>>,
    /// Tables beside those of the lists.
    #[serde(default)]
    pub table: Vec<TableText>,
    /// Which records are rows of which tables.
    #[serde(default)]
    pub feed: Vec<FeedText>,
}

/// Tables with the same columns.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableText {
    /// Its names.
    pub name: Vec<String>,
    /// What stands before the name of each column of the feeds.
    #[serde(default)]
    pub prefix: String,
    /// Any other column is allowed.
    #[serde(default)]
    pub open: bool,
}

/// Which records are rows of tables, and where the columns stand in them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedText {
    /// Tables.
    pub table: Vec<String>,
    /// Sigma categories.
    #[serde(default)]
    pub category: Vec<String>,
    /// Sigma services.
    #[serde(default)]
    pub service: Vec<String>,
    /// Every record whatever.
    #[serde(default)]
    pub all: bool,
    /// Sets of columns, later ones over earlier ones.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Columns with constants.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
}

/// Names of a table, whether it is open, its columns.
pub(super) type Listed = (Vec<String>, bool, Vec<Column>);

/// Names and columns of a list: a line per table, names apart by commas (a `+` behind the last: open), a tab, columns apart
/// by blanks, each with its kind behind a colon where it is no text.
pub(super) fn list(text: &str) -> Result<Vec<Listed>, String> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (names, columns) = line.split_once('\t').unwrap_or((line, ""));
            let open = names.ends_with('+') || columns.is_empty();
            let names = names.trim_end_matches('+').split(',').map(str::to_owned).collect();
            Ok((names, open, columns.split(' ').filter(|word| !word.is_empty()).map(column).collect::<Result<_, _>>()?))
        })
        .collect()
}

fn column(word: &str) -> Result<Column, String> {
    let (name, kind) = word.split_once(':').unwrap_or((word, "string"));
    let known = KINDS.iter().find(|(known, _)| *known == kind);
    let (_, kind) = known.ok_or_else(|| format!("'{kind}' is no kind of column"))?;
    Ok(Column { name: name.into(), kind: *kind })
}

const KINDS: &[(&str, Kind)] = &[
    ("string", Kind::String),
    ("bool", Kind::Bool),
    ("int", Kind::Int),
    ("long", Kind::Long),
    ("real", Kind::Real),
    ("decimal", Kind::Decimal),
    ("datetime", Kind::DateTime),
    ("timespan", Kind::TimeSpan),
    ("guid", Kind::Guid),
    ("dynamic", Kind::Dynamic),
];
