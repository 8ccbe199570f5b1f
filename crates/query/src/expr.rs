//! Expressions with everything looked up: columns by place, functions by address, patterns compiled.

mod compile;
mod special;

pub(crate) use compile::{Compiler, Subqueries, Typed, common};
pub(crate) use special::Each;

use crate::dialect;
use crate::run::Cx;
use ddefend_event::Kind;
use ddefend_functions::Function;
use ddefend_functions::text::{self, Compiled};
use ddefend_functions::value;
use ddefend_rule::ir::query::{ArithmeticOp, CompareOp, Datum, Language, TextOp};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::Arc;

/// An expression ready to run.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Const(Datum),
    Column(usize),
    Member(Box<Expr>, Box<str>),
    Index(Box<Expr>, Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    /// A test of text for known patterns.
    Test(Box<Expr>, Arc<Compiled>),
    /// The same of several columns: one that fits is enough.
    TestAny(Box<[usize]>, Arc<Compiled>),
    /// A test of text for patterns of the row.
    Compute(Box<Compute>),
    /// Among known values: keys.
    Among(Box<Expr>, Arc<HashSet<Box<[u8]>>>),
    /// Among the values of a table.
    InTable(Box<Expr>, usize, bool),
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    Call(&'static Function, Box<[Expr]>),
    /// The first value of a table.
    Slot(usize),
    /// A condition and what follows it, in turn; the last is what else.
    Case(Box<[Expr]>),
    /// The columns at these places as a bag.
    Bag(Box<[(Box<str>, usize)]>),
    /// As a value of that kind.
    Cast(Box<Expr>, Kind),
    /// For each element of a list.
    Each(Each, Box<(Expr, Expr)>),
}

/// A test of text for patterns that are known only with the row.
#[derive(Clone, Debug)]
pub(crate) struct Compute {
    op: TextOp,
    cased: bool,
    all: bool,
    value: Option<Expr>,
    columns: Box<[usize]>,
    patterns: Box<[Expr]>,
}

impl Expr {
    /// What it is of a row.
    pub(crate) fn eval<'a>(&'a self, row: &'a [Datum], cx: &'a Cx) -> Cow<'a, Datum> {
        match self {
            Self::Const(value) => Cow::Borrowed(value),
            Self::Column(at) => row.get(*at).map_or(Cow::Owned(Datum::Null), Cow::Borrowed),
            Self::Slot(at) => cx.slots.get(*at).map_or(Cow::Owned(Datum::Null), |slot| Cow::Borrowed(&slot.value)),
            Self::And(_)
            | Self::Or(_)
            | Self::Not(_)
            | Self::Test(..)
            | Self::TestAny(..)
            | Self::Compute(_)
            | Self::Among(..)
            | Self::InTable(..) => Cow::Owned(self.truth(row, cx).map_or(Datum::Null, Datum::Bool)),
            Self::Compare(op, left, right) => {
                let (left, right) = (left.eval(row, cx), right.eval(row, cx));
                Cow::Owned(dialect::compare(*op, &left, &right, cx.language, &cx.functions))
            }
            Self::Member(bag, name) => part(bag.eval(row, cx), |bag| value::member(bag, name)),
            Self::Index(from, at) => {
                let at = at.eval(row, cx);
                part(from.eval(row, cx), |from| value::index(from, &at))
            }
            Self::Arithmetic(op, left, right) => {
                let (left, right) = (left.eval(row, cx), right.eval(row, cx));
                Cow::Owned(dialect::arithmetic(*op, &left, &right, cx.language))
            }
            Self::Case(arms) => {
                let found = arms.chunks_exact(2).find_map(|arm| match arm {
                    [condition, then] if condition.truth(row, cx) == Some(true) => Some(then),
                    _ => None,
                });
                match (found, self.otherwise()) {
                    (Some(then), _) | (None, Some(then)) => then.eval(row, cx),
                    (None, None) => Cow::Owned(Datum::Null),
                }
            }
            Self::Call(..) | Self::Bag(_) | Self::Cast(..) | Self::Each(..) => Cow::Owned(self.made(row, cx)),
        }
    }

    fn otherwise(&self) -> Option<&Self> {
        match self {
            Self::Case(arms) => arms.chunks_exact(2).remainder().first(),
            _ => None,
        }
    }

    /// Values that are made anew.
    fn made(&self, row: &[Datum], cx: &Cx) -> Datum {
        match self {
            Self::Call(function, arguments) => {
                let values = arguments.iter().map(|argument| argument.eval(row, cx).into_owned());
                // Most calls have few arguments: no allocation for them.
                let mut values = values.fuse();
                match arguments.len() {
                    0 => (function.call)(&[], &cx.functions),
                    1 => (function.call)(&[values.next().unwrap_or_default()], &cx.functions),
                    2 => {
                        let pair = [values.next().unwrap_or_default(), values.next().unwrap_or_default()];
                        (function.call)(&pair, &cx.functions)
                    }
                    _ => (function.call)(&values.collect::<Vec<_>>(), &cx.functions),
                }
            }
            Self::Bag(columns) => {
                let value = |at: usize| row.get(at).cloned().unwrap_or_default();
                let pairs = columns.iter().map(|(name, at)| (name.clone(), value(*at)));
                value::bag(pairs.filter(|(_, value)| *value != Datum::Null).collect::<BTreeMap<_, _>>())
            }
            Self::Cast(value, kind) => dialect::cast(&value.eval(row, cx), *kind, cx.language, &cx.functions),
            Self::Each(each, both) => each.run(&both.0, &both.1, row, cx),
            _ => Datum::Null,
        }
    }

    /// What it is as a condition; none where null.
    pub(crate) fn truth(&self, row: &[Datum], cx: &Cx) -> Option<bool> {
        match self {
            Self::And(all) => {
                let mut null = false;
                for one in all {
                    match one.truth(row, cx) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => null = true,
                    }
                }
                (!null).then_some(true)
            }
            Self::Or(any) => {
                let mut null = false;
                for one in any {
                    match one.truth(row, cx) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => null = true,
                    }
                }
                (!null).then_some(false)
            }
            Self::Not(one) => match one.truth(row, cx) {
                None if dialect::two_valued(cx.language) => Some(true),
                other => other.map(|truth| !truth),
            },
            Self::Test(value, compiled) => tested(&value.eval(row, cx), cx.language, &|text| compiled.holds(text)),
            Self::TestAny(columns, compiled) => Some(
                columns.iter().filter_map(|at| row.get(*at)).any(|value| deep(value, 16, &|text| compiled.holds(text))),
            ),
            Self::Compute(test) => test.truth(row, cx),
            Self::Among(value, keys) => {
                let value = value.eval(row, cx);
                among(&value, cx.language, &|value| keys.contains(key(value).as_slice()))
            }
            Self::InTable(value, slot, cased) => {
                let value = value.eval(row, cx);
                let slot = cx.slots.get(*slot)?;
                among(&value, cx.language, &|value| match value {
                    Datum::Text(text) if !cased => slot.folded.contains(text::folded(text).as_str()),
                    value => slot.keys.contains(key(value).as_slice()),
                })
            }
            other => dialect::truth(&other.eval(row, cx)),
        }
    }
}

