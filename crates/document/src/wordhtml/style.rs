//! The two style properties in which Word keeps fields: `mso-element` and `mso-field-code`.

/// What a style attribute says about fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FieldStyle {
    /// `mso-element:field-begin`.
    Begin,
    /// `mso-element:field-separator`.
    Separator,
    /// `mso-element:field-end`.
    End,
    /// `mso-field-code:"..."`: a simple field, its instruction.
    Code(String),
}

/// Reads a style attribute.
pub(super) fn field_style(style: &str) -> Option<FieldStyle> {
    declarations(style).into_iter().find_map(|declaration| {
        let (name, value) = declaration.split_once(':')?;
        match unescape(name.trim()).to_ascii_lowercase().as_str() {
            "mso-element" => match unescape(value.trim()).to_ascii_lowercase().as_str() {
                "field-begin" => Some(FieldStyle::Begin),
                "field-separator" => Some(FieldStyle::Separator),
                "field-end" => Some(FieldStyle::End),
                _ => None,
            },
            "mso-field-code" => {
                let value = value.trim();
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
                let inner = quote.map_or(value, |quote| value.trim_matches(quote));
                Some(FieldStyle::Code(unescape(inner)))
            }
            _ => None,
        }
    })
}

/// Splits at semicolons outside of quotes.
fn declarations(style: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut from, mut quote, mut escaped) = (0, None, false);
    for (at, c) in style.char_indices() {
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', _) => escaped = true,
            (';', None) => {
                found.extend(style.get(from..at));
                from = at.saturating_add(1);
            }
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    found.extend(style.get(from..));
    found
}

/// CSS escapes: a backslash with one to six hexadecimal digits and a blank, or before any other character.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let mut code: Option<u32> = None;
        for _ in 0..6 {
            let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else { break };
            code = Some(code.unwrap_or(0).saturating_mul(16).saturating_add(digit));
            chars.next();
        }
        match code {
            Some(code) => {
                chars.next_if(|c| c.is_ascii_whitespace());
                out.extend(char::from_u32(code));
            }
            None => out.extend(chars.next()),
        }
    }
    out
}
