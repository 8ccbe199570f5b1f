//! Encrypts as Office does (MS-OFFCRYPTO), written apart from the readers. Salts and keys are fixed: samples are
//! deterministic and nothing here is secret.

use super::cfb::Cfb;
use aes::Aes128;
use aes::Aes256;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::{Digest, Sha1};
use sha2::Sha512;

const SALT: [u8; 16] = *b"0123456789abcdef";
const VERIFIER: [u8; 16] = *b"verifierVERIFIER";

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn sha1(pieces: &[&[u8]]) -> Vec<u8> {
    pieces.iter().fold(Sha1::new(), |hash, piece| hash.chain_update(piece)).finalize().to_vec()
}

fn sha512(pieces: &[&[u8]]) -> Vec<u8> {
    pieces.iter().fold(Sha512::new(), |hash, piece| hash.chain_update(piece)).finalize().to_vec()
}

fn padded(data: &[u8], block: usize) -> Vec<u8> {
    let mut data = data.to_vec();
    data.resize(data.len().next_multiple_of(block), 0);
    data
}

fn cbc(key: &[u8], iv: &[u8], data: &[u8]) -> Vec<u8> {
    let Ok(aes) = Aes256::new_from_slice(key) else { return Vec::new() };
    let mut last: Vec<u8> = iv[..16].to_vec();
    for chunk in padded(data, 16).chunks(16).map(<[u8]>::to_vec).collect::<Vec<_>>() {
        let mut block = Array::from([0_u8; 16]);
        let before = last.len() - 16;
        for (index, slot) in block.iter_mut().enumerate() {
            *slot = chunk[index] ^ last[before + index];
        }
        aes.encrypt_block(&mut block);
        last.extend(block.iter());
    }
    last.split_off(16)
}

/// `EncryptionHeader` and `EncryptionVerifier`, MS-OFFCRYPTO 2.3.2 and 2.3.3.
fn binary_header(version: [u16; 2], flags: u32, algorithm: u32, bits: u32, verifier: &[u8], hash: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = version.iter().flat_map(|word| word.to_le_bytes()).collect();
    let provider = wide("Microsoft Enhanced Cryptographic Provider v1.0\0");
    let size = 32 + provider.len() as u32;
    for word in [flags, size, flags, 0, algorithm, 0x8004, bits, 0x18, 0, 0] {
        out.extend(word.to_le_bytes());
    }
    out.extend(provider);
    out.extend(16_u32.to_le_bytes());
    out.extend(SALT);
    out.extend(verifier);
    out.extend(20_u32.to_le_bytes());
    out.extend(hash);
    out
}

/// A package under standard encryption (AES-128, SHA-1), in its compound file.
#[must_use]
pub fn standard(package: &[u8], password: &str) -> Vec<u8> {
    let mut hash = sha1(&[&SALT, &wide(password)]);
    for round in 0..50_000_u32 {
        hash = sha1(&[&round.to_le_bytes(), &hash]);
    }
    hash = sha1(&[&hash, &[0; 4]]);
    let mut buffer = [0x36_u8; 64];
    for (slot, byte) in buffer.iter_mut().zip(&hash) {
        *slot ^= byte;
    }
    let key = sha1(&[&buffer]);
    let ecb = |data: &[u8]| -> Vec<u8> {
        let Ok(aes) = Aes128::new_from_slice(&key[..16]) else { return Vec::new() };
        let mut out = padded(data, 16);
        for chunk in out.chunks_mut(16) {
            let mut block = Array::from([0_u8; 16]);
            block.copy_from_slice(chunk);
            aes.encrypt_block(&mut block);
            chunk.copy_from_slice(&block);
        }
        out
    };
    let info = binary_header([3, 2], 0x24, 0x660e, 128, &ecb(&VERIFIER), &ecb(&sha1(&[&VERIFIER])));
    let mut stored = (package.len() as u64).to_le_bytes().to_vec();
    stored.extend(ecb(package));
    Cfb::new().stream("EncryptionInfo", &info).stream("EncryptedPackage", &stored).bytes()
}

