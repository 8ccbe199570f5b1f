//! Times as log exports write them. Zones are kept as known or unknown, never guessed.

use ddefend_event::{Time, Zone};

/// Reads RFC 3339 and its relatives, `/Date(milliseconds)/`, epoch numbers, and the forms of American consoles
/// (`9/18/2020, 7:00:00.711 PM`, `Sep 18, 2020 7:00:00 PM`), which name no zone.
pub(crate) fn read(text: &str) -> Option<Time> {
    let text = text.trim();
    Time::parse(text).or_else(|| dotnet(text)).or_else(|| epoch(text)).or_else(|| american(text))
}

/// What Windows PowerShell's `ConvertTo-Json` writes.
fn dotnet(text: &str) -> Option<Time> {
    let inside = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let end = inside.get(1..)?.find(['+', '-']).and_then(|at| at.checked_add(1)).unwrap_or(inside.len());
    let ticks = inside.get(..end)?.parse::<i64>().ok()?.checked_mul(Time::SECOND / 1000)?;
    Some(Time { ticks, zone: Zone::Utc })
}

/// Seconds, milli- or microseconds since 1970, told apart by their size (seconds reach 10^11 in the year 5138).
fn epoch(text: &str) -> Option<Time> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() < 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let number = whole.parse::<i64>().ok()?;
    let scale = match whole.len() {
        ..=11 => Time::SECOND,
        12..=14 => Time::SECOND / 1_000,
        15..=17 => Time::SECOND / 1_000_000,
        _ => return None,
    };
    let rest = format!("{fraction:0<7}").get(..7)?.parse::<i64>().ok()?;
    let rest = rest.checked_div(Time::SECOND.checked_div(scale)?)?;
    Some(Time { ticks: number.checked_mul(scale)?.checked_add(rest)?, zone: Zone::Utc })
}

/// Month, day, year and a clock of twelve hours.
fn american(text: &str) -> Option<Time> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut words = text.split([' ', ',', '/', '\u{202f}']).filter(|word| !word.is_empty());
    let month = words.next()?;
    let month = match month.get(..3).and_then(|name| MONTHS.iter().position(|known| known.eq_ignore_ascii_case(name))) {
        Some(index) => index.checked_add(1)?,
        None => month.parse().ok()?,
    };
    let (day, year): (u8, u16) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let clock = words.next()?;
    let (hour, rest) = clock.split_once(':')?;
    let hour: u8 = hour.parse().ok()?;
    let hour = match words.next() {
        Some(half) if half.eq_ignore_ascii_case("pm") && hour < 12 => hour.checked_add(12)?,
        Some(half) if half.eq_ignore_ascii_case("am") && hour == 12 => 0,
        _ => hour,
    };
    Time::parse(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{rest}"))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn reads_what_exports_write() {
        for (text, shown) in [
            ("2020-09-18T19:00:00.711Z", Some("2020-09-18T19:00:00.7110000Z")),
            ("2020-09-17 17:45:41", Some("2020-09-17T17:45:41.0000000")),
            ("/Date(1600364741433)/", Some("2020-09-17T17:45:41.4330000Z")),
            ("1600364741", Some("2020-09-17T17:45:41.0000000Z")),
            ("1600364741.433", Some("2020-09-17T17:45:41.4330000Z")),
            ("1600364741433", Some("2020-09-17T17:45:41.4330000Z")),
            ("1600364741433123", Some("2020-09-17T17:45:41.4331230Z")),
            ("9/18/2020, 7:00:00.711 PM", Some("2020-09-18T19:00:00.7110000")),
            ("09/17/2020 12:45:41 AM", Some("2020-09-17T00:45:41.0000000")),
            ("Sep 18, 2020 7:00:00 PM", Some("2020-09-18T19:00:00.0000000")),
            ("2021-10-20 13:41:35.123 +09:00", Some("2021-10-20T04:41:35.1230000Z")),
            ("99999999999999999999", None),
            ("é/é", None),
            ("", None),
        ] {
            assert_eq!(read(text).map(|time| time.to_string()).as_deref(), shown, "{text}");
        }
    }
}
