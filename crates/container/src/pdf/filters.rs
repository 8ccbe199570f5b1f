//! Stream filters, ISO 32000-1 section 7.4.

use super::objects::{Stream, value};
use ddefend_guard::Budget;
use ddefend_guard::decode::{self, Decoded, Stopped};

/// Filters of one stream that are applied at most.
const CHAIN: usize = 8;

/// Decodes a stream through its filters, or names the one that is not read.
pub(super) fn decode(stream: &Stream<'_>, budget: &Budget) -> Result<Decoded, String> {
    let filters = names(&stream.dictionary);
    let mut out = Decoded { consumed: stream.data.len(), bytes: Vec::new(), stopped: None };
    let mut first = true;
    for filter in filters.iter().take(CHAIN) {
        let input: &[u8] = if first { stream.data } else { &out.bytes };
        let step = match filter.as_str() {
            "FlateDecode" | "Fl" => flate(input, budget),
            "ASCIIHexDecode" | "AHx" => whole(hexadecimal(input)),
            "ASCII85Decode" | "A85" => whole(base85(input)),
            "RunLengthDecode" | "RL" => whole(run_length(input, budget)),
            other => return Err(other.to_owned()),
        };
        let stopped = out.stopped.or(step.stopped);
        out = Decoded { stopped, ..step };
        first = false;
    }
    if first {
        out.bytes = stream.data.to_vec();
    }
    Ok(out)
}

fn whole(bytes: Vec<u8>) -> Decoded {
    Decoded { consumed: bytes.len(), bytes, stopped: None }
}

/// zlib; some writers leave the header out or damage the checksum, which is no loss.
fn flate(input: &[u8], budget: &Budget) -> Decoded {
    let decoded = decode::zlib(input, budget);
    match decoded.stopped {
        Some(Stopped::Damaged) if decoded.bytes.is_empty() => decode::inflate(input, budget),
        _ => decoded,
    }
}

/// The names behind `/Filter`: one, or an array.
fn names(dictionary: &str) -> Vec<String> {
    let Some(rest) = value(dictionary, "/Filter").or_else(|| value(dictionary, "/F").filter(|v| v.starts_with('/')))
    else {
        return Vec::new();
    };
    let list = match rest.strip_prefix('[') {
        Some(array) => array.split(']').next().unwrap_or(array),
        None => {
            let name = rest.strip_prefix('/').unwrap_or(rest);
            let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
            return name.get(..end).filter(|name| !name.is_empty()).map(str::to_owned).into_iter().collect();
        }
    };
    list.split('/').skip(1).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Section 7.4.2.
fn hexadecimal(input: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = input
        .iter()
        .take_while(|byte| **byte != b'>')
        .filter_map(|byte| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    digits.chunks(2).map(|pair| (pair.first().unwrap_or(&0) << 4) | pair.get(1).unwrap_or(&0)).collect()
}

/// Section 7.4.3.
fn base85(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut group: Vec<u8> = Vec::with_capacity(5);
    for byte in input {
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => group.push(byte.wrapping_sub(b'!')),
            _ => {}
        }
        if group.len() == 5 {
            out.extend_from_slice(&number(&group).to_be_bytes());
            group.clear();
        }
    }
    if group.len() > 1 {
        let count = group.len().saturating_sub(1);
        group.resize(5, 84);
        out.extend(number(&group).to_be_bytes().into_iter().take(count));
    }
    out
}

fn number(group: &[u8]) -> u32 {
    group.iter().fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(u32::from(*digit)))
}

/// Section 7.4.5.
fn run_length(input: &[u8], budget: &Budget) -> Vec<u8> {
    let limit = usize::try_from(budget.part_allowance()).unwrap_or(usize::MAX);
    let mut out = Vec::new();
    let mut rest = input;
    while let Some((length, tail)) = rest.split_first() {
        if out.len() > limit {
            break;
        }
        match length {
            128 => break,
            0..=127 => {
                let count = usize::from(*length).saturating_add(1);
                let (bytes, after) = tail.split_at_checked(count).unwrap_or((tail, &[]));
                out.extend_from_slice(bytes);
                rest = after;
            }
            129.. => {
                let Some((byte, after)) = tail.split_first() else { break };
                let count = 257_usize.saturating_sub(usize::from(*length));
                out.extend(std::iter::repeat_n(*byte, count));
                rest = after;
            }
        }
    }
    out
}
