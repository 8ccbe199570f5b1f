use super::{Builder, Stream, names};
use crate::error::CompileError;
use crate::expr::Expr;
use crate::operator::{Aggregated, Map, Summarise};
use crate::shape::Shape;
use ddefend_event::Kind;
use ddefend_functions::{Aggregate, aggregate};
use ddefend_model::code;
use ddefend_rule::ir::query::{Assignment, Datum, Language, Node, Scalar, Span};
use std::sync::Arc;

/// Levels of scalars around aggregates.
const DEPTH: usize = 64;

/// Aggregates of an operator, with their columns.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) calls: Vec<Aggregated>,
    /// What their results are called: as many per call as it has results.
    pub(super) columns: Shape,
}

/// A result of an aggregate: the hidden column that it is in; the name that it has by default, and its kind.
pub(super) type Outcome = (Box<str>, (Box<str>, Kind));

/// An aggregate's call: how many results, called what.
struct Results {
    /// True where the aggregate makes a list of them.
    several: bool,
    names: Vec<(Box<str>, Kind)>,
}

impl Builder<'_> {
    pub(super) fn summarise(
        &mut self,
        stream: Stream,
        aggregates: &[Assignment],
        by: &[Assignment],
        span: Span,
    ) -> Result<Stream, CompileError> {
        let language = self.query.language;
        let mut keys = Vec::new();
        let mut groups = Shape::default();
        for assignment in by {
            let typed = self.scalar(&assignment.value, &stream.shape)?;
            let name = match assignment.names.first() {
                Some(name) => name.clone(),
                None => names::of_value(&assignment.value, language).unwrap_or_else(|| groups.fresh_numbered("Column")),
            };
            if groups.place(&name, language).is_some() && language != Language::Kql {
                continue;
            }
            keys.push(typed.expr);
            let name = groups.fresh(&name);
            groups.push(name, typed.kind);
        }
        let mut plan = Plan { columns: groups.clone(), ..Plan::default() };
        let mut outputs: Vec<(Box<str>, Scalar)> = Vec::new();
        let mut result = groups.clone();
        for assignment in aggregates {
            self.aggregate(assignment, &stream.shape, &groups, &mut plan, &mut outputs, &mut result)?;
        }
        let node = self.gated(stream.node, span)?;
        let (keys, calls): (Arc<[Expr]>, Arc<[Aggregated]>) = (keys.into(), plan.calls.into());
        let node =
            self.operator("summarize", span, &[node], move || Summarise::new(Arc::clone(&keys), Arc::clone(&calls)))?;
        // The results, each under its name; scalars around them.
        let mut shape = groups.clone();
        let mut values = Self::columns(&groups);
        for (name, value) in outputs {
            let typed = self.scalar(&value, &plan.columns)?;
            values.push(typed.expr);
            let name = if language == Language::Kql { shape.fresh(&name) } else { name };
            shape.push(name, typed.kind);
        }
        if language == Language::Esql {
            let keys = groups.columns.len();
            values.rotate_left(keys);
            shape.columns.rotate_left(keys);
        }
        let values: Arc<[Expr]> = values.into();
        let node =
            self.operator("summarize", span, &[node], move || Map { values: Arc::clone(&values), places: None })?;
        Ok(Stream { node, shape, table: None })
    }

    /// One assignment: its aggregates into the plan, what it makes of them into the outputs.
    pub(super) fn aggregate(
        &mut self,
        assignment: &Assignment,
        shape: &Shape,
        groups: &Shape,
        plan: &mut Plan,
        outputs: &mut Vec<(Box<str>, Scalar)>,
        result: &mut Shape,
    ) -> Result<(), CompileError> {
        let language = self.query.language;
        let value = &assignment.value;
        if let Node::Call(name, arguments) = &value.node
            && let Some(known) = aggregate(language, name)
        {
            let results = self.planned(known, arguments, shape, groups, plan, value.span)?;
            for (at, (place, (made, _))) in results.iter().enumerate() {
                let name = assignment.names.get(at).unwrap_or(made);
                outputs.push((name.clone(), column(place, value.span)));
                result.push(name.clone(), Kind::Dynamic);
            }
            return Ok(());
        }
        let rewritten = self.rewritten(value, shape, groups, plan, DEPTH)?;
        let name = match assignment.names.first() {
            Some(name) => name.clone(),
            None => names::of_value(value, language).unwrap_or_else(|| result.fresh_numbered("Column")),
        };
        result.push(name.clone(), Kind::Dynamic);
        outputs.push((name, rewritten));
        Ok(())
    }

    /// A scalar with its aggregates replaced by the columns of their results.
    fn rewritten(
        &mut self,
        scalar: &Scalar,
        shape: &Shape,
        groups: &Shape,
        plan: &mut Plan,
        depth: usize,
    ) -> Result<Scalar, CompileError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(CompileError::new(
                scalar.span,
                code::QUERY_LIMIT,
                "an expression of aggregates nests too deep",
            ));
        };
        if let Node::Call(name, arguments) = &scalar.node
            && let Some(known) = aggregate(self.query.language, name)
        {
            let results = self.planned(known, arguments, shape, groups, plan, scalar.span)?;
            let first = results.first().map(|(place, _)| column(place, scalar.span));
            return Ok(first.unwrap_or_else(|| scalar.clone()));
        }
        let mut again = |inner: &Scalar| self.rewritten(inner, shape, groups, plan, depth);
        let node = match &scalar.node {
            Node::Call(name, arguments) => {
                Node::Call(name.clone(), arguments.iter().map(again).collect::<Result<_, _>>()?)
            }
            Node::Member(bag, name) => Node::Member(Box::new(again(bag)?), name.clone()),
            Node::Index(a, b) => Node::Index(Box::new(again(a)?), Box::new(again(b)?)),
            Node::And(all) => Node::And(all.iter().map(again).collect::<Result<_, _>>()?),
            Node::Or(all) => Node::Or(all.iter().map(again).collect::<Result<_, _>>()?),
            Node::Not(one) => Node::Not(Box::new(again(one)?)),
            Node::Compare(op, a, b) => Node::Compare(*op, Box::new(again(a)?), Box::new(again(b)?)),
            Node::Arithmetic(op, a, b) => Node::Arithmetic(*op, Box::new(again(a)?), Box::new(again(b)?)),
            Node::Text { op, cased, value, pattern } => Node::Text {
                op: *op,
                cased: *cased,
                value: Box::new(again(value)?),
                pattern: Box::new(again(pattern)?),
            },
            Node::TextAny { op, cased, all, value, patterns } => Node::TextAny {
                op: *op,
                cased: *cased,
                all: *all,
                value: Box::new(again(value)?),
                patterns: patterns.iter().map(again).collect::<Result<_, _>>()?,
            },
            other => other.clone(),
        };
        Ok(Scalar { node, span: scalar.span })
    }

    /// An aggregate with its arguments: the hidden names of its results, with those that they have by default.
    pub(super) fn planned(
        &mut self,
        known: &'static Aggregate,
        arguments: &[Scalar],
        shape: &Shape,
        groups: &Shape,
        plan: &mut Plan,
        span: Span,
    ) -> Result<Vec<Outcome>, CompileError> {
        let mut expanded = Vec::new();
        for argument in arguments {
            match argument.node {
                Node::AnyColumn if !matches!(known.name, "count" | "c") => {
                    expanded.extend(others(shape, groups, expanded.first()).map(|name| column(name, argument.span)));
                }
                Node::AnyColumn => {}
                _ => expanded.push(argument.clone()),
            }
        }
        let least =
            if arguments.iter().any(|argument| matches!(argument.node, Node::AnyColumn)) { 0 } else { known.least };
        if expanded.len() < least || expanded.len() > known.most {
            let what = format!("the aggregate {} cannot take {} arguments", known.name, expanded.len());
            return Err(CompileError::new(span, code::QUERY_VALUE, what));
        }
        let mut compiled = Vec::new();
        let mut kinds = Vec::new();
        for argument in &expanded {
            let typed = self.scalar(argument, shape)?;
            kinds.push(typed.kind);
            compiled.push(typed.expr);
        }
        let results = results(known, &expanded, &kinds, self.query.language);
        let several = results.several;
        plan.calls.push(Aggregated {
            function: known,
            arguments: compiled.into(),
            several,
            width: results.names.len(),
        });
        let mut places = Vec::new();
        for (name, kind) in results.names {
            let place: Box<str> = format!("\u{1}{}", plan.columns.columns.len()).into();
            plan.columns.push(place.clone(), kind);
            places.push((place, (name, kind)));
        }
        Ok(places)
    }
}

