//! Tests of a field's value the way Elasticsearch's `term`, `match` and `wildcard` queries do them.

use crate::fail::part;
use crate::pattern::{Wild, text};
use ddefend_rule::ir::query::{CompareOp, Datum, Node, Scalar, Span, TextOp};

/// Fields that are full text.
const TEXT_FIELDS: &str = include_str!("../../../content/elastic/text-fields.txt");

/// True for a full text field.
pub(crate) fn is_full_text(field: &str) -> bool {
    TEXT_FIELDS.lines().filter(|line| !line.starts_with('#')).any(|line| match line.strip_prefix('*') {
        Some(end) => field.ends_with(end),
        None => field == line,
    })
}

/// What a field's value must be.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// Text, with wildcards or without; true where it was quoted.
    Text(Wild, bool),
    /// True, false.
    Bool(bool),
}

/// A field by name; none: any field. A keyword must be the same as a whole, with case; full text must have the words, in a
/// row where they were quoted (`match` finds any one of them otherwise).
pub(crate) fn field_is(field: Option<&str>, wanted: Wanted, span: Span) -> Scalar {
    let node = match field {
        Some(field) => Node::Column(field.into()),
        None => Node::AnyColumn,
    };
    let value = part(node, span);
    match (field, wanted) {
        (_, Wanted::Bool(flag)) if field.is_some() => {
            let flag = part(Node::Literal(Datum::Bool(flag)), span);
            part(Node::Compare(CompareOp::Eq, Box::new(value), Box::new(flag)), span)
        }
        (_, Wanted::Bool(flag)) => any(value, TextOp::Equals, false, if flag { "true" } else { "false" }, span),
        (Some(field), Wanted::Text(wild, quoted)) => {
            let full = is_full_text(field);
            match (full, wild.plain()) {
                (true, Some(plain)) => words(value, plain, quoted, span),
                (full, _) => {
                    let network = wild.plain().filter(|plain| !full && is_network(plain)).map(str::to_owned);
                    let (op, pattern) = wild.test();
                    // An address is in a network (Elasticsearch reference, "IP field type"); others have its text.
                    if let Some(network) = network {
                        let inside = any(value.clone(), TextOp::Cidr, true, &network, span);
                        return part(Node::Or(vec![inside, any(value, op, true, &pattern, span)]), span);
                    }
                    // A wildcard in full text is held against each word, which is in lower case there.
                    if full { word_like(value, &pattern, span) } else { any(value, op, true, &pattern, span) }
                }
            }
        }
        (None, Wanted::Text(wild, _)) => {
            // Any field: keywords as a whole, full text by its words; which of them a value is from is not told here, so
            // both are looked for.
            match wild.plain() {
                Some(plain) => any(value, TextOp::Has, false, plain, span),
                None => {
                    let (op, pattern) = wild.test();
                    any(value, op, true, &pattern, span)
                }
            }
        }
    }
}

/// `10.0.0.0/8`, `fe80::/10`.
fn is_network(text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else { return false };
    let most = match address.parse::<core::net::IpAddr>() {
        Ok(address) if address.is_ipv4() => 32,
        Ok(_) => 128,
        Err(_) => return false,
    };
    prefix.parse::<u8>().is_ok_and(|prefix| prefix <= most)
}

fn any(value: Scalar, op: TextOp, cased: bool, pattern: &str, span: Span) -> Scalar {
    let pattern = Box::new(text(pattern, span));
    part(Node::Text { op, cased, value: Box::new(value), pattern }, span)
}

/// The words of a text in full text: all in a row, or any.
pub(crate) fn words(value: Scalar, plain: &str, row: bool, span: Span) -> Scalar {
    let words: Vec<&str> =
        plain.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return part(Node::Literal(Datum::Bool(false)), span);
    }
    let gap = if row { r"[^\w]+" } else { "|" };
    let pattern = format!(r"\b(?:{})\b", words.join(gap));
    any(value, TextOp::Regex, false, &pattern, span)
}

/// A pattern of `*` and `?` held against each word.
fn word_like(value: Scalar, like: &str, span: Span) -> Scalar {
    let mut pattern = String::from(r"\b");
    for letter in like.chars() {
        match letter {
            '*' => pattern.push_str(r"\w*"),
            '?' => pattern.push_str(r"\w"),
            c if c.is_alphanumeric() || c == '_' => pattern.push(c),
            c if c.is_ascii_punctuation() => {
                pattern.push('\\');
                pattern.push(c);
            }
            c => pattern.push(c),
        }
    }
    pattern.push_str(r"\b");
    any(value, TextOp::Regex, false, &pattern, span)
}

/// There is a value.
pub(crate) fn exists(field: &str, span: Span) -> Scalar {
    let value = Box::new(part(Node::Column(field.into()), span));
    let null = Box::new(part(Node::Literal(Datum::Null), span));
    part(Node::Compare(CompareOp::Ne, value, null), span)
}

/// A comparison with an end of a range: a number, a time (`2026-01-02`, `now-5m`), text.
pub(crate) fn bound(field: &str, op: CompareOp, end: &str, span: Span) -> Scalar {
    let value = Box::new(part(Node::Column(field.into()), span));
    let number = || end.parse().map(Datum::Long).ok().or_else(|| end.parse().map(Datum::Real).ok());
    let node = match number() {
        Some(number) => Node::Literal(number),
        None if is_time(end) => Node::Call("date_math".into(), vec![text(end, span)]),
        None => Node::Literal(Datum::Text(end.into())),
    };
    part(Node::Compare(op, value, Box::new(part(node, span))), span)
}

/// `now...` or a date.
fn is_time(end: &str) -> bool {
    let date = end.len() >= 10
        && end.bytes().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    end == "now" || end.starts_with("now-") || end.starts_with("now+") || end.starts_with("now/") || date
}
