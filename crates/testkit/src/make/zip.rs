//! A deterministic ZIP writer that also writes what no honest writer would: junk, contradictions, duplicates, overlaps.

use std::io::Write;

/// Compression of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// As it is.
    Stored,
    /// DEFLATE.
    #[default]
    Deflated,
    /// bzip2.
    Bzip2,
}

/// Encryption of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Lock {
    /// None.
    #[default]
    Open,
    /// The old method, with a password.
    Traditional(String),
    /// WinZip AE-2, with a password and the strength 1, 2 or 3.
    Aes(String, u8),
}

/// An entry to write. `Item::new` is honest; change fields to lie.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// Name in the central directory.
    pub name: String,
    /// Name in the local header where it differs.
    pub local_name: Option<String>,
    /// Content.
    pub data: Vec<u8>,
    /// Compression.
    pub method: Method,
    /// Encryption.
    pub lock: Lock,
    /// Sizes and checksum behind the data (flag bit 3).
    pub descriptor: bool,
    /// Sizes and offset in ZIP64 fields.
    pub zip64: bool,
    /// Left out of the central directory.
    pub hidden: bool,
    /// Checksum to declare instead of the right one.
    pub crc: Option<u32>,
    /// Uncompressed size to declare instead of the right one.
    pub size: Option<u32>,
    /// Compressed size that only the central directory declares.
    pub central_compressed: Option<u32>,
    /// Method that only the central directory declares.
    pub central_method: Option<u16>,
}

impl Item {
    /// A deflated entry.
    #[must_use]
    pub fn new(name: &str, data: impl Into<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), data: data.into(), ..Self::default() }
    }

    /// A stored entry.
    #[must_use]
    pub fn stored(name: &str, data: impl Into<Vec<u8>>) -> Self {
        Self { method: Method::Stored, ..Self::new(name, data) }
    }
}

/// An archive to write.
#[derive(Clone, Debug, Default)]
pub struct Zip {
    /// Entries in their order.
    pub items: Vec<Item>,
    /// Bytes before the first header; offsets do not count them unless `absolute`.
    pub junk: Vec<u8>,
    /// Offsets count the junk.
    pub absolute: bool,
    /// Bytes behind the end record.
    pub trailer: Vec<u8>,
    /// Leaves the central directory and the end record out.
    pub headless: bool,
}

/// An archive of deflated entries.
#[must_use]
pub fn zip<N: AsRef<str>, D: AsRef<[u8]>>(entries: &[(N, D)]) -> Vec<u8> {
    let items = entries.iter().map(|(name, data)| Item::new(name.as_ref(), data.as_ref())).collect();
    Zip { items, ..Zip::default() }.build()
}

/// Raw DEFLATE.
#[must_use]
pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default()
}

/// CRC-32.
#[must_use]
pub fn crc32(data: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(data);
    crc.sum()
}

impl Zip {
    /// The bytes.
    #[must_use]
    pub fn build(&self) -> Vec<u8> {
        let mut out = self.junk.clone();
        let base = if self.absolute { 0 } else { self.junk.len() };
        let mut central = Vec::new();
        let mut count = 0_u16;
        for item in &self.items {
            let offset = u32::try_from(out.len() - base).unwrap_or(u32::MAX);
            let written = item.write(&mut out);
            if !item.hidden {
                item.write_central(&written, offset, &mut central);
                count += 1;
            }
        }
        if !self.headless {
            let offset = u32::try_from(out.len() - base).unwrap_or(u32::MAX);
            let size = u32::try_from(central.len()).unwrap_or(u32::MAX);
            out.extend_from_slice(&central);
            if self.items.iter().any(|item| item.zip64) {
                write_end64(&mut out, count, size, offset, base);
            }
            out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
            out.extend_from_slice(&count.to_le_bytes());
            out.extend_from_slice(&count.to_le_bytes());
            let escaped = self.items.iter().any(|item| item.zip64);
            out.extend_from_slice(&if escaped { u32::MAX } else { size }.to_le_bytes());
            out.extend_from_slice(&if escaped { u32::MAX } else { offset }.to_le_bytes());
            out.extend_from_slice(&[0, 0]);
        }
        out.extend_from_slice(&self.trailer);
        out
    }
}