/// A package under agile encryption (AES-256, SHA-512), in its compound file. `rounds` is what the header claims and what
/// was done.
#[must_use]
pub fn agile(package: &[u8], password: &str, rounds: u32) -> Vec<u8> {
    let mut hash = sha512(&[&SALT, &wide(password)]);
    for round in 0..rounds {
        hash = sha512(&[&round.to_le_bytes(), &hash]);
    }
    let secret: [u8; 32] = *b"the key that encrypts the data..";
    let lock = |block: [u8; 8], data: &[u8]| STANDARD.encode(cbc(&sha512(&[&hash, &block])[..32], &SALT, data));
    let input = lock([0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79], &VERIFIER);
    let value = lock([0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e], &sha512(&[&VERIFIER]));
    let key = lock([0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6], &secret);
    let salt = STANDARD.encode(SALT);
    let suite = format!(
        "saltSize=\"16\" blockSize=\"16\" keyBits=\"256\" hashSize=\"64\" cipherAlgorithm=\"AES\" \
         cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA512\" saltValue=\"{salt}\""
    );
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><encryption \
         xmlns=\"http://schemas.microsoft.com/office/2006/encryption\" \
         xmlns:p=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\"><keyData {suite}/>\
         <keyEncryptors><keyEncryptor uri=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\">\
         <p:encryptedKey spinCount=\"{rounds}\" {suite} encryptedVerifierHashInput=\"{input}\" \
         encryptedVerifierHashValue=\"{value}\" encryptedKeyValue=\"{key}\"/></keyEncryptor></keyEncryptors></encryption>"
    );
    let mut info = vec![4, 0, 4, 0, 0x40, 0, 0, 0];
    info.extend(xml.bytes());
    let mut stored = (package.len() as u64).to_le_bytes().to_vec();
    for (segment, chunk) in (0_u32..).zip(package.chunks(4096)) {
        stored.extend(cbc(&secret, &sha512(&[&SALT, &segment.to_le_bytes()]), chunk));
    }
    Cfb::new().stream("EncryptionInfo", &info).stream("EncryptedPackage", &stored).bytes()
}

/// A cipher of the binary formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryCipher {
    /// RC4 with 40 bits, MS-OFFCRYPTO 2.3.6.
    Rc4,
    /// RC4 CryptoAPI with 128 bits, MS-OFFCRYPTO 2.3.5.
    CryptoApi,
}

impl BinaryCipher {
    fn block_key(self, password: &str, block: u32) -> Vec<u8> {
        if self == Self::CryptoApi {
            let base = sha1(&[&SALT, &wide(password)]);
            return sha1(&[&base, &block.to_le_bytes()])[..16].to_vec();
        }
        let md5 = |data: &[u8]| Md5::digest(data).to_vec();
        let mut round = md5(&wide(password))[..5].to_vec();
        round.extend(SALT);
        let mut base = md5(&round.repeat(16))[..5].to_vec();
        base.extend(block.to_le_bytes());
        md5(&base)
    }

    /// Encrypts (or decrypts) a stream from its start, the key changing every `block_length` bytes.
    pub fn apply(self, password: &str, data: &mut [u8], block_length: usize) {
        for (block, chunk) in (0_u32..).zip(data.chunks_mut(block_length)) {
            rc4(&self.block_key(password, block), chunk);
        }
    }

    /// The encryption header, version first.
    #[must_use]
    pub fn header(self, password: &str) -> Vec<u8> {
        let hash = match self {
            Self::Rc4 => Md5::digest(VERIFIER).to_vec(),
            Self::CryptoApi => sha1(&[&VERIFIER]),
        };
        let mut both = [VERIFIER.as_slice(), &hash].concat();
        rc4(&self.block_key(password, 0), &mut both);
        let (verifier, hash) = both.split_at(16);
        match self {
            Self::Rc4 => [&[1, 0, 1, 0], SALT.as_slice(), verifier, hash].concat(),
            Self::CryptoApi => binary_header([4, 2], 4, 0x6801, 128, verifier, hash),
        }
    }
}

fn rc4(key: &[u8], data: &mut [u8]) {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut other = 0_u8;
    for index in 0..256 {
        other = other.wrapping_add(state[index]).wrapping_add(key[index % key.len()]);
        state.swap(index, usize::from(other));
    }
    let (mut first, mut second) = (0_u8, 0_u8);
    for byte in data {
        first = first.wrapping_add(1);
        second = second.wrapping_add(state[usize::from(first)]);
        state.swap(usize::from(first), usize::from(second));
        *byte ^= state[usize::from(state[usize::from(first)].wrapping_add(state[usize::from(second)]))];
    }
}
