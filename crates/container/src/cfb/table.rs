//! Allocation tables and the chains in them, MS-CFB 2.3 to 2.5.

use super::header::{DIFAT_COUNT, DIFAT_OFFSET, Header};
use super::tell;
use crate::Sink;
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};
use memchr::memmem;
use std::borrow::Cow;
use std::fmt;

/// Largest ordinary sector number.
pub(super) const MAX_SECTOR: u32 = 0xffff_fffa;
const FREE: u32 = 0xffff_ffff;
const END: u32 = 0xffff_fffe;

/// Sectors of one size and the table that chains them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Space<'x, 't> {
    data: &'x [u8],
    table: &'t [u32],
    shift: u32,
    /// 1 where sector 0 stands behind a header of one sector's size.
    first: u64,
}

/// Why a chain gave other bytes than it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// It comes back to a sector that it has passed.
    Cycle(u32),
    /// It goes on at a sector behind the end of the file.
    Outside(u32),
    /// The table marks a sector of it as free or has no entry for it; the next one was taken.
    Guessed(u32),
    /// It ends before the declared size is reached.
    Short,
}

impl Problem {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Outside(_) | Self::Short => code::BROKEN_TRUNCATED,
            Self::Cycle(_) | Self::Guessed(_) => code::BROKEN_STRUCTURE,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle(sector) => write!(f, "its sector chain runs in a circle at sector {sector}"),
            Self::Outside(sector) => write!(f, "its sector {sector} is behind the end of the file"),
            Self::Guessed(sector) => {
                write!(f, "the allocation table has no successor for sector {sector}; the next one was taken")
            }
            Self::Short => write!(f, "its sector chain ends too early"),
        }
    }
}

impl<'x, 't> Space<'x, 't> {
    /// The file's sectors.
    pub(super) fn sectors(data: &'x [u8], table: &'t [u32], header: &Header) -> Self {
        Self { data, table, shift: header.sector_shift, first: 1 }
    }

    /// The small sectors inside the mini stream.
    pub(super) fn mini(data: &'x [u8], table: &'t [u32], header: &Header) -> Self {
        Self { data, table, shift: header.mini_shift, first: 0 }
    }

    fn offset(&self, sector: u32) -> usize {
        let offset = u64::from(sector).saturating_add(self.first).saturating_mul(1 << self.shift);
        usize::try_from(offset).unwrap_or(usize::MAX)
    }

    fn size(&self) -> usize {
        1 << self.shift
    }

    /// What is there of `count` sectors from `sector` on.
    fn run(&self, sector: u32, count: usize) -> &'x [u8] {
        let rest = self.data.get(self.offset(sector)..).unwrap_or_default();
        let length = count.saturating_mul(self.size()).min(rest.len());
        rest.get(..length).unwrap_or_default()
    }

    /// Follows a chain for `want` bytes, or to its end where that is [`u64::MAX`]. Linear in what it gives back.
    pub(super) fn chain(&self, start: u32, want: u64) -> (Cow<'x, [u8]>, Option<Problem>) {
        self.follow(start, want, |_| want != u64::MAX)
    }

    /// As [`Self::chain`]; `guess` tells whether a sector may be taken that the table does not chain.
    fn follow(&self, start: u32, want: u64, guess: impl Fn(&[u8]) -> bool) -> (Cow<'x, [u8]>, Option<Problem>) {
        let mut steps = Steps::new(start);
        let mut pieces = Pieces::new(*self);
        let mut problem = None;
        while pieces.length < want {
            let sector = steps.at;
            if sector >= MAX_SECTOR {
                if want != u64::MAX {
                    problem = problem.or(Some(Problem::Short));
                }
                break;
            }
            if pieces.push(sector) == 0 {
                problem = problem.or(Some(Problem::Outside(sector)));
                break;
            }
            if pieces.length >= want {
                break;
            }
            let next = match self.table.get(sector as usize) {
                Some(next) if *next != FREE => *next,
                _ => {
                    let next = sector.saturating_add(1);
                    if !guess(self.run(next, 1)) {
                        break;
                    }
                    problem = problem.or(Some(Problem::Guessed(sector)));
                    next
                }
            };
            if steps.go(next) {
                problem = Some(Problem::Cycle(next));
                break;
            }
        }
        (pieces.finish(want), problem)
    }
}

