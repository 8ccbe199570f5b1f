use super::{Builder, Stream};
use crate::dialect;
use crate::error::CompileError;
use crate::operator::{Made, Map, Pass, Scan as ScanOp};
use crate::row::Row;
use crate::settings::Scan;
use crate::shape::{Shape, WHOLE};
use ddefend_event::{Column, Kind, Table};
use ddefend_model::code;
use ddefend_rule::ir::query::{Datum, Language, Pipeline, Scalar, Source, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows that `range` may make.
const RANGE: usize = 1_000_000;

impl Builder<'_> {
    pub(super) fn source(&mut self, source: &Source, all: bool) -> Result<Stream, CompileError> {
        match source {
            Source::Table { name, span } => {
                let Some(table) = self.tables.table(self.query.language, name) else {
                    let what = format!("no schema that is in use has a table {name}");
                    return Err(CompileError::new(*span, code::QUERY_NAME, what));
                };
                self.scan(&table, name, *span, all)
            }
            Source::Shared(at) => self.shared(*at),
            Source::Rows { columns, rows } => {
                let shape =
                    Shape::new(columns.iter().map(|(name, kind)| Column { name: name.clone(), kind: *kind }).collect());
                let mut made = Vec::new();
                for row in rows {
                    made.push(self.row(row, &shape)?);
                }
                self.made(made, shape)
            }
            Source::Range { column, bounds } => self.range(column, bounds),
            Source::External { columns, locations, span } => self.external(columns, locations, *span),
            Source::Union { members, outer, source_column, fuzzy } => {
                self.union(None, members, *outer, source_column.as_deref(), *fuzzy, all)
            }
            Source::Sequence(sequence) => self.sequence(sequence),
        }
    }

    fn scan(&mut self, table: &Arc<Table>, name: &str, span: Span, all: bool) -> Result<Stream, CompileError> {
        if self.graphs.len() > 1 {
            return self.unsupported(span, "a table within mv-apply, partition and their like");
        }
        let named = |column: &&Column| all || self.wanted.column(&column.name);
        let mut columns: Vec<Column> = table.columns.iter().filter(named).cloned().collect();
        let whole = table.open && (all || self.wanted.whole);
        if table.open {
            let known = |name: &str| table.columns.iter().any(|column| &*column.name == name);
            let more = self.wanted.names.iter().filter(|name| !known(name) && !name.is_empty());
            columns.extend(more.map(|name| Column { name: name.clone(), kind: Kind::Dynamic }));
        }
        let mut shape = Shape { columns: columns.clone(), open: table.open };
        if whole {
            shape.push(WHOLE, Kind::Dynamic);
        }
        let kinds: Arc<[Kind]> = shape.columns.iter().map(|column| column.kind).collect();
        let node = self.entry("a table", span, Arc::new(move || Box::new(ScanOp { kinds: Arc::clone(&kinds) })))?;
        self.scans.push(Scan { table: Arc::clone(table), columns, whole });
        Ok(Stream { node, shape, table: Some(name.into()) })
    }

    fn shared(&mut self, at: usize) -> Result<Stream, CompileError> {
        if self.graphs.len() > 1 {
            return self.unsupported(Span::default(), "a named table within mv-apply, partition and their like");
        }
        if let Some(Some(stream)) = self.shared.get(at) {
            return Ok(stream.clone());
        }
        let Some(pipeline) = self.query.shared.get(at) else {
            return self.unsupported(Span::default(), "a table that the query does not define");
        };
        let all = self.wanted.shared.get(at).copied().unwrap_or(true);
        let stream = self.pipeline(pipeline, all)?;
        if let Some(place) = self.shared.get_mut(at) {
            *place = Some(stream.clone());
        }
        Ok(stream)
    }

    fn row(&mut self, values: &[Scalar], shape: &Shape) -> Result<Row, CompileError> {
        let mut row = Row::new();
        for (value, column) in values.iter().zip(&shape.columns) {
            let value = self.constant(value)?;
            let context = ddefend_functions::Context::new(self.settings.now);
            row.push(dialect::cast(&value, column.kind, self.query.language, &context));
        }
        row.resize(shape.columns.len(), Datum::Null);
        Ok(row)
    }

    pub(super) fn made(&mut self, rows: Vec<Row>, shape: Shape) -> Result<Stream, CompileError> {
        let rows = Arc::new(rows);
        let node = self.node(
            "rows of the query",
            Span::default(),
            &[&[]],
            Arc::new(move || Box::new(Made { rows: Arc::clone(&rows) })),
        )?;
        Ok(Stream { node, shape, table: None })
    }

    fn range(&mut self, column: &str, bounds: &[Scalar; 3]) -> Result<Stream, CompileError> {
        let span = bounds.first().map(|bound| bound.span).unwrap_or_default();
        let [from, to, step] = bounds;
        let (from, to, step) = (self.constant(from)?, self.constant(to)?, self.constant(step)?);
        let mut rows = Vec::new();
        let down = matches!(&step, Datum::Long(step) | Datum::Span(step) if *step < 0)
            || matches!(&step, Datum::Real(step) if *step < 0.0);
        let nothing = matches!(&step, Datum::Long(0) | Datum::Span(0));
        let mut at = from;
        let kind = ddefend_functions::value::kind(&at);
        while let Some(order) = ddefend_functions::value::compare(&at, &to) {
            if nothing || (!down && order.is_gt()) || (down && order.is_lt()) {
                break;
            }
            if rows.len() >= RANGE {
                return Err(CompileError::new(
                    span,
                    code::QUERY_LIMIT,
                    format!("the range has more than {RANGE} rows"),
                ));
            }
            rows.push(vec![at.clone()]);
            at = dialect::arithmetic(ddefend_rule::ir::query::ArithmeticOp::Add, &at, &step, self.query.language);
        }
        self.made(rows, Shape::new(vec![Column { name: column.into(), kind }]))
    }

    fn external(
        &mut self,
        columns: &[(Box<str>, Kind)],
        locations: &[Box<str>],
        span: Span,
    ) -> Result<Stream, CompileError> {
        let mut shape =
            Shape::new(columns.iter().map(|(name, kind)| Column { name: name.clone(), kind: *kind }).collect());
        let mut rows = Vec::new();
        let context = ddefend_functions::Context::new(self.settings.now);
        for location in locations {
            let Some(given) = self.settings.external.get(location) else {
                let shown: String = location.chars().take(200).collect();
                let what = format!("{shown} is not read: no file was given for it, so it has no rows here");
                self.warn(CompileError::warning(span, code::QUERY_EXTERNAL, what));
                continue;
            };
            if shape.columns.is_empty() {
                shape = Shape::new(given.columns.clone());
            }
            let places: Vec<Option<usize>> = (shape.columns.iter().enumerate())
                .map(|(at, column)| {
                    let named = given.columns.iter().position(|known| known.name == column.name);
                    named.or_else(|| (given.columns.len() == shape.columns.len()).then_some(at))
                })
                .collect();
            for row in &given.rows {
                let pick = |place: &Option<usize>| place.and_then(|at| row.get(at)).cloned().unwrap_or_default();
                let cast = |(place, column): (&Option<usize>, &Column)| {
                    dialect::cast(&pick(place), column.kind, self.query.language, &context)
                };
                rows.push(places.iter().zip(&shape.columns).map(cast).collect());
            }
        }
        // Without columns anything may be asked of it.
        shape.open = columns.is_empty() && shape.columns.is_empty();
        self.made(rows, shape)
    }

    /// All rows of several pipelines, columns by name.
    pub(super) fn union(
        &mut self,
        first: Option<Stream>,
        members: &[Pipeline],
        outer: bool,
        source_column: Option<&str>,
        fuzzy: bool,
        all: bool,
    ) -> Result<Stream, CompileError> {
        let mut streams: Vec<Stream> = first.into_iter().collect();
        let mut missing = None;
        for member in members {
            match self.missing(member, 16).filter(|_| fuzzy) {
                Some((name, span)) => missing = Some((name, span)),
                None => streams.push(self.pipeline(member, all)?),
            }
        }
        if let Some((name, span)) = missing {
            let what = format!("no schema that is in use has a table {name}");
            if streams.is_empty() {
                return Err(CompileError::new(span, code::QUERY_NAME, what));
            }
            self.warn(CompileError::warning(span, code::QUERY_NAME, format!("{what}; it counts as empty")));
        }
        let mut shape = Shape { open: streams.iter().any(|stream| stream.shape.open), ..Shape::default() };
        if let Some(name) = source_column {
            shape.push(name, Kind::String);
        }
        for column in self.together(&streams) {
            shape.columns.push(column);
        }
        if !outer {
            let has = |stream: &Stream, column: &Column| stream.shape.columns.iter().any(|c| c.name == column.name);
            let everywhere = |column: &Column| {
                Some(&*column.name) == source_column || streams.iter().all(|stream| has(stream, column))
            };
            shape.columns.retain(everywhere);
        }
        let mut inputs = Vec::new();
        for (at, stream) in streams.iter().enumerate() {
            let table = stream.table.clone().unwrap_or_else(|| format!("union_arg{at}").into());
            inputs.push(self.fitted(stream, &shape, source_column.map(|name| (name, &*table)))?);
        }
        let span = Span::default();
        let node = self.node("union", span, &[&inputs], Arc::new(|| Box::new(Pass)))?;
        Ok(Stream { node, shape, table: None })
    }

    /// The table that a pipeline reads and that is not there.
    fn missing(&self, pipeline: &Pipeline, depth: usize) -> Option<(Box<str>, Span)> {
        match &pipeline.source {
            Source::Table { name, span } => {
                self.tables.table(self.query.language, name).is_none().then(|| (name.clone(), *span))
            }
            Source::Shared(at) => self.missing(self.query.shared.get(*at)?, depth.checked_sub(1)?),
            _ => None,
        }
    }

    /// The columns of several streams by name. Kusto keeps columns of one name and different kinds apart, with the kind
    /// behind the name (Kusto documentation, "union operator"); kinds that are not known join any other.
    fn together(&self, streams: &[Stream]) -> Vec<Column> {
        let language = self.query.language;
        let mut kinds: Vec<(Box<str>, Vec<Kind>)> = Vec::new();
        let mut places: HashMap<Box<str>, usize> = HashMap::new();
        for stream in streams {
            for column in &stream.shape.columns {
                let at = *places.entry(column.name.clone()).or_insert(kinds.len());
                if at == kinds.len() {
                    kinds.push((column.name.clone(), Vec::new()));
                }
                let guessed = stream.shape.open && column.kind == Kind::Dynamic;
                if let Some((_, known)) = kinds.get_mut(at)
                    && !known.contains(&column.kind)
                    && !guessed
                {
                    known.push(column.kind);
                }
            }
        }
        let mut columns = Vec::new();
        for (name, kinds) in kinds {
            match kinds.as_slice() {
                [] => columns.push(Column { name, kind: Kind::Dynamic }),
                [kind] => columns.push(Column { name, kind: *kind }),
                several if language == Language::Kql => columns.extend(several.iter().map(|kind| {
                    let name = format!("{name}_{}", kind.name()).into();
                    Column { name, kind: *kind }
                })),
                several => {
                    let kind = several.iter().copied().reduce(crate::expr::common).unwrap_or_default();
                    columns.push(Column { name, kind });
                }
            }
        }
        columns
    }

    /// The column of a stream that a column of a union takes its values from.
    fn part(&self, stream: &Stream, column: &Column) -> Option<usize> {
        let plain = stream.shape.place(&column.name, self.query.language);
        plain.or_else(|| {
            let name = column.name.strip_suffix(column.kind.name())?.strip_suffix('_')?;
            let at = stream.shape.place(name, self.query.language)?;
            stream.shape.columns.get(at).is_some_and(|own| own.kind == column.kind).then_some(at)
        })
    }

    /// Rows with the columns of another shape, by name.
    pub(super) fn fitted(
        &mut self,
        stream: &Stream,
        shape: &Shape,
        table: Option<(&str, &str)>,
    ) -> Result<usize, CompileError> {
        use crate::expr::Expr;
        let value = |column: &Column| match (table, self.part(stream, column)) {
            (Some((name, table)), _) if *name == *column.name => {
                Expr::Const(ddefend_functions::value::from_text(table))
            }
            (_, Some(at)) => Expr::Column(at),
            (_, None) => Expr::Const(dialect::absent(self.query.language, column.kind)),
        };
        let values: Arc<[Expr]> = shape.columns.iter().map(value).collect();
        self.operator("union", Span::default(), &[stream.node], move || Map {
            values: Arc::clone(&values),
            places: None,
        })
    }
}
