use super::value::{at, function, number, of, text, truth, values};
use crate::text::test;
use crate::{Context, Function};
use ddefend_rule::ir::query::{Datum, TextOp};

pub(super) const FUNCTIONS: &[Function] = &[
    function("if", 3, 3, |a, _| if truth(at(a, 0)) == Some(true) { at(a, 1).clone() } else { at(a, 2).clone() }),
    function("case", 2, 400, case),
    function("validate", 2, 400, validate),
    function("coalesce", 1, 400, |a, _| a.iter().find(|value| **value != Datum::Null).cloned().unwrap_or_default()),
    function("nullif", 2, 2, |a, _| if text(at(a, 0)) == text(at(a, 1)) { Datum::Null } else { at(a, 0).clone() }),
    function("isnull", 1, 1, |a, _| Datum::Bool(*at(a, 0) == Datum::Null)),
    function("isnotnull", 1, 1, |a, _| Datum::Bool(*at(a, 0) != Datum::Null)),
    function("isnum", 1, 1, |a, _| Datum::Bool(number(at(a, 0)).is_some())),
    function("isint", 1, 1, |a, _| Datum::Bool(number(at(a, 0)).is_some_and(|value| value.fract() == 0.0))),
    function("isstr", 1, 1, |a, _| Datum::Bool(matches!(at(a, 0), Datum::Text(_)) && number(at(a, 0)).is_none())),
    function("isbool", 1, 1, |a, _| Datum::Bool(matches!(at(a, 0), Datum::Bool(_)))),
    function("typeof", 1, 1, |a, _| of(kind(at(a, 0)))),
    function("xor", 2, 2, |a, _| match (truth(at(a, 0)), truth(at(a, 1))) {
        (Some(left), Some(right)) => Datum::Bool(left != right),
        _ => Datum::Null,
    }),
    function("like", 2, 2, like),
    function("match", 2, 2, matches),
    function("search_ne", 2, 2, search_ne),
];

fn case(arguments: &[Datum], _: &Context) -> Datum {
    let found = arguments.chunks_exact(2).find(|arm| truth(at(arm, 0)) == Some(true));
    found.map_or(Datum::Null, |arm| at(arm, 1).clone())
}

/// The value of the first condition that does not hold.
fn validate(arguments: &[Datum], _: &Context) -> Datum {
    let found = arguments.chunks_exact(2).find(|arm| truth(at(arm, 0)) != Some(true));
    found.map_or(Datum::Null, |arm| at(arm, 1).clone())
}

fn kind(value: &Datum) -> &'static str {
    match value {
        Datum::Null => "Invalid",
        Datum::Bool(_) => "Boolean",
        value if number(value).is_some() => "Number",
        _ => "String",
    }
}

fn any(arguments: &[Datum], holds: impl Fn(&str, &str) -> bool) -> Datum {
    let (Some(pattern), false) = (text(at(arguments, 1)), *at(arguments, 0) == Datum::Null) else {
        return Datum::Null;
    };
    Datum::Bool(values(at(arguments, 0)).iter().filter_map(text).any(|value| holds(&value, &pattern)))
}

/// `like(x, "a%")` where the pattern is of the row.
fn like(arguments: &[Datum], context: &Context) -> Datum {
    any(arguments, |value, pattern| {
        let mut own = String::new();
        for letter in pattern.chars() {
            match letter {
                '%' => own.push('*'),
                '_' => own.push('?'),
                '*' | '?' | '\\' => own.extend(['\\', letter]),
                letter => own.push(letter),
            }
        }
        test(TextOp::Like, true, value, &own, context)
    })
}

fn matches(arguments: &[Datum], context: &Context) -> Datum {
    any(arguments, |value, pattern| test(TextOp::Regex, true, value, pattern, context))
}

/// `!=` of `search`: there is a value that does not fit.
fn search_ne(arguments: &[Datum], context: &Context) -> Datum {
    let Some(pattern) = text(at(arguments, 1)) else { return Datum::Bool(false) };
    let own: Vec<String> = pattern.split('*').map(ddefend_rule::ir::escape_like).collect();
    let own = own.join("*");
    let wanted = number(at(arguments, 1));
    let fits = |value: &Datum| {
        let same = wanted.is_some() && number(value) == wanted;
        same || text(value).is_some_and(|text| test(TextOp::Like, false, &text, &own, context))
    };
    Datum::Bool(values(at(arguments, 0)).iter().any(|value| !fits(value)))
}