/// Where a walk along a chain stands; finds circles by Brent's method, without a table of visited sectors.
struct Steps {
    at: u32,
    anchor: u32,
    power: u32,
    steps: u32,
}

impl Steps {
    fn new(start: u32) -> Self {
        Self { at: start, anchor: start, power: 1, steps: 0 }
    }

    /// Goes on to `next`; true where that closes a circle.
    fn go(&mut self, next: u32) -> bool {
        if next == self.anchor {
            return true;
        }
        self.at = next;
        self.steps = self.steps.saturating_add(1);
        if self.steps >= self.power {
            self.anchor = next;
            self.power = self.power.saturating_mul(2);
            self.steps = 0;
        }
        false
    }
}

/// The sectors of a chain so far: runs of neighbours are cut out in one piece, and a single run is never copied.
struct Pieces<'x, 't> {
    space: Space<'x, 't>,
    first: u32,
    count: usize,
    out: Vec<u8>,
    length: u64,
}

impl<'x, 't> Pieces<'x, 't> {
    fn new(space: Space<'x, 't>) -> Self {
        Self { space, first: 0, count: 0, out: Vec::new(), length: 0 }
    }

    /// Adds a sector; gives back how many bytes it has.
    fn push(&mut self, sector: u32) -> usize {
        let size = self.space.run(sector, 1).len();
        if size == 0 {
            return 0;
        }
        let neighbour = u64::from(self.first).saturating_add(self.count as u64) == u64::from(sector);
        if self.count == 0 || !neighbour {
            self.flush();
            self.first = sector;
        }
        self.count = self.count.saturating_add(1);
        self.length = self.length.saturating_add(size as u64);
        size
    }

    fn flush(&mut self) {
        if self.count > 0 {
            self.out.extend_from_slice(self.space.run(self.first, self.count));
            self.count = 0;
        }
    }

    fn finish(mut self, want: u64) -> Cow<'x, [u8]> {
        let want = usize::try_from(want).unwrap_or(usize::MAX);
        if self.out.is_empty() {
            let run = self.space.run(self.first, self.count);
            return Cow::Borrowed(run.get(..want).unwrap_or(run));
        }
        self.flush();
        self.out.truncate(want);
        Cow::Owned(self.out)
    }
}

/// Reads the allocation table by the header's list and the chain of further lists (DIFAT), MS-CFB 2.5. A table sector
/// that is missing leaves free entries, so that the others keep their places.
pub(super) fn read_fat(bytes: &[u8], header: &Header, sink: &mut dyn Sink) -> Vec<u32> {
    let listed = list_table_sectors(bytes, header, sink);
    let space = Space::sectors(bytes, &[], header);
    let per_sector = space.size() / 4;
    let mut fat = Vec::new();
    let mut missing = None;
    for sector in listed {
        if fat.len() >= header.sectors as usize {
            break;
        }
        let run = if sector < MAX_SECTOR { space.run(sector, 1) } else { &[] };
        if run.len() < space.size() && sector != FREE {
            missing = missing.or(Some(sector));
        }
        let before = fat.len();
        extend_from(&mut fat, run);
        fat.resize(before.saturating_add(per_sector), FREE);
    }
    if let Some(sector) = missing {
        let message = format!("sector {sector} of the allocation table is behind the end of the file");
        sink.report(code::BROKEN_TRUNCATED, Location::default().held_by("FAT"), message);
    }
    fat
}