/// ZIP64 end record and locator.
fn write_end64(out: &mut Vec<u8>, count: u16, size: u32, offset: u32, base: usize) {
    let at = (out.len() - base) as u64;
    out.extend_from_slice(b"PK\x06\x06");
    out.extend_from_slice(&44_u64.to_le_bytes());
    out.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for value in [u64::from(count), u64::from(count), u64::from(size), u64::from(offset)] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    out.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    out.extend_from_slice(&at.to_le_bytes());
    out.extend_from_slice(&1_u32.to_le_bytes());
}

/// What an entry's local part came to.
struct Written {
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u32,
    size: u32,
    aes: Vec<u8>,
}

/// Time and date that every entry has: fixed, so that the bytes are.
const TIME: [u8; 4] = [0x00, 0x60, 0x21, 0x58];

impl Item {
    fn write(&self, out: &mut Vec<u8>) -> Written {
        let (inner, packed) = match self.method {
            Method::Stored => (0_u16, self.data.clone()),
            Method::Deflated => (8, deflate(&self.data)),
            Method::Bzip2 => (12, bzip2(&self.data)),
        };
        let crc = crc32(&self.data);
        let mut flags = if self.descriptor { 8_u16 } else { 0 };
        let (method, crc, body, aes) = match &self.lock {
            Lock::Open => (inner, crc, packed, Vec::new()),
            Lock::Traditional(password) => {
                flags |= 1;
                let check = if self.descriptor { TIME[1] } else { crc.to_be_bytes()[0] };
                (inner, crc, super::lock::traditional(&packed, password.as_bytes(), check), Vec::new())
            }
            Lock::Aes(password, strength) => {
                flags |= 1;
                let mut extra = vec![0x01, 0x99, 7, 0, 2, 0, b'A', b'E', *strength];
                extra.extend_from_slice(&inner.to_le_bytes());
                (99, 0, super::lock::winzip(&packed, password.as_bytes(), *strength), extra)
            }
        };
        let written = Written {
            flags,
            method,
            crc: self.crc.unwrap_or(crc),
            compressed: u32::try_from(body.len()).unwrap_or(u32::MAX),
            size: self.size.unwrap_or(u32::try_from(self.data.len()).unwrap_or(u32::MAX)),
            aes,
        };
        let name = self.local_name.as_ref().unwrap_or(&self.name);
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&[if self.zip64 { 45 } else { 20 }, 0]);
        let (crc, compressed, size) =
            if self.descriptor { (0, 0, 0) } else { (written.crc, written.compressed, written.size) };
        let extra = self.extra(&written, compressed, size, None);
        common(out, flags, method, crc, self.escape(compressed), self.escape(size));
        out.extend_from_slice(&u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&u16::try_from(extra.len()).unwrap_or(0).to_le_bytes());
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&extra);
        out.extend_from_slice(&body);
        if self.descriptor {
            out.extend_from_slice(b"PK\x07\x08");
            for value in [written.crc, written.compressed, written.size] {
                out.extend_from_slice(&value.to_le_bytes());
            }
        }
        written
    }

    fn write_central(&self, written: &Written, offset: u32, out: &mut Vec<u8>) {
        let compressed = self.central_compressed.unwrap_or(written.compressed);
        let extra = self.extra(written, compressed, written.size, Some(offset));
        out.extend_from_slice(b"PK\x01\x02");
        out.extend_from_slice(&[45, 0, 20, 0]);
        let method = self.central_method.unwrap_or(written.method);
        common(out, written.flags, method, written.crc, self.escape(compressed), self.escape(written.size));
        out.extend_from_slice(&u16::try_from(self.name.len()).unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&u16::try_from(extra.len()).unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&[0; 10]);
        out.extend_from_slice(&self.escape(offset).to_le_bytes());
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
    }

    /// The value of a 32-bit field.
    fn escape(&self, value: u32) -> u32 {
        if self.zip64 { u32::MAX } else { value }
    }

    fn extra(&self, written: &Written, compressed: u32, size: u32, offset: Option<u32>) -> Vec<u8> {
        let mut extra = written.aes.clone();
        if self.zip64 {
            let values: Vec<u32> = [size, compressed].into_iter().chain(offset).collect();
            extra.extend_from_slice(&[1, 0]);
            extra.extend_from_slice(&u16::try_from(values.len() * 8).unwrap_or(0).to_le_bytes());
            for value in values {
                extra.extend_from_slice(&u64::from(value).to_le_bytes());
            }
        }
        extra
    }
}

