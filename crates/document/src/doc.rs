//! Word binary documents in compound files: Word 97 to 2003, Word 6 and 95.
//!
//! The text is read through the piece table, story by story, and compared with the field tables; what no piece reaches
//! is searched for dead fields apart. MS-DOC 2.4.1 (retrieving text) and 2.8.25 (field tables).

mod dead;
pub(crate) mod document;
pub(crate) mod fib;
mod pieces;
mod plcfld;
mod story;
mod strings;

use ddefend_container::cfb::Storage;
use ddefend_container::{Format, Sink, StorageReader};
use ddefend_model::{Diagnostic, Location, code, trick};
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
    let part = sink.path().join(STREAM);
    let Some(fib) = Fib::read(&bytes, 0) else {
        let message = "the stream does not begin with a File Information Block of a known version".to_owned();
        sink.diagnostic(Diagnostic::new(code::BROKEN_STRUCTURE, part, Location::default(), message));
        return;
    };
    let mut source = Source { stream: &bytes, tables: &bytes, fib, carrier: "doc", part, tricks: Vec::new() };
    if fib.is_encrypted() {
        let kind = if fib.is_obfuscated() { "obfuscated" } else { "encrypted" };
        let message = format!("the text is {kind}; it was not read");
        sink.diagnostic(Diagnostic::new(code::UNREADABLE_ENCRYPTED, source.part, Location::default(), message));
        return;
    }
    if fib.version != Version::Word97 {
        source.tricks.push(trick::OLD_FORMAT);
        read_all(&source, sink);
        return;
    }
    let (selected, other) = fib.table_names();
    let open = |name: &str, sink: &mut dyn Sink| storage.stream(name).map(|stream| stream.read(sink));
    let tables = open(selected, sink);
    if let Some(tables) = &tables {
        source.tables = tables;
        if source.pieces().is_some() {
            read_all(&source, sink);
            return;
        }
    }
    let what = if tables.is_some() { "holds no piece table" } else { "is missing" };
    let others = open(other, sink);
    let mut found = "so is the other one";
    if let Some(others) = &others {
        let before = source.tables;
        source.tables = others;
        found = "the other one was read";
        if source.pieces().is_none() {
            source.tables = before;
            found = "the other one has none either";
        }
    }
    let message = format!("the table stream {selected} that the document selects {what}; {found}");
    sink.diagnostic(Diagnostic::new(code::BROKEN_STRUCTURE, source.part.clone(), Location::default(), message));
    read_all(&source, sink);
}

/// Reads the document, its AutoText document and what neither reaches.
pub(crate) fn read_all(source: &Source<'_>, sink: &mut dyn Sink) {
    let mut reached = document::read(source, sink);
    document::read_strings(source, sink);
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
                sink.diagnostic(Diagnostic::new(code::NOTE_ODD, source.part.clone(), location, message));
            }
        }
    }
    document::read_dead(source, reached, sink);
}
