//! Commands in a form in which two can be compared.

/// A command in lower case without quotes, carets and backticks, blanks and backslashes in a row as one, `.exe` left out;
/// with, for each character, the index of the one that it comes from.
pub(crate) fn normalised(text: &[char]) -> (Vec<char>, Vec<usize>) {
    let (mut plain, mut from): (Vec<char>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut skip = 0_usize;
    for (index, c) in text.iter().enumerate() {
        if skip > 0 {
            skip = skip.saturating_sub(1);
            continue;
        }
        let c = match c {
            '"' | '\'' | '^' | '`' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}' => continue,
            c if c.is_whitespace() || *c == '\u{a0}' => ' ',
            c => c.to_ascii_lowercase(),
        };
        let last = plain.last().copied();
        if (c == ' ' && matches!(last, None | Some(' '))) || (c == '\\' && last == Some('\\')) {
            continue;
        }
        if c == '.' && is_exe(text.get(index..).unwrap_or_default()) {
            skip = 3;
            continue;
        }
        plain.push(c);
        from.push(index);
    }
    while plain.last() == Some(&' ') {
        plain.pop();
        from.pop();
    }
    (plain, from)
}

/// True for `.exe` at the end of a word.
fn is_exe(rest: &[char]) -> bool {
    let [_, e, x, last, behind @ ..] = rest else { return false };
    let named = e.eq_ignore_ascii_case(&'e') && x.eq_ignore_ascii_case(&'x') && last.eq_ignore_ascii_case(&'e');
    named && !behind.first().is_some_and(|c| c.is_alphanumeric() || *c == '.' || *c == '_')
}
