//! Functions that take expressions of the `regex` crate. One that does not compile gives null; it is told when the query is
//! compiled, where it is a constant ([`EXPRESSIONS`]).

use super::convert::cast;
use super::string::count;
use super::value::{
    DYNAMIC, LONG, LONGEST, MOST, Returns, STRING, datum, f, list, listed, long, long_at, text, text_at,
};
use crate::{Context, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use regex::{Captures, Regex};

pub(super) const FUNCTIONS: &[Function] = &[
    f("extract", 3, 4, EXTRACTED, extract),
    f("extract_all", 2, 3, DYNAMIC, extract_all),
    f("extractall", 2, 3, DYNAMIC, extract_all),
    f("replace_regex", 3, 3, STRING, replace_regex),
    f("replace", 3, 3, STRING, replace),
    f("trim", 2, 2, STRING, |arguments, context| trim(arguments, context, true, true)),
    f("trim_start", 2, 2, STRING, |arguments, context| trim(arguments, context, true, false)),
    f("trim_end", 2, 2, STRING, |arguments, context| trim(arguments, context, false, true)),
    f("countof", 2, 3, LONG, countof),
    f("indexof_regex", 2, 5, LONG, indexof_regex),
    f("regex_quote", 1, 1, STRING, |arguments, _| datum(regex::escape(&text_at(arguments, 0)))),
];

/// Which argument of a function is an expression.
pub(super) const EXPRESSIONS: &[(&str, usize)] = &[
    ("extract", 0),
    ("extract_all", 0),
    ("extractall", 0),
    ("replace_regex", 1),
    ("replace", 0),
    ("trim", 0),
    ("trim_start", 0),
    ("trim_end", 0),
    ("indexof_regex", 1),
];

/// Text, unless a type is asked for.
const EXTRACTED: Returns = |kinds| if kinds.len() > 3 { Kind::Dynamic } else { Kind::String };

/// "Kusto documentation, 'extract()'": expression, group, source, type.
fn extract(arguments: &[Datum], context: &Context) -> Datum {
    let source = text_at(arguments, 2);
    let group = long_at(arguments, 1).and_then(|group| usize::try_from(group).ok());
    let regex = context.regex(&text_at(arguments, 0));
    let found = group.zip(regex).and_then(|(group, regex)| {
        let found = regex.captures(&source)?.get(group)?;
        Some(datum(found.as_str()))
    });
    match (arguments.get(3), found) {
        (Some(kind), found) => cast(kind, &found.unwrap_or_default(), context),
        (None, found) => found.unwrap_or_else(|| datum("")),
    }
}

/// "Kusto documentation, 'extract_all()'": one group gives a list, several a list of lists; no match null.
fn extract_all(arguments: &[Datum], context: &Context) -> Datum {
    let Some(regex) = context.regex(&text_at(arguments, 0)) else { return Datum::Null };
    let (wanted, source) = match arguments {
        [_, wanted, source] => (list(wanted), text(source)),
        _ => (None, text_at(arguments, 1)),
    };
    let groups: Vec<usize> = match wanted {
        Some(wanted) => wanted.iter().filter_map(|wanted| group(&regex, wanted)).collect(),
        None => (1..regex.captures_len()).collect(),
    };
    if groups.is_empty() {
        return Datum::Null;
    }
    let part = |captures: &Captures<'_>, group: usize| datum(captures.get(group).map_or("", |part| part.as_str()));
    let rows: Vec<Datum> = regex
        .captures_iter(&source)
        .take(MOST)
        .map(|captures| match groups.as_slice() {
            [single] => part(&captures, *single),
            several => listed(several.iter().map(|group| part(&captures, *group)).collect()),
        })
        .collect();
    if rows.is_empty() { Datum::Null } else { listed(rows) }
}

/// A group by number or name.
fn group(regex: &Regex, wanted: &Datum) -> Option<usize> {
    let named = |name: &str| regex.capture_names().position(|known| known == Some(name));
    match wanted {
        Datum::Text(name) => named(name),
        other => usize::try_from(long(other)?).ok().filter(|group| *group < regex.captures_len()),
    }
}

/// "Kusto documentation, 'replace()'", the old name: expression, rewrite, source.
fn replace(arguments: &[Datum], context: &Context) -> Datum {
    rewrite(&text_at(arguments, 2), &text_at(arguments, 0), &text_at(arguments, 1), context)
}

/// "Kusto documentation, 'replace_regex()'": source, expression, rewrite.
fn replace_regex(arguments: &[Datum], context: &Context) -> Datum {
    rewrite(&text_at(arguments, 0), &text_at(arguments, 1), &text_at(arguments, 2), context)
}

/// All matches by the rewrite, in which `\0` is the match and `\1` its first group.
fn rewrite(source: &str, expression: &str, rewrite: &str, context: &Context) -> Datum {
    let Some(regex) = context.regex(expression) else { return Datum::Null };
    let mut out = String::new();
    let mut done = 0;
    for captures in regex.captures_iter(source) {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(source.get(done..whole.start()).unwrap_or_default());
        let mut letters = rewrite.chars().peekable();
        while let Some(letter) = letters.next() {
            match (letter, letters.peek().and_then(|next| next.to_digit(10))) {
                ('\\', Some(group)) => {
                    letters.next();
                    let group = captures.get(usize::try_from(group).unwrap_or(0));
                    out.push_str(group.map_or("", |group| group.as_str()));
                }
                ('\\', None) => out.push(letters.next_if_eq(&'\\').unwrap_or('\\')),
                (letter, _) => out.push(letter),
            }
        }
        done = whole.end();
        if out.len() > LONGEST {
            return Datum::Null;
        }
    }
    out.push_str(source.get(done..).unwrap_or_default());
    datum(out)
}

/// "Kusto documentation, 'trim()'": matches of the expression at the ends, as many as stand there.
fn trim(arguments: &[Datum], context: &Context, front: bool, back: bool) -> Datum {
    let (expression, source) = (text_at(arguments, 0), text_at(arguments, 1));
    if context.regex(&expression).is_none() {
        return Datum::Null;
    }
    let mut range = 0..source.len();
    if front && let Some(found) = context.regex(&format!(r"\A(?:{expression})+")).and_then(|regex| regex.find(&source))
    {
        range.start = found.end();
    }
    let rest = source.get(range.clone()).unwrap_or_default();
    if back && let Some(found) = context.regex(&format!(r"(?:{expression})+\z")).and_then(|regex| regex.find(rest)) {
        range.end = range.start.saturating_add(found.start());
    }
    datum(source.get(range).unwrap_or_default())
}

/// "Kusto documentation, 'countof()'": matches of text may overlap, those of an expression not.
fn countof(arguments: &[Datum], context: &Context) -> Datum {
    let (source, part) = (text_at(arguments, 0), text_at(arguments, 1));
    if text_at(arguments, 2).eq_ignore_ascii_case("regex") {
        return context.regex(&part).map_or(Datum::Null, |regex| count(regex.find_iter(&source).count()));
    }
    if part.is_empty() {
        return Datum::Long(0);
    }
    let starts = source.char_indices().filter(|(at, _)| source.get(*at..).is_some_and(|rest| rest.starts_with(&*part)));
    count(starts.count())
}

/// "Kusto documentation, 'indexof_regex()'": text, expression, start, length, occurrence; matches may overlap.
fn indexof_regex(arguments: &[Datum], context: &Context) -> Datum {
    let source = text_at(arguments, 0);
    let start = long_at(arguments, 2).unwrap_or(0);
    let length = long_at(arguments, 3).unwrap_or(-1);
    let occurrence = long_at(arguments, 4).unwrap_or(1);
    let Some(regex) = context.regex(&text_at(arguments, 1)) else { return Datum::Null };
    if start < 0 || length < -1 || occurrence < 0 {
        return Datum::Null;
    }
    let skipped = usize::try_from(start).unwrap_or(usize::MAX);
    let range: String = source.chars().skip(skipped).take(usize::try_from(length).unwrap_or(usize::MAX)).collect();
    let (mut at, mut left) = (0, occurrence);
    while let Some(found) = regex.find_at(&range, at) {
        left = left.saturating_sub(1);
        if left <= 0 {
            let before = range.get(..found.start()).unwrap_or_default().chars().count();
            return count(before.saturating_add(skipped));
        }
        let step = range.get(found.start()..).and_then(|rest| rest.chars().next()).map(char::len_utf8);
        let Some(step) = step else { break };
        at = found.start().saturating_add(step);
    }
    Datum::Long(-1)
}
