//! Conditions of queries as predicates.

use super::field::{self, Part};
use super::source::constant;
use super::{Fail, Rows};
use crate::pattern::make;
use ddefend_rule::ir::query::{CompareOp, Datum, Node, Scalar, Span, TextOp};
use ddefend_rule::ir::{Expr, NumberTest, Piece, Predicate, RegexFlags, Test, TextPattern};
use std::collections::BTreeMap;

/// How deep conditions may stand in each other.
const DEPTH: u32 = 200;

pub(super) fn condition(scalar: &Scalar, rows: &mut Rows) -> Result<Expr, Fail> {
    let scalar = inline(scalar, &rows.extended);
    lower(&scalar, rows, DEPTH)
}

/// The expression with columns that the query made itself replaced by what they are.
pub(super) fn inline(scalar: &Scalar, extended: &BTreeMap<String, Scalar>) -> Scalar {
    if extended.is_empty() {
        return scalar.clone();
    }
    replace(scalar, extended, DEPTH)
}

fn replace(scalar: &Scalar, extended: &BTreeMap<String, Scalar>, depth: u32) -> Scalar {
    let Some(depth) = depth.checked_sub(1) else { return scalar.clone() };
    let one = |item: &Scalar| replace(item, extended, depth);
    let boxed = |item: &Scalar| Box::new(replace(item, extended, depth));
    let all = |items: &[Scalar]| items.iter().map(one).collect::<Vec<_>>();
    let node = match &scalar.node {
        Node::Column(name) => match extended.get(&**name) {
            Some(value) => return value.clone(),
            None => Node::Column(name.clone()),
        },
        Node::And(items) => Node::And(all(items)),
        Node::Or(items) => Node::Or(all(items)),
        Node::Not(inner) => Node::Not(boxed(inner)),
        Node::Text { op, cased, value, pattern } => {
            Node::Text { op: *op, cased: *cased, value: boxed(value), pattern: boxed(pattern) }
        }
        Node::TextAny { op, cased, all: every, value, patterns } => {
            Node::TextAny { op: *op, cased: *cased, all: *every, value: boxed(value), patterns: all(patterns) }
        }
        Node::Compare(op, left, right) => Node::Compare(*op, boxed(left), boxed(right)),
        Node::Call(name, arguments) => Node::Call(name.clone(), all(arguments)),
        other => other.clone(),
    };
    Scalar { node, span: scalar.span }
}

fn lower(scalar: &Scalar, rows: &mut Rows, depth: u32) -> Result<Expr, Fail> {
    let span = scalar.span;
    let depth = depth.checked_sub(1).ok_or_else(|| (span, "conditions stand too deep in each other".to_owned()))?;
    match &scalar.node {
        Node::Literal(Datum::Bool(true)) => Ok(Expr::And(Vec::new())),
        Node::Literal(Datum::Bool(false)) => Ok(Expr::Or(Vec::new())),
        Node::And(items) => and(items, rows, depth),
        Node::Or(items) => Ok(Expr::Or(items.iter().map(|item| lower(item, rows, depth)).collect::<Result<_, _>>()?)),
        Node::Not(inner) => Ok(Expr::Not(Box::new(lower(inner, rows, depth)?))),
        Node::Text { op, cased, value, pattern } => {
            let (column, cased) = column(value, *cased)?;
            let pattern = constant(pattern).ok_or_else(|| (span, "a pattern that is no constant".to_owned()))?;
            text(column.as_deref(), *op, cased, &pattern, span, rows)
        }
        Node::TextAny { op, cased, all, value, patterns } => {
            let (column, cased) = column(value, *cased)?;
            let mut items = Vec::new();
            for pattern in flat(patterns) {
                let pattern = constant(&pattern).ok_or_else(|| (span, "a pattern that is no constant".to_owned()))?;
                items.push(text(column.as_deref(), *op, cased, &pattern, span, rows)?);
            }
            Ok(if *all { Expr::And(items) } else { Expr::Or(items) })
        }
        Node::Compare(op, left, right) => compare(*op, left, right, span, rows),
        Node::Call(name, arguments) => call(name, arguments, span, rows, depth),
        Node::Column(name) => {
            let (field, part) = find(name, span, rows)?;
            let literal = crate::pattern::literal("true");
            match part {
                Part::Whole => Ok(is(&field, Test::Text { pattern: literal, cased: false })),
                _ => Err((span, format!("{name} alone is no condition"))),
            }
        }
        _ => Err((span, "a rule on single events has no such condition".to_owned())),
    }
}

