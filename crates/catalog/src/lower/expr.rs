//! Predicates over Sigma's fields.

use crate::events::Hints;
use crate::literal::Kind;
use crate::names::{Names, spelled};
use crate::{Literal, Test, Tree};
use ddefend_rule::ir::{self, Expr, FieldRelation, NumberTest, Piece, Predicate, TimePart};

/// The tree of a detection. Rules by category speak Sigma's names already; the others' are looked up.
pub(crate) fn tree(expr: &Expr, category: bool, names: &Names) -> Tree {
    let members = |list: &[Expr]| list.iter().map(|member| tree(member, category, names)).collect::<Vec<_>>();
    match expr {
        Expr::And(list) => Tree::all(members(list)),
        Expr::Or(list) => Tree::any(members(list)),
        Expr::AtLeast(count, list) => Tree::AtLeast(*count, members(list)),
        Expr::Not(inner) => tree(inner, category, names).negate(),
        Expr::Is(predicate) => test(predicate, category, names),
    }
}

fn test(predicate: &Predicate, category: bool, names: &Names) -> Tree {
    let native = predicate.field.as_deref().unwrap_or("*");
    let field = if category { native.into() } else { names.field("", native).0 };
    let other = |kind: Kind, value: String| (Literal::new(field.clone(), kind, value), false);
    let (literal, cased) = match &predicate.test {
        ir::Test::Text { pattern, cased } => {
            // A keyword stands anywhere in a value.
            let keyword = predicate.field.is_none() && matches!(pattern.pieces.as_slice(), [Piece::Literal(_)]);
            let literal = if keyword {
                let mut literal = Literal::of_pattern("*", pattern);
                literal.kind = Kind::Match;
                literal
            } else if category {
                spelled(Literal::of_pattern(&field, pattern))
            } else {
                names.pattern("", native, pattern)
            };
            (literal, *cased)
        }
        ir::Test::Regex { source, flags } => {
            let flag = |set: bool, letter: &'static str| if set { letter } else { "" };
            let letters =
                [flag(flags.ignore_case, "i"), flag(flags.multi_line, "m"), flag(flags.dot_all, "s")].concat();
            let before = if letters.is_empty() { String::new() } else { format!("(?{letters})") };
            (Literal::new(field.clone(), Kind::RegexMatch, format!("{before}{source}")), true)
        }
        ir::Test::Cidr { network, prefix } => other(Kind::Cidr, format!("{network}/{prefix}")),
        ir::Test::Number(NumberTest::Ne, number) => {
            return Tree::test(Literal::new(field, Kind::Eq, number.to_string())).negate();
        }
        ir::Test::Number(test, number) => other(number_kind(*test), number.to_string()),
        ir::Test::Null => other(Kind::Null, String::new()),
        ir::Test::Exists(true) => other(Kind::Exists, String::new()),
        ir::Test::Exists(false) => return Tree::test(Literal::new(field, Kind::Exists, "")).negate(),
        ir::Test::FieldRef { other: second, relation, cased } => {
            (Literal::new(field, Kind::FieldRef, format!("{} {second}", relation_name(*relation))), *cased)
        }
        ir::Test::TimePart(part, value) => other(Kind::TimePart, format!("{} {value}", part_name(*part))),
    };
    Tree::Test(Test { literal, cased })
}

fn number_kind(test: NumberTest) -> Kind {
    match test {
        NumberTest::Lt => Kind::Lt,
        NumberTest::Le => Kind::Le,
        NumberTest::Gt => Kind::Gt,
        NumberTest::Ge => Kind::Ge,
        NumberTest::Eq | NumberTest::Ne => Kind::Eq,
    }
}

fn relation_name(relation: FieldRelation) -> &'static str {
    match relation {
        FieldRelation::Equals => "is",
        FieldRelation::StartsWith => "starts with",
        FieldRelation::EndsWith => "ends with",
        FieldRelation::Contains => "contains",
    }
}

fn part_name(part: TimePart) -> &'static str {
    match part {
        TimePart::Minute => "minute",
        TimePart::Hour => "hour",
        TimePart::Day => "day",
        TimePart::Week => "week",
        TimePart::Month => "month",
        TimePart::Year => "year",
    }
}

/// Event ids that a detection asks for.
pub(crate) fn hints(tree: &Tree) -> Hints {
    let mut hints = Hints::default();
    tree.each(&mut |test, excluded| {
        let literal = &test.literal;
        let id = literal.field.eq_ignore_ascii_case("EventID") && literal.kind == Kind::Eq;
        if id && !excluded && !hints.ids.iter().any(|known| **known == *literal.value) {
            hints.ids.push(literal.value.to_string());
        }
    });
    hints
}
