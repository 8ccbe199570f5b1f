//! Times as mail headers write them (RFC 5322 3.3 and its obsolete forms, asctime).

use ddefend_event::Time;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads `Sat, 21 Nov 2026 22:00:00 +0100 (CET)` and its relatives; none where it is no such thing. A time without a
/// known zone is taken for UTC, as `-0000` is.
#[must_use]
pub fn mail_time(text: &str) -> Option<Time> {
    let text = without_comments(text);
    let words: Vec<&str> = text.split([' ', '\t', ',', '\r', '\n']).filter(|word| !word.is_empty()).take(12).collect();
    let (mut day, mut month, mut year, mut clock, mut shift) = (None, None, None, None, 0_i64);
    for word in words {
        let folded = word.to_ascii_lowercase();
        if let Some(number) = month_of(&folded) {
            month = month.or(Some(number));
        } else if let Some((date, month_word, year_word)) = dashed(&folded) {
            (day, month, year) = (day.or(Some(date)), month.or(Some(month_word)), year.or(Some(year_word)));
        } else if word.contains(':') {
            clock = clock.or(clock_of(word));
        } else if clock.is_some() && (word.starts_with(['+', '-']) || folded.bytes().all(|b| b.is_ascii_alphabetic())) {
            shift = zone(&folded).unwrap_or(shift);
        } else if let Ok(number) = word.parse::<i64>() {
            // The day stands before the year in every form.
            if day.is_none() && word.len() <= 2 {
                day = Some(number);
            } else if year.is_none() && clock.is_none() | (word.len() == 4) {
                year = Some(full_year(number, word.len()));
            }
        }
    }
    let ((hour, minute, second), year, month, day) = (clock?, year?, month?, day?);
    let stamp = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    let time = Time::parse(&stamp)?;
    let ticks = time.ticks.checked_sub(shift.checked_mul(Time::SECOND)?)?;
    Some(Time { ticks, ..time })
}

fn month_of(word: &str) -> Option<i64> {
    let at = MONTHS.iter().position(|month| word.get(..3) == Some(month) && word.len() <= 9)?;
    if !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    i64::try_from(at).ok()?.checked_add(1)
}

/// `21-Nov-2026`.
fn dashed(word: &str) -> Option<(i64, i64, i64)> {
    let mut parts = word.split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Some((day.parse().ok()?, month_of(month)?, full_year(year.parse().ok()?, year.len())))
}

/// RFC 5322 4.3.
fn full_year(year: i64, digits: usize) -> i64 {
    match digits {
        2 if year < 50 => year.saturating_add(2000),
        2 | 3 => year.saturating_add(1900),
        _ => year,
    }
}

fn clock_of(word: &str) -> Option<(i64, i64, i64)> {
    let mut parts = word.split(':').map(|part| part.split('.').next().unwrap_or(part).parse::<i64>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().flatten().unwrap_or(0);
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    valid.then_some((hour, minute, second))
}

/// Seconds east of UTC.
fn zone(word: &str) -> Option<i64> {
    if let Some(digits) = word.strip_prefix(['+', '-']) {
        let digits = digits.replace(':', "");
        let number: i64 = digits.parse().ok().filter(|_| digits.len() == 4)?;
        let seconds = number.div_euclid(100).checked_mul(3600)?.checked_add(number.rem_euclid(100).checked_mul(60)?)?;
        return Some(if word.starts_with('-') { seconds.saturating_neg() } else { seconds });
    }
    let hours: i64 = match word {
        "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" => -8,
        "bst" | "cet" | "met" => 1,
        "cest" | "mest" => 2,
        "ut" | "utc" | "gmt" | "z" => 0,
        _ => return None,
    };
    hours.checked_mul(3600)
}

/// Text without what stands in parentheses (RFC 5322 3.2.2), which nest.
#[must_use]
pub fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut depth, mut quoted) = (0_u32, false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let escaped = chars.next();
                if depth == 0 {
                    out.push('\\');
                    out.extend(escaped);
                }
                continue;
            }
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => {
                depth = depth.saturating_add(1);
                continue;
            }
            ')' if !quoted && depth > 0 => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    out.push(' ');
                }
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{mail_time, without_comments};

    #[test]
    fn times_in_all_forms() {
        for (text, wanted) in [
            ("Sat, 21 Nov 2026 22:00:00 +0100 (CET)", "2026-11-21T21:00:00"),
            ("21 Nov 26 22:00 GMT", "2026-11-21T22:00:00"),
            ("Mon, 1 Jun 2020 01:02:03 -0700 (PDT)", "2020-06-01T08:02:03"),
            ("Sat Nov 21 22:00:00 2026", "2026-11-21T22:00:00"),
            ("21-Nov-2026 22:00:00 -0000", "2026-11-21T22:00:00"),
            ("Thu, 27 May 2004 15:27:01.123 EST", "2004-05-27T20:27:01"),
            ("Fri, 31 Dec 99 23:59:60 Z", "2000-01-01T00:00:00"),
        ] {
            let seen = mail_time(text).map(|time| time.to_string());
            assert_eq!(seen, Some(format!("{wanted}.0000000Z")), "{text}");
        }
        for text in ["", "yesterday", "32 Foo 2026 10:00", "Sat, 21 Nov 2026", "21 Nov 2026 25:00:00 +0000"] {
            assert_eq!(mail_time(text), None, "{text}");
        }
    }

    #[test]
    fn comments_nest_and_quotes_hold() {
        assert_eq!(without_comments(r#"a (b (c) \) d) e "(f)" "#), r#"a   e "(f)" "#);
    }
}
