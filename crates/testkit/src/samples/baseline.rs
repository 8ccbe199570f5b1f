//! Baseline files of hunts.

use super::{Entry, Sample};
use ddefend_hunt::baseline::{Baseline, Learner, Start, template};

/// No documents of its own.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// The reader of baseline files, and the forms of command lines.
pub const ENTRIES: &[Entry] = &[Entry { name: "baseline", run: baseline, seed: |name| name.ends_with(".csv") }];

/// Reads the text as a baseline file, and learns it as a command line.
fn baseline(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let head = "format = \"ddefend-baseline\"\nversion = 1\n";
    for file in [text.clone().into_owned(), format!("{head}{text}")] {
        if let Ok(read) = Baseline::from_toml(&file) {
            assert!(Baseline::from_toml(&read.to_toml()).is_ok_and(|again| again == read), "a file comes back");
        }
    }
    let _ = template(&text);
    let mut learner = Learner::default();
    learner.learn(&Start { host: "h", time: None, parent: &text, child: "c", command: &text });
    let learned = learner.finish("0");
    assert!(Baseline::from_toml(&learned.to_toml()).is_ok(), "what was learned can be read");
}
