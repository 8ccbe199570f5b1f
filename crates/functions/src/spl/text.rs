use super::value::{TEXT, at, each, field, function, made, number, of, text, whole};
use crate::shared::url_decoded;
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function(".", 2, 2, |a, _| match (text(at(a, 0)), text(at(a, 1))) {
        (Some(left), Some(right)) => of(&format!("{left}{right}")),
        _ => Datum::Null,
    }),
    function("len", 1, 1, |a, _| each(at(a, 0), |text| made(length(text)))),
    function("lower", 1, 1, |a, _| each(at(a, 0), |text| of(&text.to_lowercase()))),
    function("upper", 1, 1, |a, _| each(at(a, 0), |text| of(&text.to_uppercase()))),
    function("trim", 1, 2, |a, _| trimmed(a, true, true)),
    function("ltrim", 1, 2, |a, _| trimmed(a, true, false)),
    function("rtrim", 1, 2, |a, _| trimmed(a, false, true)),
    function("substr", 2, 3, substr),
    function("replace", 3, 3, replace),
    function("split", 2, 2, split),
    function("urldecode", 1, 1, |a, _| each(at(a, 0), urldecode)),
    function("tostring", 1, 2, tostring),
    function("tonumber", 1, 2, tonumber),
];

#[allow(clippy::cast_precision_loss, reason = "texts are shorter")]
fn length(text: &str) -> f64 {
    text.chars().count() as f64
}

fn trimmed(arguments: &[Datum], start: bool, end: bool) -> Datum {
    let own = text(at(arguments, 1)).map_or_else(|| " \t".to_owned(), std::borrow::Cow::into_owned);
    each(at(arguments, 0), |text| {
        let mut text = text;
        if start {
            text = text.trim_start_matches(|letter| own.contains(letter));
        }
        if end {
            text = text.trim_end_matches(|letter| own.contains(letter));
        }
        of(text)
    })
}

/// From a place counted from 1, or from the end where negative.
fn substr(arguments: &[Datum], _: &Context) -> Datum {
    let Some(from) = whole(at(arguments, 1)) else { return Datum::Null };
    let most = match at(arguments, 2) {
        Datum::Null => usize::MAX,
        length => whole(length).and_then(|length| usize::try_from(length).ok()).unwrap_or(0),
    };
    each(at(arguments, 0), |text| {
        let count = text.chars().count();
        let skip = match usize::try_from(from) {
            Ok(from) => from.saturating_sub(1),
            Err(_) => count.saturating_sub(usize::try_from(from.unsigned_abs()).unwrap_or(usize::MAX)),
        };
        of(&text.chars().skip(skip).take(most).collect::<String>())
    })
}

/// Every place where an expression fits, replaced; `\1` stands for its first group.
fn replace(arguments: &[Datum], context: &Context) -> Datum {
    let (Some(expression), Some(with)) = (text(at(arguments, 1)), text(at(arguments, 2))) else { return Datum::Null };
    let Some(regex) = context.regex(&expression) else { return Datum::Null };
    let template = template(&with);
    each(at(arguments, 0), |text| of(&replaced(&regex, text, &template, usize::MAX)))
}

/// Replaces at most so many places; what grows beyond the limit is cut.
pub(crate) fn replaced(regex: &regex::Regex, text: &str, template: &str, most: usize) -> String {
    let mut out = String::new();
    let mut end = 0;
    for found in regex.captures_iter(text).take(most) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(text.get(end..whole.start()).unwrap_or_default());
        found.expand(template, &mut out);
        end = whole.end();
        if out.len() > TEXT {
            return out;
        }
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}

/// `\1` as the `regex` crate writes it.
pub(crate) fn template(with: &str) -> String {
    let mut out = String::new();
    let mut letters = with.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '$' => out.push_str("$$"),
            '\\' => match letters.next_if(char::is_ascii_digit) {
                Some(digit) => {
                    out.push_str("${");
                    out.push(digit);
                    out.push('}');
                }
                None => out.push(letters.next_if(|next| *next == '\\').unwrap_or('\\')),
            },
            letter => out.push(letter),
        }
    }
    out
}

fn split(arguments: &[Datum], _: &Context) -> Datum {
    let (Some(value), Some(mark)) = (text(at(arguments, 0)), text(at(arguments, 1))) else { return Datum::Null };
    if mark.is_empty() {
        return field(value.chars().map(|letter| of(letter.encode_utf8(&mut [0; 4]))).collect());
    }
    field(value.split(&*mark).map(of).collect())
}

fn urldecode(text: &str) -> Datum {
    of(&url_decoded(text, false))
}

fn tostring(arguments: &[Datum], _: &Context) -> Datum {
    let value = at(arguments, 0);
    let Some(form) = text(at(arguments, 1)) else {
        return each(value, of);
    };
    let Some(number) = number(value) else { return Datum::Null };
    match &*form {
        "hex" => whole(value).map_or(Datum::Null, |value| of(&format!("0x{value:X}"))),
        "commas" => of(&commas(number)),
        "duration" => whole(value).map_or(Datum::Null, |value| of(&duration(value))),
        _ => Datum::Null,
    }
}

/// Thousands apart, at most two decimal places.
fn commas(value: f64) -> String {
    let written = if value.fract() == 0.0 { format!("{:.0}", value.abs()) } else { format!("{:.2}", value.abs()) };
    let (whole, rest) = written.split_once('.').map_or((written.as_str(), ""), |(whole, rest)| (whole, rest));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && whole.len().saturating_sub(at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if value < 0.0 { "-" } else { "" };
    if rest.is_empty() { format!("{sign}{out}") } else { format!("{sign}{out}.{rest}") }
}

fn duration(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let clock = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    if days > 0 { format!("{sign}{days}+{clock}") } else { format!("{sign}{clock}") }
}

fn tonumber(arguments: &[Datum], _: &Context) -> Datum {
    let value = at(arguments, 0);
    let base = whole(at(arguments, 1)).and_then(|base| u32::try_from(base).ok()).unwrap_or(10);
    if base == 10 || !(2..=36).contains(&base) {
        return number(value).map_or(Datum::Null, made);
    }
    let Some(text) = text(value) else { return Datum::Null };
    let digits = text.trim();
    let digits = if base == 16 { digits.trim_start_matches("0x").trim_start_matches("0X") } else { digits };
    i64::from_str_radix(digits, base).map_or(Datum::Null, Datum::Long)
}
