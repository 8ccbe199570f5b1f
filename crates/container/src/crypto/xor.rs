//! XOR obfuscation, MS-OFFCRYPTO 2.3.7: method 1 for workbooks, method 2 for Word documents.

use super::{Locked, Unlocked, try_passwords};
use crate::Sink;

/// Longest password, bytes.
const MAX_PASSWORD: usize = 15;

/// MS-OFFCRYPTO 2.3.7.2, `InitialCode`: by the password's length.
const INITIAL_CODE: [u16; 15] = [
    0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9, 0x280c, 0xa96a,
    0x4ec3,
];

/// MS-OFFCRYPTO 2.3.7.2, `XorMatrix`: seven words for each of fifteen characters.
const XOR_MATRIX: [u16; 105] = [
    0xaefc, 0x4dd9, 0x9bb2, 0x2745, 0x4e8a, 0x9d14, 0x2a09, 0x7b61, 0xf6c2, 0xfda5, 0xeb6b, 0xc6f7, 0x9dcf, 0x2bbf,
    0x4563, 0x8ac6, 0x05ad, 0x0b5a, 0x16b4, 0x2d68, 0x5ad0, 0x0375, 0x06ea, 0x0dd4, 0x1ba8, 0x3750, 0x6ea0, 0xdd40,
    0xd849, 0xa0b3, 0x5147, 0xa28e, 0x553d, 0xaa7a, 0x44d5, 0x6f45, 0xde8a, 0xad35, 0x4a4b, 0x9496, 0x390d, 0x721a,
    0xeb23, 0xc667, 0x9cef, 0x29ff, 0x53fe, 0xa7fc, 0x5fd9, 0x47d3, 0x8fa6, 0x0f6d, 0x1eda, 0x3db4, 0x7b68, 0xf6d0,
    0xb861, 0x60e3, 0xc1c6, 0x93ad, 0x377b, 0x6ef6, 0xddec, 0x45a0, 0x8b40, 0x06a1, 0x0d42, 0x1a84, 0x3508, 0x6a10,
    0xaa51, 0x4483, 0x8906, 0x022d, 0x045a, 0x08b4, 0x1168, 0x76b4, 0xed68, 0xcaf1, 0x85c3, 0x1ba7, 0x374e, 0x6e9c,
    0x3730, 0x6e60, 0xdcc0, 0xa9a1, 0x4363, 0x86c6, 0x1dad, 0x3331, 0x6662, 0xccc4, 0x89a9, 0x0373, 0x06e6, 0x0dcc,
    0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48c4,
];

/// MS-OFFCRYPTO 2.3.7.2, `PadArray`.
const PAD: [u8; 15] = [0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00];

/// A derived key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XorKey {
    array: [u8; 16],
}

impl XorKey {
    /// Tries the sink's passwords against the two stored words and tells how it went: for a workbook the `FILEPASS`
    /// words `key` and `verificationBytes` (MS-XLS 2.5.343), for Word the upper and lower half of `FibBase.lKey`
    /// (MS-OFFCRYPTO 2.3.7.4).
    pub fn unlock(key: u16, verifier: u16, sink: &mut dyn Sink) -> Option<Unlocked<Self>> {
        try_passwords(sink, "XOR obfuscation", |password, _| Ok::<_, Locked>(Self::open(key, verifier, password)))
    }

    /// The key, where the password fits.
    #[must_use]
    pub fn open(key: u16, verifier: u16, password: &str) -> Option<Self> {
        let bytes = single_bytes(password);
        (!bytes.is_empty() && password_verifier(&bytes) == verifier && xor_key(&bytes) == key)
            .then(|| Self::derive(&bytes))
    }

    /// The two stored words of a password, for writers: key and verifier.
    #[must_use]
    pub fn words(password: &str) -> (u16, u16) {
        let bytes = single_bytes(password);
        (xor_key(&bytes), password_verifier(&bytes))
    }

    /// The array of MS-OFFCRYPTO 2.3.7.2, `CreateXorArray_Method1`: password and padding against the key's two bytes.
    fn derive(password: &[u8]) -> Self {
        let key = xor_key(password).to_le_bytes();
        let mut array = [0; 16];
        let text = password.iter().chain(&PAD);
        for (slot, (byte, key)) in array.iter_mut().zip(text.zip(key.iter().cycle())) {
            *slot = (byte ^ key).rotate_right(1);
        }
        Self { array }
    }

    /// Decrypts a piece of one workbook record's data (method 1). `record` is the offset in the workbook stream at which
    /// the record's data begins, `size` the length of all of its data, and `data` begins `skip` bytes into it.
    pub fn decrypt_record(&self, data: &mut [u8], record: u64, size: u64, skip: u64) {
        let first = record.wrapping_add(size).wrapping_add(skip);
        self.each(data, first, |byte, key| (byte ^ key).rotate_right(5));
    }

    /// The reverse of [`Self::decrypt_record`], for writers.
    pub fn encrypt_record(&self, data: &mut [u8], record: u64, size: u64, skip: u64) {
        let first = record.wrapping_add(size).wrapping_add(skip);
        self.each(data, first, |byte, key| byte.rotate_left(5) ^ key);
    }

    /// Decrypts a piece of a Word stream that begins at `offset` in it (method 2, MS-OFFCRYPTO 2.3.7.6); its own reverse.
    pub fn apply_word(&self, data: &mut [u8], offset: u64) {
        self.each(data, offset, |byte, key| if byte == 0 || byte == key { byte } else { byte ^ key });
    }

    fn each(&self, data: &mut [u8], first: u64, change: impl Fn(u8, u8) -> u8) {
        let start = usize::try_from(first % 16).unwrap_or(0);
        for (byte, key) in data.iter_mut().zip(self.array.iter().cycle().skip(start)) {
            *byte = change(*byte, *key);
        }
    }
}

/// One byte per character: the low one, or the high one where that is zero (MS-OFFCRYPTO 2.3.7.4).
fn single_bytes(password: &str) -> Vec<u8> {
    let byte = |unit: u16| match unit.to_le_bytes() {
        [0, high] => high,
        [low, _] => low,
    };
    password.encode_utf16().map(byte).take(MAX_PASSWORD).collect()
}

/// MS-OFFCRYPTO 2.3.7.1.
fn password_verifier(password: &[u8]) -> u16 {
    let length = u8::try_from(password.len()).unwrap_or(u8::MAX);
    let step = |verifier: u16, byte: u8| {
        let carry = (verifier >> 14) & 1;
        ((verifier << 1) & 0x7fff | carry) ^ u16::from(byte)
    };
    let verifier = password.iter().rev().fold(0, |verifier, byte| step(verifier, *byte));
    step(verifier, length) ^ 0xce4b
}

/// MS-OFFCRYPTO 2.3.7.2, `CreateXorKey_Method1`.
fn xor_key(password: &[u8]) -> u16 {
    let initial = password.len().checked_sub(1).and_then(|index| INITIAL_CODE.get(index));
    let mut key = initial.copied().unwrap_or(0);
    let mut words = XOR_MATRIX.iter().rev();
    for byte in password.iter().rev() {
        for bit in (0..7).rev() {
            let word = words.next().copied().unwrap_or(0);
            if (byte >> bit) & 1 != 0 {
                key ^= word;
            }
        }
    }
    key
}
