use crate::context::{Context, Range};
use crate::expand::Fault;
use crate::token::{behind_quoted, unescape};
use ddefend_rule::ir::query::Datum;

/// A piece of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// A name without quotes: a field, function or operator.
    Name(String),
    /// A field in single quotes.
    Field(String),
    /// Text in double quotes.
    Text(String),
    /// A number.
    Number(Datum),
    /// An operator, bracket or comma.
    Sign(&'static str),
    /// `[...]`.
    Sub,
}

/// A piece with its place.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) piece: Piece,
    pub(super) range: Range,
}

const SIGNS: [&str; 16] = ["==", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/", "%", "!"];

pub(super) fn words(context: &mut Context<'_>, range: Range) -> Result<Vec<Word>, Fault> {
    let mut out = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let Some(byte) = context.byte(at) else { break };
        if byte.is_ascii_whitespace() {
            at = at.saturating_add(1);
            continue;
        }
        let rest = context.slice(Range { start: at, end: range.end });
        let word = match byte {
            b'"' | b'\'' => {
                let end = behind_quoted(context.text(), at)
                    .filter(|end| *end <= range.end)
                    .ok_or_else(|| context.syntax(Range { start: at, end: range.end }, "the quote is not closed"))?;
                let inner = context.slice(Range { start: at.saturating_add(1), end: end.saturating_sub(1) });
                let piece =
                    if byte == b'"' { Piece::Text(unescape(inner)) } else { Piece::Field(inner.replace("\\'", "'")) };
                Word { piece, range: Range { start: at, end } }
            }
            b'0'..=b'9' => number(context, rest, at)?,
            b'.' if rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit) && starts_number(&out) => {
                number(context, rest, at)?
            }
            b'.' => Word { piece: Piece::Sign("."), range: Range { start: at, end: at.saturating_add(1) } },
            b'[' => {
                let end = rest.find(']').map_or(range.end, |end| at.saturating_add(end).saturating_add(1));
                Word { piece: Piece::Sub, range: Range { start: at, end } }
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => {
                    Word { piece: Piece::Sign(sign), range: Range { start: at, end: at.saturating_add(sign.len()) } }
                }
                None => name(context, rest, at)?,
            },
        };
        context.spend(word.range)?;
        at = word.range.end;
        out.push(word);
    }
    Ok(out)
}

/// A dot starts a number where no value stands before it.
fn starts_number(before: &[Word]) -> bool {
    before.last().is_none_or(|word| match &word.piece {
        Piece::Sign(sign) => *sign != ")",
        Piece::Name(name) => {
            matches!(name.to_ascii_lowercase().as_str(), "and" | "or" | "not" | "xor" | "like" | "in")
        }
        _ => false,
    })
}

fn number(context: &Context<'_>, rest: &str, at: usize) -> Result<Word, Fault> {
    let mut end = 0_usize;
    let mut dots = 0_u32;
    let bytes = rest.as_bytes();
    while let Some(byte) = bytes.get(end) {
        let digit_follows = bytes.get(end.saturating_add(1)).is_some_and(u8::is_ascii_digit);
        match byte {
            b'0'..=b'9' => {}
            b'.' if dots == 0 && digit_follows => dots = 1,
            b'e' | b'E' if digit_follows => {}
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
                // A name that begins with digits (`4688_count`).
                return name(context, rest, at);
            }
            _ => break,
        }
        end = end.saturating_add(1);
    }
    let range = Range { start: at, end: at.saturating_add(end) };
    let text = context.slice(range);
    let datum = match text.parse::<i64>() {
        Ok(whole) => Datum::Long(whole),
        Err(_) => {
            let real = text.parse::<f64>().ok().filter(|real| real.is_finite());
            Datum::Real(real.ok_or_else(|| context.syntax(range, "this is no number"))?)
        }
    };
    Ok(Word { piece: Piece::Number(datum), range })
}

fn name(context: &Context<'_>, rest: &str, at: usize) -> Result<Word, Fault> {
    let length = rest
        .find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '{' | '}' | ':' | '@' | '$' | '#')))
        .unwrap_or(rest.len());
    if length == 0 {
        let letter = rest.chars().next().map_or(1, char::len_utf8);
        let range = Range { start: at, end: at.saturating_add(letter) };
        return Err(context.syntax(range, "this sign has no meaning in an expression"));
    }
    let range = Range { start: at, end: at.saturating_add(length) };
    Ok(Word { piece: Piece::Name(context.slice(range).to_owned()), range })
}
