//! Rows of a target's tables from Sigma's fields: what proofs are made with.

use crate::place::{Place, place_of_id};
use crate::profile::{NumberForm, Profile};
use crate::rewrite::number_form;
use ddefend_event::{FieldSource, Kind, Mapping, NativeError, Transform};
use ddefend_rule::ir::query::Datum;

/// The table of a kind of records.
#[must_use]
pub fn table_of(profile: &Profile, mapping: &Mapping, place: &str) -> Option<String> {
    place_of_id(profile, mapping, place).map(|place| place.table)
}

/// A row of the target's schema that says what the Sigma fields say: columns with values, what the kind of records is known
/// by among them. `place` is one of [`crate::place_ids`] or [`crate::Converted::places`].
///
/// # Errors
/// Where the target has no such kind of records, or its rows cannot carry a field or a value.
pub fn row(
    profile: &Profile,
    mapping: &Mapping,
    place: &str,
    fields: &[(&str, &str)],
) -> Result<Vec<(String, Datum)>, NativeError> {
    let place = place_of_id(profile, mapping, place).ok_or_else(|| NativeError::NoClass(place.to_owned()))?;
    let mut texts: Vec<(String, String)> = Vec::new();
    for (field, value) in fields {
        put(&place, profile, field, value, &mut texts)?;
    }
    for (column, values) in &place.filter {
        let first = values.first().cloned().unwrap_or_default();
        match texts.iter().find(|(known, _)| known == column) {
            Some((_, text)) if !values.iter().any(|value| value.eq_ignore_ascii_case(text)) => {
                return Err(NativeError::Conflict(column.clone()));
            }
            Some(_) => {}
            None => texts.push((column.clone(), first)),
        }
    }
    for (column, value) in &profile.constant {
        if !texts.iter().any(|(known, _)| known == column) {
            texts.push((column.clone(), value.clone()));
        }
    }
    for (column, folded) in &profile.caseless {
        if let Some((_, text)) = texts.iter().find(|(known, _)| known == column) {
            let text = text.to_lowercase();
            texts.push((folded.clone(), text));
        }
    }
    let bags: Vec<String> = profile.bags.iter().filter_map(|bag| packed(bag, &mut texts)).collect();
    let mut row: Vec<(String, Datum)> =
        texts.into_iter().map(|(column, text)| (column.clone(), datum(profile.kind_of(&column), &text))).collect();
    let named = profile.bags.iter().zip(bags).map(|(bag, text)| (bag.clone(), Datum::Text(text.into())));
    row.extend(named);
    Ok(row)
}

/// Keys of a bag, taken out of the columns, as JSON.
fn packed(bag: &str, texts: &mut Vec<(String, String)>) -> Option<String> {
    let key = |column: &str| column.strip_prefix(bag).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned);
    let pairs: Vec<String> =
        texts.iter().filter_map(|(column, text)| Some(format!("{}:{}", json(&key(column)?), json(text)))).collect();
    texts.retain(|(column, _)| key(column).is_none());
    (!pairs.is_empty()).then(|| format!("{{{}}}", pairs.join(",")))
}

/// A JSON string (RFC 8259, section 7).
fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            letter if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

fn put(
    place: &Place,
    profile: &Profile,
    field: &str,
    value: &str,
    texts: &mut Vec<(String, String)>,
) -> Result<(), NativeError> {
    let refused = || NativeError::NoValue { field: field.to_owned(), value: value.to_owned() };
    if let Some(values) = place.known(field) {
        let known = values.iter().any(|known| known.eq_ignore_ascii_case(value));
        return if known { Ok(()) } else { Err(refused()) };
    }
    let source = place.field(profile, field).map_err(|_| NativeError::NoField(field.to_owned()))?;
    match source {
        FieldSource::Native(name) => set(texts, &name, value),
        FieldSource::Chained(_) => Err(refused()),
        FieldSource::Made(transform, names) => {
            let mut natives = transform.inverse(value, names.len());
            if natives.is_none() && names.len() < transform.inputs().unwrap_or_default() {
                natives = transform.inverse(value, transform.inputs().unwrap_or_default());
            }
            let natives = natives.ok_or_else(refused)?;
            for (name, native) in names.iter().zip(natives) {
                let Some(mut native) = native else { continue };
                if name.is_empty() {
                    continue;
                }
                if transform.registry_types().is_some()
                    && let Some(form) = profile.numbers.first().filter(|form| **form != NumberForm::Decimal)
                    && let Some(text) = number_form(value, *form).filter(|_| names.first() == Some(name))
                {
                    native = text;
                }
                if transform == Transform::FolderAndName && native.is_empty() {
                    continue;
                }
                set(texts, name, &native)?;
            }
            Ok(())
        }
    }
}

fn set(texts: &mut Vec<(String, String)>, name: &str, value: &str) -> Result<(), NativeError> {
    match texts.iter().find(|(known, _)| known == name) {
        Some((_, known)) if !known.eq_ignore_ascii_case(value) => Err(NativeError::Conflict(name.to_owned())),
        Some(_) => Ok(()),
        None => {
            texts.push((name.to_owned(), value.to_owned()));
            Ok(())
        }
    }
}

/// A value of the column's kind; null where the text is none.
fn datum(kind: Kind, text: &str) -> Datum {
    match kind {
        Kind::Int | Kind::Long => text.trim().parse().map_or(Datum::Null, Datum::Long),
        Kind::Real | Kind::Decimal => text.trim().parse().map_or(Datum::Null, Datum::Real),
        Kind::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Datum::Bool(true),
            "false" | "0" => Datum::Bool(false),
            _ => Datum::Null,
        },
        Kind::DateTime => ddefend_event::Time::parse(text).map_or(Datum::Null, |time| Datum::Time(time.ticks)),
        _ => Datum::Text(text.into()),
    }
}
