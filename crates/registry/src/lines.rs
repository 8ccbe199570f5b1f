//! Text of unknown encoding, line by line, without a second copy of the whole.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// Windows-1252, where bytes are no UTF-8.
    Ansi,
}

impl Encoding {
    /// By the byte order mark or the zeros of the first letters; the length of the mark in bytes beside it.
    pub(crate) fn of(bytes: &[u8]) -> (Self, usize) {
        match bytes {
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [a, 0, b, 0, ..] if *a != 0 && *b != 0 => (Self::Utf16Le, 0),
            [0, a, 0, b, ..] if *a != 0 && *b != 0 => (Self::Utf16Be, 0),
            _ if std::str::from_utf8(bytes).is_ok() => (Self::Utf8, 0),
            _ => (Self::Ansi, 0),
        }
    }

    /// The text, and whether something in it was no text.
    pub(crate) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        match self {
            Self::Utf8 => {
                let text = String::from_utf8_lossy(bytes);
                let bad = matches!(text, Cow::Owned(_));
                (text, bad)
            }
            Self::Utf16Le => UTF_16LE.decode_without_bom_handling(bytes),
            Self::Utf16Be => UTF_16BE.decode_without_bom_handling(bytes),
            Self::Ansi => (WINDOWS_1252.decode_without_bom_handling(bytes).0, false),
        }
    }

    fn unit(self) -> usize {
        if matches!(self, Self::Utf16Le | Self::Utf16Be) { 2 } else { 1 }
    }

    /// Bytes from the start to the first line feed, and the line feed's own length.
    fn line(self, bytes: &[u8]) -> (usize, usize) {
        let pairs = |feed: [u8; 2]| {
            let found = bytes.chunks_exact(2).position(|pair| *pair == feed);
            found.map(|at| (at.saturating_mul(2), 2))
        };
        let found = match self {
            Self::Utf8 | Self::Ansi => bytes.iter().position(|byte| *byte == b'\n').map(|at| (at, 1)),
            Self::Utf16Le => pairs([b'\n', 0]),
            Self::Utf16Be => pairs([0, b'\n']),
        };
        found.unwrap_or((bytes.len(), 0))
    }
}

/// A line without its end.
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Counted from 1.
    pub(crate) number: u64,
    /// True where bytes of it were no text and stand replaced.
    pub(crate) bad: bool,
}

/// The lines of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines<'a> {
    bytes: &'a [u8],
    encoding: Encoding,
    at: usize,
    number: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let (encoding, mark) = Encoding::of(bytes);
        Self { bytes, encoding, at: mark, number: 0 }
    }

    /// True where the text is in a code page that is not known.
    pub(crate) fn is_ansi(&self) -> bool {
        self.encoding == Encoding::Ansi
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let (length, feed) = self.encoding.line(rest);
        self.at = self.at.saturating_add(length).saturating_add(feed);
        self.number = self.number.saturating_add(1);
        let line = rest.get(..length).unwrap_or_default();
        let odd = !length.is_multiple_of(self.encoding.unit());
        let line = if odd { line.split_last().map_or(line, |(_, whole)| whole) } else { line };
        let (text, bad) = self.encoding.decode(line);
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.strip_suffix('\r').unwrap_or(text)),
            Cow::Owned(mut text) => {
                if text.ends_with('\r') {
                    text.pop();
                }
                Cow::Owned(text)
            }
        };
        Some(Line { text, number: self.number, bad: bad || odd })
    }
}
