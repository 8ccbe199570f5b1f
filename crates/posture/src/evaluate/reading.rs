//! What data say: the type that the product reads, then the first arm that fits.

use crate::{Arm, Check, Kind, Match, Place};
use ddefend_registry::{Data, fold};

/// What one value says of one check.
#[derive(Clone, Debug)]
pub(super) enum Reading<'c> {
    /// This arm; with the data that it was decided by.
    Says(&'c Arm, String),
    /// The product does not read data of this type.
    Type,
    /// The data are none that mean anything.
    Meaningless,
    /// A list that does not name what is picked from it.
    Silent,
}

/// Data as arms look at them.
struct Content<'n> {
    name: &'n str,
    number: Option<u64>,
    texts: Vec<String>,
}

/// Reads the data of a value at a place; none stands for a key or file that is there without one.
pub(super) fn read<'c>(check: &'c Check, place: &Place, name: &str, data: Option<&Data>) -> Reading<'c> {
    let kind = place.kind.unwrap_or(check.kind);
    let Some(data) = data else {
        let nothing = Content { name, number: None, texts: Vec::new() };
        return find(check, &nothing).map_or(Reading::Meaningless, |arm| Reading::Says(arm, String::new()));
    };
    if let Some(picked) = &place.pick {
        return pick(check, picked, data);
    }
    let Some(content) = content(kind, name, data) else { return Reading::Type };
    if kind == Kind::NumberText && content.number.is_none() {
        return Reading::Meaningless;
    }
    find(check, &content).map_or(Reading::Meaningless, |arm| Reading::Says(arm, data.to_string()))
}

/// One number out of `name=number|name=number`.
fn pick<'c>(check: &'c Check, name: &str, data: &Data) -> Reading<'c> {
    let Some(text) = data.text() else { return Reading::Type };
    let wanted = fold(name);
    let mut pairs = text.split(['|', ';']).filter_map(|pair| pair.split_once('='));
    let Some((_, number)) = pairs.find(|(known, _)| fold(known.trim()) == wanted) else { return Reading::Silent };
    let Ok(number) = number.trim().parse::<u64>() else { return Reading::Meaningless };
    let content = Content { name, number: Some(number), texts: Vec::new() };
    find(check, &content).map_or(Reading::Meaningless, |arm| Reading::Says(arm, number.to_string()))
}

/// None where the type is not the one that is read.
fn content<'n>(kind: Kind, name: &'n str, data: &Data) -> Option<Content<'n>> {
    let text = || data.text().map(|text| vec![text.to_owned()]);
    match (kind, data) {
        (Kind::Dword, Data::Dword(number)) => {
            Some(Content { name, number: Some(u64::from(*number)), texts: Vec::new() })
        }
        (Kind::Dword, _) => None,
        (Kind::Text, _) => text().map(|texts| Content { name, number: None, texts }),
        (Kind::NumberText, _) => {
            data.text().map(|text| Content { name, number: text.trim().parse().ok(), texts: vec![text.to_owned()] })
        }
        (Kind::List, Data::MultiSz(texts)) => Some(Content { name, number: None, texts: texts.clone() }),
        (Kind::List, _) => text().map(|texts| Content { name, number: None, texts }),
        (Kind::Any, Data::MultiSz(texts)) => Some(Content { name, number: None, texts: texts.clone() }),
        (Kind::Any, _) => Some(Content { name, number: data.number(), texts: text().unwrap_or_default() }),
    }
}

fn find<'c>(check: &'c Check, content: &Content<'_>) -> Option<&'c Arm> {
    check.arms.iter().find(|arm| fits(&arm.is, content))
}

/// The arm that a number or text of a default is for.
pub(super) fn arm_of<'c>(check: &'c Check, effective: &str) -> Option<&'c Arm> {
    let content = Content { name: "", number: effective.trim().parse().ok(), texts: vec![effective.to_owned()] };
    (!effective.is_empty()).then(|| find(check, &content)).flatten()
}

/// Whether data fit, whatever their type.
pub(super) fn matches(is: &Match, name: &str, data: &Data) -> bool {
    content(Kind::Any, name, data).is_some_and(|content| fits(is, &content))
}

