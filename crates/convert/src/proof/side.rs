//! A text that is run over rows of its schema.

use crate::profile::Profile;
use crate::row::{row, table_of};
use ddefend_event::Mapping;
use ddefend_language::{Language, Options, read};
use ddefend_query::{Program, Settings, Tables};
use ddefend_rule::ir::query::{Datum, Query};
use std::fmt;

/// When it is: 2026-03-02T09:00:00Z, so that nothing depends on the clock.
const NOW: i64 = 1_772_442_000 * ddefend_event::Time::SECOND;
/// Rows and bytes that a query may hold.
const ROWS: usize = 10_000;
const BYTES: usize = 16 << 20;

/// Why a text cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideError(pub String);

impl fmt::Display for SideError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SideError {}

/// A compiled text with what is needed to make rows for it.
pub struct RowSide<'p> {
    program: Program,
    profile: &'p Profile,
    mapping: &'p Mapping,
    /// Kinds of records with the scans that want them.
    places: Vec<(String, String, Vec<usize>)>,
}

/// A table's name and a row of it as text.
pub(super) type TextRow = (String, Vec<(String, String)>);

impl<'p> RowSide<'p> {
    /// Reads a text back by its language's own front end and compiles it for the tables.
    ///
    /// # Errors
    /// Where the text cannot be read or compiled, or is not one query.
    pub fn read(
        language: Language,
        text: &str,
        options: &Options,
        places: &[String],
        profile: &'p Profile,
        mapping: &'p Mapping,
        tables: &dyn Tables,
    ) -> Result<Self, SideError> {
        let found = read(language, "converted", text, options);
        let first = found.problems.iter().find(|problem| !problem.warning);
        match (first, found.queries.as_slice()) {
            (Some(problem), _) => Err(SideError(format!("it cannot be read back: {problem}"))),
            (None, [query]) => Self::new(query, places, profile, mapping, tables),
            (None, queries) => Err(SideError(format!("{} queries in one text", queries.len()))),
        }
    }

    /// Compiles a query for the tables. `places` are kinds of records of the profile.
    ///
    /// # Errors
    /// Where the query does not compile.
    pub fn new(
        query: &Query,
        places: &[String],
        profile: &'p Profile,
        mapping: &'p Mapping,
        tables: &dyn Tables,
    ) -> Result<Self, SideError> {
        let settings = Settings { now: NOW, rows: ROWS, bytes: BYTES, external: std::collections::BTreeMap::new() };
        let program = Program::compile(query, tables, &settings).map_err(|errors| {
            let first = errors.first().map_or_else(String::new, ToString::to_string);
            SideError(format!("it does not compile: {first}"))
        })?;
        let place = |place: &String| {
            let table = table_of(profile, mapping, place)?;
            let wants = |name: &str| name == "*" || name == "any" || name.eq_ignore_ascii_case(&table);
            let scans = program.scans().iter().enumerate().filter(|(_, scan)| wants(&scan.table.name));
            let scans: Vec<usize> = scans.map(|(number, _)| number).collect();
            Some((place.clone(), table, scans))
        };
        let places = places.iter().filter_map(place).collect();
        Ok(Self { program, profile, mapping, places })
    }

    /// Whether it fires on an event, with the row (of the kind of records on which it fires, else of the first that can
    /// carry the event); none where no row can.
    ///
    /// # Errors
    /// Where the query stops.
    pub(super) fn judge(&self, fields: &[(String, String)]) -> Result<Option<(bool, TextRow)>, String> {
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
        let mut first = None;
        for (place, table, scans) in &self.places {
            let Ok(row) = row(self.profile, self.mapping, place, &pairs) else { continue };
            let fires = self.fires(scans, &row)?;
            let text = |(column, value): &(String, Datum)| (column.clone(), shown(value));
            let told = (table.clone(), row.iter().map(text).collect());
            if fires {
                return Ok(Some((true, told)));
            }
            first.get_or_insert((false, told));
        }
        Ok(first)
    }

    fn fires(&self, scans: &[usize], row: &[(String, Datum)]) -> Result<bool, String> {
        let mut run = self.program.start();
        let mut count = 0_usize;
        let mut emit = |_: &[Datum]| count += 1;
        for number in scans {
            let Some(scan) = self.program.scans().get(*number) else { continue };
            let object = scan.table.name.rsplit('.').next().unwrap_or_default();
            let value = |name: &str| {
                // `Processes.process` of a data model is read as `process`.
                let inside = |column: &str| {
                    let own = column.get(..object.len()).is_some_and(|head| head.eq_ignore_ascii_case(object));
                    let rest = column.get(object.len()..).filter(|_| own).and_then(|rest| rest.strip_prefix('.'));
                    rest.is_some_and(|rest| rest.eq_ignore_ascii_case(name))
                };
                let known = row.iter().find(|(column, _)| column.eq_ignore_ascii_case(name) || inside(column));
                known.map_or(Datum::Null, |(_, value)| value.clone())
            };
            let mut values: Vec<Datum> = scan.columns.iter().map(|column| value(&column.name)).collect();
            if scan.whole {
                let all = row.iter().map(|(column, value)| (Box::from(column.as_str()), value.clone()));
                values.push(Datum::Map(std::sync::Arc::new(all.collect())));
            }
            run.push(*number, values, &mut emit).map_err(|error| error.to_string())?;
        }
        run.finish(&mut emit).map_err(|error| error.to_string())?;
        Ok(count > 0)
    }
}

/// A value as text.
fn shown(value: &Datum) -> String {
    match value {
        Datum::Null => String::new(),
        Datum::Bool(value) => value.to_string(),
        Datum::Long(value) => value.to_string(),
        Datum::Real(value) => value.to_string(),
        Datum::Text(text) => text.to_string(),
        Datum::Time(ticks) => ddefend_event::Time { ticks: *ticks, zone: ddefend_event::Zone::Utc }.to_string(),
        Datum::Span(ticks) => format!("{ticks} ticks"),
        Datum::List(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        Datum::Map(_) => "{...}".to_owned(),
    }
}
