//! The token stream with what groups carry applied: code pages, fonts, and the characters that `\uN` replaces.

use super::letters::{charset_page, code_page};
use super::token::{Kind, Tokens};
use encoding_rs::{Encoding, WINDOWS_1252};
use std::collections::BTreeMap;

/// What comes next in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A group opens.
    Open,
    /// A group closes.
    Close,
    /// A control word that the flow does not handle itself.
    Word {
        /// Its letters.
        name: &'a [u8],
        /// Its number.
        parameter: Option<i32>,
        /// True behind `\*`: readers that do not know the word ignore its group.
        starred: bool,
    },
    /// A control symbol.
    Symbol(u8),
    /// Plain text in [`Flow::encoding`].
    Text(&'a [u8]),
    /// A byte written as `\'hh`, in [`Flow::encoding`].
    Byte(u8),
    /// `\'` without digits behind it.
    BadByte,
    /// A character written as `\uN`.
    Unit(u16),
    /// The data of `\bin`.
    Binary(&'a [u8]),
}

/// Groups deeper than this share the state of the last; a file of braces costs no memory.
const DEEPEST: usize = 65_536;
/// Fonts kept.
const FONTS: usize = 4_096;

#[derive(Clone, Copy, Debug)]
struct Group {
    /// `\ucN`: how many characters stand in for one `\uN`.
    stand_ins: u32,
    encoding: &'static Encoding,
}

/// An iterator over events with their byte offsets.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    tokens: Tokens<'a>,
    groups: Vec<Group>,
    now: Group,
    /// Groups that were opened beyond [`DEEPEST`].
    deeper: usize,
    /// Stand-in characters still to be dropped.
    skip: u32,
    starred: bool,
    document: &'static Encoding,
    fonts: BTreeMap<i32, &'static Encoding>,
    /// The font that the font table is describing.
    font: i32,
}

impl<'a> Flow<'a> {
    /// Events of `data` from `offset` on.
    #[must_use]
    pub fn new(data: &'a [u8], offset: usize) -> Self {
        let now = Group { stand_ins: 1, encoding: WINDOWS_1252 };
        Self {
            tokens: Tokens::new(data, offset),
            groups: Vec::new(),
            now,
            deeper: 0,
            skip: 0,
            starred: false,
            document: WINDOWS_1252,
            fonts: BTreeMap::new(),
            font: 0,
        }
    }

    /// Encoding of text at this place.
    #[must_use]
    pub fn encoding(&self) -> &'static Encoding {
        self.now.encoding
    }

    /// How many groups are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.groups.len().saturating_add(self.deeper)
    }

    /// Offset behind the last event.
    #[must_use]
    pub fn position(&self) -> usize {
        self.tokens.position()
    }

    /// Skips text whose destination does not matter.
    pub fn skip_text(&mut self) {
        if self.skip == 0 {
            self.tokens.skip_text();
        }
    }

    fn open(&mut self) {
        self.skip = 0;
        if self.groups.len() < DEEPEST {
            self.groups.push(self.now);
        } else {
            self.deeper = self.deeper.saturating_add(1);
        }
    }

    fn close(&mut self) {
        self.skip = 0;
        if self.deeper > 0 {
            self.deeper = self.deeper.saturating_sub(1);
        } else if let Some(group) = self.groups.pop() {
            self.now = group;
        }
    }

    /// True where the word was handled here.
    fn handle(&mut self, name: &[u8], parameter: Option<i32>) -> bool {
        match name {
            b"uc" => self.now.stand_ins = u32::try_from(parameter.unwrap_or(1)).unwrap_or(0).min(1_000),
            b"ansicpg" => {
                self.document = code_page(parameter.unwrap_or(0));
                self.now.encoding = self.document;
            }
            b"mac" => {
                self.document = code_page(10000);
                self.now.encoding = self.document;
            }
            b"f" => {
                self.font = parameter.unwrap_or(0);
                self.now.encoding = self.fonts.get(&self.font).copied().unwrap_or(self.document);
            }
            b"plain" => self.now.encoding = self.document,
            b"fcharset" => self.font_page(parameter.and_then(charset_page)),
            b"cpg" => self.font_page(parameter),
            _ => return false,
        }
        true
    }

    fn font_page(&mut self, page: Option<i32>) {
        if let Some(page) = page
            && self.fonts.len() < FONTS
        {
            // Character set 0 is ANSI: whatever the document's own page is.
            let encoding = if page == 1252 { self.document } else { code_page(page) };
            self.fonts.insert(self.font, encoding);
        }
    }

    /// Drops the characters that stand in for a `\uN` before; none where all of it was dropped.
    fn unskipped(&mut self, kind: Kind<'a>) -> Option<Kind<'a>> {
        if self.skip == 0 {
            return Some(kind);
        }
        match kind {
            Kind::Open | Kind::Close => Some(kind),
            Kind::Text(bytes) => {
                let drop = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
                self.skip = self.skip.saturating_sub(u32::try_from(drop).unwrap_or(u32::MAX));
                let rest = bytes.get(drop..).unwrap_or_default();
                (!rest.is_empty()).then_some(Kind::Text(rest))
            }
            // A control word, symbol, escaped byte or the data of \bin counts as one character.
            Kind::Word(..) | Kind::Symbol(_) | Kind::Hex(_) | Kind::Binary(_) => {
                self.skip = self.skip.saturating_sub(1);
                None
            }
        }
    }
}

