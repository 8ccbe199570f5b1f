//! Header fields (RFC 5322 2.2): folded lines, repeated fields, parameters in all their encodings.

use super::words;
use std::borrow::Cow;

/// The header block of an entity.
#[derive(Debug, Default)]
pub(super) struct Headers {
    fields: Vec<(String, String)>,
}

/// Longest value that is kept, bytes; no honest one comes near.
const LONGEST: usize = 64 << 10;
/// Fields that are kept.
const MOST: usize = 4_096;

impl Headers {
    /// Reads the block; also gives the offset at which the body begins.
    pub(super) fn parse(bytes: &[u8]) -> (Self, usize) {
        let mut headers = Self::default();
        let mut at = 0_usize;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (line, length) = line(rest);
            let next = at.saturating_add(length);
            if line.is_empty() {
                // Blank lines before the first field are passed over, as lenient readers do.
                if headers.fields.is_empty() && at.saturating_add(length) < bytes.len() && at < 64 {
                    at = next;
                    continue;
                }
                return (headers, next);
            }
            if matches!(line.first(), Some(b' ' | b'\t')) {
                headers.fold(line);
            } else if let Some((name, value)) = split(line) {
                // Those that tell what the body is come through, however many stand before them.
                let tells = name.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("content-"));
                if headers.fields.len() < if tells { MOST.saturating_mul(2) } else { MOST } {
                    headers.fields.push((name, decode(value)));
                }
            } else if !line.starts_with(b"From ") && !line.starts_with(b">From ") {
                // No field: the body begins without a blank line.
                return (headers, at);
            }
            at = next;
        }
        (headers, bytes.len())
    }

    fn fold(&mut self, line: &[u8]) {
        if let Some((_, value)) = self.fields.last_mut()
            && value.len() < LONGEST
        {
            value.push(' ');
            value.push_str(decode(line).trim_start());
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// Every value of a field.
    pub(super) fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a field.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The media type, lower case, without parameters.
    pub(super) fn content_type(&self) -> Option<String> {
        self.get("content-type").map(media_type)
    }

    /// A parameter of any value of a field, decoded (RFC 2231, RFC 2047).
    pub(super) fn parameter(&self, field: &str, name: &str) -> Option<String> {
        self.all(field).find_map(|value| parameter(value, name))
    }

    /// The file name that any field gives, and the last step of a location where none does.
    pub(super) fn file_name(&self) -> Option<String> {
        let named = self
            .parameter("content-disposition", "filename")
            .or_else(|| self.parameter("content-type", "name"))
            .or_else(|| self.parameter("content-disposition", "name"))
            .filter(|name| !name.trim().is_empty());
        named.or_else(|| {
            let location = self.get("content-location")?.trim();
            let path = location.split(['?', '#']).next()?;
            path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).map(str::to_owned)
        })
    }
}

/// The media type out of a `Content-Type` value.
pub(super) fn media_type(value: &str) -> String {
    let kind = value.split([';', ' ', '\t', ',']).find(|word| !word.is_empty()).unwrap_or_default();
    kind.trim_matches('"').to_ascii_lowercase()
}

/// A line without its end, and its length with it. CR, LF and CRLF all end lines.
pub(super) fn line(bytes: &[u8]) -> (&[u8], usize) {
    let end = memchr::memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
    let content = bytes.get(..end).unwrap_or_default();
    let ending = match bytes.get(end..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([_, ..]) => 1,
        _ => 0,
    };
    (content, end.saturating_add(ending))
}

fn split(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let name = line.get(..colon)?.trim_ascii();
    let is_name = !name.is_empty() && name.len() < 128 && name.iter().all(|byte| byte.is_ascii_graphic());
    let name = std::str::from_utf8(name).ok().filter(|_| is_name)?;
    Some((name.to_ascii_lowercase(), line.get(colon.saturating_add(1)..)?))
}

fn decode(value: &[u8]) -> String {
    let value = value.get(..LONGEST).unwrap_or(value);
    String::from_utf8_lossy(value.trim_ascii()).into_owned()
}

