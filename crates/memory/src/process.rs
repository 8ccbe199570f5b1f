//! The command line where Windows keeps it: TEB, PEB, RTL_USER_PROCESS_PARAMETERS.

use crate::dump::{Dump, Reader, utf16};
use crate::format::{peb32, peb64};
use ddefend_guard::Cursor;

/// What the process parameters say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub(crate) image: String,
    pub(crate) command: String,
}

/// Threads that are tried before giving up: all point to the same block.
const TRIED: usize = 64;

/// The process parameters, where their pages are in the dump.
pub(crate) fn parameters(dump: &Dump, reader: &mut Reader<'_>) -> Option<Parameters> {
    dump.tebs.iter().take(TRIED).find_map(|teb| of_teb(dump, reader, *teb))
}

fn of_teb(dump: &Dump, reader: &mut Reader<'_>, teb: u64) -> Option<Parameters> {
    let (to_peb, to_parameters, image, command) = if dump.narrow {
        (peb32::TEB_TO_PEB, peb32::PARAMETERS, peb32::IMAGE, peb32::COMMAND)
    } else {
        (peb64::TEB_TO_PEB, peb64::PARAMETERS, peb64::IMAGE, peb64::COMMAND)
    };
    let peb = pointer(dump, reader, teb.checked_add(to_peb)?)?;
    let parameters = pointer(dump, reader, peb.checked_add(to_parameters)?)?;
    let command = text(dump, reader, parameters.checked_add(command)?)?;
    let image = parameters.checked_add(image).and_then(|at| text(dump, reader, at)).unwrap_or_default();
    Some(Parameters { image, command }).filter(|found| !found.command.is_empty())
}

fn pointer(dump: &Dump, reader: &mut Reader<'_>, address: u64) -> Option<u64> {
    let bytes = dump.memory.bytes(reader, address, 8);
    let mut cursor = Cursor::new(&bytes);
    let value = if dump.narrow { u64::from(cursor.u32("pointer").ok()?) } else { cursor.u64("pointer").ok()? };
    (value != 0).then_some(value)
}

/// A UNICODE_STRING. Before Windows 8 and in parameters that were not normalised its pointer is an offset; those are
/// passed over.
fn text(dump: &Dump, reader: &mut Reader<'_>, address: u64) -> Option<String> {
    let bytes = dump.memory.bytes(reader, address, 2);
    let length = Cursor::new(&bytes).u16("length").ok()?;
    let buffer = pointer(dump, reader, address.checked_add(if dump.narrow { 4 } else { 8 })?)?;
    let bytes = dump.memory.bytes(reader, buffer, u64::from(length));
    Some(utf16(&bytes))
}
