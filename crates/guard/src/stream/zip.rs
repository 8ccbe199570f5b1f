//! Zip archives that are read in place: APPNOTE.TXT 6.3.10. Only stored and deflated members, which is what logs are
//! packed with; names are for people and never become paths.

use super::{Allowance, Counted, Unpack};
use crate::Cursor;
use crate::decode::Stopped;
use flate2::bufread::DeflateDecoder;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// The end of central directory record is looked for in so many bytes from the end (4.3.16: 22 bytes and a comment).
const TAIL: u64 = 22 + 0xffff;
/// Bytes of a central directory that are read.
const DIRECTORY: u64 = 16 << 20;
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// A member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name as stored; bytes that are no UTF-8 replaced.
    pub name: String,
    /// Declared size of the unpacked bytes. Not to be trusted.
    pub size: u64,
    /// Offset of its local header.
    offset: u64,
    /// Packed bytes; none where the header does not say (bit 3 of the flags).
    packed: Option<u64>,
    method: u16,
    encrypted: bool,
}

impl Member {
    /// A stream of the member, from the archive that it was listed in.
    ///
    /// # Errors
    /// Where the member is encrypted, packed by another method or not where the directory says.
    pub fn open<'a, R: Read + Seek + Send + 'a>(
        &self,
        mut reader: R,
        allowance: Allowance,
    ) -> Result<Unpack<'a>, Stopped> {
        if self.encrypted {
            return Err(Stopped::Locked);
        }
        let (method, packed) = (self.method, self.packed);
        if !matches!(method, STORED | DEFLATED) {
            return Err(Stopped::Unsupported);
        }
        let data = data_offset(&mut reader, self.offset).ok_or(Stopped::Damaged)?;
        reader.seek(SeekFrom::Start(data)).map_err(|_| Stopped::Truncated)?;
        let used = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: reader, used: Arc::clone(&used) };
        let source = BufReader::with_capacity(64 << 10, counted).take(packed.unwrap_or(u64::MAX));
        let inner: Box<dyn Read + Send + 'a> = match method {
            STORED => Box::new(Whole { source, left: packed.unwrap_or_default() }),
            _ => Box::new(DeflateDecoder::new(source)),
        };
        Ok(Unpack { inner, used, produced: 0, allowance, stopped: None })
    }
}

/// An archive that can be sought in.
#[derive(Debug)]
pub struct Zip<R> {
    reader: R,
    members: Vec<Member>,
    stopped: Option<Stopped>,
    length: u64,
    given: u64,
}

impl<R: Read + Seek + Send> Zip<R> {
    /// Reads the directory; where there is none, the local headers from the start as far as they lead.
    ///
    /// # Errors
    /// Where the reader fails, or no member is found.
    pub fn new(mut reader: R, allowance: Allowance) -> Result<Self, Stopped> {
        let length = reader.seek(SeekFrom::End(0)).map_err(|_| Stopped::Truncated)?;
        let (mut members, mut stopped) = (Vec::new(), None);
        match central(&mut reader, length, allowance.members, &mut members) {
            Ok(()) if !members.is_empty() => {}
            outcome => {
                stopped = outcome.err().or(Some(Stopped::Damaged));
                members.clear();
                locals(&mut reader, length, allowance.members, &mut members);
            }
        }
        if members.is_empty() {
            return Err(stopped.unwrap_or(Stopped::Damaged));
        }
        if members.len() >= allowance.members {
            let limit = allowance.members as u64;
            stopped = Some(Stopped::Limit(crate::Exceeded { code: ddefend_model::code::LIMIT_PARTS, limit }));
        }
        Ok(Self { reader, members, stopped, length, given: 0 })
    }

    /// The members that are files, in the order of the directory.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Why the list of members may not be whole.
    #[must_use]
    pub fn stopped(&self) -> Option<Stopped> {
        self.stopped
    }

    /// A stream of one member. What all members give counts against the allowance together: call [`Self::book`] with
    /// what came out.
    ///
    /// # Errors
    /// Where the member is encrypted, packed by another method or not where the directory says.
    pub fn member(&mut self, index: usize, allowance: Allowance) -> Result<Unpack<'_>, Stopped> {
        let member = self.members.get(index).ok_or(Stopped::Damaged)?;
        // Overlapping members read the same bytes again: what the whole file may give is bounded by its length.
        let whole = self.length.saturating_mul(allowance.ratio).max(allowance.grace).min(allowance.total);
        let allowance = Allowance { total: whole.saturating_sub(self.given), ..allowance };
        member.open(&mut self.reader, allowance)
    }

    /// Books what a member gave, bytes.
    pub fn book(&mut self, produced: u64) {
        self.given = self.given.saturating_add(produced);
    }
}

