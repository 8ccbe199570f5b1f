//! SQL (ISO/IEC 9075, as SQLite takes it): a table per category, columns with Sigma's names. `LIKE` counts case by the
//! standard, so both sides are folded.

use super::{Language, cannot, column, number, sign, write};
use crate::cond::{Ask, Atom};
use crate::pattern::{as_literal, likes};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::refusal::Refusal;
use ddefend_event::Kind;
use ddefend_rule::ir::{FieldRelation, Rule, TextPattern};

struct Sql;

/// `SELECT * FROM t WHERE ...`.
pub(crate) fn sql(plan: &Plan, _: &Profile, _: &Rule) -> Result<String, Refusal> {
    let [table] = plan.tables.as_slice() else {
        return Err(Refusal::of(None, "one SELECT reads one table, and this needs several"));
    };
    Ok(format!("SELECT * FROM {} WHERE {}", name(&table.name), write(&Sql, &table.cond())?))
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name; quoted where it has other letters.
/// Columns of Sigma and of records that are words of SQL (ISO/IEC 9075-2, 5.2).
const RESERVED: &[&str] = &[
    "action",
    "current_user",
    "date",
    "group",
    "hour",
    "key",
    "level",
    "month",
    "order",
    "session_user",
    "system_user",
    "table",
    "time",
    "timestamp",
    "user",
    "value",
    "year",
];

fn name(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with(|letter: char| letter.is_ascii_digit());
    let plain = plain && !RESERVED.iter().any(|word| name.eq_ignore_ascii_case(word));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn like(pattern: &TextPattern) -> String {
    likes(pattern, '%', '_', |letter| matches!(letter, '%' | '_' | '\\'))
}

impl Language for Sql {
    const AND: &'static str = " AND ";
    const OR: &'static str = " OR ";
    const CONSTANT: [&'static str; 2] = ["1 = 1", "1 = 0"];

    fn not(&self, text: &str) -> String {
        format!("NOT {text}")
    }

    fn atom(&self, atom: &Atom, negated: bool) -> Result<String, Refusal> {
        let column = column(atom)?;
        let name = name(&column.name);
        let guard = |text: String| if negated { format!("({name} IS NOT NULL AND {text})") } else { text };
        let fold = |cased: bool| if cased { name.clone() } else { format!("LOWER({name})") };
        let cast = |text: &str, cased: bool| quote(&if cased { text.to_owned() } else { text.to_lowercase() });
        Ok(match &atom.ask {
            Ask::Empty => format!("({name} IS NULL OR {name} = '')"),
            Ask::There => format!("{name} IS NOT NULL"),
            Ask::Text { pattern, cased } => guard(match as_literal(pattern) {
                Some(text) => format!("{} = {}", fold(*cased), cast(text, *cased)),
                None => {
                    let pattern = cast(&like(pattern), *cased);
                    let escape = if pattern.contains('\\') { " ESCAPE '\\'" } else { "" };
                    format!("{} LIKE {pattern}{escape}", fold(*cased))
                }
            }),
            Ask::OneOf { texts, cased } => {
                let list: Vec<String> = texts.iter().map(|text| cast(text, *cased)).collect();
                guard(format!("{} IN ({})", fold(*cased), list.join(", ")))
            }
            Ask::Number(test, value) if matches!(column.kind, Kind::Int | Kind::Long) => {
                guard(format!("{name} {} {}", sign(*test, "=").replace("!=", "<>"), number(*value)))
            }
            Ask::Number(ddefend_rule::ir::NumberTest::Eq, value) if value.fract() == 0.0 => {
                guard(format!("{name} = {}", quote(&number(*value))))
            }
            Ask::Number(test, value) => guard(format!(
                "CAST({name} AS DOUBLE PRECISION) {} {}",
                sign(*test, "=").replace("!=", "<>"),
                number(*value)
            )),
            Ask::FieldRef { other, relation: FieldRelation::Equals, cased } => {
                let other = self::name(&other.name);
                let fold = |name: &str| if *cased { name.to_owned() } else { format!("LOWER({name})") };
                let (left, right) = (fold(&name), fold(&other));
                format!("({name} IS NOT NULL AND {other} IS NOT NULL AND {left} = {right})")
            }
            Ask::FieldRef { .. } => return Err(cannot(atom, "that a field holds a part of another")),
            Ask::Regex { .. } => return Err(cannot(atom, "a regular expression")),
            Ask::Cidr { .. } => return Err(cannot(atom, "that an address is in a network")),
            Ask::TimePart(..) => return Err(cannot(atom, "a part of a time")),
        })
    }
}
