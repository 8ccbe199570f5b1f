//! Rows of tables from records of logs: which records a scan wants, and its columns' values.

mod cell;
mod plan;

use crate::settings::{Scan, Tables};
use cell::{Inputs, whole};
use ddefend_event::table::HeadPart;
use ddefend_event::{Event, Head, Mapping, Row, Selection, Selector, Table, TableSet, Time};
use ddefend_rule::ir::query::{Datum, Language};
use plan::{Origin, Plan};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Tables of some schemas, the first that has a name counts.
#[derive(Clone, Debug)]
pub struct InSchemas {
    /// All schemas.
    pub tables: Arc<TableSet>,
    /// Those in use, best first.
    pub schemas: Vec<Box<str>>,
}

impl Tables for InSchemas {
    fn table(&self, language: Language, name: &str) -> Option<Arc<Table>> {
        let found = self.schemas.iter().find_map(|schema| self.tables.table(schema, name));
        // Elastic's index patterns and Splunk's unknown names stand for whatever record there is.
        let pattern = match language {
            Language::Esql | Language::Kuery | Language::Lucene => true,
            Language::Eql | Language::Spl => name.contains('*') || name.is_empty(),
            _ => false,
        };
        found.or_else(|| {
            let mut schemas = self.schemas.iter().filter(|_| pattern);
            schemas.find_map(|schema| self.tables.table(schema, "*"))
        })
    }
}

/// What a record says of itself, made on demand.
pub struct Seen<'r> {
    /// When.
    pub time: Option<Time>,
    /// What it says of itself.
    pub head: &'r dyn Fn() -> Head,
    /// The record whole.
    pub event: &'r dyn Fn() -> Event,
}

/// Makes rows of records for the scans of a program.
#[derive(Debug)]
pub struct Feed {
    mapping: Arc<Mapping>,
    scans: Vec<Scan>,
    plans: RwLock<Plans>,
}

#[derive(Debug, Default)]
struct Plans {
    all: Vec<(Arc<Plan>, Arc<Selection>)>,
    numbers: HashMap<Arc<Plan>, usize>,
}

/// Plans that are kept; there are as many as kinds of records that differ in where columns stand.
const PLANS: usize = 100_000;

impl Feed {
    /// For those scans. The mapping has the tables ([`Mapping::with_tables`]).
    #[must_use]
    pub fn new(mapping: Arc<Mapping>, scans: Vec<Scan>) -> Self {
        Self { mapping, scans, plans: RwLock::default() }
    }

    /// The rows that a record is; each with the number of its scan.
    pub fn rows(&self, selection: &Selection, row: &Row<'_>, seen: &Seen<'_>, out: &mut dyn FnMut(usize, Vec<Datum>)) {
        let plan = {
            let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
            let number = usize::try_from(selection.plan).unwrap_or(usize::MAX);
            let Some((plan, _)) = plans.all.get(number) else { return };
            Arc::clone(plan)
        };
        let inputs = Inputs { row };
        let head = plan.needs_head.then(|| (seen.head)());
        let event = plan.needs_event.then(|| (seen.event)());
        for scan in &plan.scans {
            if !scan.conditions.iter().all(|(place, values)| inputs.meets(*place, values)) {
                continue;
            }
            let mut values = Vec::with_capacity(scan.columns.len().saturating_add(1));
            for column in &scan.columns {
                values.push(match &column.origin {
                    Origin::Nothing => Datum::Null,
                    Origin::Time => seen.time.map_or(Datum::Null, |time| Datum::Time(time.ticks)),
                    Origin::Native(place) => inputs.native(*place, column.kind, column.free),
                    Origin::Made(source, places) => inputs.made(source, places, column.kind, column.free),
                    Origin::Head(part, parts) => {
                        cell::of_head(*part, parts, head.as_ref(), event.as_ref(), column.kind)
                    }
                });
            }
            if scan.whole {
                values.push(event.as_ref().map_or(Datum::Null, whole));
            }
            out(scan.scan, values);
        }
    }

    /// The rows that a whole event is.
    pub fn of_event(&self, event: &Event, out: &mut dyn FnMut(usize, Vec<Datum>)) {
        let Some(selection) = self.select(&event.head.key) else { return };
        let row = Row::of(event, &selection);
        let (head, whole) = (|| event.head.clone(), || event.clone());
        self.rows(&selection, &row, &Seen { time: event.head.time, head: &head, event: &whole }, out);
    }
}

impl Selector for Feed {
    fn select(&self, key: &ddefend_event::Key) -> Option<Arc<Selection>> {
        let (plan, wanted) = Plan::new(&self.mapping, &self.scans, key)?;
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, selection)) = plans.numbers.get(&plan).and_then(|number| plans.all.get(*number)) {
            return Some(Arc::clone(selection));
        }
        let number = plans.all.len();
        if number >= PLANS {
            return None;
        }
        let (plan, number_u32) = (Arc::new(plan), u32::try_from(number).ok()?);
        let selection = Arc::new(Selection { plan: number_u32, wanted, everything: false });
        plans.numbers.insert(Arc::clone(&plan), number);
        plans.all.push((plan, Arc::clone(&selection)));
        Some(selection)
    }
}

/// True where the part is of the record whole.
pub(crate) fn of_event(part: HeadPart) -> bool {
    matches!(part, HeadPart::Raw | HeadPart::Data)
}

#[cfg(test)]
mod tests {
    use super::cell::datum;
    use super::*;

    #[test]
    fn a_json_text_in_a_bag_column_is_a_bag() {
        let bag = datum("{\"a\":1}", ddefend_event::Kind::Dynamic, false);
        assert!(matches!(bag, Datum::Map(_)), "{bag:?}");
        assert_eq!(datum("{\"a\":1}", ddefend_event::Kind::Dynamic, true), Datum::Text("{\"a\":1}".into()));
        assert_eq!(datum("0x1410", ddefend_event::Kind::Long, false), Datum::Long(5136));
        assert_eq!(datum("x", ddefend_event::Kind::Long, false), Datum::Null);
    }
}
