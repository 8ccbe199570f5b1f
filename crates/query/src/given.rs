//! Rows that lie in a file: comma-separated values (RFC 4180) or JSON lines.

use crate::settings::Rows;
use ddefend_event::{Column, Kind, Time};
use ddefend_functions::kql::json;
use ddefend_rule::ir::query::Datum;
use std::sync::Arc;

/// Columns that such a file may have.
const COLUMNS: usize = 4096;

/// Reads rows: JSON lines where the name ends in `.jsonl`, `.ndjson` or `.json`, else comma-separated values with a first
/// line of names. Columns all of whose values are numbers, truth values or times become that.
///
/// # Errors
/// Where a line is no JSON object, or there are too many columns.
pub fn rows_of_text(name: &str, text: &str) -> Result<Rows, String> {
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let mut rows = match ending.as_str() {
        "jsonl" | "ndjson" | "json" => of_json(text)?,
        _ => of_csv(text)?,
    };
    settle(&mut rows);
    Ok(rows)
}

fn of_json(text: &str) -> Result<Rows, String> {
    let mut rows = Rows::default();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let Some(Datum::Map(map)) = json::parse(line) else {
            return Err(format!("line {} is no JSON object", number.saturating_add(1)));
        };
        let mut row = vec![Datum::Null; rows.columns.len()];
        for (name, value) in map.iter() {
            let known = rows.columns.iter().position(|column| column.name == *name);
            let at = known.unwrap_or_else(|| {
                rows.columns.push(Column { name: name.clone(), kind: Kind::Dynamic });
                row.push(Datum::Null);
                rows.columns.len().saturating_sub(1)
            });
            if let Some(place) = row.get_mut(at) {
                *place = value.clone();
            }
        }
        if rows.columns.len() > COLUMNS {
            return Err(format!("more than {COLUMNS} columns"));
        }
        rows.rows.push(row);
    }
    let columns = rows.columns.len();
    rows.rows.iter_mut().for_each(|row| row.resize(columns, Datum::Null));
    Ok(rows)
}

fn of_csv(text: &str) -> Result<Rows, String> {
    let mut lines = records(text).into_iter();
    let names = lines.next().unwrap_or_default();
    if names.len() > COLUMNS {
        return Err(format!("more than {COLUMNS} columns"));
    }
    let columns: Vec<Column> =
        names.into_iter().map(|name| Column { name: name.trim().into(), kind: Kind::String }).collect();
    let datum = |text: String| if text.is_empty() { Datum::Null } else { Datum::Text(text.into()) };
    let row = |cells: Vec<String>| {
        let mut row: Vec<Datum> = cells.into_iter().map(datum).collect();
        row.resize(columns.len(), Datum::Null);
        row
    };
    Ok(Rows { rows: lines.map(row).collect(), columns: columns.clone() })
}

fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                all.push(std::mem::take(&mut record));
            }
            letter => cell.push(letter),
        }
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        all.push(record);
    }
    all.retain(|record: &Vec<String>| record.iter().any(|cell| !cell.is_empty()));
    all
}

/// Gives columns of text the kind that all their values have.
fn settle(rows: &mut Rows) {
    type Read = fn(&str) -> Option<Datum>;
    let kinds: [(Kind, Read); 4] = [
        (Kind::Long, |text| text.parse().ok().map(Datum::Long)),
        (Kind::Real, |text| text.parse().ok().filter(|number: &f64| number.is_finite()).map(Datum::Real)),
        (Kind::Bool, |text| match text {
            "true" | "True" | "TRUE" => Some(Datum::Bool(true)),
            "false" | "False" | "FALSE" => Some(Datum::Bool(false)),
            _ => None,
        }),
        (Kind::DateTime, |text| Time::parse(text).map(|time| Datum::Time(time.ticks))),
    ];
    for (at, column) in rows.columns.iter_mut().enumerate() {
        let values = || rows.rows.iter().filter_map(|row| row.get(at)).filter(|value| **value != Datum::Null);
        let text = |value: &Datum| if let Datum::Text(text) = value { Some(Arc::clone(text)) } else { None };
        if values().next().is_none() || !values().all(|value| text(value).is_some()) {
            continue;
        }
        let fits = |read: &Read| values().all(|value| text(value).is_some_and(|text| read(text.trim()).is_some()));
        let Some((kind, read)) = kinds.iter().find(|(_, read)| fits(read)) else {
            column.kind = Kind::String;
            continue;
        };
        column.kind = *kind;
        for row in &mut rows.rows {
            if let Some(place) = row.get_mut(at)
                && let Some(value) = text(place).and_then(|text| read(text.trim()))
            {
                *place = value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_get_the_kind_of_their_values() {
        let rows =
            rows_of_text("a.csv", "Name,Size,When\r\n\"a, \"\"b\"\"\",1,2026-11-21T14:00:00Z\r\nc,,\r\n").unwrap();
        let kinds: Vec<Kind> = rows.columns.iter().map(|column| column.kind).collect();
        assert_eq!(kinds, [Kind::String, Kind::Long, Kind::DateTime]);
        assert_eq!(rows.rows[0][0], Datum::Text("a, \"b\"".into()));
        assert_eq!(rows.rows[1][1], Datum::Null);
        let rows = rows_of_text("a.jsonl", "{\"a\":1}\n{\"b\":\"x\"}\n").unwrap();
        assert_eq!(rows.rows, [vec![Datum::Long(1), Datum::Null], vec![Datum::Null, Datum::Text("x".into())]]);
        assert!(rows_of_text("a.jsonl", "no").is_err());
    }
}
