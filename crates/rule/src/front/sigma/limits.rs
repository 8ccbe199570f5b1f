//! What a hostile rule file may cost.

use yaml_serde::{Mapping, Value};

/// Bytes of a file.
pub(super) const FILE: usize = 4 << 20;
/// Documents in a file.
pub(super) const DOCUMENTS: usize = 10_000;
/// Bytes of a document.
pub(super) const DOCUMENT: usize = 1 << 20;
/// Brackets that may be open at a time, as [`brackets`] counts them: the YAML parser's time grows with their number times
/// the document's length.
pub(super) const BRACKETS: usize = 500;
/// Values of a document with its aliases unfolded.
pub(super) const NODES: usize = 200_000;
/// Texts that a document is merged from, as far as places are looked up in them.
pub(super) const BASES: usize = 8;
/// Parentheses and `not`s inside each other in a condition.
pub(super) const NESTING: usize = 48;
/// Bytes of a condition.
pub(super) const CONDITION: usize = 16 << 10;
/// Tests of a rule, detections named several times counted as often.
pub(super) const TESTS: usize = 100_000;
/// Patterns that one value may become through `windash`, `base64offset`, `expand`.
pub(super) const EXPANSIONS: usize = 1_000;
/// Bytes of a compiled regular expression.
pub(super) const REGEX: usize = 4 << 20;
/// Rules that a correlation may name.
pub(super) const MEMBERS: usize = 1_000;
/// Correlations that feed each other in a row.
pub(super) const CHAIN: usize = 100;
/// Tests of all rules together, filters included.
pub(super) const TOTAL: usize = 5_000_000;
/// Seconds of a timespan: a hundred years.
pub(super) const SPAN: u64 = 3_155_760_000;

/// How many values a mapping holds, itself not counted; stops counting beyond [`NODES`].
pub(super) fn nodes(root: &Mapping) -> usize {
    let mut count = 0_usize;
    let mut waiting: Vec<&Value> = root.values().collect();
    while let Some(value) = waiting.pop() {
        count += 1;
        if count > NODES {
            break;
        }
        match value {
            Value::Sequence(list) => waiting.extend(list),
            Value::Mapping(map) => waiting.extend(map.values()),
            _ => {}
        }
    }
    count
}

/// At most how many `[` and `{` are open at a time. Closing ones only count on lines without quotes and comments, where
/// they cannot be text; so it errs upwards.
pub(super) fn brackets(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0_usize);
    for line in text.lines() {
        let (mut opening, mut closing, mut quoted) = (0_usize, 0_usize, false);
        for byte in line.bytes() {
            match byte {
                b'[' | b'{' => opening += 1,
                b']' | b'}' => closing += 1,
                b'"' | b'\'' | b'#' => quoted = true,
                _ => {}
            }
        }
        open += opening;
        most = most.max(open);
        if !quoted {
            open = open.saturating_sub(closing);
        }
    }
    most
}
