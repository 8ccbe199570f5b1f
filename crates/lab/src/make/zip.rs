//! ZIP archives of stored members (APPNOTE 4.3), without dates: the same members give the same bytes.

/// An archive.
#[must_use]
pub fn zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut central = Vec::new();
    for (name, data) in members {
        let at = size(out.len());
        let fields = fields(name, data);
        out.extend(b"PK\x03\x04");
        out.extend(&fields);
        out.extend(name.bytes());
        out.extend(data);
        central.extend(b"PK\x01\x02\x14\0");
        central.extend(&fields);
        // Comment, disk, attributes, offset of the local header.
        central.extend([0; 10]);
        central.extend(at);
        central.extend(name.bytes());
    }
    let count = u16::try_from(members.len()).unwrap_or(u16::MAX).to_le_bytes();
    let (start, length) = (size(out.len()), size(central.len()));
    out.extend(central);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(length);
    out.extend(start);
    out.extend([0; 2]);
    out
}

/// What both headers share: version, flags (names in UTF-8), method, time, date (1980-01-01), checksum, sizes, lengths.
fn fields(name: &str, data: &[u8]) -> Vec<u8> {
    let mut out = vec![20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0];
    out.extend(crc32fast::hash(data).to_le_bytes());
    out.extend(size(data.len()));
    out.extend(size(data.len()));
    out.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend([0; 2]);
    out
}

fn size(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}
