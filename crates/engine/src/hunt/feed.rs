use super::opening::{Log, Opening, Source};
use super::run::HuntSettings;
use crate::input::Input;
use ddefend_model::{Diagnostic, Location, code};
use ddefend_source::{Cut, Reader};
use std::io::{ErrorKind, Read};
use std::sync::Arc;
use std::time::Instant;

/// Most bytes that a reader may ask for before it can cut; what then still has no end is thrown away.
const LARGEST: usize = 16 << 20;
/// Least bytes that a buffer holds: blocks cost a hand-over each.
const LEAST: usize = 64 << 10;
/// From so many bytes on, a pipe must bring a quarter more before they are looked at again.
const PATIENT: usize = 256 << 10;
/// Zeros are looked for in pieces of this size, so that ordinary bytes are told apart at once.
const PIECE: usize = 4096;

/// A worker's own buffer: zeroed once, filled again and again.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl Buffer {
    pub(super) fn get(&self, length: usize) -> &[u8] {
        self.bytes.get(..length).unwrap_or_default()
    }

    /// Fills it from the start by `read`, which says how many bytes it gave.
    pub(super) fn load(
        &mut self,
        length: usize,
        read: impl FnOnce(&mut [u8]) -> std::io::Result<usize>,
    ) -> std::io::Result<usize> {
        self.filled = 0;
        self.filled = read(self.room(length))?;
        Ok(self.filled)
    }

    fn all(&self) -> &[u8] {
        self.get(self.filled)
    }

    fn room(&mut self, want: usize) -> &mut [u8] {
        if self.bytes.len() < want {
            self.bytes.resize(want, 0);
        }
        self.bytes.get_mut(self.filled..want).unwrap_or_default()
    }

    fn start(&mut self, carry: &mut Vec<u8>) {
        self.filled = 0;
        // A buffer that a giant of a record has blown up is given back.
        if self.bytes.len() > LARGEST / 4 {
            self.bytes = Vec::new();
        }
        self.room(carry.len()).copy_from_slice(carry);
        self.filled = carry.len();
        carry.clear();
        carry.shrink_to(LARGEST / 4);
    }

    fn drop_front(&mut self, count: usize) {
        self.bytes.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}

/// A block of a log, in a worker's buffer.
pub(super) struct Piece {
    pub(super) reader: Arc<dyn Reader>,
    pub(super) source: Arc<str>,
    pub(super) length: usize,
    pub(super) offset: u64,
    pub(super) index: u64,
    pub(super) last: bool,
}

/// Something to tell before the next block's results.
#[derive(Debug)]
pub(super) enum Note {
    /// A log begins.
    Begin { name: Arc<str> },
    /// The log ended, after so many unpacked bytes.
    End { bytes: u64 },
    /// Something could not be read.
    Diagnostic(Box<Diagnostic>),
    /// A file in a folder is no log.
    Other(String),
}

/// Gives the blocks of one input, one after the other: of a log, or of all logs in an archive.
pub(super) struct Feed {
    opening: Opening,
    /// What opening it told.
    notes: Vec<Note>,
    log: Option<Open>,
    carry: Vec<u8>,
    deadline: Option<Instant>,
}

/// A log that is being read.
pub(super) struct Open {
    log: Log,
    offset: u64,
    index: u64,
    ended: bool,
    /// More may come behind what is its end now.
    growing: bool,
    skipped: Option<(u64, u64)>,
}

impl Feed {
    pub(super) fn new(input: &Input, settings: &HuntSettings<'_>) -> Self {
        let mut notes = Vec::new();
        let opening = Opening::new(input, settings, &mut notes);
        Self { opening, notes, log: None, carry: Vec::new(), deadline: None }
    }

    /// The log that is being read; empty between two.
    pub(super) fn name(&self) -> String {
        self.log.as_ref().map(|open| open.log.name.to_string()).unwrap_or_default()
    }

    /// The next block, in `buffer`; none where the input is at its end.
    pub(super) fn next(
        &mut self,
        buffer: &mut Buffer,
        settings: &HuntSettings<'_>,
        notes: &mut Vec<Note>,
        read: &dyn Fn(u64),
    ) -> Option<Piece> {
        loop {
            notes.append(&mut self.notes);
            if self.log.is_none() {
                let log = self.opening.next(settings, notes)?;
                self.deadline =
                    settings.seconds.map(|seconds| Instant::now() + std::time::Duration::from_secs(seconds));
                notes.push(Note::Begin { name: Arc::clone(&log.name) });
                self.carry.clone_from(&log.head);
                self.log = Some(Open::new(log, false));
            }
            let log = self.log.as_mut()?;
            if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
                let message =
                    format!("{} seconds are over; the rest was not read", settings.seconds.unwrap_or_default());
                notes.push(log.tell(code::LIMIT_TIME, log.offset, None, message));
                log.log.stream = Source::Over;
                self.carry.clear();
                log.ended = true;
            }
            buffer.start(&mut self.carry);
            let piece = log.block(buffer, notes);
            read(log.log.used());
            if let Some(piece) = piece {
                self.carry.extend_from_slice(buffer.all().get(piece.length..).unwrap_or_default());
                return Some(piece);
            }
            log.tell_skipped(notes);
            let (bytes, stopped) = (log.offset, log.log.stopped());
            if let Some((code, why)) = stopped {
                notes.push(log.tell(code, bytes, None, format!("the packed log ends too early: {why}")));
            }
            notes.push(Note::End { bytes });
            self.opening.book(bytes);
            self.log = None;
        }
    }
}

