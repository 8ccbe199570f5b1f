//! The encrypting side of zip encryption, with fixed salts so that the bytes are the same every time.

use aes::cipher::{Array, BlockCipherEncrypt, BlockSizeUser, KeyInit, consts::U16};
use hmac::{Hmac, Mac};
use sha1::Sha1;

fn step(register: u32, byte: u8) -> u32 {
    let mut value = (register ^ u32::from(byte)) & 0xff;
    for _ in 0..8 {
        value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
    }
    value ^ (register >> 8)
}

/// The old method of APPNOTE 6.1; `check` is the last byte of its header.
pub(super) fn traditional(data: &[u8], password: &[u8], check: u8) -> Vec<u8> {
    let mut keys = (0x1234_5678_u32, 0x2345_6789_u32, 0x3456_7890_u32);
    let update = |keys: &mut (u32, u32, u32), byte: u8| {
        keys.0 = step(keys.0, byte);
        keys.1 = (keys.1.wrapping_add(keys.0 & 0xff)).wrapping_mul(134_775_813).wrapping_add(1);
        keys.2 = step(keys.2, (keys.1 >> 24) as u8);
    };
    for byte in password {
        update(&mut keys, *byte);
    }
    let header = [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, check];
    header
        .iter()
        .chain(data)
        .map(|byte| {
            let low = (keys.2 & 0xffff) | 2;
            let pad = ((low * (low ^ 1)) >> 8) as u8;
            update(&mut keys, *byte);
            byte ^ pad
        })
        .collect()
}

/// WinZip AE: salt, verifier, data, code.
pub(super) fn winzip(data: &[u8], password: &[u8], strength: u8) -> Vec<u8> {
    let length = 8 * (usize::from(strength) + 1);
    let salt: Vec<u8> = (1..=length / 2).map(|value| value as u8).collect();
    let keys = pbkdf2(password, &salt, 2 * length + 2);
    let (cipher_key, rest) = keys.split_at(length);
    let (mac_key, verifier) = rest.split_at(length);
    let body = match strength {
        1 => aes::Aes128::new_from_slice(cipher_key).map(|cipher| counter(&cipher, data)),
        2 => aes::Aes192::new_from_slice(cipher_key).map(|cipher| counter(&cipher, data)),
        _ => aes::Aes256::new_from_slice(cipher_key).map(|cipher| counter(&cipher, data)),
    }
    .unwrap_or_default();
    let code = sign(mac_key, &[&body]);
    [salt.as_slice(), verifier, &body, &code[..10]].concat()
}

fn sign(key: &[u8], pieces: &[&[u8]]) -> [u8; 20] {
    let Ok(mut mac) = <Hmac<Sha1> as KeyInit>::new_from_slice(key) else { return [0; 20] };
    for piece in pieces {
        mac.update(piece);
    }
    mac.finalize().into_bytes().into()
}

fn pbkdf2(password: &[u8], salt: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut block = 1_u32;
    while out.len() < length {
        let mut last = sign(password, &[salt, &block.to_be_bytes()]);
        let mut sum = last;
        for _ in 1..1000 {
            last = sign(password, &[&last]);
            sum.iter_mut().zip(last).for_each(|(a, b)| *a ^= b);
        }
        out.extend_from_slice(&sum);
        block += 1;
    }
    out.truncate(length);
    out
}

fn counter<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>>(cipher: &C, data: &[u8]) -> Vec<u8> {
    data.chunks(16)
        .enumerate()
        .flat_map(|(index, chunk)| {
            let mut pad = Array::from((index as u128 + 1).to_le_bytes());
            cipher.encrypt_block(&mut pad);
            chunk.iter().zip(pad).map(|(a, b)| a ^ b).collect::<Vec<u8>>()
        })
        .collect()
}
