//! The text around a place.

use crate::words::Encoding;

/// A run of characters of one encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Index of its first byte.
    pub(super) start: usize,
    pub(super) chars: Vec<char>,
    /// True where the run goes on behind its end.
    pub(super) cut: bool,
}

impl Encoding {
    /// Bytes of a character.
    pub(crate) fn step(self) -> u64 {
        match self {
            Self::Ascii => 1,
            Self::Utf16 => 2,
        }
    }

    /// As outputs name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Utf16 => "utf-16",
        }
    }

    /// The character of a text that begins at a byte; none for what ends texts: controls (line ends too, field marks
    /// not), and letters of scripts that random bytes are full of.
    fn char_at(self, bytes: &[u8], at: usize) -> Option<char> {
        match self {
            Self::Ascii => {
                let byte = *bytes.get(at)?;
                match byte {
                    0x09 | 0x13..=0x15 | 0x20..=0x7e | 0xa0.. => Some(char::from(byte)),
                    // Windows-1252 quotes, which Word makes of straight ones.
                    0x91 | 0x92 => Some('\''),
                    0x93 | 0x94 | 0x84 => Some('"'),
                    _ => None,
                }
            }
            Self::Utf16 => {
                let pair = bytes.get(at..at.checked_add(2)?)?;
                let unit = u16::from_le_bytes(pair.try_into().ok()?);
                let known = matches!(unit, 0x09 | 0x13..=0x15 | 0x20..=0x7e | 0xa0..=0x52f | 0x2010..=0x203a | 0x2044 | 0xff01..=0xff5e);
                char::from_u32(u32::from(unit)).filter(|_| known)
            }
        }
    }
}

impl Text {
    /// The run that holds the byte `at`, up to `back` characters before and `forward` behind it.
    pub(super) fn around(bytes: &[u8], at: usize, encoding: Encoding, back: usize, forward: usize) -> Self {
        let step = usize::try_from(encoding.step()).unwrap_or(1);
        let mut before: Vec<char> = Vec::new();
        let mut start = at;
        while before.len() < back {
            let Some(next) = start.checked_sub(step) else { break };
            let Some(c) = encoding.char_at(bytes, next) else { break };
            before.push(c);
            start = next;
        }
        before.reverse();
        let mut chars = before;
        let most = chars.len().saturating_add(forward);
        let mut end = at;
        let mut cut = false;
        while let Some(c) = encoding.char_at(bytes, end) {
            if chars.len() >= most {
                cut = true;
                break;
            }
            chars.push(c);
            end = end.saturating_add(step);
        }
        Self { start, chars, cut }
    }
}
