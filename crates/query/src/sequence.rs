//! Sequences and samples of EQL.

use crate::error::CompileError;
use crate::plan::{Planned, Planner};
use ddefend_model::code;
use ddefend_rule::ir::query::{Sequence, Span};

/// Compiles a sequence: its operator's ports are fed by [`Planned::Operator`]'s inputs, from port 0 on.
pub(crate) fn compile(planner: &mut dyn Planner, sequence: &Sequence) -> Result<Planned, CompileError> {
    let _ = (planner, sequence);
    Err(CompileError::new(Span::default(), code::QUERY_UNSUPPORTED, "sequences are not supported"))
}
