//! `grok` and `dissect` patterns as expressions with named groups (Elasticsearch reference, "Process data with DISSECT and
//! GROK").

use crate::fail::{Fail, Taken};
use ddefend_rule::ir::query::Span;

/// Named patterns.
const PATTERNS: &str = include_str!("../../../../content/elastic/grok-patterns.txt");
/// Named patterns in named patterns.
const DEPTH: usize = 12;
/// Bytes of the expression that a pattern becomes.
const LENGTH: usize = 64 << 10;

/// Types behind a name, and the functions that make them.
const TYPES: &[(&str, &str)] = &[
    ("boolean", "to_boolean"),
    ("double", "to_double"),
    ("float", "to_double"),
    ("int", "to_integer"),
    ("keyword", "to_string"),
    ("long", "to_long"),
];

/// The expression, and the columns that are no text with the function that makes them so.
pub(super) fn grok(pattern: &str, span: Span) -> Taken<(String, Vec<(String, &'static str)>)> {
    let mut casts = Vec::new();
    let regex = unfold(pattern, span, DEPTH, &mut casts)?;
    Ok((groups(&regex, span)?, casts))
}

fn unfold(pattern: &str, span: Span, depth: usize, casts: &mut Vec<(String, &'static str)>) -> Taken<String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Fail::limit(span, "named patterns nest too deep"));
    };
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find("%{") {
        out.push_str(rest.get(..at).unwrap_or_default());
        let body = rest.get(at.saturating_add(2)..).unwrap_or_default();
        let Some(end) = body.find('}') else {
            return Err(Fail::syntax(span, "`%{` has no `}`"));
        };
        let mut parts = body.get(..end).unwrap_or_default().splitn(3, ':');
        let name = parts.next().unwrap_or_default();
        let (column, kind) = (parts.next(), parts.next());
        let known = PATTERNS.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
            line.split_once(' ').filter(|(known, _)| *known == name).map(|(_, expression)| expression)
        });
        let Some(known) = known else {
            return Err(Fail::unsupported(span, &format!("the grok pattern `{}`", super::clip(name))));
        };
        let inner = unfold(known, span, depth, &mut Vec::new())?;
        match column {
            Some(column) if named(column) => out.push_str(&format!("(?<{column}>{inner})")),
            Some(_) => return Err(Fail::syntax(span, "a column's name in a pattern has letters, digits, `_` and `.`")),
            None => out.push_str(&format!("(?:{inner})")),
        }
        if let (Some(kind), Some(column)) = (kind, column) {
            let Some((_, call)) = TYPES.iter().find(|(known, _)| *known == kind) else {
                return Err(Fail::unsupported(span, &format!("the type `{}` of a pattern", super::clip(kind))));
            };
            casts.push((column.to_owned(), *call));
        }
        if out.len() > LENGTH {
            return Err(Fail::limit(span, "the pattern unfolds to too long an expression"));
        }
        rest = body.get(end.saturating_add(1)..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// Group names with `@` and the like are none of the `regex` crate's; what looks around is refused.
fn groups(regex: &str, span: Span) -> Taken<String> {
    for around in ["(?=", "(?!", "(?<=", "(?<!", "(?>"] {
        if regex.contains(around) {
            return Err(Fail::unsupported(span, &format!("`{around}...)` of expressions")));
        }
    }
    Ok(regex.to_owned())
}

fn named(column: &str) -> bool {
    let first = column.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    first && column.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
}

/// `%{a} text %{?b} %{c->}`.
pub(super) fn dissect(pattern: &str, span: Span) -> Taken<String> {
    let mut out = String::from("(?s)^");
    let mut rest = pattern;
    let mut padded = false;
    loop {
        let (literal, next) = rest.split_once("%{").map_or((rest, None), |(literal, next)| (literal, Some(next)));
        if padded && !literal.is_empty() {
            out.push_str(&format!("(?:{})+", escaped(literal)));
        } else {
            out.push_str(&escaped(literal));
        }
        let Some(next) = next else { break };
        let Some((key, behind)) = next.split_once('}') else {
            return Err(Fail::syntax(span, "`%{` has no `}`"));
        };
        let plain = key.strip_suffix("->");
        padded = plain.is_some();
        let key = plain.unwrap_or(key);
        let last = behind.is_empty();
        let body = if last { ".*" } else { ".*?" };
        match key.chars().next() {
            None | Some('?') => out.push_str(&format!("(?:{body})")),
            Some('+' | '*' | '&') => {
                return Err(Fail::unsupported(span, "joined or referred keys (`+`, `*`, `&`) of `dissect`"));
            }
            Some(_) if named(key) => out.push_str(&format!("(?<{key}>{body})")),
            Some(_) => return Err(Fail::syntax(span, "a key has letters, digits, `_` and `.`")),
        }
        rest = behind;
        if last {
            break;
        }
    }
    Ok(out)
}

fn escaped(literal: &str) -> String {
    let mut out = String::new();
    for letter in literal.chars() {
        if matches!(
            letter,
            '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' | '#' | '&' | '-' | '~'
        ) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
