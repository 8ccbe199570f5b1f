//! FAT12, FAT16 and FAT32 (Microsoft FAT specification): every file that is not deleted.

use super::view::View;
use crate::{Sink, members};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};
use std::collections::{BTreeSet, VecDeque};

/// Bytes of one directory that are read.
const FOLDER: u64 = 4 << 20;

/// True for a boot sector with plausible parameters.
pub(super) fn is_boot(boot: &[u8]) -> bool {
    Fat::parameters(boot).is_some()
}

/// An opened volume.
struct Fat {
    /// Bits of a table entry.
    bits: u8,
    table: Vec<u8>,
    /// Bytes of a cluster.
    cluster: u64,
    /// Offset of cluster 2.
    data: u64,
    clusters: u64,
    /// Root directory: a run (offset, bytes) before FAT32, a first cluster from then on.
    root: Result<(u64, u64), u32>,
    table_at: u64,
    table_size: u64,
}

impl Fat {
    /// Reads the BIOS parameter block, section 3.
    fn parameters(boot: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::at(boot, 11);
        let sector = u64::from(cursor.u16("bytes per sector").ok()?);
        let per_cluster = u64::from(cursor.u8("sectors per cluster").ok()?);
        let reserved = u64::from(cursor.u16("reserved sectors").ok()?);
        let tables = u64::from(cursor.u8("tables").ok()?);
        let root_entries = u64::from(cursor.u16("root entries").ok()?);
        let small = u64::from(cursor.u16("sectors").ok()?);
        let media = cursor.u8("media").ok()?;
        let table_small = u64::from(cursor.u16("sectors per table").ok()?);
        cursor.seek(32);
        let large = u64::from(cursor.u32("sectors").ok()?);
        let table_large = u64::from(cursor.u32("sectors per table").ok()?);
        cursor.seek(44);
        let root_cluster = cursor.u32("root cluster").ok()?;
        let jump = matches!(boot.first(), Some(0xeb | 0xe9));
        let powers = matches!(sector, 512 | 1024 | 2048 | 4096) && per_cluster.is_power_of_two();
        if !jump || !powers || reserved == 0 || !(1..=4).contains(&tables) || media < 0xf0 {
            return None;
        }
        let table_sectors = if table_small == 0 { table_large } else { table_small };
        let total = if small == 0 { large } else { small };
        let root_sectors = root_entries.saturating_mul(32).div_ceil(sector);
        let root_at = reserved.saturating_add(tables.saturating_mul(table_sectors));
        let first = root_at.saturating_add(root_sectors);
        let clusters = total.checked_sub(first)?.checked_div(per_cluster)?;
        let bits = match clusters {
            0..=4084 => 12,
            4085..=65524 => 16,
            _ => 32,
        };
        let old = root_entries > 0;
        let root =
            if old { Ok((root_at.saturating_mul(sector), root_entries.saturating_mul(32))) } else { Err(root_cluster) };
        Some(Self {
            bits: if old { bits } else { 32 },
            table: Vec::new(),
            cluster: sector.saturating_mul(per_cluster),
            data: first.saturating_mul(sector),
            clusters,
            root,
            table_at: reserved.saturating_mul(sector),
            table_size: table_sectors.saturating_mul(sector).min(64 << 20),
        })
    }

    /// The cluster behind another; none at the end or outside.
    fn next(&self, cluster: u32) -> Option<u32> {
        let index = usize::try_from(cluster).ok()?;
        let (value, end) = match self.bits {
            12 => {
                let at = index.checked_add(index / 2)?;
                let pair = u32::from(Cursor::at(&self.table, at).u16("table").ok()?);
                (if index % 2 == 1 { pair >> 4 } else { pair & 0xfff }, 0xff7)
            }
            16 => (u32::from(Cursor::at(&self.table, index.checked_mul(2)?).u16("table").ok()?), 0xfff7),
            _ => {
                let value = Cursor::at(&self.table, index.checked_mul(4)?).u32("table").ok()?;
                (value & 0x0fff_ffff, 0x0fff_fff7)
            }
        };
        (value >= 2 && value < end).then_some(value)
    }

    /// At most `limit` bytes of a chain. A cycle ends at the limit or at the number of clusters.
    fn chain(&self, view: &View<'_>, first: u32, limit: u64) -> Vec<u8> {
        let mut out: Vec<u8> = Vec::new();
        let mut cluster = Some(first).filter(|first| *first >= 2);
        let mut steps = 0_u64;
        while let Some(current) = cluster {
            let left = limit.saturating_sub(out.len() as u64);
            if left == 0 || steps > self.clusters {
                break;
            }
            let at = u64::from(current.saturating_sub(2)).saturating_mul(self.cluster).saturating_add(self.data);
            let piece = view.read(at, usize::try_from(self.cluster.min(left)).unwrap_or(usize::MAX));
            if piece.is_empty() {
                break;
            }
            out.extend_from_slice(&piece);
            steps = steps.saturating_add(1);
            cluster = self.next(current);
        }
        out
    }
}

