//! Digests and names that are made from texts.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// What marks records and files where they have a field for words.
pub const MARK: &str = "ddefend-lab synthetic";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        _ = write!(out, "{byte:02x}");
        out
    })
}

/// SHA-256, lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Digests of a program that was never there, as Sysmon writes them: made from its name, so that no real file has them.
pub(crate) fn synthetic(image: &str) -> String {
    let name = image.rsplit('\\').next().unwrap_or(image).to_lowercase();
    let digest = sha256(format!("ddefend-lab synthetic {name}").as_bytes()).to_uppercase();
    let md5: String = digest.chars().take(32).collect();
    let import: String = digest.chars().rev().take(32).collect();
    format!("MD5={md5},SHA256={digest},IMPHASH={import}")
}

/// A GUID in braces, made from a name.
pub(crate) fn guid(name: &str) -> String {
    let digits = sha256(name.as_bytes()).to_uppercase();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{{{}-{}-{}-{}-{}}}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// A number made from a name.
pub(crate) fn number(name: &str) -> u32 {
    Sha256::digest(name.as_bytes()).iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}
