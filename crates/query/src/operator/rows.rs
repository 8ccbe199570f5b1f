use crate::dialect;
use crate::expr::Expr;
use crate::row::{Row, row_bytes};
use crate::run::{Cx, Full, Op, Store};
use ddefend_event::Kind;
use ddefend_functions::text;
use ddefend_functions::value;
use ddefend_rule::ir::query::Datum;
use std::collections::VecDeque;
use std::sync::Arc;

/// Rows as they come from outside: as wide as the shape, nothing where the language has no null.
pub(crate) struct Scan {
    pub(crate) kinds: Arc<[Kind]>,
}

impl Op for Scan {
    fn push(&mut self, _: usize, mut row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        row.resize(self.kinds.len(), Datum::Null);
        for (value, kind) in row.iter_mut().zip(self.kinds.iter()) {
            if matches!(value, Datum::Null) && *kind == Kind::String {
                *value = dialect::absent(cx.language, *kind);
            }
        }
        out.push(row);
        Ok(())
    }
}

/// Rows that the query itself has.
pub(crate) struct Made {
    pub(crate) rows: Arc<Vec<Row>>,
}

impl Op for Made {
    fn push(&mut self, _: usize, _: Row, _: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        Ok(())
    }

    fn end(&mut self, _: usize, _: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        out.extend(self.rows.iter().cloned());
        Ok(())
    }
}

/// Hands rows on.
pub(crate) struct Pass;

impl Op for Pass {
    fn push(&mut self, _: usize, row: Row, _: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        out.push(row);
        Ok(())
    }
}

/// Keeps rows until the pipelines that its expressions need have ended.
pub(crate) struct Gate {
    pub(crate) waiting: usize,
    pub(crate) store: Store,
}

impl Op for Gate {
    fn push(&mut self, port: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        match (port, self.waiting) {
            (0, 0) => out.push(row),
            (0, _) => self.store.push(row, cx)?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, port: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        if port > 0 {
            self.waiting = self.waiting.saturating_sub(1);
            if self.waiting == 0 {
                out.extend(self.store.take(cx));
            }
        }
        Ok(())
    }
}

/// Puts the first column into a slot.
pub(crate) struct Collect {
    pub(crate) slot: usize,
    pub(crate) any: bool,
}

impl Op for Collect {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        let first = row.into_iter().next().unwrap_or_default();
        let mut key = Vec::new();
        value::key(&first, &mut key);
        let Some(slot) = cx.slots.get_mut(self.slot) else { return Ok(()) };
        let size = key.len().saturating_mul(2).saturating_add(64);
        if let Datum::Text(text) = &first {
            slot.folded.insert(text::folded(text).into());
        }
        let new = slot.keys.insert(key.into());
        if !self.any {
            self.any = true;
            slot.value = first;
        }
        if new { cx.hold(1, size) } else { Ok(()) }
    }
}

/// Keeps rows for which the condition is true.
pub(crate) struct Filter {
    pub(crate) condition: Arc<Expr>,
}

impl Op for Filter {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        if self.condition.truth(&row, cx) == Some(true) {
            out.push(row);
        }
        Ok(())
    }
}

/// New rows of expressions.
pub(crate) struct Map {
    pub(crate) values: Arc<[Expr]>,
    /// The first so many columns stay as they are and the values come behind or in their places.
    pub(crate) places: Option<Arc<[usize]>>,
}

impl Op for Map {
    fn push(&mut self, _: usize, mut row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        match &self.places {
            None => out.push(self.values.iter().map(|value| value.eval(&row, cx).into_owned()).collect()),
            Some(places) => {
                // All see the row as it was.
                let made: Vec<Datum> = self.values.iter().map(|value| value.eval(&row, cx).into_owned()).collect();
                for (place, value) in places.iter().zip(made) {
                    match row.get_mut(*place) {
                        Some(old) => *old = value,
                        None => row.push(value),
                    }
                }
                out.push(row);
            }
        }
        Ok(())
    }
}

/// The first so many.
pub(crate) struct Take {
    pub(crate) left: u64,
}

impl Op for Take {
    fn push(&mut self, _: usize, row: Row, _: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            out.push(row);
        }
        Ok(())
    }
}

/// The last so many.
pub(crate) struct Tail {
    pub(crate) most: u64,
    pub(crate) rows: VecDeque<Row>,
    pub(crate) bytes: usize,
}

impl Op for Tail {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        let size = row_bytes(&row);
        self.bytes = self.bytes.saturating_add(size);
        self.rows.push_back(row);
        cx.hold(1, size)?;
        if u64::try_from(self.rows.len()).unwrap_or(u64::MAX) > self.most
            && let Some(gone) = self.rows.pop_front()
        {
            let size = row_bytes(&gone);
            self.bytes = self.bytes.saturating_sub(size);
            cx.release(1, size);
        }
        Ok(())
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        cx.release(self.rows.len(), self.bytes);
        out.extend(self.rows.drain(..));
        Ok(())
    }
}

/// How many rows.
pub(crate) struct Count {
    pub(crate) rows: i64,
}

impl Op for Count {
    fn push(&mut self, _: usize, _: Row, _: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    fn end(&mut self, _: usize, _: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        out.push(vec![Datum::Long(self.rows)]);
        Ok(())
    }
}
