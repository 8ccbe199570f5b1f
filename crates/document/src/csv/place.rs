use ddefend_model::Location;

/// Turns offsets in decoded text into lines, columns and offsets in the original bytes.
#[derive(Debug)]
pub(super) struct Places<'t> {
    text: &'t str,
    unit: Unit,
    /// Bytes before the first character.
    mark: u64,
}

/// How many bytes a character takes in the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Utf8,
    Utf16,
    /// One of one or four bytes.
    Fixed(u64),
    Unknown,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str, encoding: &str, bytes: &[u8]) -> Self {
        let (unit, mark) = match encoding {
            "UTF-8" => (Unit::Utf8, if bytes.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 }),
            "UTF-16LE" | "UTF-16BE" => {
                (Unit::Utf16, if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) { 2 } else { 0 })
            }
            "UTF-32LE" | "UTF-32BE" => {
                (Unit::Fixed(4), if matches!(bytes, [0xff, 0xfe, ..] | [0, 0, 0xfe, ..]) { 4 } else { 0 })
            }
            "windows-1252" => (Unit::Fixed(1), 0),
            _ => (Unit::Unknown, 0),
        };
        Self { text, unit, mark }
    }

    pub(super) fn start(&self) -> Place<'_> {
        Place { places: self, at: 0, line: 1, column: 1, offset: self.mark, last: '\n' }
    }
}

/// A place that moves forward only, so that all places of one reading cost one pass.
#[derive(Debug)]
pub(super) struct Place<'p> {
    places: &'p Places<'p>,
    at: usize,
    line: u32,
    column: u32,
    offset: u64,
    last: char,
}

impl Place<'_> {
    pub(super) fn advance(&mut self, to: usize) {
        let between = self.places.text.get(self.at..to).unwrap_or_default();
        for c in between.chars() {
            let breaks = c == '\r' || (c == '\n' && self.last != '\r');
            if breaks {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else if c != '\n' {
                self.column = self.column.saturating_add(1);
            }
            let width = match self.places.unit {
                Unit::Utf8 => c.len_utf8() as u64,
                Unit::Utf16 => (c.len_utf16() as u64).saturating_mul(2),
                Unit::Fixed(width) => width,
                Unit::Unknown => 0,
            };
            self.offset = self.offset.saturating_add(width);
            self.last = c;
        }
        self.at = self.at.max(to);
    }

    /// The place; `length` in bytes of UTF-8 is given on for UTF-8 only.
    pub(super) fn location(&self, length: u64) -> Location {
        let place = Location::line(self.line, self.column);
        match self.places.unit {
            Unit::Utf8 => place.at_bytes(self.offset, length),
            Unit::Unknown => place,
            _ => Location { offset: Some(self.offset), ..place },
        }
    }
}
