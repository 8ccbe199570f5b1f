//! Exports of `HKEY_CURRENT_USER` that do not say whose they are: of one person, or of several.

use super::piece::Piece;
use super::place::{file_name, fold};
use super::plan::CURRENT;
use ddefend_registry::{Data, Fact, Origin};
use std::collections::{BTreeMap, BTreeSet};

/// Sorts the exports of one folder to users. They are one person's while they tell of different keys. Where two are of the
/// same topmost key, or tell of a value differently, they are several people's and go by the names of their files: by the
/// first word, where that brings files together that do not contradict each other, else by all before the ending.
pub(super) fn owners(pieces: Vec<Piece>) -> Vec<(String, Vec<Piece>)> {
    if !clash(&pieces) {
        return vec![(CURRENT.to_owned(), pieces)];
    }
    let words = sorted(&pieces, first_word);
    let brings = words.len() > 1 && words.values().any(|group| group.1.len() > 1);
    if brings && words.values().all(|group| !clash(&group.1)) {
        return words.into_values().collect();
    }
    let stems = sorted(&pieces, |stem| stem);
    if stems.len() == 1 { vec![(CURRENT.to_owned(), pieces)] } else { stems.into_values().collect() }
}

type Groups = BTreeMap<String, (String, Vec<Piece>)>;

fn sorted(pieces: &[Piece], name: fn(&str) -> &str) -> Groups {
    let mut groups = Groups::new();
    for piece in pieces {
        let file = file_name(&piece.source.path);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let name = name(stem);
        groups.entry(fold(name)).or_insert_with(|| (name.to_owned(), Vec::new())).1.push(piece.clone());
    }
    groups
}

fn first_word(stem: &str) -> &str {
    stem.split(['_', '-', '.', ' ']).next().filter(|word| !word.is_empty()).unwrap_or(stem)
}

/// Whether two of them are of the same topmost key, or tell of a value differently.
fn clash(pieces: &[Piece]) -> bool {
    let mut keys = BTreeSet::new();
    let mut values: BTreeMap<(String, String), &Data> = BTreeMap::new();
    for piece in pieces {
        let own: BTreeSet<String> = piece.coverage.iter().map(|(_, key)| fold(key)).collect();
        if own.into_iter().any(|key| !keys.insert(key)) {
            return true;
        }
        let mut said = BTreeMap::new();
        for entry in piece.facts.iter().filter(|entry| entry.origin != Origin::Deleted) {
            if let Fact::Value { name, data } = &entry.fact {
                said.insert((fold(&entry.key), fold(name)), data);
            }
        }
        for (at, data) in said {
            if values.insert(at, data).is_some_and(|other| !other.is_same(data)) {
                return true;
            }
        }
    }
    false
}
