//! Text of known forms: addresses of the web, paths, command lines, versions, CSV.

use super::encode::url_decoded;
use super::value::{DYNAMIC, Returns, bagged, datum, f, listed, text_at};
use crate::{Context, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use std::collections::BTreeMap;

pub(super) const FUNCTIONS: &[Function] = &[
    f("parse_url", 1, 1, DYNAMIC, parse_url),
    f("parseurl", 1, 1, DYNAMIC, parse_url),
    f("parse_urlquery", 1, 1, DYNAMIC, parse_urlquery),
    f("parseurlquery", 1, 1, DYNAMIC, parse_urlquery),
    f("parse_path", 1, 1, DYNAMIC, parse_path),
    f("parse_command_line", 2, 2, DYNAMIC, parse_command_line),
    f("parse_version", 1, 1, VERSION, parse_version),
    f("parse_csv", 1, 1, DYNAMIC, parse_csv),
];

const VERSION: Returns = |_| Kind::Decimal;

fn bag_of(pairs: &[(&str, Datum)]) -> Datum {
    bagged(pairs.iter().map(|(key, value)| (Box::from(*key), value.clone())).collect())
}

/// Parameters of a query, decoded; of a name that stands twice the last.
fn parameters(query: &str) -> Datum {
    let pairs = query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
    let read = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (url_decoded(name).into_boxed_str(), datum(url_decoded(value)))
    };
    bagged(pairs.map(read).collect::<BTreeMap<_, _>>())
}

/// "Kusto documentation, 'parse_url()'". The path keeps the slash that it begins with.
fn parse_url(arguments: &[Datum], _: &Context) -> Datum {
    let source = text_at(arguments, 0);
    let (rest, fragment) = source.split_once('#').unwrap_or((&source, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = match rest.split_once("://") {
        Some((scheme, rest)) => (scheme, Some(rest)),
        None => ("", None),
    };
    let (authority, path) = match rest {
        Some(rest) => rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, "")),
        None => ("", source.split(['?', '#']).next().unwrap_or_default()),
    };
    let (login, address) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
        _ => (address, ""),
    };
    bag_of(&[
        ("Scheme", datum(scheme)),
        ("Host", datum(host)),
        ("Port", datum(port)),
        ("Path", datum(path)),
        ("Username", datum(user)),
        ("Password", datum(password)),
        ("Query Parameters", parameters(query)),
        ("Fragment", datum(fragment)),
    ])
}

/// "Kusto documentation, 'parse_urlquery()'".
fn parse_urlquery(arguments: &[Datum], _: &Context) -> Datum {
    bag_of(&[("Query Parameters", parameters(&text_at(arguments, 0)))])
}

