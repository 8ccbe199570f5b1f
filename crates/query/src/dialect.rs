//! What depends on the language that a query was written in. Each rule is one function here, so that a language's owner
//! finds all of them in one place.

use ddefend_event::Kind;
use ddefend_functions::value;
use ddefend_functions::{Context, function, spl};
use ddefend_rule::ir::query::{ArithmeticOp, CompareOp, Datum, Language};
use std::cmp::Ordering;
use std::sync::Arc;

/// True where a name that no column has is null, not an error.
pub(crate) fn lenient_names(language: Language) -> bool {
    !matches!(language, Language::Kql | Language::Esql | Language::Sql)
}

/// True where the case of column names does not count.
pub(crate) fn folds_names(language: Language) -> bool {
    matches!(language, Language::Sql | Language::Car)
}

/// True where an assignment sees the columns that those before it in the same operator made.
pub(crate) fn sees_own_columns(language: Language) -> bool {
    matches!(language, Language::Spl | Language::Esql)
}

/// True where a test of nothing is false, so that its negation is true; false where it is null and stays so.
pub(crate) fn two_valued(language: Language) -> bool {
    matches!(language, Language::Eql | Language::Kuery | Language::Lucene | Language::Sigma | Language::Car)
}

/// True where a field may have several values and a test holds if it holds for one of them.
pub(crate) fn any_value(language: Language) -> bool {
    !matches!(language, Language::Kql | Language::Esql | Language::Sql)
}

/// What a column of that kind has where there is no value. Kusto's text is never null (Kusto documentation, "Null values").
pub(crate) fn absent(language: Language, kind: Kind) -> Datum {
    match (language, kind) {
        (Language::Kql, Kind::String) => Datum::Text(Arc::from("")),
        _ => Datum::Null,
    }
}

