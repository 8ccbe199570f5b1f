//! Hash functions by name, and the slow derivation from a password.

use ddefend_guard::{Budget, Exceeded};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::{Digest, Output};
use sha2::{Sha256, Sha384, Sha512};

/// Rounds between two looks at the clock.
const ROUNDS_PER_CHECK: u32 = 10_000;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// By the name that an agile header uses, MS-OFFCRYPTO 2.3.4.10; hyphens and letter case are ignored.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match name.to_ascii_uppercase().as_str() {
            "MD5" => Some(Self::Md5),
            "SHA1" => Some(Self::Sha1),
            "SHA256" => Some(Self::Sha256),
            "SHA384" => Some(Self::Sha384),
            "SHA512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash of the pieces joined.
    pub(super) fn of(self, pieces: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Md5 => digest::<Md5>(pieces).to_vec(),
            Self::Sha1 => digest::<Sha1>(pieces).to_vec(),
            Self::Sha256 => digest::<Sha256>(pieces).to_vec(),
            Self::Sha384 => digest::<Sha384>(pieces).to_vec(),
            Self::Sha512 => digest::<Sha512>(pieces).to_vec(),
        }
    }

    /// Salt and password hashed, then hashed `rounds` times with the round's number before it, MS-OFFCRYPTO 2.3.4.7
    /// and 2.3.4.11.
    pub(super) fn spin(self, salt: &[u8], password: &[u8], rounds: u32, budget: &Budget) -> Result<Vec<u8>, Exceeded> {
        match self {
            Self::Md5 => spin::<Md5>(salt, password, rounds, budget),
            Self::Sha1 => spin::<Sha1>(salt, password, rounds, budget),
            Self::Sha256 => spin::<Sha256>(salt, password, rounds, budget),
            Self::Sha384 => spin::<Sha384>(salt, password, rounds, budget),
            Self::Sha512 => spin::<Sha512>(salt, password, rounds, budget),
        }
    }
}

fn digest<D: Digest>(pieces: &[&[u8]]) -> Output<D> {
    let mut hasher = D::new();
    for piece in pieces {
        hasher.update(piece);
    }
    hasher.finalize()
}

fn spin<D: Digest>(salt: &[u8], password: &[u8], rounds: u32, budget: &Budget) -> Result<Vec<u8>, Exceeded> {
    let mut hash = digest::<D>(&[salt, password]);
    for round in 0..rounds {
        if round.is_multiple_of(ROUNDS_PER_CHECK) {
            budget.check_time()?;
        }
        hash = D::new().chain_update(round.to_le_bytes()).chain_update(&hash).finalize();
    }
    Ok(hash.to_vec())
}
