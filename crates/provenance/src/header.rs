//! Header fields with their lines and bytes: signatures are over bytes, and evidence is cited by line.

/// A header field as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Name as written, blanks at its end included.
    pub raw_name: &'a [u8],
    /// All behind the colon, folds included, without the last line end.
    pub raw_value: &'a [u8],
    /// Line of its name, from 1.
    pub line: u32,
}

impl<'a> Field<'a> {
    /// Its name without blanks.
    #[must_use]
    pub fn name(&self) -> &'a str {
        std::str::from_utf8(self.raw_name).unwrap_or_default().trim_end()
    }

    /// True where this is its name, letter case ignored.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Its value in one line: folds undone, bytes that are no UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> String {
        let value = self.raw_value.get(..LONGEST).unwrap_or(self.raw_value);
        let text = String::from_utf8_lossy(value);
        text.replace(['\r', '\n'], "").trim().to_owned()
    }
}

/// A header block and what follows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    /// Fields in their order.
    pub fields: Vec<Field<'a>>,
    /// The body.
    pub body: &'a [u8],
    /// True where more fields stand there than are kept.
    pub cut: bool,
}

/// Longest value that is looked at, bytes; no honest one comes near.
const LONGEST: usize = 64 << 10;
/// Fields that are kept.
const MOST: usize = 4_096;

impl<'a> Headers<'a> {
    /// Reads the block (RFC 5322 2.2), with any kind of line end. A line that is no field ends it, as it does for mail
    /// programs; `From ` lines of mailboxes and blank lines at the start are passed over.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Self {
        let mut headers = Self::default();
        let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let (mut at, mut number) = (start, 0_u32);
        let mut open: Option<(Field<'a>, usize)> = None;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (line, length) = line(rest);
            let next = at.saturating_add(length);
            number = number.saturating_add(1);
            if line.is_empty() {
                if headers.fields.is_empty() && open.is_none() && next < bytes.len() && at < 64 {
                    at = next;
                    continue;
                }
                at = next;
                break;
            }
            if matches!(line.first(), Some(b' ' | b'\t')) {
                if let Some((field, begin)) = &mut open {
                    field.raw_value = bytes.get(*begin..at.saturating_add(line.len())).unwrap_or_default();
                }
            } else if let Some(colon) = colon(line) {
                headers.keep(open.take());
                let begin = at.saturating_add(colon).saturating_add(1);
                let raw_name = line.get(..colon).unwrap_or_default();
                let raw_value = bytes.get(begin..at.saturating_add(line.len())).unwrap_or_default();
                open = Some((Field { raw_name, raw_value, line: number }, begin));
            } else if !line.starts_with(b"From ") && !line.starts_with(b">From ") {
                break;
            }
            at = next;
        }
        headers.keep(open);
        headers.body = bytes.get(at..).unwrap_or_default();
        headers
    }

    fn keep(&mut self, open: Option<(Field<'a>, usize)>) {
        if let Some((field, _)) = open {
            if self.fields.len() < MOST {
                self.fields.push(field);
            } else {
                self.cut = true;
            }
        }
    }

    /// Every field of a name, in their order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h Field<'a>> {
        self.fields.iter().filter(move |field| field.is(name))
    }

    /// The first field of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.is(name))
    }
}

/// Where the colon behind a field's name stands.
fn colon(line: &[u8]) -> Option<usize> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    let is_name = !name.is_empty() && name.len() < 128 && name.iter().all(u8::is_ascii_graphic);
    is_name.then_some(colon)
}

/// A line without its end, and its length with it. CR, LF and CRLF all end lines.
pub(crate) fn line(bytes: &[u8]) -> (&[u8], usize) {
    let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    let content = bytes.get(..end).unwrap_or_default();
    let ending = match bytes.get(end..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([_, ..]) => 1,
        _ => 0,
    };
    (content, end.saturating_add(ending))
}

#[cfg(test)]
mod tests {
    use super::Headers;

    #[test]
    fn lines_folds_and_body() {
        let raw = b"\nFrom x@y Mon\nA: b\r\n\tc\r\nX : 1\r\n \r\nX: 2\r\n\r\nbody";
        let headers = Headers::parse(raw);
        let seen: Vec<(u32, &str, String)> = headers.fields.iter().map(|f| (f.line, f.name(), f.text())).collect();
        assert_eq!(seen, [(3, "A", "b\tc".to_owned()), (5, "X", "1".to_owned()), (7, "X", "2".to_owned())]);
        assert_eq!(headers.body, b"body");
        assert_eq!(Headers::parse(b"A: b\n--x\nC: d").body, b"--x\nC: d");
        assert_eq!(Headers::parse(b"").fields.len(), 0);
    }
}
