use super::{Quote, Tok, name_length};
use ddefend_rule::ir::query::Kind;

/// The kind whose literals are written `word(...)`.
pub(super) fn typed(word: &str) -> Option<Kind> {
    Some(match word {
        "bool" | "boolean" => Kind::Bool,
        "int" => Kind::Int,
        "long" => Kind::Long,
        "real" | "double" => Kind::Real,
        "decimal" => Kind::Decimal,
        "datetime" | "date" => Kind::DateTime,
        "timespan" | "time" => Kind::TimeSpan,
        "guid" | "uuid" | "uniqueid" => Kind::Guid,
        _ => return None,
    })
}

/// The raw text between the brackets behind a word of that length, and the length of it all.
pub(super) fn bracketed(rest: &str, word: usize) -> Option<(&str, usize)> {
    let tail = rest.get(word..)?;
    let open = tail.find(|c: char| !c.is_whitespace())?;
    let inner = tail.get(open..)?.strip_prefix('(')?;
    let end = inner.find([')', '\n', '('])?;
    let raw = inner.get(..end)?;
    if !inner.get(end..)?.starts_with(')') {
        return None;
    }
    Some((raw.trim(), word.saturating_add(open).saturating_add(end).saturating_add(2)))
}

/// Ticks of 100 ns in a unit of a timespan literal.
pub(super) fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "d" | "day" | "days" => 864e9,
        "h" | "hr" | "hrs" | "hour" | "hours" => 36e9,
        "m" | "min" | "mins" | "minute" | "minutes" => 6e8,
        "s" | "sec" | "secs" | "second" | "seconds" => 1e7,
        "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => 1e4,
        "micro" | "micros" | "microsec" | "microsecond" | "microseconds" => 10.0,
        "nano" | "nanos" | "nanosec" | "nanosecond" | "nanoseconds" => 0.01,
        "tick" | "ticks" => 1.0,
        _ => return None,
    })
}

/// A fraction of ticks as whole ticks; what does not fit is cut.
#[allow(clippy::cast_possible_truncation, reason = "the cast saturates, which is what is meant")]
pub(super) fn ticks(count: f64) -> i64 {
    count.round() as i64
}

/// A number, a timespan, or a name that begins with a digit; the error is the length of what does not fit.
pub(super) fn number(rest: &str) -> Result<(Tok, usize), usize> {
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    if let Some(hex) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        let length = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
        let whole = length.saturating_add(2);
        if length > 0 && name_length(rest) == whole {
            let value = u64::from_str_radix(hex.get(..length).unwrap_or_default(), 16).map_err(|_| whole)?;
            return Ok((Tok::Long(value.cast_signed()), whole));
        }
    }
    let tail = rest.get(digits..).unwrap_or_default();
    let fraction = match tail.strip_prefix('.') {
        Some(after) => match after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len()) {
            // `1..3` is a range; `1.` alone a fraction.
            0 => 0,
            length => length.saturating_add(1),
        },
        None => 0,
    };
    let mut length = digits.saturating_add(fraction);
    let word_length = name_length(rest.get(length..).unwrap_or_default());
    let word = rest.get(length..length.saturating_add(word_length)).unwrap_or_default();
    let text = rest.get(..length).unwrap_or_default();
    if let Some(unit) = unit(word) {
        let value: f64 = text.parse().map_err(|_| length)?;
        return Ok((Tok::Span(ticks(value * unit)), length.saturating_add(word_length)));
    }
    if let Some(more) = exponent(rest.get(length..).unwrap_or_default()) {
        length = length.saturating_add(more);
        let value: f64 = rest.get(..length).unwrap_or_default().parse().map_err(|_| length)?;
        return Ok((Tok::Real(value), length));
    }
    if fraction > 0 {
        return Ok((Tok::Real(text.parse().map_err(|_| length)?), length));
    }
    if word_length > 0 {
        let whole = length.saturating_add(word_length);
        return Ok((Tok::Name(rest.get(..whole).unwrap_or_default().into()), whole));
    }
    Ok((Tok::Long(text.parse().map_err(|_| length)?), length))
}

/// The length of `e+12`.
fn exponent(rest: &str) -> Option<usize> {
    let tail = rest.strip_prefix(['e', 'E'])?;
    let signed = tail.strip_prefix(['+', '-']).unwrap_or(tail);
    let digits = signed.find(|c: char| !c.is_ascii_digit()).unwrap_or(signed.len());
    if digits == 0 || signed.get(digits..)?.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    Some(rest.len().saturating_sub(signed.len()).saturating_add(digits))
}

