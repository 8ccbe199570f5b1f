//! Splunk's search language (Splunk, "Search Reference"). What `search` can say is said there; anything that needs more
//! goes to `where`, whose precedence differs, so that every group stands in parentheses.

use super::{Language, cannot, number, sign, write_in_and};
use crate::cond::{Ask, Atom, Cond};
use crate::pattern::as_literal;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::refusal::Refusal;
use ddefend_rule::ir::{FieldRelation, NumberTest, Piece, Rule, TextPattern};

struct Search;
struct Where;

/// A search over events.
pub(crate) fn spl(plan: &Plan, _: &Profile, _: &Rule) -> Result<String, Refusal> {
    let mut filters = Vec::new();
    let mut conds = Vec::new();
    for table in &plan.tables {
        for branch in &table.branches {
            filters.push(branch.filter.clone());
            conds.push(Cond::and(vec![branch.filter.clone(), branch.detection.clone()]));
        }
    }
    let whole = Cond::or(conds);
    let parts = match &whole {
        Cond::And(items) => items.clone(),
        cond => vec![cond.clone()],
    };
    let mut search = Vec::new();
    let mut later = Vec::new();
    for part in &parts {
        match said(part) {
            true => search.push(text(&Search, part)?),
            false => later.push(part.clone()),
        }
    }
    if search.is_empty() && !filters.is_empty() {
        search.push(text(&Search, &Cond::or(filters))?);
    }
    let mut out = search.join(" ");
    for part in &later {
        out.push_str(&format!("\n| where {}", super::write(&Where, part)?));
    }
    Ok(out)
}

/// `tstats` over a data model; its `where` is a search.
pub(crate) fn tstats(plan: &Plan, _: &Profile, _: &Rule) -> Result<String, Refusal> {
    let [table] = plan.tables.as_slice() else {
        return Err(Refusal::of(None, "one tstats reads one data model, and this needs several"));
    };
    let whole = table.cond();
    if !said(&whole) {
        return Err(Refusal::of(None, "the where of tstats knows neither regular expressions nor case"));
    }
    let set = table.name.rsplit('.').next().unwrap_or(&table.name);
    let parts = match &whole {
        Cond::And(items) => items.clone(),
        cond => vec![cond.clone()],
    };
    let texts: Result<Vec<String>, Refusal> = parts.iter().map(|part| text(&Search, part)).collect();
    Ok(format!(
        "| tstats count min(_time) as firstTime max(_time) as lastTime from datamodel={} where {} by {set}.dest",
        table.name,
        texts?.join(" ")
    ))
}

fn text<L: Language>(language: &L, cond: &Cond) -> Result<String, Refusal> {
    write_in_and(language, cond)
}

/// True where `search` can say the whole of it.
fn said(cond: &Cond) -> bool {
    match cond {
        Cond::And(items) | Cond::Or(items) => items.iter().all(said),
        Cond::Not(inner) => said(inner),
        Cond::Is(atom) => match &atom.ask {
            Ask::Text { pattern, cased } => !cased && plain(pattern),
            Ask::OneOf { texts, cased } => !cased && !texts.iter().any(|text| text.contains(['*', '`'])),
            Ask::Number(..) | Ask::Empty | Ask::There => true,
            Ask::Cidr { .. } => true,
            _ => false,
        },
    }
}

/// `search` knows `*` alone, and has no way to write it as itself.
fn plain(pattern: &TextPattern) -> bool {
    !pattern.pieces.is_empty()
        && pattern.pieces.iter().all(|piece| match piece {
            Piece::Any => true,
            Piece::One => false,
            Piece::Literal(text) => !text.contains(['*', '`']),
        })
}

/// An expression in double quotes; backquotes would call a macro even there.
fn quoted_regex(text: &str) -> String {
    quote(text).replace('`', "\\\\x60")
}

/// A string in double quotes: quotes and backslashes have a backslash.
pub(crate) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn stars(pattern: &TextPattern) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Any => "*".to_owned(),
        Piece::One => "?".to_owned(),
        Piece::Literal(text) => text.to_string(),
    };
    pattern.pieces.iter().map(piece).collect()
}

fn field(name: &str, atom: &Atom) -> Result<String, Refusal> {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.:{}@".contains(letter));
    match plain {
        true => Ok(name.to_owned()),
        false if !name.contains(['"', '\\', '\'']) => Ok(format!("\"{name}\"")),
        false => Err(cannot(atom, "such a name")),
    }
}

