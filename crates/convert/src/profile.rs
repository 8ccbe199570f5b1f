//! What the files under `content/convert` hold: a schema that rules are converted to.

use ddefend_event::{Dialect, FieldText, Kind};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How a registry number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberForm {
    /// `1`.
    Decimal,
    /// `0x1`.
    Hex,
    /// `0x00000001`.
    Hex8,
    /// `DWORD (0x00000001)`.
    Sysmon,
}

/// A schema as the target of conversions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The target's name.
    pub name: String,
    /// The schema of `content/tables` that its texts are read with.
    pub schema: String,
    /// What it is, one line.
    pub about: String,
    /// Kinds of records of the mapping that it has, where it is one of the mapping's dialects.
    #[serde(default)]
    pub dialect: Option<Dialect>,
    /// Ids of the mapping's classes that it uses, where it does not use all of the dialect; `*` at the end stands for any text.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Ids of classes that it leaves out.
    #[serde(default)]
    pub skip: Vec<String>,
    /// Column for the action of a class; none where the actions are no column.
    #[serde(default)]
    pub action: Option<String>,
    /// Column for the event id of a class.
    #[serde(default)]
    pub event_id: Option<String>,
    /// Table of a class of the mapping, where it is not its channel. `*` as the class: all.
    #[serde(default)]
    pub table: BTreeMap<String, String>,
    /// What a class's records are known by, instead of action and event id: column to values.
    #[serde(default)]
    pub filter: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Native name of the mapping to the column of the target; empty where the target has none.
    #[serde(default)]
    pub column: BTreeMap<String, String>,
    /// Columns that hold no text.
    #[serde(default)]
    pub kind: BTreeMap<String, Kind>,
    /// Columns that are JSON text with further values: `AdditionalFields.X` is a key of one.
    #[serde(default)]
    pub bags: Vec<String>,
    /// Columns that only tell the record's source apart: filled in rows, not asked for.
    #[serde(default)]
    pub constant: BTreeMap<String, String>,
    /// How registry numbers are written there; the first is how rows are made.
    #[serde(default)]
    pub numbers: Vec<NumberForm>,
    /// How control sets are written there beside `CurrentControlSet`.
    #[serde(default)]
    pub control_sets: Vec<String>,
    /// Column for the time.
    #[serde(default)]
    pub time: Option<String>,
    /// Rules by service, without a category.
    #[serde(default)]
    pub service: Option<ServiceColumns>,
    /// Kinds of records that the mapping does not have.
    #[serde(default)]
    pub class: Vec<OwnClass>,
}

/// Where records of a Windows channel stand that rules ask for by service.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceColumns {
    /// Channel to table; `*`: all others.
    pub table: BTreeMap<String, String>,
    /// Column that names the channel; none where the table is enough.
    #[serde(default)]
    pub channel: Option<String>,
    /// How it is written; `{}` stands for the channel.
    #[serde(default)]
    pub spelled: Option<String>,
    /// How a field of the record's data is called; `{}` stands for it.
    pub field: String,
    /// Fields beside the data (`EventID`, `Provider_Name` ...) with their columns; those of them that are not listed are
    /// refused.
    #[serde(default)]
    pub column: BTreeMap<String, String>,
}

/// A kind of records that only the target's schema has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnClass {
    /// Stable id.
    pub id: String,
    /// Its table.
    pub table: String,
    /// Sigma categories.
    pub category: Vec<String>,
    /// What such records are known by: column to values.
    #[serde(default)]
    pub filter: BTreeMap<String, Vec<String>>,
    /// Sigma field to where it stands.
    pub fields: BTreeMap<String, FieldText>,
}

/// The profiles of all targets.
#[derive(Clone, Debug, Default)]
pub struct Profiles(BTreeMap<String, Profile>);

impl Profiles {
    /// Puts them together; a later one of the same name replaces an earlier one.
    #[must_use]
    pub fn new(profiles: Vec<Profile>) -> Self {
        Self(profiles.into_iter().map(|profile| (profile.name.clone(), profile)).collect())
    }

    /// The profile of that target.
    #[must_use]
    pub fn get(&self, target: &str) -> Option<&Profile> {
        self.0.get(target)
    }
}

impl Profile {
    /// The kind of a column.
    #[must_use]
    pub fn kind_of(&self, column: &str) -> Kind {
        self.kind.get(column).copied().unwrap_or_default()
    }

    /// The target's column for a native name of the mapping; none where it has none.
    pub(crate) fn column_of<'a>(&'a self, native: &'a str) -> Option<&'a str> {
        match self.column.get(native).map(String::as_str) {
            Some("") => None,
            Some(column) => Some(column),
            None => Some(native),
        }
    }

    pub(crate) fn uses(&self, class: &str) -> bool {
        let named = |names: &[String]| {
            names.iter().any(|name| match name.strip_suffix('*') {
                Some(start) => class.starts_with(start),
                None => name == class,
            })
        };
        (self.classes.is_empty() || named(&self.classes)) && !named(&self.skip)
    }
}
