use crate::Refused;
use crate::place::Places;
use ddefend_model::code;
use ddefend_rule::ir::escape_like;
use ddefend_rule::ir::query::{ArithmeticOp, CompareOp, Datum, Node, Scalar, Span, TextOp};
use sqlparser::ast::{
    BinaryOperator, CastKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value,
};

type Lowered = Result<Scalar, Refused>;

/// What is not run, by its name.
pub(super) fn unsupported(what: &str, span: Span) -> Refused {
    (code::QUERY_UNSUPPORTED, span, format!("{what} is not supported"))
}

/// An expression. The parser bounded its depth already, but for chains of AND and OR, which are walked here without
/// recursion: the parser's own walk over them is as deep as they are long.
pub(super) fn scalar(expression: &Expr, places: &Places<'_>) -> Lowered {
    if let Expr::Nested(nested) = expression {
        return scalar(nested, places);
    }
    if let Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } = expression {
        return chain(expression, op, places);
    }
    let span = place(expression, places);
    let inner = |expression: &Expr| scalar(expression, places);
    let boxed = |expression: &Expr| inner(expression).map(Box::new);
    let node = match expression {
        Expr::Identifier(name) => Node::Column(name.value.as_str().into()),
        Expr::CompoundIdentifier(parts) => {
            Node::Column(parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".").into())
        }
        Expr::Value(value) => Node::Literal(literal(&value.value, span)?),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => Node::Not(boxed(expr)?),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
            let zero = Scalar { node: Node::Literal(Datum::Long(0)), span };
            Node::Arithmetic(ArithmeticOp::Subtract, Box::new(zero), boxed(expr)?)
        }
        Expr::BinaryOp { left, op, right } => binary(op, inner(left)?, inner(right)?, span)?,
        Expr::IsNull(value) => Node::Call("isnull".into(), vec![inner(value)?]),
        Expr::IsNotNull(value) => Node::Not(Box::new(call("isnull", vec![inner(value)?], span))),
        Expr::InList { expr, list, negated } => {
            let patterns = list.iter().map(inner).collect::<Result<_, _>>()?;
            let node = Node::TextAny { op: TextOp::Equals, cased: true, all: false, value: boxed(expr)?, patterns };
            negate(node, *negated, span)
        }
        Expr::Between { expr, negated, low, high } => {
            let side = |op, bound: &Expr| -> Lowered {
                Ok(Scalar { node: Node::Compare(op, boxed(expr)?, boxed(bound)?), span })
            };
            negate(Node::And(vec![side(CompareOp::Ge, low)?, side(CompareOp::Le, high)?]), *negated, span)
        }
        Expr::Like { negated, any: false, expr, pattern, escape_char } => {
            negate(like(inner(expr)?, pattern, escape_char.as_deref(), true, places)?, *negated, span)
        }
        Expr::ILike { negated, any: false, expr, pattern, escape_char } => {
            negate(like(inner(expr)?, pattern, escape_char.as_deref(), false, places)?, *negated, span)
        }
        Expr::RLike { negated, expr, pattern, .. } => {
            let node = Node::Text { op: TextOp::Regex, cased: true, value: boxed(expr)?, pattern: boxed(pattern)? };
            negate(node, *negated, span)
        }
        Expr::Cast { kind: CastKind::Cast, expr, data_type, .. } => {
            let kind = data_type.to_string().to_ascii_lowercase();
            let name = match kind.split('(').next().unwrap_or_default() {
                "int" | "integer" | "bigint" | "smallint" => "to_integer",
                "real" | "float" | "double" | "decimal" | "numeric" => "to_real",
                "text" | "varchar" | "char" | "string" => "to_text",
                _ => return Err(unsupported(&format!("CAST to {kind}"), span)),
            };
            Node::Call(name.into(), vec![inner(expr)?])
        }
        Expr::Function(function) => function_call(function, places, span)?,
        Expr::Case { operand: None, conditions, else_result, .. } => {
            let mut arguments = Vec::new();
            for when in conditions {
                arguments.push(inner(&when.condition)?);
                arguments.push(inner(&when.result)?);
            }
            if let Some(otherwise) = else_result {
                arguments.push(inner(otherwise)?);
            }
            Node::Call("case".into(), arguments)
        }
        Expr::Exists { .. } => return Err(unsupported("EXISTS", span)),
        Expr::Subquery(_) | Expr::InSubquery { .. } => return Err(unsupported("a query in a query", span)),
        _ => return Err(unsupported("an expression of this kind", span)),
    };
    Ok(Scalar { node, span })
}

