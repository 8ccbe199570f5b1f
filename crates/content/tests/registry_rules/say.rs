//! Places and data in Sigma's words.

use ddefend_posture::{Kind, Match, Place};

/// Stands for any characters in a pattern.
const ANY: char = '\u{1}';

/// Which data, as a condition on `Details`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    /// These numbers, in any type.
    Numbers(Vec<u64>),
    /// One of these; [`ANY`] stands for any characters.
    Texts(Vec<String>),
    /// All of these words.
    Words(Vec<String>),
    /// A regular expression.
    Regex(String),
    /// One of these names has one of these numbers in a list `name=number|name=number`.
    Picked(Vec<String>, Vec<u64>),
    /// No matter what.
    Anything,
}

/// Where a value or key stands, as a condition on `TargetObject`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) contains: Vec<String>,
    pub(crate) ends: Option<String>,
}

pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A Sigma string: wildcards as they are, a backslash before one doubled.
pub(crate) fn pattern(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ANY => out.push('*'),
            '*' | '?' => out.extend(['\\', letter]),
            '\\' if matches!(letters.peek(), Some(&ANY | '*' | '?' | '\\')) => out.push_str("\\\\"),
            _ => out.push(letter),
        }
    }
    quoted(&out)
}

/// The spellings of a number.
pub(crate) fn spellings(number: u64) -> [String; 3] {
    [format!("DWORD (0x{number:08x})"), format!("QWORD (0x00000000-0x{number:08x})"), number.to_string()]
}

fn glob(text: &str) -> String {
    text.chars().map(|letter| if letter == '*' { ANY } else { letter }).collect()
}

/// Regular expression for the DWORDs that have all of `set` and none of `clear`.
fn bits(set: u64, clear: u64) -> String {
    let (mut out, mut free) = (String::from("^DWORD \\(0x"), 0_u32);
    let wild = |out: &mut String, free: &mut u32| {
        match *free {
            0 => {}
            1 => out.push_str("[0-9a-f]"),
            more => out.push_str(&format!("[0-9a-f]{{{more}}}")),
        }
        *free = 0;
    };
    for place in (0..8_u32).rev() {
        let fits: Vec<u64> = (0..16_u64)
            .filter(|digit| {
                let (set, clear) = (set >> (4 * place) & 15, clear >> (4 * place) & 15);
                digit & set == set && digit & clear == 0
            })
            .collect();
        if fits.len() == 16 {
            free += 1;
            continue;
        }
        wild(&mut out, &mut free);
        out.push('[');
        fits.iter().for_each(|digit| out.push_str(&format!("{digit:x}")));
        out.push(']');
    }
    wild(&mut out, &mut free);
    out.push_str("\\)$");
    out
}

/// True where any data fit.
pub(crate) fn anything(is: &Match) -> bool {
    matches(is, "\u{2}", None) && is.name.is_empty()
}

