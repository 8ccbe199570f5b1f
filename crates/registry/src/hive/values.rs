use super::cells::{Cells, NOWHERE};
use super::keys::KeyNode;
use super::names;
use super::out::{Left, Out};
use ddefend_guard::Cursor;
use ddefend_model::code;
use std::borrow::Cow;

/// The name's bytes are Latin-1.
const COMPRESSED: u16 = 1;
/// The value hides one of a lower layer (differencing hives of containers).
const TOMBSTONE: u16 = 2;
/// The data stands in the value itself.
const RESIDENT: u32 = 0x8000_0000;
/// Bytes of a segment of big data.
pub(crate) const SEGMENT: usize = 16_344;

/// A value (regf specification, "Key value").
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueNode<'a> {
    /// Its cell.
    pub(super) offset: u32,
    /// The type of its data.
    pub(super) kind: u32,
    size: u32,
    data: u32,
    flags: u16,
    name: &'a [u8],
    /// True where the name is longer than what is there.
    pub(super) cut: bool,
}

impl<'a> ValueNode<'a> {
    /// Reads what a cell holds; none where it is no value.
    pub(super) fn parse(record: &'a [u8], offset: u32) -> Option<Self> {
        let mut at = Cursor::new(record);
        if at.take(2, "signature").ok()? != b"vk" {
            return None;
        }
        let length = usize::from(at.u16("name length").ok()?);
        let (size, data) = (at.u32("data size").ok()?, at.u32("data offset").ok()?);
        let (kind, flags) = (at.u32("data type").ok()?, at.u16("flags").ok()?);
        at.skip(2, "spare").ok()?;
        let name = at.take_up_to(length);
        Some(Self { offset, kind, size, data, flags, name, cut: name.len() < length })
    }

    /// Its name; empty for the default value.
    pub(super) fn name(&self) -> String {
        names::name(self.name, self.flags & COMPRESSED != 0)
    }

    /// Whether it only hides another.
    pub(super) fn is_tombstone(&self) -> bool {
        self.flags & TOMBSTONE != 0
    }

    /// Whether its data stands in itself.
    pub(super) fn is_resident(&self) -> bool {
        self.size & RESIDENT != 0
    }

    /// Bytes of data, as declared.
    pub(super) fn size(&self) -> usize {
        usize::try_from(self.size & !RESIDENT).unwrap_or(usize::MAX)
    }

    /// Its data, and whether all of it is there. `record` gives what a cell holds, or why it does not.
    pub(super) fn bytes(&self, cell: &dyn Fn(u32) -> Result<&'a [u8], &'static str>) -> Bytes<'a> {
        let size = self.size();
        if self.is_resident() {
            let bytes = self.data.to_le_bytes();
            let there = bytes.get(..size).unwrap_or(&bytes);
            return Bytes::new(Cow::Owned(there.to_vec()), (size > 4).then_some("more data than fits into the value"));
        }
        if size == 0 {
            return Bytes::new(Cow::Borrowed(&[]), None);
        }
        let data = match cell(self.data) {
            Ok(data) => data,
            Err(why) => return Bytes::new(Cow::Borrowed(&[]), Some(why)),
        };
        if size > SEGMENT && data.starts_with(b"db") {
            return big(data, size, cell);
        }
        match data.get(..size) {
            Some(data) => Bytes::new(Cow::Borrowed(data), None),
            None => Bytes::new(Cow::Borrowed(data), Some("more data than its cell holds")),
        }
    }
}

/// Data of a value.
pub(super) struct Bytes<'a> {
    /// What is there.
    pub(super) bytes: Cow<'a, [u8]>,
    /// What is wrong with it.
    pub(super) fault: Option<&'static str>,
}

impl<'a> Bytes<'a> {
    fn new(bytes: Cow<'a, [u8]>, fault: Option<&'static str>) -> Self {
        Self { bytes, fault }
    }
}

