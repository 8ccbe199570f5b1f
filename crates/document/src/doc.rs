//! Word binary documents in compound files: Word 97 to 2003, Word 6 and 95.
//!
//! The text is read through the piece table, story by story, and compared with the field tables; what no piece reaches
//! is searched for dead fields apart. MS-DOC 2.4.1 (retrieving text) and 2.8.25 (field tables).

mod dead;
pub(crate) mod document;
pub(crate) mod fib;
mod locked;
mod pieces;
mod plcfld;
mod story;
mod strings;
mod tables;

use ddefend_container::cfb::Storage;
use ddefend_container::{Format, Sink, StorageReader};
use ddefend_model::{Location, code, trick};
use document::Source;
use fib::{Fib, Version};

/// The stream that makes a storage a Word document.
const STREAM: &str = "WordDocument";

/// Word binary documents.
pub(crate) static READER: StorageReader = StorageReader {
    format: Format { id: "doc", title: "Word 97-2003 or 6/95 document", extensions: &["doc", "dot", "wbk", "wiz"] },
    claims,
    read,
};

fn claims(storage: &Storage<'_>) -> bool {
    storage.stream(STREAM).is_some()
}

fn read(storage: &Storage<'_>, sink: &mut dyn Sink) {
    let Some(stream) = storage.stream(STREAM) else { return };
    let bytes = stream.read(sink);
    sink.within(STREAM, &[], &mut |sink| read_stream(storage, &bytes, sink));
}

fn read_stream(storage: &Storage<'_>, bytes: &[u8], sink: &mut dyn Sink) {
    let Some(fib) = Fib::read(bytes, 0) else {
        let message = "the stream does not begin with a File Information Block of a known version".to_owned();
        sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
        return;
    };
    let (selected, other) = fib.table_names();
    let open = |name: &str, sink: &mut dyn Sink| storage.stream(name).map(|stream| stream.read(sink));
    let tables = if fib.version == Version::Word97 { open(selected, sink) } else { None };
    if fib.is_encrypted() {
        let found = locked::unlock(&fib, tables.as_deref().unwrap_or_default(), sink);
        let Some((key, tricks)) = found else { return };
        let bytes = locked::decrypt(&key, bytes, true, sink);
        let tables = locked::decrypt(&key, tables.as_deref().unwrap_or_default(), false, sink);
        let Some(fib) = Fib::read(&bytes, 0) else { return };
        let source = Source { stream: &bytes, tables: &tables, fib, carrier: "doc", tricks: tricks.to_vec() };
        read_all(&source, sink);
        return;
    }
    let mut source = Source { stream: bytes, tables: bytes, fib, carrier: "doc", tricks: Vec::new() };
    if fib.version != Version::Word97 {
        source.tricks.push(trick::OLD_FORMAT);
        read_all(&source, sink);
        return;
    }
    source.tables = tables.as_deref().unwrap_or_default();
    if source.pieces().is_some() {
        read_all(&source, sink);
        return;
    }
    let others = open(other, sink);
    let found = match &others {
        None => "there is no other one",
        Some(others) => {
            let rescued = Source { tables: others, ..source.clone() };
            if rescued.pieces().is_some() {
                source = rescued;
                "the other one was read"
            } else {
                "the other one has none either"
            }
        }
    };
    let what = if tables.is_some() { "holds no piece table" } else { "is missing" };
    let message = format!("the table stream {selected} that the document selects {what}; {found}");
    sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
    read_all(&source, sink);
}

/// Reads the document, its AutoText document and what neither reaches.
pub(crate) fn read_all(source: &Source<'_>, sink: &mut dyn Sink) {
    let mut reached = document::read(source, sink);
    document::read_strings(source, sink);
    tables::tell(source, sink);
    let glossary = usize::from(source.fib.next).saturating_mul(512);
    if glossary != 0 {
        match Fib::read(source.stream, glossary) {
            Some(fib) => {
                let mut inner = source.clone();
                inner.fib = fib;
                inner.tricks.push(trick::OTHER_STORY);
                reached.extend(document::read(&inner, sink));
            }
            None => {
                let message = "the AutoText document that the FIB names is not there".to_owned();
                let location = Location { offset: Some(glossary as u64), ..Location::default() };
                sink.report(code::NOTE_ODD, location, message);
            }
        }
    }
    document::read_dead(source, reached, sink);
}
