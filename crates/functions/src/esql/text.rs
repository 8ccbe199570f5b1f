use super::{function, long, long_of, or_null, text_of, values};
use crate::value::{self, from_text};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("concat", 1..255, String, concat),
    function!("left", 2..2, String, left),
    function!("length", 1..1, Long, |a, _| or_null(text_of(a, 0).map(|text| long(text.chars().count())))),
    function!("byte_length", 1..1, Long, |a, _| or_null(text_of(a, 0).map(|text| long(text.len())))),
    function!("locate", 2..3, Long, locate),
    function!("ltrim", 1..1, String, |a, _| or_null(text_of(a, 0).map(|text| from_text(text.trim_start())))),
    function!("repeat", 2..2, String, repeat),
    function!("replace", 3..3, String, replace),
    function!("reverse", 1..1, String, |a, _| or_null(
        text_of(a, 0).map(|text| from_text(&text.chars().rev().collect::<String>()))
    )),
    function!("right", 2..2, String, right),
    function!("rtrim", 1..1, String, |a, _| or_null(text_of(a, 0).map(|text| from_text(text.trim_end())))),
    function!("space", 1..1, String, space),
    function!("split", 2..2, Dynamic, split),
    function!("substring", 2..3, String, substring),
    function!("to_ip", 1..1, String, to_ip),
    function!("to_lower", 1..1, String, |a, _| or_null(text_of(a, 0).map(|text| from_text(&text.to_lowercase())))),
    function!("to_str", 1..1, String, to_string),
    function!("to_string", 1..1, String, to_string),
    function!("to_upper", 1..1, String, |a, _| or_null(text_of(a, 0).map(|text| from_text(&text.to_uppercase())))),
    function!("trim", 1..1, String, |a, _| or_null(text_of(a, 0).map(|text| from_text(text.trim())))),
    function!("url_decode", 1..1, String, url_decode),
    function!("url_encode", 1..1, String, url_encode),
];

/// Bytes that a made text may have.
const LENGTH: usize = 1 << 20;

/// A value as text, the way that Java writes it.
fn written(value: &Datum) -> Option<String> {
    match value {
        Datum::Null | Datum::List(_) | Datum::Map(_) => None,
        Datum::Bool(flag) => Some(flag.to_string()),
        Datum::Time(_) => {
            // To the millisecond, as Elasticsearch writes dates.
            let text = value::text(value);
            Some(text.strip_suffix("0000Z").map_or_else(|| text.to_string(), |text| format!("{text}Z")))
        }
        other => Some(value::text(other).into_owned()),
    }
}

fn to_string(arguments: &[Datum], _: &Context) -> Datum {
    let texts = arguments.first().map(values).unwrap_or_default().iter().filter_map(written);
    super::gathered(texts.map(|text| from_text(&text)).collect())
}

fn concat(arguments: &[Datum], _: &Context) -> Datum {
    let parts: Option<Vec<String>> = arguments.iter().map(written).collect();
    or_null(parts.map(|parts| from_text(&parts.concat())))
}

fn count(arguments: &[Datum], at: usize) -> Option<usize> {
    long_of(arguments, at).map(|count| usize::try_from(count).unwrap_or(0))
}

fn left(arguments: &[Datum], _: &Context) -> Datum {
    let made = || Some(text_of(arguments, 0)?.chars().take(count(arguments, 1)?).collect::<String>());
    or_null(made().map(|text| from_text(&text)))
}

fn right(arguments: &[Datum], _: &Context) -> Datum {
    let made = || {
        let text = text_of(arguments, 0)?;
        let skip = text.chars().count().saturating_sub(count(arguments, 1)?);
        Some(text.chars().skip(skip).collect::<String>())
    };
    or_null(made().map(|text| from_text(&text)))
}

/// From a place that counts from 1, from the end where negative.
fn substring(arguments: &[Datum], _: &Context) -> Datum {
    let made = || {
        let text = text_of(arguments, 0)?;
        let all = i64::try_from(text.chars().count()).ok()?;
        let start = long_of(arguments, 1)?;
        let start = if start > 0 {
            start.saturating_sub(1)
        } else if start < 0 {
            start.saturating_add(all).max(0)
        } else {
            0
        };
        let length = if arguments.len() > 2 { count(arguments, 2)? } else { usize::MAX };
        Some(text.chars().skip(usize::try_from(start).ok()?).take(length).collect::<String>())
    };
    or_null(made().map(|text| from_text(&text)))
}