/// `a AND b AND c`: its operands are the right sides down the left one.
fn chain(expression: &Expr, wanted: &BinaryOperator, places: &Places<'_>) -> Lowered {
    let mut operands = Vec::new();
    let mut rest = expression;
    while let Expr::BinaryOp { left, op, right } = rest
        && op == wanted
    {
        operands.push(&**right);
        rest = left;
    }
    operands.push(rest);
    let mut parts = Vec::new();
    for operand in operands.into_iter().rev() {
        let part = scalar(operand, places)?;
        match part.node {
            Node::And(inner) if *wanted == BinaryOperator::And => parts.extend(inner),
            Node::Or(inner) if *wanted == BinaryOperator::Or => parts.extend(inner),
            node => parts.push(Scalar { node, span: part.span }),
        }
    }
    let start = parts.first().map_or(0, |part| part.span.start);
    let end = parts.last().map_or(start, |part| part.span.end);
    let node = if *wanted == BinaryOperator::And { Node::And(parts) } else { Node::Or(parts) };
    Ok(Scalar { node, span: Span { start, end } })
}

/// Where an expression is written, by its parts that are no chains.
fn place(expression: &Expr, places: &Places<'_>) -> Span {
    match expression {
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } | Expr::Cast { expr: inner, .. } => {
            place(inner, places)
        }
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => place(inner, places),
        Expr::BinaryOp { left, right, .. } => {
            let mut first = &**left;
            while let Expr::BinaryOp { left, .. } | Expr::Nested(left) = first {
                first = left;
            }
            let (start, end) = (place(first, places), place(right, places));
            Span { start: start.start, end: end.end.max(start.end) }
        }
        Expr::InList { expr, list, .. } => {
            let start = place(expr, places);
            let end = list.last().map_or(start, |last| place(last, places));
            Span { start: start.start, end: end.end.max(start.end) }
        }
        Expr::Between { expr, high: last, .. }
        | Expr::Like { expr, pattern: last, .. }
        | Expr::ILike { expr, pattern: last, .. }
        | Expr::RLike { expr, pattern: last, .. } => {
            let (start, end) = (place(expr, places), place(last, places));
            Span { start: start.start, end: end.end.max(start.end) }
        }
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_) => places.of(expression),
        Expr::Function(function) => places.of(&function.name),
        _ => Span::default(),
    }
}

fn call(name: &str, arguments: Vec<Scalar>, span: Span) -> Scalar {
    Scalar { node: Node::Call(name.into(), arguments), span }
}

fn negate(node: Node, negated: bool, span: Span) -> Node {
    if negated { Node::Not(Box::new(Scalar { node, span })) } else { node }
}

fn literal(value: &Value, span: Span) -> Result<Datum, Refused> {
    Ok(match value {
        Value::Number(text, _) => match text.parse::<i64>() {
            Ok(number) => Datum::Long(number),
            Err(_) => Datum::Real(
                text.parse().map_err(|_| (code::QUERY_VALUE, span, format!("{text} is no number that can be held")))?,
            ),
        },
        Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) | Value::NationalStringLiteral(text) => {
            Datum::Text(text.as_str().into())
        }
        Value::Boolean(value) => Datum::Bool(*value),
        Value::Null => Datum::Null,
        other => return Err(unsupported(&format!("the constant {other}"), span)),
    })
}

