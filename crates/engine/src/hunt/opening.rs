use super::feed::Note;
use super::run::HuntSettings;
use crate::input::Input;
use ddefend_guard::stream::{self, Allowance, Member, Packing, Unpack, Zip};
use ddefend_model::{Diagnostic, Location, PartPath, code};
use ddefend_source::Reader;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes by which a log is recognised.
const HEAD: usize = 64 << 10;
/// Packings in packings that are opened: a zip of gzipped logs, and one to spare.
const LAYERS: u32 = 3;

/// Where a log's bytes come from.
pub(super) enum Source {
    /// As they are.
    Plain(Box<dyn Read + Send>),
    /// Unpacked.
    Packed(Unpack<'static>),
    /// Nothing more.
    Over,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Packed(stream) => stream.read(buffer),
            Self::Over => Ok(0),
        }
    }
}

/// A log that can be read.
pub(super) struct Log {
    pub(super) name: Arc<str>,
    pub(super) reader: Arc<dyn Reader>,
    pub(super) stream: Source,
    /// Its first bytes, which were read already.
    pub(super) head: Vec<u8>,
    /// True where waiting for a full buffer could take for ever.
    pub(super) live: bool,
    meter: Arc<AtomicU64>,
}

impl Log {
    /// A log that is followed, from its first byte.
    pub(super) fn growing(name: Arc<str>, reader: Arc<dyn Reader>, stream: Source) -> Self {
        Self { name, reader, stream, head: Vec::new(), live: false, meter: Arc::default() }
    }

    /// Bytes of the input that were used since this was asked last.
    pub(super) fn used(&self) -> u64 {
        self.meter.swap(0, Ordering::Relaxed)
    }

    /// Why the unpacked bytes end before the packed ones: a code and words.
    pub(super) fn stopped(&self) -> Option<(&'static str, String)> {
        match &self.stream {
            Source::Packed(unpack) => unpack.stopped().map(|stopped| (stopped.code(), stopped.to_string())),
            Source::Plain(_) | Source::Over => None,
        }
    }
}

