use super::cells::Cells;
use super::out::Out;
use super::values::ValueNode;
use crate::{Data, Fact};
use ddefend_guard::Cursor;
use ddefend_model::code;

/// Bytes of a hive bin before its cells.
const HEAD: usize = 32;
/// The largest type that Windows gives to a value of its own; free cells with others are no values any more.
const KINDS: u32 = 11;
/// Hive bins come in steps of this.
const STEP: usize = 4096;

/// The cells that are not in use.
#[derive(Clone, Debug, Default)]
pub(super) struct Free {
    /// Begin and end, sorted, in offsets of the hive bins.
    pub(super) ranges: Vec<(u32, u32)>,
}

impl Free {
    /// Walks hive bins and cells. `length` is the size of all bins, as declared.
    pub(super) fn find(cells: &Cells<'_>, length: u32, out: &mut Out<'_>) -> Self {
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(cells.bins.len());
        let bins = cells.bins.get(..length).unwrap_or_default();
        let mut free = Self::default();
        let mut at = 0;
        while at < bins.len() && out.goes_on() {
            let mut head = Cursor::at(bins, at);
            let signature = head.take_up_to(4) == b"hbin";
            head.seek(at.saturating_add(8));
            let size = usize::try_from(head.u32("size").unwrap_or_default()).unwrap_or(usize::MAX);
            let rest = bins.len().saturating_sub(at);
            if !signature || size < STEP || !size.is_multiple_of(STEP) || size > rest {
                let code = if signature && size > rest { code::BROKEN_TRUNCATED } else { code::BROKEN_STRUCTURE };
                out.tell(code, offset(at), "the head of a hive bin is damaged or missing");
            }
            let size = if signature && size >= STEP { size } else { STEP };
            let end = at.saturating_add(size.min(rest));
            free.bin(bins, at.saturating_add(HEAD), end, signature, out);
            at = end;
        }
        free
    }

    /// The cells of one bin.
    fn bin(&mut self, bins: &[u8], mut at: usize, end: usize, sound: bool, out: &mut Out<'_>) {
        while at < end {
            let size = Cursor::at(bins, at).u32("cell size").unwrap_or_default().cast_signed();
            let length = usize::try_from(size.unsigned_abs()).unwrap_or(usize::MAX);
            let next = at.checked_add(length).filter(|next| *next <= end && length >= 8);
            let Some(next) = next else {
                if sound {
                    out.tell(code::BROKEN_STRUCTURE, offset(at), "the cells of a hive bin do not fill it");
                }
                return;
            };
            if size > 0 {
                self.ranges.push((offset(at), offset(next)));
            }
            at = next;
        }
    }

    /// The end of the free cell that an offset lies in.
    pub(super) fn end(&self, offset: u32) -> Option<u32> {
        let after = self.ranges.partition_point(|(begin, _)| *begin <= offset);
        let (_, end) = self.ranges.get(after.checked_sub(1)?)?;
        (offset < *end).then_some(*end)
    }

    /// What stands behind the size of a cell that lies in a free one, up to the free one's end.
    pub(super) fn record<'a>(&self, cells: &Cells<'a>, offset: u32) -> Option<&'a [u8]> {
        let end = usize::try_from(self.end(offset)?).ok()?;
        let start = usize::try_from(offset).ok()?.checked_add(4)?;
        cells.bins.get(start..end)
    }

    /// A value in free space whose data is free too, or stands in itself: what is in use now belongs to somebody else.
    pub(super) fn value(&self, cells: &Cells<'_>, offset: u32) -> Option<Fact> {
        let value = ValueNode::parse(self.record(cells, offset)?, offset)?;
        if value.cut || value.kind > KINDS || value.is_tombstone() {
            return None;
        }
        let data = value.bytes(&|offset| self.record(cells, offset).ok_or("data that was overwritten"));
        let name = value.name();
        (data.fault.is_none() && !name.contains('\0'))
            .then(|| Fact::Value { name, data: Data::from_raw(value.kind, &data.bytes) })
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
