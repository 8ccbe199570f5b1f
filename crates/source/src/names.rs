//! A hash for field names.

/// Length, first and last eight bytes, without ASCII case: enough to tell field names apart, in a few instructions.
pub(crate) fn hash(name: &[u8]) -> u32 {
    const FOLD: u64 = 0x2020_2020_2020_2020;
    let (head, tail) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head) | FOLD, u64::from_le_bytes(*tail) | FOLD),
        _ => (name.iter().fold(0, |sum, byte| (sum << 8) | u64::from(byte | 0x20)), 0),
    };
    let mixed = head.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ tail.rotate_left(23) ^ (name.len() as u64);
    u32::try_from(mixed.wrapping_mul(0xff51_afd7_ed55_8ccd) >> 32).unwrap_or_default()
}
