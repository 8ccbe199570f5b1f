//! A detection in words, one test a line.

use ddefend_matcher::naive;
use ddefend_rule::ir::{Expr, Predicate};
use std::collections::BTreeSet;

/// Values that are listed of one field; of more the number.
const LISTED: usize = 60;

/// The expression, indented by its structure.
pub(super) fn detection(expr: &Expr) -> String {
    let mut out = String::new();
    write(expr, 0, "", &mut out);
    out
}

fn write(expr: &Expr, depth: usize, prefix: &str, out: &mut String) {
    let pad = "  ".repeat(depth);
    let mut line = |text: &str| out.push_str(&format!("{pad}{prefix}{text}\n"));
    let (head, parts) = match expr {
        Expr::Is(predicate) => return line(&one(predicate)),
        Expr::Not(inner) => return write(inner, depth, &format!("{prefix}not "), out),
        Expr::Or(parts) if !parts.is_empty() => {
            if let Some(text) = same_field(parts) {
                return line(&text);
            }
            ("any of".to_owned(), parts)
        }
        Expr::And(parts) | Expr::Or(parts) | Expr::AtLeast(_, parts) if parts.len() == 1 => {
            return parts.iter().for_each(|part| write(part, depth, prefix, out));
        }
        Expr::And(parts) => ("all of".to_owned(), parts),
        Expr::Or(parts) => ("never".to_owned(), parts),
        Expr::AtLeast(least, parts) => (format!("at least {least} of"), parts),
    };
    line(&head);
    parts.iter().for_each(|part| write(part, depth + 1, "", out));
}

fn one(predicate: &Predicate) -> String {
    format!("{} {}", predicate.field.as_deref().unwrap_or("any value"), naive::asked(&predicate.test))
}

/// Tests of one field that are joined by "or", in one line.
fn same_field(parts: &[Expr]) -> Option<String> {
    let mut asked = Vec::new();
    let mut field = None;
    for part in parts {
        let Expr::Is(predicate) = part else { return None };
        let name = predicate.field.as_deref().unwrap_or("any value");
        if *field.get_or_insert(name) != name {
            return None;
        }
        asked.push(naive::asked(&predicate.test));
    }
    let more = asked.len().saturating_sub(LISTED);
    asked.truncate(LISTED);
    let rest = if more > 0 { format!(" or {more} more") } else { String::new() };
    Some(format!("{} {}{rest}", field?, asked.join(" or ")))
}

/// Fields that the expression asks for, each once.
pub(super) fn fields(expr: &Expr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(expr, &mut found);
    found
}

fn collect(expr: &Expr, found: &mut BTreeSet<String>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) | Expr::AtLeast(_, parts) => {
            parts.iter().for_each(|part| collect(part, found));
        }
        Expr::Not(inner) => collect(inner, found),
        Expr::Is(predicate) => found.extend(predicate.field.as_deref().map(str::to_owned)),
    }
}
