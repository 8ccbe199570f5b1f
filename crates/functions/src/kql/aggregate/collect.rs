use crate::kql::value::{at, key, listed, long_at};
use crate::{Accumulator, Context};
use ddefend_rule::ir::query::Datum;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Bytes that a value takes, about.
pub(super) fn weight(value: &Datum) -> usize {
    match value {
        Datum::Text(text) => text.len().saturating_add(48),
        Datum::List(items) => items.len().saturating_mul(64).saturating_add(48),
        Datum::Map(items) => items.len().saturating_mul(128).saturating_add(48),
        _ => 32,
    }
}

/// The size that an argument asks for.
fn asked(arguments: &[Datum], most: usize) -> usize {
    let asked = arguments.get(1).and_then(|_| long_at(arguments, 1)).and_then(|asked| usize::try_from(asked).ok());
    asked.filter(|asked| *asked > 0).map_or(most, |asked| asked.min(super::MOST))
}

/// "Kusto documentation, 'make_set()'": different values in the order in which they come; elements of lists one by one.
pub(super) struct Set {
    seen: HashSet<Box<str>>,
    items: Vec<Datum>,
    most: usize,
    bytes: usize,
}

impl Set {
    pub(super) fn new(most: usize) -> Self {
        Self { seen: HashSet::new(), items: Vec::new(), most, bytes: 0 }
    }

    fn one(&mut self, item: &Datum, most: usize) {
        if *item == Datum::Null || self.items.len() >= most {
            return;
        }
        let key = key(item);
        let size = key.len().saturating_add(weight(item));
        if self.seen.insert(key) {
            self.bytes = self.bytes.saturating_add(size);
            self.items.push(item.clone());
        }
    }
}

impl Accumulator for Set {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let most = asked(arguments, self.most);
        match at(arguments, 0) {
            Datum::List(items) => items.iter().for_each(|item| self.one(item, most)),
            single => self.one(single, most),
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        Datum::List(Arc::new(std::mem::take(&mut self.items)))
    }
}

/// "Kusto documentation, 'make_list()'".
pub(super) struct List {
    items: Vec<Datum>,
    most: usize,
    nulls: bool,
    flat: bool,
    bytes: usize,
}

impl List {
    pub(super) fn new(most: usize, nulls: bool) -> Self {
        Self { items: Vec::new(), most, nulls, flat: false, bytes: 0 }
    }

    /// The elements of lists one by one.
    pub(super) fn flat(most: usize) -> Self {
        Self { flat: true, ..Self::new(most, false) }
    }

    fn one(&mut self, item: &Datum, most: usize) {
        if self.items.len() < most && (self.nulls || *item != Datum::Null) {
            self.bytes = self.bytes.saturating_add(weight(item));
            self.items.push(item.clone());
        }
    }
}

impl Accumulator for List {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let most = asked(arguments, self.most);
        match at(arguments, 0) {
            Datum::List(items) if self.flat => items.iter().for_each(|item| self.one(item, most)),
            single => self.one(single, most),
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        Datum::List(Arc::new(std::mem::take(&mut self.items)))
    }
}

/// "Kusto documentation, 'make_bag()'": what is no bag is left out; of a key that comes again the first value stays.
pub(super) struct Bag {
    items: BTreeMap<Box<str>, Datum>,
    most: usize,
    bytes: usize,
}

impl Bag {
    pub(super) fn new(most: usize) -> Self {
        Self { items: BTreeMap::new(), most, bytes: 0 }
    }
}

impl Accumulator for Bag {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let most = asked(arguments, self.most);
        let Datum::Map(items) = at(arguments, 0) else { return };
        for (key, value) in items.iter() {
            if self.items.len() < most && !self.items.contains_key(key) {
                self.bytes = self.bytes.saturating_add(key.len().saturating_add(weight(value)));
                self.items.insert(key.clone(), value.clone());
            }
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        Datum::Map(Arc::new(std::mem::take(&mut self.items)))
    }
}

/// "Kusto documentation, 'dcount()', 'count_distinct()', 'hll()'". Kusto estimates the first and the last; here they are
/// exact, and what `hll()` keeps is the list of the values.
pub(super) struct Distinct {
    seen: HashSet<Box<str>>,
    kept: Option<Vec<Datum>>,
    bytes: usize,
}

impl Distinct {
    pub(super) fn counted() -> Self {
        Self { seen: HashSet::new(), kept: None, bytes: 0 }
    }

    pub(super) fn kept() -> Self {
        Self { kept: Some(Vec::new()), ..Self::counted() }
    }
}

impl Accumulator for Distinct {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let value = at(arguments, 0);
        if *value == Datum::Null {
            return;
        }
        let key = key(value);
        let size = key.len().saturating_add(64);
        if self.seen.insert(key) {
            self.bytes = self.bytes.saturating_add(size);
            if let Some(kept) = &mut self.kept {
                kept.push(value.clone());
            }
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        match self.kept.take() {
            Some(kept) => listed(kept),
            None => Datum::Long(i64::try_from(self.seen.len()).unwrap_or(i64::MAX)),
        }
    }
}
