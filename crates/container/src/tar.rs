//! Tape archives: POSIX ustar and pax, GNU long names, the old format.

use crate::{Claim, Format, Part, Probe, Reader, Sink, members};
use ddefend_model::{Location, code};

/// Any tape archive.
pub static READER: Reader =
    Reader { format: Format { id: "tar", title: "tape archive", extensions: &["tar"] }, sniff, read };

/// Header and data come in blocks of that many bytes.
const BLOCK: usize = 512;

fn sniff(probe: &Probe<'_>) -> Claim {
    let Some(block) = probe.bytes().first_chunk::<BLOCK>() else { return Claim::No };
    if !sound(block) {
        Claim::No
    } else if block.get(257..262) == Some(b"ustar") {
        Claim::Magic
    } else {
        Claim::Structure
    }
}

/// True where a header's checksum fits (the checksum's own field counts as blanks) and it has a name.
fn sound(block: &[u8; BLOCK]) -> bool {
    let sum = |signed: bool| {
        block.iter().enumerate().fold(0_i64, |sum, (at, byte)| {
            let byte = if (148..156).contains(&at) { b' ' } else { *byte };
            let value = if signed { i64::from(i8::from_le_bytes([byte])) } else { i64::from(byte) };
            sum.saturating_add(value)
        })
    };
    let stored = block.get(148..156).and_then(octal).and_then(|value| i64::try_from(value).ok());
    block.first().is_some_and(|byte| *byte != 0) && (stored == Some(sum(false)) || stored == Some(sum(true)))
}

/// A number: octal digits, or base 256 where the first bit is set.
fn octal(field: &[u8]) -> Option<u64> {
    if let [first @ 0x80..=0xff, rest @ ..] = field {
        let start = u64::from(first & 0x7f);
        return Some(rest.iter().fold(start, |value, byte| value.wrapping_shl(8) | u64::from(*byte)));
    }
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches(['\0', ' ']).split(['\0', ' ']).next()?;
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// Text up to its first NUL.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end).unwrap_or(field)).into_owned()
}

/// Values that extended headers give the next member.
#[derive(Default)]
struct Extended {
    name: Option<String>,
    size: Option<u64>,
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let bytes = part.bytes;
    let mut at = 0_usize;
    let mut next = Extended::default();
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        if sink.budget().check_time().is_err() {
            return;
        }
        if block.iter().all(|byte| *byte == 0) {
            at = at.saturating_add(BLOCK);
            continue;
        }
        if !sound(block) {
            let Some(found) = resync(bytes, at) else {
                let message = "no member header where one should be; the rest was not read".to_owned();
                sink.report(code::BROKEN_STRUCTURE, Location::bytes(at as u64, BLOCK as u64), message);
                return;
            };
            let message = "no member header where one should be; reading goes on at the next".to_owned();
            sink.report(code::BROKEN_STRUCTURE, Location::bytes(at as u64, found.saturating_sub(at) as u64), message);
            at = found;
            continue;
        }
        at = at.saturating_add(BLOCK);
        let declared = block.get(124..136).and_then(octal).unwrap_or(0);
        let kind = block.get(156).copied().unwrap_or(0);
        let plain = !matches!(kind, b'x' | b'g' | b'L' | b'K');
        let size = if plain { next.size.unwrap_or(declared) } else { declared };
        let length = usize::try_from(size).unwrap_or(usize::MAX);
        let rest = bytes.get(at..).unwrap_or_default();
        let data = rest.get(..length).unwrap_or(rest);
        member(block, kind, data, &mut next, sink);
        if data.len() < length {
            let message = format!("the data of the last member end after {} of {length} bytes", data.len());
            sink.report(code::BROKEN_TRUNCATED, Location::bytes(at as u64, data.len() as u64), message);
            return;
        }
        at = at.saturating_add(length.div_ceil(BLOCK).saturating_mul(BLOCK));
    }
}

/// One member, or an extended header for the next.
fn member(block: &[u8; BLOCK], kind: u8, data: &[u8], next: &mut Extended, sink: &mut dyn Sink) {
    match kind {
        b'L' => next.name = Some(text(data)),
        b'x' => pax(data, next),
        b'g' | b'K' => {}
        _ => {
            let given = std::mem::take(next);
            let name = given.name.unwrap_or_else(|| own_name(block));
            // Links, devices and folders hold no data; contiguous and unknown kinds are files.
            if !matches!(kind, b'1'..=b'6') {
                members::walk(&name, data, &[], sink);
            }
        }
    }
}

/// The name in the header itself, with the ustar prefix.
fn own_name(block: &[u8; BLOCK]) -> String {
    let name = text(block.get(..100).unwrap_or_default());
    let prefix = text(block.get(345..500).unwrap_or_default());
    // GNU tar uses the prefix field otherwise; its magic ends in a blank.
    if prefix.is_empty() || block.get(257..263) != Some(b"ustar\0") { name } else { format!("{prefix}/{name}") }
}

/// Records `length key=value\n` (POSIX 1003.1 pax).
fn pax(data: &[u8], next: &mut Extended) {
    let mut rest = data;
    while let Some(blank) = rest.iter().position(|byte| *byte == b' ') {
        let length = rest.get(..blank).and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<usize>().ok());
        let Some((record, after)) = length.filter(|length| *length > blank).and_then(|l| rest.split_at_checked(l))
        else {
            return;
        };
        let record = String::from_utf8_lossy(record.get(blank.saturating_add(1)..).unwrap_or_default()).into_owned();
        match record.trim_end_matches('\n').split_once('=') {
            Some(("path", value)) => next.name = Some(value.to_owned()),
            Some(("size", value)) => next.size = value.parse().ok(),
            _ => {}
        }
        rest = after;
    }
}

/// The next sound header on a block border.
fn resync(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let blocks = rest.chunks_exact(BLOCK).enumerate().skip(1);
    let found = blocks.filter_map(|(index, block)| Some((index, block.first_chunk::<BLOCK>()?)));
    let (index, _) = found.into_iter().find(|(_, block)| sound(block))?;
    Some(from.saturating_add(index.saturating_mul(BLOCK)))
}
