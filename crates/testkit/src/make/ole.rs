//! OLE objects by hand, and what only tests pack.

pub use ddefend_lab::make::ole::*;

/// A zlib stream (RFC 1950).
#[must_use]
pub fn zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x9c];
    out.extend(super::zip::deflate(data));
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    out.extend((high << 16 | low).to_be_bytes());
    out
}
