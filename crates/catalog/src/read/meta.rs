//! What rules say of themselves, out of YAML.

use yaml_serde::{Mapping, Value};

/// A text under a key; empty where there is none.
pub(super) fn text(map: &Mapping, key: &str) -> String {
    match map.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(value)) => value.to_string(),
        _ => String::new(),
    }
}

/// The texts under a key: one, or a list.
pub(super) fn texts(map: &Mapping, key: &str) -> Vec<String> {
    match map.get(key) {
        Some(Value::Sequence(list)) => list.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Technique ids among texts, in capitals: `T1559.002`, `attack.t1559.002`.
pub(super) fn techniques(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        let upper = text.as_ref().to_ascii_uppercase();
        for word in upper.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.') {
            let word = word.strip_prefix("ATTACK.").unwrap_or(word);
            if is_technique(word) && !found.iter().any(|known| known == word) {
                found.push(word.to_owned());
            }
        }
    }
    found
}

/// True for `T1559` and `T1559.002`.
fn is_technique(word: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let (technique, sub) = word.split_once('.').map_or((word, None), |(technique, sub)| (technique, Some(sub)));
    technique.strip_prefix('T').is_some_and(|number| digits(number, 4)) && sub.is_none_or(|sub| digits(sub, 3))
}

/// The file's name without its ending, as words.
pub(super) fn title_of(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(name, _)| name).to_owned()
}
