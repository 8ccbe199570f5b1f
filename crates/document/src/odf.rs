//! OpenDocument and its predecessor (ODF 1.2 part 1): packages, flat XML, and DDE in all its places.

mod content;
mod flat;
mod package;

pub(crate) use flat::{FLAT, is_behind_the_head, read_flat};
pub(crate) use package::ARCHIVE;

/// Reads a content stream with or without the fast refusal, for the test that both agree.
#[cfg(test)]
pub(crate) fn read_content(
    bytes: &[u8],
    filter: bool,
    part: ddefend_model::PartPath,
    sink: &mut dyn ddefend_container::Sink,
) {
    let read = if filter { content::read } else { content::read_all };
    read(bytes, "odf", part, &[], sink);
}
