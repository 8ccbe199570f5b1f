//! The UDF file system (ECMA-167 as OSTA UDF 1.02 to 2.01 profiles it): one partition, sectors of 2,048 bytes.

use crate::{Sink, members};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};
use std::collections::{BTreeSet, VecDeque};

/// Bytes of a sector.
const SECTOR: u64 = 2048;
/// Where the anchor stands (ECMA-167 3/8.4.2.1), sectors.
const ANCHORS: [u64; 2] = [256, 512];
/// Extents of one file that are followed.
const EXTENTS: usize = 100_000;

/// What the volume descriptors say.
struct Volume<'a> {
    bytes: &'a [u8],
    /// First sector of the partition.
    partition: u64,
    /// Root folder's information control block, block in the partition.
    root: u64,
}

/// Walks all files; `seen` holds extents (byte offset, length) that another file system of the image gave already.
pub(crate) fn read(bytes: &[u8], seen: &mut BTreeSet<(u64, u64)>, sink: &mut dyn Sink) {
    let Some(volume) = open(bytes) else {
        // The bridge format keeps the same files in ISO 9660.
        let code = if seen.is_empty() { code::BROKEN_STRUCTURE } else { code::NOTE_ODD };
        let message = "the UDF volume cannot be followed (no anchor, or a metadata partition)".to_owned();
        return sink.report(code, Location::default(), message);
    };
    let limit = usize::try_from(sink.budget().limits().parts).unwrap_or(usize::MAX);
    let mut queue = VecDeque::from([(volume.root, String::new())]);
    let mut blocks = BTreeSet::from([volume.root]);
    while let Some((block, path)) = queue.pop_front() {
        if let Err(exceeded) = sink.budget().check_time() {
            return sink.report(exceeded.code, Location::default(), format!("{exceeded}; the rest was not read"));
        }
        let Some(node) = volume.node(block) else { continue };
        let allowance = sink.budget().part_allowance();
        let data = volume.data(&node, allowance);
        if node.folder {
            for (name, inner) in entries(&data) {
                if blocks.len() < limit && blocks.insert(inner) {
                    queue.push_back((inner, format!("{path}/{name}")));
                }
            }
            continue;
        }
        if volume.first(&node).is_some_and(|extent| !seen.insert(extent)) {
            continue;
        }
        if (data.len() as u64) < node.length {
            let message = format!("{path}: {} of {} bytes are there", data.len(), node.length);
            sink.report(code::BROKEN_TRUNCATED, Location::default(), message);
        }
        members::walk(path.trim_start_matches('/'), &data, &[], sink);
    }
}

/// The sector's bytes and its descriptor tag's id (ECMA-167 3/7.2).
fn sector(bytes: &[u8], at: u64) -> Option<(u16, &[u8])> {
    let start = usize::try_from(at.checked_mul(SECTOR)?).ok()?;
    let sector = bytes.get(start..start.checked_add(2048)?)?;
    let id = Cursor::new(sector).u16("tag").ok()?;
    Some((id, sector))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u64> {
    Cursor::at(bytes, at).u32("field").ok().map(u64::from)
}

fn open(bytes: &[u8]) -> Option<Volume<'_>> {
    let last = (bytes.len() as u64 / SECTOR).saturating_sub(1);
    let (_, anchor) = ANCHORS.into_iter().chain([last]).filter_map(|at| sector(bytes, at)).find(|(id, _)| *id == 2)?;
    let (length, start) = (u32_at(anchor, 16)?, u32_at(anchor, 20)?);
    let (mut partition, mut set) = (None, None);
    for index in 0..(length / SECTOR).min(64) {
        match sector(bytes, start.saturating_add(index)) {
            Some((5, descriptor)) => partition = u32_at(descriptor, 188),
            // The file set's address: length, block, partition reference (ECMA-167 4/3.1).
            Some((6, descriptor)) => set = u32_at(descriptor, 252),
            Some((8, _)) | None => break,
            _ => {}
        }
    }
    let partition = partition?;
    let (id, file_set) = sector(bytes, partition.checked_add(set?)?)?;
    (id == 256).then_some(())?;
    Some(Volume { bytes, partition, root: u32_at(file_set, 404)? })
}

