//! PowerShell's ways to hide: `-EncodedCommand`, `FromBase64String`, joined strings, character codes, backticks.

use super::{Command, trick};
use crate::knowledge::Knowledge;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Follows encoded layers, each in turn, up to the content's limit.
pub(super) fn decode_layers(command: &mut Command, knowledge: &Knowledge) {
    let most = knowledge.judgement.limits.layers;
    let mut next = layers_of(&command.line);
    while !next.is_empty() && command.decoded.len() < most {
        command.saw(trick::ENCODED_COMMAND);
        let mut behind = Vec::new();
        for layer in next {
            if command.decoded.len() >= most {
                break;
            }
            let clean = joined_text(&layer).unwrap_or_else(|| layer.clone());
            behind.extend(layers_of(&clean));
            if clean != layer {
                command.saw(trick::STRING_JOIN);
            }
            for text in [layer, clean] {
                if !command.decoded.contains(&text) && command.decoded.len() < most {
                    command.decoded.push(text);
                }
            }
        }
        next = behind;
    }
}

fn layers_of(text: &str) -> Vec<String> {
    let mut layers = encoded_arguments(text);
    layers.extend(base64_literals(text));
    layers
}

/// Arguments of `-EncodedCommand`, in any unambiguous shortening, behind any dash that PowerShell takes.
fn encoded_arguments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let Some(name) = word.strip_prefix(['-', '/', '\u{2013}', '\u{2014}', '\u{2015}']) else { continue };
        let name = name.to_ascii_lowercase();
        if name.is_empty() || !("encodedcommand".starts_with(&name) || name == "ec") {
            continue;
        }
        found.extend(words.peek().and_then(|argument| decode(argument)));
    }
    found
}

/// Literals inside `FromBase64String('...')`.
fn base64_literals(text: &str) -> Vec<String> {
    const CALL: &str = "frombase64string";
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, _) in lower.match_indices(CALL) {
        let Some(rest) = text.get(at + CALL.len()..) else { continue };
        let rest = rest.trim_start_matches([' ', '(', '[']);
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else { continue };
        let literal = rest.get(1..).and_then(|inner| inner.split(quote).next());
        found.extend(literal.and_then(decode));
    }
    found
}

/// Base64 to text: UTF-16LE where it looks like that, else UTF-8; none where it is neither.
fn decode(text: &str) -> Option<String> {
    const LEAST: usize = 8;
    let kept: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')).collect();
    if kept.len() < LEAST || kept.len() < text.trim_matches(['"', '\'']).len() {
        return None;
    }
    let bytes = LENIENT.decode(kept.trim_end_matches('=')).ok()?;
    let pairs = bytes.chunks_exact(2);
    let zeros = pairs.clone().filter(|pair| pair.last() == Some(&0)).count();
    let wide = zeros.saturating_mul(2) > pairs.len();
    let decoded = if wide {
        let units = pairs
            .map(|pair| u16::from_le_bytes([pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    } else {
        String::from_utf8(bytes).ok()?
    };
    let readable = decoded.chars().filter(|c| !c.is_control() || c.is_whitespace()).count();
    let all = decoded.chars().count();
    (all > 0 && readable.saturating_mul(10) >= all.saturating_mul(9)).then_some(decoded)
}

/// Joined strings, character codes and backticks taken back in a line that runs PowerShell.
pub(super) fn joined(line: &str, _: &Knowledge) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let shell = lower.contains("powershell") || lower.contains("pwsh") || lower.contains('`');
    if shell { joined_text(line) } else { None }
}

fn joined_text(text: &str) -> Option<String> {
    let mut out = text.to_owned();
    if out.contains('`') {
        out.retain(|c| c != '`');
    }
    if let Some(coded) = character_codes(&out) {
        out = coded;
    }
    if let Some(joined) = join_strings(&out) {
        out = joined;
    }
    (out != text).then_some(out)
}

/// `[char]72` and `[char]0x48` become `'H'`.
fn character_codes(text: &str) -> Option<String> {
    const CALL: &str = "[char]";
    let lower = text.to_ascii_lowercase();
    if !lower.contains(CALL) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in lower.match_indices(CALL) {
        let Some(rest) = text.get(at + CALL.len()..).filter(|_| at >= from) else { continue };
        let (digits, base, skip) = match rest.get(..2) {
            Some(mark) if mark.eq_ignore_ascii_case("0x") => (rest.get(2..).unwrap_or(""), 16, 2),
            _ => (rest, 10, 0),
        };
        let end = digits.find(|c: char| !c.is_digit(base)).unwrap_or(digits.len()).min(6);
        let code = digits.get(..end).and_then(|number| u32::from_str_radix(number, base).ok());
        let Some(c) = code.and_then(char::from_u32).filter(|c| !matches!(c, '\'' | '`' | '%' | '^' | '[')) else {
            continue;
        };
        out.push_str(text.get(from..at).unwrap_or(""));
        out.push('\'');
        out.push(c);
        out.push('\'');
        from = at + CALL.len() + skip + end;
    }
    out.push_str(text.get(from..).unwrap_or(""));
    Some(out)
}

/// `'a' + 'b'` becomes `'ab'`.
fn join_strings(text: &str) -> Option<String> {
    if !text.contains('+') {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(plus) = rest.find('+') {
        let (before, after) = (rest.get(..plus).unwrap_or(""), rest.get(plus + 1..).unwrap_or(""));
        out.push_str(before);
        let left = out.trim_end_matches(' ');
        let right = after.trim_start_matches(' ');
        let quote = left.chars().next_back().filter(|c| matches!(c, '\'' | '"'));
        match quote.and_then(|quote| right.strip_prefix(quote)) {
            Some(joined) => {
                out.truncate(left.len().saturating_sub(1));
                rest = joined;
            }
            None => {
                out.push('+');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    (out != text).then_some(out)
}
