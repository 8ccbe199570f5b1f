use super::{Expr, key};
use crate::run::Cx;
use ddefend_functions::value;
use ddefend_rule::ir::query::Datum;
use std::collections::HashSet;

/// What is done with a list, element by element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Each {
    /// What the body makes of each.
    Map,
    /// Those for which the body holds.
    Filter,
    /// Whether the body holds for one.
    Any,
    /// Whether it holds for all.
    All,
}

impl Each {
    /// By the names that languages have for it.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        match name {
            "mvmap" | "map" => Some(Self::Map),
            "mvfilter" | "filter" => Some(Self::Filter),
            "_arraysearch" | "arraysearch" | "any" | "anyof" => Some(Self::Any),
            "all" | "allof" => Some(Self::All),
            _ => None,
        }
    }

    /// The element stands behind the columns of the row.
    pub(super) fn run(self, list: &Expr, body: &Expr, row: &[Datum], cx: &Cx) -> Datum {
        let list = list.eval(row, cx);
        let single;
        let items: &[Datum] = match list.as_ref() {
            Datum::Null => return Datum::Null,
            Datum::List(items) => items,
            one => {
                single = [one.clone()];
                &single
            }
        };
        let mut wide = row.to_vec();
        let end = wide.len();
        let mut on = |item: &Datum, with: &mut dyn FnMut(&[Datum])| {
            wide.truncate(end);
            wide.push(item.clone());
            with(&wide);
        };
        let mut kept = Vec::new();
        let mut held = 0_usize;
        for item in items {
            on(item, &mut |row| match self {
                Self::Map => kept.push(body.eval(row, cx).into_owned()),
                _ if body.truth(row, cx) == Some(true) => {
                    held = held.saturating_add(1);
                    if self == Self::Filter {
                        kept.push(item.clone());
                    }
                }
                _ => {}
            });
        }
        match self {
            Self::Any => Datum::Bool(held > 0),
            Self::All => Datum::Bool(held == items.len()),
            Self::Map | Self::Filter if kept.is_empty() => Datum::Null,
            Self::Map | Self::Filter => match (list.as_ref(), kept.len()) {
                (Datum::List(_), _) => value::list(kept),
                (_, 1) => kept.pop().unwrap_or_default(),
                _ => value::list(kept),
            },
        }
    }
}

/// Keys of constants.
pub(super) fn keys<'d>(values: impl Iterator<Item = &'d Datum>) -> HashSet<Box<[u8]>> {
    values.map(|value| key(value).into_boxed_slice()).collect()
}