fn key(value: &Datum) -> Vec<u8> {
    let mut key = Vec::with_capacity(24);
    value::key(value, &mut key);
    key
}

/// A part of a value, without copying where it is of the row.
fn part<'a>(from: Cow<'a, Datum>, find: impl Fn(&Datum) -> Option<&Datum>) -> Cow<'a, Datum> {
    match from {
        Cow::Borrowed(from) => find(from).map_or(Cow::Owned(Datum::Null), Cow::Borrowed),
        Cow::Owned(from) => Cow::Owned(find(&from).cloned().unwrap_or_default()),
    }
}

/// A test of a value as text, by the language's rules for nothing and for several values.
fn tested(value: &Datum, language: Language, holds: &dyn Fn(&str) -> bool) -> Option<bool> {
    match value {
        Datum::Text(text) => Some(holds(text)),
        Datum::Null => match language {
            Language::Kql => Some(holds("")),
            Language::Eql | Language::Esql | Language::Sql => None,
            _ => Some(false),
        },
        Datum::List(list) if dialect::any_value(language) => {
            Some(list.iter().any(|value| *value != Datum::Null && holds(&value::text(value))))
        }
        Datum::List(_) if language == Language::Esql => None,
        value => Some(holds(&value::text(value))),
    }
}

fn among(value: &Datum, language: Language, holds: &dyn Fn(&Datum) -> bool) -> Option<bool> {
    match value {
        Datum::Null => match language {
            Language::Eql | Language::Esql | Language::Sql => None,
            _ => Some(holds(value)),
        },
        Datum::List(list) if dialect::any_value(language) => Some(list.iter().any(holds)),
        Datum::List(_) if language == Language::Esql => None,
        value => Some(holds(value)),
    }
}

/// True where the text of the value or of anything in it passes.
fn deep(value: &Datum, depth: usize, holds: &dyn Fn(&str) -> bool) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match value {
        Datum::Null => false,
        Datum::Text(text) => holds(text),
        Datum::List(list) => list.iter().any(|item| deep(item, depth, holds)),
        Datum::Map(map) => map.values().any(|item| deep(item, depth, holds)),
        value => holds(&value::text(value)),
    }
}

impl Compute {
    fn truth(&self, row: &[Datum], cx: &Cx) -> Option<bool> {
        let mut patterns = Vec::new();
        for pattern in &self.patterns {
            let pattern = pattern.eval(row, cx);
            match pattern.as_ref() {
                Datum::List(list) => patterns.extend(list.iter().cloned()),
                Datum::Null if !matches!(cx.language, Language::Kql) => return None,
                _ => patterns.push(pattern.into_owned()),
            }
        }
        let Some(value) = &self.value else {
            let one = |pattern: &Datum| {
                let pattern = value::text(pattern);
                let holds = |text: &str| text::test(self.op, self.cased, text, &pattern, &cx.functions);
                self.columns.iter().filter_map(|at| row.get(*at)).any(|value| deep(value, 16, &holds))
            };
            return Some(if self.all { patterns.iter().all(one) } else { patterns.iter().any(one) });
        };
        let value = value.eval(row, cx);
        let one = |pattern: &Datum| self.one(&value, pattern, cx);
        // As "and" or "or" of the single tests.
        let mut null = false;
        for pattern in &patterns {
            match one(pattern) {
                Some(holds) if holds != self.all => return Some(holds),
                Some(_) => {}
                None => null = true,
            }
        }
        (!null).then_some(self.all)
    }

    fn one(&self, value: &Datum, pattern: &Datum, cx: &Cx) -> Option<bool> {
        if self.op == TextOp::Equals {
            let text = |value: &Datum| matches!(value, Datum::Text(_) | Datum::Null);
            let list = matches!(value, Datum::List(_));
            let values = if list { !dialect::any_value(cx.language) } else { !text(value) || !text(pattern) };
            if values {
                let same = dialect::compare(CompareOp::Eq, value, pattern, cx.language, &cx.functions);
                return dialect::truth(&same);
            }
        }
        let pattern = value::text(pattern);
        tested(value, cx.language, &|text| text::test(self.op, self.cased, text, &pattern, &cx.functions))
    }
}
