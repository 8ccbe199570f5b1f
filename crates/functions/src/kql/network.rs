//! Addresses of networks.

use super::value::{BOOL, DYNAMIC, INT, LONG, STRING, at, bagged, datum, f, list, long_at, text, text_at};
use crate::{Context, Function};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;
use std::collections::BTreeMap;

pub(super) const FUNCTIONS: &[Function] = &[
    f("ipv4_is_private", 1, 1, BOOL, is_private),
    f("ipv4_is_match", 2, 3, BOOL, |arguments, _| equal(compared(arguments, four, 32))),
    f("ipv4_compare", 2, 3, LONG, |arguments, _| signed(compared(arguments, four, 32))),
    f("ipv4_is_in_range", 2, 2, BOOL, |arguments, _| in_range(arguments, four)),
    f("ipv4_is_in_any_range", 2, 64, BOOL, |arguments, _| in_any_range(arguments, four)),
    f("ipv4_netmask_suffix", 1, 1, INT, netmask_suffix),
    f("parse_ipv4", 1, 1, LONG, |arguments, _| number(four(&text_at(arguments, 0)))),
    f("parse_ipv4_mask", 2, 2, LONG, parse_ipv4_mask),
    f("format_ipv4", 1, 2, STRING, |arguments, _| format_ipv4(arguments, false)),
    f("format_ipv4_mask", 1, 2, STRING, |arguments, _| format_ipv4(arguments, true)),
    f("ipv6_is_match", 2, 3, BOOL, |arguments, _| equal(compared(arguments, six, 128))),
    f("ipv6_compare", 2, 3, LONG, |arguments, _| signed(compared(arguments, six, 128))),
    f("ipv6_is_in_range", 2, 2, BOOL, |arguments, _| in_range(arguments, six)),
    f("ipv6_is_in_any_range", 2, 64, BOOL, |arguments, _| in_any_range(arguments, six)),
    f("parse_ipv6", 1, 1, STRING, |arguments, _| datum(long_form(six(&text_at(arguments, 0))))),
    f("parse_ipv6_mask", 2, 2, STRING, parse_ipv6_mask),
    f("has_ipv4", 2, 2, BOOL, |arguments, _| has_any(arguments, has_address)),
    f("has_any_ipv4", 2, 64, BOOL, |arguments, _| has_any(arguments, has_address)),
    f("has_ipv4_prefix", 2, 2, BOOL, |arguments, _| has_any(arguments, has_prefix)),
    f("has_any_ipv4_prefix", 2, 64, BOOL, |arguments, _| has_any(arguments, has_prefix)),
    f("geo_info_from_ip_address", 1, 1, DYNAMIC, geo_info),
];

/// An address with the length of its prefix, counted in 128 bits.
#[derive(Clone, Copy)]
struct Masked {
    address: u128,
    prefix: u32,
}

impl Masked {
    fn cut(self, prefix: u32) -> u128 {
        let free = 128_u32.saturating_sub(prefix);
        self.address & u128::MAX.checked_shl(free).unwrap_or(0)
    }
}

/// An address and its prefix; `wide` is the bits of an address of version 4 in front of it here.
fn parts(text: &str) -> Option<(IpAddr, Option<u32>)> {
    let text = text.trim();
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address.trim(), Some(prefix.trim().parse().ok()?)),
        None => (text, None),
    };
    Some((address.parse().ok()?, prefix))
}

/// An address of version 4 at the end of 128 bits.
fn four(text: &str) -> Option<Masked> {
    match parts(text)? {
        (IpAddr::V4(address), prefix) if prefix.is_none_or(|prefix| prefix <= 32) => {
            Some(Masked { address: u128::from(u32::from(address)), prefix: prefix.unwrap_or(32).saturating_add(96) })
        }
        _ => None,
    }
}

