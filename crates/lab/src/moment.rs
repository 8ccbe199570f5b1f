//! Moments of a scenario.

use crate::LabError;
use ddefend_event::{Time, Zone};

/// When scenarios begin that do not say: 2026-03-02T09:00:00Z, a Monday morning.
pub(crate) const START: Time = Time { ticks: 1_772_442_000 * Time::SECOND, zone: Zone::Utc };

/// A moment: an offset from `start` (`+12s`, `-2d 3h`, `+0.25s`; empty is `start` itself) or RFC 3339.
///
/// # Errors
/// Where the text is neither.
pub(crate) fn moment(text: &str, start: Time) -> Result<Time, LabError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(start);
    }
    if text.starts_with(['+', '-']) {
        return Ok(after(start, span(text)?));
    }
    let parsed = Time::parse(text).ok_or_else(|| LabError(format!("'{text}' is no moment")))?;
    Ok(Time { zone: Zone::Utc, ..parsed })
}

/// A time later by some ticks.
pub(crate) fn after(time: Time, ticks: i64) -> Time {
    Time { ticks: time.ticks.saturating_add(ticks), ..time }
}

/// A span in ticks: `+3h`, `-10m`, `10s`.
///
/// # Errors
/// Where the text is none.
pub(crate) fn span(text: &str) -> Result<i64, LabError> {
    let no = || LabError(format!("'{text}' is no span of time: write +12s, -2d 3h, +0.25s"));
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut ticks = 0_i64;
    let mut number = String::new();
    for letter in rest.chars() {
        let unit = match letter {
            '0'..='9' | '.' => {
                number.push(letter);
                continue;
            }
            ' ' if number.is_empty() => continue,
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return Err(no()),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| no())? };
        let fraction: i64 = format!("{fraction:0<7}").get(..7).and_then(|text| text.parse().ok()).ok_or_else(no)?;
        let seconds = Time::SECOND.saturating_mul(whole).saturating_add(fraction);
        ticks = ticks.saturating_add(seconds.saturating_mul(unit));
        number.clear();
    }
    if number.is_empty() && !rest.is_empty() { Ok(ticks.saturating_mul(sign)) } else { Err(no()) }
}

/// A time as Sysmon writes `UtcTime`.
pub(crate) fn utc_time(time: Time) -> String {
    let text = rfc3339(time);
    let (whole, fraction) = text.trim_end_matches('Z').split_once('.').unwrap_or((text.trim_end_matches('Z'), "000"));
    format!("{}.{:0<3}", whole.replace('T', " "), fraction.get(..3).unwrap_or(fraction))
}

/// A time as RFC 3339 with `Z`.
pub(crate) fn rfc3339(time: Time) -> String {
    Time { zone: Zone::Utc, ..time }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_offsets_or_absolute() {
        let text = |moment_text: &str| rfc3339(moment(moment_text, START).unwrap());
        assert!(text("").starts_with("2026-03-02T09:00:00"));
        assert!(text("+12s").starts_with("2026-03-02T09:00:12"));
        assert!(text("-2d 3h").starts_with("2026-02-28T06:00:00"));
        assert!(text("+1h30m").starts_with("2026-03-02T10:30:00"));
        assert!(text("2026-03-02T11:00:00+01:00").starts_with("2026-03-02T10:00:00"));
        assert_eq!(utc_time(moment("+0.25s", START).unwrap()), "2026-03-02 09:00:00.250");
        for wrong in ["12", "+", "soon", "+5x", "+1h30"] {
            assert!(moment(wrong, START).is_err(), "{wrong}");
        }
    }
}
