use super::{Builder, Stream, names};
use crate::dialect;
use crate::error::CompileError;
use crate::expr::Expr;
use crate::operator::{Count, Distinct, Filter, Key, Map, Sort, Tail, Take, Top};
use crate::run::Store;
use crate::shape::{Found, Shape};
use ddefend_event::{Column, Kind};
use ddefend_functions::function;
use ddefend_rule::ir::query::{Assignment, Language, Operator, Pattern, Scalar, SortKey, Span, Step};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// A column's name, where it has one, and what it gets.
type Assigned = (Option<Box<str>>, Expr, Kind);

/// Names of one assignment that gets several results.
const MOST_NAMES: usize = 1000;

impl Builder<'_> {
    pub(super) fn step(&mut self, stream: Stream, step: &Step, all: bool) -> Result<Stream, CompileError> {
        let span = step.span;
        match &step.operator {
            Operator::Filter(condition) => self.filter(stream, condition, span),
            Operator::Extend(values) => self.extend(stream, values, span),
            Operator::Project(values) => self.project(stream, values, span),
            Operator::Keep(patterns) => {
                let kept = self.named(&stream.shape, patterns)?;
                let kept = if self.query.language == Language::Kql { sorted(kept) } else { kept };
                let open = stream.shape.open && patterns.iter().any(|pattern| pattern.name.contains('*'));
                self.picked(stream, &kept, open, span)
            }
            Operator::Away(patterns) => {
                let gone = self.named(&stream.shape, patterns)?;
                let kept: Vec<usize> = (0..stream.shape.columns.len()).filter(|at| !gone.contains(at)).collect();
                let open = stream.shape.open;
                self.picked(stream, &kept, open, span)
            }
            Operator::Reorder(patterns) => {
                let mut order = self.named(&stream.shape, patterns)?;
                order.extend((0..stream.shape.columns.len()).filter(|at| !order.contains(at)).collect::<Vec<_>>());
                let open = stream.shape.open;
                self.picked(stream, &order, open, span)
            }
            Operator::Rename(pairs) => self.rename(stream, pairs, span),
            Operator::Summarise { aggregates, by } => self.summarise(stream, aggregates, by, span),
            Operator::Sort(keys) => self.sort(stream, keys, None, span),
            Operator::Top(most, keys) => self.sort(stream, keys, Some(*most), span),
            Operator::Take(most) => {
                let most = *most;
                let node = self.operator("take", span, &[stream.node], move || Take { left: most })?;
                Ok(Stream { node, ..stream })
            }
            Operator::Tail(most) => {
                let most = *most;
                let make = move || Tail { most, rows: VecDeque::new(), bytes: 0 };
                let node = self.operator("tail", span, &[stream.node], make)?;
                Ok(Stream { node, ..stream })
            }
            Operator::Distinct(values) => {
                let stream = if values.is_empty() { stream } else { self.project(stream, values, span)? };
                let make = || Distinct { seen: HashSet::new(), bytes: 0 };
                let node = self.operator("distinct", span, &[stream.node], make)?;
                Ok(Stream { node, ..stream })
            }
            Operator::Count => {
                let name = if self.query.language == Language::Kql { "Count" } else { "count" };
                let node = self.operator("count", span, &[stream.node], || Count { rows: 0 })?;
                let shape = Shape::new(vec![Column { name: name.into(), kind: Kind::Long }]);
                Ok(Stream { node, shape, table: None })
            }
            Operator::Join { kind, right, on } => self.join(stream, *kind, right, on, span, all),
            Operator::Union { members, outer, source_column, fuzzy } => {
                self.union(Some(stream), members, *outer, source_column.as_deref(), *fuzzy, all)
            }
            Operator::Window { aggregates, by, mode } => self.window(stream, aggregates, by, *mode, span),
            Operator::Dedup { count, by, keep_empty, consecutive } => {
                self.dedup(stream, (*count, by, *keep_empty, *consecutive), span)
            }
            Operator::Expand { columns, index, limit } => self.expand(stream, columns, index.as_deref(), *limit, span),
            Operator::Apply { columns, body } => self.apply(stream, columns, body, span),
            Operator::Parse { value, kind, pattern, only_fitting } => {
                self.parse(stream, value, (*kind, *only_fitting), pattern, span)
            }
            Operator::Extract { value, extraction } => self.extract(stream, value, extraction, span),
            Operator::Fill { columns, value } => self.fill(stream, columns, value, span),
            Operator::Partition { by, body, keep } => self.partition(stream, by, body, *keep, span),
            Operator::Command { name, arguments, tables } => self.command(stream, name, arguments, tables, span),
        }
    }

    fn filter(&mut self, stream: Stream, condition: &Scalar, span: Span) -> Result<Stream, CompileError> {
        if self.has_numbered(condition) {
            let mut stream = stream;
            let condition = self.numbered_scalar(&mut stream, condition, 64)?;
            let stream = self.filter(stream, &condition, span)?;
            return self.unnumbered(stream, span);
        }
        let condition = Arc::new(self.scalar(condition, &stream.shape)?.expr);
        let node = self.gated(stream.node, span)?;
        let node = self.operator("where", span, &[node], move || Filter { condition: Arc::clone(&condition) })?;
        Ok(Stream { node, ..stream })
    }

    fn extend(&mut self, mut stream: Stream, values: &[Assignment], span: Span) -> Result<Stream, CompileError> {
        if dialect::sees_own_columns(self.query.language) && values.len() > 1 {
            for value in values {
                stream = self.extend(stream, std::slice::from_ref(value), span)?;
            }
            return Ok(stream);
        }
        self.extend_once(stream, values, span)
    }

    /// All values see the row as it was.
    pub(super) fn extend_once(
        &mut self,
        stream: Stream,
        values: &[Assignment],
        span: Span,
    ) -> Result<Stream, CompileError> {
        if values.iter().any(|value| self.has_numbered(&value.value)) {
            let (stream, values) = self.numbered(stream, values)?;
            let stream = self.extend_once(stream, &values, span)?;
            return self.unnumbered(stream, span);
        }
        let mut shape = stream.shape.clone();
        let mut places = Vec::new();
        let mut made = Vec::new();
        for (name, expr, kind) in self.assigned(&stream.shape, values)? {
            let name = name.unwrap_or_else(|| shape.fresh_numbered("Column"));
            match shape.place(&name, self.query.language) {
                Some(at) => {
                    places.push(at);
                    if let Some(column) = shape.columns.get_mut(at) {
                        column.kind = kind;
                    }
                }
                None => {
                    places.push(shape.columns.len());
                    shape.push(name, kind);
                }
            }
            made.push(expr);
        }
        let node = self.gated(stream.node, span)?;
        let (places, made): (Arc<[usize]>, Arc<[Expr]>) = (places.into(), made.into());
        let make = move || Map { values: Arc::clone(&made), places: Some(Arc::clone(&places)) };
        let node = self.operator("extend", span, &[node], make)?;
        Ok(Stream { node, shape, table: stream.table })
    }

    pub(super) fn project(
        &mut self,
        stream: Stream,
        values: &[Assignment],
        span: Span,
    ) -> Result<Stream, CompileError> {
        if values.iter().any(|value| self.has_numbered(&value.value)) {
            let (stream, values) = self.numbered(stream, values)?;
            return self.project(stream, &values, span);
        }
        let mut shape = Shape::default();
        let mut made: Vec<Expr> = Vec::new();
        for (name, expr, kind) in self.assigned(&stream.shape, values)? {
            let name = match name {
                Some(name) if self.query.language == Language::Kql => shape.fresh(&name),
                Some(name) => name,
                None => shape.fresh_numbered("Column"),
            };
            match shape.place(&name, self.query.language).and_then(|at| made.get_mut(at)) {
                Some(earlier) => *earlier = expr,
                None => {
                    shape.push(name, kind);
                    made.push(expr);
                }
            }
        }
        let node = self.gated(stream.node, span)?;
        let made: Arc<[Expr]> = made.into();
        let node = self.operator("project", span, &[node], move || Map { values: Arc::clone(&made), places: None })?;
        Ok(Stream { node, shape, table: stream.table })
    }

    /// Values with the columns that get them; several names take the elements of a list.
    fn assigned(&mut self, shape: &Shape, values: &[Assignment]) -> Result<Vec<Assigned>, CompileError> {
        let mut made = Vec::new();
        for assignment in values {
            let typed = self.scalar(&assignment.value, shape)?;
            match assignment.names.as_slice() {
                [] => made.push((names::of_value(&assignment.value, self.query.language), typed.expr, typed.kind)),
                [name] => made.push((Some(name.clone()), typed.expr, typed.kind)),
                several => {
                    for (at, name) in several.iter().take(MOST_NAMES).enumerate() {
                        let at =
                            Expr::Const(ddefend_rule::ir::query::Datum::Long(i64::try_from(at).unwrap_or_default()));
                        let element = Expr::Index(Box::new(typed.expr.clone()), Box::new(at));
                        made.push((Some(name.clone()), element, Kind::Dynamic));
                    }
                }
            }
        }
        Ok(made)
    }

    /// Places of the columns that patterns name, in their order, once each.
    pub(super) fn named(&mut self, shape: &Shape, patterns: &[Pattern]) -> Result<Vec<usize>, CompileError> {
        let mut places = Vec::new();
        for pattern in patterns {
            let found = if pattern.name.contains('*') {
                shape.fitting(&pattern.name)
            } else {
                match shape.find(&pattern.name, pattern.span, self.query.language)? {
                    Found::At(at, _) => vec![at],
                    Found::Absent => Vec::new(),
                }
            };
            for at in found {
                if !places.contains(&at) {
                    places.push(at);
                }
            }
        }
        Ok(places)
    }

    /// Only these columns, in that order.
    pub(super) fn picked(
        &mut self,
        stream: Stream,
        places: &[usize],
        open: bool,
        span: Span,
    ) -> Result<Stream, CompileError> {
        let columns = places.iter().filter_map(|at| stream.shape.columns.get(*at).cloned()).collect();
        let values: Arc<[Expr]> = places.iter().map(|at| Expr::Column(*at)).collect();
        let make = move || Map { values: Arc::clone(&values), places: None };
        let node = self.operator("project", span, &[stream.node], make)?;
        Ok(Stream { node, shape: Shape { columns, open }, table: stream.table })
    }

    fn rename(&mut self, stream: Stream, pairs: &[(Box<str>, Box<str>)], span: Span) -> Result<Stream, CompileError> {
        let mut shape = stream.shape.clone();
        for (new, old) in pairs {
            if old.contains('*') {
                for at in stream.shape.fitting(old) {
                    if let (Some(column), Some(known)) = (shape.columns.get_mut(at), stream.shape.columns.get(at)) {
                        column.name = filled(old, new, &known.name).into();
                    }
                }
                continue;
            }
            let Found::At(at, _) = stream.shape.find(old, span, self.query.language)? else { continue };
            if let Some(column) = shape.columns.get_mut(at) {
                column.name = new.clone();
            }
        }
        // A column that had the new name before goes.
        let renamed = |at: usize| {
            let name = |shape: &Shape| shape.columns.get(at).map(|column| column.name.clone());
            name(&shape) != name(&stream.shape)
        };
        let kept: Vec<usize> = (0..shape.columns.len())
            .filter(|at| {
                let Some(own) = shape.columns.get(*at) else { return false };
                let twin = |other: &usize| other != at && shape.columns.get(*other).is_some_and(|c| c.name == own.name);
                renamed(*at) || !(0..shape.columns.len()).filter(|other| renamed(*other)).any(|other| twin(&other))
            })
            .collect();
        let open = shape.open;
        let whole = kept.len() == shape.columns.len();
        let stream = Stream { shape, ..stream };
        if whole { Ok(stream) } else { self.picked(stream, &kept, open, span) }
    }

    fn sort(&mut self, stream: Stream, by: &[SortKey], most: Option<u64>, span: Span) -> Result<Stream, CompileError> {
        let mut keys = Vec::new();
        for key in by {
            let mut value = self.scalar(&key.value, &stream.shape)?.expr;
            if let (Language::Spl, Some(natural)) = (self.query.language, function(Language::Spl, "sort_key")) {
                // Text that is a number is sorted as one.
                value = Expr::Call(natural, Box::new([value]));
            }
            keys.push(Key { value, descending: key.descending, nulls: key.nulls });
        }
        let node = self.gated(stream.node, span)?;
        let keys: Arc<[Key]> = keys.into();
        let node = match most.map(|most| usize::try_from(most).unwrap_or(usize::MAX)) {
            Some(most) => {
                let make = move || Top { keys: Arc::clone(&keys), most, rows: Vec::new() };
                self.operator("top", span, &[node], make)?
            }
            None => {
                let make = move || Sort { keys: Arc::clone(&keys), store: Store::default() };
                self.operator("sort", span, &[node], make)?
            }
        };
        Ok(Stream { node, ..stream })
    }
}

fn sorted(mut places: Vec<usize>) -> Vec<usize> {
    places.sort_unstable();
    places
}

/// A new name by a pattern: what `*` stood for in the old one.
fn filled(old: &str, new: &str, name: &str) -> String {
    let (start, end) = old.split_once('*').unwrap_or((old, ""));
    let middle = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).unwrap_or_default();
    new.replacen('*', middle, 1)
}
