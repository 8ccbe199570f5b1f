//! Operators that only Kusto has: commands by their names. The arguments are described in the crate's documentation.

use super::assign::{setting, text};
use super::sources::schema_list;
use super::{At, Lower, Row, Rows, at};
use crate::ast::{Declared, Ex, Expr, Level, Op, ScanStep, Setting};
use crate::fault::{Fault, Got};
use ddefend_rule::ir::query::{Assignment, Datum, Node, Operator, Pipeline, Scalar, Source, Span, Step};

type Arguments = Vec<(Option<Box<str>>, Scalar)>;

fn command(name: &str, arguments: Arguments) -> Operator {
    Operator::Command { name: name.into(), arguments, tables: Vec::new() }
}

fn named(name: &str, value: Scalar) -> (Option<Box<str>>, Scalar) {
    (Some(name.into()), value)
}

impl<'a> Lower<'a> {
    pub(super) fn command(&mut self, op: &'a Op, span: Span, place: At<'_>) -> Got<Operator> {
        match op {
            Op::Sample(count) => {
                let count = self.scalar(count, place)?;
                Ok(command("sample", vec![(None, count)]))
            }
            Op::SampleDistinct(count, of) => {
                let (count, of) = (self.scalar(count, place)?, self.scalar(of, place)?);
                Ok(command("sample-distinct", vec![(None, count), (None, of)]))
            }
            Op::TopHitters(count, of, by) => {
                let mut arguments = vec![(None, self.scalar(count, place)?), (None, self.packed(of, place)?)];
                if let Some(by) = by {
                    arguments.push(named("by", self.scalar(by, place)?));
                }
                Ok(command("top-hitters", arguments))
            }
            Op::TopNested(levels) => {
                let levels: Got<Arguments> =
                    levels.iter().map(|level| Ok((None, self.level(level, span, place)?))).collect();
                Ok(command("top-nested", levels?))
            }
            Op::Reduce { by, settings } => {
                let mut arguments = vec![(None, self.scalar(by, place)?)];
                self.settings(settings, &mut arguments, place)?;
                Ok(command("reduce", arguments))
            }
            Op::ParseKv { value, columns, settings } => {
                let mut arguments =
                    vec![(None, self.scalar(value, place)?), named("schema", schema_list(columns, span))];
                self.settings(settings, &mut arguments, place)?;
                Ok(command("parse-kv", arguments))
            }
            Op::GetSchema => Ok(command("getschema", Vec::new())),
            Op::Evaluate(call, schema) => match &call.node {
                Ex::Call(name, arguments) => self.plugin("evaluate", name, arguments, schema.as_deref(), place),
                _ => Fault::syntax(span, "evaluate takes a call of a plugin"),
            },
            Op::MakeSeries { values, on, from, to, step, by } => {
                let mut arguments = Vec::new();
                for (value, default) in values {
                    arguments.push(named("value", self.packed(value, place)?));
                    if let Some(default) = default {
                        arguments.push(named("default", self.scalar(default, place)?));
                    }
                }
                arguments.push(named("on", self.packed(on, place)?));
                for (name, bound) in [("from", from.as_ref()), ("to", to.as_ref()), ("step", Some(step))] {
                    if let Some(bound) = bound {
                        arguments.push(named(name, self.scalar(bound, place)?));
                    }
                }
                for by in by {
                    arguments.push(named("by", self.packed(by, place)?));
                }
                Ok(command("make-series", arguments))
            }
            Op::Scan { settings, declared, steps } => self.scan(settings, declared, steps, span, place),
            _ => Fault::unsupported(span, "this operator at this place"),
        }
    }

    /// `level(count, of, by, others, descending)`; what is not given is null.
    fn level(&mut self, level: &'a Level, span: Span, place: At<'_>) -> Got<Scalar> {
        let null = at(Node::Literal(Datum::Null), span);
        let count = match &level.count {
            Some(count) => self.scalar(count, place)?,
            None => null.clone(),
        };
        let others = match &level.others {
            Some(others) => self.scalar(others, place)?,
            None => null,
        };
        let list = vec![
            count,
            self.packed(&level.of, place)?,
            self.packed(&level.by, place)?,
            others,
            at(Node::Literal(Datum::Bool(level.descending)), span),
        ];
        Ok(at(Node::Call("level".into(), list), span))
    }

    fn settings(&mut self, settings: &'a [Setting], arguments: &mut Arguments, place: At<'_>) -> Got<()> {
        for setting in settings {
            let value = match &setting.value.node {
                Ex::Name(word) if self.find(word, place.scope).is_none() => text(word, setting.value.span),
                _ => self.scalar(&setting.value, place)?,
            };
            arguments.push((Some(setting.name.clone()), value));
        }
        Ok(())
    }

