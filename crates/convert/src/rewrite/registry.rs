//! Registry paths and data in the target's spelling.

use super::{Context, Reason, direct, pattern_of, presence};
use crate::cond::{Ask, Column, Cond};
use crate::pattern::{as_literal, cut, fits, has, map, start};
use crate::profile::NumberForm;
use ddefend_event::Transform;
use ddefend_rule::ir::{Piece, Test, TextPattern};

const DEFAULT: &str = "(Default)";
const SPLIT: &str = "key and value name stand in two columns there";

/// Key and value name in two columns.
pub(super) fn value(
    transform: Transform,
    key: Option<Column>,
    name: Option<Column>,
    test: &Test,
    context: &mut Context,
) -> Result<Cond, Reason> {
    let (Some(key), Some(name)) = (key, name) else { return Err(SPLIT.to_owned()) };
    if let Some(cond) = presence(&[&key], test) {
        return Ok(cond);
    }
    let (pattern, cased) = pattern_of(test).ok_or(SPLIT)?;
    let mut ways = Vec::new();
    for (left, right) in cut(pattern, '\\') {
        let mut both = Vec::new();
        if left.pieces != [Piece::Any] {
            both.push(spelled(transform, &key, &left, cased, context));
        }
        if right.pieces != [Piece::Any] {
            let fit = fits(&right, DEFAULT, cased);
            // The value without a name has none, or stands as Sysmon writes it.
            let mut names = vec![Cond::text(&name, right, cased)];
            if fit {
                names.push(Cond::is(&name, Ask::Empty));
            }
            both.push(Cond::or(names));
        }
        ways.push(match both.is_empty() {
            true => Cond::is(&key, Ask::There),
            false => Cond::and(both),
        });
    }
    Ok(Cond::or(ways))
}

/// A path in one column.
pub(super) fn key(transform: Transform, column: &Column, test: &Test, context: &mut Context) -> Result<Cond, Reason> {
    match test {
        Test::Text { pattern, cased } => Ok(spelled(transform, column, pattern, *cased, context)),
        Test::Regex { source, .. } if source.contains("HK") || source.contains('^') => {
            Err("hives are spelled otherwise there, which an expression does not know".to_owned())
        }
        Test::FieldRef { .. } => Err("hives are spelled otherwise there".to_owned()),
        _ => direct(column, test, context),
    }
}

/// The pattern with hives and control sets as the target writes them.
fn spelled(transform: Transform, column: &Column, pattern: &TextPattern, cased: bool, context: &Context) -> Cond {
    let ways = hives(transform, pattern)
        .into_iter()
        .flat_map(|pattern| sets(&pattern, &context.profile.control_sets))
        .map(|pattern| Cond::text(column, pattern, cased));
    Cond::or(ways.collect())
}

const SHORT: [&str; 5] = ["HKLM", "HKU", "HKCR", "HKCU", "HKCC"];

/// Names of a hive there, the usual one first.
fn names(transform: Transform, hive: &str) -> Vec<&'static str> {
    let fits = |native: &str| match transform {
        Transform::KernelRegistryValue | Transform::KernelRegistryKey => native.starts_with('\\'),
        Transform::RegistryPath => true,
        _ => native.starts_with("HKEY"),
    };
    let short = SHORT.iter().filter(|short| **short == hive && transform == Transform::RegistryPath).copied();
    let known = Transform::hives().iter().filter(|(native, short)| *short == hive && fits(native));
    short.chain(known.map(|(native, _)| *native)).collect()
}

fn hives(transform: Transform, pattern: &TextPattern) -> Vec<TextPattern> {
    let (open, text) = match pattern.pieces.as_slice() {
        [Piece::Literal(text), ..] => (false, &**text),
        [Piece::Any, Piece::Literal(text), ..] => (true, &**text),
        _ => return vec![pattern.clone()],
    };
    let strip = |hive: &str| {
        let (head, rest) = (text.get(..hive.len())?, text.get(hive.len()..)?);
        (head.eq_ignore_ascii_case(hive) && (rest.is_empty() || rest.starts_with('\\'))).then(|| rest.to_owned())
    };
    let tail: Vec<Piece> = pattern.pieces.iter().skip(if open { 2 } else { 1 }).cloned().collect();
    let whole = |start: String| {
        let first = open.then_some(Piece::Any);
        crate::pattern::make(first.into_iter().chain([Piece::Literal(start.into())]).chain(tail.clone()).collect())
    };
    for hive in SHORT {
        let Some(rest) = strip(hive) else { continue };
        let mut ways: Vec<TextPattern> =
            names(transform, hive).into_iter().map(|name| whole(format!("{name}{rest}"))).collect();
        let long = !matches!(transform, Transform::KernelRegistryValue | Transform::KernelRegistryKey);
        if hive == "HKU" && long {
            ways.extend(user(&rest, &tail, open));
        }
        return ways;
    }
    // An anchored pattern that stops inside a hive's name fits several; one that has no hive's name fits none.
    match (open, tail.first()) {
        (true, _) => vec![pattern.clone()],
        (false, Some(Piece::Any)) => SHORT
            .iter()
            .filter(|hive| hive.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text)))
            .flat_map(|hive| names(transform, hive))
            .map(|name| whole(name.to_owned()))
            .collect(),
        (false, _) => Vec::new(),
    }
}

