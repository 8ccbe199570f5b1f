use crate::ir::query::Span;

/// A piece of text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// First on its line.
    pub(super) first: bool,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name, a keyword, a number, an unquoted value with wildcards.
    Word(String),
    /// A value in quotes, its escapes resolved.
    Text(String),
    /// `( ) [ ] , : - + . = == != < <= > >=`.
    Sign(&'static str),
}

/// Signs, longest first.
const SIGNS: &[&str] = &["==", "!=", "<=", ">=", "<>", "(", ")", "[", "]", ",", ":", "+", "=", "<", ">"];

/// Cuts the text into tokens. Quotes that do not close end at the line's end.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut first = true;
    while let Some(letter) = rest.chars().next() {
        let start = text.len() - rest.len();
        let taken = if letter == '\n' {
            first = true;
            rest = &rest[1..];
            continue;
        } else if letter == '#' && first {
            // A comment, up to the line's end.
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
            continue;
        } else if letter.is_whitespace() {
            rest = &rest[letter.len_utf8()..];
            continue;
        } else if matches!(letter, '"' | '\'' | '”' | '“') {
            quoted(rest)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Kind::Sign(sign), sign.len())
        } else {
            word(rest)
        };
        let (kind, length) = taken;
        let end = start + length;
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        found.push(Token { kind, span: Span { start: number(start), end: number(end) }, first });
        first = false;
        rest = &text[end..];
    }
    found
}

/// A quoted value: `\"` and `\\` are escapes, any other backslash is itself.
fn quoted(rest: &str) -> (Kind, usize) {
    let mut letters = rest.char_indices().peekable();
    let open = letters.next().map_or('"', |(_, letter)| letter);
    let closes = |letter: char| letter == open || (open != '\'' && matches!(letter, '"' | '”' | '“'));
    let mut value = String::new();
    while let Some((at, letter)) = letters.next() {
        if closes(letter) {
            return (Kind::Text(value), at + letter.len_utf8());
        }
        if letter == '\n' {
            return (Kind::Text(value), at);
        }
        match (letter, letters.peek()) {
            // `system32\" and` ends a path, `\"*cleanmgr` quotes: a quote behind a backslash closes where the line says so.
            ('\\', Some((next, quote))) if closes(*quote) => {
                if ends_value(&rest[next + quote.len_utf8()..]) {
                    value.push('\\');
                } else {
                    value.push(*quote);
                    letters.next();
                }
            }
            ('\\', Some((_, '\\'))) => {
                value.push('\\');
                letters.next();
            }
            _ => value.push(letter),
        }
    }
    (Kind::Text(value), rest.len())
}

/// True where what follows a quote shows that the value ended there.
fn ends_value(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t']);
    let lower = rest.get(..4).unwrap_or(rest).to_ascii_lowercase();
    rest.is_empty()
        || rest.starts_with(['\n', '\r', ')', ',', ']'])
        || lower.starts_with("and ")
        || lower.starts_with("or ")
}

fn word(rest: &str) -> (Kind, usize) {
    // `Word:` parts object and action, but drives are written with a colon as well.
    let drive = rest.as_bytes().get(1) == Some(&b':') && rest.as_bytes().get(2) == Some(&b'\\');
    let from = if drive { 2 } else { 0 };
    let ends = |letter: char| {
        letter.is_whitespace()
            || matches!(letter, '(' | ')' | '[' | ']' | ',' | ':' | '=' | '<' | '>' | '!' | '"' | '”')
    };
    let length = rest[from..].find(ends).map_or(rest.len(), |at| at + from);
    let length = length.max(rest.chars().next().map_or(1, char::len_utf8));
    (Kind::Word(rest[..length].to_owned()), length)
}
