//! Tests of one column that can never hold, or hardly ever.

use crate::walk;
use crate::{Knowledge, Subject};
use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{CompareOp, Datum, Node, Query, Scalar, Span, TextOp};
use ddefend_rule::ir::{Piece, TextPattern};

pub(crate) fn check(query: &Query, subject: &Subject<'_>, knowledge: &Knowledge<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    walk::scalars(query, &mut |scalar| {
        walk::nodes(scalar, &mut |node| {
            for (span, code, message) in node_problems(node, knowledge) {
                let problem = Problem::at(subject.name, subject.text, span, code, message);
                found.push(Problem { warning: true, ..problem });
            }
        });
    });
    found
}

type Found = (Span, &'static str, String);

fn node_problems(scalar: &Scalar, knowledge: &Knowledge<'_>) -> Vec<Found> {
    match &scalar.node {
        Node::Text { op, value, pattern, .. } => {
            let Some((column, text)) = column(value).zip(text(pattern)) else { return Vec::new() };
            of_text(*op, column, text, whole(scalar, pattern), knowledge)
        }
        Node::TextAny { op, value, patterns, .. } => {
            let Some(column) = column(value) else { return Vec::new() };
            let each = |pattern: &Scalar| {
                let Some(text) = text(pattern) else { return Vec::new() };
                of_text(*op, column, text, whole(scalar, pattern), knowledge)
            };
            patterns.iter().flat_map(each).collect()
        }
        Node::Compare(CompareOp::Eq, left, right) => {
            let found = column(left).zip(text(right)).or_else(|| column(right).zip(text(left)));
            let Some((column, text)) = found else { return Vec::new() };
            of_text(TextOp::Equals, column, text, scalar.span, knowledge)
        }
        _ => Vec::new(),
    }
}

/// Where a pattern is written; where its list is defined elsewhere, that place.
fn whole(test: &Scalar, pattern: &Scalar) -> Span {
    if pattern.span.end > pattern.span.start { pattern.span } else { test.span }
}

fn of_text(op: TextOp, column: &str, text: &str, span: Span, knowledge: &Knowledge<'_>) -> Vec<Found> {
    let lists = knowledge.lists;
    let literal = match op {
        TextOp::Equals => Some(text.to_owned()),
        TextOp::Like => match TextPattern::like(text).pieces.as_slice() {
            [Piece::Literal(literal)] => Some(literal.to_string()),
            _ => None,
        },
        _ => None,
    };
    let mut found = Vec::new();
    if let Some(literal) = literal {
        found.extend(path_equality(column, &literal, span, knowledge));
        if let Some(why) = lists.never(column, &literal) {
            found.push((span, code::LINT_VALUE, format!("{column} is never `{literal}`: {why}")));
        }
    }
    if matches!(op, TextOp::Has | TextOp::HasPrefix | TextOp::HasSuffix) && lists.is_command(column) {
        let known = lists.term.iter().find(|term| term.text.eq_ignore_ascii_case(text));
        found.extend(
            known.map(|term| (span, code::LINT_TERM, format!("the term `{text}` hardly ever occurs: {}", term.why))),
        );
    }
    found
}

/// Equality of a column with whole paths and a bare name.
pub(crate) fn path_equality(column: &str, text: &str, span: Span, knowledge: &Knowledge<'_>) -> Option<Found> {
    let bare = !text.is_empty() && !text.contains(['\\', '/']) && text.contains('.');
    (bare && knowledge.lists.is_path(column)).then(|| {
        let message = format!("{column} holds a whole path and is never `{text}`: ask whether it ends with `\\{text}`");
        (span, code::LINT_PATH, message)
    })
}

fn column(scalar: &Scalar) -> Option<&str> {
    match &scalar.node {
        Node::Column(name) => Some(name),
        // tolower(x), lower(x): a test of the same column.
        Node::Call(name, arguments)
            if matches!(&**name, "tolower" | "toupper" | "lower" | "upper" | "to_lower" | "tostring") =>
        {
            arguments.first().and_then(column)
        }
        _ => None,
    }
}

fn text(scalar: &Scalar) -> Option<&str> {
    match &scalar.node {
        Node::Literal(Datum::Text(text)) => Some(text),
        _ => None,
    }
}