/// Flags to uncompressed size.
fn common(out: &mut Vec<u8>, flags: u16, method: u16, crc: u32, compressed: u32, size: u32) {
    out.extend_from_slice(&flags.to_le_bytes());
    out.extend_from_slice(&method.to_le_bytes());
    out.extend_from_slice(&TIME);
    for value in [crc, compressed, size] {
        out.extend_from_slice(&value.to_le_bytes());
    }
}

/// bzip2.
#[must_use]
pub fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default()
}

/// Fifield's quoting bomb in small: `count` entries whose local headers lie in one another's data as stored blocks, in
/// front of one kernel of `kernel` zero bytes.
#[must_use]
pub fn overlap_bomb(count: usize, kernel: usize) -> Vec<u8> {
    let zeros = vec![0; kernel];
    let packed = deflate(&zeros);
    let name = |index: usize| format!("{index:06}");
    let header = |index: usize, compressed: usize, size: usize, crc: u32| {
        let mut out = b"PK\x03\x04\x14\0".to_vec();
        let (compressed, size) = (u32::try_from(compressed).unwrap_or(0), u32::try_from(size).unwrap_or(0));
        common(&mut out, 0, 8, crc, compressed, size);
        out.extend_from_slice(&[6, 0, 0, 0]);
        out.extend_from_slice(name(index).as_bytes());
        out
    };
    // Built from the back: each entry quotes the header of the next one, then goes on with its data.
    let mut tail = packed;
    let mut content = zeros;
    let mut headers: Vec<Vec<u8>> = Vec::new();
    for index in (0..count).rev() {
        let own = header(index, tail.len(), content.len(), crc32(&content));
        headers.push(own.clone());
        if index > 0 {
            let length = u16::try_from(own.len()).unwrap_or(0);
            let mut quoted = vec![0];
            quoted.extend_from_slice(&length.to_le_bytes());
            quoted.extend_from_slice(&(!length).to_le_bytes());
            let mut whole = quoted;
            whole.extend_from_slice(&own);
            whole.extend_from_slice(&tail);
            tail = whole;
            let mut longer = own;
            longer.extend_from_slice(&content);
            content = longer;
        } else {
            let mut whole = own;
            whole.extend_from_slice(&tail);
            tail = whole;
        }
    }
    headers.reverse();
    directory_for(tail, &headers)
}

/// Appends a central directory for local headers that stand in `out` in this order.
fn directory_for(mut out: Vec<u8>, headers: &[Vec<u8>]) -> Vec<u8> {
    let mut central = Vec::new();
    let mut from = 0;
    for header in headers {
        let Some(found) = out[from..].windows(header.len()).position(|window| window == header) else { continue };
        let offset = from + found;
        from = offset + 4;
        central.extend_from_slice(b"PK\x01\x02\x14\0\x14\0");
        central.extend_from_slice(&header[6..30]);
        central.extend_from_slice(&[0; 10]);
        central.extend_from_slice(&u32::try_from(offset).unwrap_or(0).to_le_bytes());
        central.extend_from_slice(&header[30..]);
    }
    let count = u16::try_from(headers.len()).unwrap_or(u16::MAX);
    let (offset, size) = (u32::try_from(out.len()).unwrap_or(0), u32::try_from(central.len()).unwrap_or(0));
    out.extend_from_slice(&central);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}