/// A file entry.
struct Node {
    folder: bool,
    length: u64,
    /// 0 short, 1 long allocation descriptors, 3 data in place.
    kind: u16,
    /// Allocation descriptors, or the data themselves.
    area: Vec<u8>,
}

impl<'a> Volume<'a> {
    /// The file entry (ECMA-167 4/14.9) or extended one (4/14.17) in a block.
    fn node(&self, block: u64) -> Option<Node> {
        let (id, sector) = sector(self.bytes, self.partition.checked_add(block)?)?;
        let lengths = match id {
            261 => 168,
            266 => 208,
            _ => return None,
        };
        let folder = Cursor::at(sector, 27).u8("file type").ok()? == 4;
        let kind = Cursor::at(sector, 34).u16("flags").ok()? & 7;
        let length = Cursor::at(sector, 56).u64("length").ok()?;
        let attributes = usize::try_from(u32_at(sector, lengths)?).ok()?;
        let size = usize::try_from(u32_at(sector, lengths.checked_add(4)?)?).ok()?;
        let start = lengths.checked_add(8)?.checked_add(attributes)?;
        let area = Cursor::at(sector, start).take_up_to(size).to_vec();
        Some(Node { folder, length, kind, area })
    }

    /// Extents of a node: byte offset and length.
    fn extents(&self, node: &Node) -> Vec<(u64, u64)> {
        let step = match node.kind {
            0 => 8,
            1 => 16,
            _ => return Vec::new(),
        };
        let list = node.area.chunks_exact(step).take(EXTENTS);
        list.map_while(|descriptor| {
            let length = u32_at(descriptor, 0)? & 0x3fff_ffff;
            let block = u32_at(descriptor, 4)?;
            let at = self.partition.checked_add(block)?.checked_mul(SECTOR)?;
            (length > 0).then_some((at, length))
        })
        .collect()
    }

    fn first(&self, node: &Node) -> Option<(u64, u64)> {
        self.extents(node).first().map(|(at, _)| (*at, node.length))
    }

    /// A node's bytes as far as they are there and allowed.
    fn data(&self, node: &Node, allowance: u64) -> Vec<u8> {
        let want = usize::try_from(node.length.min(allowance)).unwrap_or(usize::MAX);
        if node.kind == 3 {
            return node.area.get(..want).unwrap_or(&node.area).to_vec();
        }
        let mut out: Vec<u8> = Vec::new();
        for (at, length) in self.extents(node) {
            let mut cursor = Cursor::at(self.bytes, usize::try_from(at).unwrap_or(usize::MAX));
            let left = want.saturating_sub(out.len());
            out.extend_from_slice(cursor.take_up_to(usize::try_from(length).unwrap_or(usize::MAX).min(left)));
        }
        out
    }
}

/// File identifiers of a folder, ECMA-167 4/14.4: names and blocks of their entries.
fn entries(folder: &[u8]) -> Vec<(String, u64)> {
    const DELETED: u8 = 4;
    const PARENT: u8 = 8;
    let mut out = Vec::new();
    let mut at = 0_usize;
    while let Some((length, entry)) = folder.get(at..).and_then(entry) {
        if let Some((flags, name, block)) = entry
            && flags & (DELETED | PARENT) == 0
        {
            out.push((name, block));
        }
        at = at.saturating_add(length);
    }
    out
}

type Identifier = Option<(u8, String, u64)>;

/// One identifier and its length; none at the end.
fn entry(bytes: &[u8]) -> Option<(usize, Identifier)> {
    let mut cursor = Cursor::new(bytes);
    if cursor.u16("tag").ok()? != 257 {
        return None;
    }
    cursor.seek(18);
    let flags = cursor.u8("characteristics").ok()?;
    let name_length = usize::from(cursor.u8("name length").ok()?);
    cursor.seek(24);
    let block = u64::from(cursor.u32("block").ok()?);
    cursor.seek(36);
    let use_length = usize::from(cursor.u16("use length").ok()?);
    cursor.skip(use_length, "use").ok()?;
    let raw = cursor.take(name_length, "name").ok()?;
    let length = cursor.position().div_ceil(4).saturating_mul(4);
    let name = match raw.split_first() {
        Some((16, units)) => {
            let units = units.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(*pair.first_chunk()?)));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        Some((_, bytes)) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        None => String::new(),
    };
    Some((length, Some((flags, name, block))))
}