/// Numbers of the sectors that hold the allocation table, in order.
fn list_table_sectors(bytes: &[u8], header: &Header, sink: &mut dyn Sink) -> Vec<u32> {
    let mut listed = Vec::new();
    let head = bytes.get(DIFAT_OFFSET..).unwrap_or_default();
    extend_from(&mut listed, head.get(..DIFAT_COUNT.saturating_mul(4)).unwrap_or(head));
    let space = Space::sectors(bytes, &[], header);
    // One table sector tells about as many sectors as it has entries; more lists than that are a lie.
    let enough = (header.sectors as usize).div_ceil(space.size() / 4);
    let mut steps = Steps::new(header.difat_start);
    while steps.at < MAX_SECTOR && listed.len() < enough.max(DIFAT_COUNT) {
        let run = space.run(steps.at, 1);
        let (entries, next) = run.split_at_checked(run.len().saturating_sub(4)).unwrap_or_default();
        if run.len() < space.size() {
            // Offset 0 there means "no more" for some writers.
            if steps.at != 0 {
                tell(sink, Some(Problem::Outside(steps.at)), "DIFAT");
            }
            extend_from(&mut listed, entries);
            break;
        }
        extend_from(&mut listed, entries);
        let next = Cursor::new(next).u32("next DIFAT sector").unwrap_or(END);
        if steps.go(next) {
            tell(sink, Some(Problem::Cycle(next)), "DIFAT");
            break;
        }
    }
    while listed.last() == Some(&FREE) {
        listed.pop();
    }
    listed
}

fn extend_from(out: &mut Vec<u32>, bytes: &[u8]) {
    out.extend(
        bytes.chunks_exact(4).map(|four| four.iter().rev().fold(0_u32, |all, byte| all << 8 | u32::from(*byte))),
    );
}

/// The directory's sectors, MS-CFB 2.6. Where the header does not lead to it, it is looked for.
pub(super) fn read_directory<'x>(space: &Space<'x, '_>, header: &Header, sink: &mut dyn Sink) -> Cow<'x, [u8]> {
    let (listing, problem) = space.follow(header.directory_start, u64::MAX, looks_like_directory);
    if has_root(&listing) {
        tell(sink, problem, "the directory");
        return listing;
    }
    let message = "the header does not lead to the directory; it was looked for by its first entry";
    sink.report(code::BROKEN_STRUCTURE, Location::default().held_by("directory"), message.to_owned());
    find_root(space).map_or(listing, |sector| space.follow(sector, u64::MAX, looks_like_directory).0)
}

const ROOT_NAME: &[u8] = b"R\0o\0o\0t\0 \0E\0n\0t\0r\0y\0\0\0";

fn has_root(listing: &[u8]) -> bool {
    listing.get(66) == Some(&5) || listing.starts_with(ROOT_NAME)
}

/// The sector that begins with a root entry.
fn find_root(space: &Space<'_, '_>) -> Option<u32> {
    memmem::find_iter(space.data, ROOT_NAME).find_map(|offset| {
        let sector = offset.checked_div(space.size())?.checked_sub(1)?;
        offset.is_multiple_of(space.size()).then(|| u32::try_from(sector).ok())?
    })
}

/// True where a sector can be a part of the directory: each entry has a known type and colour and a possible name.
fn looks_like_directory(sector: &[u8]) -> bool {
    let plausible = |entry: &[u8]| {
        let [length, _, kind, colour] = *entry.get(64..68).unwrap_or_default() else { return false };
        length <= 64 && matches!(kind, 0 | 1 | 2 | 5) && colour <= 1
    };
    !sector.is_empty() && sector.chunks_exact(128).all(plausible) && sector.iter().any(|byte| *byte != 0)
}

/// The table of the mini stream, MS-CFB 2.4.
pub(super) fn read_mini_fat(space: &Space<'_, '_>, header: &Header, sink: &mut dyn Sink) -> Vec<u32> {
    if header.mini_fat_start >= MAX_SECTOR {
        return Vec::new();
    }
    let (bytes, problem) = space.chain(header.mini_fat_start, u64::MAX);
    tell(sink, problem, "the table of small streams");
    let mut table = Vec::new();
    extend_from(&mut table, &bytes);
    table
}
