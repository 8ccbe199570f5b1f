//! Hostile strings made safe for the output that they reach.

use std::fmt::Write as _;

/// True for characters that change how a terminal shows or orders what follows.
fn is_dangerous(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// For a terminal: control, bidirectional and invisible characters become visible escapes such as `\x1b` or `\u{202e}`.
#[must_use]
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_dangerous(character) && u32::from(character) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", u32::from(character));
            }
            _ if is_dangerous(character) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out
}

/// For finished JSON text: control and bidirectional characters, which JSON lets stand only inside strings, become
/// `\uXXXX`.
#[must_use]
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_dangerous(character) && !matches!(character, '\n' | '\r') {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// For HTML text and quoted attributes.
#[must_use]
pub fn html(text: &str) -> String {
    let visible = terminal(text);
    let mut out = String::with_capacity(visible.len());
    for character in visible.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

/// One CSV field (RFC 4180), always quoted; what a spreadsheet would take for a formula gets an apostrophe in front.
#[must_use]
pub fn csv(text: &str) -> String {
    let visible = terminal(text);
    let first = visible.trim_start().chars().next();
    let formula = matches!(first, Some('=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠'));
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", visible.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::terminal;

    #[test]
    fn no_line_is_begun_and_no_order_changed() {
        assert_eq!(terminal("a\u{2028}b\u{61c}c\u{85}d"), "a\\u{2028}b\\u{61c}c\\x85d");
    }
}