fn column(name: &str, span: Span) -> Scalar {
    Scalar { node: Node::Column(name.into()), span }
}

/// The columns that `*` stands for: all but the keys and the first argument.
fn others<'s>(shape: &'s Shape, groups: &'s Shape, first: Option<&Scalar>) -> impl Iterator<Item = &'s str> + use<'s> {
    let first: Option<Box<str>> = first.and_then(|first| names::of_value(first, Language::Kql));
    let all = shape.columns.iter().map(|column| &*column.name);
    all.filter(move |name| Some(*name) != first.as_deref() && !groups.columns.iter().any(|group| &*group.name == *name))
}

/// Names and kinds of an aggregate's results.
fn results(known: &Aggregate, arguments: &[Scalar], kinds: &[Kind], language: Language) -> Results {
    let kind = (known.returns)(kinds);
    let at = |at: usize| kinds.get(at).copied().unwrap_or(Kind::Dynamic);
    let named = |argument: &Scalar| names::of_value(argument, language);
    let names = match (language, known.name) {
        // The value that is largest or smallest, then the columns of its row.
        (Language::Kql, "arg_max" | "arg_min" | "argmax" | "argmin") => {
            let start = known.name.trim_start_matches("arg").trim_start_matches('_');
            let name = |(place, argument): (usize, &Scalar)| {
                let made = if place == 0 { format!("{start}_") } else { format!("{}_", known.name) };
                (named(argument).unwrap_or_else(|| made.into()), at(place))
            };
            arguments.iter().enumerate().map(name).collect()
        }
        (Language::Kql, "take_any" | "any" | "anyif" | "take_anyif")
            if arguments.len() > 1 && !known.name.ends_with("if") =>
        {
            let start = if known.name == "any" { "any_" } else { "" };
            let name = |(place, argument): (usize, &Scalar)| {
                (format!("{start}{}", named(argument).unwrap_or_default()).into(), at(place))
            };
            arguments.iter().enumerate().map(name).collect()
        }
        (Language::Kql, "percentiles" | "percentilesw") => {
            let first = arguments.first().and_then(named).unwrap_or_default();
            let skip = if known.name == "percentilesw" { 2 } else { 1 };
            let name = |argument: &Scalar| {
                let number = match &argument.node {
                    Node::Literal(value) => {
                        ddefend_functions::value::text(value).trim_end_matches(".0").replace('.', "_")
                    }
                    _ => String::new(),
                };
                (format!("percentile_{first}_{number}").into(), kind)
            };
            arguments.iter().skip(skip).map(name).collect()
        }
        (Language::Kql, "percentile") => {
            let first = arguments.first().and_then(named).unwrap_or_default();
            let number = match arguments.get(1).map(|argument| &argument.node) {
                Some(Node::Literal(value @ (Datum::Long(_) | Datum::Real(_)))) => {
                    ddefend_functions::value::text(value).into_owned()
                }
                _ => String::new(),
            };
            vec![(format!("percentile_{first}_{number}").into(), kind)]
        }
        _ => vec![(names::of_aggregate(known.name, arguments, language), kind)],
    };
    Results { several: names.len() > 1 || lists(known.name), names }
}

/// True where an aggregate makes a list of results even where it has one.
fn lists(name: &str) -> bool {
    matches!(name, "arg_max" | "arg_min" | "argmax" | "argmin" | "percentiles" | "percentilesw")
}