/// "Kusto documentation, 'parse_path()'": both kinds of slashes, shares, long paths, schemes and streams.
fn parse_path(arguments: &[Datum], _: &Context) -> Datum {
    let source = text_at(arguments, 0);
    let (scheme, rest) = source.split_once("://").unwrap_or(("", &source));
    let rest = rest.strip_prefix(r"\\?\").unwrap_or(rest);
    let drive =
        rest.get(..2).filter(|start| start.ends_with(':') && start.starts_with(|c: char| c.is_ascii_alphabetic()));
    let root = drive.unwrap_or("");
    let cut = rest.rfind(['\\', '/']);
    let (directory, file) = match cut {
        Some(cut) => {
            let (directory, file) = rest.split_at_checked(cut).unwrap_or((rest, ""));
            (directory, file.get(1..).unwrap_or_default())
        }
        None => ("", rest.get(root.len()..).unwrap_or_default()),
    };
    let (file, stream) = file.split_once(':').unwrap_or((file, ""));
    let name = directory.rsplit(['\\', '/']).next().unwrap_or_default();
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    bag_of(&[
        ("Scheme", datum(scheme)),
        ("RootPath", datum(root)),
        ("DirectoryPath", datum(directory)),
        ("DirectoryName", datum(if name == root { "" } else { name })),
        ("Filename", datum(file)),
        ("Extension", datum(extension)),
        ("AlternateDataStreamName", datum(stream)),
    ])
}

/// "Kusto documentation, 'parse_command_line()'": as `CommandLineToArgvW` does; only `windows` is known.
fn parse_command_line(arguments: &[Datum], _: &Context) -> Datum {
    if !text_at(arguments, 1).eq_ignore_ascii_case("windows") {
        return Datum::Null;
    }
    let source = text_at(arguments, 0);
    let source = source.trim();
    if source.is_empty() {
        return Datum::Null;
    }
    listed(windows_arguments(source).into_iter().map(datum).collect())
}

/// Arguments of a command line ("CommandLineToArgvW function", Microsoft): the first ends at a space or, quoted, at the next
/// quote; in the others 2n backslashes before a quote are n, and one more makes the quote a character.
fn windows_arguments(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let rest = match line.strip_prefix('"') {
        Some(quoted) => {
            let (first, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
            found.push(first.to_owned());
            rest
        }
        None => {
            let (first, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
            found.push(first.to_owned());
            rest
        }
    };
    let mut letters = rest.trim_start_matches([' ', '\t']).chars().peekable();
    let mut current: Option<String> = None;
    let (mut quoted, mut slashes) = (false, 0_usize);
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            slashes = slashes.saturating_add(1);
            current.get_or_insert_default();
            continue;
        }
        let argument = current.get_or_insert_default();
        if letter == '"' {
            argument.extend(std::iter::repeat_n('\\', slashes / 2));
            if slashes % 2 == 1 {
                argument.push('"');
            } else if quoted && letters.next_if_eq(&'"').is_some() {
                argument.push('"');
                quoted = false;
            } else {
                quoted = !quoted;
            }
            slashes = 0;
            continue;
        }
        argument.extend(std::iter::repeat_n('\\', std::mem::take(&mut slashes)));
        if matches!(letter, ' ' | '\t') && !quoted {
            found.extend(current.take());
            while letters.next_if(|next| matches!(next, ' ' | '\t')).is_some() {}
        } else {
            argument.push(letter);
        }
    }
    if let Some(mut last) = current {
        last.extend(std::iter::repeat_n('\\', slashes));
        found.push(last);
    }
    found
}

/// "Kusto documentation, 'parse_version()'": up to four parts of up to eight digits. The result is a number that keeps their
/// order as far as a fraction of 64 bits does: the last part is rounded.
fn parse_version(arguments: &[Datum], _: &Context) -> Datum {
    let source = text_at(arguments, 0);
    let parts: Vec<&str> = source.trim().split('.').collect();
    let digits = |part: &&str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() > 4 || !parts.iter().all(digits) {
        return Datum::Null;
    }
    let part = |place: usize| parts.get(place).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let number = (0..4).fold(0.0, |sum, place| sum * 1e8 + f64::from(part(place)));
    Datum::Real(number)
}

/// "Kusto documentation, 'parse_csv()'": the first record.
fn parse_csv(arguments: &[Datum], _: &Context) -> Datum {
    let source = text_at(arguments, 0);
    let mut fields = Vec::new();
    let mut letters = source.chars().peekable();
    loop {
        let mut field = String::new();
        let mut quoted = letters.next_if_eq(&'"').is_some();
        let end = loop {
            match letters.next() {
                Some('"') if quoted => {
                    if letters.next_if_eq(&'"').is_some() {
                        field.push('"');
                    } else {
                        quoted = false;
                    }
                }
                Some(letter) if quoted => field.push(letter),
                Some(',') => break false,
                Some('\r' | '\n') | None => break true,
                Some(letter) => field.push(letter),
            }
        };
        fields.push(datum(field));
        if end {
            return listed(fields);
        }
    }
}
