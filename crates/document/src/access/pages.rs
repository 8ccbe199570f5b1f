//! The pages of a Jet or ACE database, in the clear.

use ddefend_guard::Cursor;
use std::borrow::Cow;

/// Bytes 4 onwards of the first page.
const NAMES: [&[u8]; 2] = [b"Standard Jet DB\0", b"Standard ACE DB\0"];
/// Key under which every database keeps its head.
const HEAD_KEY: [u8; 4] = [0xc7, 0xda, 0x39, 0x6b];
/// Where that head begins.
const HEAD: usize = 0x18;
/// Where in the file the key of the pages stands.
const PAGE_KEY: usize = 0x3e;
/// Versions (byte 0x14) from here on are Access 2007 and later, with other ciphers.
const ACE: u8 = 2;

/// A database.
pub(super) struct Database<'a> {
    bytes: &'a [u8],
    version: u8,
    /// Key of the pages; 0 where they are in the clear.
    key: u32,
}

impl<'a> Database<'a> {
    /// True where the bytes begin as a database does.
    pub(super) fn is(bytes: &[u8]) -> bool {
        bytes.starts_with(&[0, 1, 0, 0]) && NAMES.iter().any(|name| bytes.get(4..20) == Some(*name))
    }

    /// Reads the head; none where it is cut off.
    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        let version = *bytes.get(0x14)?;
        let mut head = bytes.get(HEAD..HEAD.saturating_add(126))?.to_vec();
        rc4(&HEAD_KEY, &mut head);
        let key = Cursor::at(&head, PAGE_KEY.saturating_sub(HEAD)).u32("page key").ok()?;
        Some(Self { bytes, version, key })
    }

    /// Why the pages cannot be read, where they cannot.
    pub(super) fn locked(&self) -> Option<String> {
        (self.key != 0 && self.version >= ACE)
            .then(|| "the pages are encrypted in the manner of Access 2007 or later; they were not searched".to_owned())
    }

    fn page_size(&self) -> usize {
        if self.version == 0 { 2048 } else { 4096 }
    }

    /// True where the last page is not a whole one.
    pub(super) fn is_cut(&self) -> bool {
        !self.bytes.len().is_multiple_of(self.page_size())
    }

    /// Number, offset and content of every page. The first is always in the clear.
    pub(super) fn pages(&self) -> impl Iterator<Item = (usize, usize, Cow<'a, [u8]>)> {
        let (size, key) = (self.page_size(), self.key);
        self.bytes.chunks(size).enumerate().map(move |(number, page)| {
            let content = match (key, number) {
                (0, _) | (_, 0) => Cow::Borrowed(page),
                _ => {
                    let mut plain = page.to_vec();
                    rc4(&(key ^ u32::try_from(number).unwrap_or(0)).to_le_bytes(), &mut plain);
                    Cow::Owned(plain)
                }
            };
            (number, number.saturating_mul(size), content)
        })
    }
}

/// RC4 with a four-byte key, which the cipher crates' fixed key sizes do not offer.
pub(super) fn rc4(key: &[u8; 4], data: &mut [u8]) {
    let mut state: [u8; 256] = std::array::from_fn(|index| u8::try_from(index).unwrap_or(0));
    let mut j = 0_u8;
    for i in 0..=255_u8 {
        let [a, b, c, d] = key;
        let part = match i % 4 {
            0 => a,
            1 => b,
            2 => c,
            _ => d,
        };
        let here = at(&state, i);
        j = j.wrapping_add(here).wrapping_add(*part);
        state.swap(usize::from(i), usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    for byte in data {
        i = i.wrapping_add(1);
        j = j.wrapping_add(at(&state, i));
        state.swap(usize::from(i), usize::from(j));
        *byte ^= at(&state, at(&state, i).wrapping_add(at(&state, j)));
    }
}

fn at(state: &[u8; 256], index: u8) -> u8 {
    state.get(usize::from(index)).copied().unwrap_or_default()
}
