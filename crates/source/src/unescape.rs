//! Undoing what formats do to text. What is not well formed stays as it stands.

use memchr::{memchr, memchr2};

/// JSON's escapes (RFC 8259 section 7). A surrogate without its other half becomes U+FFFD, as in EVTX.
pub(crate) fn json(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((plain, tail)) = split(rest, b'\\') {
        out.push_str(plain);
        let mut letters = tail.chars();
        let Some(kind) = letters.next() else {
            out.push('\\');
            return;
        };
        rest = letters.as_str();
        match kind {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            '"' | '\\' | '/' => out.push(kind),
            'u' => match unit(rest) {
                Some((first, tail)) => {
                    rest = tail;
                    let pair = if (0xd800..0xdc00).contains(&first) {
                        tail.strip_prefix("\\u").and_then(unit).filter(|(low, _)| (0xdc00..0xe000).contains(low))
                    } else {
                        None
                    };
                    match pair {
                        Some((low, tail)) => {
                            rest = tail;
                            let units = [first, low];
                            let joined = char::decode_utf16(units).next().and_then(Result::ok);
                            out.push(joined.unwrap_or(char::REPLACEMENT_CHARACTER));
                        }
                        None => out.push(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER)),
                    }
                }
                None => out.push_str("\\u"),
            },
            other => {
                out.push('\\');
                out.push(other);
            }
        }
    }
    out.push_str(rest);
}

/// Four hexadecimal digits.
fn unit(text: &str) -> Option<(u16, &str)> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    Some((u16::from_str_radix(digits, 16).ok()?, text.get(4..)?))
}

/// What stands before and behind the first such byte.
fn split(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr(byte, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at.checked_add(1)?..)?))
}

/// XML's references (XML 1.0 section 4.1 and 4.6). CDATA sections are opened too: a value may be made of both.
pub(crate) fn xml(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr2(b'&', b'<', rest.as_bytes()) {
        let (plain, tail) = (rest.get(..at).unwrap_or_default(), rest.get(at..).unwrap_or_default());
        out.push_str(plain);
        if let Some(section) = tail.strip_prefix("<![CDATA[") {
            let (inside, behind) = section.split_once("]]>").unwrap_or((section, ""));
            out.push_str(inside);
            rest = behind;
            continue;
        }
        if let Some(comment) = tail.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
            continue;
        }
        let reference = tail.get(1..).and_then(|body| body.split_once(';')).filter(|(name, _)| name.len() <= 10);
        match reference.and_then(|(name, behind)| Some((letter(name)?, behind))) {
            Some((letter, behind)) => {
                out.push(letter);
                rest = behind;
            }
            None => {
                let first = tail.chars().next().unwrap_or('&');
                out.push(first);
                rest = tail.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
}

fn letter(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
    }
}

/// Doubled quotes (RFC 4180 section 2.7).
pub(crate) fn csv(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((plain, tail)) = rest.split_once("\"\"") {
        out.push_str(plain);
        out.push('"');
        rest = tail;
    }
    out.push_str(rest);
}

/// Wazuh's second layer of escapes, where every backslash is part of one.
pub(crate) fn wazuh(text: &str, out: &mut String) {
    let mut letters = text.chars();
    let mut escaped = true;
    while let Some(letter) = letters.next() {
        if letter == '\\' && !matches!(letters.next(), Some('\\' | '"')) {
            escaped = false;
            break;
        }
    }
    if !escaped {
        out.push_str(text);
        return;
    }
    let mut rest = text;
    while let Some((plain, tail)) = split(rest, b'\\') {
        out.push_str(plain);
        let mut letters = tail.chars();
        out.extend(letters.next());
        rest = letters.as_str();
    }
    out.push_str(rest);
}

/// Braces and upper case around a bare GUID; other text as it is.
pub(crate) fn guid(text: &str, out: &mut String) {
    let bare = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if bare {
        out.push('{');
        out.extend(text.chars().map(|letter| letter.to_ascii_uppercase()));
        out.push('}');
    } else {
        out.push_str(text);
    }
}
