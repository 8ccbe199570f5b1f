//! Elastic's event query language (Elasticsearch, "EQL syntax reference"). Only `:`, `like~`, `in~` and `regex~` pass over
//! case.

use super::{Language, cannot, column, number, sign, write};
use crate::cond::{Ask, Atom};
use crate::pattern::as_literal;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::refusal::Refusal;
use ddefend_event::Kind;
use ddefend_rule::ir::{FieldRelation, Piece, Rule, TextPattern};

struct Eql;

/// `category where ...`; several categories as `any where`.
pub(crate) fn eql(plan: &Plan, _: &Profile, _: &Rule) -> Result<String, Refusal> {
    match plan.tables.as_slice() {
        [one] => Ok(format!("{} where {}", one.name, write(&Eql, &one.cond())?)),
        tables => {
            let mut ways = Vec::new();
            for one in tables {
                let cond = super::write_in_and(&Eql, &one.cond())?;
                ways.push(format!("(event.category : {} and {cond})", quote(&one.name)));
            }
            Ok(format!("any where {}", ways.join(" or ")))
        }
    }
}

/// A string literal.
pub(crate) fn quote(text: &str) -> String {
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
            letter if letter.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A name; pieces with other letters in backquotes.
pub(crate) fn name(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.@".contains(letter));
    if plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

/// A pattern as text with wildcards; none where a literal holds one of them, which `:` and `like` cannot escape.
fn wildcards(pattern: &TextPattern) -> Option<String> {
    let mut out = String::new();
    for piece in &pattern.pieces {
        match piece {
            Piece::Any => out.push('*'),
            Piece::One => out.push('?'),
            Piece::Literal(text) if text.contains(['*', '?']) => return None,
            Piece::Literal(text) => out.push_str(text),
        }
    }
    Some(out)
}

impl Language for Eql {
    const AND: &'static str = " and ";
    const OR: &'static str = " or ";
    const CONSTANT: [&'static str; 2] = ["true", "false"];

    fn not(&self, text: &str) -> String {
        format!("not {text}")
    }

    fn loose(&self) -> bool {
        false
    }

    fn atom(&self, atom: &Atom, _: bool) -> Result<String, Refusal> {
        let column = column(atom)?;
        let name = name(&column.name);
        Ok(match &atom.ask {
            Ask::Empty => format!("{name} == null"),
            Ask::There => format!("{name} != null"),
            Ask::Text { pattern, .. } if column.kind == Kind::Bool => {
                format!("{name} == {}", as_literal(pattern).unwrap_or_default().to_ascii_lowercase())
            }
            Ask::Text { pattern, cased } => match (wildcards(pattern), as_literal(pattern), cased) {
                (_, Some(text), true) => format!("{name} == {}", quote(text)),
                (Some(text), _, false) => format!("{name} : {}", quote(&text)),
                (Some(text), None, true) => format!("{name} like {}", quote(&text)),
                (None, Some(text), false) => format!("{name} in~ ({})", quote(text)),
                (None, None, cased) => {
                    let regex = super::regex::lucene_pattern(pattern);
                    format!("{name} {} {}", if *cased { "regex" } else { "regex~" }, quote(&regex))
                }
            },
            Ask::OneOf { texts, cased } => {
                let list: Vec<String> = texts.iter().map(|text| quote(text)).collect();
                let plain = !texts.iter().any(|text| text.contains(['*', '?']));
                let word = match (cased, plain) {
                    (true, _) => "in",
                    (false, true) => ":",
                    (false, false) => "in~",
                };
                format!("{name} {word} ({})", list.join(", "))
            }
            Ask::Regex { source, flags } => {
                let regex = super::regex::lucene(source, *flags).map_err(|what| cannot(atom, &what))?;
                format!("{name} {} {}", if flags.ignore_case { "regex~" } else { "regex" }, quote(&regex))
            }
            Ask::Cidr { network, prefix } => format!("cidrMatch({name}, \"{network}/{prefix}\")"),
            Ask::Number(test, value) if matches!(column.kind, Kind::Int | Kind::Long) => {
                format!("{name} {} {}", sign(*test, "=="), number(*value))
            }
            Ask::Number(ddefend_rule::ir::NumberTest::Eq, value) if value.fract() == 0.0 => {
                format!("{name} == \"{}\"", number(*value))
            }
            Ask::Number(test, value) => format!("number({name}) {} {}", sign(*test, "=="), number(*value)),
            Ask::FieldRef { other, relation, cased } => {
                let other = super::eql::name(&other.name);
                let tilde = if *cased { "" } else { "~" };
                match relation {
                    FieldRelation::StartsWith => format!("startsWith{tilde}({name}, {other})"),
                    FieldRelation::EndsWith => format!("endsWith{tilde}({name}, {other})"),
                    FieldRelation::Contains => format!("stringContains{tilde}({name}, {other})"),
                    FieldRelation::Equals if *cased => format!("{name} == {other}"),
                    FieldRelation::Equals => format!("{name} : {other}"),
                }
            }
            Ask::TimePart(..) => return Err(cannot(atom, "a part of a time")),
        })
    }
}
