//! Writes compound files (MS-CFB version 3), plainly: all sectors of a stream lie behind each other, siblings hang in
//! a chain to the right. Knobs damage the result in the ways that readers must survive.

/// A storage or stream to be written.
#[derive(Clone, Debug)]
enum Node {
    Storage { name: String, class_id: [u8; 16], children: Vec<Node> },
    Stream { name: String, bytes: Vec<u8> },
}

/// Ways to damage or bend the written file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// The last sector of the first large stream points back at its first, and its size is ten times too large.
    pub fat_cycle: bool,
    /// All entries of the allocation table are free.
    pub fat_missing: bool,
    /// Names of streams and storages that no storage reaches, though the directory lists them.
    pub orphans: Vec<String>,
    /// The root's child points at the root.
    pub tree_cycle: bool,
    /// Junk stands behind the names' terminators, and their lengths are impossible.
    pub bad_names: bool,
    /// Sectors of large streams are written in reverse order.
    pub reversed: bool,
    /// Bytes written behind the last sector.
    pub trailing: Vec<u8>,
    /// Bytes cut off the end.
    pub cut: usize,
}

/// Builder of a compound file.
///
/// ```
/// # use ddefend_lab::make::cfb::Cfb;
/// let bytes = Cfb::new().stream("WordDocument", b"...").stream("ObjectPool/_1/\u{1}Ole", b"..").bytes();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cfb {
    class_id: [u8; 16],
    children: Vec<Node>,
    damage: Damage,
}

impl Cfb {
    /// An empty file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Class id of the root storage, as stored.
    #[must_use]
    pub fn class_id(mut self, class_id: [u8; 16]) -> Self {
        self.class_id = class_id;
        self
    }

    /// Adds a stream; storages on its path (`ObjectPool/_1/Contents`) are made where they are missing.
    #[must_use]
    pub fn stream(mut self, path: &str, bytes: &[u8]) -> Self {
        let (children, name) = place(&mut self.children, path);
        children.push(Node::Stream { name, bytes: bytes.to_vec() });
        self
    }

    /// Adds a storage with a class id (as stored).
    #[must_use]
    pub fn storage(mut self, path: &str, class_id: [u8; 16]) -> Self {
        let (children, name) = place(&mut self.children, path);
        children.push(Node::Storage { name, class_id, children: Vec::new() });
        self
    }

    /// Damages the result.
    #[must_use]
    pub fn damage(mut self, damage: Damage) -> Self {
        self.damage = damage;
        self
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        Writer::default().write(self)
    }
}

/// The list that the last step of `path` belongs to, and that step.
fn place<'n>(mut children: &'n mut Vec<Node>, path: &str) -> (&'n mut Vec<Node>, String) {
    let mut steps: Vec<&str> = path.split('/').collect();
    let name = steps.pop().unwrap_or_default().to_owned();
    for step in steps {
        let is_step = |node: &Node| matches!(node, Node::Storage { name, .. } if name == step);
        let index = children.iter().position(is_step).unwrap_or_else(|| {
            children.push(Node::Storage { name: step.to_owned(), class_id: [0; 16], children: Vec::new() });
            children.len() - 1
        });
        children = match children.get_mut(index) {
            Some(Node::Storage { children, .. }) => children,
            _ => unreachable!("only a storage is looked for or added"),
        };
    }
    (children, name)
}

const SECTOR: usize = 512;
const MINI_SECTOR: usize = 64;
const CUTOFF: usize = 4096;
const FREE: u32 = 0xffff_ffff;
const END: u32 = 0xffff_fffe;
const FAT_SECTOR: u32 = 0xffff_fffd;
const DIFAT_SECTOR: u32 = 0xffff_fffc;
const NONE: u32 = 0xffff_ffff;

#[derive(Clone, Debug)]
struct Row {
    name: String,
    kind: u8,
    right: u32,
    child: u32,
    class_id: [u8; 16],
    start: u32,
    size: u64,
}

#[derive(Default)]
struct Writer {
    rows: Vec<Row>,
    sectors: Vec<u8>,
    fat: Vec<u32>,
    mini: Vec<u8>,
    mini_fat: Vec<u32>,
    cycle_done: bool,
}

impl Writer {
    fn write(mut self, cfb: &Cfb) -> Vec<u8> {
        let damage = &cfb.damage;
        self.rows.push(Row {
            name: "Root Entry".to_owned(),
            kind: 5,
            right: NONE,
            child: NONE,
            class_id: cfb.class_id,
            start: END,
            size: 0,
        });
        let child = self.add_children(&cfb.children, damage);
        self.rows[0].child = if damage.tree_cycle { 0 } else { child };
        let mini = std::mem::take(&mut self.mini);
        self.rows[0].size = mini.len() as u64;
        self.rows[0].start = self.add_sectors(&mini, false);
        let mini_fat: Vec<u8> = self.mini_fat.iter().flat_map(|entry| entry.to_le_bytes()).collect();
        let mini_fat_start = self.add_sectors(&mini_fat, false);
        let directory: Vec<u8> = self.rows.iter().flat_map(|row| row_bytes(row, damage.bad_names)).collect();
        let directory_start = self.add_sectors(&directory, false);
        let mini_fat_count = mini_fat.len().div_ceil(SECTOR);
        let mut out = self.finish(directory_start, mini_fat_start, mini_fat_count, damage.fat_missing);
        out.extend(&damage.trailing);
        out.truncate(out.len().saturating_sub(damage.cut));
        out
    }

