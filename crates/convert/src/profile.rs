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
    #[serde(default)]
    pub schema: String,
    /// What it is, one line.
    pub about: String,
    /// The profile that it has everything from that it does not say itself.
    #[serde(default)]
    pub extends: Option<String>,
    /// True where a table is a Sigma category (or service) and its columns are Sigma's fields.
    #[serde(default)]
    pub sigma: bool,
    /// True where what records are known by is compared with case.
    #[serde(default)]
    pub exact_filters: bool,
    /// Columns that hold another one's value in lower case.
    #[serde(default)]
    pub caseless: BTreeMap<String, String>,
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
    /// Sigma fields that stand nowhere because every such record has one of these values.
    #[serde(default)]
    pub known: BTreeMap<String, Vec<String>>,
}

/// The profiles of all targets.
#[derive(Clone, Debug, Default)]
pub struct Profiles(BTreeMap<String, Profile>);

impl Profiles {
    /// Puts them together; a later one of the same name replaces an earlier one.
    #[must_use]
    pub fn new(profiles: Vec<Profile>) -> Self {
        let read: BTreeMap<String, Profile> =
            profiles.into_iter().map(|profile| (profile.name.clone(), profile)).collect();
        let whole = read.iter().map(|(name, profile)| {
            let base = profile.extends.as_ref().and_then(|base| read.get(base));
            (name.clone(), base.map_or_else(|| profile.clone(), |base| profile.over(base)))
        });
        Self(whole.collect())
    }

    /// The profile of that target.
    #[must_use]
    pub fn get(&self, target: &str) -> Option<&Profile> {
        self.0.get(target)
    }
}

impl Profile {
    /// This profile with what the other says where this says nothing.
    fn over(&self, base: &Self) -> Self {
        fn list<T: Clone>(own: &[T], base: &[T]) -> Vec<T> {
            if own.is_empty() { base.to_vec() } else { own.to_vec() }
        }
        fn map<V: Clone>(own: &BTreeMap<String, V>, base: &BTreeMap<String, V>) -> BTreeMap<String, V> {
            base.iter().chain(own).map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        Self {
            name: self.name.clone(),
            schema: if self.schema.is_empty() { base.schema.clone() } else { self.schema.clone() },
            about: self.about.clone(),
            extends: None,
            sigma: self.sigma || base.sigma,
            exact_filters: self.exact_filters || base.exact_filters,
            caseless: map(&self.caseless, &base.caseless),
            dialect: self.dialect.or(base.dialect),
            classes: list(&self.classes, &base.classes),
            skip: list(&self.skip, &base.skip),
            action: self.action.clone().or_else(|| base.action.clone()),
            event_id: self.event_id.clone().or_else(|| base.event_id.clone()),
            table: map(&self.table, &base.table),
            filter: map(&self.filter, &base.filter),
            column: map(&self.column, &base.column),
            kind: map(&self.kind, &base.kind),
            bags: list(&self.bags, &base.bags),
            constant: map(&self.constant, &base.constant),
            numbers: list(&self.numbers, &base.numbers),
            control_sets: list(&self.control_sets, &base.control_sets),
            time: self.time.clone().or_else(|| base.time.clone()),
            service: self.service.clone().or_else(|| base.service.clone()),
            class: list(&self.class, &base.class),
        }
    }

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
