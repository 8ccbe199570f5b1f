use crate::expand::{Expanded, Fault};
use ddefend_model::code;
use ddefend_rule::ir::query::{Assignment, Datum, Ends, Node, Operator, Pipeline, Scalar, SortKey, Source, Span, Step};
use std::cell::Cell;
use std::sync::Arc;

/// Tokens and nodes of one search.
const WORK: usize = 400_000;
/// Brackets in brackets.
const DEPTH: usize = 64;

/// A piece of the text with macros put in, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Reads what stands in brackets.
pub(crate) type Subsearch = fn(&mut Context<'_>, Range, Start) -> Result<Builder, Fault>;

/// How a pipeline in brackets begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// With rows of its own.
    Own,
    /// With the rows of the pipeline around it (`appendpipe`).
    Given,
}

/// What all parts share.
pub(crate) struct Context<'a> {
    expanded: &'a Expanded,
    pub(crate) warnings: Vec<Fault>,
    pub(crate) subsearch: Subsearch,
    work: Cell<usize>,
    depth: Cell<usize>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(expanded: &'a Expanded, subsearch: Subsearch) -> Self {
        Self { expanded, warnings: Vec::new(), subsearch, work: Cell::new(0), depth: Cell::new(0) }
    }

    pub(crate) fn text(&self) -> &'a str {
        &self.expanded.text
    }

    pub(crate) fn whole(&self) -> Range {
        Range { start: 0, end: self.expanded.text.len() }
    }

    pub(crate) fn byte(&self, at: usize) -> Option<u8> {
        self.expanded.text.as_bytes().get(at).copied()
    }

    pub(crate) fn slice(&self, range: Range) -> &'a str {
        self.expanded.text.get(range.start..range.end).unwrap_or_default()
    }

    /// Without the white space around it.
    pub(crate) fn trim(&self, range: Range) -> Range {
        let text = self.slice(range);
        let before = text.len().saturating_sub(text.trim_start().len());
        let start = range.start.saturating_add(before);
        Range { start, end: start.saturating_add(text.trim().len()) }
    }

    pub(crate) fn span(&self, range: Range) -> Span {
        self.expanded.span(range.start, range.end)
    }

    pub(crate) fn fault(&self, range: Range, code: &'static str, message: impl Into<String>) -> Fault {
        Fault { span: self.span(range), code, message: message.into() }
    }

    pub(crate) fn syntax(&self, range: Range, message: impl Into<String>) -> Fault {
        self.fault(range, code::QUERY_SYNTAX, message)
    }

    /// A feature that is not there, by name.
    pub(crate) fn unsupported(&self, range: Range, feature: &str) -> Fault {
        self.fault(range, code::QUERY_UNSUPPORTED, format!("not supported: {feature}"))
    }

    pub(crate) fn warn(&mut self, range: Range, code: &'static str, message: impl Into<String>) {
        let fault = self.fault(range, code, message);
        if self.warnings.len() < 100 {
            self.warnings.push(fault);
        }
    }

    /// Counts a piece of work.
    pub(crate) fn spend(&self, range: Range) -> Result<(), Fault> {
        self.work.set(self.work.get().saturating_add(1));
        if self.work.get() > WORK {
            return Err(self.fault(range, code::QUERY_LIMIT, "the search has too many parts"));
        }
        Ok(())
    }

    /// One bracket deeper; [`Context::leave`] undoes it.
    pub(crate) fn enter(&self, range: Range) -> Result<(), Fault> {
        self.depth.set(self.depth.get().saturating_add(1));
        if self.depth.get() > DEPTH {
            let message = format!("brackets are nested more than {DEPTH} deep");
            return Err(self.fault(range, code::QUERY_LIMIT, message));
        }
        Ok(())
    }

    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    pub(crate) fn scalar(&self, node: Node, range: Range) -> Scalar {
        Scalar { node, span: self.span(range) }
    }

    pub(crate) fn column(&self, name: &str, range: Range) -> Scalar {
        self.scalar(Node::Column(name.into()), range)
    }

    pub(crate) fn call(&self, name: &str, arguments: Vec<Scalar>, range: Range) -> Scalar {
        self.scalar(Node::Call(name.into(), arguments), range)
    }
}

