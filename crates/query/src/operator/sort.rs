use crate::expr::Expr;
use crate::row::{Row, row_bytes};
use crate::run::{Cx, Full, Op, Store};
use ddefend_functions::value;
use ddefend_rule::ir::query::{Datum, Ends};
use std::cmp::Ordering;
use std::sync::Arc;

/// What rows are sorted by.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) value: Expr,
    pub(crate) descending: bool,
    pub(crate) nulls: Ends,
}

fn keys(keys: &[Key], row: &[Datum], cx: &Cx) -> Vec<Datum> {
    keys.iter().map(|key| key.value.eval(row, cx).into_owned()).collect()
}

fn order(keys: &[Key], left: &[Datum], right: &[Datum]) -> Ordering {
    let pairs = keys.iter().zip(left.iter().zip(right));
    let orders = pairs.map(|(key, (left, right))| match (left, right) {
        (Datum::Null, Datum::Null) => Ordering::Equal,
        (Datum::Null, _) if key.nulls == Ends::First => Ordering::Less,
        (Datum::Null, _) => Ordering::Greater,
        (_, Datum::Null) if key.nulls == Ends::First => Ordering::Greater,
        (_, Datum::Null) => Ordering::Less,
        _ if key.descending => value::total(right, left),
        _ => value::total(left, right),
    });
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// All rows in order.
pub(crate) struct Sort {
    pub(crate) keys: Arc<[Key]>,
    pub(crate) store: Store,
}

impl Op for Sort {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        self.store.push(row, cx)
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let rows = self.store.take(cx);
        let mut keyed: Vec<(Vec<Datum>, Row)> = rows.into_iter().map(|row| (keys(&self.keys, &row, cx), row)).collect();
        keyed.sort_by(|left, right| order(&self.keys, &left.0, &right.0));
        out.extend(keyed.into_iter().map(|(_, row)| row));
        Ok(())
    }
}

/// The first so many in order; holds at most twice as many.
pub(crate) struct Top {
    pub(crate) keys: Arc<[Key]>,
    pub(crate) most: usize,
    pub(crate) rows: Vec<(Vec<Datum>, Row)>,
}

impl Top {
    fn cut(&mut self, cx: &mut Cx) {
        let keys = Arc::clone(&self.keys);
        self.rows.sort_by(|left, right| order(&keys, &left.0, &right.0));
        let gone = self.rows.split_off(self.most.min(self.rows.len()));
        let size = gone.iter().fold(0, |sum: usize, (_, row)| sum.saturating_add(row_bytes(row)));
        cx.release(gone.len(), size);
    }
}

impl Op for Top {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        if self.most == 0 {
            return Ok(());
        }
        let size = row_bytes(&row);
        self.rows.push((keys(&self.keys, &row, cx), row));
        let full = cx.hold(1, size);
        if full.is_err() || self.rows.len() > self.most.saturating_mul(2).max(64) {
            self.cut(cx);
            return if full.is_err() { cx.hold(0, 0) } else { Ok(()) };
        }
        Ok(())
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        self.cut(cx);
        let size = self.rows.iter().fold(0, |sum: usize, (_, row)| sum.saturating_add(row_bytes(row)));
        cx.release(self.rows.len(), size);
        out.extend(self.rows.drain(..).map(|(_, row)| row));
        Ok(())
    }
}
