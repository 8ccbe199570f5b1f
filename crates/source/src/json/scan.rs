//! A scanner for JSON that looks at as little as it can: it finds members and values, and decodes nothing. It takes more
//! than RFC 8259 allows (missing and trailing commas, control characters in strings), because logs are cut and glued.

use memchr::memchr;

/// Nesting that is walked into; deeper values are skipped.
pub(super) const DEPTH: u32 = 24;

/// A value, or how one begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item<'a> {
    Object,
    Array,
    /// What stands between the quotes, and whether escapes are among it.
    String(&'a str, bool),
    Number(&'a str),
    Bool(bool),
    Null,
}

/// Something that is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Line feeds may occur.
    feeds: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, feeds: true }
    }

    /// In one line.
    pub(super) fn line(text: &'a str) -> Self {
        Self { text, at: 0, feeds: false }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// The next byte that is no white space, without taking it.
    pub(super) fn next(&mut self) -> Option<u8> {
        while let Some(byte) = self.peek() {
            // NUL too: logs are cut at sector boundaries.
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0) {
                return Some(byte);
            }
            self.step();
        }
        None
    }

    /// Takes a byte that [`Self::next`] showed.
    pub(super) fn take(&mut self) {
        self.step();
    }

    /// The next member's name, or none at the end of the object (which is taken).
    pub(super) fn member(&mut self) -> Result<Option<(&'a str, bool)>, Broken> {
        loop {
            match self.next() {
                Some(b',') => self.step(),
                Some(b'}') => {
                    self.step();
                    return Ok(None);
                }
                Some(b'"') => break,
                _ => return Err(Broken),
            }
        }
        let name = self.string()?;
        if self.next() != Some(b':') {
            return Err(Broken);
        }
        self.step();
        Ok(Some(name))
    }

    /// True where another element of an array follows; its end is taken.
    pub(super) fn element(&mut self) -> Result<bool, Broken> {
        loop {
            match self.next() {
                Some(b',') => self.step(),
                Some(b']') => {
                    self.step();
                    return Ok(false);
                }
                Some(b'}' | b':') | None => return Err(Broken),
                Some(_) => return Ok(true),
            }
        }
    }

    /// The next value; of an object or array only its bracket is taken.
    pub(super) fn item(&mut self) -> Result<Item<'a>, Broken> {
        match self.next().ok_or(Broken)? {
            b'{' => {
                self.step();
                Ok(Item::Object)
            }
            b'[' => {
                self.step();
                Ok(Item::Array)
            }
            b'"' => {
                let (text, escaped) = self.string()?;
                Ok(Item::String(text, escaped))
            }
            _ => match self.word() {
                "true" => Ok(Item::Bool(true)),
                "false" => Ok(Item::Bool(false)),
                "null" | "NaN" | "None" => Ok(Item::Null),
                word if word.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
                    Ok(Item::Number(word))
                }
                _ => Err(Broken),
            },
        }
    }

    /// What stands until the next bracket, comma or white space.
    fn word(&mut self) -> &'a str {
        let start = self.at;
        while let Some(byte) = self.peek() {
            if matches!(byte, b',' | b'}' | b']' | b'"' | b':' | b'{' | b'[') || byte <= b' ' {
                break;
            }
            self.step();
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// A string; the quote is the next byte. A line feed ends a broken one: JSON has none in strings.
    fn string(&mut self) -> Result<(&'a str, bool), Broken> {
        self.step();
        let start = self.at;
        let rest = self.bytes().get(start..).unwrap_or_default();
        let (length, escaped) = quote(rest).ok_or(Broken)?;
        let inside = rest.get(..length).unwrap_or_default();
        // Short strings were looked through for escapes; line feeds need a look of their own only where they may be.
        if self.feeds && memchr(b'\n', inside).is_some() {
            return Err(Broken);
        }
        self.at = start.saturating_add(length).saturating_add(1);
        Ok((self.text.get(start..start.saturating_add(length)).ok_or(Broken)?, escaped))
    }

    /// Skips what is left of a value that [`Self::item`] began.
    pub(super) fn finish(&mut self, item: Item<'a>) -> Result<(), Broken> {
        if !matches!(item, Item::Object | Item::Array) {
            return Ok(());
        }
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next().ok_or(Broken)? {
                b'"' => _ = self.string()?,
                byte => {
                    match byte {
                        b'{' | b'[' => depth = depth.saturating_add(1),
                        b'}' | b']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    self.step();
                }
            }
        }
        Ok(())
    }

    /// Skips a value.
    pub(super) fn skip(&mut self) -> Result<(), Broken> {
        let item = self.item()?;
        self.finish(item)
    }
}

/// Length up to the closing quote, and whether a backslash stands before it.
fn quote(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut at = 0_usize;
    // Names and short values, eight bytes at a time.
    while at < 32 {
        let Some(word) = bytes.get(at..at.saturating_add(8)).and_then(|word| <[u8; 8]>::try_from(word).ok()) else {
            break;
        };
        let word = u64::from_le_bytes(word);
        let found = zeros(word ^ QUOTES) | zeros(word ^ SLASHES);
        if found != 0 {
            let place = at.saturating_add(usize::try_from(found.trailing_zeros() / 8).unwrap_or_default());
            if bytes.get(place) == Some(&b'"') {
                return Some((place, false));
            }
            at = place;
            break;
        }
        at = at.saturating_add(8);
    }
    let clean = at;
    loop {
        let place = at.checked_add(memchr(b'"', bytes.get(at..)?)?)?;
        let before = bytes.get(..place)?;
        let slashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
        if slashes % 2 == 0 {
            return Some((place, memchr(b'\\', before.get(clean..)?).is_some()));
        }
        at = place.checked_add(1)?;
    }
}

const QUOTES: u64 = 0x2222_2222_2222_2222;
const SLASHES: u64 = 0x5c5c_5c5c_5c5c_5c5c;

/// The high bit of every byte that is zero; of the lowest such byte it is exact.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080
}
