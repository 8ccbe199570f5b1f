//! Tables: what a query language calls a kind of record, with columns of its own. Which records a table means and where its
//! columns stand in them is data under `content/tables`.

mod chain;
mod expr;
mod set;
mod text;

pub use chain::{Chain, Link};
pub use expr::{Expr, From, HeadPart, Way};
pub use set::{Entry, Feed, Schema, TableSet};
pub use text::{FeedText, SchemaText, TableText};

use serde::{Deserialize, Serialize};

/// What values a column has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// True or false.
    Bool,
    /// Whole numbers of 32 bits.
    Int,
    /// Whole numbers of 64 bits.
    Long,
    /// Fractions.
    Real,
    /// Decimal fractions.
    Decimal,
    /// Text.
    #[default]
    String,
    /// Points in time.
    DateTime,
    /// Lengths of time.
    TimeSpan,
    /// GUIDs, as lower-case text without braces.
    Guid,
    /// Anything: a value of any other kind, lists and property bags.
    Dynamic,
}

impl Kind {
    /// Its name, as Kusto writes the type and as files write the kind.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::String => "string",
            Self::DateTime => "datetime",
            Self::TimeSpan => "timespan",
            Self::Guid => "guid",
            Self::Dynamic => "dynamic",
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Box<str>,
    /// What values it has.
    pub kind: Kind,
}

/// A table of a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The schema that has it: `xdr`, `log-analytics`, `asim`, `cim`, `splunk`, `ecs`, `car`, `sigma`.
    pub schema: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// Columns in the schema's order.
    pub columns: Vec<Column>,
    /// True where rows may have any column beside these (Splunk's events, Elastic's documents): unknown names are null,
    /// not errors.
    pub open: bool,
}