/// A user's hive as `HKEY_CURRENT_USER\S-1-...`.
fn user(rest: &str, tail: &[Piece], open: bool) -> Option<TextPattern> {
    const USER: &str = "HKEY_CURRENT_USER\\";
    let first = open.then_some(Piece::Any);
    let any = matches!(tail.first(), Some(Piece::Any));
    let behind = match rest.strip_prefix('\\') {
        None | Some("") if any || rest.is_empty() => "S-1-".to_owned(),
        Some(sid) if sid.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("S-1-")) => sid.to_owned(),
        Some(sid) if any && "S-1-".get(..sid.len()).is_some_and(|head| head.eq_ignore_ascii_case(sid)) => {
            "S-1-".to_owned()
        }
        _ => return None,
    };
    let start = [Piece::Literal(format!("{USER}{behind}").into())];
    Some(crate::pattern::make(first.into_iter().chain(start).chain(tail.iter().cloned()).collect()))
}

const CURRENT: &str = "CurrentControlSet";

/// The pattern once for each way that control sets are written.
fn sets(pattern: &TextPattern, others: &[String]) -> Vec<TextPattern> {
    let with = |set: &str| map(pattern, |text| replace(text, CURRENT, set));
    let mut ways = vec![pattern.clone()];
    let named = |text: &str| text.to_ascii_lowercase().contains(&CURRENT.to_ascii_lowercase());
    if pattern.pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if named(text))) {
        ways.extend(others.iter().map(|set| with(set)));
    }
    ways
}

fn replace(text: &str, from: &str, to: &str) -> String {
    match text.to_ascii_lowercase().find(&from.to_ascii_lowercase()) {
        Some(at) => {
            let (head, rest) = text.split_at(at);
            format!("{head}{to}{}", rest.get(from.len()..).unwrap_or_default())
        }
        None => text.to_owned(),
    }
}

/// The number in Sysmon's `DWORD (0x00000001)`.
fn dword(text: &str) -> Option<u32> {
    let inner = text.get(..6).filter(|head| head.eq_ignore_ascii_case("DWORD ")).and_then(|_| text.get(6..))?;
    let digits = inner.strip_prefix("(0x").or_else(|| inner.strip_prefix("(0X"))?.strip_suffix(')')?;
    u32::from_str_radix(digits, 16).ok()
}

fn qword(text: &str) -> Option<u64> {
    let inner = text.get(..6).filter(|head| head.eq_ignore_ascii_case("QWORD ")).and_then(|_| text.get(6..))?;
    let digits = inner.strip_prefix("(0x")?.strip_suffix(')')?;
    let (high, low) = digits.split_once("-0x")?;
    let (high, low) = (u32::from_str_radix(high, 16).ok()?, u32::from_str_radix(low, 16).ok()?);
    Some(u64::from(high) << 32 | u64::from(low))
}

fn write(number: u64, form: NumberForm, long: bool) -> String {
    match form {
        NumberForm::Decimal => number.to_string(),
        NumberForm::Hex => format!("0x{number:x}"),
        NumberForm::Hex8 if long => format!("0x{number:016x}"),
        NumberForm::Hex8 => format!("0x{number:08x}"),
        NumberForm::Sysmon if long => {
            format!("QWORD (0x{:08x}-0x{:08x})", number >> 32, number & u64::from(u32::MAX))
        }
        NumberForm::Sysmon => format!("DWORD (0x{number:08x})"),
    }
}

