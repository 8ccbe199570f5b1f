//! The tokens of RTF (RTF 1.9.1, "Basic Entities"): groups, control words, control symbols, binary data and text.

use memchr::memchr3;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// A control word with its parameter.
    Word(&'a [u8], Option<i32>),
    /// A control symbol other than `\'`: the character behind the backslash (`*`, `~`, `-`, `\`, `{`, CR, LF ...).
    Symbol(u8),
    /// `\'hh`: a byte in the current code page; none where the two characters are no hexadecimal digits.
    Hex(Option<u8>),
    /// The data of `\binN`.
    Binary(&'a [u8]),
    /// Plain bytes with neither control characters of RTF nor CR, LF or NUL, which readers ignore.
    Text(&'a [u8]),
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Byte offset in the data that was handed in.
    pub offset: usize,
    /// What it is.
    pub kind: Kind<'a>,
}

/// Longest control word with its letters; Word reads no more (RTF 1.9.1, "Control Word").
const LONGEST_WORD: usize = 32;

/// An iterator over the tokens. Linear, never fails: a backslash at the very end is dropped, as readers do.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    data: &'a [u8],
    at: usize,
    /// End of the stretch of text that is being cut at CR, LF and NUL.
    text_end: usize,
}

impl<'a> Tokens<'a> {
    /// Tokens of `data` from `offset` on.
    #[must_use]
    pub fn new(data: &'a [u8], offset: usize) -> Self {
        Self { data, at: offset, text_end: offset }
    }

    /// Offset behind the last token.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    /// Skips text up to the next brace or backslash: for destinations whose text does not matter.
    pub fn skip_text(&mut self) {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let length = memchr3(b'\\', b'{', b'}', rest).unwrap_or(rest.len());
        self.at = self.at.saturating_add(length);
        self.text_end = self.at;
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn take_while(&mut self, most: usize, keep: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let length = rest.iter().take(most).take_while(|byte| keep(**byte)).count();
        self.at = self.at.saturating_add(length);
        rest.get(..length).unwrap_or_default()
    }

    /// What follows a backslash.
    fn control(&mut self) -> Option<Kind<'a>> {
        let first = self.peek()?;
        if first.is_ascii_alphabetic() {
            return Some(self.word());
        }
        self.step();
        if first != b'\'' {
            return Some(Kind::Symbol(first));
        }
        // Two characters, whatever they are, but never one that builds the document.
        let digits = self.take_while(2, |byte| !matches!(byte, b'{' | b'}' | b'\\'));
        let value = match digits {
            [high, low] => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        Some(Kind::Hex(value))
    }

    fn word(&mut self) -> Kind<'a> {
        let name = self.take_while(LONGEST_WORD, |byte| byte.is_ascii_alphabetic());
        let before = self.at;
        let negative = self.peek() == Some(b'-');
        if negative {
            self.step();
        }
        let digits = self.take_while(usize::MAX, |byte| byte.is_ascii_digit());
        let parameter = if digits.is_empty() {
            self.at = before;
            None
        } else {
            let value = digits.iter().fold(0_i64, |value, digit| {
                value.saturating_mul(10).saturating_add(i64::from(digit.saturating_sub(b'0')))
            });
            let value = if negative { value.saturating_neg() } else { value };
            Some(i32::try_from(value).unwrap_or(if negative { i32::MIN } else { i32::MAX }))
        };
        // One blank ends a control word and belongs to it.
        if self.peek() == Some(b' ') {
            self.step();
        }
        if name == b"bin" {
            let count = parameter.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
            let rest = self.data.get(self.at..).unwrap_or_default();
            // A count past the end would hide all that follows: it is read as if it were not there.
            let bytes = rest.get(..count).unwrap_or_default();
            self.at = self.at.saturating_add(bytes.len());
            return Kind::Binary(bytes);
        }
        Kind::Word(name, parameter)
    }

    /// The next run of text before `self.text_end`, if any.
    fn text(&mut self) -> Option<Token<'a>> {
        let ignored = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
        let rest = self.data.get(self.at..self.text_end).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| ignored(byte)).count();
        let rest = rest.get(blanks..).unwrap_or_default();
        let offset = self.at.saturating_add(blanks);
        let length = memchr3(b'\r', b'\n', 0, rest).unwrap_or(rest.len());
        self.at = offset.saturating_add(length);
        let bytes = rest.get(..length).unwrap_or_default();
        (length > 0).then_some(Token { offset, kind: Kind::Text(bytes) })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.at < self.text_end {
                if let Some(token) = self.text() {
                    return Some(token);
                }
                continue;
            }
            let offset = self.at;
            let kind = match self.peek()? {
                b'{' => {
                    self.step();
                    Kind::Open
                }
                b'}' => {
                    self.step();
                    Kind::Close
                }
                b'\\' => {
                    self.step();
                    self.control()?
                }
                _ => {
                    let rest = self.data.get(self.at..).unwrap_or_default();
                    let length = memchr3(b'\\', b'{', b'}', rest).unwrap_or(rest.len());
                    self.text_end = self.at.saturating_add(length);
                    continue;
                }
            };
            self.text_end = self.at;
            return Some(Token { offset, kind });
        }
    }
}

/// Value of a hexadecimal digit.
fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::{Kind, Tokens};

    fn kinds(data: &[u8]) -> Vec<Kind<'_>> {
        Tokens::new(data, 0).map(|token| token.kind).collect()
    }

    #[test]
    fn every_kind() {
        assert_eq!(
            kinds(b"{\\rtf1 a\\'41\\b-2b\\~\\bin3 {}\\x\\\r\nz}"),
            [
                Kind::Open,
                Kind::Word(b"rtf", Some(1)),
                Kind::Text(b"a"),
                Kind::Hex(Some(0x41)),
                Kind::Word(b"b", Some(-2)),
                Kind::Text(b"b"),
                Kind::Symbol(b'~'),
                Kind::Binary(b"{}\\"),
                Kind::Text(b"x"),
                Kind::Symbol(b'\r'),
                Kind::Text(b"z"),
                Kind::Close
            ]
        );
    }

    #[test]
    fn text_is_cut_at_line_ends_and_nul() {
        assert_eq!(kinds(b"DD\r\nEA\0UTO"), [Kind::Text(b"DD"), Kind::Text(b"EA"), Kind::Text(b"UTO")]);
    }

    #[test]
    fn lies_and_ends() {
        assert_eq!(kinds(b"\\bin999999999999 ab"), [Kind::Binary(b""), Kind::Text(b"ab")]);
        assert_eq!(kinds(b"\\bin-5 ab"), [Kind::Binary(b""), Kind::Text(b"ab")]);
        assert_eq!(kinds(b"\\'4"), [Kind::Hex(None)]);
        assert_eq!(kinds(b"\\"), []);
        assert_eq!(kinds(b"\\a-b"), [Kind::Word(b"a", None), Kind::Text(b"-b")]);
        assert_eq!(kinds(b"\\u99999999999999"), [Kind::Word(b"u", Some(i32::MAX))]);
    }
}
