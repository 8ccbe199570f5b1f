//! The header, MS-CFB 2.2.

use crate::Sink;
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};

/// The eight signature bytes.
pub const SIGNATURE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Offset and number of the table sectors that the header itself lists.
pub(super) const DIFAT_OFFSET: usize = 76;
pub(super) const DIFAT_COUNT: usize = 109;

/// What is needed of the header; values out of their range are replaced by the usual ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// Binary logarithm of the sector size: 9 or 12.
    pub(super) sector_shift: u32,
    /// Binary logarithm of the small sector size: 6.
    pub(super) mini_shift: u32,
    /// Streams of fewer bytes are in the mini stream.
    pub(super) mini_cutoff: u32,
    pub(super) directory_start: u32,
    pub(super) mini_fat_start: u32,
    pub(super) difat_start: u32,
    /// Sectors in the file behind the header, a partial last one included.
    pub(super) sectors: u32,
}

impl Header {
    /// Reads it; none, and a diagnostic, where there is not even a whole header.
    pub(super) fn read(bytes: &[u8], sink: &mut dyn Sink) -> Option<Self> {
        let parsed = Self::parse(bytes);
        if parsed.is_none() && bytes.starts_with(&SIGNATURE) {
            let message = format!("the header of the compound file needs 512 bytes, {} are there", bytes.len());
            sink.report(code::BROKEN_TRUNCATED, Location::default().held_by("header"), message);
        }
        let (header, odd) = parsed?;
        if odd {
            let message = "sector size, small sector size or limit of small streams is impossible; the usual is used";
            sink.report(code::BROKEN_STRUCTURE, Location::bytes(0x1a, 0x22).held_by("header"), message.to_owned());
        }
        Some(header)
    }

    fn parse(bytes: &[u8]) -> Option<(Self, bool)> {
        if bytes.len() < 512 || !bytes.starts_with(&SIGNATURE) {
            return None;
        }
        let at = |offset| Cursor::at(bytes, offset);
        let version = at(0x1a).u16("version").ok()?;
        let stored_shift = at(0x1e).u16("sector shift").ok()?;
        let mini_shift = at(0x20).u16("small sector shift").ok()?;
        let stored_cutoff = at(0x38).u32("limit of small streams").ok()?;
        let sector_shift = match (stored_shift, version) {
            (9 | 12, _) => u32::from(stored_shift),
            (_, 4) => 12,
            _ => 9,
        };
        let cutoff_fits = (1..=0x1_0000).contains(&stored_cutoff);
        let odd = u32::from(stored_shift) != sector_shift || mini_shift != 6 || !cutoff_fits;
        let size = 1_usize.checked_shl(sector_shift)?;
        let sectors = bytes.len().saturating_sub(size).div_ceil(size);
        let header = Self {
            sector_shift,
            mini_shift: 6,
            mini_cutoff: if cutoff_fits { stored_cutoff } else { 4096 },
            directory_start: at(0x30).u32("directory start").ok()?,
            mini_fat_start: at(0x3c).u32("mini FAT start").ok()?,
            difat_start: at(0x44).u32("DIFAT start").ok()?,
            sectors: u32::try_from(sectors).unwrap_or(u32::MAX).min(table_end()),
        };
        Some((header, odd))
    }
}

/// Sector numbers from here on have a special meaning, MS-CFB 2.1.
const fn table_end() -> u32 {
    super::table::MAX_SECTOR
}
