use super::cells::{Cells, NOWHERE, in_file};
use super::names;
use super::out::{Left, Out};
use ddefend_event::Time;
use ddefend_guard::Cursor;
use ddefend_model::code;
use std::collections::HashSet;

/// Index roots inside one another. Windows writes one level.
const LISTS_DEEP: u32 = 8;
/// The name's bytes are Latin-1.
const COMPRESSED: u16 = 0x20;
/// The number of values is a handle.
const PREDEFINED: u16 = 0x40;
/// The root of its hive.
const HIVE_ENTRY: u16 = 0x04;

/// A key (regf specification, "Key node").
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyNode<'a> {
    /// Its cell.
    pub(super) offset: u32,
    /// FILETIME.
    pub(super) written: u64,
    /// The cell of the key above.
    pub(super) parent: u32,
    /// Keys below.
    pub(super) subkeys: u32,
    /// Their list.
    pub(super) list: u32,
    /// Values.
    pub(super) values: u32,
    /// Their list.
    pub(super) value_list: u32,
    flags: u16,
    name: &'a [u8],
    /// True where the name is longer than what is there.
    pub(super) cut: bool,
}

impl<'a> KeyNode<'a> {
    /// Reads what a cell holds; none where it is no key.
    pub(super) fn parse(data: &'a [u8], offset: u32) -> Option<Self> {
        let mut at = Cursor::new(data);
        if at.take(2, "signature").ok()? != b"nk" {
            return None;
        }
        let flags = at.u16("flags").ok()?;
        let written = at.u64("last written").ok()?;
        at.skip(4, "access bits").ok()?;
        let (parent, subkeys) = (at.u32("parent").ok()?, at.u32("subkeys").ok()?);
        at.skip(4, "volatile subkeys").ok()?;
        let list = at.u32("subkeys list").ok()?;
        at.skip(4, "volatile subkeys list").ok()?;
        let (values, value_list) = (at.u32("values").ok()?, at.u32("values list").ok()?);
        at.seek(72);
        let length = usize::from(at.u16("name length").ok()?);
        at.skip(2, "class name length").ok()?;
        let name = at.take_up_to(length);
        let values = if flags & PREDEFINED == 0 { values } else { 0 };
        let cut = name.len() < length;
        Some(Self { offset, written, parent, subkeys, list, values, value_list, flags, name, cut })
    }

    /// The key whose cell is at an offset, if that cell is in use.
    pub(super) fn at(cells: &Cells<'a>, offset: u32) -> Result<Self, &'static str> {
        let cell = cells.get(offset).map_err(super::cells::Fault::as_str)?;
        if cell.free {
            return Err("is free");
        }
        Self::parse(cell.data, offset).ok_or("holds no key")
    }

    /// Its name. A backslash, which no key's name may have, becomes U+FFFD: it must not look like two keys.
    pub(super) fn name(&self) -> String {
        let name = names::name(self.name, self.flags & COMPRESSED != 0);
        if name.contains('\\') { name.replace('\\', "\u{fffd}") } else { name }
    }

    /// Whether the name has what no name written by Windows' own programs has.
    pub(super) fn is_odd(&self) -> bool {
        let wide = self.flags & COMPRESSED == 0;
        self.name.is_empty()
            || self.name.contains(&b'\\') && names::name(self.name, !wide).contains('\\')
            || names::name(self.name, !wide).contains('\0')
    }

    /// Whether it says that it is the root of its hive.
    pub(super) fn is_root(&self) -> bool {
        self.flags & HIVE_ENTRY != 0
    }
}

/// The cells of the keys below a key, in the order of its lists; false where not all of them are there.
pub(super) fn subkeys(cells: &Cells<'_>, key: &KeyNode<'_>, left: &mut Left, out: &mut Out<'_>) -> (Vec<u32>, bool) {
    let mut found = Vec::new();
    if key.subkeys == 0 || key.list == NOWHERE {
        return (found, key.subkeys == 0);
    }
    let mut seen = HashSet::new();
    let mut waiting = vec![(key.list, 0)];
    let mut whole = true;
    while let Some((offset, depth)) = waiting.pop() {
        if !seen.insert(offset) {
            out.tell(code::BROKEN_STRUCTURE, offset, "a list of keys is listed twice");
            whole = false;
            continue;
        }
        if depth > LISTS_DEEP {
            out.tell(code::LIMIT_STRUCTURE, offset, "lists of keys are nested too deeply");
            whole = false;
            continue;
        }
        let cell = match cells.get(offset) {
            Ok(cell) if !cell.free => cell,
            other => {
                let why = other.map_or_else(super::cells::Fault::as_str, |_| "is free");
                out.tell(code::BROKEN_STRUCTURE, offset, format!("the cell of a list of keys {why}"));
                whole = false;
                continue;
            }
        };
        whole &= list(cell.data, offset, depth, (&mut found, &mut waiting), left, out);
    }
    if whole && u32::try_from(found.len()) != Ok(key.subkeys) {
        let message = format!("a key says that it has {} keys below it, its lists have {}", key.subkeys, found.len());
        out.tell(code::BROKEN_STRUCTURE, key.offset, message);
        whole = u32::try_from(found.len()).is_ok_and(|there| there > key.subkeys);
    }
    (found, whole)
}

/// One list: keys go to the first, lists to the second of `to`. False where not all of it is there.
fn list(
    data: &[u8],
    offset: u32,
    depth: u32,
    to: (&mut Vec<u32>, &mut Vec<(u32, u32)>),
    left: &mut Left,
    out: &mut Out<'_>,
) -> bool {
    let mut at = Cursor::new(data);
    let kind = at.take(2, "signature").unwrap_or_default();
    let count = usize::from(at.u16("number of elements").unwrap_or_default());
    let size = match kind {
        b"lf" | b"lh" => 8,
        b"li" | b"ri" => 4,
        _ => {
            out.tell(code::BROKEN_STRUCTURE, offset, "the cell of a list of keys holds none");
            return false;
        }
    };
    let there = at.rest().chunks_exact(size).take(count);
    let whole = there.len() == count;
    if !whole {
        let message =
            format!("a list of keys says that it has {count} elements, its cell has room for {}", there.len());
        out.tell(code::BROKEN_STRUCTURE, offset, message);
    }
    let offsets = there.filter_map(|element| Cursor::new(element).u32("offset").ok());
    if !left.elements(offsets.size_hint().1.unwrap_or_default()) {
        out.tell(code::LIMIT_STRUCTURE, offset, "lists of keys have more elements than the hive has room for");
        return false;
    }
    if kind == b"ri" {
        let from = to.1.len();
        to.1.extend(offsets.map(|offset| (offset, depth.saturating_add(1))));
        // The stack gives the last one first.
        to.1.get_mut(from..).unwrap_or_default().reverse();
    } else {
        to.0.extend(offsets);
    }
    whole
}

/// The key below another with a name.
pub(super) fn child<'a>(cells: &Cells<'a>, key: &KeyNode<'a>, name: &str, out: &mut Out<'_>) -> Option<KeyNode<'a>> {
    let mut left = Left::of(cells);
    let (keys, _) = subkeys(cells, key, &mut left, out);
    keys.into_iter().filter_map(|at| KeyNode::at(cells, at).ok()).find(|found| names::same(&found.name(), name))
}

/// Where in the file a key's cell stands.
pub(super) fn place(key: &KeyNode<'_>) -> crate::Place {
    crate::Place::Offset(in_file(key.offset))
}

/// When a key was last written.
pub(super) fn written(key: &KeyNode<'_>) -> Option<Time> {
    (key.written != 0).then(|| Time::from_filetime(key.written))
}
