//! Where an RTF document begins. Word asks for no more than `{\rt`, and takes blanks before it.

/// The start of an RTF document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Offset of the opening brace.
    pub offset: usize,
    /// True for `{\rtf1` at the very start, as every writer stores it.
    pub usual: bool,
    /// True where only blanks, NUL bytes or a byte-order mark stand before it.
    pub blanks_only: bool,
}

/// How far into the bytes the header is looked for.
const REACH: usize = 512;

/// Finds the header in the head of some bytes.
#[must_use]
pub fn find_header(bytes: &[u8]) -> Option<Header> {
    let head = bytes.get(..REACH).unwrap_or(bytes);
    let mut brace_at = None;
    for brace in memchr::memchr_iter(b'{', head) {
        let inside = bytes.get(brace.saturating_add(1)..).unwrap_or_default();
        let gap = inside.iter().take(REACH).take_while(|byte| is_blank(**byte)).count();
        if inside.get(gap..).unwrap_or_default().starts_with(b"\\rt") {
            brace_at = Some((brace, gap));
            break;
        }
    }
    let (offset, gap) = brace_at?;
    let before = head.get(..offset).unwrap_or_default();
    let before = before.strip_prefix(b"\xef\xbb\xbf").unwrap_or(before);
    let blanks_only = before.iter().all(|byte| is_blank(*byte));
    let rest = bytes.get(offset..).unwrap_or_default();
    let whole = rest.starts_with(b"{\\rtf") && !rest.get(6).is_some_and(u8::is_ascii_alphabetic);
    Some(Header { offset, usual: offset == 0 && gap == 0 && whole && rest.get(5) == Some(&b'1'), blanks_only })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::{Header, find_header};

    #[test]
    fn headers_as_word_takes_them() {
        let at = |offset, usual, blanks_only| Some(Header { offset, usual, blanks_only });
        assert_eq!(find_header(b"{\\rtf1\\ansi x}"), at(0, true, true));
        assert_eq!(find_header(b"{\\rtf1{\\field}}"), at(0, true, true));
        assert_eq!(find_header(b"{\\rt{\\field}}"), at(0, false, true));
        assert_eq!(find_header(b"{\\rtx1 x}"), at(0, false, true));
        assert_eq!(find_header(b" \r\n{\\rtf1 x}"), at(3, false, true));
        assert_eq!(find_header(b"\xef\xbb\xbf{\\rtf1 x}"), at(3, false, true));
        assert_eq!(find_header(b"{\r\n\\rtf1 x}"), at(0, false, true));
        assert_eq!(find_header(b"junk{\\rtf1 x}"), at(4, false, false));
        assert_eq!(find_header(b"{\\r}"), None);
        assert_eq!(find_header(b""), None);
    }
}
