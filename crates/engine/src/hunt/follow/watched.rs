use crate::hunt::batch::{Batch, Worker};
use crate::hunt::feed::{Buffer, Open, Piece};
use crate::hunt::opening::{Log, Source};
use crate::hunt::order::Order;
use crate::hunt::run::{HuntSettings, Told};
use ddefend_model::{Diagnostic, Location, code};
use ddefend_source::{Growth, Reader};
use std::fs::{self, File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Bytes by which a log is recognised.
const HEAD: u64 = 64 << 10;
/// File systems tell the time of a change in steps; within so long after one, "unchanged" is not believed.
const GRAIN: Duration = Duration::from_secs(2);
/// Units that are looked at from the end even where the file says that nothing changed: Windows tells of changes to open
/// event logs late.
const TAIL: usize = 256;

/// Which file it is, whatever its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity(u64, u64, Option<PathBuf>);

impl Identity {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self::from(&metadata, path))
    }

    #[cfg(unix)]
    fn from(metadata: &Metadata, _: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self(metadata.dev(), metadata.ino(), None)
    }

    #[cfg(not(unix))]
    fn from(metadata: &Metadata, path: &Path) -> Self {
        let created = metadata.created().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        Self(0, created.map_or(0, |time| time.as_secs()), Some(path.to_owned()))
    }
}

/// What a look at a file needs and gives.
pub(super) struct Round<'l, 'h, E> {
    pub(super) settings: &'l HuntSettings<'l>,
    pub(super) worker: &'l mut Worker,
    pub(super) order: &'l mut Order<'h>,
    pub(super) stop: &'l dyn Fn() -> bool,
    pub(super) emit: &'l mut dyn FnMut(Told) -> Result<(), E>,
}

impl<E> Round<'_, '_, E> {
    fn tell(&mut self, diagnostic: Diagnostic) -> Result<(), E> {
        self.order.tell(diagnostic, self.emit)
    }
}

/// A file that is looked at again and again.
pub(super) struct Watched {
    pub(super) path: PathBuf,
    /// Seen in the last listing.
    pub(super) present: bool,
    named: bool,
    file: Option<File>,
    /// Length and time of change when it was looked at last.
    last: Option<(u64, SystemTime)>,
    kind: Kind,
}

enum Kind {
    /// Too short to tell, or no log.
    Unknown { told: bool },
    /// Grows at its end.
    Appended {
        open: Box<Open>,
        carry: Vec<u8>,
        read: u64,
        head: Head,
        /// Records so far.
        records: u64,
    },
    /// Made of units that are rewritten.
    Rewritten(Units),
    /// Read once; packed logs do not grow.
    Over,
}

/// The first bytes of a file, by which it is known again.
#[derive(Clone, Copy)]
struct Head {
    length: usize,
    hash: u64,
}

impl Head {
    /// Bytes that are compared, at most.
    const SIZE: usize = 512;

    fn of(bytes: &[u8]) -> Self {
        let bytes = bytes.get(..Self::SIZE).unwrap_or(bytes);
        Self { length: bytes.len(), hash: hash(bytes) }
    }

    /// True where the file still begins so.
    fn holds(self, mut file: &File) -> bool {
        let mut bytes = [0; Self::SIZE];
        let bytes = bytes.get_mut(..self.length).unwrap_or_default();
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| read_full(&mut file, bytes));
        read.is_ok_and(|read| read == self.length) && hash(bytes) == self.hash
    }
}

struct Units {
    reader: Arc<dyn Reader>,
    name: Arc<str>,
    header: u64,
    unit: usize,
    stamp: usize,
    identity: Range<usize>,
    known: Vec<Unit>,
}

/// What was seen of a unit.
#[derive(Clone, Copy, Default)]
struct Unit {
    stamp: u64,
    identity: u64,
    /// Records that were counted.
    records: u64,
    /// Highest record number that was told.
    told: u64,
    /// Changed when it was last read: it is read again, and what then cannot be read is told.
    fresh: bool,
}

impl Watched {
    pub(super) fn new(named: bool) -> Self {
        let kind = Kind::Unknown { told: false };
        Self { path: PathBuf::new(), present: true, named, file: None, last: None, kind }
    }

