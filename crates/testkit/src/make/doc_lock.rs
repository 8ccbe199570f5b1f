//! Encrypts the streams of Word documents (MS-DOC 2.2.6): XOR obfuscation, 40-bit RC4, RC4 CryptoAPI.

use super::biff_lock::{SALT, VERIFIER, rc4, utf16};
use super::cfb::Cfb;
use super::doc::Doc;
use ddefend_container::crypto::xor::XorKey;
use md5::{Digest, Md5};
use sha1::Sha1;

/// Bytes of the text's stream that stay in the clear.
const CLEAR: usize = 68;
const ENCRYPTED: u8 = 0x01;
const OBFUSCATED: u8 = 0x80;

fn file(mut stream: Vec<u8>, tables: &[u8], flags: u8, key: u32) -> Vec<u8> {
    stream[0x0b] |= flags;
    stream[0x0e..0x12].copy_from_slice(&key.to_le_bytes());
    Cfb::new().stream("WordDocument", &stream).stream("1Table", tables).bytes()
}

/// Encrypts both streams in blocks of 512 bytes and puts the clear heads back.
fn blocks(doc: &Doc, head: &[u8], key: &dyn Fn(u32) -> Vec<u8>) -> Vec<u8> {
    let (mut stream, mut tables) = doc.clone().table_head(head).streams();
    for (data, clear) in [(&mut stream, CLEAR), (&mut tables, head.len())] {
        let plain = data[..clear].to_vec();
        for (block, chunk) in data.chunks_mut(512).enumerate() {
            rc4(&key(block as u32), chunk);
        }
        data[..clear].copy_from_slice(&plain);
    }
    file(stream, &tables, ENCRYPTED, head.len() as u32)
}

/// 40-bit RC4.
#[must_use]
pub fn rc4_40(doc: &Doc, password: &str) -> Vec<u8> {
    let first = Md5::digest(utf16(password))[..5].to_vec();
    let base = Md5::digest([first, SALT.to_vec()].concat().repeat(16))[..5].to_vec();
    let key = move |block: u32| Md5::digest([base.clone(), block.to_le_bytes().to_vec()].concat()).to_vec();
    let mut check = [VERIFIER.to_vec(), Md5::digest(VERIFIER).to_vec()].concat();
    rc4(&key(0), &mut check);
    let head = [vec![1, 0, 1, 0], SALT.to_vec(), check].concat();
    blocks(doc, &head, &key)
}

/// RC4 with the CryptoAPI header, 128 bits.
#[must_use]
pub fn cryptoapi(doc: &Doc, password: &str) -> Vec<u8> {
    let base = Sha1::digest([SALT.to_vec(), utf16(password)].concat()).to_vec();
    let key = move |block: u32| Sha1::digest([base.clone(), block.to_le_bytes().to_vec()].concat())[..16].to_vec();
    let mut check = [VERIFIER.to_vec(), Sha1::digest(VERIFIER).to_vec()].concat();
    rc4(&key(0), &mut check);
    let (verifier, hash) = check.split_at(16);
    let provider = utf16("Microsoft Enhanced Cryptographic Provider v1.0\0");
    let words = |values: &[u32]| -> Vec<u8> { values.iter().flat_map(|value| value.to_le_bytes()).collect() };
    // Flags, extra size, RC4, SHA-1, bits, provider type, two reserved words.
    let inner = [words(&[4, 0, 0x6801, 0x8004, 128, 1, 0, 0]), provider].concat();
    let head = [
        vec![2, 0, 2, 0],
        words(&[4, inner.len() as u32]),
        inner,
        words(&[16]),
        SALT.to_vec(),
        verifier.to_vec(),
        words(&[20]),
        hash.to_vec(),
    ]
    .concat();
    blocks(doc, &head, &key)
}

/// XOR obfuscation.
#[must_use]
pub fn xor(doc: &Doc, password: &str) -> Vec<u8> {
    let (key, verifier) = XorKey::words(password);
    let (mut stream, mut tables) = doc.streams();
    let Some(cipher) = XorKey::open(key, verifier, password) else { return Vec::new() };
    cipher.apply_word(&mut stream[CLEAR..], CLEAR as u64);
    cipher.apply_word(&mut tables, 0);
    file(stream, &tables, ENCRYPTED | OBFUSCATED, u32::from(key) << 16 | u32::from(verifier))
}
