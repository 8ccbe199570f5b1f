use super::nodes::{Node, Value, upper};
use super::space::{Space, number};
use crate::hive::{NOWHERE, SEGMENT};

/// Elements of a list of keys before it is split.
const ELEMENTS: usize = 500;

/// Puts keys into cells.
pub(super) struct Layout {
    space: Space,
    security: u32,
}

/// A key that waits for its place.
struct Waiting<'n> {
    node: &'n Node,
    parent: u32,
    cell: u32,
}

/// Hive bins, and the offset of the root key.
pub(super) fn layout(root: &Node) -> (Vec<u8>, u32) {
    let mut space = Space::default();
    let cell = space.allocate(76_usize.saturating_add(root.name.len()), true);
    let security = space.allocate(20_usize.saturating_add(DESCRIPTOR.len()), true);
    let mut layout = Layout { space, security };
    let mut waiting = vec![Waiting { node: root, parent: NOWHERE, cell }];
    let mut keys = 0_u32;
    while let Some(now) = waiting.pop() {
        if !now.node.deleted {
            keys = keys.saturating_add(1);
        }
        layout.key(&now, &mut waiting);
    }
    layout.security(keys);
    (layout.space.finish(), cell)
}

impl Layout {
    fn key<'n>(&mut self, now: &Waiting<'n>, waiting: &mut Vec<Waiting<'n>>) {
        let node = now.node;
        let used = !node.deleted;
        let (name, compressed) = name(&node.name);
        let (values, value_list) = self.values(&node.values, used);
        // Backwards: the stack gives the last one first.
        let from = waiting.len();
        let mut listed = Vec::new();
        for below in node.below.values() {
            let length = 76_usize.saturating_add(self::name(&below.name).0.len());
            let cell = self.space.allocate(length, !below.deleted);
            if !below.deleted || node.deleted {
                listed.push((cell, hash(&below.name)));
            }
            waiting.push(Waiting { node: below, parent: now.cell, cell });
        }
        waiting.get_mut(from..).unwrap_or_default().reverse();
        let list = self.list(&listed, used);
        let flags = if now.parent == NOWHERE { 0x0c } else { 0 } | if compressed { 0x20_u16 } else { 0 };
        let longest = |names: &mut dyn Iterator<Item = &String>| {
            names.map(|name| name.encode_utf16().count().saturating_mul(2)).max().map_or(0, number)
        };
        let mut record = Vec::new();
        record.extend(b"nk");
        record.extend(flags.to_le_bytes());
        record.extend(node.written.to_le_bytes());
        let parent = if now.parent == NOWHERE { 0 } else { now.parent };
        for number in [0, parent, number(listed.len()), 0, list, NOWHERE, values, value_list, self.security, NOWHERE] {
            record.extend(number.to_le_bytes());
        }
        record.extend(longest(&mut node.below.values().map(|below| &below.name)).to_le_bytes());
        record.extend(0_u32.to_le_bytes());
        record.extend(longest(&mut node.values.iter().map(|value| &value.name)).to_le_bytes());
        let largest = node.values.iter().map(|value| value.data.to_raw().len()).max();
        record.extend(largest.map_or(0, number).to_le_bytes());
        record.extend(0_u32.to_le_bytes());
        record.extend(short(name.len()).to_le_bytes());
        record.extend(0_u16.to_le_bytes());
        record.extend(name);
        self.space.fill(now.cell, &record);
    }

    /// The list of a key's subkeys; several below an index root where there are many.
    fn list(&mut self, keys: &[(u32, u32)], used: bool) -> u32 {
        let lists: Vec<u32> = keys
            .chunks(ELEMENTS)
            .map(|keys| {
                let mut record = b"lh".to_vec();
                record.extend(short(keys.len()).to_le_bytes());
                for (cell, hash) in keys {
                    record.extend(cell.to_le_bytes());
                    record.extend(hash.to_le_bytes());
                }
                self.space.cell(&record, used)
            })
            .collect();
        match lists.as_slice() {
            [] => NOWHERE,
            [one] => *one,
            many => {
                let mut record = b"ri".to_vec();
                record.extend(short(many.len()).to_le_bytes());
                record.extend(many.iter().flat_map(|list| list.to_le_bytes()));
                self.space.cell(&record, used)
            }
        }
    }

    /// A key's values: their number and their list. Deleted ones of a key in use stand behind the end of the list.
    fn values(&mut self, values: &[Value], used: bool) -> (u32, u32) {
        let (gone, live): (Vec<&Value>, Vec<&Value>) = values.iter().partition(|value| used && value.deleted);
        let cells: Vec<u32> = live.iter().map(|value| self.value(value, used)).collect();
        let behind: Vec<u32> = gone.iter().map(|value| self.value(value, false)).collect();
        if values.is_empty() {
            return (0, NOWHERE);
        }
        let record: Vec<u8> = cells.iter().chain(&behind).flat_map(|cell| cell.to_le_bytes()).collect();
        let list = self.space.cell(&record, used && !cells.is_empty());
        if cells.is_empty() { (0, NOWHERE) } else { (number(cells.len()), list) }
    }

    fn value(&mut self, value: &Value, used: bool) -> u32 {
        let data = value.data.to_raw();
        let (size, place) = match data.as_slice() {
            [] => (0, NOWHERE),
            small if small.len() <= 4 => {
                let mut bytes = [0; 4];
                bytes.iter_mut().zip(small).for_each(|(to, from)| *to = *from);
                (number(small.len()) | 0x8000_0000, u32::from_le_bytes(bytes))
            }
            large if large.len() > SEGMENT => (number(large.len()), self.big(large, used)),
            plain => (number(plain.len()), self.space.cell(plain, used)),
        };
        let (name, compressed) = name(&value.name);
        let mut record = b"vk".to_vec();
        record.extend(short(name.len()).to_le_bytes());
        for number in [size, place, value.data.kind()] {
            record.extend(number.to_le_bytes());
        }
        record.extend(u16::from(compressed && !name.is_empty()).to_le_bytes());
        record.extend(0_u16.to_le_bytes());
        record.extend(name);
        self.space.cell(&record, used)
    }

    fn big(&mut self, data: &[u8], used: bool) -> u32 {
        let segments: Vec<u32> = data.chunks(SEGMENT).map(|segment| self.space.cell(segment, used)).collect();
        let list: Vec<u8> = segments.iter().flat_map(|cell| cell.to_le_bytes()).collect();
        let list = self.space.cell(&list, used);
        let mut record = b"db".to_vec();
        record.extend(short(segments.len()).to_le_bytes());
        record.extend(list.to_le_bytes());
        self.space.cell(&record, used)
    }

    fn security(&mut self, keys: u32) {
        let mut record = b"sk\0\0".to_vec();
        for number in [self.security, self.security, keys, number(DESCRIPTOR.len())] {
            record.extend(number.to_le_bytes());
        }
        record.extend(DESCRIPTOR);
        self.space.fill(self.security, &record);
    }
}

