use super::value::{at, each, function, of};
use crate::Function;
use crate::shared::hex;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

pub(super) const FUNCTIONS: &[Function] = &[
    function("md5", 1, 1, |a, _| each(at(a, 0), |text| of(&hex(&Md5::digest(text.as_bytes()))))),
    function("sha1", 1, 1, |a, _| each(at(a, 0), |text| of(&hex(&Sha1::digest(text.as_bytes()))))),
    function("sha256", 1, 1, |a, _| each(at(a, 0), |text| of(&hex(&Sha256::digest(text.as_bytes()))))),
    function("sha512", 1, 1, |a, _| each(at(a, 0), |text| of(&hex(&Sha512::digest(text.as_bytes()))))),
];