/// Data of a value, with the type beside it where the target has that.
pub(super) fn data(
    transform: Transform,
    column: &Column,
    kind: Option<Column>,
    test: &Test,
    context: &mut Context,
) -> Result<Cond, Reason> {
    let Some((pattern, cased)) = pattern_of(test) else {
        return match test {
            Test::Null | Test::Exists(_) => direct(column, test, context),
            Test::Regex { source, .. } if source.contains("WORD") => Err(FORM.to_owned()),
            Test::Regex { .. } => direct(column, test, context),
            _ => Err(FORM.to_owned()),
        };
    };
    let [string, dwords, qwords, binary] = transform.registry_types().unwrap_or_default();
    let of_kind = |name: &str, cond: Cond| match &kind {
        Some(kind) => Cond::and(vec![cond, Cond::literal(kind, name, false)]),
        None => cond,
    };
    let forms = if context.profile.numbers.is_empty() { &[NumberForm::Decimal][..] } else { &context.profile.numbers };
    let spellings =
        |number: u64, long: bool| forms.iter().map(|form| write(number, *form, long)).collect::<Vec<String>>();
    if let Some(text) = as_literal(pattern) {
        if let Some(number) = dword(text) {
            return Ok(of_kind(dwords, Cond::one_of(column, spellings(u64::from(number), false), false)));
        }
        if let Some(number) = qword(text) {
            return Ok(of_kind(qwords, Cond::one_of(column, spellings(number, true), false)));
        }
        if text.eq_ignore_ascii_case("Binary Data") {
            let kind = kind.as_ref().ok_or("whether data are binary is not said there")?;
            return Ok(Cond::literal(kind, binary, false));
        }
        if text.eq_ignore_ascii_case("(Empty)") {
            return Ok(of_kind(string, Cond::is(column, Ask::Empty)));
        }
    }
    loose(column, kind.as_ref(), pattern, cased, [dwords, qwords, binary], &spellings)
}

const FORM: &str = "numbers are written otherwise there";

/// A pattern that may fit numbers as Sysmon writes them as well as text.
fn loose(
    column: &Column,
    kind: Option<&Column>,
    pattern: &TextPattern,
    cased: bool,
    [dwords, qwords, binary]: [&str; 3],
    spellings: &dyn Fn(u64, bool) -> Vec<String>,
) -> Result<Cond, Reason> {
    if pattern.pieces == [Piece::Any] {
        return Ok(Cond::is(column, Ask::There));
    }
    let mut ways = Vec::new();
    // Small numbers stand for all: what holds of each of them does not depend on the digits.
    let sample = |number: u32| fits(pattern, &format!("DWORD (0x{number:08x})"), cased);
    let fitting: Vec<u32> = [0, 1, 2, 3, 9, 0x10, 0xff, 0xabc_def, 0x1234_5678, 0xffff_ffff]
        .into_iter()
        .filter(|number| sample(*number))
        .collect();
    let digits_only = !has(pattern, |letter| !letter.is_ascii_hexdigit() && !matches!(letter, 'x' | 'X'));
    let open_number =
        start(pattern).is_some_and(|text| text.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("DWORD ")));
    match (fitting.len(), kind) {
        (10, Some(kind)) => ways.push(Cond::literal(kind, dwords, false)),
        (0, _) if !open_number => {}
        _ => {
            // A pattern such as `DWORD (0x0000000?)`: the numbers that fit can be told one by one.
            let all: Vec<u32> = (0..=0xffff_u32).filter(|number| sample(*number)).collect();
            let whole = as_literal(&map(pattern, str::to_owned)).is_none() && has(pattern, |letter| letter == '(');
            if !whole || all.is_empty() || all.len() > 32 || matches!(pattern.pieces.last(), Some(Piece::Any)) {
                return Err(FORM.to_owned());
            }
            let texts = all.iter().flat_map(|number| spellings(u64::from(*number), false)).collect();
            let cond = Cond::one_of(column, texts, false);
            return Ok(match kind {
                Some(kind) => Cond::and(vec![cond, Cond::literal(kind, dwords, false)]),
                None => cond,
            });
        }
    }
    if fits(pattern, "Binary Data", cased) {
        let kind = kind.ok_or("whether data are binary is not said there")?;
        ways.push(Cond::literal(kind, binary, false));
    }
    let text = Cond::text(column, pattern.clone(), cased);
    ways.push(match (digits_only, kind) {
        (true, Some(kind)) => {
            let others = [dwords, qwords, binary].map(ToOwned::to_owned).to_vec();
            Cond::and(vec![text, Cond::not(Cond::one_of(kind, others, false))])
        }
        (true, None) => return Err(FORM.to_owned()),
        (false, _) => text,
    });
    Ok(Cond::or(ways))
}

/// A number that Sysmon writes as DWORD or QWORD, in a form.
pub(crate) fn number_form(value: &str, form: NumberForm) -> Option<String> {
    match (dword(value), qword(value)) {
        (Some(number), _) => Some(write(u64::from(number), form, false)),
        (None, Some(number)) => Some(write(number, form, true)),
        (None, None) => None,
    }
}