/// A name as a hive holds it, and whether each character is one byte.
fn name(name: &str) -> (Vec<u8>, bool) {
    let latin: Result<Vec<u8>, _> = name.chars().map(|letter| u8::try_from(u32::from(letter))).collect();
    match latin {
        Ok(bytes) => (bytes, true),
        Err(_) => (name.encode_utf16().flat_map(u16::to_le_bytes).collect(), false),
    }
}

/// The hash of a hash leaf (regf specification, "Hash leaf").
fn hash(name: &str) -> u32 {
    upper(name).into_iter().fold(0, |hash: u32, unit| hash.wrapping_mul(37).wrapping_add(u32::from(unit)))
}

fn short(size: usize) -> u16 {
    u16::try_from(size).unwrap_or(u16::MAX)
}

/// Owner and group administrators; full access for administrators and the system ([MS-DTYP] 2.4.6).
const DESCRIPTOR: &[u8] = &[
    1, 0, 4, 0x80, 20, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 52, 0, 0, 0, // revision, control, four offsets
    1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0, // S-1-5-32-544
    1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0, // S-1-5-32-544
    2, 0, 52, 0, 2, 0, 0, 0, // two entries
    0, 2, 24, 0, 0x3f, 0, 0x0f, 0, 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0, // S-1-5-32-544
    0, 2, 20, 0, 0x3f, 0, 0x0f, 0, 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, // S-1-5-18
];
