//! Canonical forms of headers and bodies (RFC 6376 3.4). Lines on disk may end in LF alone: they count as CRLF.

/// A way to make bytes canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Canon {
    Simple,
    Relaxed,
}

impl Canon {
    /// By its name in `c=`.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word.trim() {
            "simple" => Some(Self::Simple),
            "relaxed" => Some(Self::Relaxed),
            _ => None,
        }
    }

    /// A header field without its line end.
    pub(super) fn field(self, name: &[u8], value: &[u8]) -> Vec<u8> {
        match self {
            Self::Relaxed => relaxed_field(name, value),
            Self::Simple => {
                let mut out = name.to_vec();
                out.push(b':');
                for (index, line) in lines(value).enumerate() {
                    if index > 0 {
                        out.extend_from_slice(b"\r\n");
                    }
                    out.extend_from_slice(line);
                }
                out
            }
        }
    }

    /// A body.
    pub(super) fn body(self, body: &[u8]) -> Vec<u8> {
        match self {
            Self::Simple => simple_body(body),
            Self::Relaxed => relaxed_body(body),
        }
    }
}

/// Lines without CRLF or LF; what stands behind the last line end is a line unless it is empty.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', rest);
        let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        rest = end.and_then(|end| rest.get(end.saturating_add(1)..)).unwrap_or_default();
        Some(if end.is_some() { line.strip_suffix(b"\r").unwrap_or(line) } else { line })
    })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Blanks collapsed to one, none at the end.
fn collapse(line: &[u8], out: &mut Vec<u8>) {
    let mut pending = false;
    for byte in line {
        if is_blank(*byte) {
            pending = true;
            continue;
        }
        if pending {
            out.push(b' ');
            pending = false;
        }
        out.push(*byte);
    }
}

/// Takes empty lines from the end.
fn trim_lines(out: &mut Vec<u8>) {
    while out.ends_with(b"\r\n\r\n") {
        out.truncate(out.len().saturating_sub(2));
    }
    if out.as_slice() == b"\r\n" {
        out.clear();
    }
}

/// Body in the relaxed form (3.4.4).
#[must_use]
pub fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in lines(body) {
        collapse(line, &mut out);
        out.extend_from_slice(b"\r\n");
    }
    trim_lines(&mut out);
    out
}

/// Body in the simple form (3.4.3).
#[must_use]
pub fn simple_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in lines(body) {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    trim_lines(&mut out);
    if out.is_empty() {
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Header field in the relaxed form (3.4.2), without its line end.
#[must_use]
pub fn relaxed_field(name: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = name.trim_ascii_end().to_ascii_lowercase();
    out.push(b':');
    let unfolded: Vec<u8> = value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let start = unfolded.iter().take_while(|byte| is_blank(**byte)).count();
    collapse(unfolded.get(start..).unwrap_or_default(), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::{Canon, relaxed_body, relaxed_field, simple_body};

    /// RFC 6376 3.4.5, and bodies without line ends.
    #[test]
    fn examples_of_the_standard() {
        let body = b" C \r\nD \t E\r\n\r\n\r\n";
        assert_eq!(relaxed_body(body), b" C\r\nD E\r\n");
        assert_eq!(simple_body(body), b" C \r\nD \t E\r\n");
        assert_eq!(relaxed_field(b"A", b" X"), b"a:X");
        assert_eq!(relaxed_field(b"B ", b" Y\t\r\n\tZ  "), b"b:Y Z");
        assert_eq!(Canon::Simple.field(b"B ", b" Y\t\r\n\tZ  "), b"B : Y\t\r\n\tZ  ");
        assert_eq!((relaxed_body(b""), simple_body(b"")), (Vec::new(), b"\r\n".to_vec()));
        assert_eq!((relaxed_body(b"\n\n"), relaxed_body(b"a")), (Vec::new(), b"a\r\n".to_vec()));
        assert_eq!(simple_body(b"a\nb"), b"a\r\nb\r\n");
    }
}
