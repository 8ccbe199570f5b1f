//! Wildcards and expressions of SPL in the forms of the intermediate form.

use crate::context::{Context, Range, literal, text};
use crate::expand::Fault;
use crate::token::unescape;
use ddefend_model::code;
use ddefend_rule::ir::escape_like;
use ddefend_rule::ir::query::{Datum, Node, Scalar, TextOp};

/// How a written value of `search` is compared with a field; `*` stands for any text and cannot be escaped (Search
/// Reference, `search`).
pub(crate) fn test(written: &str) -> (TextOp, Datum) {
    let pieces: Vec<String> = unescape(written).split('*').map(str::to_owned).collect();
    let parts: Vec<&str> = pieces.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [whole] => (TextOp::Equals, number(whole).unwrap_or_else(|| text(whole))),
        ["", ""] => (TextOp::Like, text("*")),
        ["", end] => (TextOp::EndsWith, text(end)),
        [start, ""] => (TextOp::StartsWith, text(start)),
        ["", middle, ""] if !middle.is_empty() => (TextOp::Contains, text(middle)),
        parts => {
            let mut like = String::new();
            for (at, part) in parts.iter().enumerate() {
                if at > 0 && !like.ends_with('*') {
                    like.push('*');
                }
                // An escaped star never stands here: the text was split at them.
                like.push_str(&escape_like(part));
            }
            (TextOp::Like, text(&like))
        }
    }
}

/// `10.0.0.0/8`, `fe80::/10`: `search` asks whether an address is in that network (Search Reference, `search`, "CIDR
/// matching").
pub(crate) fn is_network(written: &str) -> bool {
    let Some((address, prefix)) = written.split_once('/') else { return false };
    let most = match address.parse::<core::net::IpAddr>() {
        Ok(address) if address.is_ipv4() => 32,
        Ok(_) => 128,
        Err(_) => return false,
    };
    prefix.parse::<u8>().is_ok_and(|prefix| prefix <= most)
}

/// A number in its usual form, so that the same text comes out of it.
pub(crate) fn number(written: &str) -> Option<Datum> {
    if let Ok(whole) = written.parse::<i64>() {
        return (whole.to_string() == written).then_some(Datum::Long(whole));
    }
    let real = written.parse::<f64>().ok()?;
    (real.is_finite() && real.to_string() == written).then_some(Datum::Real(real))
}

/// `%` and `_` of `like` in the form's own wildcards.
pub(crate) fn like(pattern: &str) -> String {
    let mut out = String::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '%' => out.push('*'),
            '_' => out.push('?'),
            '\\' => {
                let own = letters.next_if(|next| matches!(next, '%' | '_')).unwrap_or('\\');
                out.push_str(&escape_like(own.encode_utf8(&mut [0; 4])));
            }
            letter => out.push_str(&escape_like(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

/// A PCRE expression in the syntax of the `regex` crate, or why there is none.
pub(crate) fn regex(context: &Context<'_>, source: &str, range: Range) -> Result<String, Fault> {
    if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| source.contains(look)) {
        return Err(context.unsupported(range, "regular expressions that look ahead or behind"));
    }
    if source.contains("(?>") {
        return Err(context.unsupported(range, "atomic groups of regular expressions"));
    }
    let referring = |source: &str| {
        let mut letters = source.chars();
        while let Some(letter) = letters.next() {
            if letter == '\\' && letters.next().is_some_and(|next| matches!(next, '1'..='9' | 'k')) {
                return true;
            }
        }
        false
    };
    if referring(source) {
        return Err(context.unsupported(range, "regular expressions that refer to what they matched before"));
    }
    ddefend_rule::front::sigma::regex(source).map_err(|reason| context.fault(range, code::QUERY_SYNTAX, reason))
}

/// A keyword or phrase of `search`: a term of the record, or with `*` a part of one.
pub(crate) fn keyword(context: &Context<'_>, written: &str, range: Range) -> Scalar {
    let plain = unescape(written);
    let pieces: Vec<&str> = plain.split('*').collect();
    let (op, pattern) = match pieces.as_slice() {
        [whole] => (TextOp::Has, (*whole).to_owned()),
        ["", end] => (TextOp::HasSuffix, (*end).to_owned()),
        [start, ""] => (TextOp::HasPrefix, (*start).to_owned()),
        ["", middle, ""] => (TextOp::Contains, (*middle).to_owned()),
        pieces => {
            let escaped: Vec<String> = pieces.iter().map(|piece| escape_regex(piece)).collect();
            // A star within a term stays within what stands between the great breakers (white space and brackets).
            (TextOp::Regex, escaped.join(r"[^\s\[\]<>(){}|!;,'\x22]*"))
        }
    };
    let (value, pattern) = (context.scalar(Node::AnyColumn, range), literal(text(&pattern)));
    let node = Node::Text { op, cased: false, value: Box::new(value), pattern: Box::new(pattern) };
    context.scalar(node, range)
}

pub(crate) fn escape_regex(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// A pattern of column names.
pub(crate) fn fits(pattern: &str, name: &str) -> Option<Vec<String>> {
    let pieces: Vec<&str> = pattern.split('*').collect();
    let (first, rest) = pieces.split_first()?;
    let mut left = name.strip_prefix(first)?;
    let mut taken = Vec::new();
    let Some((last, middle)) = rest.split_last() else { return left.is_empty().then_some(taken) };
    for piece in middle {
        let at = left.find(piece)?;
        taken.push(left.get(..at)?.to_owned());
        left = left.get(at.saturating_add(piece.len())..)?;
    }
    taken.push(left.strip_suffix(last)?.to_owned());
    Some(taken)
}