/// A truth value of a condition; none where it is null.
pub(crate) fn truth(value: &Datum) -> Option<bool> {
    match value {
        Datum::Bool(value) => Some(*value),
        Datum::Long(value) => Some(*value != 0),
        Datum::Real(value) => Some(*value != 0.0),
        Datum::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Datum::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A comparison.
pub(crate) fn compare(op: CompareOp, left: &Datum, right: &Datum, language: Language, context: &Context) -> Datum {
    if any_value(language) {
        // A field with several values: one that fits is enough; "not equal" asks that none is equal.
        if let Datum::List(list) = left {
            let one = |item: &Datum| one(op, item, right, language, context) == Datum::Bool(true);
            let holds = if op == CompareOp::Ne { list.iter().all(one) } else { list.iter().any(one) };
            return Datum::Bool(holds);
        }
    }
    // ES|QL: a comparison of a field with several values is null.
    if language == Language::Esql && [left, right].iter().any(|side| matches!(side, Datum::List(_))) {
        return Datum::Null;
    }
    one(op, left, right, language, context)
}

fn one(op: CompareOp, left: &Datum, right: &Datum, language: Language, context: &Context) -> Datum {
    let null = matches!(left, Datum::Null);
    if null || matches!(right, Datum::Null) {
        return with_null(op, null && matches!(right, Datum::Null), language);
    }
    let order = match language {
        Language::Spl => numerals(left, right),
        _ => None,
    };
    let order = order.or_else(|| value::compare(left, right)).or_else(|| coerced(left, right, language, context));
    let holds = match (op, order) {
        (CompareOp::Eq, order) => order == Some(Ordering::Equal),
        (CompareOp::Ne, order) => order != Some(Ordering::Equal),
        (CompareOp::Lt, Some(order)) => order.is_lt(),
        (CompareOp::Le, Some(order)) => order.is_le(),
        (CompareOp::Gt, Some(order)) => order.is_gt(),
        (CompareOp::Ge, Some(order)) => order.is_ge(),
        (_, None) => return if two_valued(language) { Datum::Bool(false) } else { Datum::Null },
    };
    Datum::Bool(holds)
}

/// SPL: two values that both are numbers, times among them, compare as numbers.
fn numerals(left: &Datum, right: &Datum) -> Option<Ordering> {
    let mixed = |value: &Datum| matches!(value, Datum::Text(_) | Datum::Time(_) | Datum::Span(_));
    if !mixed(left) && !mixed(right) {
        return None;
    }
    spl::number(left)?.partial_cmp(&spl::number(right)?)
}

/// A comparison with at least one null.
fn with_null(op: CompareOp, both: bool, language: Language) -> Datum {
    match (language, op) {
        // Kusto documentation, "Null values": a null is not the same as a value; two nulls are neither.
        (Language::Kql, CompareOp::Eq) if !both => Datum::Bool(false),
        (Language::Kql, CompareOp::Ne) if !both => Datum::Bool(true),
        // EQL: `field == null` asks whether there is a value.
        (Language::Eql, CompareOp::Eq) => Datum::Bool(both),
        (Language::Eql, CompareOp::Ne) => Datum::Bool(!both),
        _ if two_valued(language) => Datum::Bool(match op {
            CompareOp::Eq => both,
            CompareOp::Ne => !both,
            _ => false,
        }),
        _ => Datum::Null,
    }
}

/// The order of values of different kinds, where the language has one.
fn coerced(left: &Datum, right: &Datum, language: Language, context: &Context) -> Option<Ordering> {
    match (left, right) {
        // A dynamic text against a time or a length of time (Kusto converts implicitly).
        (Datum::Text(text), Datum::Time(_) | Datum::Span(_)) => {
            value::compare(&read_as(text, value::kind(right), language, context)?, right)
        }
        (Datum::Time(_) | Datum::Span(_), Datum::Text(text)) => {
            value::compare(left, &read_as(text, value::kind(left), language, context)?)
        }
        // A field that is text or number, as it is written.
        (Datum::Text(text), Datum::Long(_) | Datum::Real(_)) if language != Language::Esql => {
            value::compare(&value::numeral(text)?, right)
        }
        (Datum::Long(_) | Datum::Real(_), Datum::Text(text)) if language != Language::Esql => {
            value::compare(left, &value::numeral(text)?)
        }
        (Datum::Text(text), Datum::Bool(flag)) => Some(truth(&Datum::Text(Arc::clone(text)))?.cmp(flag)),
        (Datum::Bool(flag), Datum::Text(text)) => Some(flag.cmp(&truth(&Datum::Text(Arc::clone(text)))?)),
        _ => None,
    }
}

/// Text as a value of that kind, by the language's own conversion where it has one.
fn read_as(text: &Arc<str>, kind: Kind, language: Language, context: &Context) -> Option<Datum> {
    let found = cast(&Datum::Text(Arc::clone(text)), kind, language, context);
    (found != Datum::Null).then_some(found)
}

/// A value as one of that kind; null where it cannot be one.
pub(crate) fn cast(value: &Datum, kind: Kind, language: Language, context: &Context) -> Datum {
    if value::kind(value) == kind || kind == Kind::Dynamic {
        return value.clone();
    }
    match (kind, value) {
        (_, Datum::Null) => return absent(language, kind),
        (Kind::String | Kind::Guid, value) => return value::from_text(&value::text(value)),
        (Kind::Int | Kind::Long, Datum::Long(_)) | (Kind::Decimal, Datum::Real(_)) => return value.clone(),
        (Kind::Int | Kind::Long, Datum::Bool(flag)) => return Datum::Long(i64::from(*flag)),
        (Kind::Real | Kind::Decimal, Datum::Long(_)) => return value::number(value).map_or(Datum::Null, Datum::Real),
        _ => {}
    }
    let name = match kind {
        Kind::Bool => "tobool",
        Kind::Int => "toint",
        Kind::Long => "tolong",
        Kind::Real | Kind::Decimal => "todouble",
        Kind::DateTime => "todatetime",
        Kind::TimeSpan => "totimespan",
        Kind::String | Kind::Guid | Kind::Dynamic => return value.clone(),
    };
    function(Language::Kql, name).map_or(Datum::Null, |function| (function.call)(std::slice::from_ref(value), context))
}

/// Arithmetic; null where an operand is null, where the kinds do not go together, or where there is no result.
pub(crate) fn arithmetic(op: ArithmeticOp, left: &Datum, right: &Datum, language: Language) -> Datum {
    use ArithmeticOp::{Add, Divide, Modulo, Multiply, Subtract};
    use Datum::{Long, Real, Span, Text, Time};
    let moment = |value: &Datum| matches!(value, Time(_) | Span(_));
    if language == Language::Spl && (moment(left) || moment(right)) {
        // Times are seconds since 1970.
        return match (spl::number(left), spl::number(right)) {
            (Some(a), Some(b)) => Real(fraction(op, a, b)),
            _ => Datum::Null,
        };
    }
    match (op, left, right) {
        (_, Datum::Null, _) | (_, _, Datum::Null) => Datum::Null,
        (_, Long(a), Long(b)) => whole(op, *a, *b, language),
        (_, Long(_) | Real(_), Long(_) | Real(_)) => match (value::number(left), value::number(right)) {
            (Some(a), Some(b)) => Real(fraction(op, a, b)),
            _ => Datum::Null,
        },
        (Subtract, Time(a), Time(b)) => a.checked_sub(*b).map_or(Datum::Null, Span),
        (Add, Time(a), Span(b)) | (Add, Span(a), Time(b)) => a.checked_add(*b).map_or(Datum::Null, Time),
        (Subtract, Time(a), Span(b)) => a.checked_sub(*b).map_or(Datum::Null, Time),
        (Add, Span(a), Span(b)) => a.checked_add(*b).map_or(Datum::Null, Span),
        (Subtract, Span(a), Span(b)) => a.checked_sub(*b).map_or(Datum::Null, Span),
        (Divide, Span(a), Span(b)) => Real(ratio(*a, *b)),
        (Modulo, Span(a), Span(b)) => a.checked_rem(*b).map_or(Datum::Null, Span),
        (Multiply, Span(a), by @ (Long(_) | Real(_))) | (Multiply, by @ (Long(_) | Real(_)), Span(a)) => {
            scaled(*a, by, false)
        }
        (Divide, Span(a), by @ (Long(_) | Real(_))) => scaled(*a, by, true),
        (Add, Text(a), Text(b)) if language != Language::Kql => {
            if let (Language::Spl, Some(a), Some(b)) = (language, value::numeral(a), value::numeral(b)) {
                return arithmetic(op, &a, &b, Language::Kql);
            }
            value::from_text(&format!("{a}{b}"))
        }
        (_, Text(a), Long(_) | Real(_)) if any_value(language) => match value::numeral(a) {
            Some(a) => arithmetic(op, &a, right, language),
            None if op == Add => value::from_text(&format!("{a}{}", value::text(right))),
            None => Datum::Null,
        },
        (_, Long(_) | Real(_), Text(b)) if any_value(language) => match value::numeral(b) {
            Some(b) => arithmetic(op, left, &b, language),
            None if op == Add => value::from_text(&format!("{}{b}", value::text(left))),
            None => Datum::Null,
        },
        (_, Text(a), Text(b)) if any_value(language) => match (value::numeral(a), value::numeral(b)) {
            (Some(a), Some(b)) => arithmetic(op, &a, &b, language),
            _ => Datum::Null,
        },
        _ => Datum::Null,
    }
}

/// Whole numbers: Kusto and SQL cut the quotient; SPL has fractions only.
fn whole(op: ArithmeticOp, a: i64, b: i64, language: Language) -> Datum {
    let found = match op {
        ArithmeticOp::Add => Some(a.wrapping_add(b)),
        ArithmeticOp::Subtract => Some(a.wrapping_sub(b)),
        ArithmeticOp::Multiply => Some(a.wrapping_mul(b)),
        ArithmeticOp::Divide if language == Language::Spl => {
            return match a.checked_rem(b) {
                None => Datum::Null,
                Some(0) => a.checked_div(b).map_or(Datum::Null, Datum::Long),
                Some(_) => Datum::Real(ratio(a, b)),
            };
        }
        ArithmeticOp::Divide => a.checked_div(b),
        ArithmeticOp::Modulo if language == Language::Kql => a.checked_rem_euclid(b),
        ArithmeticOp::Modulo => a.checked_rem(b),
    };
    found.map_or(Datum::Null, Datum::Long)
}

fn fraction(op: ArithmeticOp, a: f64, b: f64) -> f64 {
    match op {
        ArithmeticOp::Add => a + b,
        ArithmeticOp::Subtract => a - b,
        ArithmeticOp::Multiply => a * b,
        ArithmeticOp::Divide => a / b,
        ArithmeticOp::Modulo => a % b,
    }
}

#[allow(clippy::cast_precision_loss, reason = "a quotient of lengths of time is a fraction")]
fn ratio(a: i64, b: i64) -> f64 {
    a as f64 / b as f64
}

/// A length of time times or by a number.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "checked to be in range")]
fn scaled(span: i64, by: &Datum, divide: bool) -> Datum {
    if let Datum::Long(by) = by {
        let found = if divide { span.checked_div(*by) } else { span.checked_mul(*by) };
        return found.map_or(Datum::Null, Datum::Span);
    }
    let Some(by) = value::number(by) else { return Datum::Null };
    let found = if divide { span as f64 / by } else { span as f64 * by };
    if found.is_finite() && found.abs() < 9.2e18 { Datum::Span(found as i64) } else { Datum::Null }
}

/// The kind that arithmetic makes.
pub(crate) fn arithmetic_kind(op: ArithmeticOp, left: Kind, right: Kind) -> Kind {
    use Kind::{DateTime, Decimal, Dynamic, Int, Long, Real, String, TimeSpan};
    match (op, left, right) {
        (ArithmeticOp::Subtract, DateTime, DateTime) => TimeSpan,
        (ArithmeticOp::Divide, TimeSpan, TimeSpan) => Real,
        (_, DateTime, _) | (_, _, DateTime) => DateTime,
        (_, TimeSpan, _) | (_, _, TimeSpan) => TimeSpan,
        (_, Decimal, _) | (_, _, Decimal) => Decimal,
        (_, Real, _) | (_, _, Real) => Real,
        (_, Int, Int) => Int,
        (_, Int | Long, Int | Long) => Long,
        (ArithmeticOp::Add, String, String) => String,
        _ => Dynamic,
    }
}