fn binary(op: &BinaryOperator, left: Scalar, right: Scalar, span: Span) -> Result<Node, Refused> {
    let compare = |op, left, right| Node::Compare(op, Box::new(left), Box::new(right));
    let arithmetic = |op, left, right| Node::Arithmetic(op, Box::new(left), Box::new(right));
    Ok(match op {
        BinaryOperator::Eq => compare(CompareOp::Eq, left, right),
        BinaryOperator::NotEq => compare(CompareOp::Ne, left, right),
        BinaryOperator::Lt => compare(CompareOp::Lt, left, right),
        BinaryOperator::LtEq => compare(CompareOp::Le, left, right),
        BinaryOperator::Gt => compare(CompareOp::Gt, left, right),
        BinaryOperator::GtEq => compare(CompareOp::Ge, left, right),
        BinaryOperator::Plus => arithmetic(ArithmeticOp::Add, left, right),
        BinaryOperator::Minus => arithmetic(ArithmeticOp::Subtract, left, right),
        BinaryOperator::Multiply => arithmetic(ArithmeticOp::Multiply, left, right),
        BinaryOperator::Divide => arithmetic(ArithmeticOp::Divide, left, right),
        BinaryOperator::Modulo => arithmetic(ArithmeticOp::Modulo, left, right),
        BinaryOperator::StringConcat => Node::Call("concat".into(), vec![left, right]),
        BinaryOperator::PGRegexMatch | BinaryOperator::Regexp => {
            Node::Text { op: TextOp::Regex, cased: true, value: Box::new(left), pattern: Box::new(right) }
        }
        BinaryOperator::PGRegexIMatch => {
            Node::Text { op: TextOp::Regex, cased: false, value: Box::new(left), pattern: Box::new(right) }
        }
        other => return Err(unsupported(&format!("the operator {other}"), span)),
    })
}

fn like(
    value: Scalar,
    pattern: &Expr,
    escape: Option<&Expr>,
    cased: bool,
    places: &Places<'_>,
) -> Result<Node, Refused> {
    let span = places.of(pattern);
    let text = |expression: &Expr| match expression {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    let Some(written) = text(pattern) else { return Err(unsupported("LIKE with a pattern that is no constant", span)) };
    let escape = match escape.map(text) {
        None => None,
        Some(Some(text)) if text.chars().count() == 1 => text.chars().next(),
        Some(_) => return Err((code::QUERY_VALUE, span, "ESCAPE takes one character".to_owned())),
    };
    let mut pattern = String::new();
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        match letter {
            _ if Some(letter) == escape => {
                let Some(next) = letters.next() else {
                    return Err((code::QUERY_VALUE, span, "the pattern ends with its escape character".to_owned()));
                };
                pattern.push_str(&escape_like(&next.to_string()));
            }
            '%' => pattern.push('*'),
            '_' => pattern.push('?'),
            _ => pattern.push_str(&escape_like(&letter.to_string())),
        }
    }
    let pattern = Scalar { node: Node::Literal(Datum::Text(pattern.into())), span };
    Ok(Node::Text { op: TextOp::Like, cased, value: Box::new(value), pattern: Box::new(pattern) })
}

fn function_call(function: &Function, places: &Places<'_>, span: Span) -> Result<Node, Refused> {
    if function.over.is_some() || function.filter.is_some() || !function.within_group.is_empty() {
        return Err(unsupported("a window or a filter of a function", span));
    }
    let mut name = function.name.to_string().to_ascii_lowercase();
    let mut arguments = Vec::new();
    if let FunctionArguments::List(list) = &function.args {
        if list.duplicate_treatment.is_some() {
            name = format!("{name}_distinct");
        }
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => arguments.push(scalar(expression, places)?),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => {}
                _ => return Err(unsupported("a named argument", span)),
            }
        }
    }
    Ok(match (name.as_str(), arguments.as_slice()) {
        ("regexp_like", [value, pattern]) => Node::Text {
            op: TextOp::Regex,
            cased: true,
            value: Box::new(value.clone()),
            pattern: Box::new(pattern.clone()),
        },
        _ => Node::Call(name.into(), arguments),
    })
}
