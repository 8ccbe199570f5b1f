//! Queries: a source of rows and what is done to them, in the order written. Kusto, SPL, EQL, ES|QL, kuery, Lucene, SQL and
//! CAR pseudocode lower to this; `query` runs it, `convert` reads it, [`super::Rule`] is its special case of one predicate.
//!
//! What an operation means exactly (case, null, types) depends on [`Query::language`]: functions and comparisons are those
//! of that language, by its own names in lower case, and evaluators keep one table of functions a language. A front end
//! spells out what its syntax leaves open (wildcards become [`TextOp::Like`], default join kinds are written).

mod datum;
mod operator;
mod scalar;

pub use datum::{Datum, Kind};
pub use operator::{
    Assignment, Ends, Extraction, JoinKind, Operator, ParseKind, ParsePiece, Pattern, SortKey, Step, WindowMode,
};
pub use scalar::{ArithmeticOp, CompareOp, Node, Scalar, TextOp};

use serde::{Deserialize, Serialize};

/// A piece of the source text, bytes; empty where a node was made by the front end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte behind the last.
    pub end: u32,
}

/// A language that rules are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Sigma 2.1.
    Sigma,
    /// Kusto query language.
    Kql,
    /// Splunk search processing language.
    Spl,
    /// Elastic event query language.
    Eql,
    /// Elastic ES|QL.
    Esql,
    /// Kibana query language.
    Kuery,
    /// Lucene's query string syntax, as Elasticsearch takes it.
    Lucene,
    /// SQL.
    Sql,
    /// Pseudocode of MITRE's Cyber Analytics Repository.
    Car,
}

/// A query with all that it defines; calls of functions that it defines itself are already replaced by their bodies.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Whose semantics.
    pub language: Language,
    /// What makes the rows.
    pub pipeline: Pipeline,
    /// Tables that it names and uses several times (`let`, `materialize`); [`Source::Shared`] points here. An entry uses
    /// only entries before it.
    pub shared: Vec<Pipeline>,
}

/// Rows and what is done to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// Where the rows come from.
    pub source: Source,
    /// What is done, first to last.
    pub steps: Vec<Step>,
}

/// Where rows come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A table by the name written; which schema has it is settled when the query is compiled.
    Table {
        /// `DeviceProcessEvents`, `Endpoint.Processes`, `process`, `logs-*`; `*` for whatever record there is.
        name: Box<str>,
        /// Where it is written.
        span: Span,
    },
    /// [`Query::shared`].
    Shared(usize),
    /// Rows written in the query (`datatable`, `print`, `makeresults`); constant scalars.
    Rows {
        /// Names and kinds.
        columns: Vec<(Box<str>, Kind)>,
        /// Values, a list per row.
        rows: Vec<Vec<Scalar>>,
    },
    /// Numbers or times from one to another (`range`).
    Range {
        /// Name of the column.
        column: Box<str>,
        /// First, last, step: constant scalars.
        bounds: Box<[Scalar; 3]>,
    },
    /// Data that lie outside (`externaldata`, `inputlookup`): never fetched; the caller may hand in a file for a location.
    External {
        /// Names and kinds; empty where the file says.
        columns: Vec<(Box<str>, Kind)>,
        /// Addresses or names as written.
        locations: Vec<Box<str>>,
        /// Where it is written.
        span: Span,
    },
    /// All rows of several pipelines.
    Union {
        /// The pipelines.
        members: Vec<Pipeline>,
        /// True where columns that not all have are kept.
        outer: bool,
        /// Column that gets the name of the table that a row is from.
        source_column: Option<Box<str>>,
        /// Members whose table no schema has count as empty (`isfuzzy=true`), as long as one has.
        fuzzy: bool,
    },
    /// Events in an order (EQL).
    Sequence(Box<Sequence>),
}

/// An EQL sequence or sample. A row per event: `sequence.id` (from 1, in the order of the first events), `sequence.stage`
/// (from 1), then the columns of all tables. Events are ordered by `@timestamp`, then as they arrive.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// False for `sample`: any order.
    pub ordered: bool,
    /// Keys that all terms share, before those of each term.
    pub by: Vec<Scalar>,
    /// Longest time from the first to the last event, 100 ns ticks.
    pub maxspan: Option<i64>,
    /// What must happen.
    pub terms: Vec<Term>,
    /// What ends a sequence that is not complete yet.
    pub until: Option<Term>,
}

/// One event of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Table (event category; `any` is `*`).
    pub table: Box<str>,
    /// What must hold of it.
    pub filter: Scalar,
    /// Keys of its own.
    pub by: Vec<Scalar>,
    /// True where an absent key (`?field`) may be null.
    pub optional: bool,
    /// How many times in a row (`with runs=n`).
    pub runs: u32,
    /// True where it must not happen (`![...]`).
    pub missing: bool,
}
