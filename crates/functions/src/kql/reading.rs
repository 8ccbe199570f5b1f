//! Times and spans that are written as text.

use super::calendar::{DAY, HOUR, MICRO, MILLI, MINUTE, SECOND, from_civil, valid};

/// A piece of a date.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'t> {
    Digits(&'t str),
    Word(&'t str),
    /// Any other character; runs of spaces are one.
    Mark(char),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let run = |same: fn(char) -> bool| rest.find(|letter| !same(letter)).unwrap_or(rest.len());
        let end = match first {
            '0'..='9' => run(|letter| letter.is_ascii_digit()),
            letter if letter.is_ascii_alphabetic() => run(|letter| letter.is_ascii_alphabetic()),
            letter if letter.is_whitespace() => run(char::is_whitespace),
            letter => letter.len_utf8(),
        };
        let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        found.push(match first {
            '0'..='9' => Token::Digits(piece),
            letter if letter.is_ascii_alphabetic() => Token::Word(piece),
            letter if letter.is_whitespace() => Token::Mark(' '),
            letter => Token::Mark(letter),
        });
        rest = after;
    }
    found
}

/// Reads tokens one after the other.
struct Reader<'t> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'t>>>,
}

impl<'t> Reader<'t> {
    fn digits(&mut self) -> Option<&'t str> {
        match self.tokens.next()? {
            Token::Digits(digits) if digits.len() <= 18 => Some(digits),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<i64> {
        self.digits()?.parse().ok()
    }

    fn mark(&mut self, marks: &[char]) -> Option<char> {
        match self.tokens.next_if(|token| matches!(token, Token::Mark(mark) if marks.contains(mark)))? {
            Token::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    fn word(&mut self, fits: impl Fn(&str) -> bool) -> Option<&'t str> {
        match self.tokens.next_if(|token| matches!(token, Token::Word(word) if fits(word)))? {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    fn skip(&mut self, marks: &[char]) {
        while self.mark(marks).is_some() {}
    }

    /// Year, month, day.
    fn date(&mut self) -> Option<(i64, i64, i64)> {
        if self.word(weekday).is_some() {
            self.skip(&[' ', ',']);
        }
        if let Some(name) = self.word(|word| month(word).is_some()) {
            self.skip(&[' ']);
            let day = self.number()?;
            self.skip(&[' ', ',']);
            let written = self.digits()?;
            return Some((year(written)?, month(name)?, day));
        }
        let first = self.digits()?;
        let mark = self.mark(&['-', '/', ' '])?;
        if let Some(name) = self.word(|word| month(word).is_some()) {
            self.mark(&['-', '/', ' '])?;
            let written = self.digits()?;
            return Some((year(written)?, month(name)?, first.parse().ok()?));
        }
        let second = self.number()?;
        (mark != ' ' && self.mark(&[mark])? == mark).then_some(())?;
        let third = self.digits()?;
        if first.len() == 4 {
            Some((first.parse().ok()?, second, third.parse().ok()?))
        } else {
            Some((year(third)?, first.parse().ok()?, second))
        }
    }

    /// Ticks since midnight.
    fn clock(&mut self) -> Option<i64> {
        let mut hour = self.number()?;
        self.mark(&[':'])?;
        let minute = self.number()?;
        let (mut second, mut ticks) = (0, 0);
        if self.mark(&[':']).is_some() {
            second = self.number()?;
            if self.mark(&['.']).is_some() {
                ticks = fraction(self.digits()?)?;
            }
        }
        let spaced = self.mark(&[' ']).is_some();
        if let Some(half) = self.word(|word| word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm")) {
            (1..=12).contains(&hour).then_some(())?;
            hour = hour.checked_rem(12)?.checked_add(if half.eq_ignore_ascii_case("pm") { 12 } else { 0 })?;
        }
        let _ = spaced;
        let fits = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
        fits.then(|| together(&[(hour, HOUR), (minute, MINUTE), (second, SECOND), (ticks, 1)])).flatten()
    }

    /// Ticks that the zone is ahead of UTC.
    fn zone(&mut self) -> Option<i64> {
        self.skip(&[' ']);
        if self.word(|word| ["z", "gmt", "utc"].iter().any(|zone| word.eq_ignore_ascii_case(zone))).is_some() {
            return Some(0);
        }
        let Some(sign) = self.mark(&['+', '-']) else { return Some(0) };
        let digits = self.digits()?;
        let (hours, minutes) = match digits.len() {
            4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?),
            1 | 2 if self.mark(&[':']).is_some() => (digits.parse().ok()?, self.number()?),
            1 | 2 => (digits.parse().ok()?, 0),
            _ => return None,
        };
        let ahead = together(&[(hours, HOUR), (minutes, MINUTE)])?;
        Some(if sign == '-' { ahead.checked_neg()? } else { ahead })
    }
}

/// The sum of so many units.
fn together(parts: &[(i64, i64)]) -> Option<i64> {
    parts.iter().try_fold(0_i64, |sum, (count, unit)| sum.checked_add(count.checked_mul(*unit)?))
}

/// Ticks of the digits behind the point of seconds; what is finer is cut.
fn fraction(digits: &str) -> Option<i64> {
    let seven: String = digits.chars().chain("0000000".chars()).take(7).collect();
    seven.parse().ok()
}

fn weekday(word: &str) -> bool {
    let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    word.len() >= 3 && days.iter().any(|day| day.starts_with(&word.to_ascii_lowercase()))
}

/// Number of a month by its name or the first three letters of it.
fn month(word: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let known = MONTHS.iter().position(|month| *month == word || (word.len() == 3 && month.starts_with(&word)))?;
    i64::try_from(known).ok()?.checked_add(1)
}

/// A year of two or four digits.
fn year(digits: &str) -> Option<i64> {
    let year: i64 = digits.parse().ok()?;
    match digits.len() {
        4 => Some(year),
        2 => year.checked_add(if year < 50 { 2000 } else { 1900 }),
        _ => None,
    }
}

/// A time as text: ISO 8601, RFC 822 and 850 ("Kusto documentation, 'The datetime data type', Supported formats"), and month,
/// day, year in numbers.
pub(super) fn time(text: &str) -> Option<i64> {
    if text.len() > 64 {
        return None;
    }
    let mut reader = Reader { tokens: tokens(text).into_iter().peekable() };
    let (year, month, day) = reader.date()?;
    let midnight = from_civil(year, month, day, 0)?;
    reader.skip(&[' ', ',']);
    reader.word(|word| word.eq_ignore_ascii_case("t"));
    let mut ticks = 0;
    if matches!(reader.tokens.peek(), Some(Token::Digits(_))) {
        ticks = reader.clock()?;
    }
    let ahead = reader.zone()?;
    if reader.tokens.next().is_some() {
        return None;
    }
    valid(midnight.checked_add(ticks)?.checked_sub(ahead)?)
}

/// A span as text: `1.02:03:04.5`, `02:03`, `1d`, `10ms`; a number alone is days, as .NET takes it.
pub(super) fn span(text: &str) -> Option<i64> {
    if text.len() > 64 {
        return None;
    }
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let ticks = if text.contains(':') { clocked(text)? } else { counted(text)? };
    if negative { ticks.checked_neg() } else { Some(ticks) }
}

/// `[days.]hours:minutes[:seconds[.fraction]]`, `days:hours:minutes:seconds`.
fn clocked(text: &str) -> Option<i64> {
    let mut parts: Vec<&str> = text.split(':').collect();
    let mut days = 0;
    if parts.len() == 4 {
        days = parts.remove(0).parse().ok()?;
    } else if let Some((day, hours)) = parts.first().and_then(|first| first.split_once('.')) {
        days = day.parse().ok()?;
        *parts.first_mut()? = hours;
    }
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    let (seconds, ticks) = match parts.get(2) {
        Some(seconds) => {
            let (seconds, digits) = seconds.split_once('.').unwrap_or((seconds, "0"));
            digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
            (plain(seconds)?, fraction(digits)?)
        }
        None => (0, 0),
    };
    let (hours, minutes) = (plain(parts.first()?)?, plain(parts.get(1)?)?);
    let fits = parts.len() <= 3 && hours < 24 && minutes < 60 && seconds < 60;
    fits.then(|| together(&[(days, DAY), (hours, HOUR), (minutes, MINUTE), (seconds, SECOND), (ticks, 1)])).flatten()
}

/// Ticks of a unit of time by its names in literals.
pub(super) fn unit(name: &str) -> Option<i64> {
    Some(match name.to_ascii_lowercase().as_str() {
        "" | "d" | "day" | "days" => DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "m" | "min" | "minute" | "minutes" => MINUTE,
        "s" | "sec" | "second" | "seconds" => SECOND,
        "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => MILLI,
        "micro" | "micros" | "microsec" | "microsecond" | "microseconds" => MICRO,
        "tick" | "ticks" => 1,
        _ => return None,
    })
}

/// `1d`, `1.5h`.
fn counted(text: &str) -> Option<i64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (count, name) = text.split_at_checked(end)?;
    let unit = unit(name.trim())?;
    match count.parse::<i64>() {
        Ok(count) => count.checked_mul(unit),
        Err(_) => super::value::whole(count.parse::<f64>().ok()? * unit as f64),
    }
}