/// An address of version 6, or one of version 4 as a mapped one.
fn six(text: &str) -> Option<Masked> {
    match parts(text)? {
        (IpAddr::V4(address), prefix) if prefix.is_none_or(|prefix| prefix <= 32) => Some(Masked {
            address: u128::from(address.to_ipv6_mapped()),
            prefix: prefix.unwrap_or(32).saturating_add(96),
        }),
        (IpAddr::V6(address), prefix) if prefix.is_none_or(|prefix| prefix <= 128) => {
            Some(Masked { address: u128::from(address), prefix: prefix.unwrap_or(128) })
        }
        _ => None,
    }
}

/// "Kusto documentation, 'ipv4_is_private()'": RFC 1918.
fn is_private(arguments: &[Datum], _: &Context) -> Datum {
    match parts(&text_at(arguments, 0)) {
        Some((IpAddr::V4(address), prefix)) if prefix.is_none_or(|prefix| prefix <= 32) => {
            Datum::Bool(address.is_private())
        }
        _ => Datum::Null,
    }
}

/// Both by the shortest of their prefixes and that of the third argument ("Kusto documentation, 'ipv4_compare()'").
fn compared(arguments: &[Datum], read: fn(&str) -> Option<Masked>, bits: u32) -> Option<Ordering> {
    let (left, right) = (read(&text_at(arguments, 0))?, read(&text_at(arguments, 1))?);
    let asked = match arguments.get(2) {
        Some(_) => u32::try_from(long_at(arguments, 2)?).ok().filter(|asked| *asked <= bits)?,
        None => bits,
    };
    let prefix = left.prefix.min(right.prefix).min(asked.saturating_add(128_u32.saturating_sub(bits)));
    Some(left.cut(prefix).cmp(&right.cut(prefix)))
}

fn equal(compared: Option<Ordering>) -> Datum {
    compared.map_or(Datum::Null, |order| Datum::Bool(order == Ordering::Equal))
}

fn signed(compared: Option<Ordering>) -> Datum {
    compared.map_or(Datum::Null, |order| Datum::Long(order as i64))
}

fn inside(address: Masked, range: Masked) -> bool {
    address.cut(range.prefix) == range.cut(range.prefix)
}

/// "Kusto documentation, 'ipv4_is_in_range()'".
fn in_range(arguments: &[Datum], read: fn(&str) -> Option<Masked>) -> Datum {
    match (read(&text_at(arguments, 0)), read(&text_at(arguments, 1))) {
        (Some(address), Some(range)) => Datum::Bool(inside(address, range)),
        _ => Datum::Null,
    }
}

/// "Kusto documentation, 'ipv4_is_in_any_range()'": ranges as arguments or as a list; those that are none are left out.
fn in_any_range(arguments: &[Datum], read: fn(&str) -> Option<Masked>) -> Datum {
    let Some(address) = read(&text_at(arguments, 0)) else { return Datum::Null };
    let ranges = arguments.iter().skip(1).flat_map(|argument| match list(argument) {
        Some(items) => items.to_vec(),
        None => vec![argument.clone()],
    });
    let mut ranges = ranges.filter_map(|range| read(&text(&range)));
    Datum::Bool(ranges.any(|range| inside(address, range)))
}

/// "Kusto documentation, 'ipv4_netmask_suffix()'".
fn netmask_suffix(arguments: &[Datum], _: &Context) -> Datum {
    four(&text_at(arguments, 0)).map_or(Datum::Null, |read| Datum::Long(i64::from(read.prefix.saturating_sub(96))))
}

fn number(read: Option<Masked>) -> Datum {
    let number = read.and_then(|read| i64::try_from(read.cut(read.prefix)).ok());
    number.map_or(Datum::Null, Datum::Long)
}

/// The prefix at that place, cut to that of the address.
fn narrowed(read: Option<Masked>, arguments: &[Datum], bits: u32) -> Option<Masked> {
    let read = read?;
    let asked = match arguments.get(1) {
        Some(_) => u32::try_from(long_at(arguments, 1)?).ok().filter(|asked| *asked <= bits)?,
        None => bits,
    };
    Some(Masked { prefix: read.prefix.min(asked.saturating_add(128_u32.saturating_sub(bits))), ..read })
}