fn flat(patterns: &[Scalar]) -> Vec<Scalar> {
    let mut out = Vec::new();
    for pattern in patterns {
        match &pattern.node {
            Node::Literal(Datum::List(items)) => {
                out.extend(items.iter().map(|item| Scalar { node: Node::Literal(item.clone()), span: pattern.span }));
            }
            _ => out.push(pattern.clone()),
        }
    }
    out
}

/// Conditions that all hold: those on the time go, key and value name of a registry value are put together.
fn and(items: &[Scalar], rows: &mut Rows, depth: u32) -> Result<Expr, Fail> {
    let mut out = Vec::new();
    let mut flat_items: Vec<&Scalar> = Vec::new();
    for item in items {
        match &item.node {
            Node::And(inner) => flat_items.extend(inner),
            _ => flat_items.push(item),
        }
    }
    let mut key: Option<(String, TextPattern)> = None;
    let mut name: Option<(String, TextPattern)> = None;
    for item in &flat_items {
        if is_time(item, rows) {
            rows.note("the condition on the time is left out: a rule looks at all events");
            continue;
        }
        match split(item, rows) {
            Some((field, Part::Key, pattern)) if key.is_none() => key = Some((field, pattern)),
            Some((field, Part::ValueName, pattern)) if name.is_none() => name = Some((field, pattern)),
            _ => out.push(lower(item, rows, depth)?),
        }
    }
    match (key, name) {
        (Some((field, key)), Some((_, name))) => out.push(field::key_and_name(&field, &key, &name, false)),
        (Some((field, key)), None) => out.push(field::key(&field, &key, false)),
        (None, Some((field, name))) => out.push(field::last(&field, &name, false)),
        (None, None) => {}
    }
    Ok(Expr::And(out))
}

/// A single test of a part of a registry path; names in the registry have no case.
fn split(scalar: &Scalar, rows: &Rows) -> Option<(String, Part, TextPattern)> {
    let (op, value, pattern) = match &scalar.node {
        Node::Text { op, value, pattern, .. } => (*op, value, pattern),
        Node::Compare(CompareOp::Eq, value, pattern) => (TextOp::Equals, value, pattern),
        _ => return None,
    };
    let Node::Column(name) = &value.node else { return None };
    let (field, part) = field::find(name, rows)?;
    let pattern = shaped(op, &constant(pattern)?)?;
    matches!(part, Part::Key | Part::ValueName).then_some((field, part, pattern))
}

fn is_time(scalar: &Scalar, rows: &Rows) -> bool {
    let time = |scalar: &Scalar| match &scalar.node {
        Node::Column(name) => {
            ["Timestamp", "TimeGenerated", "@timestamp", "_time"].contains(&&**name)
                || rows.profile.time.as_deref() == Some(name)
        }
        _ => false,
    };
    match &scalar.node {
        Node::Compare(_, left, right) => time(left) || time(right),
        Node::And(items) => items.iter().all(|item| is_time(item, rows)),
        Node::Call(name, arguments) => &**name == "between" && arguments.first().is_some_and(time),
        _ => false,
    }
}

/// The column of a test, and whether case counts: functions that fold it are looked through.
fn column(value: &Scalar, cased: bool) -> Result<(Option<String>, bool), Fail> {
    match &value.node {
        Node::Column(name) => Ok((Some(name.to_string()), cased)),
        Node::AnyColumn => Ok((None, cased)),
        Node::Call(name, arguments) => match (&**name, arguments.as_slice()) {
            ("tolower" | "lower" | "to_lower" | "toupper" | "upper" | "to_upper", [inner]) => column(inner, false),
            ("tostring" | "to_string" | "string", [inner]) => column(inner, cased),
            _ => Err((value.span, format!("a test of {name}(...) is no test of a field"))),
        },
        _ => Err((value.span, "a test of a value that is no field".to_owned())),
    }
}

fn find(name: &str, span: Span, rows: &Rows) -> Result<(String, Part), Fail> {
    field::find(name, rows).ok_or_else(|| (span, format!("no Sigma field stands in the column {name}")))
}

