//! Predicates over Sigma's fields as conditions on a target's columns: by field and by value.

mod account;
mod code;
mod hash;
mod path;
mod registry;

pub(crate) use registry::number_form;

use crate::cond::{Ask, Column, Cond};
use crate::place::Place;
use crate::profile::Profile;
use ddefend_event::{FieldSource, Kind, Transform};
use ddefend_rule::ir::{NumberTest, Predicate, Test, TextPattern};

/// Why a predicate cannot be said.
pub(crate) type Reason = String;

/// What the rewriting knows while it looks at one predicate.
pub(crate) struct Context<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) place: &'a Place<'a>,
    pub(crate) notes: &'a mut Vec<String>,
}

impl Context<'_> {
    pub(crate) fn column(&self, name: &str) -> Column {
        Column { name: name.to_owned(), kind: self.profile.kind_of(name) }
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// One predicate.
pub(crate) fn predicate(predicate: &Predicate, context: &mut Context) -> Result<Cond, Reason> {
    let Some(field) = predicate.field.as_deref() else {
        let Test::Text { pattern, cased } = &predicate.test else {
            return Err("only text can be looked for in the whole record".to_owned());
        };
        let ask = Ask::Text { pattern: pattern.clone(), cased: *cased };
        return Ok(Cond::Is(crate::cond::Atom { column: None, ask }));
    };
    if let Some(values) = context.place.known(field) {
        let answers: Option<Vec<bool>> = values.iter().map(|value| holds(&predicate.test, value)).collect();
        return match answers.as_deref() {
            Some(answers) if answers.iter().all(|holds| *holds) => Ok(Cond::TRUE),
            Some(answers) if answers.iter().all(|holds| !holds) => Ok(Cond::FALSE),
            _ => Err(format!("{} has no column for it", context.place.table)),
        };
    }
    match context.place.field(context.profile, field)? {
        FieldSource::Native(name) => {
            let column = context.column(&name);
            match fixed(&column, &predicate.test, context) {
                Some(known) => Ok(known),
                None => direct(&column, &predicate.test, context),
            }
        }
        FieldSource::Made(transform, names) => made(transform, &names, &predicate.test, context),
        FieldSource::Chained(_) => Err(format!("{field} does not stand in one column there")),
    }
}

/// Whether a question is already answered by what the records are known by.
fn fixed(column: &Column, test: &Test, context: &Context) -> Option<Cond> {
    let (_, values) = context.place.filter.iter().find(|(name, _)| *name == column.name)?;
    let hold: Vec<String> = values.iter().filter(|value| holds(test, value).unwrap_or_default()).cloned().collect();
    holds(test, values.first()?)?;
    Some(match hold.len() {
        0 => Cond::FALSE,
        all if all == values.len() => Cond::TRUE,
        _ => Cond::one_of(column, hold, false),
    })
}

/// The answer for a value that is known; none where the test is not on one value.
pub(crate) fn holds(test: &Test, value: &str) -> Option<bool> {
    match test {
        Test::Text { pattern, cased } => Some(crate::pattern::fits(pattern, value, *cased)),
        Test::Null => Some(value.is_empty()),
        Test::Exists(there) => Some(*there),
        Test::Number(how, number) => {
            let value: f64 = value.trim().parse().ok()?;
            Some(match how {
                NumberTest::Lt => value < *number,
                NumberTest::Le => value <= *number,
                NumberTest::Gt => value > *number,
                NumberTest::Ge => value >= *number,
                NumberTest::Eq => value == *number,
                NumberTest::Ne => value != *number,
            })
        }
        _ => None,
    }
}

/// A test of a column that holds the value as Sysmon writes it.
pub(crate) fn direct(column: &Column, test: &Test, context: &mut Context) -> Result<Cond, Reason> {
    Ok(match test {
        Test::Text { pattern, cased } => text(column, pattern, *cased)?,
        Test::Regex { source, flags } => Cond::is(column, Ask::Regex { source: source.to_string(), flags: *flags }),
        Test::Cidr { network, prefix } => Cond::is(column, Ask::Cidr { network: *network, prefix: *prefix }),
        Test::Number(how, number) => Cond::is(column, Ask::Number(*how, *number)),
        Test::Null | Test::Exists(false) => Cond::is(column, Ask::Empty),
        Test::Exists(true) => Cond::is(column, Ask::There),
        Test::TimePart(part, value) => Cond::is(column, Ask::TimePart(*part, *value)),
        Test::FieldRef { other, relation, cased } => match context.place.field(context.profile, other)? {
            FieldSource::Native(name) => {
                let other = context.column(&name);
                Cond::is(column, Ask::FieldRef { other, relation: *relation, cased: *cased })
            }
            FieldSource::Made(..) | FieldSource::Chained(_) => {
                return Err(format!("{other} does not stand in one column there"));
            }
        },
    })
}

/// A pattern on a column that may hold numbers.
fn text(column: &Column, pattern: &TextPattern, cased: bool) -> Result<Cond, Reason> {
    match column.kind {
        Kind::Int | Kind::Long => match crate::pattern::as_literal(pattern).map(str::parse::<i64>) {
            Some(Ok(number)) => Ok(Cond::is(column, Ask::Number(NumberTest::Eq, exact(number)))),
            Some(Err(_)) => Ok(Cond::FALSE),
            None => Ok(Cond::text(column, pattern.clone(), cased)),
        },
        Kind::Bool => match crate::pattern::as_literal(pattern).map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "false") => Ok(Cond::text(column, pattern.clone(), false)),
            _ => Err("the column holds true or false".to_owned()),
        },
        _ => Ok(Cond::text(column, pattern.clone(), cased)),
    }
}