/// Stored bytes that must all be there.
struct Whole<R> {
    source: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        match count {
            0 if self.left > 0 && !buffer.is_empty() => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(count),
        }
    }
}

/// The first member of an archive that cannot be sought in.
pub(super) struct First<R> {
    state: State<R>,
}

enum State<R> {
    Header(R),
    Deflated(DeflateDecoder<R>),
    Stored(Whole<std::io::Take<R>>),
    Over,
}

impl<R: BufRead> First<R> {
    pub(super) fn new(source: R) -> Self {
        Self { state: State::Header(source) }
    }
}

impl<R: BufRead> Read for First<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if let State::Header(_) = self.state
            && let State::Header(mut source) = std::mem::replace(&mut self.state, State::Over)
        {
            let header = Local::read(&mut source)?;
            if header.member.encrypted {
                return Err(ErrorKind::PermissionDenied.into());
            }
            let packed = header.member.packed;
            self.state = match (header.member.method, packed) {
                (DEFLATED, _) => State::Deflated(DeflateDecoder::new(source)),
                (STORED, Some(left)) => State::Stored(Whole { source: source.take(left), left }),
                _ => return Err(ErrorKind::Unsupported.into()),
            };
        }
        match &mut self.state {
            State::Deflated(decoder) => decoder.read(buffer),
            State::Stored(whole) => whole.read(buffer),
            State::Header(_) | State::Over => Ok(0),
        }
    }
}

/// A local file header (4.3.7).
struct Local {
    member: Member,
    /// Its length with name and extra field.
    length: u64,
}

impl Local {
    fn read(source: &mut impl Read) -> std::io::Result<Self> {
        let mut fixed = [0; 30];
        source.read_exact(&mut fixed)?;
        let short = |_| Error::from(ErrorKind::InvalidData);
        let mut cursor = Cursor::new(&fixed);
        let magic: [u8; 4] = cursor.array("local header").map_err(short)?;
        if magic != LOCAL {
            return Err(ErrorKind::InvalidData.into());
        }
        cursor.skip(2, "version").map_err(short)?;
        let flags = cursor.u16("flags").map_err(short)?;
        let method = cursor.u16("method").map_err(short)?;
        cursor.skip(8, "time and checksum").map_err(short)?;
        let packed = cursor.u32("packed size").map_err(short)?;
        let size = cursor.u32("size").map_err(short)?;
        let name_length = cursor.u16("name length").map_err(short)?;
        let extra_length = cursor.u16("extra length").map_err(short)?;
        let mut rest = vec![0; usize::from(name_length).saturating_add(usize::from(extra_length))];
        source.read_exact(&mut rest)?;
        let name = rest.get(..usize::from(name_length)).unwrap_or_default();
        let extra = rest.get(usize::from(name_length)..).unwrap_or_default();
        let (size, packed, _) = wide(extra, u64::from(size), u64::from(packed), 0);
        let described = flags & 8 != 0;
        let member = Member {
            name: String::from_utf8_lossy(name).into_owned(),
            size,
            offset: 0,
            packed: (!described || packed > 0).then_some(packed),
            method,
            encrypted: flags & 1 != 0,
        };
        Ok(Self { member, length: 30_u64.saturating_add(rest.len() as u64) })
    }
}

/// Where a member's bytes begin.
fn data_offset(reader: &mut (impl Read + Seek), offset: u64) -> Option<u64> {
    reader.seek(SeekFrom::Start(offset)).ok()?;
    offset.checked_add(Local::read(reader).ok()?.length)
}

/// Members by their local headers, as far as one leads to the next.
fn locals(reader: &mut (impl Read + Seek), length: u64, limit: usize, members: &mut Vec<Member>) {
    let mut at = 0_u64;
    while at < length && members.len() < limit {
        if reader.seek(SeekFrom::Start(at)).is_err() {
            return;
        }
        let Ok(header) = Local::read(reader) else { return };
        let next = header.member.packed.and_then(|packed| at.checked_add(header.length)?.checked_add(packed));
        if !header.member.name.ends_with('/') {
            members.push(Member { offset: at, ..header.member });
        }
        match next {
            Some(next) => at = next,
            None => return,
        }
    }
}

