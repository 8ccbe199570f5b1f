//! Hives: the files in which Windows keeps the registry (regf), with their transaction logs and deleted cells.
//!
//! The format is undocumented; the source for everything here is the public "Windows registry file format
//! specification" of M. Suhanov, cited by its section names.

mod base;
mod before;
mod cells;
mod deleted;
mod free;
mod keys;
mod log;
mod marvin;
mod mount;
mod names;
mod out;
mod values;
mod walk;

pub(crate) use base::{SIZE as HEAD_SIZE, checksum};
pub(crate) use cells::NOWHERE;
pub(crate) use marvin::marvin32;
pub(crate) use names::same;
pub(crate) use values::SEGMENT;

use crate::{About, Coverage, Format, Input, Intent, Interest, Sink};
use base::Base;
use before::Before;
use cells::Cells;
use ddefend_guard::Budget;
use ddefend_model::{Diagnostic, Location, PartPath, code};
use deleted::Deleted;
use free::Free;
use keys::KeyNode;
use mount::Mount;
use out::Out;
use walk::Walk;

/// Whether the bytes are a hive; its transaction logs begin the same way and are none.
#[must_use]
pub(crate) fn is(bytes: &[u8]) -> bool {
    let kind = bytes.get(28..32).and_then(|kind| <[u8; 4]>::try_from(kind).ok()).map(u32::from_le_bytes);
    bytes.starts_with(b"regf") && !matches!(kind, Some(1 | 2 | 6))
}

/// Reads a hive: wanted keys and their values in the order of its lists, then what was deleted.
///
/// # Errors
/// A diagnostic where there is no root key to begin at.
pub(crate) fn read(
    input: &Input<'_>,
    interest: &Interest,
    budget: &Budget,
    sink: &mut dyn Sink,
) -> Result<About, Box<Diagnostic>> {
    let mut out = Out::new(sink, budget);
    let about = read_with(input, interest, &mut out);
    out.finish();
    about
}

fn read_with(input: &Input<'_>, interest: &Interest, out: &mut Out<'_>) -> Result<About, Box<Diagnostic>> {
    let base = Base::read(input.bytes).map_err(|short| unreadable(format!("no hive: {short}")))?;
    let replayed = log::replay(input.bytes, &base, input.logs, out);
    let (bytes, now) = match &replayed {
        Some(replayed) => (replayed.bytes.as_slice(), &replayed.base),
        None => (input.bytes, &base),
    };
    check(bytes, now, out);
    let cells = Cells::of(bytes);
    let root = root(&cells, now, out)?;
    let mut about = About {
        format: Format::Hive,
        coverage: Coverage::Whole(Vec::new()),
        intent: Intent::State,
        user: None,
        host: None,
        policy: None,
    };
    let mount = match mount::mount(&cells, now, &root, input.name, out) {
        Ok(mount) => mount,
        Err(what) => {
            let message = format!("a hive of a kind that holds no setting of interest ({what}); it was not read");
            out.tell_at(code::NOTE_HIVE, None, message);
            return Ok(about);
        }
    };
    about.user = mount::user(&cells, now, &root, &mount, input.name, out);
    about.host = mount::host(&cells, &root, &mount, out);
    let free = Free::find(&cells, now.bins, out);
    let before = replayed.is_some().then(|| unreplayed(input, &base, &mount, interest, out.budget()));
    let mut deleted = Deleted::new(cells, &free, &mount, interest, &root);
    let ghosts = deleted.keys(out).into_iter().collect();
    out.compare(before, ghosts);
    let (slack, whole) = Walk::new(cells, &mount, interest, Some(&free), out).run(&root);
    let more = deleted.values(slack, out);
    out.gone(more);
    // Where the walk met damage, what it did not see may be there. A hive whose logs are missing is whole: it is what
    // Windows itself wrote before its last changes, and `broken.unflushed` says that these are not known.
    about.coverage = Coverage::Changes;
    if whole && out.goes_on() {
        about.coverage = Coverage::Whole(vec![(mount.root.clone(), mount.prefix.to_owned())]);
    }
    Ok(about)
}

/// What the file holds without its logs. It may be in the middle of a change: damage is not told.
fn unreplayed(input: &Input<'_>, base: &Base, mount: &Mount, interest: &Interest, budget: &Budget) -> Before {
    let mut before = Before::default();
    let cells = Cells::of(input.bytes);
    if let Ok(root) = KeyNode::at(&cells, base.root) {
        let mut out = Out::new(&mut before, budget);
        let _ = Walk::new(cells, mount, interest, None, &mut out).run(&root);
    }
    before
}

/// Tells what is wrong with the file as a whole.
fn check(bytes: &[u8], base: &Base, out: &mut Out<'_>) {
    if !base.sound {
        out.tell_at(code::BROKEN_CHECKSUM, Some(508), "the checksum of the hive's base block does not fit");
    }
    let (has, says) = (bytes.len().saturating_sub(base::SIZE) as u64, u64::from(base.bins));
    if has < says {
        let message = format!("the hive says that it has {says} bytes of hive bins, {has} are there");
        out.tell_at(code::BROKEN_TRUNCATED, Some(bytes.len() as u64), message);
    }
}

/// The root key: where the base block says, else the first key that says so itself.
fn root<'a>(cells: &Cells<'a>, base: &Base, out: &mut Out<'_>) -> Result<KeyNode<'a>, Box<Diagnostic>> {
    let why = match KeyNode::at(cells, base.root) {
        Ok(root) => return Ok(root),
        Err(why) => why,
    };
    let mut offset = 0x20_u32;
    while u64::from(offset) < cells.bins.len() as u64 {
        if let Some(key) = KeyNode::at(cells, offset).ok().filter(KeyNode::is_root) {
            let message = format!("the cell of the root key {why}; the key at {:#x} was taken", cells::in_file(offset));
            out.tell(code::BROKEN_STRUCTURE, base.root, message);
            return Ok(key);
        }
        offset = offset.saturating_add(8);
        if offset.is_multiple_of(1 << 16) && !out.goes_on() {
            break;
        }
    }
    Err(unreadable(format!("a hive without a root key: its cell {why}")))
}

fn unreadable(message: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code::BROKEN_STRUCTURE, PartPath::default(), Location::default(), message))
}
