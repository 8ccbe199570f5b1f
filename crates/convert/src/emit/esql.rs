//! ES|QL (Elasticsearch, "ES|QL reference"). Comparisons count case, so both sides are folded; what is compared with null is
//! null.

use super::{Language, cannot, column, number, sign, write};
use crate::cond::{Ask, Atom, Column};
use crate::pattern::{as_literal, likes};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::refusal::Refusal;
use ddefend_event::Kind;
use ddefend_rule::ir::{Rule, TextPattern};

struct Esql;

/// `FROM ... | WHERE ...`.
pub(crate) fn esql(plan: &Plan, _: &Profile, _: &Rule) -> Result<String, Refusal> {
    let cond = crate::cond::Cond::or(plan.tables.iter().map(crate::plan::Table::cond).collect());
    let index = plan.tables.first().map(|table| table.name.clone()).unwrap_or_default();
    let parts = match cond {
        crate::cond::Cond::And(items) => items,
        cond => vec![cond],
    };
    let mut text = format!("FROM {index} METADATA _id, _index, _version");
    for part in &parts {
        text.push_str(&format!("\n| WHERE {}", write(&Esql, part)?));
    }
    Ok(text)
}

/// A string literal; only these escapes exist.
fn quote(text: &str) -> String {
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
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A pattern of LIKE: `*` and `?` are wildcards, a backslash takes the meaning of what follows.
fn like(pattern: &TextPattern) -> String {
    likes(pattern, '*', '?', |letter| matches!(letter, '*' | '?' | '\\'))
}

fn value(column: &Column) -> String {
    if column.kind == Kind::String { column.name.clone() } else { format!("TO_STRING({})", column.name) }
}

impl Language for Esql {
    const AND: &'static str = " AND ";
    const OR: &'static str = " OR ";
    const CONSTANT: [&'static str; 2] = ["true", "false"];

    fn not(&self, text: &str) -> String {
        format!("NOT {text}")
    }

    fn atom(&self, atom: &Atom, negated: bool) -> Result<String, Refusal> {
        let column = column(atom)?;
        let name = &column.name;
        let guard = |text: String| if negated { format!("({name} IS NOT NULL AND {text})") } else { text };
        let fold = |cased: bool| if cased { value(column) } else { format!("TO_LOWER({})", value(column)) };
        let cast = |text: &str, cased: bool| quote(&if cased { text.to_owned() } else { text.to_lowercase() });
        Ok(match &atom.ask {
            Ask::Empty => format!("{name} IS NULL"),
            Ask::There => format!("{name} IS NOT NULL"),
            Ask::Text { pattern, .. } if column.kind == Kind::Bool => {
                guard(format!("{name} == {}", as_literal(pattern).unwrap_or_default().to_ascii_lowercase()))
            }
            Ask::Text { pattern, cased } => guard(match as_literal(pattern) {
                Some(text) => format!("{} == {}", fold(*cased), cast(text, *cased)),
                None => format!("{} LIKE {}", fold(*cased), cast(&like(pattern), *cased)),
            }),
            Ask::OneOf { texts, cased } => {
                let list: Vec<String> = texts.iter().map(|text| cast(text, *cased)).collect();
                guard(format!("{} IN ({})", fold(*cased), list.join(", ")))
            }
            Ask::Regex { source, flags } => {
                let regex = super::regex::lucene(source, *flags).map_err(|what| cannot(atom, &what))?;
                guard(format!("{} RLIKE {}", value(column), quote(&regex)))
            }
            Ask::Cidr { network, prefix } => {
                guard(format!("CIDR_MATCH(TO_IP({name}), {})", quote(&format!("{network}/{prefix}"))))
            }
            Ask::Number(test, number_) if matches!(column.kind, Kind::Int | Kind::Long) => {
                guard(format!("{name} {} {}", sign(*test, "=="), number(*number_)))
            }
            Ask::Number(test, number_) => {
                guard(format!("TO_DOUBLE({name}) {} {}", sign(*test, "=="), number(*number_)))
            }
            Ask::FieldRef { .. } => return Err(cannot(atom, "a comparison of two fields")),
            Ask::TimePart(..) => return Err(cannot(atom, "a part of a time")),
        })
    }
}