/// Walks all files.
pub(super) fn walk(view: &View<'_>, prefix: &str, sink: &mut dyn Sink) {
    let Some(mut fat) = Fat::parameters(&view.read(0, 512)) else { return };
    fat.table = view.read(fat.table_at, usize::try_from(fat.table_size).unwrap_or(0)).into_owned();
    let root = match fat.root {
        Ok((at, length)) => view.read(at, usize::try_from(length).unwrap_or(0)).into_owned(),
        Err(cluster) => fat.chain(view, cluster, FOLDER),
    };
    let mut queue = VecDeque::from([(root, prefix.to_owned())]);
    let mut folders: BTreeSet<u32> = BTreeSet::new();
    let limit = usize::try_from(sink.budget().limits().parts).unwrap_or(usize::MAX);
    while let Some((folder, path)) = queue.pop_front() {
        for entry in entries(&folder) {
            if let Err(exceeded) = sink.budget().check_time() {
                return sink.report(exceeded.code, Location::default(), format!("{exceeded}; the rest was not read"));
            }
            let name = format!("{path}{}", entry.name);
            if entry.folder {
                if folders.len() < limit && folders.insert(entry.cluster) {
                    queue.push_back((fat.chain(view, entry.cluster, FOLDER), format!("{name}/")));
                }
                continue;
            }
            file(&fat, view, &entry, &name, sink);
        }
    }
}

fn file(fat: &Fat, view: &View<'_>, entry: &Entry, name: &str, sink: &mut dyn Sink) {
    let allowance = sink.budget().part_allowance();
    let bytes = fat.chain(view, entry.cluster, u64::from(entry.size).min(allowance));
    if (bytes.len() as u64) < u64::from(entry.size) {
        let code = if u64::from(entry.size) > allowance { code::LIMIT_PART_SIZE } else { code::BROKEN_TRUNCATED };
        let message = format!("{name}: {} of {} bytes were read", bytes.len(), entry.size);
        sink.report(code, Location::default(), message);
    }
    if let Err(exceeded) = sink.budget().produce(bytes.len() as u64) {
        return sink.report(exceeded.code, Location::default(), format!("{exceeded}; {name} was not read"));
    }
    members::walk(name, &bytes, &[], sink);
}

/// A directory entry, section 6.
struct Entry {
    name: String,
    folder: bool,
    cluster: u32,
    size: u32,
}

fn entries(folder: &[u8]) -> Vec<Entry> {
    const LONG: u8 = 0x0f;
    const LABEL: u8 = 0x08;
    const FOLDER: u8 = 0x10;
    let mut out = Vec::new();
    let mut long: Vec<Vec<u16>> = Vec::new();
    for raw in folder.chunks_exact(32) {
        let (Some(first), Some(attributes)) = (raw.first(), raw.get(11)) else { break };
        match (*first, *attributes) {
            (0, _) => break,
            (0xe5, _) => long.clear(),
            (_, LONG) => long.push(long_part(raw)),
            (_, attributes) if attributes & LABEL != 0 => long.clear(),
            (_, attributes) => {
                let units: Vec<u16> = long.drain(..).rev().flatten().take_while(|unit| *unit != 0).collect();
                let name = if units.is_empty() { short_name(raw) } else { String::from_utf16_lossy(&units) };
                let high = Cursor::at(raw, 20).u16("cluster").unwrap_or(0);
                let low = Cursor::at(raw, 26).u16("cluster").unwrap_or(0);
                let size = Cursor::at(raw, 28).u32("size").unwrap_or(0);
                if name != "." && name != ".." {
                    let cluster = (u32::from(high) << 16) | u32::from(low);
                    out.push(Entry { name, folder: attributes & FOLDER != 0, cluster, size });
                }
            }
        }
    }
    out
}

/// Thirteen units of a long name, section 7.
fn long_part(raw: &[u8]) -> Vec<u16> {
    let pieces = [raw.get(1..11), raw.get(14..26), raw.get(28..32)];
    let bytes = pieces.into_iter().flatten().flatten().copied().collect::<Vec<u8>>();
    bytes.chunks_exact(2).filter_map(|pair| Some(u16::from_le_bytes(*pair.first_chunk()?))).collect()
}

fn short_name(raw: &[u8]) -> String {
    let text = |range: Option<&[u8]>| String::from_utf8_lossy(range.unwrap_or_default()).trim_end().to_owned();
    let (stem, extension) = (text(raw.get(..8)), text(raw.get(8..11)));
    if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
}
