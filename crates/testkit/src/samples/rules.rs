//! Detection rules as text.

use super::{Entry, Sample};
use ddefend_rule::front::sigma::{Options, read};

/// No documents of its own.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// The rule readers.
pub const ENTRIES: &[Entry] = &[Entry { name: "sigma", run: sigma, seed: |name| name.ends_with(".csv") }];

/// Reads the text as a rule file, and as a part of a rule that is otherwise sound.
fn sigma(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let indented: String = text.lines().take(100).map(|line| format!("        {line}\n")).collect();
    let line = text.lines().next().unwrap_or_default();
    let quoted = line.replace('\'', "''");
    let rule = |detections: &str, condition: &str| {
        format!(
            "title: T\nid: r\nlogsource:\n    product: windows\ndetection:\n{detections}\n    condition: {condition}\n"
        )
    };
    let mut options = Options::default();
    options.placeholders.insert("p".to_owned(), vec!["a".to_owned(), "b*".to_owned()]);
    for file in [
        text.clone().into_owned(),
        rule(&format!("    s:\n{indented}"), "s"),
        rule("    s:\n        A: 1\n    _t:\n        - word", &format!("'{quoted}'")),
        rule(&format!("    s:\n        A|contains|expand|windash: '{quoted}'\n        B|re: '{quoted}'"), "s"),
        rule(&format!("    s:\n        'A|{quoted}': [1, x, null]"), "s"),
        format!("title: C\ncorrelation:\n{indented}\n---\n{}", rule("    s: x", "s")),
    ] {
        let set = read(&[("fuzz.yml".to_owned(), file)], &options);
        for rule in &set.rules {
            assert!(rule.meta.origin.line > 0, "a rule stands somewhere");
        }
    }
}
