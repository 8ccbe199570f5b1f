//! Dumps everything that the reader finds in a hive: argument 1 the hive, further ones its logs. One line a fact:
//! origin, kind, key, name, type and data in hexadecimal, tab-separated; diagnostics after it. `--time` instead of a
//! dump reads the hive again and again and says how long that takes; `--as NAME` gives it another name.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_registry::{Entry, Fact, Input, Interest, Root, Sink};
use std::time::Instant;

#[derive(Default)]
struct All {
    entries: Vec<Entry>,
    diagnostics: Vec<Diagnostic>,
}

impl Sink for All {
    fn entry(&mut self, entry: Entry) -> bool {
        self.entries.push(entry);
        true
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

fn line(entry: &Entry) -> String {
    let escape = |text: &str| text.escape_debug().to_string();
    let said = match &entry.fact {
        Fact::Key => "key".to_owned(),
        Fact::Value { name, data } => {
            let hex: String = data.to_raw().iter().map(|byte| format!("{byte:02x}")).collect();
            format!("value\t{}\t{}\t{hex}", escape(name), data.kind())
        }
        other => format!("{other:?}"),
    };
    let written = entry.written.map(|time| time.to_string()).unwrap_or_default();
    format!("{:?}\t{:?}\t{}\t{written}\t{:?}\t{said}", entry.origin, entry.root, escape(&entry.key), entry.place)
}

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let time = arguments.first().is_some_and(|word| word == "--time");
    if time {
        arguments.remove(0);
    }
    let name = if arguments.first().is_some_and(|word| word == "--as") {
        arguments.drain(..2).nth(1).unwrap()
    } else {
        arguments[0].clone()
    };
    let files: Vec<Vec<u8>> = arguments.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let logs: Vec<&[u8]> = files[1..].iter().map(Vec::as_slice).collect();
    let input = Input { name: &name, bytes: &files[0], logs: &logs };
    let mut office = Interest::default();
    for key in [r"Software\Microsoft\Office\*\*\Security\**", r"Software\Policies\Microsoft\Office\**"] {
        office.add(&Root::User, key);
    }
    let interest = if time { office } else { Interest::everything() };
    let rounds = if time { 50 } else { 1 };
    let started = Instant::now();
    let mut all = All::default();
    let mut about = None;
    for _ in 0..rounds {
        all = All::default();
        let budget = Budget::new(Limits::default(), Stop::default());
        about = Some(ddefend_registry::read(&input, None, &interest, &budget, &mut all));
    }
    if time {
        let micros = started.elapsed().as_micros() / rounds;
        println!("{micros} us a read, {} facts, {} diagnostics", all.entries.len(), all.diagnostics.len());
        return;
    }
    for entry in &all.entries {
        println!("{}", line(entry));
    }
    for diagnostic in &all.diagnostics {
        println!("# {} {}: {}", diagnostic.code, diagnostic.location, diagnostic.message);
    }
    println!("# {about:?}");
}
