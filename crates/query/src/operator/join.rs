use crate::expr::Expr;
use crate::row::Row;
use crate::run::{Cx, Full, Op, Store};
use ddefend_functions::value;
use ddefend_rule::ir::query::{Datum, JoinKind};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// One side of a join.
#[derive(Clone)]
pub(crate) struct Side {
    pub(crate) keys: Arc<[Expr]>,
    /// What its columns are where there is no partner.
    pub(crate) absent: Arc<[Datum]>,
}

impl Side {
    /// The key of a row; none where a part of it is null: nulls have no partners.
    fn key(&self, row: &[Datum], cx: &Cx) -> Option<Vec<u8>> {
        let mut key = Vec::new();
        for part in self.keys.iter() {
            let part = part.eval(row, cx);
            if matches!(part.as_ref(), Datum::Null) {
                return None;
            }
            value::key(&part, &mut key);
        }
        Some(key)
    }
}

/// Rows of both sides. The right side is held; the left is held until the right has ended, then streams.
pub(crate) struct Join {
    pub(crate) kind: JoinKind,
    pub(crate) left: Side,
    pub(crate) right: Side,
    /// Columns of the right side that the result has.
    pub(crate) shown: Arc<[usize]>,
    early: Store,
    store: Store,
    table: HashMap<Vec<u8>, Vec<usize>>,
    matched: Vec<bool>,
    seen: HashSet<Vec<u8>>,
    seen_bytes: usize,
    built: bool,
    ended: u8,
}

impl Join {
    pub(crate) fn new(kind: JoinKind, left: Side, right: Side, shown: Arc<[usize]>) -> Self {
        Self {
            kind,
            left,
            right,
            shown,
            early: Store::default(),
            store: Store::default(),
            table: HashMap::new(),
            matched: Vec::new(),
            seen: HashSet::new(),
            seen_bytes: 0,
            built: false,
            ended: 0,
        }
    }

    fn build(&mut self, cx: &Cx) {
        for (at, row) in self.store.rows.iter().enumerate() {
            if let Some(key) = self.right.key(row, cx) {
                self.table.entry(key).or_default().push(at);
            }
        }
        self.matched = vec![false; self.store.rows.len()];
        self.built = true;
    }

    fn beside(&self, mut left: Row, right: &[Datum]) -> Row {
        left.extend(self.shown.iter().map(|at| right.get(*at).cloned().unwrap_or_default()));
        left
    }

    fn probe(&mut self, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        use JoinKind::{
            FullOuter, Inner, InnerUnique, LeftAnti, LeftOuter, LeftSemi, Lookup, LookupInner, RightAnti, RightOuter,
            RightSemi,
        };
        let key = self.left.key(&row, cx);
        let partners = key.as_ref().and_then(|key| self.table.get(key)).cloned().unwrap_or_default();
        match self.kind {
            LeftSemi if !partners.is_empty() => out.push(row),
            LeftAnti if partners.is_empty() => out.push(row),
            LeftSemi | LeftAnti => {}
            InnerUnique => {
                // One left row per key: the first.
                if let Some(key) = key
                    && !partners.is_empty()
                    && !self.seen.contains(&key)
                {
                    let size = key.len().saturating_add(48);
                    self.seen_bytes = self.seen_bytes.saturating_add(size);
                    self.seen.insert(key);
                    cx.hold(0, size)?;
                    self.pairs(row, &partners, out);
                }
            }
            LeftOuter | Lookup | FullOuter if partners.is_empty() => {
                let absent = Arc::clone(&self.right.absent);
                out.push(self.beside(row, &absent));
            }
            Inner | LookupInner | LeftOuter | Lookup | RightOuter | FullOuter => self.pairs(row, &partners, out),
            RightSemi | RightAnti => self.mark(&partners),
        }
        Ok(())
    }

    fn mark(&mut self, partners: &[usize]) {
        for at in partners {
            if let Some(matched) = self.matched.get_mut(*at) {
                *matched = true;
            }
        }
    }

    fn pairs(&mut self, row: Row, partners: &[usize], out: &mut Vec<Row>) {
        self.mark(partners);
        for at in partners {
            if let Some(right) = self.store.rows.get(*at) {
                out.push(self.beside(row.clone(), right));
            }
        }
    }
}

impl Op for Join {
    fn push(&mut self, port: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        match (port, self.built) {
            (0, true) => self.probe(row, cx, out),
            (0, false) => self.early.push(row, cx),
            _ => self.store.push(row, cx),
        }
    }

    fn end(&mut self, port: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        if port == 1 {
            self.build(cx);
            for row in self.early.take(cx) {
                self.probe(row, cx, out)?;
            }
        }
        self.ended = self.ended.saturating_add(1);
        if self.ended < 2 {
            return Ok(());
        }
        let rows = self.store.take(cx);
        for (row, matched) in rows.into_iter().zip(self.matched.drain(..)) {
            match (self.kind, matched) {
                (JoinKind::RightOuter | JoinKind::FullOuter, false) => {
                    let mut wide = self.left.absent.to_vec();
                    wide.extend(self.shown.iter().map(|at| row.get(*at).cloned().unwrap_or_default()));
                    out.push(wide);
                }
                (JoinKind::RightSemi, true) | (JoinKind::RightAnti, false) => out.push(row),
                _ => {}
            }
        }
        cx.release(0, self.seen_bytes);
        self.seen.clear();
        self.table.clear();
        Ok(())
    }
}
