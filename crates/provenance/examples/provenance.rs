//! Prints what files say of where they came from, one line of JSON each, for scripts/mail-peer: `provenance KEYS FILE...`,
//! KEYS a file with `name<TAB>record` lines or `-`. Hives give their trust records.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods)]

use ddefend_guard::{Budget, Limits, Stop};
use ddefend_provenance::{Settings, read, trust};
use ddefend_registry::Input;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let keys = arguments.next().filter(|keys| keys != "-").map(|keys| std::fs::read_to_string(keys).unwrap());
    let keys = keys.unwrap_or_default();
    let pairs = keys.lines().filter_map(|line| line.split_once('\t'));
    let dkim_keys = pairs.map(|(name, record)| (name.to_owned(), record.to_owned())).collect();
    let settings = Settings { dkim_keys, ..Settings::default() };
    for path in arguments {
        let bytes = std::fs::read(&path).unwrap();
        let budget = Budget::new(Limits::default(), Stop::default());
        let (found, _) = read(&path, &bytes, &budget, &settings);
        let input = Input { name: &path, bytes: &bytes, logs: &[] };
        let hive = bytes.starts_with(b"regf");
        let trust = hive.then(|| trust::read_trust(&input, "", "", &budget)).flatten().map(|(found, _)| found);
        println!("{}", serde_json::json!({ "path": path, "provenance": found, "trust": trust }));
    }
}
