//! Expressions as Kusto has them. Its syntax is that of the `regex` crate ("Kusto documentation, 'Regex syntax'"); what older
//! queries still write for RE2 is rewritten.

/// The expression rewritten: `\Q...\E`, and escapes of characters that need none; `\Z` is left to fail.
pub(super) fn rewritten(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        if c != '\\' {
            if quoted {
                push_escaped(&mut out, c);
            } else {
                out.push(c);
            }
            continue;
        }
        match chars.next() {
            Some('Q') if !quoted => quoted = true,
            Some('E') if quoted => quoted = false,
            Some(next) if quoted => {
                out.push_str(r"\\");
                push_escaped(&mut out, next);
            }
            Some(plain @ (' ' | '/' | '"' | '\'' | '@' | '`' | ',' | ';' | ':' | '=' | '!' | '%' | '_')) => {
                out.push(plain);
            }
            Some(next) => {
                out.push('\\');
                out.push(next);
            }
            None => out.push('\\'),
        }
    }
    out
}

/// Text that an expression takes as it is.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out
}

fn push_escaped(out: &mut String, c: char) {
    if matches!(
        c,
        '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' | '#' | '&' | '-' | '~'
    ) {
        out.push('\\');
    }
    out.push(c);
}
