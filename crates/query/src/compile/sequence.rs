use super::{Builder, Stream};
use crate::error::CompileError;
use crate::sequence::{Plan, Port, SequenceOp, Stage, TermPlan};
use crate::shape::{Found, Shape, WHOLE};
use ddefend_event::{Column, Kind};
use ddefend_model::code;
use ddefend_rule::ir::query::{Sequence, Source, Span};
use std::sync::Arc;

/// The column that events are ordered by (Elasticsearch's default).
const TIME: &str = "@timestamp";

impl Builder<'_> {
    /// A row per event of each sequence: `sequence.id`, `sequence.stage`, the columns of all tables.
    pub(super) fn sequence(&mut self, sequence: &Sequence) -> Result<Stream, CompileError> {
        let all = || sequence.terms.iter().chain(&sequence.until);
        let span = all().next().map_or(Span::default(), |term| term.filter.span);
        let mut names: Vec<&str> = Vec::new();
        for term in all() {
            if !names.contains(&&*term.table) {
                names.push(&term.table);
            }
        }
        let mut streams = Vec::new();
        for name in &names {
            let at = all().find(|term| &*term.table == *name).map_or(span, |term| term.filter.span);
            streams.push(self.source(&Source::Table { name: (*name).into(), span: at }, true)?);
        }
        let shape = together(&streams);
        let mut ports = Vec::new();
        for stream in &streams {
            let Found::At(time, _) = stream.shape.find(TIME, span, self.query.language)? else {
                let what = format!("a sequence needs the column {TIME}: this table has none");
                return Err(CompileError::new(span, code::QUERY_NAME, what));
            };
            let place = |column: &Column| stream.shape.place(&column.name, self.query.language);
            let places = shape.columns.iter().skip(2).map(place).collect();
            ports.push(Port { time, whole: stream.shape.place(WHOLE, self.query.language), places });
        }
        let mut terms = Vec::new();
        for term in all() {
            let Some(port) = names.iter().position(|name| **name == *term.table) else { continue };
            let Some(stream) = streams.get(port) else { continue };
            let filter = self.scalar(&term.filter, &stream.shape)?.expr;
            let keys = sequence.by.iter().chain(&term.by);
            let keys = keys
                .map(|key| self.scalar(key, &stream.shape).map(|typed| typed.expr))
                .collect::<Result<Vec<_>, _>>()?;
            terms.push(TermPlan { port, filter, keys, optional: term.optional });
        }
        let stages = sequence.terms.iter().enumerate();
        let stages = stages
            .flat_map(|(at, term)| std::iter::repeat_n(Stage { term: at, missing: term.missing }, term.runs as usize));
        let until = sequence.until.as_ref().map(|_| sequence.terms.len());
        let stages = stages.collect();
        let plan = Arc::new(Plan { ordered: sequence.ordered, maxspan: sequence.maxspan, stages, until });
        let (terms, ports): (Arc<[TermPlan]>, Arc<[Port]>) = (terms.into(), ports.into());
        let inputs: Vec<usize> = streams.iter().map(|stream| stream.node).collect();
        let make = move || SequenceOp::new(Arc::clone(&plan), Arc::clone(&terms), Arc::clone(&ports));
        let node = self.operator("a sequence", span, &inputs, make)?;
        Ok(Stream { node, shape, table: None })
    }
}

/// The columns of all tables, behind those of the sequence.
fn together(streams: &[Stream]) -> Shape {
    let mut shape = Shape::default();
    shape.push("sequence.id", Kind::Long);
    shape.push("sequence.stage", Kind::Long);
    for stream in streams {
        shape.open |= stream.shape.open;
        for column in &stream.shape.columns {
            match shape.columns.iter_mut().find(|known| known.name == column.name) {
                Some(known) if known.kind != column.kind => known.kind = Kind::Dynamic,
                Some(_) => {}
                None => shape.columns.push(column.clone()),
            }
        }
    }
    shape
}
