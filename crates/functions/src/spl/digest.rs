use super::value::{at, each, function, of};
use crate::Function;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::fmt::Write as _;

pub(super) const FUNCTIONS: &[Function] = &[
    function("md5", 1, 1, |a, _| each(at(a, 0), |text| of(&hex(&Md5::digest(text.as_bytes()))))),
    function("sha1", 1, 1, |a, _| each(at(a, 0), |text| of(&hex(&Sha1::digest(text.as_bytes()))))),
    function("sha256", 1, 1, |a, _| each(at(a, 0), |text| of(&hex(&Sha256::digest(text.as_bytes()))))),
    function("sha512", 1, 1, |a, _| each(at(a, 0), |text| of(&hex(&Sha512::digest(text.as_bytes()))))),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
