//! Functions of query languages, and tests of text: one row's values in, one out. Each is written once; every executor uses
//! these. Nothing here knows tables, pipelines or the texts of queries.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod context;
pub mod eql;
pub mod esql;
mod gregorian;
pub mod kql;
mod shared;
pub mod spl;
pub mod sql;
pub mod text;
pub mod value;

pub use context::Context;

use ddefend_event::Kind;
use ddefend_rule::ir::query::{Datum, Language};

/// A function of one row's values.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name in lower case.
    pub name: &'static str,
    /// Fewest arguments.
    pub least: usize,
    /// Most arguments.
    pub most: usize,
    /// Kind of the result, by the kinds of the arguments.
    pub returns: fn(&[Kind]) -> Kind,
    /// What it makes. Arguments are never fewer than `least` and never more than `most`.
    pub call: fn(&[Datum], &Context) -> Datum,
}

/// A function of many rows' values.
#[derive(Clone, Copy, Debug)]
pub struct Aggregate {
    /// Its name in lower case.
    pub name: &'static str,
    /// Fewest arguments.
    pub least: usize,
    /// Most arguments.
    pub most: usize,
    /// Kind of the (first) result, by the kinds of the arguments.
    pub returns: fn(&[Kind]) -> Kind,
    /// A new group.
    pub start: fn() -> Box<dyn Accumulator>,
}

/// The state of an aggregate for one group.
pub trait Accumulator: Send {
    /// One row's arguments.
    fn add(&mut self, arguments: &[Datum], context: &Context);

    /// Bytes that it holds, about.
    fn bytes(&self) -> usize {
        64
    }

    /// The result; a list for aggregates with several results (`arg_max`).
    fn finish(&mut self) -> Datum;
}

/// All functions of the language, by subject.
pub fn functions(language: Language) -> impl Iterator<Item = &'static Function> {
    let all = match language {
        Language::Kql => kql::FUNCTIONS,
        Language::Spl => spl::FUNCTIONS,
        Language::Eql | Language::Kuery | Language::Lucene | Language::Sigma => eql::FUNCTIONS,
        Language::Esql | Language::Car => esql::FUNCTIONS,
        Language::Sql => sql::FUNCTIONS,
    };
    all.iter().flat_map(|group| group.iter())
}

/// All aggregates of the language.
pub fn aggregates(language: Language) -> impl Iterator<Item = &'static Aggregate> {
    let all = match language {
        Language::Kql => kql::AGGREGATES,
        Language::Spl => spl::AGGREGATES,
        Language::Esql | Language::Eql => esql::AGGREGATES,
        Language::Sql => sql::AGGREGATES,
        Language::Kuery | Language::Lucene | Language::Sigma | Language::Car => &[],
    };
    all.iter().flat_map(|group| group.iter())
}

/// The function that the language calls so.
#[must_use]
pub fn function(language: Language, name: &str) -> Option<&'static Function> {
    functions(language).find(|known| known.name == name)
}

/// The aggregate that the language calls so.
#[must_use]
pub fn aggregate(language: Language, name: &str) -> Option<&'static Aggregate> {
    aggregates(language).find(|known| known.name == name)
}

/// Why the language's function is not here, where that is known.
#[must_use]
pub fn missing(language: Language, name: &str) -> Option<&'static str> {
    let all = if language == Language::Kql { kql::MISSING } else { &[] };
    all.iter().find(|(known, _)| *known == name).map(|(_, why)| *why)
}
