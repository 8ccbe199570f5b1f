//! What every test of readers needs.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses some of it")]

use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_registry::{About, Data, Entry, Fact, Format, Input, Interest, Origin, Place, Root, Sink, read};

/// Keeps everything.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) entries: Vec<Entry>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Sink for Kept {
    fn entry(&mut self, entry: Entry) -> bool {
        self.entries.push(entry);
        true
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

impl Kept {
    /// Diagnostic ids with their lines (0 where there is none).
    pub(crate) fn codes(&self) -> Vec<(String, u32)> {
        self.diagnostics.iter().map(|d| (d.code.to_string(), d.location.line.unwrap_or(0))).collect()
    }

    pub(crate) fn gaps(&self) -> Vec<&Diagnostic> {
        self.diagnostics.iter().filter(|d| d.is_gap()).collect()
    }

    /// Facts without the bare existence of keys.
    pub(crate) fn facts(&self) -> Vec<(Root, String, Fact)> {
        let kept = self.entries.iter().filter(|entry| entry.fact != Fact::Key);
        kept.map(|entry| (entry.root.clone(), entry.key.clone(), entry.fact.clone())).collect()
    }

    pub(crate) fn data(&self, key: &str, name: &str) -> Option<&Data> {
        self.entries.iter().rev().find_map(|entry| match &entry.fact {
            Fact::Value { name: found, data } if entry.key == key && found == name => Some(data),
            _ => None,
        })
    }
}

pub(crate) fn read_as(name: &str, bytes: &[u8], format: Option<Format>) -> (Kept, About) {
    let budget = Budget::new(Limits::default(), Stop::default());
    let mut kept = Kept::default();
    let input = Input { name, bytes, logs: &[] };
    let about = read(&input, format, &Interest::everything(), &budget, &mut kept).unwrap();
    (kept, about)
}

pub(crate) fn read_detected(name: &str, bytes: &[u8]) -> (Kept, About) {
    read_as(name, bytes, None)
}

pub(crate) fn value(root: Root, key: &str, name: &str, data: Data) -> (Root, String, Fact) {
    (root, key.into(), Fact::Value { name: name.into(), data })
}

pub(crate) fn entry(root: Root, key: &str, fact: Fact) -> Entry {
    Entry { root, key: key.into(), fact, written: None, place: Place::Unknown, origin: Origin::Written }
}

/// UTF-16LE with byte order mark.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}
