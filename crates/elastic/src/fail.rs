//! What stops a reader, and the limits that hold for every language of this crate.

use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{Node, Scalar, Span};

/// Why a text was not taken.
#[derive(Clone, Debug)]
pub(crate) struct Fail {
    /// Where.
    pub(crate) span: Span,
    /// Code of the problem.
    pub(crate) code: &'static str,
    /// What is wrong and what would be right.
    pub(crate) message: String,
    /// The query is used all the same.
    pub(crate) warning: bool,
}

pub(crate) type Taken<T> = Result<T, Fail>;

impl Fail {
    pub(crate) fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self { span, code: code::QUERY_SYNTAX, message: message.into(), warning: false }
    }

    pub(crate) fn unsupported(span: Span, feature: &str) -> Self {
        let message = format!("{feature} is not supported: the query was left out rather than run without it");
        Self { span, code: code::QUERY_UNSUPPORTED, message, warning: false }
    }

    pub(crate) fn limit(span: Span, message: impl Into<String>) -> Self {
        Self { span, code: code::QUERY_LIMIT, message: message.into(), warning: false }
    }

    pub(crate) fn value(span: Span, message: impl Into<String>) -> Self {
        Self { span, code: code::QUERY_VALUE, message: message.into(), warning: false }
    }

    pub(crate) fn note(span: Span, message: impl Into<String>) -> Self {
        Self { span, code: code::QUERY_UNSUPPORTED, message: message.into(), warning: true }
    }

    pub(crate) fn problem(self, file: &str, text: &str) -> Problem {
        let mut problem = Problem::at(file, text, self.span, self.code, self.message);
        problem.warning = self.warning;
        problem
    }
}

/// Bytes of a query that are read at most.
const TEXT: usize = 1 << 20;
/// Levels that a query may be nested.
const DEPTH: usize = 64;
/// Parts that a query may have.
const NODES: usize = 50_000;

/// Refuses texts over the size limit.
pub(crate) fn sized(text: &str) -> Taken<()> {
    if text.len() > TEXT {
        return Err(Fail::limit(Span::default(), format!("the query is longer than {TEXT} bytes")));
    }
    Ok(())
}

/// Counts levels and parts.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    depth: usize,
    nodes: usize,
}

impl Bounds {
    /// One level deeper; [`Bounds::leave`] when done.
    pub(crate) fn enter(&mut self, span: Span) -> Taken<()> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH {
            return Err(Fail::limit(span, format!("the query is nested deeper than {DEPTH} levels")));
        }
        self.count(span)
    }

    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// One part more.
    pub(crate) fn count(&mut self, span: Span) -> Taken<()> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > NODES {
            return Err(Fail::limit(span, format!("the query has more than {NODES} parts")));
        }
        Ok(())
    }
}

/// From the start of one to the end of the other.
pub(crate) fn join(from: Span, to: Span) -> Span {
    Span { start: from.start, end: to.end.max(from.end) }
}

/// A place in a text as a span's end; texts are far below 4 GiB.
pub(crate) fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A part of an expression.
pub(crate) fn part(node: Node, span: Span) -> Scalar {
    Scalar { node, span }
}
