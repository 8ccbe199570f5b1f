use ddefend_rule::Problem;
use ddefend_rule::ir::query::Span;
use std::fmt;

/// Why a query cannot run as written, or what to mind when it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Where in the query's text.
    pub span: Span,
    /// Stable code: `query.column`, `query.table`, `query.function`, `query.unsupported` ...
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
    /// True where the query runs all the same.
    pub warning: bool,
}

impl CompileError {
    pub(crate) fn new(span: Span, code: &'static str, message: impl Into<String>) -> Self {
        Self { span, code, message: message.into(), warning: false }
    }

    pub(crate) fn warning(span: Span, code: &'static str, message: impl Into<String>) -> Self {
        Self { span, code, message: message.into(), warning: true }
    }

    /// With line and column, by the text that the query was read from.
    #[must_use]
    pub fn problem(&self, file: &str, text: &str) -> Problem {
        let mut problem = Problem::at(file, text, self.span, self.code, self.message.clone());
        problem.warning = self.warning;
        problem
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl std::error::Error for CompileError {}

/// Why a run stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunError {
    /// Where in the query's text the operator stands that stopped.
    pub span: Span,
    /// Stable code: `query.memory`.
    pub code: &'static str,
    /// What happened and what to do.
    pub message: String,
}

impl RunError {
    /// With line and column, by the text that the query was read from.
    #[must_use]
    pub fn problem(&self, file: &str, text: &str) -> Problem {
        Problem::at(file, text, self.span, self.code, self.message.clone())
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl std::error::Error for RunError {}
