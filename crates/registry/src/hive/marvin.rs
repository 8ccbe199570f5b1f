/// The hash of log entries (regf specification, "New format"): Marvin32 with a fixed seed.
pub(crate) fn marvin32(bytes: &[u8]) -> u64 {
    let mut state = (SEED as u32, (SEED >> 32) as u32);
    let mut words = bytes.chunks_exact(4);
    for word in words.by_ref() {
        state = mix(state, <[u8; 4]>::try_from(word).map_or(0, u32::from_le_bytes));
    }
    let tail = words.remainder();
    let last = tail.iter().rev().fold(0x80_u32, |last, byte| (last << 8) | u32::from(*byte));
    let (low, high) = mix(mix(state, last), 0);
    (u64::from(high) << 32) | u64::from(low)
}

/// The seed's bytes 82 EF 4D 88 7A 4E 55 C5 as one number.
const SEED: u64 = 0x82ef_4d88_7a4e_55c5;

fn mix((low, high): (u32, u32), word: u32) -> (u32, u32) {
    let low = low.wrapping_add(word);
    let high = high ^ low;
    let low = low.rotate_left(20).wrapping_add(high);
    let high = high.rotate_left(9) ^ low;
    let low = low.rotate_left(27).wrapping_add(high);
    (low, high.rotate_left(19))
}
