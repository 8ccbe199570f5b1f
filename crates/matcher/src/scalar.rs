//! What a single value is, beside text: a number, an address, a time.

use core::cmp::Ordering;
use core::net::IpAddr;
use ddefend_event::{Cell, Time};
use ddefend_rule::ir::{NumberTest, TimePart};

/// The number a text writes: decimal, with sign, fraction and exponent where it has them, or `0x` and hexadecimal digits.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let hexadecimal = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        return hexadecimal.then(|| u64::from_str_radix(digits, 16).ok())?.map(|value| value as f64);
    }
    let plain = text.bytes().all(|letter| matches!(letter, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    plain.then(|| text.parse().ok())?
}

/// True where the numbers stand so.
pub(crate) fn compares(test: NumberTest, value: f64, bound: f64) -> bool {
    let order = value.partial_cmp(&bound);
    match test {
        NumberTest::Lt => order == Some(Ordering::Less),
        NumberTest::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        NumberTest::Gt => order == Some(Ordering::Greater),
        NumberTest::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        NumberTest::Eq => order == Some(Ordering::Equal),
        NumberTest::Ne => order.is_some_and(|order| order != Ordering::Equal),
    }
}

/// The address a text writes: IPv4, IPv6 with or without zone; IPv4 in IPv6 (`::ffff:10.0.0.1`) counts as IPv4.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// True where the address lies in the network; families never mix.
pub(crate) fn inside(address: IpAddr, network: IpAddr, prefix: u8) -> bool {
    let (bits, address, network) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            (32, u128::from(address.to_bits()), u128::from(network.to_bits()))
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => (128, address.to_bits(), network.to_bits()),
        _ => return false,
    };
    let host = u32::saturating_sub(bits, u32::from(prefix));
    address.checked_shr(host) == network.checked_shr(host)
}

/// The part of the time that a value is or writes. Times without a zone are taken as they are.
pub(crate) fn part(cell: Cell<'_>, text: &str, part: TimePart) -> Option<i64> {
    let time = if let Cell::Time(time) = cell { time } else { Time::parse(text)? };
    let days = time.ticks.div_euclid(86_400 * Time::SECOND);
    let minutes = time.ticks.rem_euclid(86_400 * Time::SECOND) / (60 * Time::SECOND);
    let (year, month, day) = time.date();
    Some(match part {
        TimePart::Minute => minutes % 60,
        TimePart::Hour => minutes / 60,
        TimePart::Day => day,
        TimePart::Month => month,
        TimePart::Year => year,
        TimePart::Week => week(days),
    })
}

/// ISO 8601 week of a day: the week belongs to the year that its Thursday lies in.
fn week(days: i64) -> i64 {
    let weekday = (days + 3).rem_euclid(7);
    let thursday = Time { ticks: (days - weekday + 3) * 86_400 * Time::SECOND, zone: ddefend_event::Zone::Utc };
    let (year, ..) = thursday.date();
    let mut first = days - weekday + 3;
    while (Time { ticks: (first - 7) * 86_400 * Time::SECOND, ..thursday }).date().0 == year {
        first -= 7;
    }
    (days - weekday + 3 - first) / 7 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, value) in
            [("4688", 4688.0), (" 0x1410 ", 5136.0), ("-1.5e3", -1500.0), ("18446744073709551615", u64::MAX as f64)]
        {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "0x", "0xg", "inf", "NaN", "12 apples", "0x-1", "0x+1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn networks() {
        for (text, network, prefix, wanted) in [
            ("10.1.2.3", "10.0.0.0", 8, true),
            ("11.1.2.3", "10.0.0.0", 8, false),
            ("::ffff:10.1.2.3", "10.0.0.0", 8, true),
            ("fe80::1%12", "fe80::", 10, true),
            ("8.8.8.8", "0.0.0.0", 0, true),
            ("8.8.8.8", "::", 0, false),
            ("1.2.3.4", "1.2.3.4", 32, true),
        ] {
            let network = network.parse().unwrap_or(IpAddr::from([0, 0, 0, 0]));
            assert_eq!(address(text).is_some_and(|address| inside(address, network, prefix)), wanted, "{text}");
        }
        assert_eq!(address("-"), None);
    }

    #[test]
    fn times() {
        let cell = Cell::Null;
        for (text, wanted) in [
            ("2021-01-03T23:59:59Z", [59, 23, 3, 1, 2021, 53]),
            ("2021-01-04T00:00:00Z", [0, 0, 4, 1, 2021, 1]),
            ("2020-12-31 10:20:30", [20, 10, 31, 12, 2020, 53]),
        ] {
            let parts =
                [TimePart::Minute, TimePart::Hour, TimePart::Day, TimePart::Month, TimePart::Year, TimePart::Week];
            assert_eq!(parts.map(|kind| part(cell, text, kind)), wanted.map(Some), "{text}");
        }
    }
}
