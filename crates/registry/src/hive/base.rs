use ddefend_guard::{Cursor, Short};

/// Bytes of the base block; hive bins follow. Every offset inside a hive counts from here.
pub(crate) const SIZE: usize = 4096;
/// Bytes that the checksum covers; it stands behind them.
const SUMMED: usize = 508;

/// The head of a primary file or of a transaction log (regf specification, "Base block").
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// Incremented before a write.
    pub(super) primary: u32,
    /// Incremented after it: unequal means that the last write did not end.
    pub(super) secondary: u32,
    /// FILETIME; 0 since Windows 8.1.
    pub(super) written: u64,
    /// Major and minor version of the writer; big data exists from 1.4 on.
    pub(super) version: (u32, u32),
    /// 0 primary file, 1, 2 and 6 transaction log.
    pub(super) kind: u32,
    /// Offset of the root key's cell.
    pub(super) root: u32,
    /// Bytes of all hive bins, as declared.
    pub(super) bins: u32,
    /// Tail of the path of the primary file.
    pub(super) name: String,
    /// True where the checksum fits.
    pub(super) sound: bool,
}

impl Base {
    /// Reads the first 512 bytes.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Short> {
        let mut at = Cursor::new(bytes);
        at.skip(4, "signature")?;
        let (primary, secondary) = (at.u32("primary sequence number")?, at.u32("secondary sequence number")?);
        let written = at.u64("last written")?;
        let version = (at.u32("major version")?, at.u32("minor version")?);
        let kind = at.u32("file type")?;
        at.skip(4, "file format")?;
        let (root, bins) = (at.u32("root cell offset")?, at.u32("hive bins size")?);
        at.skip(4, "clustering factor")?;
        let name = super::names::utf16(at.take(64, "file name")?);
        let name = name.split('\0').next().unwrap_or_default().to_owned();
        at.seek(SUMMED);
        let sound = at.u32("checksum")? == checksum(bytes);
        Ok(Self { primary, secondary, written, version, kind, root, bins, name, sound })
    }

    /// Whether the last write did not end, or the block itself is torn.
    pub(super) fn is_dirty(&self) -> bool {
        !self.sound || self.primary != self.secondary
    }
}

/// XOR of the 127 numbers before it; never 0 nor all ones.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    let words = bytes.get(..SUMMED).unwrap_or_default().chunks_exact(4);
    let words = words.filter_map(|word| <[u8; 4]>::try_from(word).ok()).map(u32::from_le_bytes);
    match words.fold(0, |sum, word| sum ^ word) {
        u32::MAX => u32::MAX ^ 1,
        0 => 1,
        sum => sum,
    }
}
