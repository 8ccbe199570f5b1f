//! Where chunks stand in a buffer: the same walk says where to cut and what to read.
use crate::Cut;
use memchr::memmem;

/// First bytes of a file ("file header").
pub(super) const FILE: &[u8] = b"ElfFile\0";
/// First bytes of a chunk ("chunk header").
pub(super) const CHUNK: &[u8] = b"ElfChnk\0";
/// What both begin with.
const MAGIC: &[u8] = b"Elf";
/// Bytes of a file header with its padding.
pub(super) const FILE_SIZE: usize = 4096;
/// Bytes of a chunk.
pub(super) const CHUNK_SIZE: usize = 65_536;

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file header.
    Header,
    /// A chunk by its magic; shorter than [`CHUNK_SIZE`] only at the end.
    Chunk,
    /// Nothing but zeros.
    Zeros,
    /// Something else: a chunk whose magic is damaged, slack of a file system, a page of memory.
    Loose,
}

/// A piece of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// What it is.
    pub(super) kind: Kind,
    /// Its first byte.
    pub(super) start: usize,
    /// One past its last.
    pub(super) end: usize,
}

/// The piece at `start`; none where more bytes are needed to tell, or none are left.
pub(super) fn next(bytes: &[u8], start: usize, at_end: bool) -> Option<Segment> {
    let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
    let piece = |kind, length: usize| {
        let whole = length <= rest.len();
        let end = start.saturating_add(length.min(rest.len()));
        (whole || at_end).then_some(Segment { kind, start, end })
    };
    if rest.starts_with(CHUNK) {
        return piece(Kind::Chunk, CHUNK_SIZE);
    }
    if rest.starts_with(FILE) {
        return piece(Kind::Header, FILE_SIZE);
    }
    // A magic that stands across the window's end is seen too.
    let wide = CHUNK_SIZE.saturating_add(CHUNK.len());
    if rest.len() < wide && !at_end {
        return None;
    }
    let window = rest.get(..wide).unwrap_or(rest);
    if window.get(..CHUNK_SIZE).unwrap_or(window).chunks(4096).all(zeros) {
        return piece(Kind::Zeros, CHUNK_SIZE.min(rest.len()));
    }
    let magic = memmem::find_iter(window, MAGIC)
        .find(|at| *at > 0 && window.get(*at..).is_some_and(|tail| tail.starts_with(CHUNK) || tail.starts_with(FILE)));
    piece(Kind::Loose, magic.unwrap_or(CHUNK_SIZE).min(rest.len()))
}

/// True where every byte is zero; written so that it becomes vector code.
fn zeros(bytes: &[u8]) -> bool {
    bytes.iter().fold(0, |seen, byte| seen | byte) == 0
}

/// Where the buffer can be cut: behind its last whole piece before one that is `lost`. Lost ones that begin the buffer are
/// skipped together, so that whoever cuts tells of them, once.
pub(super) fn cut(buffer: &[u8], at_end: bool, lost: impl Fn(&[u8]) -> bool) -> Cut {
    let (mut end, mut skip) = (0, 0);
    while let Some(segment) = next(buffer, end, at_end) {
        let bytes = buffer.get(segment.start..segment.end).unwrap_or_default();
        if segment.kind == Kind::Loose && lost(bytes) {
            if end > skip {
                break;
            }
            skip = segment.end;
        } else if skip > 0 {
            break;
        }
        end = segment.end;
    }
    match (skip, end) {
        (0, 0) => Cut::More,
        (0, end) => Cut::Block(end),
        (skip, _) => Cut::Skip(skip),
    }
}
