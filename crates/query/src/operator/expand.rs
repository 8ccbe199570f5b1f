use crate::dialect;
use crate::error::RunError;
use crate::expr::Expr;
use crate::row::Row;
use crate::run::{Cx, Full, Graph, Machine, Op, Store};
use ddefend_event::Kind;
use ddefend_functions::value;
use ddefend_rule::ir::query::{Datum, Language};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A list that is taken apart.
#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) value: Expr,
    pub(crate) place: usize,
    pub(crate) kind: Option<Kind>,
}

/// A row per element of lists; several lists go side by side.
pub(crate) struct Expand {
    pub(crate) columns: Arc<[Column]>,
    pub(crate) index: Option<usize>,
    pub(crate) limit: Option<u64>,
    pub(crate) width: usize,
}

/// The elements of a value.
fn elements(value: &Datum, language: Language) -> Vec<Datum> {
    match value {
        Datum::List(list) => list.to_vec(),
        // A bag gives a bag of one property for each (Kusto documentation, "mv-expand", bag expansion).
        Datum::Map(map) if language == Language::Kql => {
            map.iter().map(|(name, value)| value::bag(BTreeMap::from([(name.clone(), value.clone())]))).collect()
        }
        other => vec![other.clone()],
    }
}

/// Rows for the elements of one row.
fn expanded(
    columns: &[Column],
    index: Option<usize>,
    limit: Option<u64>,
    width: usize,
    row: &Row,
    cx: &Cx,
) -> Vec<Row> {
    let lists: Vec<Vec<Datum>> =
        columns.iter().map(|column| elements(&column.value.eval(row, cx), cx.language)).collect();
    let longest = lists.iter().map(Vec::len).max().unwrap_or_default();
    let most = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let mut rows = Vec::new();
    for at in 0..longest.min(most) {
        let mut made = row.clone();
        made.resize(width.max(made.len()), Datum::Null);
        for (column, list) in columns.iter().zip(&lists) {
            let element = list.get(at).cloned().unwrap_or_default();
            let element = match column.kind {
                Some(kind) => dialect::cast(&element, kind, cx.language, &cx.functions),
                None => element,
            };
            if let Some(value) = made.get_mut(column.place) {
                *value = element;
            }
        }
        if let Some(value) = index.and_then(|index| made.get_mut(index)) {
            *value = Datum::Long(i64::try_from(at).unwrap_or_default());
        }
        rows.push(made);
    }
    rows
}

impl Op for Expand {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        out.extend(expanded(&self.columns, self.index, self.limit, self.width, &row, cx));
        Ok(())
    }
}

/// A pipeline over rows that are all there.
fn through(graph: &Arc<Graph>, rows: Vec<Row>, cx: &mut Cx) -> Result<Vec<Row>, Full> {
    let mut made = Vec::new();
    let mut machine = Machine::new(Arc::clone(graph));
    let emit = &mut |row: &[Datum]| made.push(row.to_vec());
    let told = |_: RunError| Full;
    machine.start(cx, emit).map_err(told)?;
    for row in rows {
        machine.push(0, row, cx, emit).map_err(told)?;
    }
    machine.finish(cx, emit).map_err(told)?;
    Ok(made)
}

/// Where a column of the result comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    /// The row itself.
    Row(usize),
    /// What the pipeline made.
    Body(usize),
}

/// A pipeline over the elements of lists, per row.
pub(crate) struct Apply {
    pub(crate) columns: Arc<[Column]>,
    pub(crate) width: usize,
    pub(crate) body: Arc<Graph>,
    pub(crate) result: Arc<[From]>,
}

impl Op for Apply {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let rows = expanded(&self.columns, None, None, self.width, &row, cx);
        for made in through(&self.body, rows, cx)? {
            let pick = |from: &From| match from {
                From::Row(at) => row.get(*at).cloned().unwrap_or_default(),
                From::Body(at) => made.get(*at).cloned().unwrap_or_default(),
            };
            out.push(self.result.iter().map(pick).collect());
        }
        Ok(())
    }
}

/// A pipeline per group.
pub(crate) struct Partition {
    pub(crate) by: Arc<[Expr]>,
    pub(crate) body: Arc<Graph>,
    /// Columns of the row itself, in the shape of the result, where rows stay.
    pub(crate) keep: Option<Arc<[Option<usize>]>>,
    pub(crate) store: Store,
}

impl Op for Partition {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        if let Some(keep) = &self.keep {
            out.push(keep.iter().map(|at| at.and_then(|at| row.get(at)).cloned().unwrap_or_default()).collect());
        }
        self.store.push(row, cx)
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut groups: Vec<Vec<Row>> = Vec::new();
        for row in self.store.take(cx) {
            let mut key = Vec::new();
            self.by.iter().for_each(|by| value::key(&by.eval(&row, cx), &mut key));
            let next = groups.len();
            let at = *places.entry(key).or_insert(next);
            if at == next {
                groups.push(Vec::new());
            }
            if let Some(group) = groups.get_mut(at) {
                group.push(row);
            }
        }
        if groups.is_empty() && self.by.is_empty() {
            groups.push(Vec::new());
        }
        for group in groups {
            out.extend(through(&self.body, group, cx)?);
        }
        Ok(())
    }
}
