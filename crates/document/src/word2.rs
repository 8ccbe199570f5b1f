//! Word for Windows 1 and 2: the same text and fields as in later versions, without a compound file around them.

use crate::doc::document::Source;
use crate::doc::fib::Fib;
use crate::doc::read_all;
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_model::{Location, code, trick};

/// Word for Windows 1 and 2.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "word2", title: "Word for Windows 1 or 2 document", extensions: &["doc", "dot"] },
    sniff,
    read,
};

/// Magic numbers: Word 2; Word 1, and 1 from East Asia.
const MAGIC: [[u8; 2]; 3] = [[0xdb, 0xa5], [0x9b, 0xa5], [0x9c, 0xa5]];

fn sniff(probe: &Probe<'_>) -> Claim {
    let magic = MAGIC.iter().any(|magic| probe.starts_with(magic));
    // A version number in a byte, and room for the whole head.
    let version = probe.bytes().get(3) == Some(&0) && probe.bytes().len() >= 0x80;
    if magic && version { Claim::Magic } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let Some(fib) = Fib::read(part.bytes, 0) else {
        let message = "the file does not hold the head of a Word document".to_owned();
        sink.report(code::BROKEN_TRUNCATED, Location::default(), message);
        return;
    };
    if fib.is_encrypted() {
        let message = "protected with a password in the manner of Word 2, which is not read".to_owned();
        sink.report(code::UNREADABLE_ENCRYPTED, Location::default(), message);
        return;
    }
    let tricks = vec![trick::OLD_FORMAT];
    let source = Source { stream: part.bytes, tables: part.bytes, fib, carrier: READER.format.id, tricks };
    read_all(&source, sink);
}
