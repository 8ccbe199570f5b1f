use serde::Serialize;
use std::fmt;

/// What is known of a time's zone. Times without one are shown as they are, never shifted by a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Zone {
    /// The record says that it is UTC, or the format is defined so; other offsets were converted.
    Utc,
    /// The record does not say.
    Unknown,
}

/// A point in time: 100 ns ticks since 1970-01-01T00:00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Ticks of 100 ns.
    pub ticks: i64,
    /// Its zone.
    pub zone: Zone,
}

/// 100 ns ticks from 1601-01-01 to 1970-01-01.
const EPOCH: i64 = 116_444_736_000_000_000;

impl Time {
    /// Ticks in a second.
    pub const SECOND: i64 = 10_000_000;

    /// From a Windows FILETIME; out of range becomes the nearest.
    #[must_use]
    pub fn from_filetime(filetime: u64) -> Self {
        let ticks = i64::try_from(filetime).unwrap_or(i64::MAX).saturating_sub(EPOCH);
        Self { ticks, zone: Zone::Utc }
    }

    /// Year, month (from 1) and day of the month (from 1).
    #[must_use]
    pub fn date(&self) -> (i64, i64, i64) {
        civil_from_days(self.ticks.div_euclid(Self::SECOND).div_euclid(86_400))
    }

    /// Reads RFC 3339 and its relatives: `T` or blank between date and time, 0 to 9 digits of a second, `Z`, `+hh:mm`,
    /// or nothing (the zone is unknown then).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, rest) = (text.get(..10)?, text.get(10..)?);
        let mut parts = date.split('-');
        let (year, month, day) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let (clock, offset) = match rest.find(['Z', 'z', '+', '-', ' ']) {
            Some(at) => (rest.get(..at)?, rest.get(at..)?.trim()),
            None => (rest, ""),
        };
        let mut parts = clock.split(':');
        let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
        let (second, fraction) = match parts.next() {
            None => (0, 0),
            Some(seconds) => match seconds.split_once(['.', ',']) {
                Some((whole, fraction)) => (number(whole)?, ticks_of(fraction)?),
                None => (number(seconds)?, 0),
            },
        };
        let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
        if !valid || parts.next().is_some() {
            return None;
        }
        let (zone, shift) = match offset {
            "" => (Zone::Unknown, 0),
            "Z" | "z" | "UTC" => (Zone::Utc, 0),
            _ => (Zone::Utc, offset_seconds(offset)?),
        };
        let days = days_from_civil(year, month, day);
        let clock = hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
        let seconds = days.checked_mul(86_400)?.checked_add(clock)?.checked_sub(shift)?;
        Some(Self { ticks: seconds.checked_mul(Self::SECOND)?.checked_add(fraction)?, zone })
    }
}

fn number(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// A fraction of a second in ticks; digits beyond the seventh are cut.
fn ticks_of(fraction: &str) -> Option<i64> {
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<7}").get(..7)?.parse().ok()
}

fn offset_seconds(offset: &str) -> Option<i64> {
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = (number(digits.get(..2)?)?, number(digits.get(2..4).unwrap_or("00"))?);
    hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_mul(sign)
}

/// Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = month.saturating_add(9).rem_euclid(12);
    let of_year = shifted.saturating_mul(153).saturating_add(2).div_euclid(5).saturating_add(day).saturating_sub(1);
    let leaps = of_era.div_euclid(4).saturating_sub(of_era.div_euclid(100));
    let of_era = of_era.saturating_mul(365).saturating_add(leaps).saturating_add(of_year);
    era.saturating_mul(146_097).saturating_add(of_era).saturating_sub(719_468)
}

/// Year, month and day of days since 1970-01-01, by the same source.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let leap = |by: i64| of_era.div_euclid(by);
    let years = of_era.saturating_sub(leap(1_460)).saturating_add(leap(36_524)).saturating_sub(leap(146_096));
    let years = years.div_euclid(365);
    let before = years.saturating_mul(365).saturating_add(years.div_euclid(4)).saturating_sub(years.div_euclid(100));
    let of_year = of_era.saturating_sub(before);
    let shifted = of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let day = of_year.saturating_sub(shifted.saturating_mul(153).saturating_add(2).div_euclid(5)).saturating_add(1);
    let month = if shifted < 10 { shifted.saturating_add(3) } else { shifted.saturating_sub(9) };
    let year = era.saturating_mul(400).saturating_add(years).saturating_add(i64::from(month <= 2));
    (year, month, day)
}

impl fmt::Display for Time {
    /// `2026-11-21T14:49:01.0000000Z`; without the `Z` where the zone is unknown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.ticks.div_euclid(Self::SECOND);
        let fraction = self.ticks.rem_euclid(Self::SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let clock = seconds.rem_euclid(86_400);
        let (hour, minute, second) =
            (clock.div_euclid(3600), clock.div_euclid(60).rem_euclid(60), clock.rem_euclid(60));
        let zone = if self.zone == Zone::Utc { "Z" } else { "" };
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}{zone}")
    }
}

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows() {
        for (text, shown) in [
            ("2020-09-18T19:00:00.711Z", "2020-09-18T19:00:00.7110000Z"),
            ("2025-11-27 07:40:10.132", "2025-11-27T07:40:10.1320000"),
            ("2024-02-29T23:59:59+02:00", "2024-02-29T21:59:59.0000000Z"),
            ("1601-01-01T00:00:00.0000001Z", "1601-01-01T00:00:00.0000001Z"),
        ] {
            assert_eq!(Time::parse(text).map(|time| time.to_string()).as_deref(), Some(shown), "{text}");
        }
        for text in
            ["", "yesterday", "2020-13-01T00:00:00Z", "2020-01-01", "2020-01-01T99:00:00Z", "2020-01-01T1:2:3:4"]
        {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        assert_eq!(Time::from_filetime(116_444_736_000_000_000).to_string(), "1970-01-01T00:00:00.0000000Z");
    }
}
