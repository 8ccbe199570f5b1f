use super::{Receiver, Unpacked};
use crate::decode::stream::drive;
use crate::decode::{Decoded, Stopped};
use ddefend_model::code;
use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Error, Password};
use std::cell::Cell;
use std::io::{Cursor, Read};

/// Method id of AES-256 with SHA-256 in 7z.
const AES: [u8; 4] = [6, 0xf1, 7, 1];

/// Unpacks a 7z archive with one password (empty for none). A password that does not fit delivers nothing.
pub fn sevenzip(input: &[u8], password: &str, receiver: &mut dyn Receiver) -> Unpacked {
    let word = if password.is_empty() { Password::empty() } else { Password::from(password) };
    let mut source = Cursor::new(input);
    let archive = match Archive::read(&mut source, &word) {
        Ok(archive) => archive,
        Err(error) => return failure(&error, !password.is_empty()),
    };
    let locked = |block: &sevenz_rust2::Block| block.coders.iter().any(|coder| coder.encoder_method_id() == AES);
    let encrypted = archive.blocks.iter().any(locked);
    if encrypted && password.is_empty() {
        return Unpacked::Locked;
    }
    let limit = receiver.budget().limits().parts;
    if archive.files.len() as u64 > limit {
        return Unpacked::Broken(code::LIMIT_PARTS, format!("more than {limit} members"));
    }
    let mut state = State { receiver, delivered: 0, encrypted, length: input.len(), stop: None };
    for index in 0..archive.blocks.len() {
        let block = BlockDecoder::new(1, index, &archive, &word, &mut source);
        let ended =
            block.for_each_entries(&mut |entry: &ArchiveEntry, reader: &mut dyn Read| state.take(entry, reader));
        if let Some(stop) = state.stop.take() {
            return stop;
        }
        if let Err(error) = ended {
            let first = state.delivered == 0 && encrypted;
            let failed = failure(&error, first);
            if failed == Unpacked::Locked || index.saturating_add(1) == archive.blocks.len() {
                return failed;
            }
            state.receiver.member("", Decoded { stopped: Some(Stopped::Damaged), ..Decoded::default() });
        }
    }
    Unpacked::Done
}

struct State<'r> {
    receiver: &'r mut dyn Receiver,
    delivered: u64,
    encrypted: bool,
    length: usize,
    stop: Option<Unpacked>,
}

impl State<'_> {
    fn take(&mut self, entry: &ArchiveEntry, reader: &mut dyn Read) -> Result<bool, Error> {
        if entry.is_directory() {
            return Ok(true);
        }
        let used = Cell::new(self.length as u64);
        let decoded = drive(reader, &used, self.length, self.receiver.budget());
        let stopped = decoded.stopped;
        if self.encrypted && self.delivered == 0 && matches!(stopped, Some(Stopped::Damaged | Stopped::Truncated)) {
            self.stop = Some(Unpacked::Locked);
            return Ok(false);
        }
        self.delivered = self.delivered.saturating_add(1);
        self.receiver.member(entry.name(), decoded);
        // Members behind a damaged or limited one of the same block would be decoded from the same stream.
        if let Some(Stopped::Limit(exceeded)) = stopped {
            self.stop = Some(Unpacked::Broken(exceeded.code, format!("{exceeded}; members behind it were not read")));
        }
        Ok(stopped.is_none())
    }
}

/// What an error of the decoder means. `guess` is true where a wrong password may be the reason.
fn failure(error: &Error, guess: bool) -> Unpacked {
    match error {
        Error::PasswordRequired => Unpacked::Locked,
        Error::MaybeBadPassword(_) | Error::ChecksumVerificationFailed | Error::Io(..) | Error::Other(_) if guess => {
            Unpacked::Locked
        }
        Error::UnsupportedCompressionMethod(_)
        | Error::Unsupported(_)
        | Error::UnsupportedVersion { .. }
        | Error::ExternalUnsupported
        | Error::MaxMemLimited { .. } => Unpacked::Broken(code::UNREADABLE_FORMAT, error.to_string()),
        _ => Unpacked::Broken(code::BROKEN_STRUCTURE, error.to_string()),
    }
}
