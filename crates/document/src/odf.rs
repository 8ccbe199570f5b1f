//! OpenDocument and its predecessor (ODF 1.2 part 1): packages, flat XML, and DDE in all its places.

mod content;
mod flat;
mod package;

pub(crate) use flat::{FLAT, is_behind_the_head, read_flat};
pub(crate) use package::ARCHIVE;
