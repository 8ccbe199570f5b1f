//! Repeats: what looks like something already shown is counted instead of shown again.

use crate::hunt::shape;
use ddefend_model::Detection;
use std::collections::BTreeMap;

/// Detections of one rule, host, process chain and matched fields that are shown.
const ALIKE: u64 = 3;
/// Detections of one rule on one host that are shown, however they differ.
const OF_RULE: u64 = 20;
/// Shapes that are told apart; later ones are shown by [`OF_RULE`] alone.
const SHAPES: usize = 50_000;

/// Folded detections of a kind that are told at once; fewer wait for the end.
const MANY: u64 = 10;

/// What was folded since the last note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) count: u64,
    pub(super) host: String,
    pub(super) title: String,
}

/// Remembers what was shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Folder {
    shapes: BTreeMap<u64, u64>,
    rules: BTreeMap<u64, u64>,
    pending: BTreeMap<(String, String), u64>,
}

impl Folder {
    /// True where the detection is counted and not shown.
    pub(super) fn folds(&mut self, detection: &Detection) -> bool {
        let host = shape::host(&detection.event);
        let rule = count(&mut self.rules, hash(&[&detection.rule.id, host]));
        let alike = count(&mut self.shapes, shape_of(detection));
        if alike <= ALIKE && rule <= OF_RULE {
            return false;
        }
        *self.pending.entry((detection.rule.title.clone(), host.to_owned())).or_default() += 1;
        true
    }

    /// What was folded and not yet told, in the order of titles and hosts: only where there are many of a kind, or `all`.
    pub(super) fn take(&mut self, all: bool) -> Vec<Note> {
        let mut notes = Vec::new();
        self.pending.retain(|(title, host), count| {
            let tell = all || *count >= MANY;
            if tell {
                notes.push(Note { count: *count, host: host.clone(), title: title.clone() });
            }
            !tell
        });
        notes
    }
}

/// Adds one; 0 where there is no room for another key.
fn count(counts: &mut BTreeMap<u64, u64>, key: u64) -> u64 {
    if counts.len() >= SHAPES && !counts.contains_key(&key) {
        return 0;
    }
    let count = counts.entry(key).or_default();
    *count += 1;
    *count
}

/// Rule, host, images of the chain, and matched values without their digits.
fn shape_of(detection: &Detection) -> u64 {
    let mut parts = vec![detection.rule.id.clone(), shape::host(&detection.event).to_owned()];
    parts.extend(detection.lineage.iter().map(|process| process.image.to_lowercase()));
    for field in &detection.fields {
        parts.push(field.field.clone());
        parts.push(field.value.chars().filter(|character| !character.is_ascii_digit()).collect());
    }
    hash(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// FNV-1a, 64 bits: the same in every run. A collision only hides one block behind a count.
fn hash(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    state
}