    /// Reads what is new; true where there was something.
    pub(super) fn look<E>(&mut self, round: &mut Round<'_, '_, E>) -> Result<bool, E> {
        if self.file.is_none() {
            self.file = File::open(&self.path).ok();
        }
        let Some((file, metadata)) = self.file.as_ref().and_then(|file| Some((file, file.metadata().ok()?))) else {
            return Ok(false);
        };
        let now = (metadata.len(), metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH));
        let settled = now.1.elapsed().is_ok_and(|age| age > GRAIN);
        let changed = self.last != Some(now) || !settled;
        self.last = Some(now);
        let length = now.0;
        if let Kind::Unknown { .. } = self.kind
            && changed
        {
            let Ok(file) = file.try_clone() else { return Ok(false) };
            self.recognise(file, round)?;
        }
        let Some(file) = &self.file else { return Ok(false) };
        match &mut self.kind {
            Kind::Appended { read, head, .. } if length < *read || (changed && !head.holds(file)) => {
                // Cut off and written anew under the same name.
                self.kind = Kind::Unknown { told: false };
                self.last = None;
                Ok(true)
            }
            Kind::Appended { open, carry, read, records, .. } if changed => {
                *read = length.max(*read);
                let mut any = false;
                let mut notes = Vec::new();
                while !(round.stop)()
                    && let Some(piece) = open.grown(&mut round.worker.buffer, carry, &mut notes)
                {
                    round.order.add_bytes(piece.length as u64);
                    let mut batch = round.worker.read(&piece, std::mem::take(&mut notes), round.settings);
                    batch.number(*records);
                    *records = records.saturating_add(batch.records);
                    round.order.take(batch, round.emit)?;
                    any = true;
                }
                round.order.take(Batch { notes, ..Batch::default() }, round.emit)?;
                Ok(any)
            }
            Kind::Rewritten(units) => units.look(file, length, changed, round),
            Kind::Appended { .. } | Kind::Unknown { .. } | Kind::Over => Ok(false),
        }
    }

    fn recognise<E>(&mut self, mut file: File, round: &mut Round<'_, '_, E>) -> Result<(), E> {
        let mut head = Vec::new();
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| (&file).take(HEAD).read_to_end(&mut head));
        if read.is_err() || head.is_empty() {
            return Ok(());
        }
        let name = self.path.to_string_lossy();
        if ddefend_guard::stream::kind(&head).is_some() {
            self.kind = Kind::Over;
            let why = "a packed log does not grow; hunt through it without --follow".to_owned();
            return if self.named { round.tell(unreadable(&self.path, why)) } else { Ok(()) };
        }
        match round.settings.reader(&head, &name) {
            Ok(reader) => {
                round.order.begin();
                let (reader, name): (Arc<dyn Reader>, Arc<str>) = (reader.into(), Arc::from(&*name));
                self.kind = match reader.growth() {
                    // A file of its own: its position is where reading goes on.
                    Growth::Appended => match File::open(&self.path) {
                        Ok(file) => {
                            let log = Log::growing(name, reader, Source::Plain(Box::new(file)));
                            let open = Box::new(Open::new(log, true));
                            Kind::Appended { open, carry: Vec::new(), read: 0, head: Head::of(&head), records: 0 }
                        }
                        Err(_) => Kind::Unknown { told: false },
                    },
                    Growth::Rewritten { header, unit, stamp, identity } => {
                        Kind::Rewritten(Units { reader, name, header, unit, stamp, identity, known: Vec::new() })
                    }
                };
            }
            Err(diagnostic) => {
                let Kind::Unknown { told } = &mut self.kind else { return Ok(()) };
                // A line that is being written may be recognised when it is whole.
                if self.named && !*told && head.contains(&b'\n') {
                    *told = true;
                    return round.tell(unreadable(&self.path, diagnostic.message.clone()));
                }
            }
        }
        Ok(())
    }
}

impl Units {
    fn look<E>(
        &mut self,
        mut file: &File,
        length: u64,
        changed: bool,
        round: &mut Round<'_, '_, E>,
    ) -> Result<bool, E> {
        let count =
            usize::try_from(length.saturating_sub(self.header).div_ceil(self.unit as u64)).unwrap_or(usize::MAX);
        self.known.resize(count, Unit::default());
        let from = if changed { 0 } else { count.saturating_sub(TAIL) };
        let mut any = false;
        let mut stamp = vec![0; self.stamp];
        for index in from..count {
            if (round.stop)() {
                break;
            }
            let offset = self.header + index as u64 * self.unit as u64;
            let got = file.seek(SeekFrom::Start(offset)).and_then(|_| read_full(&mut file, &mut stamp)).unwrap_or(0);
            let now = stamp.get(..got).unwrap_or_default();
            let Some(unit) = self.known.get_mut(index) else { break };
            let (seen, identity) = (hash(now), hash(now.get(self.identity.clone()).unwrap_or_default()));
            let differs = seen != unit.stamp;
            if (!differs && !unit.fresh) || now.iter().all(|byte| *byte == 0) {
                continue;
            }
            let buffer = &mut round.worker.buffer;
            let Ok(piece) = fill(file, offset, index as u64, self.unit, &self.reader, &self.name, buffer) else {
                continue;
            };
            let mut batch = round.worker.read(&piece, Vec::new(), round.settings);
            if identity != unit.identity || batch.records < unit.records {
                *unit = Unit::default();
            }
            round.order.add_bytes(if unit.records == 0 { piece.length as u64 } else { 0 });
            let records = batch.records;
            batch.records = records.saturating_sub(unit.records);
            let told = unit.told;
            let number = |found: &ddefend_hunt::Found| found.event.as_ref().map(|event| event.head.place.record);
            batch.found.retain(|found| number(found).is_none_or(|number| number > told));
            let highest = batch.found.iter().filter_map(number).max().unwrap_or(0).max(told);
            if differs {
                // It may be half written: what cannot be read is told when it has come to rest.
                batch.diagnostics.clear();
            }
            any |= differs;
            *unit = Unit { stamp: seen, identity, records: records.max(unit.records), told: highest, fresh: differs };
            round.order.take(batch, round.emit)?;
        }
        Ok(any)
    }
}

fn fill(
    mut file: &File,
    offset: u64,
    index: u64,
    unit: usize,
    reader: &Arc<dyn Reader>,
    source: &Arc<str>,
    buffer: &mut Buffer,
) -> io::Result<Piece> {
    file.seek(SeekFrom::Start(offset))?;
    let length = buffer.load(unit, |bytes| read_full(&mut file, bytes))?;
    let (reader, source) = (Arc::clone(reader), Arc::clone(source));
    Ok(Piece { reader, source, length, offset, index, last: false })
}

/// Reads until the buffer is full or the file is at its end; how many bytes.
fn read_full(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match stream.read(room) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// A file that cannot be followed.
pub(super) fn unreadable(path: &Path, why: String) -> Diagnostic {
    Diagnostic::about(code::UNREADABLE_IO, &path.to_string_lossy(), Location::default(), why)
}
