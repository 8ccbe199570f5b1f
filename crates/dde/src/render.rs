//! Wordings with `{placeholders}`.

use std::collections::BTreeMap;

/// What placeholders stand for.
pub(crate) type Values = BTreeMap<&'static str, String>;

/// Fills a wording in. An unknown placeholder stays as it stands.
pub(crate) fn fill(template: &str, values: &Values) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}').and_then(|(name, tail)| Some((values.get(name)?, tail))) {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// A value fit for one line: blanks for control characters, at most `most` characters.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let text = text.trim();
    let mut out: String = text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        out.push('…');
    }
    out
}