impl Open {
    pub(super) fn new(log: Log, growing: bool) -> Self {
        Self { log, offset: 0, index: 0, ended: false, growing, skipped: None }
    }

    /// The next block of a log that grows; none where more bytes are needed: then all that was read is in `carry`.
    pub(super) fn grown(&mut self, buffer: &mut Buffer, carry: &mut Vec<u8>, notes: &mut Vec<Note>) -> Option<Piece> {
        buffer.start(carry);
        let piece = self.block(buffer, notes);
        let used = piece.as_ref().map_or(0, |piece| piece.length);
        carry.extend_from_slice(buffer.all().get(used..).unwrap_or_default());
        piece
    }

    fn tell(&self, code: &'static str, offset: u64, length: Option<u64>, message: String) -> Note {
        let location = match length {
            Some(length) => Location::bytes(offset, length),
            None => Location { offset: Some(offset), ..Location::default() },
        };
        Note::Diagnostic(Box::new(Diagnostic::about(code, &self.log.name, location, message)))
    }

    fn tell_skipped(&mut self, notes: &mut Vec<Note>) {
        if let Some((offset, length)) = self.skipped.take() {
            let message = format!("{length} bytes hold no record, or one that is too large; they were not read");
            notes.push(self.tell(code::BROKEN_STRUCTURE, offset, Some(length), message));
        }
    }

    /// Reads until there is a block; none at the end of the log.
    fn block(&mut self, buffer: &mut Buffer, notes: &mut Vec<Note>) -> Option<Piece> {
        let usual = self.log.reader.buffer().clamp(LEAST, LARGEST / 4);
        let mut want = usual.max(buffer.filled);
        // What is there already may be whole: waiting for more could take for ever.
        let mut wait = !self.log.live || buffer.filled == 0;
        loop {
            let before = buffer.filled;
            if std::mem::replace(&mut wait, true) {
                self.fill(buffer, want, notes);
            }
            if buffer.filled == 0 && (self.ended || self.growing) {
                return None;
            }
            if buffer.filled >= PIECE && !self.growing && zeros(buffer.all()) {
                self.offset += buffer.filled as u64;
                buffer.filled = 0;
                continue;
            }
            let cut = match self.log.reader.cut(buffer.all(), self.ended) {
                Cut::More if self.ended || buffer.filled >= LARGEST => Cut::Skip(buffer.filled),
                cut => cut,
            };
            match cut {
                Cut::Block(length) => {
                    self.tell_skipped(notes);
                    let length = length.clamp(1, buffer.filled);
                    let piece = Piece {
                        reader: Arc::clone(&self.log.reader),
                        source: Arc::clone(&self.log.name),
                        length,
                        offset: self.offset,
                        index: self.index,
                        last: self.ended && length == buffer.filled,
                    };
                    self.offset += length as u64;
                    self.index += 1;
                    return Some(piece);
                }
                Cut::Skip(length) => {
                    let length = length.clamp(1, buffer.filled);
                    let (start, before) = self.skipped.take().unwrap_or((self.offset, 0));
                    self.skipped = Some((start, before + length as u64));
                    self.offset += length as u64;
                    buffer.drop_front(length);
                    want = usual;
                }
                Cut::More if self.growing && buffer.filled == before => return None,
                Cut::More => want = buffer.filled.saturating_mul(2).clamp(usual, LARGEST),
            }
        }
    }

    /// Reads until so many bytes are there, or the end; from something that grows while it is read, at least once.
    fn fill(&mut self, buffer: &mut Buffer, want: usize, notes: &mut Vec<Note>) {
        let start = buffer.filled;
        while buffer.filled < want && !self.ended {
            let filled = buffer.filled;
            match self.log.stream.read(buffer.room(want)) {
                Ok(0) if self.growing => return,
                Ok(0) => self.ended = true,
                Ok(count) => buffer.filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    let at = self.offset + filled as u64;
                    notes.push(self.tell(code::UNREADABLE_IO, at, None, error.to_string()));
                }
            }
            // Looking at a large piece of a record again after every few bytes would cost the square of its size.
            let worth = start < PATIENT || buffer.filled - start >= start / 4;
            if self.log.live && buffer.filled > filled && worth {
                return;
            }
        }
    }
}

/// True where every byte is zero, in vector code.
fn zeros(bytes: &[u8]) -> bool {
    bytes.chunks(PIECE).all(|piece| piece.iter().fold(0, |seen, byte| seen | byte) == 0)
}
