//! The directory: entries and the trees they form, MS-CFB 2.6.

use super::header::Header;
use crate::Sink;
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};
use std::fmt::Write;

/// Number that stands for the storage of all entries that no storage reaches.
pub(super) const ORPHANS: u32 = 0xffff_fffe;
/// No entry, MS-CFB 2.6.1.
const NONE: u32 = 0xffff_ffff;
/// Bytes of an entry.
const SIZE: usize = 128;
/// Entries that are read; 32 MB of directory.
const MAX_ENTRIES: usize = 1 << 18;
/// Steps of a path that are shown.
const MAX_STEPS: usize = 256;

const STORAGE: u8 = 1;
const STREAM: u8 = 2;
const ROOT: u8 = 5;

/// One entry.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    pub(super) class_id: [u8; 16],
    /// First sector.
    pub(super) start: u32,
    /// Declared size in bytes.
    pub(super) size: u64,
}

/// All entries and which storage holds which.
#[derive(Debug)]
pub(super) struct Directory {
    entries: Vec<Entry>,
    /// Storage and child, sorted.
    holds: Vec<(u32, u32)>,
    /// The storage that holds an entry.
    parent: Vec<u32>,
}

impl Entry {
    /// True for storages, the root included.
    pub(super) fn is_storage(&self) -> bool {
        matches!(self.kind, STORAGE | ROOT)
    }

    /// True where it is in use.
    fn is_used(&self) -> bool {
        matches!(self.kind, STORAGE | STREAM)
    }

    fn parse(bytes: &[u8], header: &Header) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let name = cursor.take(64, "entry name").ok()?;
        let length = cursor.u16("name length").ok()?;
        let kind = cursor.u8("entry type").ok()?;
        cursor.skip(1, "colour").ok()?;
        let [left, right, child] = [(); 3].map(|()| cursor.u32("entry number").unwrap_or(NONE));
        let class_id = cursor.array("class id").ok()?;
        cursor.skip(20, "state and times").ok()?;
        let start = cursor.u32("first sector").ok()?;
        let size = cursor.u64("size").ok()?;
        // The upper half may hold garbage in version 3, MS-CFB 2.6.3.
        let size = if header.sector_shift == 9 { size & 0xffff_ffff } else { size };
        let mut entry = Self { name: decode_name(name, length), kind, left, right, child, class_id, start, size };
        if !matches!(kind, 0 | STORAGE | STREAM | ROOT) {
            entry.kind = if child == NONE || size > 0 { STREAM } else { STORAGE };
        }
        Some(entry)
    }
}