impl<'a> Iterator for Flow<'a> {
    type Item = (usize, Event<'a>);

    fn next(&mut self) -> Option<(usize, Event<'a>)> {
        loop {
            let token = self.tokens.next()?;
            let Some(kind) = self.unskipped(token.kind) else { continue };
            let starred = std::mem::take(&mut self.starred);
            let event = match kind {
                Kind::Open => {
                    self.open();
                    Event::Open
                }
                Kind::Close => {
                    self.close();
                    Event::Close
                }
                Kind::Symbol(b'*') => {
                    self.starred = true;
                    continue;
                }
                Kind::Word(b"u", Some(unit)) => {
                    self.skip = self.now.stand_ins;
                    // Signed sixteen bits; writers that do not know that write up to 65,535.
                    Event::Unit(u16::try_from(unit & 0xffff).unwrap_or(0xfffd))
                }
                Kind::Word(name, parameter) => {
                    if !starred && self.handle(name, parameter) {
                        continue;
                    }
                    Event::Word { name, parameter, starred }
                }
                Kind::Symbol(symbol) => Event::Symbol(symbol),
                Kind::Hex(Some(byte)) => Event::Byte(byte),
                Kind::Hex(None) => Event::BadByte,
                Kind::Binary(bytes) => Event::Binary(bytes),
                Kind::Text(bytes) => Event::Text(bytes),
            };
            return Some((token.offset, event));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Flow};
    use crate::rtf::Letters;

    fn text(data: &[u8]) -> String {
        let mut flow = Flow::new(data, 0);
        let mut letters = Letters::default();
        while let Some((_, event)) = flow.next() {
            match event {
                Event::Text(bytes) => letters.bytes(bytes, flow.encoding()),
                Event::Byte(byte) => letters.bytes(&[byte], flow.encoding()),
                Event::Unit(unit) => letters.unit(unit),
                _ => {}
            }
        }
        letters.take()
    }

    #[test]
    fn units_drop_their_stand_ins() {
        assert_eq!(text(b"\\uc1\\u68 DD\\u69?"), "DDE");
        assert_eq!(text(b"\\uc0\\u68 \\u68 E"), "DDE");
        assert_eq!(text(b"\\uc3\\u68 xyzDE"), "DDE");
        assert_eq!(text(b"\\uc2\\u68 \\'41\\'42DE"), "DDE");
        assert_eq!(text(b"{\\uc0 {\\u68 }\\u68 }\\u69 ?"), "DDE");
        assert_eq!(text(b"\\u68 {x}"), "Dx");
        assert_eq!(text(b"\\uc1\\u-10179?\\u-8704?"), "\u{1f600}");
    }

    #[test]
    fn code_pages() {
        assert_eq!(text(b"\\ansicpg1251\\'e0"), "\u{430}");
        assert_eq!(text(b"{\\fonttbl{\\f3\\fcharset128 x;}}\\f3\\'82\\'a0"), "x;\u{3042}");
    }
}
