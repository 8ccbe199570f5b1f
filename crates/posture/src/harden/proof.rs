//! What is written is read back.

use super::emit::Output;
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_registry::{Data, Entry, Fact, Input, Interest, Root, Sink, fold};
use std::collections::BTreeSet;

/// Reads a written file as an audit would, and compares what it says with what it was to say. Files that nothing reads
/// back (scripts) are taken as they are.
///
/// # Errors
/// What differs, in one sentence.
pub fn read_back(output: &Output) -> Result<(), String> {
    if output.says.is_empty() {
        return Ok(());
    }
    let mut taken = Taken::default();
    let budget = Budget::new(Limits::default(), Stop::default());
    let input = Input { name: &output.path, bytes: &output.bytes, logs: &[] };
    let read = ddefend_registry::read(&input, None, &Interest::everything(), &budget, &mut taken);
    read.map_err(|diagnostic| format!("{}: cannot be read back: {}", output.path, diagnostic.message))?;
    if let Some(trouble) = taken.trouble {
        return Err(format!("{}: read back with trouble: {trouble}", output.path));
    }
    let want: BTreeSet<Said> = output.says.iter().filter_map(said).collect();
    let is: BTreeSet<Said> = taken.entries.iter().filter_map(said).collect();
    match want.symmetric_difference(&is).next() {
        Some(said) => Err(format!("{}: reads back otherwise at {}", output.path, said.1)),
        None => Ok(()),
    }
}

/// A fact that can be compared; that a key exists is said by its values.
type Said = (Root, String, String, Option<(u32, Vec<u8>)>, u8);

fn said(entry: &Entry) -> Option<Said> {
    let bytes = |data: &Data| Some((data.kind(), data.to_raw()));
    let (name, data, sort) = match &entry.fact {
        Fact::Key => return None,
        Fact::Value { name, data } => (fold(name), bytes(data), 0),
        Fact::ValueRemoved { name } => (fold(name), None, 1),
        Fact::ValuesRemoved => (String::new(), None, 2),
        Fact::KeyRemoved => (String::new(), None, 3),
    };
    Some((entry.root.clone(), fold(&entry.key), name, data, sort))
}

#[derive(Default)]
struct Taken {
    entries: Vec<Entry>,
    trouble: Option<String>,
}

impl Sink for Taken {
    fn entry(&mut self, entry: Entry) -> bool {
        self.entries.push(entry);
        true
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.trouble.get_or_insert(diagnostic.message);
    }
}