/// One parameter of a structured value. Continuations `name*0*=` are joined in the order of their numbers.
pub(super) fn parameter(value: &str, name: &str) -> Option<String> {
    let mut plain = None;
    let mut pieces: Vec<(u32, bool, Cow<'_, str>)> = Vec::new();
    for (key, text) in parameters(value) {
        if key.eq_ignore_ascii_case(name) {
            plain = plain.or(Some(text));
            continue;
        }
        let Some(rest) = key.get(name.len()..).and_then(|rest| rest.strip_prefix('*')) else { continue };
        if !key.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)) {
            continue;
        }
        let encoded = rest.is_empty() || rest.ends_with('*');
        let number = rest.trim_end_matches('*').parse().unwrap_or(0);
        pieces.push((number, encoded, text));
    }
    if pieces.is_empty() {
        return plain.map(|text| words::decode(&text));
    }
    pieces.sort_by_key(|(number, ..)| *number);
    Some(words::extended(&pieces))
}

/// `key=value` pairs behind the first `;`, values unquoted. Commas and blanks do as separators too.
fn parameters(value: &str) -> Vec<(&str, Cow<'_, str>)> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find(';') {
        rest = rest.get(at.saturating_add(1)..).unwrap_or_default().trim_start();
        let Some(equals) = rest.find(['=', ';']) else { break };
        let key = rest.get(..equals).unwrap_or_default().trim();
        let Some(text) = rest.get(equals..).and_then(|text| text.strip_prefix('=')) else {
            rest = rest.get(equals..).unwrap_or_default();
            continue;
        };
        let text = text.trim_start();
        if let Some(quoted) = text.strip_prefix('"') {
            let (content, after) = unquote(quoted);
            found.push((key, content));
            rest = after;
        } else {
            let end = text.find(';').unwrap_or(text.len());
            found.push((key, Cow::Borrowed(text.get(..end).unwrap_or_default().trim())));
            rest = text.get(end..).unwrap_or_default();
        }
    }
    found
}

/// A quoted string and what follows it; a missing closing quote ends it at the end.
fn unquote(text: &str) -> (Cow<'_, str>, &str) {
    let mut content = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (Cow::Owned(content), text.get(at.saturating_add(1)..).unwrap_or_default()),
            '\\' => {
                if let Some((_, escaped)) = chars.next() {
                    // Windows paths are not escaped by everybody: only quotes and backslashes lose theirs.
                    if !matches!(escaped, '"' | '\\') {
                        content.push('\\');
                    }
                    content.push(escaped);
                }
            }
            other => content.push(other),
        }
    }
    (Cow::Owned(content), "")
}

#[cfg(test)]
mod tests {
    use super::{Headers, parameter};

    #[test]
    fn folded_repeated_and_missing_blank_line() {
        let raw = b"Content-Type: multipart/mixed;\r\n\tboundary=\"a b\"\r\nX: 1\nX: 2\r\n\r\nbody";
        let (headers, body) = Headers::parse(raw);
        assert_eq!(headers.parameter("content-type", "boundary").as_deref(), Some("a b"));
        assert_eq!(headers.all("x").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(&raw[body..], b"body");
        let (_, body) = Headers::parse(b"A: b\n--x\nC: d\n\n");
        assert_eq!(body, 5);
    }

    #[test]
    fn parameter_encodings() {
        let of = |value| parameter(value, "filename");
        assert_eq!(of("attachment; filename=a.doc").as_deref(), Some("a.doc"));
        assert_eq!(of("attachment; filename*=UTF-8''%e2%82%ac.doc").as_deref(), Some("\u{20ac}.doc"));
        assert_eq!(of("attachment; filename*1=\".doc\"; filename*0=\"a\"").as_deref(), Some("a.doc"));
        assert_eq!(of("attachment; filename*0*=utf-8''a%20; filename*1*=b.doc").as_deref(), Some("a b.doc"));
        assert_eq!(of("attachment; filename=\"=?utf-8?B?YS5kb2M=?=\"").as_deref(), Some("a.doc"));
        assert_eq!(of("attachment; filename=\"open").as_deref(), Some("open"));
        assert_eq!(of("attachment"), None);
    }
}
