//! Records that stand in no chunk: pages of memory, unallocated space.
use super::bytes::{offset_at, u32_at, window};
use super::chunk::{Chunk, RAW};
use super::record::Raw;
use super::scan::Scratch;
use super::segment::CHUNK_SIZE;
use crate::Sink;

/// Where the first record's content keeps its template's definition: behind the fragment's head, the instance's token,
/// version, identifier and offset.
const DEFINITION: usize = 14;

/// Reads lone records. Offsets in them count from their chunk's beginning, which is not there; a record that has its
/// template's definition in it tells where that was, and then the records around it can be read whole.
pub(super) fn read(chunk: &Chunk<'_>, scratch: &mut Scratch, sink: &mut dyn Sink) {
    let mut from = 0_usize;
    while from < chunk.bytes.len() {
        scratch.next_chunk();
        let Some((at, definition)) = origin(chunk, from) else {
            return chunk.carve(from, chunk.bytes.len(), RAW, scratch, sink);
        };
        let rest = chunk.bytes.get(from..).unwrap_or_default();
        // How many bytes of the chunk are missing before ours, or how many of ours stand before it.
        let missing = definition.saturating_sub(at.saturating_sub(from));
        let before = at.saturating_sub(from).saturating_sub(definition);
        chunk.carve(from, from.saturating_add(before), RAW, scratch, sink);
        scratch.next_chunk();
        let mut bytes = vec![0; missing];
        bytes.extend_from_slice(window(rest, before, before.saturating_add(CHUNK_SIZE).saturating_sub(missing)));
        let start = from.saturating_add(before);
        let shift = |number: usize| u64::try_from(number).unwrap_or_default();
        let offset = chunk.offset.wrapping_add(shift(start)).wrapping_sub(shift(missing));
        let rebuilt = Chunk { bytes: &bytes, offset, source: chunk.source };
        rebuilt.carve(missing, bytes.len(), RAW, scratch, sink);
        from = start.saturating_add(CHUNK_SIZE.saturating_sub(missing).max(1));
    }
}

/// Where the first definition stands that tells its own offset, and that offset.
fn origin(chunk: &Chunk<'_>, from: usize) -> Option<(usize, usize)> {
    chunk.search(from, chunk.bytes.len()).find_map(|raw: Raw<'_>| {
        let content = window(chunk.bytes, raw.body, raw.end);
        let [0x0f, _, _, _, 0x0c, ..] = content else { return None };
        let id = u32_at(content, 6).filter(|id| *id != 0)?;
        let definition = offset_at(content, 10).filter(|offset| *offset < CHUNK_SIZE)?;
        let own = u32_at(content, DEFINITION.saturating_add(4)) == Some(id);
        own.then_some((raw.body.saturating_add(DEFINITION), definition))
    })
}
