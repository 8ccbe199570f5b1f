//! OneNote sections (MS-ONESTORE): the files that they hold are found by the header of their store objects, which is
//! all that is needed of the format.

use crate::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};
use memchr::memmem;

/// File type ids of sections and tables of contents, MS-ONESTORE 2.3.1.
const SECTION: [u8; 16] =
    [0xe4, 0x52, 0x5c, 0x7b, 0x8c, 0xd8, 0xa7, 0x4d, 0xae, 0xb1, 0x53, 0x78, 0xd0, 0x29, 0x96, 0xd3];
const CONTENTS: [u8; 16] =
    [0xa1, 0x2f, 0xff, 0x43, 0xd9, 0xef, 0x76, 0x4c, 0x9e, 0xe2, 0x10, 0xea, 0x57, 0x22, 0x76, 0x5f];
/// Format id of files in the cloud's packaging, MS-ONESTORE 2.8.1.
const PACKAGED: [u8; 16] =
    [0x2f, 0xe9, 0x8d, 0x63, 0xd4, 0xa6, 0xc1, 0x4b, 0x9a, 0x36, 0xb3, 0xfc, 0x25, 0x11, 0xa5, 0xb7];
/// Header of a `FileDataStoreObject`, MS-ONESTORE 2.6.13.
const STORE: [u8; 16] =
    [0xe7, 0x16, 0xe3, 0xbd, 0x65, 0x26, 0x11, 0x45, 0xa4, 0xc4, 0x8d, 0x4d, 0x0b, 0x7a, 0x9e, 0xac];
/// Its footer.
const FOOTER: [u8; 16] =
    [0x22, 0xa7, 0xfb, 0x71, 0x79, 0x0f, 0x0b, 0x4a, 0xbb, 0x13, 0x89, 0x92, 0x56, 0x42, 0x6b, 0x24];

/// OneNote sections.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "one", title: "OneNote section", extensions: &["one", "onetoc2", "onepkg"] },
    sniff,
    read,
};

fn sniff(probe: &Probe<'_>) -> Claim {
    if probe.starts_with(&SECTION) || probe.starts_with(&CONTENTS) { Claim::Magic } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let mut at = 0_usize;
    let mut number = 0_u32;
    let finder = memmem::Finder::new(&STORE);
    while let Some(start) = finder.find(part.bytes.get(at..).unwrap_or_default()) {
        let start = at.saturating_add(start);
        let header = start.saturating_add(16);
        // The length is a lie where it leads behind the end; then the footer tells the end.
        let length = Cursor::at(part.bytes, header).u64("file length").unwrap_or(0);
        let data = part.bytes.get(header.saturating_add(20)..).unwrap_or_default();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        number = number.saturating_add(1);
        let file = data.get(..length).unwrap_or_else(|| {
            let message = format!("embedded file {number} should have {length} bytes, {} are there", data.len());
            let location = Location::bytes(start as u64, 36).held_by("FileDataStoreObject");
            sink.report(code::BROKEN_TRUNCATED, location, message);
            let end = memmem::find(data, &FOOTER).unwrap_or(data.len());
            data.get(..end).unwrap_or_default()
        });
        if !file.is_empty() {
            sink.child(Part::below(sink.path(), &format!("file[{number}]"), file));
        }
        at = header.saturating_add(20).saturating_add(file.len());
        if let Err(exceeded) = sink.budget().check_time() {
            sink.report(exceeded.code, Location::default(), exceeded.to_string());
            return;
        }
    }
    let packaged = part.bytes.get(48..64) == Some(&PACKAGED);
    if packaged && number == 0 {
        read_packaged(part.bytes, sink);
    }
}

/// The cloud's packaging stores files as objects of its own (MS-FSSHTTPB); documents are found by how they begin.
fn read_packaged(bytes: &[u8], sink: &mut dyn Sink) {
    const STARTS: [&[u8]; 3] = [b"PK\x03\x04", &crate::cfb::SIGNATURE, b"{\\rtf1"];
    let mut starts: Vec<usize> = STARTS.iter().filter_map(|start| memmem::find(bytes, start)).collect();
    starts.sort_unstable();
    for start in starts {
        let step = format!("file at {start:#x}");
        sink.child(Part::below(sink.path(), &step, bytes.get(start..).unwrap_or_default()));
    }
    let message = "the section is in the packaging of the cloud; of its files only those that begin like a document \
                   and lie in one piece were read";
    sink.report(code::NOTE_ODD, Location::default(), message.to_owned());
}
