//! The same of Sigma's rules.

use crate::fields::path_equality;
use crate::{Knowledge, Subject};
use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::Span;
use ddefend_rule::ir::{Expr, Piece, Predicate, Rule, Test};

pub(crate) fn check(rule: &Rule, subject: &Subject<'_>, knowledge: &Knowledge<'_>) -> Vec<Problem> {
    let mut predicates = Vec::new();
    let mut open = vec![&rule.detection];
    while let Some(expr) = open.pop() {
        match expr {
            Expr::And(parts) | Expr::Or(parts) | Expr::AtLeast(_, parts) => open.extend(parts),
            Expr::Not(part) => open.push(part),
            Expr::Is(predicate) => predicates.push(predicate),
        }
    }
    let mut problems = Vec::new();
    for predicate in predicates {
        let Some(field) = predicate.field.as_deref() else { continue };
        for (code, message) in field_problems(rule, predicate, field, knowledge) {
            let span = place(subject.text, rule, field);
            problems.push(Problem { warning: true, ..Problem::at(subject.name, subject.text, span, code, message) });
        }
    }
    problems
}

fn field_problems(
    rule: &Rule,
    predicate: &Predicate,
    field: &str,
    knowledge: &Knowledge<'_>,
) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if let Test::Text { pattern, .. } = &predicate.test
        && let [Piece::Literal(text)] = pattern.pieces.as_slice()
    {
        found.extend(path_equality(field, text, Span::default(), knowledge).map(|(_, code, message)| (code, message)));
        if let Some(why) = knowledge.lists.never(field, text) {
            found.push((code::LINT_VALUE, format!("{field} is never `{text}`: {why}")));
        }
    }
    let mapping = knowledge.mapping;
    let classes = mapping.classes_for(&rule.source);
    let lacks = |class: &&&ddefend_event::Class| {
        let key = ddefend_event::Key {
            dialect: class.dialect,
            channel: class.channel.first().map(String::as_str).unwrap_or_default().into(),
            provider: class.provider.as_deref().unwrap_or_default().into(),
            event_id: class.event_id.first().copied().unwrap_or_default(),
            action: class.action.first().map(String::as_str).unwrap_or_default().into(),
        };
        mapping.has(&key, &rule.source, field) == Some(false)
    };
    if !classes.is_empty() && classes.iter().filter(lacks).count() == classes.len() {
        let category = rule.source.category.as_deref().unwrap_or_default();
        found.push((code::LINT_FIELD, format!("no record of {category} has a {field}")));
    }
    found
}

/// Where the rule's text names the field first.
fn place(text: &str, rule: &Rule, field: &str) -> Span {
    let lines = usize::try_from(rule.meta.origin.line.saturating_sub(1)).unwrap_or_default();
    let start = text.match_indices('\n').nth(lines.wrapping_sub(1)).map_or(0, |(at, _)| at);
    let rest = text.get(start..).unwrap_or_default();
    let ends = |at: usize| rest.get(at + field.len()..).is_some_and(|rest| rest.starts_with([':', '|']));
    let at = rest.match_indices(field).map(|(at, _)| at).find(|at| ends(*at)).map_or(start, |at| start + at);
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: number(at), end: number(at + field.len()) }
}
