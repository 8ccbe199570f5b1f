use crate::dialect;
use crate::expr::Expr;
use crate::row::{Row, row_bytes};
use crate::run::{Cx, Full, Op};
use ddefend_rule::ir::query::{ArithmeticOp, CompareOp, Datum};
use std::collections::VecDeque;
use std::sync::Arc;

/// Functions of Kusto that look at the rows around (Kusto documentation, "Window functions").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Serial {
    /// `row_number(start, restart)`.
    Number,
    /// `row_cumsum(term, restart)`.
    Sum,
    /// `prev(value, offset, default)`.
    Before(usize),
    /// `next(value, offset, default)`.
    Behind(usize),
    /// `row_rank_dense(term, restart)`.
    Dense,
    /// `row_rank_min(term, restart)`.
    Rank,
    /// `row_window_session(value, from the first, between, restart)`.
    Session,
}

/// One more column, by such a function.
pub(crate) struct Numbered {
    pub(crate) serial: Serial,
    pub(crate) arguments: Arc<[Expr]>,
    state: Option<Datum>,
    last: Option<Datum>,
    count: i64,
    recent: VecDeque<Datum>,
    waiting: VecDeque<Row>,
    bytes: usize,
}

impl Numbered {
    pub(crate) fn new(serial: Serial, arguments: Arc<[Expr]>) -> Self {
        Self {
            serial,
            arguments,
            state: None,
            last: None,
            count: 0,
            recent: VecDeque::new(),
            waiting: VecDeque::new(),
            bytes: 0,
        }
    }

    fn argument(&self, at: usize, row: &[Datum], cx: &Cx) -> Datum {
        self.arguments.get(at).map_or(Datum::Null, |argument| argument.eval(row, cx).into_owned())
    }

    fn restarts(&self, at: usize, row: &[Datum], cx: &Cx) -> bool {
        dialect::truth(&self.argument(at, row, cx)) == Some(true)
    }

    fn next(&mut self, row: &[Datum], cx: &Cx) -> Datum {
        match self.serial {
            Serial::Number => {
                let start = match self.argument(0, row, cx) {
                    Datum::Long(start) => start,
                    _ => 1,
                };
                self.count = if self.state.is_none() || self.restarts(1, row, cx) {
                    start
                } else {
                    self.count.saturating_add(1)
                };
                self.state = Some(Datum::Null);
                Datum::Long(self.count)
            }
            Serial::Sum => {
                let term = self.argument(0, row, cx);
                let sum = match self.state.take() {
                    Some(sum) if !self.restarts(1, row, cx) => {
                        dialect::arithmetic(ArithmeticOp::Add, &sum, &term, cx.language)
                    }
                    _ => term,
                };
                self.state = Some(sum.clone());
                sum
            }
            Serial::Dense | Serial::Rank => {
                let term = self.argument(0, row, cx);
                self.count = self.count.saturating_add(1);
                let same = self.last.as_ref() == Some(&term);
                let rank = match (&self.state, same) {
                    _ if self.restarts(1, row, cx) => {
                        self.count = 1;
                        1
                    }
                    (Some(Datum::Long(rank)), true) => *rank,
                    (Some(Datum::Long(rank)), false) if self.serial == Serial::Dense => rank.saturating_add(1),
                    _ => self.count,
                };
                self.last = Some(term);
                self.state = Some(Datum::Long(rank));
                Datum::Long(rank)
            }
            Serial::Session => self.session(row, cx),
            Serial::Before(_) | Serial::Behind(_) => Datum::Null,
        }
    }

    fn session(&mut self, row: &[Datum], cx: &Cx) -> Datum {
        let value = self.argument(0, row, cx);
        let over = |start: &Option<Datum>, most: usize| {
            let Some(start) = start else { return true };
            let gone = dialect::arithmetic(ArithmeticOp::Subtract, &value, start, cx.language);
            let most = self.argument(most, row, cx);
            dialect::compare(CompareOp::Gt, &gone, &most, cx.language, &cx.functions) == Datum::Bool(true)
        };
        if over(&self.state, 1) || over(&self.last, 2) || self.restarts(3, row, cx) {
            self.state = Some(value.clone());
        }
        self.last = Some(value);
        self.state.clone().unwrap_or_default()
    }
}

impl Op for Numbered {
    fn push(&mut self, _: usize, mut row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        match self.serial {
            Serial::Before(offset) => {
                let value = self.argument(0, &row, cx);
                let default = self.argument(2, &row, cx);
                let earlier = if self.recent.len() >= offset { self.recent.front().cloned() } else { None };
                self.recent.push_back(value);
                if self.recent.len() > offset {
                    self.recent.pop_front();
                }
                row.push(if offset == 0 {
                    self.recent.back().cloned().unwrap_or_default()
                } else {
                    earlier.unwrap_or(default)
                });
                out.push(row);
            }
            Serial::Behind(offset) => {
                let value = self.argument(0, &row, cx);
                let size = row_bytes(&row);
                self.bytes = self.bytes.saturating_add(size);
                self.waiting.push_back(row);
                cx.hold(1, size)?;
                if self.waiting.len() > offset
                    && let Some(mut first) = self.waiting.pop_front()
                {
                    let size = row_bytes(&first);
                    self.bytes = self.bytes.saturating_sub(size);
                    cx.release(1, size);
                    first.push(value);
                    out.push(first);
                }
            }
            _ => {
                let made = self.next(&row, cx);
                row.push(made);
                out.push(row);
            }
        }
        Ok(())
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        cx.release(self.waiting.len(), self.bytes);
        while let Some(mut row) = self.waiting.pop_front() {
            let default = self.argument(2, &row, cx);
            row.push(default);
            out.push(row);
        }
        Ok(())
    }
}
