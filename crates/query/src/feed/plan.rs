//! Where the columns of all scans stand in records of one kind.

use crate::settings::Scan;
use ddefend_event::table::HeadPart;
use ddefend_event::{FieldSource, Key, Kind, Mapping, Origin as Found, Part};

/// What is done with records of one kind.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Plan {
    pub(super) scans: Vec<ScanPlan>,
    pub(super) needs_head: bool,
    pub(super) needs_event: bool,
    /// Native names that are wanted: two plans with the same numbers want the same names.
    names: Vec<Box<str>>,
}

/// Rows of one scan.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ScanPlan {
    pub(super) scan: usize,
    /// What must hold: a native value is absent or one of these.
    pub(super) conditions: Vec<(u16, Vec<Box<str>>)>,
    pub(super) columns: Vec<ColumnPlan>,
    pub(super) whole: bool,
}

/// One column.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ColumnPlan {
    pub(super) origin: Origin,
    pub(super) kind: Kind,
    /// The schema does not say what the column holds: values stay what the log says they are.
    pub(super) free: bool,
}

/// Where its value comes from.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// Such records have none.
    Nothing,
    /// The record's time.
    Time,
    /// What the record says of itself.
    Head(HeadPart, Vec<Part>),
    /// A wanted native value.
    Native(u16),
    /// Made of wanted native values.
    Made(FieldSource, Vec<u16>),
}

impl Plan {
    /// The plan for records of that kind, and the native names that it wants; none where they are no rows.
    pub(super) fn new(mapping: &Mapping, scans: &[Scan], key: &Key) -> Option<(Self, Vec<Box<str>>)> {
        let mut plan = Self { scans: Vec::new(), needs_head: false, needs_event: false, names: Vec::new() };
        for (number, scan) in scans.iter().enumerate() {
            let Some(rows) = mapping.rows(key, &scan.table) else { continue };
            let conditions = rows.source().map(|source| mapping.conditions(key, source)).unwrap_or_default();
            let conditions = conditions.iter().map(|when| (plan.place(&when.native), when.values.clone())).collect();
            let columns = scan.columns.iter().map(|column| {
                let origin = match rows.origin(&column.name) {
                    None => Origin::Nothing,
                    Some(Found::Head(HeadPart::Time, _)) => Origin::Time,
                    Some(Found::Head(part, parts)) => {
                        plan.needs_head |= !super::of_event(part);
                        plan.needs_event |= super::of_event(part);
                        Origin::Head(part, parts)
                    }
                    Some(Found::Field(FieldSource::Native(name))) => Origin::Native(plan.place(&name)),
                    Some(Found::Field(source)) => {
                        let places = source.natives().map(|name| plan.place(name)).collect();
                        Origin::Made(source, places)
                    }
                };
                let free = scan.table.open && !scan.table.columns.iter().any(|known| known.name == column.name);
                ColumnPlan { origin, kind: column.kind, free }
            });
            let columns = columns.collect();
            plan.needs_event |= scan.whole;
            plan.scans.push(ScanPlan { scan: number, conditions, columns, whole: scan.whole });
        }
        let names = plan.names.clone();
        (!plan.scans.is_empty()).then_some((plan, names))
    }

    /// The number of a native name among those that are wanted.
    fn place(&mut self, name: &str) -> u16 {
        let known = self.names.iter().position(|known| known.eq_ignore_ascii_case(name));
        let at = known.unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len().saturating_sub(1)
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }
}
