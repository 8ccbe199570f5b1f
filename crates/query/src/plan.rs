//! What commands of one language and sequences need to compile themselves.

use crate::error::CompileError;
use crate::expr::Typed;
use crate::run::{Make, Op};
use crate::shape::Shape;
use ddefend_rule::ir::query::{Datum, Language, Pipeline, Scalar, Span, Step};
use std::sync::Arc;

/// What compiles the parts of a command.
pub(crate) trait Planner {
    /// Whose semantics.
    fn language(&self) -> Language;
    /// An expression over rows of that shape.
    fn scalar(&mut self, scalar: &Scalar, shape: &Shape) -> Result<Typed, CompileError>;
    /// A constant.
    fn constant(&mut self, scalar: &Scalar) -> Result<Datum, CompileError>;
    /// Another pipeline: a node to put among [`Planned::inputs`], and its rows' columns.
    fn table(&mut self, pipeline: &Pipeline) -> Result<(usize, Shape), CompileError>;
    /// Ordinary operators, in place of the command or before it.
    fn steps(&mut self, from: (usize, Shape), steps: &[Step]) -> Result<(usize, Shape), CompileError>;
    /// An operator behind a node, with one port, where a command needs several.
    fn operator(&mut self, name: &'static str, span: Span, input: usize, make: Make) -> Result<usize, CompileError>;
    /// Every name in the query that may be a column's: what columns to make where only the data say.
    fn names(&self) -> Vec<Box<str>>;
    /// Something to mind.
    fn warning(&mut self, warning: CompileError);
}

/// A command as the query calls it.
pub(crate) struct Call<'c> {
    /// Arguments in order, with their names where they have some.
    pub(crate) arguments: &'c [(Option<Box<str>>, Scalar)],
    /// Pipelines among them.
    pub(crate) tables: &'c [Pipeline],
    /// Where it is written.
    pub(crate) span: Span,
    /// The node that its rows come from.
    pub(crate) node: usize,
    /// Their columns.
    pub(crate) shape: &'c Shape,
}

impl Call<'_> {
    /// The argument of that name.
    pub(crate) fn named(&self, name: &str) -> Option<&Scalar> {
        self.arguments.iter().find(|(known, _)| known.as_deref() == Some(name)).map(|(_, value)| value)
    }

    /// Arguments without a name.
    pub(crate) fn plain(&self) -> impl Iterator<Item = &Scalar> {
        self.arguments.iter().filter(|(name, _)| name.is_none()).map(|(_, value)| value)
    }
}

/// What a command becomes.
pub(crate) enum Planned {
    /// An operator of its own: the columns of its rows, nodes that feed its ports from 1 on (port 0 has the command's own
    /// rows; none for sequences, whose ports begin at 0), and what makes it.
    Operator { name: &'static str, shape: Shape, inputs: Vec<usize>, make: Make },
    /// Ordinary operators did it: where the rows are now.
    Rows(usize, Shape),
}

impl Planned {
    /// An operator with one port.
    pub(crate) fn of<O: Op + 'static>(
        name: &'static str,
        shape: Shape,
        make: impl Fn() -> O + Send + Sync + 'static,
    ) -> Self {
        Self::Operator { name, shape, inputs: Vec::new(), make: Arc::new(move || Box::new(make())) }
    }
}
