//! Text by its characters. Places and lengths count characters (code points of Unicode).

use super::value::{BOOL, DYNAMIC, LONG, LONGEST, STRING, datum, f, list_at, listed, long_at, text, text_at};
use crate::text;
use crate::{Context, Function};
use aho_corasick::{AhoCorasick, MatchKind};
use ddefend_rule::ir::query::{Datum, TextOp};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    f("split", 2, 3, DYNAMIC, split),
    f("strcat", 1, 64, STRING, |arguments, _| join(arguments.iter(), "")),
    f("strcat_delim", 2, 65, STRING, strcat_delim),
    f("strcat_array", 2, 2, STRING, strcat_array),
    f("array_strcat", 2, 2, STRING, strcat_array),
    f("tolower", 1, 1, STRING, |arguments, _| datum(text_at(arguments, 0).to_lowercase())),
    f("toupper", 1, 1, STRING, |arguments, _| datum(text_at(arguments, 0).to_uppercase())),
    f("substring", 2, 3, STRING, substring),
    f("indexof", 2, 5, LONG, index_of),
    f("replace_string", 3, 3, STRING, replace_string),
    f("replace_strings", 3, 3, STRING, replace_strings),
    f("strlen", 1, 1, LONG, |arguments, _| count(text_at(arguments, 0).chars().count())),
    f("string_size", 1, 1, LONG, |arguments, _| count(text_at(arguments, 0).len())),
    f("strcmp", 2, 2, LONG, strcmp),
    f("strrep", 2, 3, STRING, strrep),
    f("reverse", 1, 1, STRING, |arguments, _| datum(text_at(arguments, 0).chars().rev().collect::<String>())),
    f("translate", 3, 3, STRING, translate),
    f("has_any_index", 2, 2, LONG, has_any_index),
    f("isascii", 1, 1, BOOL, |arguments, _| Datum::Bool(text_at(arguments, 0).is_ascii())),
    f("isutf8", 1, 1, BOOL, |_, _| Datum::Bool(true)),
    f("make_string", 1, 64, STRING, make_string),
    f("unicode_codepoints_to_string", 1, 64, STRING, make_string),
    f("unicode_codepoints_from_string", 1, 1, DYNAMIC, codepoints),
    f("to_utf8", 1, 1, DYNAMIC, codepoints),
];

/// A number of things.
pub(super) fn count(things: usize) -> Datum {
    Datum::Long(i64::try_from(things).unwrap_or(i64::MAX))
}

/// The texts one behind the other with that between them; none where that is too long.
fn join<'d>(items: impl Iterator<Item = &'d Datum>, between: &str) -> Datum {
    let mut out = String::new();
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.push_str(between);
        }
        out.push_str(&text(item));
        if out.len() > LONGEST {
            return Datum::Null;
        }
    }
    datum(out)
}

/// "Kusto documentation, 'split()'": a list; of one element or none where a place is asked for.
fn split(arguments: &[Datum], _: &Context) -> Datum {
    let (source, delimiter) = (text_at(arguments, 0), text_at(arguments, 1));
    let part = |part: &str| Datum::Text(part.into());
    let parts: Vec<Datum> = if delimiter.is_empty() {
        vec![Datum::Text(source)]
    } else {
        source.split(&*delimiter).take(super::value::MOST).map(part).collect()
    };
    match arguments.get(2) {
        None => listed(parts),
        Some(_) => {
            let place = long_at(arguments, 2).and_then(|place| usize::try_from(place).ok());
            listed(place.and_then(|place| parts.get(place).cloned()).into_iter().collect())
        }
    }
}

/// "Kusto documentation, 'strcat_delim()'".
fn strcat_delim(arguments: &[Datum], _: &Context) -> Datum {
    join(arguments.iter().skip(1), &text_at(arguments, 0))
}

/// "Kusto documentation, 'strcat_array()'".
fn strcat_array(arguments: &[Datum], _: &Context) -> Datum {
    list_at(arguments, 0).map_or_else(|| datum(""), |items| join(items.iter(), &text_at(arguments, 1)))
}

/// Where a start that may count from the end lies.
fn place(start: i64, length: usize) -> usize {
    let from = if start < 0 { i64::try_from(length).unwrap_or(i64::MAX) } else { 0 };
    usize::try_from(from.saturating_add(start)).unwrap_or(0)
}

/// "Kusto documentation, 'substring()'": a negative start counts from the end.
fn substring(arguments: &[Datum], _: &Context) -> Datum {
    let source = text_at(arguments, 0);
    let Some(start) = long_at(arguments, 1) else { return datum("") };
    let length = match arguments.get(2) {
        Some(_) => long_at(arguments, 2).map_or(0, |length| usize::try_from(length).unwrap_or(0)),
        None => usize::MAX,
    };
    let skipped = if start < 0 { place(start, source.chars().count()) } else { place(start, 0) };
    datum(source.chars().skip(skipped).take(length).collect::<String>())
}