/// "Kusto documentation, 'parse_ipv4_mask()'".
fn parse_ipv4_mask(arguments: &[Datum], _: &Context) -> Datum {
    number(narrowed(four(&text_at(arguments, 0)), arguments, 32))
}

/// "Kusto documentation, 'format_ipv4()', 'format_ipv4_mask()'": a text or a number.
fn format_ipv4(arguments: &[Datum], masked: bool) -> Datum {
    let read = match at(arguments, 0) {
        Datum::Long(value) => {
            u32::try_from(*value).ok().map(|value| Masked { address: u128::from(value), prefix: 128 })
        }
        _ => four(&text_at(arguments, 0)),
    };
    let Some(read) = narrowed(read, arguments, 32) else { return datum("") };
    let address = Ipv4Addr::from(u32::try_from(read.cut(read.prefix)).unwrap_or(0));
    let prefix = read.prefix.saturating_sub(96);
    datum(if masked { format!("{address}/{prefix}") } else { address.to_string() })
}

/// All eight groups with four digits each; empty where there is no address.
fn long_form(read: Option<Masked>) -> String {
    let Some(read) = read else { return String::new() };
    let groups = Ipv6Addr::from(read.cut(read.prefix)).segments();
    groups.map(|group| format!("{group:04x}")).join(":")
}

/// "Kusto documentation, 'parse_ipv6_mask()'".
fn parse_ipv6_mask(arguments: &[Datum], _: &Context) -> Datum {
    datum(long_form(narrowed(six(&text_at(arguments, 0)), arguments, 128)))
}

/// Texts as arguments or as a list, one of which is asked for.
fn has_any(arguments: &[Datum], holds: fn(&str, &str) -> bool) -> Datum {
    let source = text_at(arguments, 0);
    let wanted = arguments.iter().skip(1).flat_map(|argument| match list(argument) {
        Some(items) => items.iter().map(text).collect::<Vec<_>>(),
        None => vec![text(argument)],
    });
    Datum::Bool(wanted.into_iter().any(|wanted| holds(&source, &wanted)))
}

/// The addresses that stand in a text between characters that are neither letters nor digits.
fn addresses(source: &str) -> impl Iterator<Item = &str> {
    let pieces = source.split(|letter: char| !letter.is_alphanumeric() && letter != '.');
    pieces.map(|piece| piece.trim_matches('.')).filter(|piece| piece.parse::<Ipv4Addr>().is_ok())
}

/// "Kusto documentation, 'has_ipv4()'".
fn has_address(source: &str, wanted: &str) -> bool {
    let Ok(wanted) = wanted.parse::<Ipv4Addr>() else { return false };
    addresses(source).any(|found| found.parse() == Ok(wanted))
}

/// "Kusto documentation, 'has_ipv4_prefix()'": an address, or the front of one with its dot.
fn has_prefix(source: &str, wanted: &str) -> bool {
    let groups: Vec<&str> = wanted.split('.').collect();
    let valid = match groups.split_last() {
        Some((&"", front)) => (1..=3).contains(&front.len()) && front.iter().all(|group| group.parse::<u8>().is_ok()),
        _ => return has_address(source, wanted),
    };
    valid && addresses(source).any(|found| found.starts_with(wanted))
}

/// "Kusto documentation, 'geo_info_from_ip_address()'". There is no database of places here: the bag has the documented
/// keys for an address, and all their values are null; it is null for what is no address.
fn geo_info(arguments: &[Datum], _: &Context) -> Datum {
    if parts(&text_at(arguments, 0)).is_none() {
        return Datum::Null;
    }
    let keys = ["city", "country", "latitude", "longitude", "state"];
    bagged(keys.iter().map(|key| (Box::from(*key), Datum::Null)).collect::<BTreeMap<_, _>>())
}
