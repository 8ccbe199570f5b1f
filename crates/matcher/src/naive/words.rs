use super::{Matched, Reason};
use ddefend_rule::ir::{FieldRelation, NumberTest, Piece, Test, TextPattern, TimePart};

/// So many tests of one value are told; of the rest only the number.
const TOLD: usize = 4;

/// One line for each field and value, in order of the first test.
pub(super) fn merge(reasons: Vec<Reason<'_>>) -> Vec<Matched> {
    let mut found: Vec<(Matched, Vec<String>)> = Vec::new();
    for Reason { predicate, value } in reasons {
        let field = predicate.field.as_deref().unwrap_or_default();
        let asked = words(&predicate.test);
        match found.iter_mut().find(|(matched, _)| *matched.field == *field && matched.value == value) {
            Some((_, known)) if known.contains(&asked) => {}
            Some((_, known)) => known.push(asked),
            None => found.push((Matched { field: field.into(), value, asked: String::new() }, vec![asked])),
        }
    }
    found
        .into_iter()
        .map(|(matched, asked)| {
            let mut told = asked.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(" and ");
            if let Some(rest) = asked.len().checked_sub(TOLD).filter(|rest| *rest > 0) {
                told.push_str(&format!(" and {rest} more"));
            }
            Matched { asked: told, ..matched }
        })
        .collect()
}

pub(super) fn words(test: &Test) -> String {
    match test {
        Test::Text { pattern, cased } => format!("{}{}", pattern_words(pattern), case(*cased)),
        Test::Regex { source, flags } => {
            let flags = [(flags.ignore_case, 'i'), (flags.multi_line, 'm'), (flags.dot_all, 's')];
            let flags: String = flags.iter().filter(|(set, _)| *set).map(|(_, letter)| letter).collect();
            format!("matches /{source}/{flags}")
        }
        Test::Cidr { network, prefix } => format!("is in {network}/{prefix}"),
        Test::Number(test, bound) => {
            let relation = match test {
                NumberTest::Lt => "is below",
                NumberTest::Le => "is at most",
                NumberTest::Gt => "is above",
                NumberTest::Ge => "is at least",
                NumberTest::Eq => "is",
                NumberTest::Ne => "is not",
            };
            format!("{relation} {bound}")
        }
        Test::Null => "is absent or empty".to_owned(),
        Test::Exists(true) => "is there".to_owned(),
        Test::Exists(false) => "is not there".to_owned(),
        Test::FieldRef { other, relation, cased } => {
            let relation = match relation {
                FieldRelation::Equals => "is the same as",
                FieldRelation::StartsWith => "begins with",
                FieldRelation::EndsWith => "ends with",
                FieldRelation::Contains => "contains",
            };
            format!("{relation} the field {other}{}", case(*cased))
        }
        Test::TimePart(part, value) => {
            let part = match part {
                TimePart::Minute => "minute",
                TimePart::Hour => "hour",
                TimePart::Day => "day",
                TimePart::Week => "week",
                TimePart::Month => "month",
                TimePart::Year => "year",
            };
            format!("has {part} {value}")
        }
    }
}

fn case(cased: bool) -> &'static str {
    if cased { " (case counts)" } else { "" }
}

fn pattern_words(pattern: &TextPattern) -> String {
    match pattern.pieces.as_slice() {
        [] => "is empty".to_owned(),
        [Piece::Any] => "is anything".to_owned(),
        [Piece::Literal(text)] => format!("is {text}"),
        [Piece::Literal(text), Piece::Any] => format!("begins with {text}"),
        [Piece::Any, Piece::Literal(text)] => format!("ends with {text}"),
        [Piece::Any, Piece::Literal(text), Piece::Any] => format!("contains {text}"),
        pieces => {
            let mut shown = "is like ".to_owned();
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => shown.push_str(text),
                    Piece::One => shown.push('?'),
                    Piece::Any => shown.push('*'),
                }
            }
            shown
        }
    }
}
