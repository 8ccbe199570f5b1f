use super::feed::Note;
use super::run::HuntSettings;
use crate::input::Input;
use ddefend_model::{Diagnostic, Location, PartPath, code};
use ddefend_source::Reader;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// Bytes by which a log is recognised.
const HEAD: usize = 64 << 10;

/// Where a log's bytes come from.
pub(super) enum Source {
    /// As they are.
    Plain(Box<dyn Read + Send>),
    /// Nothing more.
    Over,
}

impl Source {
    /// Reads, and tells how many bytes of the input were used.
    pub(super) fn read(&mut self, buffer: &mut [u8], used: &dyn Fn(u64)) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer).inspect(|count| used(*count as u64)),
            Self::Over => Ok(0),
        }
    }

    /// Why the unpacked bytes end before the packed ones: a code and words.
    pub(super) fn stopped(&self) -> Option<(&'static str, String)> {
        None
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
}

/// Opens the logs that an input holds.
pub(super) struct Opening {
    state: State,
}

enum State {
    Ready { name: String, named: bool, stream: Box<dyn Read + Send>, live: bool },
    Failed(Box<Diagnostic>),
    Done,
}

impl Opening {
    pub(super) fn new(input: &Input, settings: &HuntSettings<'_>) -> Self {
        let state = match input {
            Input::Stdin(name) => {
                State::Ready { name: name.clone(), named: true, stream: Box::new(io::stdin()), live: true }
            }
            Input::Failed(path, why) => failed(path, why.clone()),
            Input::File(path) => match File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
                Ok((metadata, _)) if metadata.is_dir() => failed(path, "this is a folder".to_owned()),
                Ok((metadata, file)) => State::Ready {
                    name: path.to_string_lossy().into_owned(),
                    named: settings.named.contains(path),
                    stream: Box::new(file),
                    live: !metadata.is_file(),
                },
                Err(error) => failed(path, error.to_string()),
            },
        };
        Self { state }
    }

    /// The next log; none where there are no more.
    pub(super) fn next(&mut self, settings: &HuntSettings<'_>, notes: &mut Vec<Note>) -> Option<Log> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Ready { name, named, mut stream, live } => {
                let mut head = Vec::new();
                if let Err(error) = stream.by_ref().take(HEAD as u64).read_to_end(&mut head) {
                    notes.push(Note::Diagnostic(unreadable(&name, code::UNREADABLE_IO, error.to_string())));
                }
                match settings.reader(&head, &name) {
                    Ok(reader) => Some(Log {
                        name: name.into(),
                        reader: reader.into(),
                        stream: Source::Plain(stream),
                        head,
                        live,
                    }),
                    Err(why) => {
                        let must = named || Path::new(&name).extension().is_some_and(|it| it.eq_ignore_ascii_case("evtx"));
                        notes.push(match must {
                            true => Note::Diagnostic(unreadable(&name, code::UNREADABLE_FORMAT, why)),
                            false => Note::Other(name),
                        });
                        None
                    }
                }
            }
            State::Failed(diagnostic) => {
                notes.push(Note::Diagnostic(*diagnostic));
                None
            }
            State::Done => None,
        }
    }
}

fn failed(path: &Path, why: String) -> State {
    State::Failed(Box::new(unreadable(&path.to_string_lossy(), code::UNREADABLE_IO, why)))
}

fn unreadable(name: &str, code: &'static str, message: String) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(code, PartPath::root(name), Location::default(), message);
    name.clone_into(&mut diagnostic.artifact);
    diagnostic
}
