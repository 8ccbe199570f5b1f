//! Property bags and the shape of dynamic values.

use super::json::{Step, path};
use super::value::{BOOL, DYNAMIC, MOST, at, bag, bag_at, bagged, datum, f, list_at, listed, text, text_at};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;
use std::collections::BTreeMap;

pub(super) const FUNCTIONS: &[Function] = &[
    f("bag_pack", 0, 128, DYNAMIC, pack),
    f("pack", 0, 128, DYNAMIC, pack),
    f("pack_dictionary", 0, 128, DYNAMIC, pack),
    f("bag_keys", 1, 1, DYNAMIC, keys),
    f("bag_merge", 2, 64, DYNAMIC, merge),
    f("bag_has_key", 2, 2, BOOL, has_key),
    f("bag_remove_keys", 2, 2, DYNAMIC, remove_keys),
    f("bag_set_key", 3, 3, DYNAMIC, set_key),
    f("bag_zip", 2, 2, DYNAMIC, zip),
    f("bag_pairs", 1, 1, DYNAMIC, pairs),
    f("treepath", 1, 1, DYNAMIC, treepath),
];

/// "Kusto documentation, 'bag_pack()'": keys and values in turn.
fn pack(arguments: &[Datum], _: &Context) -> Datum {
    let pairs = arguments.chunks_exact(2);
    bagged(pairs.map(|pair| (Box::from(&*text_at(pair, 0)), at(pair, 1).clone())).collect())
}

/// "Kusto documentation, 'bag_keys()'".
fn keys(arguments: &[Datum], _: &Context) -> Datum {
    bag_at(arguments, 0).map_or(Datum::Null, |items| listed(items.keys().map(|key| datum(&**key)).collect()))
}

/// "Kusto documentation, 'bag_merge()'": the value of the leftmost bag that has the key; what is no bag is left out.
fn merge(arguments: &[Datum], _: &Context) -> Datum {
    let bags: Vec<_> = arguments.iter().filter_map(bag).collect();
    if bags.is_empty() {
        return Datum::Null;
    }
    let mut merged = BTreeMap::new();
    for (key, value) in bags.iter().flat_map(|items| items.iter()) {
        merged.entry(key.clone()).or_insert_with(|| value.clone());
    }
    bagged(merged)
}

/// "Kusto documentation, 'bag_has_key()'": a key, or a path from `$` on.
fn has_key(arguments: &[Datum], _: &Context) -> Datum {
    let Some(items) = bag_at(arguments, 0) else { return Datum::Null };
    let key = text_at(arguments, 1);
    let direct = items.contains_key(&*key);
    let nested = || match path(&key).filter(|_| key.starts_with('$')) {
        Some(steps) => holds(&Datum::Map(items.clone()), &steps),
        None => false,
    };
    Datum::Bool(direct || nested())
}

fn holds(value: &Datum, steps: &[Step]) -> bool {
    match (value, steps) {
        (_, []) => true,
        (Datum::Map(items), [Step::Key(key), rest @ ..]) => items.get(key).is_some_and(|value| holds(value, rest)),
        _ => false,
    }
}

/// "Kusto documentation, 'bag_remove_keys()'": keys, or paths from `$` on.
fn remove_keys(arguments: &[Datum], _: &Context) -> Datum {
    let (Some(items), Some(removed)) = (bag_at(arguments, 0), list_at(arguments, 1)) else { return Datum::Null };
    let mut value = Datum::Map(items);
    for name in removed.iter().map(text) {
        match path(&name).filter(|_| name.starts_with('$')) {
            Some(steps) => value = without(&value, &steps),
            None => value = without(&value, &[Step::Key((&*name).into())]),
        }
    }
    super::value::bounded(value)
}

/// The value without what stands at the path.
fn without(value: &Datum, steps: &[Step]) -> Datum {
    let (Datum::Map(items), [Step::Key(key), rest @ ..]) = (value, steps) else { return value.clone() };
    let mut items = (**items).clone();
    if rest.is_empty() {
        items.remove(key);
    } else if let Some(inner) = items.get_mut(key) {
        *inner = without(inner, rest);
    }
    Datum::Map(items.into())
}

/// "Kusto documentation, 'bag_set_key()'": keys, or paths from `$` on.
fn set_key(arguments: &[Datum], _: &Context) -> Datum {
    let Some(items) = bag_at(arguments, 0) else { return Datum::Null };
    let name = text_at(arguments, 1);
    let steps = path(&name).filter(|_| name.starts_with('$'));
    let steps = steps.unwrap_or_else(|| vec![Step::Key((&*name).into())]);
    super::value::bounded(with(&Datum::Map(items), &steps, at(arguments, 2)))
}

/// The value with another at the path; bags on the way are made.
fn with(value: &Datum, steps: &[Step], new: &Datum) -> Datum {
    let [Step::Key(key), rest @ ..] = steps else { return if steps.is_empty() { new.clone() } else { value.clone() } };
    let mut items = if let Datum::Map(items) = value { (**items).clone() } else { BTreeMap::new() };
    let inner = items.get(key).cloned().unwrap_or_default();
    items.insert(key.clone(), with(&inner, rest, new));
    Datum::Map(items.into())
}

/// "Kusto documentation, 'bag_zip()'": a bag of keys and values of two lists; missing values are null.
fn zip(arguments: &[Datum], _: &Context) -> Datum {
    let (Some(keys), Some(values)) = (list_at(arguments, 0), list_at(arguments, 1)) else { return Datum::Null };
    let pair = |(place, key): (usize, &Datum)| {
        let value = values.get(place).cloned().unwrap_or_default();
        if let Datum::Text(key) = key { Some((Box::from(&**key), value)) } else { None }
    };
    bagged(keys.iter().enumerate().filter_map(pair).collect())
}

/// "Kusto documentation, 'mv-expand operator'", `bagexpansion=array`: a list of a key and its value for each property.
/// The name is ours: the reader of queries writes it. What is no bag stays.
fn pairs(arguments: &[Datum], _: &Context) -> Datum {
    match at(arguments, 0) {
        Datum::Map(items) => {
            listed(items.iter().map(|(key, value)| listed(vec![datum(&**key), value.clone()])).collect())
        }
        other => other.clone(),
    }
}

/// "Kusto documentation, 'treepath()'": elements of lists all stand as `[0]`.
fn treepath(arguments: &[Datum], _: &Context) -> Datum {
    let mut paths = Vec::new();
    leaves(at(arguments, 0), "", &mut paths);
    let paths: Vec<Datum> = paths.into_iter().map(datum).collect();
    let paths = super::array::distinct(paths.iter());
    if paths.is_empty() { Datum::Null } else { listed(paths) }
}

/// Depth is that of dynamic values, which is bounded.
fn leaves(value: &Datum, path: &str, paths: &mut Vec<String>) {
    if paths.len() >= MOST {
        return;
    }
    if !path.is_empty() {
        paths.push(path.to_owned());
    }
    match value {
        Datum::Map(items) => {
            for (key, value) in items.iter() {
                leaves(value, &format!("{path}['{key}']"), paths);
            }
        }
        Datum::List(items) => items.iter().for_each(|item| leaves(item, &format!("{path}[0]"), paths)),
        _ => {}
    }
}
