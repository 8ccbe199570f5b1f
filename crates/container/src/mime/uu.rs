//! Uuencoded files inside text.

/// A file inside text (`begin 644 name` to `end`).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Uuencoded {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The next uuencoded file in some text, and the text behind it.
pub(crate) fn uuencoded(text: &[u8]) -> Option<(Uuencoded, &[u8])> {
    let mut from = 0_usize;
    let finder = memchr::memmem::Finder::new(b"begin ");
    loop {
        let at = from.saturating_add(finder.find(text.get(from..)?)?);
        from = at.saturating_add(6);
        let at_line_start = at == 0 || matches!(text.get(at.saturating_sub(1)), Some(b'\n' | b'\r'));
        let (line, length) = super::header::line(text.get(from..)?);
        let Some((mode, name)) = std::str::from_utf8(line).ok().and_then(|line| line.trim().split_once(' ')) else {
            continue;
        };
        let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|byte| byte.is_ascii_digit());
        if !at_line_start || !is_mode {
            continue;
        }
        let mut rest = text.get(from.saturating_add(length)..)?;
        let mut bytes = Vec::new();
        while !rest.is_empty() {
            let (line, length) = super::header::line(rest);
            rest = rest.get(length..).unwrap_or_default();
            if line.trim_ascii() == b"end" {
                break;
            }
            uu_line(line, &mut bytes);
        }
        return Some((Uuencoded { name: name.trim().to_owned(), bytes }, rest));
    }
}

fn uu_line(line: &[u8], out: &mut Vec<u8>) {
    let value = |byte: u8| byte.wrapping_sub(32) & 63;
    let Some((count, data)) = line.split_first() else { return };
    let end = out.len().saturating_add(usize::from(value(*count)));
    for group in data.chunks(4) {
        let at = |index: usize| value(group.get(index).copied().unwrap_or(b' '));
        let (a, b, c, d) = (at(0), at(1), at(2), at(3));
        out.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::uuencoded;

    #[test]
    fn uuencoded_in_text() {
        let text = b"hello\nbegin 644 a b.doc\n#0V%T\n`\nend\nrest";
        let (file, rest) = uuencoded(text).unwrap();
        assert_eq!((file.name.as_str(), file.bytes.as_slice(), rest), ("a b.doc", &b"Cat"[..], &b"rest"[..]));
        assert!(uuencoded(b"begin at the beginning").is_none());
    }
}