    /// A plugin, or a function that is not the query's own, over the rows.
    pub(super) fn plugin(
        &mut self,
        verb: &str,
        name: &str,
        arguments: &'a [Expr],
        schema: Option<&[Declared]>,
        place: At<'_>,
    ) -> Got<Operator> {
        let (mut list, mut tables) = (Vec::new(), Vec::new());
        for argument in arguments {
            let (given, value) = match &argument.node {
                Ex::Named(names, value) => (names.first().cloned(), &**value),
                _ => (None, argument),
            };
            if self.tabular(value, place.scope) {
                tables.push(self.rows(value, place.scope)?.pipeline);
            } else if value.node == Ex::Star {
                list.push((given, at(Node::AnyColumn, value.span)));
            } else {
                list.push((given, self.scalar(value, place)?));
            }
        }
        if let Some(schema) = schema {
            let span = arguments.first().map_or(Span::default(), |first| first.span);
            list.push(named("schema", schema_list(schema, span)));
        }
        Ok(Operator::Command { name: format!("{verb} {name}").into(), arguments: list, tables })
    }

    /// `declare`: `assign(name, default)`; `step`: `step(name, condition, output, assign...)`.
    fn scan(
        &mut self,
        settings: &[Setting],
        declared: &'a [Declared],
        steps: &'a [ScanStep],
        span: Span,
        place: At<'_>,
    ) -> Got<Operator> {
        let mut arguments = Vec::new();
        if let Some((name, span)) = setting(settings, "with_match_id") {
            arguments.push(named("with_match_id", text(name, span)));
        }
        let mut row = place.row.clone();
        for column in declared {
            row.add(std::slice::from_ref(&column.name));
        }
        for step in steps {
            row.add(std::slice::from_ref(&step.name));
        }
        let place = At { scope: place.scope, row: &row };
        for column in declared {
            let default = match &column.default {
                Some(default) => self.scalar(default, place)?,
                None => at(Node::NullOf(column.kind), span),
            };
            let list = vec![text(&column.name, span), default];
            arguments.push(named("declare", at(Node::Call("assign".into(), list), span)));
        }
        for step in steps {
            if step.optional {
                return Fault::unsupported(step.condition.span, "an optional step of scan");
            }
            let output = step.output.as_deref().unwrap_or("all");
            let mut list = vec![text(&step.name, span), self.scalar(&step.condition, place)?, text(output, span)];
            for value in &step.assignments {
                list.push(self.packed(value, place)?);
            }
            arguments.push(named("step", at(Node::Call("step".into(), list), step.condition.span)));
        }
        Ok(command("scan", arguments))
    }

    /// The rows as one list of their first column, where that can be told.
    pub(super) fn listed(&mut self, rows: Rows, span: Span) -> Got<Option<Rows>> {
        let mut pipeline = rows.pipeline;
        for _ in 0..self.shared.len() {
            // Tables of the query are taken as they are written, so that their column can be named.
            let Source::Shared(index) = &pipeline.source else { break };
            let Some(found) = self.shared.get(*index) else { break };
            let mut whole = found.pipeline.clone();
            self.charge(whole.steps.len().saturating_mul(8), span)?;
            whole.steps.append(&mut pipeline.steps);
            pipeline = whole;
        }
        let Some(name) = first_column(&mut pipeline) else { return Ok(None) };
        let column = at(Node::Column(name), span);
        let list = at(Node::Call("make_list".into(), vec![column]), span);
        let aggregates = vec![Assignment { names: vec!["list_".into()], value: list }];
        pipeline.steps.push(Step { operator: Operator::Summarise { aggregates, by: Vec::new() }, span });
        Ok(Some(Rows { pipeline, row: Row::default() }))
    }
}

/// The name of the first column; a column without a name is given one where nothing behind it can know it.
fn first_column(pipeline: &mut Pipeline) -> Option<Box<str>> {
    for step in pipeline.steps.iter_mut().rev() {
        let list = match &mut step.operator {
            Operator::Filter(_) | Operator::Sort(_) | Operator::Take(_) | Operator::Top(..) | Operator::Extend(_) => {
                continue;
            }
            Operator::Project(list) => list,
            Operator::Distinct(list) if !list.is_empty() => list,
            Operator::Summarise { aggregates, by } => {
                if by.is_empty() {
                    aggregates
                } else {
                    by
                }
            }
            _ => return None,
        };
        let first = list.first_mut()?;
        if first.names.is_empty() {
            first.names.push("first_".into());
        }
        return first.names.first().cloned();
    }
    match &pipeline.source {
        Source::Rows { columns, .. } | Source::External { columns, .. } => {
            columns.first().map(|(name, _)| name.clone())
        }
        _ => None,
    }
}