/// Data in segments (regf specification, "Big data").
fn big<'a>(data: &[u8], size: usize, cell: &dyn Fn(u32) -> Result<&'a [u8], &'static str>) -> Bytes<'a> {
    let mut at = Cursor::at(data, 2);
    let count = at.u16("number of segments").unwrap_or_default();
    let list = at.u32("list of segments").unwrap_or(NOWHERE);
    let mut all = Vec::new();
    let list = match cell(list) {
        Ok(list) => list,
        Err(why) => return Bytes::new(Cow::Owned(all), Some(why)),
    };
    let mut seen = std::collections::HashSet::new();
    for element in list.chunks_exact(4).take(usize::from(count)) {
        let Ok(offset) = Cursor::new(element).u32("segment") else { break };
        if !seen.insert(offset) {
            return Bytes::new(Cow::Owned(all), Some("a segment of its data twice"));
        }
        match cell(offset) {
            Ok(segment) => {
                let wanted = size.saturating_sub(all.len()).min(SEGMENT);
                all.extend_from_slice(segment.get(..wanted).unwrap_or(segment));
            }
            Err(why) => return Bytes::new(Cow::Owned(all), Some(why)),
        }
    }
    let fault = (all.len() < size).then_some("less data than it says");
    Bytes::new(Cow::Owned(all), fault)
}

/// The values of a key that are in use, in the order of its list; false where not all of them are there.
pub(super) fn values<'a>(
    cells: &Cells<'a>,
    key: &KeyNode<'a>,
    left: &mut Left,
    out: &mut Out<'_>,
) -> (Vec<ValueNode<'a>>, bool) {
    let mut found = Vec::new();
    if key.values == 0 {
        return (found, true);
    }
    let list = match cells.get(key.value_list) {
        Ok(cell) if !cell.free => cell.data,
        other => {
            let why = other.map_or_else(super::cells::Fault::as_str, |_| "is free");
            out.tell(code::BROKEN_STRUCTURE, key.offset, format!("the cell of a key's list of values {why}"));
            return (found, false);
        }
    };
    let count = usize::try_from(key.values).unwrap_or(usize::MAX);
    let there = list.chunks_exact(4).take(count);
    if there.len() < count {
        let message = format!("a key says that it has {count} values, its list has room for {}", there.len());
        out.tell(code::BROKEN_STRUCTURE, key.offset, message);
    }
    if !left.values(there.len()) {
        out.tell(code::LIMIT_STRUCTURE, key.offset, "keys have more values than the hive has room for");
        return (found, false);
    }
    let mut whole = there.len() == count;
    for offset in there.filter_map(|element| Cursor::new(element).u32("value").ok()) {
        let value = match cells.get(offset) {
            Ok(cell) if !cell.free => ValueNode::parse(cell.data, offset).ok_or("holds no value"),
            Ok(_) => Err("is free"),
            Err(fault) => Err(fault.as_str()),
        };
        match value {
            Ok(value) => found.push(value),
            Err(why) => {
                out.tell(code::BROKEN_STRUCTURE, offset, format!("the cell of a value {why}"));
                whole = false;
            }
        }
    }
    (found, whole)
}

/// The data of a value in use; what is wrong with it is told.
pub(super) fn data<'a>(
    cells: &Cells<'a>,
    value: &ValueNode<'a>,
    left: &mut Left,
    out: &mut Out<'_>,
) -> Option<crate::Data> {
    let in_use = |offset| match cells.get(offset) {
        Ok(cell) if cell.free => Err("data in a cell that is free"),
        Ok(cell) => Ok(cell.data),
        Err(_) => Err("data in a cell that is not there"),
    };
    let data = value.bytes(&in_use);
    if let Some(fault) = data.fault {
        out.tell(code::BROKEN_STRUCTURE, value.offset, format!("a value has {fault}"));
    }
    if !left.data(data.bytes.len()) {
        out.tell(code::LIMIT_STRUCTURE, value.offset, "values have more data than the hive has room for");
        return None;
    }
    Some(crate::Data::from_raw(value.kind, &data.bytes))
}