fn fits(is: &Match, content: &Content<'_>) -> bool {
    let number = |holds: &dyn Fn(u64) -> bool| content.number.is_some_and(holds);
    let any = |holds: &dyn Fn(&str) -> bool| content.texts.iter().any(|text| holds(text));
    (is.number.is_empty() || number(&|given| is.number.contains(&given)))
        && is.from.is_none_or(|from| number(&|given| given >= from))
        && is.bits.is_none_or(|bits| number(&|given| given & bits == bits))
        && is.clear.is_none_or(|bits| number(&|given| given & bits == 0))
        && (is.name.is_empty() || is.name.iter().any(|pattern| like(pattern, content.name)))
        && (is.text.is_empty() || any(&|given| is.text.iter().any(|text| fold(text) == fold(given))))
        && (is.like.is_empty() || any(&|given| is.like.iter().any(|pattern| like(pattern, given))))
        && (is.all_of.is_empty() || all_of(&is.all_of, &content.texts))
        && (!is.empty || content.texts.iter().all(|text| text.trim().is_empty()) && content.number.is_none())
}

fn all_of(words: &[String], texts: &[String]) -> bool {
    let given: Vec<String> =
        texts.iter().flat_map(|text| text.split([';', ',', '|', ' '])).map(|word| fold(word.trim())).collect();
    words.iter().all(|word| given.contains(&fold(word)))
}

/// `*` stands for any characters; without regard to case.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    if pattern.is_ascii() && text.is_ascii() {
        return fits_bytes(pattern.as_bytes(), text.as_bytes());
    }
    fits_bytes(fold(pattern).as_bytes(), fold(text).as_bytes())
}

fn fits_bytes(pattern: &[u8], text: &[u8]) -> bool {
    let mut parts = pattern.split(|byte| *byte == b'*');
    let Some(first) = parts.next() else { return text.is_empty() };
    let Some((head, mut rest)) = text.split_at_checked(first.len()) else { return false };
    if !head.eq_ignore_ascii_case(first) {
        return false;
    }
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts.filter(|part| !part.is_empty()) {
        let Some(at) = rest.windows(part.len()).position(|window| window.eq_ignore_ascii_case(part)) else {
            return false;
        };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.len().checked_sub(last.len()).and_then(|at| rest.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(last))
}

/// Data that an arm stands for, as few as do: what a change would write. `now` is kept but for the bits that matter.
pub(super) fn sample(check: &Check, place: &Place, arm: &Arm, now: Option<&Data>) -> Option<Data> {
    let is = &arm.is;
    let kind = place.kind.unwrap_or(check.kind);
    let bits = is.bits.is_some() || is.clear.is_some();
    let base = if bits { now.and_then(Data::number).unwrap_or_default() } else { 0 };
    let number = is.number.first().copied().or(is.from).unwrap_or(base) | is.bits.unwrap_or_default();
    let number = number & !is.clear.unwrap_or_default();
    let text = || {
        let filled = is.like.first().map(|pattern| pattern.replace('*', ""));
        is.text.first().cloned().or(filled).or_else(|| (!is.all_of.is_empty()).then(|| is.all_of.join(";")))
    };
    let data = match (&place.pick, kind) {
        (Some(name), _) => Data::Sz(format!("{name}={number}")),
        (None, Kind::Dword) => Data::Dword(u32::try_from(number).ok()?),
        (None, Kind::NumberText) => Data::Sz(number.to_string()),
        (None, Kind::Text | Kind::List) => Data::Sz(text().unwrap_or_default()),
        (None, Kind::Any) => text().map(Data::Sz).or_else(|| u32::try_from(number).ok().map(Data::Dword))?,
    };
    match read(check, place, &place.value, Some(&data)) {
        Reading::Says(found, _) if found.verdict == arm.verdict => Some(data),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "Abc", true),
            ("a*a", "a", false),
            ("a*a", "aA", true),
            ("*temp*", r"C:\TEMP\x", true),
            ("*b*d", "abcd", true),
            ("*b*d", "abcde", false),
            ("a*b*c", "a_b_b_c", true),
            ("*\u{dc}*", "x\u{fc}y", true),
            ("abc", "ABC", true),
            ("abc", "ab", false),
        ] {
            assert_eq!(like(pattern, text), fits, "{pattern} {text}");
        }
    }
}
