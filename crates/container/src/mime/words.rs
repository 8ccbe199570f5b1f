//! Text in header fields: encoded words (RFC 2047) and extended parameters (RFC 2231).

use crate::transfer::{base64, percent_decode, quoted_printable};
use encoding_rs::Encoding;
use std::borrow::Cow;

/// Text with its encoded words decoded; blanks between two of them vanish.
pub(super) fn decode(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let before = rest.get(..at).unwrap_or_default();
        let word = rest.get(at..).unwrap_or_default();
        let Some((decoded, length)) = encoded_word(word) else {
            let end = at.saturating_add(2);
            out.push_str(rest.get(..end).unwrap_or_default());
            rest = rest.get(end..).unwrap_or_default();
            after_word = false;
            continue;
        };
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&decoded);
        rest = word.get(length..).unwrap_or_default();
        after_word = true;
    }
    out.push_str(rest);
    out
}

/// Longest encoded word, bytes; the standard allows 75 characters.
const LONGEST_WORD: usize = 4_096;

/// `=?charset?B|Q?text?=` and its length.
fn encoded_word(word: &str) -> Option<(String, usize)> {
    let mut fields = word.get(2..)?.splitn(3, '?');
    let charset = fields.next()?;
    let kind = fields.next()?;
    let tail = fields.next()?;
    // An end that stands too far away is none: looking for it again and again would cost too much.
    let near = (0..4).find_map(|less| tail.get(..LONGEST_WORD.saturating_sub(less))).unwrap_or(tail);
    let end = near.find("?=")?;
    let text = tail.get(..end)?;
    let bytes = match kind {
        "B" | "b" => base64(text.as_bytes()),
        "Q" | "q" => quoted_printable(text.replace('_', " ").as_bytes()),
        _ => return None,
    };
    let length = [2, charset.len(), 1, kind.len(), 1, end, 2].iter().fold(0_usize, |sum, n| sum.saturating_add(*n));
    Some((in_charset(&bytes, charset), length))
}

fn in_charset(bytes: &[u8], charset: &str) -> String {
    // RFC 2231 allows a language behind `*`.
    let label = charset.split('*').next().unwrap_or_default();
    match Encoding::for_label(label.as_bytes()) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Pieces of an extended parameter, sorted: number, whether percent-encoded, text. The first may name the charset.
pub(super) fn extended(pieces: &[(u32, bool, Cow<'_, str>)]) -> String {
    let mut charset = "";
    let mut bytes = Vec::new();
    for (index, (_, encoded, text)) in pieces.iter().enumerate() {
        let mut text: &str = text;
        if index == 0
            && *encoded
            && let Some((label, tail)) = text.split_once('\'')
        {
            charset = label;
            text = tail.split_once('\'').map_or(tail, |(_, tail)| tail);
        }
        if *encoded {
            bytes.extend(percent_decode(text.as_bytes()));
        } else {
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    in_charset(&bytes, charset)
}