/// Where the second text begins in the first, from 1; 0 where it does not stand in it.
fn locate(arguments: &[Datum], _: &Context) -> Datum {
    let made =
        || {
            let (text, part) = (text_of(arguments, 0)?, text_of(arguments, 1)?);
            let from = if arguments.len() > 2 { count(arguments, 2)?.saturating_sub(1) } else { 0 };
            let start = text.char_indices().nth(from).map_or(text.len(), |(at, _)| at);
            let found = text.get(start..)?.find(part).map(|at| at.saturating_add(start));
            Some(found.map_or(Datum::Long(0), |at| {
                long(text.get(..at).unwrap_or_default().chars().count().saturating_add(1))
            }))
        };
    or_null(made())
}

fn repeat(arguments: &[Datum], _: &Context) -> Datum {
    let made = || {
        let (text, times) = (text_of(arguments, 0)?, count(arguments, 1)?);
        (text.len().checked_mul(times)? <= LENGTH).then(|| from_text(&text.repeat(times)))
    };
    or_null(made())
}

fn space(arguments: &[Datum], _: &Context) -> Datum {
    or_null(count(arguments, 0).filter(|count| *count <= LENGTH).map(|count| from_text(&" ".repeat(count))))
}

/// Every match of an expression replaced; `$1` stands for a group.
fn replace(arguments: &[Datum], context: &Context) -> Datum {
    let made = || {
        let (text, pattern, with) = (text_of(arguments, 0)?, text_of(arguments, 1)?, text_of(arguments, 2)?);
        // `$1x` is group 1 and an x in Java; here the name would go on.
        let mut replacement = String::new();
        let mut letters = with.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => replacement.push_str(&match letters.next() {
                    Some('$') => "$$".to_owned(),
                    Some(other) => other.to_string(),
                    None => String::new(),
                }),
                '$' if letters.peek().is_some_and(char::is_ascii_digit) => {
                    replacement.push_str("${");
                    replacement.extend(letters.next());
                    replacement.push('}');
                }
                other => replacement.push(other),
            }
        }
        let regex = context.regex(pattern)?;
        let replaced = regex.replace_all(text, replacement.as_str());
        (replaced.len() <= LENGTH.max(text.len())).then(|| from_text(&replaced))
    };
    or_null(made())
}

fn split(arguments: &[Datum], _: &Context) -> Datum {
    let made = || {
        let (text, by) = (text_of(arguments, 0)?, text_of(arguments, 1)?);
        if by.is_empty() {
            return None;
        }
        Some(super::gathered(text.split(by).map(from_text).collect()))
    };
    or_null(made())
}

fn to_ip(arguments: &[Datum], _: &Context) -> Datum {
    let one = |value: &Datum| match value {
        Datum::Text(text) => text.parse::<core::net::IpAddr>().ok().map(|ip| from_text(&ip.to_string())),
        _ => None,
    };
    super::gathered(arguments.first().map(values).unwrap_or_default().iter().filter_map(one).collect())
}

fn url_decode(arguments: &[Datum], _: &Context) -> Datum {
    let made = || {
        let text = text_of(arguments, 0)?;
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'+' => bytes.push(b' '),
                b'%' => {
                    let digits = [rest.next()?, rest.next()?];
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                }
                other => bytes.push(other),
            }
        }
        Some(from_text(&String::from_utf8_lossy(&bytes)))
    };
    or_null(made())
}

fn url_encode(arguments: &[Datum], _: &Context) -> Datum {
    let made = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            match byte {
                b' ' => out.push('+'),
                byte if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*') => {
                    out.push(byte.into())
                }
                byte => out.push_str(&format!("%{byte:02X}")),
            }
        }
        from_text(&out)
    };
    or_null(text_of(arguments, 0).map(made))
}

/// Texts with one between.
pub(super) fn joined(values: &[Datum], by: &str) -> Datum {
    let texts: Vec<String> = values.iter().filter_map(written).collect();
    if texts.is_empty() { Datum::Null } else { from_text(&texts.join(by)) }
}
