//! Emitters: conditions on a target's columns as texts, one module a language.

mod car;
mod eql;
mod esql;
mod kql;
mod kuery;
mod lucene;
mod regex;
mod sigma;
mod spl;
mod sql;

pub(crate) use car::car;
pub(crate) use eql::eql;
pub(crate) use esql::esql;
pub(crate) use kql::kql;
pub(crate) use kuery::kuery;
pub(crate) use lucene::lucene;
pub(crate) use sigma::sigma;
pub(crate) use spl::{spl, tstats};
pub(crate) use sql::sql;

use crate::cond::{Atom, Cond};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::refusal::Refusal;
use ddefend_rule::ir::Rule;

/// Writes a plan; the rule gives what the text says of itself.
pub(crate) type Emitter = fn(&Plan, &Profile, &Rule) -> Result<String, Refusal>;

/// What a language does with booleans.
pub(crate) trait Language {
    /// ` and `.
    const AND: &'static str;
    /// ` or `.
    const OR: &'static str;
    /// What is always true and always false.
    const CONSTANT: [&'static str; 2];

    /// One question. Under a negation it must be false, not unknown, where the column has no value.
    fn atom(&self, atom: &Atom, negated: bool) -> Result<String, Refusal>;

    /// Not; `text` is in parentheses already where it is not one question.
    fn not(&self, text: &str) -> String;

    /// True where a question's text must stand in parentheses under a negation.
    fn loose(&self) -> bool {
        true
    }

    /// Parentheses.
    fn group(&self, text: &str) -> String {
        format!("({text})")
    }
}

/// How tightly a text holds together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grip {
    One,
    And,
    Or,
}

/// A condition as a text that may stand alone.
pub(crate) fn write<L: Language>(language: &L, cond: &Cond) -> Result<String, Refusal> {
    walk(language, cond, false).map(|(text, _)| text)
}

/// A condition as a text that may stand among others joined by and.
pub(crate) fn write_in_and<L: Language>(language: &L, cond: &Cond) -> Result<String, Refusal> {
    let (text, grip) = walk(language, cond, false)?;
    Ok(if grip == Grip::Or { language.group(&text) } else { text })
}

fn walk<L: Language>(language: &L, cond: &Cond, negated: bool) -> Result<(String, Grip), Refusal> {
    let [yes, no] = L::CONSTANT;
    match cond {
        Cond::And(items) if items.is_empty() => Ok((yes.to_owned(), Grip::One)),
        Cond::Or(items) if items.is_empty() => Ok((no.to_owned(), Grip::One)),
        Cond::And(items) => join(language, items, negated, L::AND, Grip::And),
        Cond::Or(items) => join(language, items, negated, L::OR, Grip::Or),
        Cond::Not(inner) => {
            let (text, grip) = walk(language, inner, true)?;
            let bare = grip == Grip::One && !language.loose();
            let text = if bare { text } else { language.group(&text) };
            Ok((language.not(&text), Grip::One))
        }
        Cond::Is(atom) => {
            let text = language.atom(atom, negated)?;
            Ok((text, Grip::One))
        }
    }
}

fn join<L: Language>(
    language: &L,
    items: &[Cond],
    negated: bool,
    word: &str,
    own: Grip,
) -> Result<(String, Grip), Refusal> {
    let mut texts = Vec::new();
    for item in items {
        let (text, grip) = walk(language, item, negated)?;
        texts.push(if grip == Grip::One { text } else { language.group(&text) });
    }
    Ok((texts.join(word), own))
}

/// The column, or the refusal to look for text anywhere in the record.
pub(crate) fn column(atom: &Atom) -> Result<&crate::cond::Column, Refusal> {
    atom.column.as_ref().ok_or_else(|| Refusal::of(None, "this language cannot look for text in the whole record"))
}

/// What a language has no way to say.
pub(crate) fn cannot(atom: &Atom, what: &str) -> Refusal {
    Refusal::of(atom.column.as_ref().map(|column| column.name.clone()), format!("the language cannot say {what}"))
}

/// A whole number without a fraction, others as they are.
pub(crate) fn number(number: f64) -> String {
    format!("{number}")
}

/// The sign of a comparison of numbers.
pub(crate) fn sign(test: ddefend_rule::ir::NumberTest, equal: &'static str) -> &'static str {
    use ddefend_rule::ir::NumberTest as N;
    match test {
        N::Lt => "<",
        N::Le => "<=",
        N::Gt => ">",
        N::Ge => ">=",
        N::Eq => equal,
        N::Ne => "!=",
    }
}
