//! Which schema bytes have, by content, and the reader for it.

use crate::{Reader, Schema};
use ddefend_model::{Diagnostic, Location, PartPath, code};

/// Every schema that can be forced: its id and what it is, one line each.
const SCHEMAS: &[(Schema, &str)] = &[(Schema("evtx"), "Windows event log file, or chunks of one")];

/// Every schema with one line on what it is, in the order of the reference.
#[must_use]
pub fn schemas() -> &'static [(Schema, &'static str)] {
    SCHEMAS
}

/// The schema with that id.
#[must_use]
pub fn schema(id: &str) -> Option<Schema> {
    SCHEMAS.iter().map(|(schema, _)| *schema).find(|schema| schema.0.eq_ignore_ascii_case(id))
}

/// Which schema a log has, by its first bytes (64 KiB or more where there are as many); never by its name.
#[must_use]
pub fn detect(head: &[u8]) -> Option<Schema> {
    let chunk = head.windows(8).any(|window| window == b"ElfChnk\0");
    (head.starts_with(b"ElfFile\0") || chunk).then_some(Schema("evtx"))
}

/// A reader for the log that begins with `head`, of the schema `forced` or the one that its content shows.
///
/// # Errors
/// `unreadable.format` where the content is no log that is known; `name` is for the message only.
pub fn open(head: &[u8], name: &str, forced: Option<Schema>) -> Result<Box<dyn Reader>, Box<Diagnostic>> {
    let unknown = |message: String| {
        Box::new(Diagnostic::new(code::UNREADABLE_FORMAT, PartPath::default(), Location::default(), message))
    };
    let Some(schema) = forced.or_else(|| detect(head)) else {
        return Err(unknown(format!("{name}: no kind of log that is known; --schema forces one")));
    };
    match schema.0 {
        "evtx" => evtx_reader(head).ok_or_else(|| unknown(format!("{name}: evtx is not readable yet"))),
        other => Err(unknown(format!("{name}: there is no schema {other}"))),
    }
}

fn evtx_reader(_head: &[u8]) -> Option<Box<dyn Reader>> {
    None
}
