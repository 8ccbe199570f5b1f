//! The waist: what every front end lowers to and every evaluator and back end reads.

mod correlation;
mod expr;
pub mod query;
mod rule;

pub use correlation::{Compare, Correlation, CorrelationKind, Feed, Member, Require, Window};
pub use expr::{
    Expr, FieldRelation, NumberTest, Piece, Predicate, RegexFlags, Test, TextPattern, TimePart, escape_like,
};
pub use rule::{Meta, Origin, Rule, Status};