/// The text of a string and its length with quotes; an error has its offset.
pub(super) fn string(rest: &str, prefix: usize, quote: Quote) -> Result<(String, usize), (usize, &'static str)> {
    let body = rest.get(prefix..).unwrap_or_default();
    let unclosed = || (0, "this string is not closed; it ends with the quote that it began with, on the same line");
    match quote {
        Quote::Block(mark) => {
            let end = body.find(mark).ok_or((0, "this string is not closed; it ends with three of its quotes"))?;
            let text = body.get(..end).unwrap_or_default();
            Ok((text.to_owned(), prefix.saturating_add(end).saturating_add(mark.len())))
        }
        Quote::Verbatim(mark) => {
            let mut text = String::new();
            let mut chars = body.char_indices().peekable();
            while let Some((at, c)) = chars.next() {
                if c == mark {
                    if chars.next_if(|(_, next)| *next == mark).is_none() {
                        return Ok((text, prefix.saturating_add(at).saturating_add(1)));
                    }
                } else if matches!(c, '\n' | '\r') {
                    break;
                }
                text.push(c);
            }
            Err(unclosed())
        }
        Quote::Plain(mark) => {
            let mut text = String::new();
            let mut at = 0_usize;
            loop {
                let tail = body.get(at..).unwrap_or_default();
                let Some(c) = tail.chars().next() else { return Err(unclosed()) };
                if c == mark {
                    return Ok((text, prefix.saturating_add(at).saturating_add(1)));
                }
                if matches!(c, '\n' | '\r') {
                    return Err(unclosed());
                }
                let length = if c == '\\' {
                    let (resolved, length) = escape(tail)
                        .ok_or((prefix.saturating_add(at), "this escape means nothing; a backslash is written \\\\"))?;
                    text.push(resolved);
                    length
                } else {
                    text.push(c);
                    c.len_utf8()
                };
                at = at.saturating_add(length);
            }
        }
    }
}

/// What an escape stands for, and its length.
fn escape(tail: &str) -> Option<(char, usize)> {
    let code = |skip: usize, most: usize, radix: u32| {
        let digits = tail.get(skip..)?;
        let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len()).min(most);
        let value = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
        Some((char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER), skip.saturating_add(length)))
    };
    let simple = match tail.chars().nth(1)? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        same @ ('\\' | '\'' | '"') => same,
        '0'..='7' => return code(1, 3, 8),
        'x' => return code(2, 2, 16),
        'u' => return code(2, 4, 16),
        'U' => return code(2, 8, 16),
        _ => return None,
    };
    Some((simple, 2))
}

/// Ticks of what stands in `timespan(...)`: `1d`, `1.02:03:04.5`, `02:03`, a number of days.
pub(crate) fn timespan(raw: &str) -> Option<i64> {
    let text = raw.trim().trim_matches(['"', '\'']);
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let value = if text.contains(':') {
        clock(text)?
    } else {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (count, word) = text.split_at_checked(digits)?;
        let count: f64 = count.parse().ok()?;
        let word = word.trim();
        ticks(count * if word.is_empty() { 864e9 } else { unit(word)? })
    };
    Some(if negative { value.saturating_neg() } else { value })
}

/// `[days.]hours:minutes[:seconds[.fraction]]`.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let first = parts.next()?;
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let minutes = parts.next()?;
    let seconds: f64 = parts.next().unwrap_or("0").parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    let whole = |text: &str| text.trim().parse::<u32>().ok().map(f64::from);
    Some(ticks(whole(days)? * 864e9 + whole(hours)? * 36e9 + whole(minutes)? * 6e8 + seconds * 1e7))
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Ticks since 1970 of a date in one of the forms that `datetime(...)` takes: ISO 8601, `12 Feb 2014 10:05`,
/// `2/12/2014`; without a zone it is UTC.
pub(crate) fn datetime(raw: &str) -> Option<i64> {
    let text = raw.trim().trim_matches(['"', '\'']).trim();
    let text = match text.split_once(", ") {
        Some((day, rest)) if day.chars().all(char::is_alphabetic) => rest,
        _ => text,
    };
    let (year, month, day, rest) = iso(text).or_else(|| slashed(text)).or_else(|| named(text))?;
    let days = days_from_civil(year, month, day)?;
    let time = of_day(rest.trim_start_matches(['T', 't', ' ', ',']))?;
    days.checked_mul(864_000_000_000)?.checked_add(time)
}

fn iso(text: &str) -> Option<(i64, i64, i64, &str)> {
    let (year, rest) = digits(text, 4)?;
    if rest.is_empty() {
        return Some((year, 1, 1, rest));
    }
    let dashed = rest.strip_prefix(['-', '/', '.']);
    let (month, rest) = up_to(dashed.unwrap_or(rest), 2)?;
    if rest.is_empty() {
        return dashed.map(|_| (year, month, 1, rest));
    }
    let (day, rest) = up_to(rest.strip_prefix(['-', '/', '.']).unwrap_or(rest), 2)?;
    Some((year, month, day, rest))
}

