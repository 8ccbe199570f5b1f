//! Kusto (Microsoft Learn, "Kusto Query Language").

use super::{Language, cannot, number, sign, write, write_in_and};
use crate::cond::{Ask, Atom, Column, Cond};
use crate::pattern::{Shape, shape};
use crate::plan::{Plan, Table};
use crate::profile::Profile;
use crate::refusal::Refusal;
use ddefend_event::Kind;
use ddefend_rule::ir::{FieldRelation, Piece, Rule, TextPattern, TimePart};

struct Kql;

/// `T | where ...`, several tables as a union.
pub(crate) fn kql(plan: &Plan, _: &Profile, _: &Rule) -> Result<String, Refusal> {
    match plan.tables.as_slice() {
        [one] => table(one, "\n"),
        tables => {
            let mut members = Vec::new();
            for one in tables {
                members.push(format!("    ({})", table(one, " ")?));
            }
            Ok(format!("union\n{}", members.join(",\n")))
        }
    }
}

fn table(table: &Table, line: &str) -> Result<String, Refusal> {
    let mut text = table.name.clone();
    let parts = match table.cond() {
        Cond::And(items) => items,
        cond => vec![cond],
    };
    for part in &parts {
        let cond = if parts.len() == 1 { write(&Kql, part)? } else { write_alone(part)? };
        text.push_str(&format!("{line}| where {cond}"));
    }
    Ok(text)
}

fn write_alone(cond: &Cond) -> Result<String, Refusal> {
    write(&Kql, cond).or_else(|_| write_in_and(&Kql, cond))
}

