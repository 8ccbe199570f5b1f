//! Encrypted documents, MS-DOC 2.2.6: XOR obfuscation, 40-bit RC4, RC4 CryptoAPI.

use super::fib::{Fib, Version};
use ddefend_container::Sink;
use ddefend_container::crypto::stream::{StreamKey, WORD_BLOCK};
use ddefend_container::crypto::xor::XorKey;
use ddefend_model::{Location, code};
use std::borrow::Cow;

/// Bytes at the start of the text's stream that stay in the clear.
const CLEAR: usize = 68;

/// A key for the streams of one document.
pub(super) enum Key {
    Xor(XorKey),
    Stream(StreamKey),
}

/// Finds the key with the sink's passwords; `tables` holds the encryption header. Tells how it went. Gives back the
/// hiding tricks that go with the key.
pub(super) fn unlock(fib: &Fib<'_>, tables: &[u8], sink: &mut dyn Sink) -> Option<(Key, &'static [&'static str])> {
    if fib.version != Version::Word97 {
        let message = "protected with a password in the manner of Word 6 or before, which is not read".to_owned();
        sink.report(code::UNREADABLE_ENCRYPTED, Location::default(), message);
        return None;
    }
    if fib.is_obfuscated() {
        let [low, verifier_high, key_low, key_high] = fib.key().to_le_bytes();
        let (verifier, key) = (u16::from_le_bytes([low, verifier_high]), u16::from_le_bytes([key_low, key_high]));
        let unlocked = XorKey::unlock(key, verifier, sink)?;
        let tricks = unlocked.tricks();
        return Some((Key::Xor(unlocked.key), tricks));
    }
    let header = tables.get(..fib.key() as usize).unwrap_or(tables);
    let unlocked = StreamKey::unlock(header, sink)?;
    let tricks = unlocked.tricks();
    Some((Key::Stream(unlocked.key), tricks))
}

/// Decrypts a stream; the first bytes of the text's stream are in the clear.
pub(super) fn decrypt(key: &Key, stream: &[u8], is_text: bool, sink: &mut dyn Sink) -> Cow<'static, [u8]> {
    if let Err(exceeded) = sink.budget().produce(stream.len() as u64) {
        sink.report(exceeded.code, Location::default(), format!("{exceeded}; the stream was not decrypted"));
        return Cow::default();
    }
    let mut plain = stream.to_vec();
    match key {
        Key::Xor(key) => key.apply_word(&mut plain, 0),
        Key::Stream(key) => key.apply(&mut plain, WORD_BLOCK),
    }
    let clear = if is_text { CLEAR.min(stream.len()) } else { 0 };
    if let (Some(plain), Some(stored)) = (plain.get_mut(..clear), stream.get(..clear)) {
        plain.copy_from_slice(stored);
    }
    Cow::Owned(plain)
}
