use std::collections::BTreeMap;
use std::sync::Arc;

pub use ddefend_event::Kind;

/// A value in a query, constant or of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Datum {
    /// No value.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number (`int` and `long`).
    Long(i64),
    /// A fraction (`real` and, with what that loses, `decimal`).
    Real(f64),
    /// Text.
    Text(Arc<str>),
    /// A point in time: 100 ns ticks since 1970 in UTC.
    Time(i64),
    /// A length of time: 100 ns ticks.
    Span(i64),
    /// An array, or a field with several values.
    List(Arc<Vec<Datum>>),
    /// A property bag. Kusto keeps no order of keys that queries may rely on; here it is that of the keys.
    Map(Arc<BTreeMap<Box<str>, Datum>>),
}