/// "Kusto documentation, 'indexof()'": text, part, start, length, occurrence.
fn index_of(arguments: &[Datum], _: &Context) -> Datum {
    let (source, part): (Vec<char>, Vec<char>) =
        (text_at(arguments, 0).chars().collect(), text_at(arguments, 1).chars().collect());
    let start = long_at(arguments, 2).unwrap_or(0);
    let length = long_at(arguments, 3).unwrap_or(-1);
    let occurrence = long_at(arguments, 4).unwrap_or(1);
    if length < -1 || occurrence < 0 {
        return Datum::Null;
    }
    let mut from = place(start, source.len()).min(source.len());
    if part.is_empty() {
        return count(from);
    }
    // The length counts anew behind each occurrence.
    for left in (0..occurrence.max(1)).rev() {
        let to = usize::try_from(length).map_or(source.len(), |length| from.saturating_add(length).min(source.len()));
        let range = source.get(from..to).unwrap_or_default();
        let Some(found) = range.windows(part.len()).position(|window| *window == *part) else { break };
        from = from.saturating_add(found);
        if left == 0 {
            return count(from);
        }
        from = from.saturating_add(1);
    }
    Datum::Long(-1)
}

/// "Kusto documentation, 'replace_string()'".
pub(crate) fn replace_string(arguments: &[Datum], _: &Context) -> Datum {
    let (source, part, other) = (text_at(arguments, 0), text_at(arguments, 1), text_at(arguments, 2));
    if part.is_empty() {
        return Datum::Text(source);
    }
    let grown = source.matches(&*part).count().saturating_mul(other.len()).saturating_add(source.len());
    if grown > LONGEST { Datum::Null } else { datum(source.replace(&*part, &other)) }
}

/// "Kusto documentation, 'replace_strings()'": an earlier text goes before a later one at the same place; elements that are
/// no text are left out.
fn replace_strings(arguments: &[Datum], _: &Context) -> Datum {
    let source = text_at(arguments, 0);
    let (Some(lookups), Some(rewrites)) = (list_at(arguments, 1), list_at(arguments, 2)) else {
        return Datum::Text(source);
    };
    let pairs: Vec<(Arc<str>, Arc<str>)> = lookups
        .iter()
        .zip(rewrites.iter())
        .filter_map(|pair| match pair {
            (Datum::Text(lookup), Datum::Text(rewrite)) if !lookup.is_empty() => {
                Some((lookup.clone(), rewrite.clone()))
            }
            _ => None,
        })
        .collect();
    let lookups = pairs.iter().map(|(lookup, _)| lookup.as_bytes());
    let Ok(automaton) = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(lookups) else {
        return Datum::Null;
    };
    let mut out = String::new();
    let mut done = 0;
    for found in automaton.find_iter(&*source) {
        out.push_str(source.get(done..found.start()).unwrap_or_default());
        out.push_str(pairs.get(found.pattern().as_usize()).map_or("", |(_, rewrite)| rewrite));
        done = found.end();
        if out.len() > LONGEST {
            return Datum::Null;
        }
    }
    out.push_str(source.get(done..).unwrap_or_default());
    datum(out)
}

/// "Kusto documentation, 'strcmp()'": -1, 0 or 1.
fn strcmp(arguments: &[Datum], _: &Context) -> Datum {
    Datum::Long(text_at(arguments, 0).cmp(&text_at(arguments, 1)) as i64)
}

/// "Kusto documentation, 'strrep()'": at most 1024 times.
fn strrep(arguments: &[Datum], _: &Context) -> Datum {
    let source = Datum::Text(text_at(arguments, 0));
    match long_at(arguments, 1).and_then(|times| usize::try_from(times).ok()) {
        Some(times) if times > 0 => join(std::iter::repeat_n(&source, times.min(1024)), &text_at(arguments, 2)),
        _ => datum(""),
    }
}

/// "Kusto documentation, 'translate()'": characters of the first by those of the second; where that is shorter its last
/// character is taken, where it is empty they are left out.
fn translate(arguments: &[Datum], _: &Context) -> Datum {
    let search: Vec<char> = text_at(arguments, 0).chars().collect();
    let replacement: Vec<char> = text_at(arguments, 1).chars().collect();
    let source = text_at(arguments, 2);
    let change = |letter: char| match search.iter().position(|known| *known == letter) {
        Some(place) => replacement.get(place).or(replacement.last()).copied(),
        None => Some(letter),
    };
    datum(source.chars().filter_map(change).collect::<String>())
}

/// "Kusto documentation, 'has_any_index()'".
fn has_any_index(arguments: &[Datum], context: &Context) -> Datum {
    let (source, values) = (text_at(arguments, 0), list_at(arguments, 1));
    let holds = |value: &Datum| text::test(TextOp::Has, false, &source, &text(value), context);
    let found = values.and_then(|values| values.iter().position(holds));
    found.map_or(Datum::Long(-1), count)
}

/// "Kusto documentation, 'unicode_codepoints_to_string()'": numbers and lists of numbers.
fn make_string(arguments: &[Datum], _: &Context) -> Datum {
    let mut out = String::new();
    for argument in arguments {
        let single = std::slice::from_ref(argument);
        let items = list_at(single, 0).unwrap_or_else(|| Arc::new(single.to_vec()));
        for item in items.iter() {
            let letter = super::value::long(item).and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
            let Some(letter) = letter else { return datum("") };
            out.push(letter);
        }
    }
    datum(out)
}

/// "Kusto documentation, 'unicode_codepoints_from_string()'".
fn codepoints(arguments: &[Datum], _: &Context) -> Datum {
    let code = |letter: char| Datum::Long(i64::from(u32::from(letter)));
    listed(text_at(arguments, 0).chars().map(code).collect())
}
