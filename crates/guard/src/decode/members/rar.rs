use super::{Receiver, Unpacked};
use crate::decode::{Decoded, Stopped};
use crate::{Exceeded, Limits};
use ddefend_model::code;
use rars::{
    ArchiveMember, ArchiveReadOptions, ArchiveReader, Error, ErrorKind, ExtractionDecision, ExtractionErrorAction,
};
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

/// Dictionary of one member, bytes: what the formats before RAR 7 may ask for, and no more.
const DICTIONARY: u64 = 128 << 20;
/// Memory of the decoder, bytes.
const WORKSPACE: u64 = 192 << 20;

/// Unpacks a RAR archive (all versions) with one password (empty for none). A password that does not fit delivers
/// nothing.
pub fn rar(input: &[u8], password: &str, receiver: &mut dyn Receiver) -> Unpacked {
    let budget = receiver.budget();
    let limits = budget.limits().clone();
    let left = limits.total_size.saturating_sub(budget.produced());
    // The ratio holds for the archive as a whole: the crate tells nothing of what one member used.
    let ratio = (input.len() as u64).saturating_mul(limits.ratio).max(Limits::RATIO_GRACE);
    let options = ArchiveReadOptions::with_optional_password((!password.is_empty()).then_some(password.as_bytes()))
        .with_max_header_count(limits.parts)
        .with_max_header_bytes(16 << 20)
        .with_max_reader_workspace_bytes(WORKSPACE)
        .with_max_member_output_bytes(budget.part_allowance())
        .with_max_total_output_bytes(left.min(ratio))
        .with_rar50_dictionary_size_limit(DICTIONARY)
        .with_rar50_buffered_decode_limit(limits.part_size);
    let archive = match ArchiveReader::read_with_options(input, options) {
        Ok(archive) => archive,
        Err(error) => return failure(&error),
    };
    let state = RefCell::new(State { receiver, current: None, delivered: 0, locked: None, halted: false });
    let solid = archive.is_solid();
    let ended = archive.extract_with_control_and_errors(
        options,
        |member| Ok(state.borrow_mut().begin(member, solid)),
        |_, error| Ok(state.borrow_mut().fail(error)),
    );
    let mut state = state.into_inner();
    if let Err(error) = &ended {
        state.end(Some(stopped(error)));
    }
    state.end(None);
    match (state.locked, ended) {
        (Some(_), _) if state.delivered == 0 => Unpacked::Locked,
        (_, Err(error)) => failure(&error),
        (Some(name), _) => Unpacked::Broken(code::UNREADABLE_ENCRYPTED, format!("{name}: the password does not fit")),
        _ => Unpacked::Done,
    }
}

struct State<'r> {
    receiver: &'r mut dyn Receiver,
    current: Option<(String, Rc<RefCell<Vec<u8>>>)>,
    delivered: u64,
    locked: Option<String>,
    halted: bool,
}

impl State<'_> {
    /// A member begins; the one before it is complete.
    fn begin(&mut self, member: &ArchiveMember, solid: bool) -> ExtractionDecision {
        self.end(None);
        let name = member.meta.name_lossy();
        if self.halted || self.receiver.budget().check_time().is_err() {
            return ExtractionDecision::Stop;
        }
        if member.meta.is_directory || member.meta.is_redirection {
            return ExtractionDecision::Skip;
        }
        let allowance = self.receiver.budget().part_allowance();
        if !solid && member.meta.unpacked_size > allowance {
            let limit = Exceeded { code: code::LIMIT_PART_SIZE, limit: allowance };
            self.receiver.member(&name, Decoded { stopped: Some(Stopped::Limit(limit)), ..Decoded::default() });
            return ExtractionDecision::Skip;
        }
        let bytes = Rc::new(RefCell::new(Vec::new()));
        self.current = Some((name, Rc::clone(&bytes)));
        ExtractionDecision::Extract(Box::new(Shared(bytes)))
    }

    /// A member failed; the next one is tried.
    fn fail(&mut self, error: &Error) -> ExtractionErrorAction {
        let reason = stopped(error);
        self.end(Some(reason));
        ExtractionErrorAction::Continue
    }

    /// Hands over what the current member gave.
    fn end(&mut self, stopped: Option<Stopped>) {
        let Some((name, bytes)) = self.current.take() else { return };
        let bytes = bytes.take();
        if stopped == Some(Stopped::Locked) {
            self.locked.get_or_insert(name);
            return;
        }
        self.delivered = self.delivered.saturating_add(1);
        self.halted |= self.receiver.budget().produce(bytes.len() as u64).is_err();
        self.receiver.member(&name, Decoded { consumed: 0, bytes, stopped });
    }
}

/// A writer into a shared buffer: the crate wants to own its outputs.
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Why a member stopped.
fn stopped(error: &Error) -> Stopped {
    match error.kind() {
        ErrorKind::PasswordRequired | ErrorKind::BadPassword => Stopped::Locked,
        ErrorKind::UnsupportedFeature | ErrorKind::UnsupportedFormat => Stopped::Unsupported,
        ErrorKind::ResourceLimit => Stopped::Limit(Exceeded { code: code::LIMIT_RATIO, limit: DICTIONARY }),
        _ => Stopped::Damaged,
    }
}

/// What an error of the decoder means for the whole archive.
fn failure(error: &Error) -> Unpacked {
    let id = match error.kind() {
        ErrorKind::PasswordRequired | ErrorKind::BadPassword => return Unpacked::Locked,
        ErrorKind::UnsupportedFeature | ErrorKind::UnsupportedFormat => code::UNREADABLE_FORMAT,
        ErrorKind::ResourceLimit => code::LIMIT_PART_SIZE,
        ErrorKind::ChecksumMismatch => code::BROKEN_CHECKSUM,
        _ => code::BROKEN_STRUCTURE,
    };
    Unpacked::Broken(id, error.to_string())
}
