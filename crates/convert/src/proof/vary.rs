//! Small changes of an event, to find where two texts part.

use ddefend_rule::ir::{Piece, Predicate, Test};

/// Changes of one value, at most.
const CHANGES: usize = 12;

/// Other values in the place of this one, with the tests that the field was made for.
pub(super) fn variants(value: &str, tests: &[&Predicate]) -> Vec<String> {
    let mut found = vec![swapped(value)];
    for test in tests {
        if let Test::Text { pattern, .. } = &test.test {
            for piece in &pattern.pieces {
                let Piece::Literal(literal) = piece else { continue };
                found.extend(around(value, literal));
            }
        }
    }
    found.extend([format!("{value}zq"), format!("zq{value}"), format!("\"{value}\"")]);
    let mut shorter = value.to_owned();
    shorter.pop();
    found.push(shorter);
    if let Some((_, name)) = value.rsplit_once('\\') {
        found.push(name.to_owned());
    }
    found.extend(next_number(value));
    if let Some(rest) = value.strip_prefix("HKLM\\") {
        found.push(format!("HKU\\S-1-5-21-1-2-3-1001\\{rest}"));
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|text| text != value && seen.insert(text.clone()));
    found.truncate(CHANGES);
    found
}

/// Upper-case letters in the place of lower-case ones and the other way round.
fn swapped(text: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    text.chars().map(swap).collect()
}

/// A letter before or behind the text's first occurrence, and a letter less in it: terms, ends and parts.
fn around(value: &str, literal: &str) -> Vec<String> {
    let Some(at) = value.find(literal) else { return Vec::new() };
    let (before, rest) = value.split_at(at);
    let behind = rest.get(literal.len()..).unwrap_or_default();
    let mut letters: Vec<char> = literal.chars().collect();
    let middle = letters.len() / 2;
    let mut found = vec![format!("{before}z{rest}"), format!("{before}{literal}z{behind}")];
    if letters.len() > 2 {
        letters.remove(middle);
        found.push(format!("{before}{}{behind}", letters.into_iter().collect::<String>()));
    }
    found
}

/// `DWORD (0x00000001)` as `DWORD (0x00000002)`, `4688` as `4689`.
fn next_number(value: &str) -> Option<String> {
    if let Ok(number) = value.parse::<i64>() {
        return number.checked_add(1).map(|next| next.to_string());
    }
    let (head, rest) = value.split_once("(0x")?;
    let digits = rest.strip_suffix(')')?;
    let number = u64::from_str_radix(digits, 16).ok()?.checked_add(1)?;
    let width = digits.len();
    Some(format!("{head}(0x{number:0width$x})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ddefend_rule::ir::TextPattern;

    #[test]
    fn near_a_literal() {
        let test = Predicate {
            field: Some("CommandLine".into()),
            test: Test::Text { pattern: TextPattern::like("*-enc*"), cased: false },
        };
        let found = variants("powershell -enc aa", &[&test]);
        for wanted in ["POWERSHELL -ENC AA", "powershell -encz aa", "powershell z-enc aa"] {
            assert!(found.iter().any(|text| text == wanted), "{wanted}: {found:?}");
        }
        assert_eq!(next_number("DWORD (0x00000001)").as_deref(), Some("DWORD (0x00000002)"));
        assert_eq!(next_number("4688").as_deref(), Some("4689"));
        assert_eq!(next_number("x"), None);
    }
}
