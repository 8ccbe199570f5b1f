//! Agile encryption of packages, MS-OFFCRYPTO 2.3.4.10 to 2.3.4.15: an XML header, AES in CBC mode, segments of 4096
//! bytes.

use super::aes::Aes;
use super::hash::Hash;
use super::{Locked, utf16};
use crate::Sink;
use crate::xml::{Event, Source, Xml};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ddefend_guard::{Budget, Exceeded};

/// Bytes of the package that one initial vector serves.
const SEGMENT: usize = 4096;
/// Most rounds that the format allows, MS-OFFCRYPTO 2.3.4.10 (`ST_SpinCount`).
const MAX_ROUNDS: u32 = 10_000_000;

/// Block keys, MS-OFFCRYPTO 2.3.4.13.
const VERIFIER_INPUT: [u8; 8] = [0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79];
const VERIFIER_VALUE: [u8; 8] = [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e];
const KEY_VALUE: [u8; 8] = [0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6];

/// A cipher and hash as `keyData` and `encryptedKey` name them.
#[derive(Clone, Debug)]
struct Suite {
    hash: Hash,
    /// Bytes.
    key_length: usize,
    salt: Vec<u8>,
}

/// An agile header.
pub(super) struct Agile {
    data: Suite,
    password: Suite,
    rounds: u32,
    verifier_input: Vec<u8>,
    verifier_value: Vec<u8>,
    key_value: Vec<u8>,
}

/// The package's key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    aes: Aes,
    suite: Suite,
}

impl Agile {
    /// Parses the XML behind the version and flags.
    pub(super) fn parse(xml: &[u8], sink: &mut dyn Sink) -> Result<Self, Locked> {
        let source = Source::new(xml, sink);
        let mut events = Xml::new(&source);
        let (mut data, mut agile) = (None, None);
        while let Some(event) = events.next(sink) {
            let Event::Start(element) = event else { continue };
            let value = |name: &str| element.attribute(name).unwrap_or_default();
            match element.local() {
                "keyData" if data.is_none() => data = Some(Suite::parse(&value)?),
                "encryptedKey" if agile.is_none() && !value("encryptedKeyValue").is_empty() => {
                    let data = data.clone().ok_or_else(|| missing("keyData"))?;
                    agile = Some(Self::parse_encryptor(data, &value)?);
                }
                _ => {}
            }
        }
        agile.ok_or_else(|| missing("a password's encryptedKey"))
    }

    fn parse_encryptor(data: Suite, value: &dyn Fn(&str) -> String) -> Result<Self, Locked> {
        let rounds: u32 = value("spinCount").trim().parse().map_err(|_| missing("a spinCount that is a number"))?;
        Ok(Self {
            data,
            password: Suite::parse(value)?,
            rounds,
            verifier_input: decode(value, "encryptedVerifierHashInput")?,
            verifier_value: decode(value, "encryptedVerifierHashValue")?,
            key_value: decode(value, "encryptedKeyValue")?,
        })
    }

    /// What one password costs.
    pub(super) fn rounds(&self) -> u32 {
        self.rounds
    }

    /// The key, where the password fits.
    pub(super) fn open(&self, password: &str, budget: &Budget) -> Result<Option<Key>, Locked> {
        if self.rounds > MAX_ROUNDS {
            let limit = u64::from(MAX_ROUNDS);
            return Err(Locked::Limit(Exceeded { code: ddefend_model::code::LIMIT_STRUCTURE, limit }));
        }
        let suite = &self.password;
        let hash = suite.hash.spin(&suite.salt, &utf16(password), self.rounds, budget)?;
        let unlock = |block_key: &[u8], stored: &[u8]| {
            let key = fitted(suite.hash.of(&[&hash, block_key]), suite.key_length);
            let mut value = stored.to_vec();
            if let Some(aes) = Aes::new(&key) {
                aes.decrypt_cbc(vector(&suite.salt), &mut value);
            }
            value
        };
        let mut input = unlock(&VERIFIER_INPUT, &self.verifier_input);
        input.truncate(suite.salt.len());
        let expected = suite.hash.of(&[&input]);
        if unlock(&VERIFIER_VALUE, &self.verifier_value).get(..expected.len()) != Some(&expected) {
            return Ok(None);
        }
        let key = unlock(&KEY_VALUE, &self.key_value);
        let aes = key.get(..self.data.key_length).and_then(Aes::new);
        Ok(aes.map(|aes| Key { aes, suite: self.data.clone() }))
    }
}

impl Key {
    /// Decrypts the package behind its size, in place. Linear.
    pub(super) fn decrypt(&self, data: &mut [u8]) {
        for (segment, chunk) in (0_u32..).zip(data.chunks_mut(SEGMENT)) {
            let iv = self.suite.hash.of(&[&self.suite.salt, &segment.to_le_bytes()]);
            self.aes.decrypt_cbc(vector(&iv), chunk);
        }
    }
}

impl Suite {
    fn parse(value: &dyn Fn(&str) -> String) -> Result<Self, Locked> {
        let (cipher, chaining) = (value("cipherAlgorithm"), value("cipherChaining"));
        if cipher != "AES" || chaining != "ChainingModeCBC" {
            return Err(Locked::Method(format!("cipher {cipher:?} with {chaining:?} is not supported")));
        }
        let name = value("hashAlgorithm");
        let hash = Hash::by_name(&name).ok_or_else(|| Locked::Method(format!("hash {name:?} is not supported")))?;
        let key_length = match value("keyBits").trim() {
            "128" => 16,
            "192" => 24,
            "256" => 32,
            other => return Err(Locked::Method(format!("a key of {other:?} bits is impossible for AES"))),
        };
        Ok(Self { hash, key_length, salt: decode(value, "saltValue")? })
    }
}

fn decode(value: &dyn Fn(&str) -> String, name: &'static str) -> Result<Vec<u8>, Locked> {
    STANDARD.decode(value(name).trim()).map_err(|_| missing(name))
}

fn missing(what: &str) -> Locked {
    Locked::Method(format!("the encryption header lacks {what}"))
}

/// Cut or filled up with 0x36, MS-OFFCRYPTO 2.3.4.11.
fn fitted(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    bytes.resize(length, 0x36);
    bytes
}

/// An initial vector of one block, MS-OFFCRYPTO 2.3.4.12.
fn vector(bytes: &[u8]) -> [u8; 16] {
    let mut vector = [0x36; 16];
    for (slot, byte) in vector.iter_mut().zip(bytes) {
        *slot = *byte;
    }
    vector
}
