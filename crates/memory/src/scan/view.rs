//! A text with its words, and what stands in it.

use super::{address, command, field, formula};
use crate::plain::normalised;
use crate::settings::Settings;
use crate::words::Word;
use ddefend_model::{Level, Link};

/// A text.
pub(super) struct View<'v> {
    pub(super) chars: &'v [char],
    pub(super) settings: &'v Settings<'v>,
    /// Lower case, ASCII letters only, so that it has as many characters.
    pub(super) lower: String,
    /// First byte in `lower` of each character, and its length.
    starts: Vec<usize>,
    /// First character, one past the last, which; in order.
    pub(super) words: Vec<(usize, usize, Word)>,
}

/// Something found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) kind: &'static str,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) level: Level,
    pub(super) command: String,
    pub(super) of: String,
    /// The command line of a program of Office.
    pub(super) office: bool,
}

impl Spot {
    pub(super) fn new(kind: &'static str, from: usize, to: usize, level: Level) -> Self {
        Self { kind, from, to, level, command: String::new(), of: String::new(), office: false }
    }
}

impl<'v> View<'v> {
    pub(super) fn new(chars: &'v [char], settings: &'v Settings<'v>) -> Self {
        let mut lower = String::with_capacity(chars.len());
        let mut starts = Vec::with_capacity(chars.len().saturating_add(1));
        for c in chars {
            starts.push(lower.len());
            lower.push(c.to_ascii_lowercase());
        }
        starts.push(lower.len());
        let index = |byte: usize| starts.partition_point(|start| *start < byte);
        let words = settings.words.in_text(&lower);
        let words = words.into_iter().map(|(from, to, word)| (index(from), index(to), word)).collect();
        Self { chars, settings, lower, starts, words }
    }

    /// The character that begins at or behind a byte of `lower`.
    pub(super) fn index(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start < byte)
    }

    /// Lower-case text of characters.
    pub(super) fn lower(&self, from: usize, to: usize) -> &str {
        let last = self.chars.len();
        let byte = |index: usize| self.starts.get(index.min(last)).copied().unwrap_or(self.lower.len());
        self.lower.get(byte(from)..byte(to)).unwrap_or_default()
    }

    /// Text of characters as it is written.
    pub(super) fn text(&self, from: usize, to: usize) -> String {
        self.chars.get(from.min(to)..to.min(self.chars.len())).unwrap_or_default().iter().collect()
    }

    pub(super) fn char_at(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    pub(super) fn char_before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.char_at(at))
    }

    /// The level and command of a link; none where no rule knows it.
    pub(super) fn judge(&self, link: &Link) -> Option<(Level, String)> {
        let judged = ddefend_dde::judge(std::slice::from_ref(link), self.settings.knowledge);
        judged.into_iter().next().map(|finding| (finding.level, finding.command.unwrap_or_default()))
    }

    /// Everything of interest, in the order in which it begins.
    pub(super) fn spots(&self) -> Vec<Spot> {
        let mut spots = field::spots(self);
        spots.extend(formula::spots(self, &spots));
        spots.extend(command::spots(self, &spots));
        spots.extend(self.case_spots());
        spots.extend(address::spots(self, &spots));
        spots.sort_by(|a, b| (a.from, a.kind, &a.of).cmp(&(b.from, b.kind, &b.of)));
        spots
    }

    /// Commands of the case.
    fn case_spots(&self) -> Vec<Spot> {
        let words = &self.settings.words;
        let Some(case) = words.case.as_ref().filter(|_| !self.words.is_empty()) else { return Vec::new() };
        let (plain, from) = normalised(self.chars);
        let mut starts = Vec::with_capacity(plain.len());
        let mut text = String::with_capacity(plain.len());
        for c in plain {
            starts.push(text.len());
            text.push(c);
        }
        let origin = |byte: usize| from.get(starts.partition_point(|start| *start < byte)).copied();
        let level = self.settings.lists.hits.case_level;
        let mut spots: Vec<Spot> = Vec::new();
        for found in case.find_overlapping_iter(&text) {
            let first = text.get(..found.start()).and_then(|before| before.chars().next_back());
            // Behind a letter or digit it is the end of another word.
            if first.is_some_and(char::is_alphanumeric) {
                continue;
            }
            let Some(start) = origin(found.start()) else { continue };
            let end = origin(found.end().saturating_sub(1)).map_or(start, |last| last.saturating_add(1));
            let mut spot = Spot::new("case-command", start, end, level);
            spot.of = words.case_of.get(found.pattern().as_usize()).cloned().unwrap_or_default();
            spots.push(spot);
        }
        spots
    }
}
