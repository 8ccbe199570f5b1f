//! The property table of an Outlook item (MS-OXMSG 2.4) against the streams that hold its longer values.

use super::{PROPERTY, property, tag};
use crate::Sink;
use crate::cfb::Storage;
use ddefend_guard::Cursor;
use ddefend_model::{Diagnostic, Location, PartPath, code};
use std::collections::BTreeSet;

/// Name of the table's stream.
const NAME: &str = "__properties_version1.0";
/// Entries that are looked at.
const ENTRIES: usize = 4096;
/// Bytes of an entry.
const ENTRY: usize = 16;

/// Reports properties that the table lists and no stream holds. `header` is 32 for the message itself, 24 for an
/// embedded one (MS-OXMSG 2.4.1).
pub(super) fn tell(message: &Storage<'_>, path: &PartPath, sink: &mut dyn Sink) {
    let Some(table) = message.stream(NAME) else { return };
    let header = if message.is_root() { 32 } else { 24 };
    let bytes = table.prefix(ENTRIES.saturating_mul(ENTRY));
    let held: BTreeSet<(u16, u16)> = message.streams().iter().filter_map(|stream| property(stream.name())).collect();
    let mut absent = Vec::new();
    let mut bodies = false;
    let mut cursor = Cursor::at(&bytes, header);
    while let Ok(entry) = cursor.take(ENTRY, "property") {
        let mut entry = Cursor::new(entry);
        let (Ok(kind), Ok(id)) = (entry.u16("type"), entry.u16("id")) else { break };
        let _ = entry.skip(4, "flags");
        let size = entry.u32("size").unwrap_or_default();
        if matches!(kind, super::TEXT_8_BIT | super::TEXT_UTF16 | super::BINARY)
            && size > 0
            && !held.contains(&(id, kind))
        {
            bodies |= matches!(id, tag::BODY | tag::RTF_COMPRESSED | tag::HTML);
            absent.push(format!("{PROPERTY}{id:04X}{kind:04X}"));
        }
    }
    if absent.is_empty() {
        return;
    }
    let count = absent.len();
    absent.truncate(4);
    let code = if bodies { code::BROKEN_STRUCTURE } else { code::NOTE_ODD };
    let text = format!("the property table lists {count} streams that are not there: {}", absent.join(", "));
    sink.diagnostic(Diagnostic::new(code, path.join(NAME), Location::default(), text));
}
