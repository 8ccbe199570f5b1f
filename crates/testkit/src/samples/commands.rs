//! Samples of tricks that disguise the command itself, whatever the carrier: here a CSV cell.

use super::{Entry, Expect, Sample};

fn cell(row: &'static str, name: &'static str, service: &'static str, topic: &'static str) -> Sample {
    let quoted = topic.replace('\'', "''");
    let bytes = format!("name,total\r\n\"={service}|'{quoted}'!A0\",1\r\n").into_bytes();
    Sample { row, name, bytes, expect: Expect::Dde(service, topic) }
}

/// The area's samples: every one runs `calc`.
#[must_use]
pub fn samples() -> Vec<Sample> {
    vec![
        cell("carets", "carets.csv", "cmd", "/c c^a^l^c.exe"),
        cell("environment-variable", "environment-variable.csv", "cmd", "/c %SystemRoot%\\system32\\calc.exe"),
        // `calc` in UTF-16LE and Base64.
        cell("encoded-command", "encoded-command.csv", "powershell", "-NoP -enc YwBhAGwAYwA="),
        cell("string-join", "string-join.csv", "powershell", "-c & ('ca'+'lc')"),
    ]
}

/// No byte entry of its own: the carrier has one.
pub const ENTRIES: &[Entry] = &[];
