//! Letters out of code-page bytes, UTF-16 units and the control words that stand for characters.

use crate::text;
use encoding_rs::{Encoding, GB18030, IBM866, UTF_8, WINDOWS_1252};

/// Collects text from mixed sources.
#[derive(Clone, Debug, Default)]
pub struct Letters {
    out: String,
    /// Bytes that wait for their neighbours: one character may take several.
    raw: Vec<u8>,
    encoding: Option<&'static Encoding>,
    /// A high surrogate that waits for its other half.
    high: Option<u16>,
}

impl Letters {
    /// Bytes in a code page.
    pub fn bytes(&mut self, bytes: &[u8], encoding: &'static Encoding) {
        self.lone_high();
        if self.encoding != Some(encoding) {
            self.settle();
            self.encoding = Some(encoding);
        }
        self.raw.extend_from_slice(bytes);
    }

    /// A UTF-16 unit.
    pub fn unit(&mut self, unit: u16) {
        self.settle();
        let pair = self.high.take();
        if let Some(high) = pair {
            if let Some(Ok(c)) = char::decode_utf16([high, unit]).next() {
                self.out.push(c);
                return;
            }
            self.out.push(char::REPLACEMENT_CHARACTER);
        }
        match unit {
            0xd800..=0xdbff => self.high = Some(unit),
            // Symbol fonts shift the bytes there; applications show and read the byte.
            0xf020..=0xf0ff => self.out.push(char::from(u8::try_from(unit & 0xff).unwrap_or(b'?'))),
            _ => self.out.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    /// Text as it is.
    pub fn text(&mut self, text: &str) {
        self.settle();
        self.lone_high();
        self.out.push_str(text);
    }

    /// True where nothing was collected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty() && self.raw.is_empty() && self.high.is_none()
    }

    /// Bytes held, roughly.
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len().saturating_add(self.raw.len())
    }

    /// What was collected so far; starts anew.
    pub fn take(&mut self) -> String {
        self.settle();
        self.lone_high();
        std::mem::take(&mut self.out)
    }

    fn lone_high(&mut self) {
        if self.high.take().is_some() {
            self.out.push(char::REPLACEMENT_CHARACTER);
        }
    }

    fn settle(&mut self) {
        if self.raw.is_empty() {
            return;
        }
        let encoding = self.encoding.unwrap_or(WINDOWS_1252);
        match std::str::from_utf8(&self.raw) {
            Ok(text) if self.raw.is_ascii() => self.out.push_str(text),
            _ => self.out.push_str(&encoding.decode_without_bom_handling(&self.raw).0),
        }
        self.raw.clear();
    }
}

/// Encoding of a Windows code page number (`\ansicpg`, `\cpg`); Windows-1252 where it is not known.
pub(super) fn code_page(number: i32) -> &'static Encoding {
    match number {
        866 => IBM866,
        54936 => GB18030,
        65001 => UTF_8,
        _ => u32::try_from(number).ok().and_then(text::code_page).unwrap_or(WINDOWS_1252),
    }
}

/// Code page of a font's character set (`\fcharset`); none for those that keep the document's.
pub(super) fn charset_page(charset: i32) -> Option<i32> {
    let page = match charset {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 | 130 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    };
    Some(page)
}

/// Text of a control symbol; none where it has none. Optional hyphens and formula characters show nothing.
#[must_use]
pub fn symbol_text(symbol: u8) -> Option<&'static str> {
    Some(match symbol {
        b'\\' => "\\",
        b'{' => "{",
        b'}' => "}",
        b'~' => "\u{a0}",
        b'_' => "\u{2011}",
        b'\r' | b'\n' => "\r",
        b'\t' => "\t",
        _ => return None,
    })
}

/// Text of a control word that stands for a character ("Special Characters"); none for all others.
#[must_use]
pub fn word_text(name: &[u8]) -> Option<&'static str> {
    Some(match name {
        b"par" | b"line" | b"lbr" | b"row" | b"cell" | b"nestrow" | b"nestcell" | b"sect" | b"page" | b"column"
        | b"softline" | b"softpage" => "\r",
        b"tab" => "\t",
        b"lquote" => "\u{2018}",
        b"rquote" => "\u{2019}",
        b"ldblquote" => "\u{201c}",
        b"rdblquote" => "\u{201d}",
        b"emdash" => "\u{2014}",
        b"endash" => "\u{2013}",
        b"bullet" => "\u{2022}",
        b"emspace" => "\u{2003}",
        b"enspace" => "\u{2002}",
        b"qmspace" => "\u{2005}",
        _ => return None,
    })
}
