//! Pseudocode of MITRE's Cyber Analytics Repository, as the corpus writes it.

use super::{Language, cannot, number, sign, write};
use crate::cond::{Ask, Atom};
use crate::pattern::as_literal;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::refusal::Refusal;
use ddefend_rule::ir::{Piece, Rule, TextPattern};

struct Car;

/// Searches, filters and an output that is defined.
pub(crate) fn car(plan: &Plan, _: &Profile, _: &Rule) -> Result<String, Refusal> {
    let mut text = String::new();
    let mut outputs = Vec::new();
    for (at, table) in plan.tables.iter().enumerate() {
        let end = if at == 0 { String::new() } else { at.saturating_add(1).to_string() };
        let (records, found) = (format!("records{end}"), format!("suspicious{end}"));
        let cond = write(&Car, &table.cond())?;
        text.push_str(&format!(
            "{records} = search {}\n{found} = filter {records} where ({cond})\n",
            object(&table.name)
        ));
        outputs.push(found);
    }
    text.push_str(&format!("output {}", outputs.join(", ")));
    Ok(text)
}

/// `process:create` as `Process:Create`.
fn object(table: &str) -> String {
    let upper = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    table.split(['/', ':']).map(upper).collect::<Vec<_>>().join(":")
}

/// A quoted value; backslashes are doubled, because two of them would be read as one.
fn quote(text: &str, atom: &Atom) -> Result<String, Refusal> {
    let text = text.replace('\\', "\\\\");
    match text.contains('"') {
        false => Ok(format!("\"{text}\"")),
        true if !text.contains('\'') => Ok(format!("'{text}'")),
        true => Err(cannot(atom, "text with quotes of both kinds")),
    }
}

fn stars(pattern: &TextPattern) -> Option<String> {
    let mut out = String::new();
    for piece in &pattern.pieces {
        match piece {
            Piece::Any => out.push('*'),
            Piece::One => return None,
            Piece::Literal(text) if text.contains('*') => return None,
            Piece::Literal(text) => out.push_str(text),
        }
    }
    Some(out)
}

impl Language for Car {
    const AND: &'static str = " and ";
    const OR: &'static str = " or ";
    const CONSTANT: [&'static str; 2] = ["time exists", "not (time exists)"];

    fn not(&self, text: &str) -> String {
        format!("not {text}")
    }

    fn atom(&self, atom: &Atom, _: bool) -> Result<String, Refusal> {
        let column = super::column(atom)?;
        let name = &column.name;
        Ok(match &atom.ask {
            Ask::Empty => format!("not ({name} exists)"),
            Ask::There => format!("{name} exists"),
            Ask::Text { cased: true, .. } | Ask::OneOf { cased: true, .. } => return Err(cannot(atom, "case")),
            Ask::Text { pattern, .. } => match (stars(pattern), as_literal(pattern)) {
                (Some(text), _) => format!("{name} == {}", quote(&text, atom)?),
                (None, _) => format!("{name} match {}", quote(&super::kql::regex(pattern, false), atom)?),
            },
            Ask::OneOf { texts, .. } => {
                if texts.iter().any(|text| text.contains('*')) {
                    return Err(cannot(atom, "a star that is no wildcard in a list"));
                }
                let list: Result<Vec<String>, Refusal> = texts.iter().map(|text| quote(text, atom)).collect();
                format!("{name} in [{}]", list?.join(", "))
            }
            Ask::Number(test, value) => format!("{name} {} {}", sign(*test, "=="), number(*value)),
            Ask::Cidr { network, .. } if network.is_ipv6() => return Err(cannot(atom, "networks of IPv6")),
            Ask::Cidr { network, prefix } => format!("{name} in [{network}/{prefix}]"),
            Ask::Regex { source, flags } => {
                let letters: String = [(flags.ignore_case, 'i'), (flags.multi_line, 'm'), (flags.dot_all, 's')]
                    .iter()
                    .filter(|(set, _)| *set)
                    .map(|(_, letter)| *letter)
                    .collect();
                let flags = if letters.is_empty() { letters } else { format!("(?{letters})") };
                format!("{name} match {}", quote(&format!("{flags}{source}"), atom)?)
            }
            Ask::FieldRef { .. } => return Err(cannot(atom, "a comparison of two fields without case")),
            Ask::TimePart(..) => return Err(cannot(atom, "a part of a time")),
        })
    }
}
