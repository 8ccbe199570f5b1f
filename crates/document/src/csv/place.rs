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
        let count = |text: &str| text.chars().count();
        let mut line_start = None;
        for at in memchr::memchr2_iter(b'\n', b'\r', between.as_bytes()) {
            let before = at.checked_sub(1).map_or(self.last == '\r', |at| between.as_bytes().get(at) == Some(&b'\r'));
            let half = before && between.as_bytes().get(at) == Some(&b'\n');
            self.line = self.line.saturating_add(u32::from(!half));
            line_start = Some(at.saturating_add(1));
        }
        if line_start.is_some() {
            self.column = 1;
        }
        let last_line = between.get(line_start.unwrap_or_default()..).unwrap_or_default();
        self.column = self.column.saturating_add(u32::try_from(count(last_line)).unwrap_or(u32::MAX));
        let width = match self.places.unit {
            Unit::Utf8 => between.len() as u64,
            Unit::Utf16 => (between.encode_utf16().count() as u64).saturating_mul(2),
            Unit::Fixed(width) => width.saturating_mul(count(between) as u64),
            Unit::Unknown => 0,
        };
        self.offset = self.offset.saturating_add(width);
        self.last = between.chars().next_back().unwrap_or(self.last);
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

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test's own numbers")]
mod tests {
    use super::Places;

    /// Line, column and offset, character by character.
    fn slowly(text: &str, to: usize, mark: u64, width: impl Fn(char) -> usize) -> (u32, u32, u64) {
        let (mut line, mut column, mut offset, mut last) = (1, 1, mark, '\n');
        for c in text[..to].chars() {
            if c == '\r' || (c == '\n' && last != '\r') {
                line += 1;
                column = 1;
            } else if c != '\n' {
                column += 1;
            }
            offset += width(c) as u64;
            last = c;
        }
        (line, column, offset)
    }

    #[test]
    fn steps_and_characters_agree() {
        let text = "a,b\r\nc\u{e9},\n\n\rd\r\r\n\u{1f600}x,y\n=z|\r\nend";
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for stride in 1..5 {
            let (utf8, utf16) = (Places::new(text, "UTF-8", b""), Places::new(text, "UTF-16LE", &[0xff, 0xfe]));
            let single = Places::new(text, "windows-1252", b"");
            let mut places = [utf8.start(), utf16.start(), single.start()];
            for to in ends.iter().step_by(stride) {
                let widths: [fn(char) -> usize; 3] = [char::len_utf8, |c| c.len_utf16() * 2, |_| 1];
                for ((place, width), mark) in places.iter_mut().zip(widths).zip([0, 2, 0]) {
                    place.advance(*to);
                    let want = slowly(text, *to, mark, width);
                    assert_eq!((place.line, place.column, place.offset), want, "{to} by {stride}");
                }
            }
        }
    }
}