/// A string literal: verbatim where backslashes would have to be doubled.
pub(crate) fn quote(text: &str) -> String {
    let control = text.chars().any(char::is_control);
    if text.contains('\\') && !control {
        return format!("@\"{}\"", text.replace('"', "\"\""));
    }
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A column; names with other letters in brackets, pieces of a bag as paths.
pub(crate) fn name(column: &Column) -> String {
    if let Some((bag, key)) = column.name.split_once('.') {
        return format!("tostring(parse_json({bag}).{key})");
    }
    let plain = column.name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if plain { column.name.clone() } else { format!("['{}']", column.name.replace('\'', "\\'")) }
}

fn as_text(column: &Column) -> String {
    if column.kind == Kind::String { name(column) } else { format!("tostring({})", name(column)) }
}

impl Language for Kql {
    const AND: &'static str = " and ";
    const OR: &'static str = " or ";
    const CONSTANT: [&'static str; 2] = ["true", "false"];

    fn not(&self, text: &str) -> String {
        format!("not{text}")
    }

    fn atom(&self, atom: &Atom, negated: bool) -> Result<String, Refusal> {
        let Some(column) = &atom.column else { return anywhere(atom) };
        // Text columns hold no nulls; others do, and what is compared with null is neither true nor false.
        let guard = |text: String| match negated && column.kind != Kind::String {
            true => format!("(isnotnull({}) and {text})", name(column)),
            false => text,
        };
        Ok(match &atom.ask {
            Ask::Empty if column.kind == Kind::String => format!("isempty({})", name(column)),
            Ask::Empty => format!("isnull({})", name(column)),
            Ask::There if column.kind == Kind::String => format!("isnotempty({})", name(column)),
            Ask::There => format!("isnotnull({})", name(column)),
            Ask::Text { pattern, cased } => guard(text(column, pattern, *cased)),
            Ask::OneOf { texts, cased } => {
                let list: Vec<String> = texts.iter().map(|text| quote(text)).collect();
                let word = if *cased { "in" } else { "in~" };
                guard(format!("{} {word} ({})", as_text(column), list.join(", ")))
            }
            Ask::Regex { source, flags } => {
                let mut letters = String::new();
                for (set, letter) in [(flags.ignore_case, 'i'), (flags.multi_line, 'm'), (flags.dot_all, 's')] {
                    if set {
                        letters.push(letter);
                    }
                }
                let flags = if letters.is_empty() { letters } else { format!("(?{letters})") };
                super::regex::re2(source).map_err(|what| cannot(atom, &what))?;
                guard(format!("{} matches regex {}", as_text(column), quote(&format!("{flags}{source}"))))
            }
            Ask::Cidr { network, prefix } => {
                let function = if network.is_ipv4() { "ipv4_is_in_range" } else { "ipv6_is_in_range" };
                let test = format!("{function}({}, \"{network}/{prefix}\")", as_text(column));
                if negated { format!("coalesce({test}, false)") } else { test }
            }
            Ask::Number(test, value) if matches!(column.kind, Kind::Int | Kind::Long | Kind::Real) => {
                guard(format!("{} {} {}", name(column), sign(*test, "=="), number(*value)))
            }
            Ask::Number(ddefend_rule::ir::NumberTest::Eq, value) if value.fract() == 0.0 => {
                format!("{} == \"{}\"", as_text(column), number(*value))
            }
            Ask::Number(test, value) => {
                let test = format!("todouble({}) {} {}", name(column), sign(*test, "=="), number(*value));
                if negated { format!("coalesce({test}, false)") } else { test }
            }
            Ask::FieldRef { other, relation, cased } => {
                let word = match (relation, cased) {
                    (FieldRelation::Equals, true) => "==",
                    (FieldRelation::Equals, false) => "=~",
                    (FieldRelation::StartsWith, true) => "startswith_cs",
                    (FieldRelation::StartsWith, false) => "startswith",
                    (FieldRelation::EndsWith, true) => "endswith_cs",
                    (FieldRelation::EndsWith, false) => "endswith",
                    (FieldRelation::Contains, true) => "contains_cs",
                    (FieldRelation::Contains, false) => "contains",
                };
                let test = format!("{} {word} {}", as_text(column), as_text(other));
                format!("(isnotempty({}) and isnotempty({}) and {test})", as_text(column), as_text(other))
            }
            Ask::TimePart(part, value) => {
                let function = match part {
                    TimePart::Minute => return Ok(format!("datetime_part(\"Minute\", {}) == {value}", name(column))),
                    TimePart::Hour => "hourofday",
                    TimePart::Day => "dayofmonth",
                    TimePart::Week => "week_of_year",
                    TimePart::Month => "monthofyear",
                    TimePart::Year => "getyear",
                };
                guard(format!("{function}({}) == {value}", name(column)))
            }
        })
    }
}

fn anywhere(atom: &Atom) -> Result<String, Refusal> {
    let Ask::Text { pattern, cased: false } = &atom.ask else {
        return Err(cannot(atom, "that of any column"));
    };
    match shape(pattern) {
        Shape::Contains(text) => Ok(format!("* contains {}", quote(text))),
        _ => Err(cannot(atom, "wildcards inside a word that any column may hold")),
    }
}

fn text(column: &Column, pattern: &TextPattern, cased: bool) -> String {
    let word = |word: &str| if cased { format!("{word}_cs") } else { word.to_owned() };
    let subject = as_text(column);
    match shape(pattern) {
        Shape::Equals("") => format!("isempty({})", name(column)),
        Shape::Equals(text) => format!("{subject} {} {}", if cased { "==" } else { "=~" }, quote(text)),
        Shape::StartsWith(text) => format!("{subject} {} {}", word("startswith"), quote(text)),
        Shape::EndsWith(text) => format!("{subject} {} {}", word("endswith"), quote(text)),
        Shape::Contains(text) => format!("{subject} {} {}", word("contains"), quote(text)),
        Shape::Other => format!("{subject} matches regex {}", quote(&regex(pattern, cased))),
    }
}

/// A pattern as an expression of the whole text (RE2).
pub(crate) fn regex(pattern: &TextPattern, cased: bool) -> String {
    let mut out = String::from(if cased { "(?s)^" } else { "(?is)^" });
    let pieces = pattern.pieces.as_slice();
    for piece in pieces {
        match piece {
            Piece::Any => out.push_str(".*"),
            Piece::One => out.push('.'),
            Piece::Literal(text) => out.push_str(&super::regex::escape(text)),
        }
    }
    out.push('$');
    out
}
