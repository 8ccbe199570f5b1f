//! Statistics over rule corpora: what a corpus covers, which fields and values its rules ask for, and which rules stand
//! close to each other.
//!
//! [`Reader`] takes files of every vendor's form and makes [`Entry`]s: rules with their predicates as [`Tree`]s of
//! [`Literal`]s under one vendor's names (Sigma's). [`Catalog`] counts. Nothing here reads files or knows a page.

mod attack;
mod catalog;
mod entry;
mod events;
mod infer;
mod knowledge;
mod literal;
mod lower;
mod names;
mod neighbours;
mod nnf;
mod pages;
mod read;
mod tree;

pub use attack::{Attack, Technique};
pub use catalog::Catalog;
pub use entry::{Entry, Skipped, Stage, Standing, Unread, Vendor};
pub use events::{Event, Log};
pub use infer::{Coverage, Signature};
pub use knowledge::{Knowledge, KnowledgeError, Texts};
pub use literal::{Kind, Literal};
pub use names::Names;
pub use neighbours::{Near, Neighbours};
pub use pages::{
    ContextCount, EventPage, EventRow, ExclusionRow, FieldRow, IndicatorRow, InferredRow, NeighbourRow, Overview,
    PredicateRow, ReasonRow, RulePage, RuleRow, StageView, TechniquePage, TechniqueRow, VendorRow,
};
pub use read::{Corpus, Reader};
pub use tree::{Test, Tree};
