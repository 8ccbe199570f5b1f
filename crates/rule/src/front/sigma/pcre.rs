//! Regular expressions as Sigma writes them (a subset of PCRE) in the syntax of the `regex` crate.

use super::limits;

/// A PCRE expression in the syntax of the `regex` crate.
///
/// # Errors
/// Why it has none.
pub fn translate(source: &str) -> Result<String, String> {
    let out = rewrite(source);
    match regex::RegexBuilder::new(&out).size_limit(limits::REGEX).nest_limit(100).build() {
        Ok(_) => Ok(out),
        Err(regex::Error::CompiledTooBig(_)) => Err("the regular expression needs too much memory".to_owned()),
        Err(_) if out.contains("(?=") || out.contains("(?!") || out.contains("(?<=") || out.contains("(?<!") => {
            Err("the regular expression looks ahead or behind, which Sigma does not allow".to_owned())
        }
        Err(error) => {
            let last = error.to_string();
            let last = last.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Err(format!("the regular expression cannot be used: {last}"))
        }
    }
}

/// Writes what PCRE takes as plain characters, and the crate as syntax, as plain characters.
fn rewrite(source: &str) -> String {
    let letters: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len() + 8);
    let mut class = false;
    let mut first = false;
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        at += 1;
        let begins = std::mem::take(&mut first);
        match letter {
            '\\' => {
                at += 1;
                escape(next, &mut out);
            }
            '[' if !class => {
                class = true;
                first = true;
                out.push('[');
                if next == Some('^') {
                    out.push('^');
                    at += 1;
                }
            }
            ']' if class && begins => out.push_str("\\]"),
            ']' if class => {
                class = false;
                out.push(']');
            }
            '[' if next == Some(':') && closes_named_class(&letters, at) => {
                let mut name = String::from("[");
                while let Some(&inner) = letters.get(at) {
                    name.push(inner);
                    at += 1;
                    if name.ends_with(":]") {
                        break;
                    }
                }
                out.push_str(&name);
            }
            '[' => out.push_str("\\["),
            '&' | '~' if class => {
                out.push('\\');
                out.push(letter);
            }
            '-' if class && next == Some('-') => out.push_str("\\-"),
            '{' if !class && !is_count(&letters, at) => out.push_str("\\{"),
            '}' if !class && !ends_count(&letters, at) => out.push_str("\\}"),
            _ => out.push(letter),
        }
    }
    out
}

/// What stands behind a backslash.
fn escape(letter: Option<char>, out: &mut String) {
    match letter {
        None => out.push_str("\\\\"),
        // The crate gives these a meaning of their own (word boundaries).
        Some(plain @ ('<' | '>')) => out.push(plain),
        Some('Z') => out.push_str("\\n?\\z"),
        Some('h') => out.push_str("[ \\t]"),
        Some('R') => out.push_str("(?:\\r\\n|\\n|\\r)"),
        Some('e') => out.push_str("\\x1b"),
        // Letters without a meaning in the crate's syntax stand for themselves in old PCRE.
        Some(plain @ ('i' | 'j' | 'm' | 'o' | 'q' | 'y' | 'l' | 'I' | 'J' | 'L' | 'M' | 'O' | 'T' | 'Y')) => {
            out.push(plain);
        }
        Some(letter) if letter.is_ascii() => {
            out.push('\\');
            out.push(letter);
        }
        Some(letter) => out.push(letter),
    }
}

/// True where `[:name:]` stands at a position behind its bracket.
fn closes_named_class(letters: &[char], at: usize) -> bool {
    let rest: String = letters.iter().skip(at).take(14).collect();
    rest.strip_prefix(':')
        .and_then(|name| name.find(":]").map(|end| name.get(..end).unwrap_or_default().to_owned()))
        .is_some_and(|name| {
            let name = name.strip_prefix('^').unwrap_or(&name).to_owned();
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
        })
}

/// True where `n}`, `n,}` or `n,m}` stands at a position behind `{`.
fn is_count(letters: &[char], at: usize) -> bool {
    let inside: String = letters.iter().skip(at).take_while(|letter| **letter != '}').take(16).collect();
    let closed = letters.get(at + inside.chars().count()) == Some(&'}');
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    closed
        && match inside.split_once(',') {
            None => digits(&inside) || names_character(letters, at),
            Some((from, to)) => digits(from) && (to.is_empty() || digits(to)),
        }
}

/// True behind `\x{`, `\p{`, `\P{`, `\u{`.
fn names_character(letters: &[char], at: usize) -> bool {
    let escaped = at >= 3 && letters.get(at - 3) == Some(&'\\');
    escaped && matches!(letters.get(at - 2), Some('x' | 'p' | 'P' | 'u'))
}

/// True where the brace before a position closes a count.
fn ends_count(letters: &[char], at: usize) -> bool {
    let head = letters.get(..at.saturating_sub(1)).unwrap_or_default();
    head.iter()
        .rposition(|letter| *letter == '{')
        .is_some_and(|open| is_count(letters, open + 1) && !head.get(open..).unwrap_or_default().contains(&'}'))
}
