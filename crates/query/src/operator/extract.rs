use crate::dialect;
use crate::expr::Expr;
use crate::row::Row;
use crate::run::{Cx, Full, Op};
use ddefend_event::Kind;
use ddefend_functions::function;
use ddefend_functions::value;
use ddefend_rule::ir::query::{Datum, Language};
use regex::Regex;
use std::sync::Arc;

/// Columns by a pattern of text and columns.
pub(crate) struct Parse {
    pub(crate) value: Arc<Expr>,
    pub(crate) regex: Arc<Regex>,
    /// By group from 1: place and kind.
    pub(crate) columns: Arc<[(usize, Kind)]>,
    pub(crate) width: usize,
    /// A value that is not of its column's kind makes all of them fail.
    pub(crate) strict: bool,
    pub(crate) only_fitting: bool,
}

impl Op for Parse {
    fn push(&mut self, _: usize, mut row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let value = self.value.eval(&row, cx).into_owned();
        let text = value::text(&value);
        let mut found: Option<Vec<Datum>> = self.regex.captures(&text).map(|groups| {
            let one = |(at, (_, kind)): (usize, &(usize, Kind))| {
                let group = groups.get(at.saturating_add(1)).map_or("", |group| group.as_str());
                dialect::cast(&value::from_text(group), *kind, cx.language, &cx.functions)
            };
            self.columns.iter().enumerate().map(one).collect()
        });
        if self.strict && found.iter().flatten().any(|value| matches!(value, Datum::Null)) {
            found = None;
        }
        if found.is_none() && self.only_fitting {
            return Ok(());
        }
        row.resize(self.width.max(row.len()), Datum::Null);
        for (at, (place, kind)) in self.columns.iter().enumerate() {
            let made = found.as_ref().and_then(|found| found.get(at)).cloned();
            if let Some(value) = row.get_mut(*place) {
                *value = made.unwrap_or_else(|| dialect::absent(cx.language, *kind));
            }
        }
        out.push(row);
        Ok(())
    }
}

/// Columns by named groups.
pub(crate) struct Groups {
    pub(crate) value: Arc<Expr>,
    pub(crate) regex: Arc<Regex>,
    /// Group and place.
    pub(crate) columns: Arc<[(usize, usize)]>,
    pub(crate) width: usize,
    pub(crate) most: u64,
}

impl Op for Groups {
    fn push(&mut self, _: usize, mut row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let value = self.value.eval(&row, cx).into_owned();
        row.resize(self.width.max(row.len()), Datum::Null);
        let texts: Vec<Datum> = match &value {
            Datum::Null => Vec::new(),
            Datum::List(list) => list.to_vec(),
            one => vec![one.clone()],
        };
        let most = if self.most == 0 { usize::MAX } else { usize::try_from(self.most).unwrap_or(usize::MAX) };
        for (group, place) in self.columns.iter() {
            let mut found = Vec::new();
            for text in &texts {
                let text = value::text(text);
                let groups = self
                    .regex
                    .captures_iter(&text)
                    .filter_map(|groups| groups.get(*group).map(|group| group.as_str().to_owned()));
                found.extend(groups.take(most.saturating_sub(found.len())).map(|group| value::from_text(&group)));
            }
            let made = match found.len() {
                0 => continue,
                1 => found.pop().unwrap_or_default(),
                _ => value::list(found),
            };
            if let Some(value) = row.get_mut(*place) {
                *value = made;
            }
        }
        out.push(row);
        Ok(())
    }
}

/// Text replaced, as `sed` does.
pub(crate) struct Replace {
    pub(crate) value: Arc<Expr>,
    pub(crate) place: usize,
    pub(crate) regex: Arc<Regex>,
    pub(crate) by: Arc<str>,
    pub(crate) every: bool,
}

impl Op for Replace {
    fn push(&mut self, _: usize, mut row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let value = self.value.eval(&row, cx).into_owned();
        if !matches!(value, Datum::Null) {
            let text = value::text(&value);
            let made = self.regex.replacen(&text, usize::from(!self.every), &*self.by);
            let made = value::from_text(&made);
            if let Some(value) = row.get_mut(self.place) {
                *value = made;
            }
        }
        out.push(row);
        Ok(())
    }
}

/// A value of a bag, or of text that is JSON, at a path.
pub(crate) struct Path {
    pub(crate) value: Arc<Expr>,
    pub(crate) steps: Arc<[Box<str>]>,
    pub(crate) place: usize,
    pub(crate) width: usize,
}

impl Op for Path {
    fn push(&mut self, _: usize, mut row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let mut value = self.value.eval(&row, cx).into_owned();
        if matches!(value, Datum::Text(_))
            && let Some(parse) = function(Language::Kql, "parse_json")
        {
            value = (parse.call)(&[value], &cx.functions);
        }
        let found = at_path(vec![value], &self.steps);
        row.resize(self.width.max(row.len()), Datum::Null);
        if let Some(place) = row.get_mut(self.place) {
            *place = match found.len() {
                0 => Datum::Null,
                1 => found.into_iter().next().unwrap_or_default(),
                _ => value::list(found),
            };
        }
        out.push(row);
        Ok(())
    }
}

/// All values at a path; a list stands for its elements unless the path counts them (from 0, as `{0}`).
fn at_path(mut values: Vec<Datum>, steps: &[Box<str>]) -> Vec<Datum> {
    for step in steps {
        let mut next = Vec::new();
        for value in &values {
            match (value, step.parse::<usize>()) {
                (Datum::List(list), Ok(at)) => next.extend(list.get(at).cloned()),
                (Datum::List(list), Err(_)) => {
                    next.extend(list.iter().filter_map(|item| value::member(item, step).cloned()));
                }
                (bag, _) => next.extend(value::member(bag, step).cloned()),
            }
        }
        values = next;
    }
    values.retain(|value| !matches!(value, Datum::Null));
    values
}