fn slashed(text: &str) -> Option<(i64, i64, i64, &str)> {
    let (month, rest) = up_to(text, 2)?;
    let (day, rest) = up_to(rest.strip_prefix(['/', '-'])?, 2)?;
    let (year, rest) = digits(rest.strip_prefix(['/', '-'])?, 4)?;
    Some((year, month, day, rest))
}

fn named(text: &str) -> Option<(i64, i64, i64, &str)> {
    let (day, rest) = up_to(text, 2)?;
    let rest = rest.trim_start_matches(['-', ' ']);
    let word = rest.get(..3)?.to_ascii_lowercase();
    let month = i64::try_from(MONTHS.iter().position(|known| *known == word)?).ok()?.checked_add(1)?;
    let rest = rest.trim_start_matches(char::is_alphabetic).trim_start_matches(['-', ' ', '.']);
    match digits(rest, 4) {
        Some((year, rest)) => Some((year, month, day, rest)),
        None => {
            let (year, rest) = digits(rest, 2)?;
            Some((year.checked_add(if year < 50 { 2000 } else { 1900 })?, month, day, rest))
        }
    }
}

fn up_to(text: &str, most: usize) -> Option<(i64, &str)> {
    let length = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()).min(most);
    digits(text, length)
}

fn digits(text: &str, count: usize) -> Option<(i64, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((number.parse().ok()?, rest))
}

/// Days from 1970-01-01 (Howard Hinnant's civil calendar arithmetic).
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let long = [31, if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) { 29 } else { 28 }, 31, 30, 31, 30];
    let last = match usize::try_from(month).ok()? {
        month @ 1..=6 => *long.get(month.checked_sub(1)?)?,
        7 | 8 | 10 | 12 => 31,
        _ => 30,
    };
    if day > last {
        return None;
    }
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month.checked_sub(3)? } else { month.checked_add(9)? };
    let of_year = shifted.checked_mul(153)?.checked_add(2)?.div_euclid(5).checked_add(day)?.checked_sub(1)?;
    let leaps = of_era.div_euclid(4).checked_sub(of_era.div_euclid(100))?;
    let in_era = of_era.checked_mul(365)?.checked_add(leaps)?.checked_add(of_year)?;
    era.checked_mul(146_097)?.checked_add(in_era)?.checked_sub(719_468)
}

/// Ticks of `10:05[:06[.789]][Z|+01:00|AM|PM|UTC|GMT]`; nothing is midnight.
fn of_day(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() {
        return Some(0);
    }
    let (text, offset) = zone(text)?;
    let upper = text.to_ascii_uppercase();
    let (text, half) = match upper.strip_suffix("PM").map(|rest| (rest, Some(12))) {
        Some(found) => found,
        None => match upper.strip_suffix("AM") {
            Some(rest) => (rest, Some(0)),
            None => (upper.as_str(), None),
        },
    };
    if text.trim().is_empty() {
        return Some(offset.saturating_neg());
    }
    let mut parts = text.trim().split(':');
    let mut hour: u32 = parts.next()?.parse().ok()?;
    if let Some(half) = half {
        hour = (hour % 12).checked_add(half)?;
    }
    let minute: u32 = parts.next().unwrap_or("0").parse().ok()?;
    let second: f64 = parts.next().unwrap_or("0").parse().ok()?;
    if hour > 24 || minute > 59 || !(0.0..61.0).contains(&second) || parts.next().is_some() {
        return None;
    }
    ticks(f64::from(hour) * 36e9 + f64::from(minute) * 6e8 + second * 1e7).checked_sub(offset)
}

/// The text without its zone, and the zone's ticks east of UTC.
fn zone(text: &str) -> Option<(&str, i64)> {
    for name in ["Z", "z", "UTC", "GMT"] {
        if let Some(rest) = text.strip_suffix(name) {
            return Some((rest.trim_end(), 0));
        }
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, 0)) };
    let (rest, zone) = text.split_at_checked(at)?;
    let (hours, rest_zone) = up_to(zone.get(1..)?, 2)?;
    let (minutes, tail) = match rest_zone.strip_prefix(':').unwrap_or(rest_zone) {
        "" => (0, ""),
        text => up_to(text, 2)?,
    };
    if !tail.is_empty() {
        return None;
    }
    let east = hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(600_000_000)?;
    Some((rest.trim_end(), if zone.starts_with('-') { east.checked_neg()? } else { east }))
}