impl Language for Search {
    const AND: &'static str = " ";
    const OR: &'static str = " OR ";
    const CONSTANT: [&'static str; 2] = ["*", "NOT *"];

    fn not(&self, text: &str) -> String {
        format!("NOT {text}")
    }

    fn loose(&self) -> bool {
        false
    }

    fn atom(&self, atom: &Atom, _: bool) -> Result<String, Refusal> {
        let Some(column) = &atom.column else {
            return match &atom.ask {
                Ask::Text { pattern, .. } => Ok(quote(&stars(pattern))),
                _ => Err(cannot(atom, "that of any field")),
            };
        };
        let name = field(&column.name, atom)?;
        Ok(match &atom.ask {
            Ask::Text { pattern, .. } => format!("{name}={}", quote(&stars(pattern))),
            Ask::OneOf { texts, .. } => {
                let list: Vec<String> = texts.iter().map(|text| quote(text)).collect();
                format!("{name} IN ({})", list.join(", "))
            }
            Ask::Number(NumberTest::Ne, value) => format!("({name}=* NOT {name}={})", number(*value)),
            Ask::Number(test, value) => format!("{name}{}{}", sign(*test, "="), number(*value)),
            Ask::Empty => format!("NOT {name}=*"),
            Ask::There => format!("{name}=*"),
            Ask::Cidr { network, prefix } => format!("{name}=\"{network}/{prefix}\""),
            _ => return Err(cannot(atom, "that in a search")),
        })
    }
}

fn eval_field(name: &str, atom: &Atom) -> Result<String, Refusal> {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    match plain {
        true => Ok(name.to_owned()),
        false if !name.contains(['\'', '\\']) => Ok(format!("'{name}'")),
        false => Err(cannot(atom, "such a name")),
    }
}

impl Language for Where {
    const AND: &'static str = " AND ";
    const OR: &'static str = " OR ";
    const CONSTANT: [&'static str; 2] = ["true()", "false()"];

    fn not(&self, text: &str) -> String {
        format!("NOT {text}")
    }

    fn atom(&self, atom: &Atom, negated: bool) -> Result<String, Refusal> {
        let column = super::column(atom)?;
        let name = eval_field(&column.name, atom)?;
        let macros = match &atom.ask {
            Ask::Text { pattern, .. } => as_literal(pattern).is_some_and(|text| text.contains('`')),
            Ask::OneOf { texts, .. } => texts.iter().any(|text| text.contains('`')),
            _ => false,
        };
        if macros {
            return Err(cannot(atom, "a backquote, which calls a macro"));
        }
        let guard = |text: String| if negated { format!("(isnotnull({name}) AND {text})") } else { text };
        Ok(match &atom.ask {
            Ask::Empty => format!("(isnull({name}) OR {name}=\"\")"),
            Ask::There => format!("isnotnull({name})"),
            Ask::Text { pattern, cased } => guard(match (as_literal(pattern), cased) {
                (Some(text), true) => format!("{name}=={}", quote(text)),
                (Some(text), false) => format!("lower({name})=={}", quote(&text.to_lowercase())),
                (None, cased) => format!("match({name}, {})", quoted_regex(&super::kql::regex(pattern, *cased))),
            }),
            Ask::OneOf { texts, cased } => {
                let fold = |text: &String| quote(&if *cased { text.clone() } else { text.to_lowercase() });
                let list: Vec<String> = texts.iter().map(fold).collect();
                let value = if *cased { name.clone() } else { format!("lower({name})") };
                guard(format!("{value} IN ({})", list.join(", ")))
            }
            Ask::Regex { source, flags } => {
                super::regex::re2(source).map_err(|what| cannot(atom, &what))?;
                let letters: String = [(flags.ignore_case, 'i'), (flags.multi_line, 'm'), (flags.dot_all, 's')]
                    .iter()
                    .filter(|(set, _)| *set)
                    .map(|(_, letter)| *letter)
                    .collect();
                let flags = if letters.is_empty() { letters } else { format!("(?{letters})") };
                guard(format!("match({name}, {})", quoted_regex(&format!("{flags}{source}"))))
            }
            Ask::Number(test, value) => guard(format!("tonumber({name}){}{}", sign(*test, "=="), number(*value))),
            Ask::Cidr { network, prefix } => guard(format!("cidrmatch(\"{network}/{prefix}\", {name})")),
            Ask::FieldRef { other, relation, cased } => {
                let other = eval_field(&other.name, atom)?;
                let fold = |name: &str| if *cased { name.to_owned() } else { format!("lower({name})") };
                let (value, other_value) = (fold(&name), fold(&other));
                let test = match relation {
                    FieldRelation::Equals => format!("{value}=={other_value}"),
                    FieldRelation::StartsWith => format!("substr({value}, 1, len({other}))=={other_value}"),
                    FieldRelation::EndsWith => format!("substr({value}, 0-len({other}))=={other_value}"),
                    FieldRelation::Contains => return Err(cannot(atom, "that a field contains another")),
                };
                format!("(isnotnull({name}) AND isnotnull({other}) AND {test})")
            }
            Ask::TimePart(..) => return Err(cannot(atom, "a part of a time")),
        })
    }
}
