//! Rules as short notation, so that tests read as tables.

use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma::{Options, read};
use ddefend_rule::ir::{Expr, FieldRelation, NumberTest, Test};

/// Reads one file named `a.yml`.
pub fn load(text: &str) -> RuleSet {
    load_with(text, &Options::default())
}

/// The same with options.
pub fn load_with(text: &str, options: &Options) -> RuleSet {
    read(&[("a.yml".to_owned(), text.to_owned())], options)
}

/// A rule around detections (indented by four) and a condition.
pub fn rule(detections: &str, condition: &str) -> String {
    format!("title: T\nid: r\nlogsource:\n    product: windows\ndetection:\n{detections}\n    condition: {condition}\n")
}

/// The expression of `selection:` with one line.
pub fn item(line: &str) -> String {
    show_or_problem(&load(&rule(&format!("    selection:\n        {line}"), "selection")))
}

/// The rule in short notation, or its first problem.
pub fn show_or_problem(set: &RuleSet) -> String {
    match (set.rules.first(), set.problems.first()) {
        (Some(rule), None) => show(&rule.detection),
        (_, Some(problem)) => format!("{}:{} {}", problem.line, problem.column, problem.code),
        (None, None) => "nothing".to_owned(),
    }
}

/// An expression in short notation.
pub fn show(expr: &Expr) -> String {
    let join = |parts: &[Expr], word: &str| format!("({})", parts.iter().map(show).collect::<Vec<_>>().join(word));
    match expr {
        Expr::And(parts) => join(parts, " & "),
        Expr::Or(parts) => join(parts, " | "),
        Expr::AtLeast(count, parts) => format!("{count}of{}", join(parts, ", ")),
        Expr::Not(inner) => format!("!{}", show(inner)),
        Expr::Is(predicate) => {
            let field = predicate.field.as_deref().unwrap_or("_");
            format!("{field}{}", test(&predicate.test))
        }
    }
}

fn test(test: &Test) -> String {
    match test {
        Test::Text { pattern, cased } => format!("{}{pattern}", if *cased { "==" } else { "=" }),
        Test::Regex { source, flags } => {
            let flag = |on: bool, letter: &'static str| if on { letter } else { "" };
            let flags = [flag(flags.ignore_case, "i"), flag(flags.multi_line, "m"), flag(flags.dot_all, "s")].concat();
            format!("~/{source}/{flags}")
        }
        Test::Cidr { network, prefix } => format!(" in {network}/{prefix}"),
        Test::Number(relation, number) => {
            let sign = match relation {
                NumberTest::Lt => "<",
                NumberTest::Le => "<=",
                NumberTest::Gt => ">",
                NumberTest::Ge => ">=",
                NumberTest::Eq => "#",
                NumberTest::Ne => "!#",
            };
            format!("{sign}{number}")
        }
        Test::Null => " null".to_owned(),
        Test::Exists(there) => format!(" exists {there}"),
        Test::FieldRef { other, relation, cased } => {
            let word = match relation {
                FieldRelation::Equals => "is",
                FieldRelation::StartsWith => "begins with",
                FieldRelation::EndsWith => "ends with",
                FieldRelation::Contains => "contains",
            };
            format!(" {word}{} {other}", if *cased { " cased" } else { "" })
        }
        Test::TimePart(part, number) => format!(" {part:?} {number}"),
    }
}
