use ddefend_model::code;
use ddefend_rule::ir::query::Span;

/// Why reading stopped, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) span: Span,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// A result of reading.
pub(crate) type Got<T> = Result<T, Box<Fault>>;

impl Fault {
    pub(crate) fn syntax<T>(span: Span, message: impl Into<String>) -> Got<T> {
        Err(Box::new(Self { span, code: code::QUERY_SYNTAX, message: message.into() }))
    }

    pub(crate) fn unsupported<T>(span: Span, what: &str) -> Got<T> {
        let message = format!("{what} is not supported");
        Err(Box::new(Self { span, code: code::QUERY_UNSUPPORTED, message }))
    }

    pub(crate) fn limit<T>(span: Span, message: impl Into<String>) -> Got<T> {
        Err(Box::new(Self { span, code: code::QUERY_LIMIT, message: message.into() }))
    }

    pub(crate) fn value<T>(span: Span, message: impl Into<String>) -> Got<T> {
        Err(Box::new(Self { span, code: code::QUERY_VALUE, message: message.into() }))
    }

    pub(crate) fn name<T>(span: Span, message: impl Into<String>) -> Got<T> {
        Err(Box::new(Self { span, code: code::QUERY_NAME, message: message.into() }))
    }
}

/// Both and what is between them.
pub(crate) fn join(first: Span, last: Span) -> Span {
    Span { start: first.start.min(last.start), end: first.end.max(last.end) }
}
