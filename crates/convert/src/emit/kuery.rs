//! kuery, Kibana's query language (Kibana guide, "KQL"). Keywords count case: only fields with a twin in lower case can be
//! asked for text that has letters.

use super::{Language, cannot, number, sign, write};
use crate::cond::{Ask, Atom, Column, Cond};
use crate::pattern::as_literal;
use crate::plan::{Plan, Table};
use crate::profile::Profile;
use crate::refusal::Refusal;
use ddefend_event::Kind;
use ddefend_rule::ir::{NumberTest, Piece, Rule, TextPattern};

struct Kuery<'p>(&'p Profile);

/// A condition over documents.
pub(crate) fn kuery(plan: &Plan, profile: &Profile, _: &Rule) -> Result<String, Refusal> {
    let cond = Cond::or(plan.tables.iter().map(Table::cond).collect());
    write(&Kuery(profile), &cond)
}

/// A quoted value.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A value with wildcards, which only unquoted ones may have; none where blanks at its ends or single characters are meant.
fn bare(pattern: &TextPattern) -> Option<String> {
    let mut out = String::new();
    for piece in &pattern.pieces {
        match piece {
            Piece::One => return None,
            Piece::Any => out.push('*'),
            Piece::Literal(text) => {
                for letter in text.chars() {
                    if "\\():<>\"*{}".contains(letter) {
                        out.push('\\');
                    }
                    out.push(letter);
                }
            }
        }
    }
    if out.trim() != out || out.chars().any(char::is_control) {
        return None;
    }
    let words: Vec<String> = out.split(' ').map(keyword).collect();
    Some(words.join(" "))
}

/// `and`, `or` and `not` as words of a value.
fn keyword(word: &str) -> String {
    let known = ["and", "or", "not"].iter().any(|known| known.eq_ignore_ascii_case(word));
    if known { format!("\\{word}") } else { word.to_owned() }
}

impl Kuery<'_> {
    /// The column to ask, and whether text must be in lower case for it.
    fn column(&self, column: &Column, texts: &[&str], cased: bool, atom: &Atom) -> Result<(String, bool), Refusal> {
        let letters = texts.iter().any(|text| text.chars().any(char::is_alphabetic));
        if cased || !letters || column.kind != Kind::String {
            return Ok((column.name.clone(), false));
        }
        match self.0.caseless.get(&column.name) {
            Some(twin) => Ok((twin.clone(), true)),
            None => Err(cannot(atom, "text without case of a field that has no twin in lower case")),
        }
    }
}

impl Language for Kuery<'_> {
    const AND: &'static str = " and ";
    const OR: &'static str = " or ";
    const CONSTANT: [&'static str; 2] = ["*", "(not *)"];

    fn not(&self, text: &str) -> String {
        format!("not {text}")
    }

    fn loose(&self) -> bool {
        false
    }

    fn atom(&self, atom: &Atom, _: bool) -> Result<String, Refusal> {
        let Some(column) = &atom.column else { return Err(cannot(atom, "text anywhere in a record without case")) };
        Ok(match &atom.ask {
            Ask::Empty => format!("not {}: *", column.name),
            Ask::There => format!("{}: *", column.name),
            Ask::Text { pattern, cased } => {
                let literals: Vec<&str> = pattern
                    .pieces
                    .iter()
                    .filter_map(|piece| match piece {
                        Piece::Literal(text) => Some(&**text),
                        _ => None,
                    })
                    .collect();
                let (name, lower) = self.column(column, &literals, *cased, atom)?;
                let pattern = match lower {
                    true => crate::pattern::map(pattern, str::to_lowercase),
                    false => pattern.clone(),
                };
                match as_literal(&pattern) {
                    Some(text) if column.kind == Kind::Bool => format!("{name}: {}", text.to_ascii_lowercase()),
                    Some(text) => format!("{name}: {}", quote(text)),
                    None => {
                        let text = bare(&pattern)
                            .ok_or_else(|| cannot(atom, "single characters or blanks at the ends of a wildcard"))?;
                        format!("{name}: {text}")
                    }
                }
            }
            Ask::OneOf { texts, cased } => {
                let all: Vec<&str> = texts.iter().map(String::as_str).collect();
                let (name, lower) = self.column(column, &all, *cased, atom)?;
                let list: Vec<String> =
                    texts.iter().map(|text| quote(&if lower { text.to_lowercase() } else { text.clone() })).collect();
                format!("{name}: ({})", list.join(" or "))
            }
            Ask::Number(NumberTest::Eq, value) => format!("{}: {}", column.name, number(*value)),
            Ask::Number(NumberTest::Ne, value) => {
                format!("({0}: * and not {0}: {1})", column.name, number(*value))
            }
            Ask::Number(test, value) => format!("{} {} {}", column.name, sign(*test, ":"), number(*value)),
            Ask::Cidr { network, prefix } => format!("{}: {}", column.name, quote(&format!("{network}/{prefix}"))),
            Ask::Regex { .. } => return Err(cannot(atom, "a regular expression")),
            Ask::FieldRef { .. } => return Err(cannot(atom, "a comparison of two fields")),
            Ask::TimePart(..) => return Err(cannot(atom, "a part of a time")),
        })
    }
}
