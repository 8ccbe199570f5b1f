//! A template instance: which template, and the table of its values ([MS-EVEN6] 2.2.12, "TemplateInstanceData").
use super::bytes::{offset_at, slice, u32_at, window};

/// Bytes of a template definition before its tokens: next offset, GUID, size.
pub(super) const DEFINITION: usize = 24;

/// One value of an instance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    /// Its first byte in the chunk.
    pub(super) start: u32,
    /// Its size as the table says.
    pub(super) size: u16,
    /// Its type.
    pub(super) kind: u8,
}

impl Slot {
    /// Its bytes, as far as they stand before `end`.
    pub(super) fn bytes<'c>(&self, chunk: &'c [u8]) -> &'c [u8] {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let end = start.saturating_add(self.size.into());
        chunk.get(start..end).unwrap_or_else(|| window(chunk, start, chunk.len()))
    }
}

/// Beginning of an instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instance {
    /// First four bytes of the template's GUID, as the instance remembers them.
    pub(super) id: u32,
    /// Where the template stands in the chunk.
    pub(super) definition: usize,
    /// Where the table of values begins.
    pub(super) table: usize,
}

/// Reads an instance's beginning; `at` stands behind its token. A definition that stands right there is stepped over.
pub(super) fn instance(chunk: &[u8], at: usize) -> Option<Instance> {
    let id = u32_at(chunk, at.saturating_add(1))?;
    let definition = offset_at(chunk, at.saturating_add(5))?;
    let mut table = at.saturating_add(9);
    if definition == table {
        let size = offset_at(chunk, table.saturating_add(20))?;
        table = table.saturating_add(DEFINITION).checked_add(size)?;
    }
    Some(Instance { id, definition, table })
}

/// Appends the values of the table at `table` to `slots`. What comes behind the values, or none where the table or the
/// values are not all there: then `slots` has those whose place is known.
pub(super) fn table(chunk: &[u8], table: usize, slots: &mut Vec<Slot>) -> Option<usize> {
    let count = offset_at(chunk, table)?;
    let rest = chunk.get(table.saturating_add(4)..)?;
    // A count beyond the bytes is a lie, and values that would stand behind them are nowhere.
    let whole = rest.get(..count.checked_mul(4)?);
    let descriptors = whole.unwrap_or_default().as_chunks::<4>().0;
    let mut at = u32::try_from(table.checked_add(4)?.checked_add(count.checked_mul(4)?)?).ok()?;
    slots.extend(descriptors.iter().map(|[low, high, kind, _]| {
        let size = u16::from_le_bytes([*low, *high]);
        let slot = Slot { start: at, size, kind: *kind };
        at = at.wrapping_add(size.into());
        slot
    }));
    let end = usize::try_from(at).ok()?;
    (whole.is_some() && end <= chunk.len()).then_some(end)
}

/// Where an instance ends; `at` stands behind its token.
pub(super) fn end(chunk: &[u8], at: usize) -> Option<usize> {
    let start = instance(chunk, at)?.table;
    let count = offset_at(chunk, start)?;
    let descriptors = slice(chunk, start.checked_add(4)?, count.checked_mul(4)?)?;
    let sizes =
        descriptors.as_chunks::<4>().0.iter().map(|[low, high, ..]| usize::from(u16::from_le_bytes([*low, *high])));
    let end = start.checked_add(4)?.checked_add(descriptors.len())?.checked_add(sizes.sum())?;
    (end <= chunk.len()).then_some(end)
}
