//! Lucene's query strings as Elasticsearch takes them. Keywords count case, so text with letters is asked for by an expression
//! that takes both; negations stand beside everything, because clauses are no boolean expression.

use super::{Language, cannot, number};
use crate::cond::{Ask, Atom, Cond};
use crate::pattern::as_literal;
use crate::plan::{Plan, Table};
use crate::profile::Profile;
use crate::refusal::Refusal;
use ddefend_event::Kind;
use ddefend_rule::ir::{NumberTest, Piece, Rule, TextPattern};

struct Lucene;

/// A query string.
pub(crate) fn lucene(plan: &Plan, _: &Profile, _: &Rule) -> Result<String, Refusal> {
    let cond = Cond::or(plan.tables.iter().map(Table::cond).collect());
    super::write(&Lucene, &cond)
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// An expression for the whole value.
fn regex(pattern: &TextPattern, cased: bool) -> String {
    let mut out = String::from("/");
    for piece in &pattern.pieces {
        match piece {
            Piece::Any => out.push_str(".*"),
            Piece::One => out.push('.'),
            Piece::Literal(text) => text.chars().for_each(|letter| both(letter, cased, &mut out)),
        }
    }
    out.push('/');
    out
}

/// A letter in both cases.
fn both(letter: char, cased: bool, out: &mut String) {
    let (low, high): (String, String) = (letter.to_lowercase().collect(), letter.to_uppercase().collect());
    if cased || low == high || low.chars().count() != 1 || high.chars().count() != 1 {
        super::regex::lucene_letter(letter, out);
    } else {
        out.push_str(&format!("[{low}{high}]"));
    }
}

impl Language for Lucene {
    const AND: &'static str = " AND ";
    const OR: &'static str = " OR ";
    const CONSTANT: [&'static str; 2] = ["*:*", "(*:* AND NOT *:*)"];

    fn not(&self, text: &str) -> String {
        format!("(*:* AND NOT {text})")
    }

    fn loose(&self) -> bool {
        false
    }

    fn atom(&self, atom: &Atom, _: bool) -> Result<String, Refusal> {
        let Some(column) = &atom.column else { return Err(cannot(atom, "text anywhere in a record without case")) };
        let name = &column.name;
        let plain = |text: &str, cased: bool| cased || !text.chars().any(char::is_alphabetic);
        Ok(match &atom.ask {
            Ask::Empty => format!("(*:* AND NOT _exists_:{name})"),
            Ask::There => format!("_exists_:{name}"),
            Ask::Text { pattern, cased } => match as_literal(pattern) {
                Some(text) if column.kind == Kind::Bool => format!("{name}:{}", text.to_ascii_lowercase()),
                Some(text) if plain(text, *cased) => format!("{name}:{}", quote(text)),
                _ => format!("{name}:{}", regex(pattern, *cased)),
            },
            Ask::OneOf { texts, cased } => {
                let one = |text: &String| match plain(text, *cased) {
                    true => quote(text),
                    false => regex(&crate::pattern::literal(text), *cased),
                };
                let list: Vec<String> = texts.iter().map(one).collect();
                format!("{name}:({})", list.join(" OR "))
            }
            Ask::Regex { source, flags } => {
                let regex = super::regex::lucene(source, *flags).map_err(|what| cannot(atom, &what))?;
                format!("{name}:/{regex}/")
            }
            Ask::Cidr { network, prefix } => format!("{name}:{}", quote(&format!("{network}/{prefix}"))),
            Ask::Number(NumberTest::Eq, value) => format!("{name}:{}", number(*value)),
            Ask::Number(NumberTest::Ne, value) => {
                format!("(_exists_:{name} AND NOT {name}:{})", number(*value))
            }
            Ask::Number(NumberTest::Lt, value) => format!("{name}:<{}", number(*value)),
            Ask::Number(NumberTest::Le, value) => format!("{name}:<={}", number(*value)),
            Ask::Number(NumberTest::Gt, value) => format!("{name}:>{}", number(*value)),
            Ask::Number(NumberTest::Ge, value) => format!("{name}:>={}", number(*value)),
            Ask::FieldRef { .. } => return Err(cannot(atom, "a comparison of two fields")),
            Ask::TimePart(..) => return Err(cannot(atom, "a part of a time")),
        })
    }
}
