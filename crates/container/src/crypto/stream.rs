//! RC4 for the binary formats: 40-bit (MS-OFFCRYPTO 2.3.6) and CryptoAPI (2.3.5). The key changes with every block:
//! 1024 bytes in a workbook stream (MS-XLS 2.2.10), 512 in Word streams (MS-DOC 2.2.6.2 and 2.2.6.3), one persist
//! object in PowerPoint (MS-PPT 2.3.7).

use super::hash::Hash;
use super::{Locked, Unlocked, try_passwords, utf16};
use crate::Sink;
use ddefend_guard::{Cursor, Short};
use rc4::{KeyInit, Rc4, StreamCipher};

/// Block length of a workbook stream, bytes.
pub const WORKBOOK_BLOCK: usize = 1024;
/// Block length of Word's streams, bytes.
pub const WORD_BLOCK: usize = 512;

/// What a password and an encryption header give: a key for every block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamKey {
    hash: Hash,
    /// What is hashed with the block's number.
    base: Vec<u8>,
    /// Bytes of the hash that are used, and bytes of the key, the rest zero.
    used: usize,
    length: usize,
}

/// The header, parsed.
struct Header<'h> {
    cryptoapi: bool,
    salt: &'h [u8],
    key_bits: u32,
    verifier: &'h [u8],
    verifier_hash: &'h [u8],
}

impl StreamKey {
    /// Tries the sink's passwords on an encryption header, which begins with its version (`01 00 01 00` for 40-bit RC4,
    /// `02..04 00 02 00` for CryptoAPI), and tells how it went.
    pub fn unlock(header: &[u8], sink: &mut dyn Sink) -> Option<Unlocked<Self>> {
        let parsed = Header::parse(header);
        let method = match &parsed {
            Ok(header) if header.cryptoapi => "RC4 CryptoAPI",
            _ => "RC4",
        };
        try_passwords(sink, method, |password, _| {
            let header = parsed.as_ref().map_err(Clone::clone)?;
            let key = Self::derive(header, password);
            Ok(key.verify(header).then_some(key))
        })
    }

    fn derive(header: &Header<'_>, password: &str) -> Self {
        let password = utf16(password);
        if header.cryptoapi {
            // MS-OFFCRYPTO 2.3.5.2: a 40-bit key is filled up with zeros to 128 bits.
            let used = usize::try_from(header.key_bits / 8).unwrap_or(16);
            let length = if used == 5 { 16 } else { used };
            return Self { hash: Hash::Sha1, base: Hash::Sha1.of(&[header.salt, &password]), used, length };
        }
        // MS-OFFCRYPTO 2.3.6.2.
        let short = |hash: Vec<u8>| hash.get(..5).unwrap_or_default().to_vec();
        let first = short(Hash::Md5.of(&[&password]));
        let round = [first.as_slice(), header.salt].concat();
        Self { hash: Hash::Md5, base: short(Hash::Md5.of(&[&round.repeat(16)])), used: 16, length: 16 }
    }

    fn verify(&self, header: &Header<'_>) -> bool {
        let mut both = [header.verifier, header.verifier_hash].concat();
        self.apply_block(0, &mut both);
        let (verifier, hash) = both.split_at_checked(header.verifier.len()).unwrap_or_default();
        let expected = self.hash.of(&[verifier]);
        !hash.is_empty() && hash.get(..expected.len()) == Some(&expected)
    }

    fn cipher(&self, block: u32) -> Option<Rc4> {
        let mut key = self.hash.of(&[&self.base, &block.to_le_bytes()]);
        key.truncate(self.used);
        key.resize(self.length, 0);
        Rc4::new_from_slice(&key).ok()
    }

    /// Decrypts (or encrypts) the bytes of one block from its start.
    pub fn apply_block(&self, block: u32, data: &mut [u8]) {
        if let Some(mut cipher) = self.cipher(block) {
            cipher.apply_keystream(data);
        }
    }

    /// Decrypts (or encrypts) a stream from its start. The key stream runs on under bytes that are stored in the clear
    /// (record headers, the head of the FIB); the caller puts those back from the original. Linear.
    pub fn apply(&self, data: &mut [u8], block_length: usize) {
        for (block, chunk) in (0_u32..).zip(data.chunks_mut(block_length.max(1))) {
            self.apply_block(block, chunk);
        }
    }
}

impl<'h> Header<'h> {
    fn parse(header: &'h [u8]) -> Result<Self, Locked> {
        let mut cursor = Cursor::new(header);
        let version = cursor.u16("major version").and_then(|major| Ok((major, cursor.u16("minor version")?)));
        match version.map_err(short)? {
            (1, 1) => Self::parse_rc4(cursor).map_err(short),
            (2..=4, 2) => Self::parse_cryptoapi(cursor),
            (major, minor) => Err(Locked::Method(format!("the header has the unknown version {major}.{minor}"))),
        }
    }

    /// MS-OFFCRYPTO 2.3.6.1.
    fn parse_rc4(mut cursor: Cursor<'h>) -> Result<Self, Short> {
        Ok(Self {
            cryptoapi: false,
            key_bits: 40,
            salt: cursor.take(16, "salt")?,
            verifier: cursor.take(16, "verifier")?,
            verifier_hash: cursor.take(16, "verifier hash")?,
        })
    }

    /// MS-OFFCRYPTO 2.3.5.1 with 2.3.2 and 2.3.3.
    fn parse_cryptoapi(mut cursor: Cursor<'h>) -> Result<Self, Locked> {
        let fields = Fields::read(&mut cursor).map_err(short)?;
        if !matches!(fields.algorithm, 0 | 0x6801) {
            return Err(Locked::Method(format!("algorithm {:#x} is not RC4", fields.algorithm)));
        }
        let key_bits = if fields.key_bits == 0 { 40 } else { fields.key_bits };
        if !(40..=128).contains(&key_bits) {
            return Err(Locked::Method(format!("a key of {key_bits} bits is impossible for RC4")));
        }
        Ok(Self {
            cryptoapi: true,
            key_bits,
            salt: fields.salt,
            verifier: fields.verifier,
            verifier_hash: fields.verifier_hash,
        })
    }
}

/// `EncryptionHeader` and `EncryptionVerifier` behind the version, MS-OFFCRYPTO 2.3.2 and 2.3.3; standard encryption
/// has the same.
pub(super) struct Fields<'h> {
    pub(super) flags: u32,
    pub(super) algorithm: u32,
    pub(super) key_bits: u32,
    pub(super) salt: &'h [u8],
    pub(super) verifier: &'h [u8],
    /// 20 bytes for RC4, 32 for AES: what is there.
    pub(super) verifier_hash: &'h [u8],
}

impl<'h> Fields<'h> {
    pub(super) fn read(cursor: &mut Cursor<'h>) -> Result<Self, Short> {
        let flags = cursor.u32("flags")?;
        let size = cursor.u32("size of the encryption header")?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let mut header = Cursor::new(cursor.take(size, "encryption header")?);
        header.skip(8, "flags and extra size")?;
        let algorithm = header.u32("algorithm")?;
        header.skip(4, "hash algorithm")?;
        let key_bits = header.u32("key size")?;
        cursor.skip(4, "salt size")?;
        let salt = cursor.take(16, "salt")?;
        let verifier = cursor.take(16, "verifier")?;
        cursor.skip(4, "size of the verifier hash")?;
        Ok(Self { flags, algorithm, key_bits, salt, verifier, verifier_hash: cursor.take_up_to(32) })
    }
}

pub(super) fn short(short: Short) -> Locked {
    Locked::Method(format!("the encryption header is damaged: {short}"))
}
