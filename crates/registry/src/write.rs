//! Facts back to bytes: what is written here, the readers of this crate read back as the same facts.
//!
//! A file is the same for the same facts, whenever and wherever it is written. What a format cannot say is an error,
//! never a silent approximation, and no name can break out of its place.

mod gpp;
mod hive;
mod lgpo;
mod pol;
mod reg;

pub use gpp::gpp;
pub use hive::{DirtyHive, HiveFile, HiveMount, LogFormat, dirty_hive, hive, hive_with_deleted};
pub use lgpo::lgpo;
pub use pol::pol;
pub use reg::reg;

use crate::Entry;

/// A fact that a format cannot say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {why}")]
pub struct Unwritable {
    /// The key that it is about.
    pub key: String,
    /// Why it cannot be written.
    pub why: &'static str,
}

fn unwritable(entry: &Entry, why: &'static str) -> Unwritable {
    Unwritable { key: entry.key.clone(), why }
}

/// Names of keys and values end at a NUL in every format, and line ends would end a line.
fn check_name(entry: &Entry, name: &str) -> Result<(), Unwritable> {
    if name.chars().any(|letter| matches!(letter, '\0' | '\r' | '\n')) {
        return Err(unwritable(entry, "a name with a line end or a NUL cannot be written"));
    }
    Ok(())
}

fn check_key(entry: &Entry) -> Result<(), Unwritable> {
    check_name(entry, &entry.key)?;
    if entry.key.starts_with('\\') || entry.key.ends_with('\\') || entry.key.contains("\\\\") {
        return Err(unwritable(entry, "a key with an empty name in it cannot be written"));
    }
    Ok(())
}

/// UTF-16LE with its byte order mark and CRLF line ends.
fn utf16(lines: &[String]) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xfe];
    for line in lines {
        bytes.extend(line.encode_utf16().chain([0x0d, 0x0a]).flat_map(u16::to_le_bytes));
    }
    bytes
}

/// Words for people as lines, whatever line ends are in them.
fn comment_lines(comment: &str) -> impl Iterator<Item = String> + '_ {
    comment.lines().map(|line| line.chars().filter(|letter| !letter.is_control()).collect())
}
