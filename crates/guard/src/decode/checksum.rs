/// CRC-32 of ISO 3309 (zip, gzip, 7z, rar).
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// One step of the same checksum over its bare register, as old zip encryption uses it.
#[must_use]
pub fn crc32_step(register: u32, byte: u8) -> u32 {
    let [low, ..] = register.to_le_bytes();
    let mut table = u32::from(low ^ byte);
    for _ in 0..8 {
        table = if table & 1 == 1 { (table >> 1) ^ 0xedb8_8320 } else { table >> 1 };
    }
    (register >> 8) ^ table
}