/// A test as a pattern, where it is one.
fn shaped(op: TextOp, text: &str) -> Option<TextPattern> {
    let literal = || Piece::Literal(text.into());
    Some(match op {
        TextOp::Equals => make(vec![literal()]),
        TextOp::Contains => make(vec![Piece::Any, literal(), Piece::Any]),
        TextOp::StartsWith => make(vec![literal(), Piece::Any]),
        TextOp::EndsWith => make(vec![Piece::Any, literal()]),
        TextOp::Like => TextPattern::like(text),
        _ => return None,
    })
}

fn text(
    column: Option<&str>,
    op: TextOp,
    cased: bool,
    wanted: &str,
    span: Span,
    rows: &mut Rows,
) -> Result<Expr, Fail> {
    let Some(name) = column else {
        let pattern = shaped(op, wanted).ok_or_else(|| (span, "words of any column are no keywords".to_owned()))?;
        return Ok(Expr::Is(Predicate { field: None, test: Test::Text { pattern, cased } }));
    };
    if let Some(answer) = filtered(name, op, wanted, rows) {
        return Ok(answer);
    }
    let (field, part) = find(name, span, rows)?;
    let Some(pattern) = shaped(op, wanted) else {
        if part != Part::Whole {
            return Err((span, format!("{name} is a part of {field}, of which only patterns can be asked")));
        }
        return other(&field, op, cased, wanted, span);
    };
    let refused = || (span, format!("{name} is a part of {field} that cannot be asked for so"));
    Ok(match part {
        Part::Whole => is(&field, Test::Text { pattern, cased }),
        Part::Name | Part::ValueName => field::last(&field, &pattern, cased),
        Part::Key => field::key(&field, &pattern, cased),
        Part::Hives => field::spelled(&field, &pattern, cased),
        Part::Data => field::data(&field, &pattern, cased),
        Part::DataType => Expr::And(Vec::new()),
        Part::Code(transform) => field::code(&field, transform, &pattern).ok_or_else(refused)?,
        Part::Account | Part::Domain => field::account(&field, part, &pattern, cased),
        Part::Hash(at) => field::hash(&field, at, &pattern).ok_or_else(refused)?,
    })
}

/// The answer to a test of a column that only tells kinds of records apart.
fn filtered(column: &str, op: TextOp, wanted: &str, rows: &mut Rows) -> Option<Expr> {
    let pattern = shaped(op, wanted)?;
    let mut hold = Vec::new();
    for place in &rows.places {
        let (_, values) = place.filter.iter().find(|(name, _)| name.eq_ignore_ascii_case(column))?;
        hold.extend(values.iter().map(|value| crate::pattern::fits(&pattern, value, false)));
    }
    // Which of the kinds are meant, the log source says already; one that is left out is an action that Sigma does not tell.
    let (any, all) = (hold.iter().any(|hold| *hold), hold.iter().all(|hold| *hold));
    if any && !all {
        rows.note(format!(
            "{column}: Sigma does not tell these kinds of records apart, so others of them count as well"
        ));
    }
    (!hold.is_empty()).then(|| if any { Expr::And(Vec::new()) } else { Expr::Or(Vec::new()) })
}

fn other(field: &str, op: TextOp, cased: bool, wanted: &str, span: Span) -> Result<Expr, Fail> {
    let flags = RegexFlags { ignore_case: !cased, dot_all: false, multi_line: false };
    let term = || regex_syntax::escape(wanted);
    let (before, after) = ("(?:^|[^a-zA-Z0-9])", "(?:$|[^a-zA-Z0-9])");
    let source = match op {
        TextOp::Regex => wanted.to_owned(),
        TextOp::RegexWhole => format!("^(?:{wanted})$"),
        TextOp::Has => format!("{before}{}{after}", term()),
        TextOp::HasPrefix => format!("{before}{}", term()),
        TextOp::HasSuffix => format!("{}{after}", term()),
        TextOp::Cidr => {
            let (address, prefix) = wanted.split_once('/').unwrap_or((wanted, ""));
            let network: core::net::IpAddr =
                address.parse().map_err(|_| (span, format!("`{wanted}` is no network")))?;
            let most = if network.is_ipv4() { 32 } else { 128 };
            let prefix = if prefix.is_empty() { most } else { prefix.parse().unwrap_or(most) };
            return Ok(is(field, Test::Cidr { network, prefix }));
        }
        _ => return Err((span, "no Sigma modifier asks for that".to_owned())),
    };
    Ok(is(field, Test::Regex { source: source.into(), flags }))
}

