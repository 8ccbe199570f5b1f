use super::content;
use ddefend_container::xml::ns;
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};

/// OpenDocument in one XML file.
pub(crate) static FLAT: Reader = Reader {
    format: Format {
        id: "fodf",
        title: "flat OpenDocument",
        extensions: &["fods", "fodt", "fodp", "fodg", "xml", "ods", "odt"],
    },
    sniff,
    read: read_flat,
};

fn sniff(probe: &Probe<'_>) -> Claim {
    let Some(head) = probe.head() else { return Claim::No };
    let markup = head.trim_start_matches('\u{feff}').trim_start().starts_with('<');
    if markup && content::is_document(head.as_bytes()) { Claim::Structure } else { Claim::No }
}

/// True where the root's namespace stands behind the head that [`FLAT`] looks at.
pub(crate) fn is_behind_the_head(bytes: &[u8]) -> bool {
    [ns::ODF_OFFICE, ns::OOO_OFFICE].iter().any(|uri| {
        memchr::memmem::find(bytes, uri.as_bytes()).is_some_and(|at| at >= Probe::HEAD.saturating_sub(uri.len()))
    })
}

/// Reads a flat document, or a part of a package that stands alone.
pub(crate) fn read_flat(part: &Part<'_>, sink: &mut dyn Sink) {
    let path = sink.path().clone();
    content::read(part.bytes, "odf", path, &[], sink);
}