/// A match in Sigma's words. The catalog's matches say one thing each; one that says more is told apart by its first.
pub(crate) fn said(is: &Match, place: &Place) -> Said {
    if let Some(name) = &place.pick {
        return Said::Picked(vec![name.clone()], is.number.clone());
    }
    if !is.number.is_empty() {
        Said::Numbers(is.number.clone())
    } else if is.bits.is_some() || is.clear.is_some() {
        assert!(is.from.is_none(), "both bits and from");
        Said::Regex(bits(is.bits.unwrap_or(0), is.clear.unwrap_or(0)))
    } else if !is.text.is_empty() {
        Said::Texts(doubled(is.text.clone()))
    } else if !is.like.is_empty() {
        Said::Texts(doubled(is.like.iter().map(|like| glob(like)).collect()))
    } else if !is.all_of.is_empty() {
        Said::Words(is.all_of.clone())
    } else if is.empty {
        Said::Texts(vec!["(Empty)".to_owned(), String::new()])
    } else {
        Said::Anything
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let mut rest = text.as_str();
    let parts: Vec<&str> = pattern.split('*').collect();
    for (number, part) in parts.iter().enumerate() {
        let found = match (number == 0, number + 1 == parts.len()) {
            (true, true) => return rest == *part,
            (true, false) => rest.strip_prefix(part),
            (false, true) => return rest.ends_with(part),
            (false, false) => rest.find(part).and_then(|at| rest.get(at + part.len()..)),
        };
        let Some(found) = found else { return false };
        rest = found;
    }
    true
}

/// What [`Match`] says of data, told here anew: the evaluator's own words are not asked.
pub(crate) fn matches(is: &Match, text: &str, number: Option<u64>) -> bool {
    (is.number.is_empty() || number.is_some_and(|number| is.number.contains(&number)))
        && is.from.is_none_or(|from| number.is_some_and(|number| number >= from))
        && is.bits.is_none_or(|bits| number.is_some_and(|number| number & bits == bits))
        && is.clear.is_none_or(|bits| number.is_some_and(|number| number & bits == 0))
        && (is.text.is_empty() || is.text.iter().any(|word| word.eq_ignore_ascii_case(text)))
        && (is.like.is_empty() || is.like.iter().any(|like| fits(like, text)))
        && is.all_of.iter().all(|word| text.to_lowercase().contains(&word.to_lowercase()))
        && (!is.empty || text.is_empty())
}

/// Data that a match is for, as `Details` says them with the number that they are.
pub(crate) fn examples(is: &Match, place: &Place, kind: Kind) -> Vec<(String, String, Option<u64>)> {
    let number = |number: u64| {
        let shown = match (&place.pick, place.kind.unwrap_or(kind)) {
            (Some(name), _) => format!("{name}={number}"),
            (None, Kind::Dword) => format!("DWORD (0x{number:08x})"),
            (None, _) => number.to_string(),
        };
        (shown, number.to_string(), Some(number))
    };
    let text =
        |text: &str| (if text.is_empty() { "(Empty)".to_owned() } else { text.to_owned() }, text.to_owned(), None);
    if !is.number.is_empty() {
        is.number.iter().map(|it| number(*it)).collect()
    } else if let Some(from) = is.from {
        vec![number(from), number(from + 1)]
    } else if is.bits.is_some() || is.clear.is_some() {
        vec![number(is.bits.unwrap_or(0))]
    } else if !is.text.is_empty() {
        is.text.iter().map(|it| text(it)).collect()
    } else if !is.like.is_empty() {
        is.like.iter().map(|like| text(&like.replace('*', "x"))).collect()
    } else if !is.all_of.is_empty() {
        vec![text(&is.all_of.join(";"))]
    } else if is.empty {
        vec![text("")]
    } else if kind == Kind::Dword {
        vec![number(7), number(0)]
    } else {
        vec![text(r"C:\Users\ada\Downloads")]
    }
}

/// Sysmon writes `%%APPDATA%%` for `%APPDATA%`.
fn doubled(mut texts: Vec<String>) -> Vec<String> {
    let more: Vec<_> = texts.iter().filter(|it| it.contains('%')).map(|it| it.replace('%', "%%")).collect();
    texts.extend(more);
    texts
}

/// Key and value as ends of a path that hold for every user, version and layer.
pub(crate) fn spot(place: &Place, value: Option<&str>) -> Option<Spot> {
    let mut parts: Vec<&str> = place.key.split('\\').collect();
    let mut contains = Vec::new();
    if let Some(office) = parts.iter().rposition(|part| part.eq_ignore_ascii_case("Office")) {
        parts.drain(..=office);
        let version = |part: &str| part == "<ver>" || part.starts_with(|letter: char| letter.is_ascii_digit());
        if parts.first().is_some_and(|part| version(part)) {
            parts.remove(0);
        }
        contains.push("\\Office\\".to_owned());
    } else {
        // A user's classes stand in a hive of their own: HKU\S-1-..._Classes.
        for root in ["Software", "SYSTEM", "CurrentControlSet", "Classes"] {
            if parts.first().is_some_and(|part| part.eq_ignore_ascii_case(root)) {
                parts.remove(0);
            }
        }
    }
    if parts.first().is_some_and(|part| any(part) == ANY.to_string()) {
        parts.remove(0);
    }
    let mut path: String = parts.iter().map(|part| format!("\\{}", any(part))).collect();
    match value {
        None if parts.len() < 2 => return None,
        None => {}
        Some("") => path.push_str("\\(Default)"),
        Some("*") => {
            contains.push(format!("{path}\\"));
            return Some(Spot { contains, ends: None });
        }
        Some(value) => path.push_str(&format!("\\{value}")),
    }
    Some(Spot { contains, ends: Some(path) })
}

fn any(part: &str) -> String {
    if part.starts_with('<') { ANY.to_string() } else { glob(part) }
}

/// A path as Sysmon writes it.
pub(crate) fn path(place: &Place, value: Option<&str>) -> String {
    const SID: &str = "S-1-5-21-1004336348-1177238915-682003330-1104";
    let version = place.versions.last().map_or("16.0", String::as_str);
    let parts: Vec<String> = place
        .key
        .split('\\')
        .map(|part| match part {
            "<ver>" => version.to_owned(),
            "<app>" => "Excel".to_owned(),
            part if part.starts_with('<') => "sample".to_owned(),
            part => part.replace('*', "1"),
        })
        .collect();
    let key = parts.join("\\");
    let key = match (place.root.as_str(), key.strip_prefix("Software\\Classes\\")) {
        ("HKCU", Some(rest)) => format!("HKU\\{SID}_Classes\\{rest}"),
        ("HKCU", None) => format!("HKU\\{SID}\\{key}"),
        _ => format!("HKLM\\{}", key.replacen("Software\\", "SOFTWARE\\", 1)),
    };
    match value {
        None => key,
        Some("") => format!("{key}\\(Default)"),
        Some("*") => format!("{key}\\sample"),
        Some(value) => format!("{key}\\{value}"),
    }
}

impl Spot {
    /// True where everything that the other is for is this one's too.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        let (Some(own), Some(end)) = (&self.ends, &other.ends) else { return false };
        // Checks spell some names with capitals here and without there: the one that sorts first stays.
        let same = own.eq_ignore_ascii_case(end);
        self.contains == other.contains
            && if same { self < other } else { end.to_lowercase().ends_with(&own.to_lowercase()) }
    }
}
