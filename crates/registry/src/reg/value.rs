//! The right side of `"name"=`.

/// A text behind its opening quotation mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Quoted<'a> {
    /// What it says, and what stands behind the closing mark.
    Closed(String, &'a str),
    Open,
}

/// Reads up to the closing mark; `\\` and `\"` are escapes, any other backslash stands for itself (a common slip in files
/// made by hand).
pub(super) fn quoted(text: &str) -> Quoted<'_> {
    let mut said = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Quoted::Closed(said, text.get(at.saturating_add(1)..).unwrap_or_default()),
            '\\' => match letters.peek() {
                Some((_, next @ ('\\' | '"'))) => {
                    said.push(*next);
                    letters.next();
                }
                _ => said.push('\\'),
            },
            _ => said.push(letter),
        }
    }
    Quoted::Open
}

/// Whether `rest` is `word` and nothing but blanks or a comment follows.
pub(super) fn ends(rest: &str, word: &str) -> bool {
    let behind = rest.trim_start().strip_prefix(word).map(str::trim_start);
    behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(';'))
}

/// What stands behind `word`, whatever the case of its letters.
pub(super) fn after<'a>(rest: &'a str, word: &str) -> Option<&'a str> {
    rest.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word))?;
    rest.get(word.len()..)
}

/// One to eight hexadecimal digits.
pub(super) fn dword(digits: &str) -> Option<u32> {
    let digits = digits.split(';').next().unwrap_or_default().trim();
    let fits = !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// The type of `hex:` (binary) or `hex(n):`, and the digits.
pub(super) fn hex_kind(rest: &str) -> Option<(u32, &str)> {
    if let Some(digits) = after(rest, "hex:") {
        return Some((3, digits));
    }
    let (kind, digits) = after(rest, "hex(")?.split_once("):")?;
    Some((u32::from_str_radix(kind.trim(), 16).ok()?, digits))
}

/// How a line of bytes ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hex {
    Done,
    /// A backslash: the next line goes on.
    More,
    Broken,
}

/// Reads bytes of one or two digits with commas between.
pub(super) fn hex(line: &str, bytes: &mut Vec<u8>) -> Hex {
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        if ends(rest, "") {
            return Hex::Done;
        }
        if ends(rest, "\\") {
            return Hex::More;
        }
        if let Some(behind) = rest.strip_prefix(',') {
            rest = behind;
            continue;
        }
        let count = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let byte = rest.get(..count).filter(|digits| (1..=2).contains(&digits.len()));
        let Some(byte) = byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else { return Hex::Broken };
        bytes.push(byte);
        rest = rest.get(count..).unwrap_or_default();
    }
}

/// Whether a line begins a key or a value, so that what was open before it never was closed.
pub(super) fn begins_anew(line: &str) -> bool {
    let line = line.trim_start();
    let key = |line: &str| {
        let line = line.strip_prefix('-').unwrap_or(line);
        after(line, "HKEY_").or_else(|| after(line, "HK")).is_some()
    };
    if let Some(rest) = line.strip_prefix('[') {
        return key(rest);
    }
    if let Some(rest) = line.strip_prefix('@') {
        return rest.trim_start().starts_with('=');
    }
    match line.strip_prefix('"').map(quoted) {
        Some(Quoted::Closed(_, rest)) => rest.trim_start().starts_with('='),
        _ => false,
    }
}