/// Members by the central directory (4.3.12).
fn central(
    reader: &mut (impl Read + Seek),
    length: u64,
    limit: usize,
    members: &mut Vec<Member>,
) -> Result<(), Stopped> {
    let (start, size) = directory(reader, length).ok_or(Stopped::Truncated)?;
    reader.seek(SeekFrom::Start(start)).map_err(|_| Stopped::Truncated)?;
    let mut bytes = Vec::new();
    reader.take(size.min(DIRECTORY)).read_to_end(&mut bytes).map_err(|_| Stopped::Truncated)?;
    let mut cursor = Cursor::new(&bytes);
    while members.len() < limit && cursor.rest().starts_with(b"PK\x01\x02") {
        let Ok(member) = entry(&mut cursor) else { return Err(Stopped::Truncated) };
        if !member.name.ends_with('/') {
            members.push(member);
        }
    }
    Ok(())
}

/// One entry of the central directory (4.3.12).
fn entry(cursor: &mut Cursor<'_>) -> Result<Member, crate::Short> {
    cursor.skip(8, "signature and versions")?;
    let flags = cursor.u16("flags")?;
    let method = cursor.u16("method")?;
    cursor.skip(8, "time and checksum")?;
    let packed = cursor.u32("packed size")?;
    let size = cursor.u32("size")?;
    let (name, extra, comment) = (cursor.u16("name length")?, cursor.u16("extra length")?, cursor.u16("comment")?);
    cursor.skip(8, "disk and attributes")?;
    let offset = cursor.u32("offset")?;
    let name = String::from_utf8_lossy(cursor.take(usize::from(name), "name")?).into_owned();
    let extra = cursor.take(usize::from(extra), "extra field")?;
    cursor.skip(usize::from(comment), "comment")?;
    let (size, packed, offset) = wide(extra, u64::from(size), u64::from(packed), u64::from(offset));
    Ok(Member { name, size, offset, packed: Some(packed), method, encrypted: flags & 1 != 0 })
}

/// Size, packed size and offset with the zip64 extra field (4.5.3) where one of them says so.
fn wide(extra: &[u8], mut size: u64, mut packed: u64, mut offset: u64) -> (u64, u64, u64) {
    let mut cursor = Cursor::new(extra);
    while let (Ok(id), Ok(length)) = (cursor.u16("extra id"), cursor.u16("extra length")) {
        let Ok(field) = cursor.take(usize::from(length), "extra") else { break };
        if id == 1 {
            let mut field = Cursor::new(field);
            for value in [&mut size, &mut packed, &mut offset] {
                if *value == u64::from(u32::MAX)
                    && let Ok(wide) = field.u64("zip64 value")
                {
                    *value = wide;
                }
            }
        }
    }
    (size, packed, offset)
}

/// Start and size of the central directory, by the end record (4.3.16) and its zip64 twin (4.3.14).
fn directory(reader: &mut (impl Read + Seek), length: u64) -> Option<(u64, u64)> {
    let from = length.saturating_sub(TAIL);
    reader.seek(SeekFrom::Start(from)).ok()?;
    let mut tail = Vec::new();
    reader.take(TAIL).read_to_end(&mut tail).ok()?;
    let at = tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let mut cursor = Cursor::at(&tail, at.checked_add(12)?);
    let (mut size, mut start) =
        (u64::from(cursor.u32("directory size").ok()?), u64::from(cursor.u32("directory start").ok()?));
    if start == u64::from(u32::MAX) || size == u64::from(u32::MAX) {
        let locator = at.checked_sub(20)?;
        let mut cursor = Cursor::at(&tail, locator);
        let magic: [u8; 4] = cursor.array("zip64 locator").ok()?;
        cursor.skip(4, "disk").ok()?;
        let record = cursor.u64("zip64 record").ok().filter(|_| magic == *b"PK\x06\x07")?;
        reader.seek(SeekFrom::Start(record)).ok()?;
        let mut bytes = [0; 56];
        reader.read_exact(&mut bytes).ok()?;
        let mut cursor = Cursor::at(&bytes, 40);
        (size, start) = (cursor.u64("directory size").ok()?, cursor.u64("directory start").ok()?);
    }
    (start < length).then_some((start, size))
}
