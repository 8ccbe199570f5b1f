//! Functions of Kusto. Each docstring names the page of the documentation whose statements it keeps ("Kusto documentation,
//! 'split()'"): the pages of the Kusto query language at learn.microsoft.com, as of 2026.
//!
//! What all keep: a missing value is [`Datum::Null`](ddefend_rule::ir::query::Datum::Null); text is never null in Kusto, so a
//! function that makes text gives the empty text where others give null. Arguments of another kind are converted as the
//! functions named after the kinds do; what cannot be converted is null. A text longer than 16 MiB, and a list or bag that
//! holds more than 2^20 values, is null.

mod aggregate;
mod array;
mod bag;
pub(super) mod calendar;
pub(super) mod convert;
mod encode;
mod format;
pub mod json;
mod logic;
mod network;
mod number;
mod parse;
mod reading;
mod search;
mod series;
mod sketch;
pub(super) mod string;
mod time;
pub(super) mod value;
mod xml;

use super::{Aggregate, Function};

/// By subject.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    convert::FUNCTIONS,
    logic::FUNCTIONS,
    string::FUNCTIONS,
    search::FUNCTIONS,
    encode::FUNCTIONS,
    number::FUNCTIONS,
    time::FUNCTIONS,
    format::FUNCTIONS,
    array::FUNCTIONS,
    bag::FUNCTIONS,
    parse::FUNCTIONS,
    xml::FUNCTIONS,
    network::FUNCTIONS,
    sketch::FUNCTIONS,
    series::FUNCTIONS,
];

/// By subject.
pub(crate) const AGGREGATES: &[&[Aggregate]] = &[aggregate::AGGREGATES];

const PERIODS: &str = "how Kusto finds the periods of a series is not documented";

/// Functions of Kusto that are not here, and why. Queries that call them are told so.
pub const MISSING: &[(&str, &str)] = &[
    ("rand", "its result changes from run to run"),
    ("new_guid", "its result changes from run to run"),
    ("ingestion_time", "local records have no time of ingestion"),
    ("cursor_after", "there is no ingestion to follow"),
    ("cursor_before_or_at", "there is no ingestion to follow"),
    ("cursor_current", "there is no ingestion to follow"),
    ("extent_id", "local records are in no extents"),
    ("extent_tags", "local records are in no extents"),
    ("current_principal", "there is no cluster that one is signed in to"),
    ("current_principal_details", "there is no cluster that one is signed in to"),
    ("current_principal_is_member_of", "there is no cluster that one is signed in to"),
    ("current_database", "there is no cluster"),
    ("current_cluster_endpoint", "there is no cluster"),
    ("parse_user_agent", "it needs a list of browsers that is not here"),
    ("datetime_utc_to_local", "it needs a list of time zones that is not here"),
    ("datetime_local_to_utc", "it needs a list of time zones that is not here"),
    ("series_decompose", PERIODS),
    ("series_decompose_anomalies", PERIODS),
    ("series_decompose_forecast", PERIODS),
    ("series_periods_detect", PERIODS),
    ("series_periods_validate", PERIODS),
    ("series_seasonal", PERIODS),
    ("series_outliers", "how Kusto scores outliers is not documented"),
    ("buildschema", "not written yet"),
    ("weekofyear", "the old way of counting weeks is not written; week_of_year() is"),
    ("hash_combine", "its way of joining is not documented"),
    ("hash_many", "its way of joining is not documented"),
];

/// Which argument of a function is an expression of the `regex` crate: where that argument is a constant, it can be checked
/// when the query is compiled.
pub const EXPRESSIONS: &[(&str, usize)] = search::EXPRESSIONS;

/// Functions whose last argument is a type literal where they have so many arguments. They take the type's name as text.
pub const TYPED: &[(&str, usize)] =
    &[("extract", 4), ("extract_json", 3), ("extractjson", 3), ("percentile_tdigest", 3)];