/// The name up to its terminator, its length or the field's end, whichever comes first. A length that cannot be is
/// not used.
fn decode_name(field: &[u8], length: u16) -> String {
    let units = match length {
        2..=64 => usize::from(length) / 2,
        _ => 32,
    };
    let units = field.chunks_exact(2).take(units).map(|two| match two {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    char::decode_utf16(units.take_while(|unit| *unit != 0)).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
}

/// Names compare without letter case, MS-CFB 2.6.4.
pub(super) fn same_name(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
        || (!left.is_ascii() && !right.is_ascii() && left.to_uppercase() == right.to_uppercase())
}

/// A name with its control characters written as `\1`.
pub(super) fn shown(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if character.is_control() {
            let _ = write!(out, "\\{:x}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

impl Directory {
    pub(super) fn read(listing: &[u8], header: &Header, sink: &mut dyn Sink) -> Self {
        if listing.len() / SIZE > MAX_ENTRIES {
            let message = format!("the directory has {} entries; {MAX_ENTRIES} were read", listing.len() / SIZE);
            sink.report(code::LIMIT_STRUCTURE, Location::default().held_by("directory"), message);
        }
        let entries: Vec<Entry> =
            listing.chunks_exact(SIZE).take(MAX_ENTRIES).filter_map(|bytes| Entry::parse(bytes, header)).collect();
        let mut tree = Tree { parent: vec![NONE; entries.len()], entries: &entries, holds: Vec::new(), damaged: None };
        tree.plant(0, NONE);
        if let Some(entry) = tree.damaged {
            let message = format!(
                "the directory tree is damaged: entry {entry} is reached twice, by itself, or does not exist; what \
                 no storage reaches is read apart"
            );
            sink.report(code::BROKEN_STRUCTURE, Location::default().held_by("directory"), message);
        }
        tree.plant_orphans();
        let Tree { mut holds, parent, .. } = tree;
        holds.sort_unstable();
        Self { entries, holds, parent }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn entry(&self, index: u32) -> Option<&Entry> {
        self.entries.get(index as usize)
    }

    /// Numbers of the entries that a storage holds, in the order of their numbers.
    pub(super) fn children(&self, storage: u32) -> impl Iterator<Item = u32> {
        let first = self.holds.partition_point(|(holder, _)| *holder < storage);
        self.holds.iter().skip(first).take_while(move |(holder, _)| *holder == storage).map(|(_, child)| *child)
    }

    /// Names from the root down, joined with `/`.
    pub(super) fn path(&self, index: u32) -> String {
        let mut steps = Vec::new();
        let mut at = index;
        while steps.len() < MAX_STEPS && at != 0 {
            if at == ORPHANS {
                steps.push("orphans".to_owned());
                break;
            }
            let Some(entry) = self.entry(at) else { break };
            steps.push(shown(&entry.name));
            at = self.parent.get(at as usize).copied().unwrap_or(0);
        }
        steps.reverse();
        steps.join("/")
    }
}

/// The trees while they are walked. An entry belongs to the first storage that reaches it.
struct Tree<'e> {
    entries: &'e [Entry],
    /// Holder of each entry; [`NONE`] where nobody has reached it.
    parent: Vec<u32>,
    holds: Vec<(u32, u32)>,
    /// First entry number that was reached in a way that cannot be.
    damaged: Option<u32>,
}

impl Tree<'_> {
    /// Puts `index` under `holder` and everything below it under it. Each entry is planted once, so this is linear.
    fn plant(&mut self, index: u32, holder: u32) {
        let Some(first) = self.entries.get(index as usize) else { return };
        self.set_parent(index, if holder == NONE { 0 } else { holder });
        if holder != NONE {
            self.holds.push((holder, index));
        }
        let mut storages = Vec::new();
        if first.is_storage() || index == 0 {
            storages.push((index, first.child));
        }
        while let Some((storage, child)) = storages.pop() {
            let mut siblings = vec![child];
            while let Some(at) = siblings.pop() {
                if at == NONE {
                    continue;
                }
                let entry = self.entries.get(at as usize).filter(|entry| entry.is_used() && self.is_free(at));
                let Some(entry) = entry else {
                    self.damaged = self.damaged.or(Some(at));
                    continue;
                };
                self.set_parent(at, storage);
                self.holds.push((storage, at));
                siblings.extend([entry.right, entry.left]);
                if entry.is_storage() {
                    storages.push((at, entry.child));
                }
            }
        }
    }

    /// Plants what nobody reached: first the entries that no other unreached one names, so that unreached storages
    /// keep what they hold, then the rest, which forms circles.
    fn plant_orphans(&mut self) {
        let orphans: Vec<u32> = (0_u32..)
            .zip(self.entries)
            .filter(|(index, entry)| entry.is_used() && self.is_free(*index))
            .map(|(index, _)| index)
            .collect();
        let mut held = vec![false; self.entries.len()];
        for index in &orphans {
            let entry = self.entries.get(*index as usize);
            let storage_child = entry.filter(|entry| entry.is_storage()).map(|entry| entry.child);
            for target in storage_child.into_iter().filter(|target| target != index) {
                if let Some(held) = held.get_mut(target as usize) {
                    *held = true;
                }
            }
        }
        // Storages come first, so that what they hold as neighbours of their child stays with them.
        for (storages, later) in [(true, false), (true, true), (false, false), (false, true)] {
            for index in &orphans {
                let is_storage = self.entries.get(*index as usize).is_some_and(Entry::is_storage);
                if is_storage == storages && self.is_free(*index) && held.get(*index as usize) == Some(&later) {
                    self.plant(*index, ORPHANS);
                }
            }
        }
    }

    fn is_free(&self, index: u32) -> bool {
        self.parent.get(index as usize) == Some(&NONE)
    }

    fn set_parent(&mut self, index: u32, holder: u32) {
        if let Some(parent) = self.parent.get_mut(index as usize) {
            *parent = holder;
        }
    }
}
