//! Environment variables with their usual values: `%COMSPEC%`, `%WINDIR:~0,3%`, `$env:temp`, `!x!` after `set x=`.

use crate::knowledge::Knowledge;
use std::collections::BTreeMap;

/// The text with the variables whose value is known replaced, or none where there is no such.
pub(super) fn expand(text: &str, knowledge: &Knowledge) -> Option<String> {
    let lower_has_env = text.contains('$') && text.to_ascii_lowercase().contains("env:");
    if !text.contains(['%', '!']) && !lower_has_env {
        return None;
    }
    let local = local_variables(text);
    let find = |name: &str| -> Option<&str> {
        let name = name.to_uppercase();
        let known = local.get(&name).or_else(|| knowledge.commands.environment.get(&name));
        known.map(String::as_str)
    };
    let mut changed = false;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '!', '$']) {
        let (before, here) = rest.split_at(at);
        out.push_str(before);
        let found = if here.starts_with('$') { shell_variable(here, &find) } else { batch_variable(here, &find) };
        match found {
            Some((value, used)) => {
                out.push_str(&value);
                changed = true;
                rest = here.get(used..).unwrap_or("");
            }
            None => {
                let (mark, after) = here.split_at(1);
                out.push_str(mark);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    changed.then_some(out)
}

type Found = Option<(String, usize)>;

/// `%NAME%`, `%NAME:~start,length%`, and both with `!`.
fn batch_variable<'v>(here: &str, find: &impl Fn(&str) -> Option<&'v str>) -> Found {
    const LONGEST: usize = 80;
    let mark = here.chars().next()?;
    let end = here.char_indices().skip(1).take(LONGEST).find(|(_, c)| *c == mark)?.0;
    let inner = here.get(1..end)?;
    let used = end + 1;
    let Some((name, cut)) = inner.split_once(":~") else {
        return Some((find(inner)?.to_owned(), used));
    };
    let (start, length) = match cut.split_once(',') {
        Some((start, length)) => (start.trim().parse::<i64>().ok()?, Some(length.trim().parse::<i64>().ok()?)),
        None => (cut.trim().parse::<i64>().ok()?, None),
    };
    Some((substring(find(name)?, start, length), used))
}

/// Windows counts from the end for a negative start, and leaves that many off for a negative length.
fn substring(value: &str, start: i64, length: Option<i64>) -> String {
    let count = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    let from = if start < 0 { count.saturating_add(start).max(0) } else { start.min(count) };
    let until = match length {
        None => count,
        Some(length) if length < 0 => count.saturating_add(length),
        Some(length) => from.saturating_add(length).min(count),
    };
    let index = |at: i64| usize::try_from(at).unwrap_or(0);
    value.chars().skip(index(from)).take(index(until.saturating_sub(from))).collect()
}

/// `$env:NAME` and `${env:NAME}`.
fn shell_variable<'v>(here: &str, find: &impl Fn(&str) -> Option<&'v str>) -> Found {
    let braced = here.starts_with("${");
    let start = if braced { 2 } else { 1 };
    let prefix = here.get(start..start + 4)?;
    if !prefix.eq_ignore_ascii_case("env:") {
        return None;
    }
    let name = here.get(start + 4..)?;
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
    let value = find(name.get(..end)?)?;
    let closing = usize::from(braced);
    if braced && !name.get(end..)?.starts_with('}') {
        return None;
    }
    Some((value.to_owned(), start + 4 + end + closing))
}

/// Variables that the line itself sets, plain values only.
fn local_variables(text: &str) -> BTreeMap<String, String> {
    const MOST: usize = 64;
    const LONGEST: usize = 256;
    let lower = text.to_ascii_lowercase();
    let mut variables = BTreeMap::new();
    for (at, _) in lower.match_indices("set ").take(MOST) {
        let before = lower.get(..at).and_then(|head| head.chars().next_back());
        if before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        let Some(rest) = text.get(at + 4..) else { continue };
        let end = rest.find(['&', '|', '"', '\n']).unwrap_or(rest.len()).min(LONGEST);
        let Some((name, value)) = rest.get(..end).and_then(|pair| pair.split_once('=')) else { continue };
        if !name.trim().is_empty() && !value.is_empty() && !value.contains(['%', '!', '$', '^']) {
            variables.insert(name.trim().to_uppercase(), value.to_owned());
        }
    }
    variables
}