/// A constant text.
pub(crate) fn text(value: &str) -> Datum {
    Datum::Text(Arc::from(value))
}

/// A constant made by the front end.
pub(crate) fn literal(value: Datum) -> Scalar {
    Scalar { node: Node::Literal(value), span: Span::default() }
}

/// A column with itself as name.
pub(crate) fn same(name: &str, span: Span) -> Assignment {
    Assignment { names: vec![name.into()], value: Scalar { node: Node::Column(name.into()), span } }
}

/// A pipeline in the making.
#[derive(Clone, Debug)]
pub(crate) struct Builder {
    pub(crate) source: Source,
    pub(crate) steps: Vec<Step>,
    /// Columns, where all are known.
    pub(crate) known: Option<Vec<String>>,
    /// Columns that may have several values.
    pub(crate) several: Vec<String>,
    /// True while rows are events in the order of the log: Splunk has the latest first.
    pub(crate) unordered: bool,
    /// True until a command made other rows of the events.
    pub(crate) events: bool,
    /// Where rows can be put in order: before the step that took or changed their times.
    timed: Option<usize>,
}

impl Builder {
    pub(crate) fn new(source: Source) -> Self {
        Self {
            source,
            steps: Vec::new(),
            known: None,
            several: Vec::new(),
            unordered: false,
            events: false,
            timed: None,
        }
    }

    /// All events there are.
    pub(crate) fn events(span: Span) -> Self {
        let source = Source::Table { name: "*".into(), span };
        Self { unordered: true, events: true, ..Self::new(source) }
    }

    pub(crate) fn push(&mut self, operator: Operator, span: Span) {
        if self.unordered && self.timed.is_none() && changes_time(&operator) {
            self.timed = Some(self.steps.len());
        }
        self.steps.push(Step { operator, span });
    }

    /// Before a command for which the order of events counts: the latest first.
    pub(crate) fn order(&mut self, span: Span) {
        if std::mem::take(&mut self.unordered) {
            let time = Scalar { node: Node::Column("_time".into()), span: Span::default() };
            let operator = Operator::Sort(vec![SortKey { value: time, descending: true, nulls: Ends::Last }]);
            let at = self.timed.take().unwrap_or(self.steps.len()).min(self.steps.len());
            self.steps.insert(at, Step { operator, span });
        }
    }

    /// Another column is there.
    pub(crate) fn learn(&mut self, name: &str) {
        if let Some(known) = &mut self.known
            && !known.iter().any(|own| own == name)
        {
            known.push(name.to_owned());
        }
    }

    /// The column may have several values.
    pub(crate) fn is_several(&mut self, name: &str) {
        if !self.several.iter().any(|own| own == name) {
            self.several.push(name.to_owned());
        }
    }

    pub(crate) fn finish(self) -> Pipeline {
        Pipeline { source: self.source, steps: self.steps }
    }
}

/// True where rows no longer have the times of their events afterwards.
fn changes_time(operator: &Operator) -> bool {
    let is = |name: &str| name == "_time";
    match operator {
        Operator::Project(list) => !list.iter().any(|one| matches!(&one.value.node, Node::Column(name) if is(name))),
        Operator::Keep(patterns) => !patterns.iter().any(|pattern| is(&pattern.name)),
        Operator::Away(patterns) => patterns.iter().any(|pattern| is(&pattern.name)),
        Operator::Extend(list) => list.iter().any(|one| one.names.iter().any(|name| is(name))),
        Operator::Rename(pairs) => pairs.iter().any(|(new, old)| is(new) || is(old)),
        _ => false,
    }
}