#[allow(clippy::cast_precision_loss, reason = "ports, ids and codes are far below 2^53")]
fn exact(number: i64) -> f64 {
    number as f64
}

fn made(transform: Transform, names: &[Box<str>], test: &Test, context: &mut Context) -> Result<Cond, Reason> {
    use Transform as T;
    let columns: Vec<Option<Column>> =
        names.iter().map(|name| (!name.is_empty()).then(|| context.column(name))).collect();
    let column = |at: usize| columns.get(at).cloned().flatten();
    let one = || column(0).ok_or_else(|| format!("{} has no column for it", context.place.table));
    if let Some((table, open)) = transform.codes() {
        let known: Vec<Column> = columns.iter().flatten().cloned().collect();
        return code::rewrite(table, open, &known, test, context);
    }
    match transform {
        T::Same => direct(&one()?, test, context),
        T::First => {
            let known: Vec<Column> = columns.iter().flatten().cloned().collect();
            first(&known, test, context)
        }
        T::FolderAndName => path::folder_and_name(column(0), column(1), test, context),
        T::PathOrName => path::path_or_name(column(0), column(1), test, context),
        T::BareName => path::bare_name(&one()?, test),
        T::DevicePath => path::device(&one()?, test, context),
        T::PipeName => {
            let known: Vec<Column> = columns.iter().flatten().cloned().collect();
            path::pipe(&known, test, context)
        }
        T::Account => account::rewrite(column(0), column(1), test, context),
        T::Hashes => hash::rewrite(&columns, test),
        T::KernelRegistryValue | T::LongRegistryValue => {
            registry::value(transform, column(0), column(1), test, context)
        }
        T::DeletedRegistryValue => {
            let key = column(0).or_else(|| column(1));
            let name = column(2).or_else(|| column(3));
            registry::value(transform, key, name, test, context)
        }
        T::KernelRegistryKey | T::LongRegistryKey | T::RegistryPath => registry::key(transform, &one()?, test, context),
        T::KernelRegistryData | T::DefenderRegistryData | T::EcsRegistryData => {
            registry::data(transform, &one()?, column(1), test, context)
        }
        T::Decimal => number(&one()?, test, |number| format!("0x{number:x}")),
        T::Hexadecimal => number(&one()?, test, |number| number.to_string()),
        _ => Err("its values cannot be said there".to_owned()),
    }
}

/// The first of several columns that says something.
fn first(columns: &[Column], test: &Test, context: &mut Context) -> Result<Cond, Reason> {
    let mut ways = Vec::new();
    let mut empty = Vec::new();
    for column in columns {
        let cond = direct(column, test, context)?;
        let mut all: Vec<Cond> = empty.clone();
        all.push(cond);
        ways.push(Cond::and(all));
        empty.push(Cond::is(column, Ask::Empty));
    }
    match test {
        Test::Null | Test::Exists(false) => Ok(Cond::and(empty)),
        _ if ways.is_empty() => Err("no column has it".to_owned()),
        _ => Ok(Cond::or(ways)),
    }
}

/// A number that is written otherwise there.
fn number(column: &Column, test: &Test, write: impl Fn(u64) -> String) -> Result<Cond, Reason> {
    let parse = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let equal = |number: u64| match column.kind {
        Kind::Int | Kind::Long => {
            Cond::is(column, Ask::Number(NumberTest::Eq, exact(i64::try_from(number).unwrap_or(i64::MAX))))
        }
        _ => Cond::literal(column, &write(number), false),
    };
    match test {
        Test::Text { pattern, .. } => match crate::pattern::as_literal(pattern).map(parse) {
            Some(Some(number)) => Ok(equal(number)),
            Some(None) => Ok(Cond::FALSE),
            None => Err("the number is written otherwise there, so no part of it can be asked for".to_owned()),
        },
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number")]
        Test::Number(NumberTest::Eq, number) if *number >= 0.0 && number.fract() == 0.0 => Ok(equal(*number as u64)),
        Test::Null | Test::Exists(false) => Ok(Cond::is(column, Ask::Empty)),
        Test::Exists(true) => Ok(Cond::is(column, Ask::There)),
        _ => Err("the number is written otherwise there".to_owned()),
    }
}

/// Null and existence of a field that stands in several columns: absent where all that it needs are.
pub(crate) fn presence(columns: &[&Column], test: &Test) -> Option<Cond> {
    let empty = || Cond::and(columns.iter().map(|column| Cond::is(column, Ask::Empty)).collect());
    match test {
        Test::Null | Test::Exists(false) => Some(empty()),
        Test::Exists(true) => Some(Cond::not(empty())),
        _ => None,
    }
}

/// The pattern of a test on text.
pub(crate) fn pattern_of(test: &Test) -> Option<(&TextPattern, bool)> {
    match test {
        Test::Text { pattern, cased } => Some((pattern, *cased)),
        _ => None,
    }
}