    /// Writes siblings; gives back the number of the first that is reached.
    fn add_children(&mut self, children: &[Node], damage: &Damage) -> u32 {
        let mut first = NONE;
        let mut last: Option<usize> = None;
        for node in children {
            let index = self.rows.len();
            let (name, row) = match node {
                Node::Storage { name, class_id, children } => {
                    self.rows.push(blank(name, 1, *class_id));
                    let child = self.add_children(children, damage);
                    (name, Row { child, ..self.rows[index].clone() })
                }
                Node::Stream { name, bytes } => {
                    self.rows.push(blank(name, 2, [0; 16]));
                    let (start, size) = self.add_stream(bytes, damage);
                    (name, Row { start, size, ..self.rows[index].clone() })
                }
            };
            self.rows[index] = row;
            if damage.orphans.contains(name) {
                continue;
            }
            match last {
                Some(last) => self.rows[last].right = index as u32,
                None => first = index as u32,
            }
            last = Some(index);
        }
        first
    }

    fn add_stream(&mut self, bytes: &[u8], damage: &Damage) -> (u32, u64) {
        let size = bytes.len() as u64;
        if bytes.is_empty() {
            return (END, 0);
        }
        if bytes.len() < CUTOFF {
            let start = (self.mini.len() / MINI_SECTOR) as u32;
            let count = bytes.len().div_ceil(MINI_SECTOR) as u32;
            self.mini_fat.extend((start + 1..start + count).chain([END]));
            self.mini.extend(bytes);
            self.mini.resize(self.mini.len().next_multiple_of(MINI_SECTOR), 0);
            return (start, size);
        }
        let start = self.add_sectors(bytes, damage.reversed);
        if damage.fat_cycle && !self.cycle_done {
            self.cycle_done = true;
            let last = self.fat.len() - 1;
            self.fat[last] = start;
            return (start, size * 10);
        }
        (start, size)
    }

    fn add_sectors(&mut self, bytes: &[u8], reversed: bool) -> u32 {
        if bytes.is_empty() {
            return END;
        }
        let first = self.fat.len() as u32;
        let count = bytes.len().div_ceil(SECTOR) as u32;
        let mut padded = bytes.to_vec();
        padded.resize(count as usize * SECTOR, 0);
        if reversed {
            self.sectors.extend(padded.chunks(SECTOR).rev().flatten());
            self.fat.extend([END].into_iter().chain(first..first + count - 1));
            return first + count - 1;
        }
        self.sectors.extend(&padded);
        self.fat.extend((first + 1..first + count).chain([END]));
        first
    }

    /// Adds the allocation table and the header, MS-CFB 2.2, 2.3 and 2.5.
    fn finish(mut self, directory_start: u32, mini_fat_start: u32, mini_fat_count: usize, missing: bool) -> Vec<u8> {
        let used = self.fat.len();
        let (mut tables, mut lists) = (0, 0);
        loop {
            let needed = (used + tables + lists).div_ceil(SECTOR / 4);
            let needed_lists = needed.saturating_sub(109).div_ceil(SECTOR / 4 - 1);
            if (needed, needed_lists) == (tables, lists) {
                break;
            }
            (tables, lists) = (needed, needed_lists);
        }
        self.fat.extend(std::iter::repeat_n(FAT_SECTOR, tables));
        self.fat.extend(std::iter::repeat_n(DIFAT_SECTOR, lists));
        self.fat.resize(tables * SECTOR / 4, FREE);
        if missing {
            self.fat.fill(FREE);
        }
        self.sectors.extend(self.fat.iter().flat_map(|entry| entry.to_le_bytes()));
        let mut listed: Vec<u32> = (used as u32..(used + tables) as u32).collect();
        let further = listed.split_off(listed.len().min(109));
        listed.resize(109, FREE);
        for (index, chunk) in further.chunks(SECTOR / 4 - 1).enumerate() {
            let mut list = chunk.to_vec();
            list.resize(SECTOR / 4 - 1, FREE);
            list.push(if index + 1 == lists { END } else { (used + tables + index + 1) as u32 });
            self.sectors.extend(list.iter().flat_map(|entry| entry.to_le_bytes()));
        }
        let difat_start = if lists == 0 { END } else { (used + tables) as u32 };
        let mut out = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        out.extend([0; 16]);
        for word in [0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0] {
            out.extend(word.to_le_bytes());
        }
        let counts = [0, tables as u32, directory_start, 0, CUTOFF as u32, mini_fat_start, mini_fat_count as u32];
        for word in counts.into_iter().chain([difat_start, lists as u32]).chain(listed) {
            out.extend(word.to_le_bytes());
        }
        out.extend(self.sectors);
        out
    }
}

fn blank(name: &str, kind: u8, class_id: [u8; 16]) -> Row {
    Row { name: name.to_owned(), kind, right: NONE, child: NONE, class_id, start: 0, size: 0 }
}

/// One directory entry, MS-CFB 2.6.1.
fn row_bytes(row: &Row, bad_name: bool) -> Vec<u8> {
    let mut units: Vec<u16> = row.name.encode_utf16().take(31).collect();
    let length = (units.len() as u16 + 1) * 2;
    units.resize(32, if bad_name && row.kind != 5 { u16::from(b'x') } else { 0 });
    if bad_name && row.kind != 5 {
        units[row.name.encode_utf16().count().min(31)] = 0;
    }
    let mut out: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    out.extend(if bad_name { 0xffff_u16.to_le_bytes() } else { length.to_le_bytes() });
    out.extend([row.kind, 1]);
    for link in [NONE, row.right, row.child] {
        out.extend(link.to_le_bytes());
    }
    out.extend(row.class_id);
    out.extend([0; 20]);
    out.extend(row.start.to_le_bytes());
    out.extend(row.size.to_le_bytes());
    out
}
