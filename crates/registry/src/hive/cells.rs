use super::base;
use ddefend_guard::Cursor;

/// What a hive writes for "nowhere".
pub(crate) const NOWHERE: u32 = u32::MAX;

/// The hive bins, read cell by cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'a> {
    /// All hive bins: offsets count from the first one.
    pub(super) bins: &'a [u8],
}

/// A cell (regf specification, "Cell").
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    /// What it holds, up to the end of the file at most.
    pub(super) data: &'a [u8],
    /// True where it is not in use.
    pub(super) free: bool,
}

/// Why there is no cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The offset points behind the last hive bin, or nowhere.
    Outside,
    /// The size is less than a cell can have.
    Size,
}

impl Fault {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Outside => "lies outside of the hive",
            Self::Size => "has a size that no cell can have",
        }
    }
}

impl<'a> Cells<'a> {
    /// The cells of a whole hive file.
    pub(super) fn of(file: &'a [u8]) -> Self {
        Self { bins: file.get(base::SIZE..).unwrap_or_default() }
    }

    /// The cell at an offset.
    pub(super) fn get(&self, offset: u32) -> Result<Cell<'a>, Fault> {
        let start = usize::try_from(offset).map_err(|_| Fault::Outside)?;
        if offset == NOWHERE {
            return Err(Fault::Outside);
        }
        let mut at = Cursor::at(self.bins, start);
        let size = at.u32("cell size").map_err(|_| Fault::Outside)?.cast_signed();
        let length = usize::try_from(size.unsigned_abs()).ok().and_then(|size| size.checked_sub(4));
        let length = length.filter(|length| *length > 0).ok_or(Fault::Size)?;
        let data = at.take_up_to(length);
        Ok(Cell { data, free: size > 0 })
    }

    /// What stands behind the size of a cell at an offset, up to the end of the hive, whatever the size says: free cells
    /// that were joined keep their records without their sizes.
    pub(super) fn record(&self, offset: u32) -> &'a [u8] {
        let start = usize::try_from(offset).ok().and_then(|offset| offset.checked_add(4));
        start.and_then(|start| self.bins.get(start..)).unwrap_or_default()
    }
}

/// Where an offset stands in the file.
pub(super) fn in_file(offset: u32) -> u64 {
    u64::from(offset).saturating_add(4096)
}
