//! Values that are numbers.

use crate::ir::{NumberTest, Piece, Test, TextPattern, TimePart};
use yaml_serde::{Number, Value};

/// The largest whole number that a floating-point number holds exactly.
const EXACT: u64 = 1 << 53;

/// A number, also as text (decimal or `0x` hexadecimal).
pub(super) fn of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().filter(|number| number.is_finite()),
        Value::String(text) => match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) => u32::from_str_radix(digits, 16).ok().map(f64::from),
            None => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        },
        _ => None,
    }
}

/// Equality with a number. Numbers that floating point cannot hold are compared as text.
pub(super) fn equals(number: &Number) -> Test {
    let exact = match (number.as_i64(), number.as_u64()) {
        (Some(whole), _) => whole.unsigned_abs() <= EXACT,
        (None, Some(whole)) => whole <= EXACT,
        (None, None) => number.is_finite(),
    };
    match number.as_f64().filter(|_| exact) {
        Some(value) => Test::Number(NumberTest::Eq, value),
        None => {
            let pattern = TextPattern { pieces: vec![Piece::Literal(number.to_string().into())] };
            Test::Text { pattern, cased: false }
        }
    }
}

/// A part of a time equal to a number, or in the relation to it: then one test for each number that is.
pub(super) fn time_tests(part: TimePart, relation: Option<NumberTest>, value: &Value) -> Option<Vec<Test>> {
    let bound = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }?;
    let range = match part {
        TimePart::Minute => 0..=59,
        TimePart::Hour => 0..=23,
        TimePart::Day => 1..=31,
        TimePart::Week => 1..=53,
        TimePart::Month => 1..=12,
        TimePart::Year => 1970..=2199,
    };
    let Some(relation) = relation else { return Some(vec![Test::TimePart(part, bound)]) };
    let holds = |number: &i64| match relation {
        NumberTest::Lt => *number < bound,
        NumberTest::Le => *number <= bound,
        NumberTest::Gt => *number > bound,
        NumberTest::Ge => *number >= bound,
        NumberTest::Eq => *number == bound,
        NumberTest::Ne => *number != bound,
    };
    Some(range.filter(holds).map(|number| Test::TimePart(part, number)).collect())
}
