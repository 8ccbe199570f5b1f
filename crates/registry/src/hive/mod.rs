//! Hives: the files in which Windows keeps the registry (regf), with their transaction logs and deleted cells.
//!
//! The format is undocumented; the source for everything here is the public "Windows registry file format
//! specification" of M. Suhanov, cited by its section names.

mod base;
#[allow(dead_code, reason = "deleted cells are read next")]
mod cells;
#[allow(dead_code, reason = "deleted cells are read next")]
mod keys;
mod mount;
mod names;
mod out;
#[allow(dead_code, reason = "deleted cells are read next")]
mod values;
mod walk;

use crate::{About, Coverage, Format, Input, Intent, Interest, Sink};
use base::Base;
use cells::Cells;
use ddefend_guard::Budget;
use ddefend_model::{Diagnostic, Location, PartPath, code};
use keys::KeyNode;
use out::Out;

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
    if base.is_dirty() {
        out.tell_at(
            code::BROKEN_UNFLUSHED,
            Some(4),
            "the hive's last write did not end; the last changes may be missing",
        );
    }
    let cells = Cells::of(input.bytes);
    let root = root(&cells, &base, out)?;
    let mut about = About {
        format: Format::Hive,
        coverage: Coverage::Whole(Vec::new()),
        intent: Intent::State,
        user: None,
        host: None,
        policy: None,
    };
    let mount = match mount::mount(&cells, &base, &root, input.name, out) {
        Ok(mount) => mount,
        Err(what) => {
            let message = format!("a hive of a kind that holds no setting of interest ({what}); it was not read");
            out.tell_at(code::NOTE_HIVE, None, message);
            return Ok(about);
        }
    };
    about.coverage = Coverage::Whole(vec![(mount.root.clone(), mount.prefix.to_owned())]);
    about.user = mount::user(&cells, &base, &root, &mount, out);
    about.host = mount::host(&cells, &root, &mount, out);
    walk::Walk::new(cells, &mount, interest, out).run(&root);
    Ok(about)
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
