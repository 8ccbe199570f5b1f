//! Values as literals of a command's language. A value that a language cannot hold safely leaves its placeholder open.

use serde::Deserialize;
use std::fmt::Write as _;

/// Longest value that is filled in, characters.
const LONGEST: usize = 4_096;

/// The language of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Sentences for people.
    Text,
    /// PowerShell.
    Powershell,
    /// The Windows command processor.
    Cmd,
    /// A POSIX shell.
    Bash,
    /// Kusto.
    Kql,
    /// Elastic's event query language.
    Eql,
    /// Elastic's piped query language.
    Esql,
    /// Splunk.
    Spl,
    /// Velociraptor.
    Vql,
    /// osquery.
    Sql,
    /// A request line, then a blank line, then JSON.
    Http,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::Powershell,
        Self::Cmd,
        Self::Bash,
        Self::Kql,
        Self::Eql,
        Self::Esql,
        Self::Spl,
        Self::Vql,
        Self::Sql,
        Self::Http,
    ];

    /// CACAO's command type (CACAO 2.0, section 5.1).
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Powershell => "powershell",
            Self::Bash => "bash",
            Self::Http => "http-api",
            Self::Eql | Self::Esql => "elastic",
            Self::Text | Self::Cmd | Self::Kql | Self::Spl | Self::Vql | Self::Sql => "manual",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Powershell => "PowerShell",
            Self::Cmd => "cmd",
            Self::Bash => "bash",
            Self::Kql => "KQL",
            Self::Eql => "EQL",
            Self::Esql => "ES|QL",
            Self::Spl => "SPL",
            Self::Vql => "VQL",
            Self::Sql => "SQL (osquery)",
            Self::Http => "HTTP",
        }
    }
}

/// Fills `{{name}}` in; gives the names that stay open, as they stand in the text.
pub(crate) fn render(text: &str, language: Language, value: impl Fn(&str) -> Option<String>) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut open = Vec::new();
    let mut rest = text;
    // A filled-in value is never looked at again: it cannot hold a placeholder.
    while let Some((before, behind)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = behind.split_once("}}") else {
            out.push_str("{{");
            rest = behind;
            continue;
        };
        let request = language == Language::Http && !out.contains('\n');
        let filled = value(name).and_then(|value| if request { url(&value) } else { quote(&value, language) });
        match filled {
            Some(filled) => out.push_str(&filled),
            None => {
                let _ = write!(out, "{{{{{name}}}}}");
                open.push(name.to_owned());
            }
        }
        rest = after;
    }
    out.push_str(rest);
    (out, open)
}

/// True for what no command line should show: controls, and what turns or hides text.
fn unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A value as a literal.
fn quote(value: &str, language: Language) -> Option<String> {
    if value.is_empty() || value.chars().count() > LONGEST {
        return None;
    }
    if !value.is_empty() && value.len() <= 10 && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Process ids: a number is a number in every language.
        return Some(value.to_owned());
    }
    match language {
        Language::Powershell => Some(powershell(value)),
        Language::Cmd => cmd(value),
        Language::Bash => Some(bash(value)),
        Language::Kql | Language::Http => Some(json(value)),
        Language::Eql | Language::Esql | Language::Vql => backslashed(value, &[]),
        // A backtick calls a macro and a dollar sign a token before quotes are looked at; a star widens the search.
        Language::Spl => backslashed(value, &['`', '$', '*']),
        Language::Sql => (!value.chars().any(unseen)).then(|| format!("'{}'", value.replace('\'', "''"))),
        Language::Text => text(value),
    }
}

/// Single quotes; PowerShell takes four typographic ones for the same (about_Quoting_Rules). What cannot be seen is
/// written by its number.
fn powershell(value: &str) -> String {
    let mut parts = Vec::new();
    let mut part = String::new();
    for letter in value.chars() {
        if unseen(letter) {
            if !part.is_empty() {
                parts.push(format!("'{part}'"));
                part.clear();
            }
            parts.push(match u16::try_from(u32::from(letter)) {
                Ok(code) => format!("[char]0x{code:04x}"),
                Err(_) => format!("[char]::ConvertFromUtf32(0x{:x})", u32::from(letter)),
            });
            continue;
        }
        part.push(letter);
        if matches!(letter, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
            part.push(letter);
        }
    }
    if !part.is_empty() {
        parts.push(format!("'{part}'"));
    }
    match parts.as_slice() {
        [only] if only.starts_with('\'') => only.clone(),
        // A string first: characters alone would be added as numbers.
        _ => format!("('' + {})", parts.join(" + ")),
    }
}

/// Double quotes. cmd.exe reads `%`, `!`, `^` and quotes inside of them its own way; such values are for a person.
fn cmd(value: &str) -> Option<String> {
    if value.chars().any(|letter| unseen(letter) || matches!(letter, '"' | '%' | '!' | '^' | '\u{ff02}')) {
        return None;
    }
    // Backslashes before the closing quote are doubled (CommandLineToArgvW).
    let tail = value.len() - value.trim_end_matches('\\').len();
    Some(format!("\"{value}{}\"", "\\".repeat(tail)))
}

/// Single quotes, or `$'...'` where something cannot be seen.
fn bash(value: &str) -> String {
    if !value.chars().any(unseen) {
        return format!("'{}'", value.replace('\'', "'\\''"));
    }
    let mut out = String::from("$'");
    for letter in value.chars() {
        match letter {
            '\'' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            _ if unseen(letter) => {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(out, "\\x{byte:02x}");
                }
            }
            _ => out.push(letter),
        }
    }
    out.push('\'');
    out
}

/// A JSON string; Kusto's has the same escapes (string literals: `\"`, `\\`, `\uXXXX`).
fn json(value: &str) -> String {
    let mut out = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            _ if unseen(letter) => {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Double quotes with `\"` and `\\`, where nothing else has a meaning.
fn backslashed(value: &str, forbidden: &[char]) -> Option<String> {
    if value.chars().any(|letter| unseen(letter) || forbidden.contains(&letter)) {
        return None;
    }
    Some(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// For consoles of products: quoted where it has blanks, refused where it has quotes or what separates commands.
fn text(value: &str) -> Option<String> {
    if value
        .chars()
        .any(|letter| unseen(letter) || matches!(letter, '"' | '\'' | '`' | '$' | ';' | '|' | '&' | '<' | '>' | '%'))
    {
        return None;
    }
    let plain = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'\\' | b'/' | b'@'));
    Some(if plain && !value.starts_with('-') { value.to_owned() } else { format!("\"{value}\"") })
}

/// A part of a URL's path: everything but RFC 3986's unreserved characters is encoded.
fn url(value: &str) -> Option<String> {
    if value.is_empty() || value.chars().count() > LONGEST || matches!(value, "." | "..") {
        return None;
    }
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    Some(out)
}

#[cfg(test)]
#[path = "literal_tests.rs"]
mod tests;