/// Counts what is read through it.
struct Metered<R> {
    inner: R,
    meter: Arc<AtomicU64>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.meter.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R: io::Seek> io::Seek for Metered<R> {
    fn seek(&mut self, position: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

/// Opens the logs that an input holds.
pub(super) struct Opening {
    state: State,
    /// Named, so that it must be a log.
    named: bool,
    meter: Arc<AtomicU64>,
    /// Bytes that the members of an archive gave so far.
    given: u64,
}

enum State {
    Ready { name: String, stream: Source, live: bool },
    Archive { name: String, file: File, length: u64, members: std::vec::IntoIter<Member> },
    Failed(Box<Diagnostic>),
    Done,
}

impl Opening {
    pub(super) fn new(input: &Input, settings: &HuntSettings<'_>, notes: &mut Vec<Note>) -> Self {
        let meter: Arc<AtomicU64> = Arc::default();
        let (state, named) = match input {
            Input::Stdin(name) => {
                let stream = Source::Plain(Box::new(Metered { inner: io::stdin(), meter: Arc::clone(&meter) }));
                (State::Ready { name: name.clone(), stream, live: true }, true)
            }
            Input::Failed(path, why) => (failed(&path.to_string_lossy(), why.clone()), true),
            Input::File(path) => (
                file(path, path.to_string_lossy().into_owned(), &meter, settings, notes),
                settings.named.contains(path),
            ),
            Input::Named(path, name) => (file(path, name.clone(), &meter, settings, notes), false),
        };
        let named = named && !matches!(state, State::Archive { .. });
        Self { state, named, meter, given: 0 }
    }

    /// Books what the last log gave, bytes.
    pub(super) fn book(&mut self, bytes: u64) {
        self.given = self.given.saturating_add(bytes);
    }

    /// The next log; none where there are no more.
    pub(super) fn next(&mut self, settings: &HuntSettings<'_>, notes: &mut Vec<Note>) -> Option<Log> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Ready { name, stream, live } => self.log(name, stream, live, settings, notes),
            State::Archive { name, file, length, mut members } => loop {
                let member = members.next()?;
                let inside = format!("{name}!{}", member.name);
                let opened = file.try_clone().map_err(|error| (code::UNREADABLE_IO, error.to_string()));
                let metered = opened.map(|file| Metered { inner: file, meter: Arc::clone(&self.meter) });
                // Overlapping members give the same bytes again: what all give together is bounded by the length.
                let asked = settings.allowance;
                let whole = length.saturating_mul(asked.ratio).max(asked.grace).min(asked.total);
                let allowance = Allowance { total: whole.saturating_sub(self.given), ..asked };
                let stream =
                    metered.and_then(|file| member.open(file, allowance).map_err(|why| (why.code(), why.to_string())));
                let log = match stream {
                    Ok(stream) => self.log(inside, Source::Packed(stream), false, settings, notes),
                    Err((code, why)) => {
                        notes.push(Note::Diagnostic(unreadable(&inside, code, why)));
                        None
                    }
                };
                if log.is_some() {
                    self.state = State::Archive { name, file, length, members };
                    return log;
                }
            },
            State::Failed(diagnostic) => {
                notes.push(Note::Diagnostic(diagnostic));
                None
            }
            State::Done => None,
        }
    }

    /// Takes off packings, and recognises what comes out.
    fn log(
        &self,
        name: String,
        mut stream: Source,
        live: bool,
        settings: &HuntSettings<'_>,
        notes: &mut Vec<Note>,
    ) -> Option<Log> {
        let mut layers = 0;
        loop {
            let (head, error) = head_of(&mut stream, live, settings, &name);
            if let Some(error) = error {
                notes.push(Note::Diagnostic(unreadable(&name, code::UNREADABLE_IO, error)));
            }
            if let Some(packing) = stream::kind(&head).filter(|_| layers < LAYERS) {
                layers += 1;
                let whole = io::Cursor::new(head).chain(stream);
                stream = Source::Packed(stream::open(packing, whole, settings.allowance));
                continue;
            }
            match settings.reader(&head, &name) {
                Ok(reader) => {
                    if let Some((forced, shown)) =
                        settings.schema.and_then(|it| Some(it).zip(ddefend_source::doubt(&head, it)))
                    {
                        let message =
                            format!("read as {}, as it was asked for, but its content is {}", forced.0, shown.0);
                        notes.push(Note::Diagnostic(unreadable(&name, code::UNREADABLE_FORMAT, message)));
                    }
                    let meter = Arc::clone(&self.meter);
                    return Some(Log { name: name.into(), reader: reader.into(), stream, head, live, meter });
                }
                Err(diagnostic) => {
                    notes.push(self.no_log(name, head.is_empty(), diagnostic));
                    return None;
                }
            }
        }
    }

    fn no_log(&self, name: String, empty: bool, mut diagnostic: Box<Diagnostic>) -> Note {
        // A log whose beginning is destroyed must not pass for some other file.
        let claims = Path::new(&name).extension().is_some_and(|it| it.eq_ignore_ascii_case("evtx"));
        if empty && (self.named || claims) {
            let message = "the log is empty";
            return Note::Diagnostic(unreadable(&name, code::NOTE_ODD, message.to_owned()));
        }
        if !self.named && !claims {
            return Note::Other(name);
        }
        diagnostic.part = PartPath::root(&*name);
        diagnostic.artifact = name;
        Note::Diagnostic(diagnostic)
    }
}

fn file(
    path: &Path,
    name: String,
    meter: &Arc<AtomicU64>,
    settings: &HuntSettings<'_>,
    notes: &mut Vec<Note>,
) -> State {
    let (metadata, mut file) = match File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
        Ok((metadata, _)) if metadata.is_dir() => return failed(&name, "this is a folder".to_owned()),
        Ok(opened) => opened,
        Err(error) => return failed(&name, error.to_string()),
    };
    if metadata.is_file() {
        let mut magic = [0; 4];
        let count = file.read(&mut magic).unwrap_or(0);
        if stream::kind(magic.get(..count).unwrap_or_default()) == Some(Packing::Zip) && !settings.carve {
            return archive(name, file, metadata.len(), settings, notes);
        }
        if let Err(error) = io::Seek::seek(&mut file, io::SeekFrom::Start(0)) {
            return failed(&name, error.to_string());
        }
    }
    let stream = Source::Plain(Box::new(Metered { inner: file, meter: Arc::clone(meter) }));
    State::Ready { name, stream, live: !metadata.is_file() }
}

fn archive(name: String, file: File, length: u64, settings: &HuntSettings<'_>, notes: &mut Vec<Note>) -> State {
    let zip = file.try_clone().map_err(|error| error.to_string());
    match zip.and_then(|file| Zip::new(file, settings.allowance).map_err(|stopped| stopped.to_string())) {
        Ok(zip) => {
            if let Some(stopped) = zip.stopped() {
                let why = format!("not every member of the archive may be known: {stopped}");
                notes.push(Note::Diagnostic(unreadable(&name, stopped.code(), why)));
            }
            State::Archive { name, file, length, members: zip.members().to_vec().into_iter() }
        }
        Err(why) => failed(&name, format!("this archive cannot be read: {why}")),
    }
}

/// The first bytes; of something that grows while it is read only as many as are needed to recognise it.
fn head_of(stream: &mut Source, live: bool, settings: &HuntSettings<'_>, name: &str) -> (Vec<u8>, Option<String>) {
    let mut head = Vec::new();
    if !live {
        let error = stream.take(HEAD as u64).read_to_end(&mut head).err();
        return (head, error.map(|error| error.to_string()));
    }
    let mut chunk = vec![0; HEAD];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => return (head, None),
            Ok(count) => head.extend_from_slice(chunk.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return (head, Some(error.to_string())),
        }
        let line = head.contains(&b'\n') && settings.reader(&head, name).is_ok();
        if head.len() >= HEAD || line || (head.len() >= 4 && stream::kind(&head).is_some()) {
            return (head, None);
        }
    }
}

fn failed(name: &str, why: String) -> State {
    State::Failed(unreadable(name, code::UNREADABLE_IO, why))
}

fn unreadable(name: &str, code: &'static str, message: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::about(code, name, Location::default(), message))
}