fn is(field: &str, test: Test) -> Expr {
    Expr::Is(Predicate { field: Some(field.into()), test })
}

fn compare(op: CompareOp, left: &Scalar, right: &Scalar, span: Span, rows: &mut Rows) -> Result<Expr, Fail> {
    let whole = Scalar { node: Node::Compare(op, Box::new(left.clone()), Box::new(right.clone())), span };
    if is_time(&whole, rows) {
        rows.note("the condition on the time is left out: a rule looks at all events");
        return Ok(Expr::And(Vec::new()));
    }
    let not = |expr: Expr| Expr::Not(Box::new(expr));
    if matches!(right.node, Node::Literal(Datum::Null) | Node::NullOf(_)) {
        let (name, _) = column(left, true)?;
        let (field, _) = find(name.as_deref().unwrap_or_default(), span, rows)?;
        let null = is(&field, Test::Null);
        return match op {
            CompareOp::Eq => Ok(null),
            CompareOp::Ne => Ok(not(null)),
            _ => Err((span, "null is neither less nor more".to_owned())),
        };
    }
    let value = constant(right).ok_or_else(|| (span, "a comparison with something that is no constant".to_owned()))?;
    let (name, cased) = column(left, true)?;
    let name = name.ok_or_else(|| (span, "a comparison of any column".to_owned()))?;
    let number = matches!(right.node, Node::Literal(Datum::Long(_) | Datum::Real(_)));
    match (op, number) {
        (CompareOp::Eq, false) => text(Some(&name), TextOp::Equals, cased, &value, span, rows),
        (CompareOp::Ne, false) => Ok(not(text(Some(&name), TextOp::Equals, cased, &value, span, rows)?)),
        (_, false) => Err((span, "text is not compared by order in rules".to_owned())),
        (op, true) => {
            if let Some(answer) = filtered(&name, TextOp::Equals, &value, rows) {
                return Ok(if op == CompareOp::Ne { not(answer) } else { answer });
            }
            let (field, _) = find(&name, span, rows)?;
            let test = match op {
                CompareOp::Eq => NumberTest::Eq,
                CompareOp::Ne => NumberTest::Ne,
                CompareOp::Lt => NumberTest::Lt,
                CompareOp::Le => NumberTest::Le,
                CompareOp::Gt => NumberTest::Gt,
                CompareOp::Ge => NumberTest::Ge,
            };
            let number = value.parse().map_err(|_| (span, format!("`{value}` is no number")))?;
            Ok(is(&field, Test::Number(test, number)))
        }
    }
}

fn call(name: &str, arguments: &[Scalar], span: Span, rows: &mut Rows, depth: u32) -> Result<Expr, Fail> {
    let not = |expr: Expr| Expr::Not(Box::new(expr));
    let field = |rows: &Rows| {
        let inner = arguments.first().ok_or_else(|| (span, format!("{name} without an argument")))?;
        let (column, _) = column(inner, true)?;
        find(column.as_deref().unwrap_or_default(), span, rows)
    };
    match (name, arguments) {
        ("isempty" | "isnull", [_]) => Ok(is(&field(rows)?.0, Test::Null)),
        ("isnotempty" | "isnotnull" | "notempty", [_]) => Ok(not(is(&field(rows)?.0, Test::Null))),
        ("not", [inner]) => Ok(not(lower(inner, rows, depth)?)),
        ("coalesce", [inner, Scalar { node: Node::Literal(Datum::Bool(false)), .. }]) => lower(inner, rows, depth),
        ("ipv4_is_in_range" | "ipv6_is_in_range" | "cidrmatch", [one, two]) => {
            let (address, network) = if constant(one).is_some() { (two, one) } else { (one, two) };
            let network = constant(network).ok_or_else(|| (span, "a network that is no constant".to_owned()))?;
            let (column, _) = column(address, true)?;
            text(column.as_deref(), TextOp::Cidr, true, &network, span, rows)
        }
        ("match", [value, pattern]) => {
            let pattern = constant(pattern).ok_or_else(|| (span, "a pattern that is no constant".to_owned()))?;
            let (column, _) = column(value, true)?;
            text(column.as_deref(), TextOp::Regex, true, &pattern, span, rows)
        }
        _ => Err((span, format!("no Sigma modifier does what {name}(...) does"))),
    }
}
