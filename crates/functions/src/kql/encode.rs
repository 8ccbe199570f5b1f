//! Encodings and digests.

use super::value::{DYNAMIC, LONG, STRING, at, datum, f, list_at, listed, long, long_at, text, text_at};
use crate::shared;
use crate::{Context, Function};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use ddefend_rule::ir::query::Datum;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;
use std::fmt::Write;

pub(super) const FUNCTIONS: &[Function] = &[
    f("base64_encode_tostring", 1, 1, STRING, encode),
    f("base64_encodestring", 1, 1, STRING, encode),
    f("base64_decode_tostring", 1, 1, STRING, decode),
    f("base64_decodestring", 1, 1, STRING, decode),
    f("base64_decode_toarray", 1, 1, DYNAMIC, decode_bytes),
    f("base64_encode_fromarray", 1, 1, STRING, encode_bytes),
    f("url_encode", 1, 1, STRING, |arguments, _| datum(url(&text_at(arguments, 0), "+"))),
    f("url_encode_component", 1, 1, STRING, |arguments, _| datum(url(&text_at(arguments, 0), "%20"))),
    f("url_decode", 1, 1, STRING, |arguments, _| datum(url_decoded(&text_at(arguments, 0)))),
    f("hash_md5", 1, 1, STRING, |arguments, _| hex(&Md5::digest(text_at(arguments, 0).as_bytes()))),
    f("hash_sha1", 1, 1, STRING, |arguments, _| hex(&Sha1::digest(text_at(arguments, 0).as_bytes()))),
    f("hash_sha256", 1, 1, STRING, |arguments, _| hex(&Sha256::digest(text_at(arguments, 0).as_bytes()))),
    f("hash", 1, 2, LONG, hash),
    f("hash_xxhash64", 1, 2, LONG, hash),
];

/// Base64 with its padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// "Kusto documentation, 'base64_encode_tostring()'".
fn encode(arguments: &[Datum], _: &Context) -> Datum {
    datum(BASE64.encode(text_at(arguments, 0).as_bytes()))
}

/// "Kusto documentation, 'base64_decode_tostring()'": empty where it is no base64 or no UTF-8.
fn decode(arguments: &[Datum], _: &Context) -> Datum {
    let bytes = BASE64.decode(text_at(arguments, 0).trim().as_bytes()).unwrap_or_default();
    datum(String::from_utf8(bytes).unwrap_or_default())
}

/// "Kusto documentation, 'base64_decode_toarray()'": a number per byte; null where it is no base64.
fn decode_bytes(arguments: &[Datum], _: &Context) -> Datum {
    let bytes = BASE64.decode(text_at(arguments, 0).trim().as_bytes()).ok();
    bytes.map_or(Datum::Null, |bytes| listed(bytes.into_iter().map(|byte| Datum::Long(byte.into())).collect()))
}

/// "Kusto documentation, 'base64_encode_fromarray()'".
fn encode_bytes(arguments: &[Datum], _: &Context) -> Datum {
    let bytes = list_at(arguments, 0)
        .and_then(|items| items.iter().map(|item| u8::try_from(long(item)?).ok()).collect::<Option<Vec<u8>>>());
    datum(bytes.map(|bytes| BASE64.encode(bytes)).unwrap_or_default())
}

/// "Kusto documentation, 'url_encode()', 'url_encode_component()'": hexadecimal digits are small.
fn url(source: &str, space: &str) -> String {
    let mut out = String::new();
    for byte in source.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte.into()),
            b' ' => out.push_str(space),
            other => {
                let _ = write!(out, "%{other:02x}");
            }
        }
    }
    out
}

/// "Kusto documentation, 'url_decode()'": `+` is a space; a `%` that is no code stays.
pub(super) fn url_decoded(source: &str) -> String {
    shared::url_decoded(source, true)
}

fn hex(bytes: &[u8]) -> Datum {
    datum(shared::hex(bytes))
}

/// "Kusto documentation, 'hash()'": xxHash64; with a second argument the remainder by it.
fn hash(arguments: &[Datum], _: &Context) -> Datum {
    let source = at(arguments, 0);
    let made = match source {
        Datum::Long(long) => xxhash64(&long.to_le_bytes()),
        Datum::Time(ticks) => xxhash64(&ticks.saturating_sub(super::calendar::EARLIEST).to_le_bytes()),
        Datum::Span(ticks) => xxhash64(&ticks.to_le_bytes()),
        Datum::Real(real) => xxhash64(&real.to_le_bytes()),
        other => xxhash64(text(other).as_bytes()),
    }
    .cast_signed();
    match arguments.get(1) {
        None => Datum::Long(made),
        Some(_) => {
            match long_at(arguments, 1).filter(|size| *size > 0).and_then(|size| made.checked_rem_euclid(size)) {
                Some(rest) => Datum::Long(rest),
                None => Datum::Null,
            }
        }
    }
}

const PRIME: [u64; 5] =
    [0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5];

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIME[1])).rotate_left(31).wrapping_mul(PRIME[0])
}

fn merged(hash: u64, lane: u64) -> u64 {
    (hash ^ round(0, lane)).wrapping_mul(PRIME[0]).wrapping_add(PRIME[3])
}

/// xxHash64 with the seed 0 (xxHash specification, "XXH64 Algorithm").
fn xxhash64(bytes: &[u8]) -> u64 {
    let mut rest = bytes;
    let mut hash = PRIME[4];
    if bytes.len() >= 32 {
        let mut lanes = [PRIME[0].wrapping_add(PRIME[1]), PRIME[1], 0, 0_u64.wrapping_sub(PRIME[0])];
        while let Some((stripe, after)) = rest.split_first_chunk::<32>() {
            for (lane, word) in lanes.iter_mut().zip(stripe.as_chunks::<8>().0) {
                *lane = round(*lane, u64::from_le_bytes(*word));
            }
            rest = after;
        }
        let turned = lanes.iter().zip([1, 7, 12, 18]).map(|(lane, by)| lane.rotate_left(by));
        hash = turned.fold(0, u64::wrapping_add);
        hash = lanes.iter().fold(hash, |hash, lane| merged(hash, *lane));
    }
    hash = hash.wrapping_add(bytes.len() as u64);
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        hash =
            (hash ^ round(0, u64::from_le_bytes(*word))).rotate_left(27).wrapping_mul(PRIME[0]).wrapping_add(PRIME[3]);
        rest = after;
    }
    if let Some((word, after)) = rest.split_first_chunk::<4>() {
        let word = u64::from(u32::from_le_bytes(*word)).wrapping_mul(PRIME[0]);
        hash = (hash ^ word).rotate_left(23).wrapping_mul(PRIME[1]).wrapping_add(PRIME[2]);
        rest = after;
    }
    for byte in rest {
        hash = (hash ^ u64::from(*byte).wrapping_mul(PRIME[4])).rotate_left(11).wrapping_mul(PRIME[0]);
    }
    hash = (hash ^ hash >> 33).wrapping_mul(PRIME[1]);
    hash = (hash ^ hash >> 29).wrapping_mul(PRIME[2]);
    hash ^ hash >> 32
}
