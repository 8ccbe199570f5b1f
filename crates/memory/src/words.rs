use crate::lists::{CaseCommand, Lists};
use crate::plain::normalised;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use std::collections::BTreeSet;

/// How a text is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Encoding {
    /// One byte a character; above 7F as in Windows-1252.
    Ascii,
    /// UTF-16, little-endian.
    Utf16,
}

/// What a word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Word {
    /// `dde`: a field's keyword or a function.
    Dde,
    /// `|'`: between service and topic.
    Bar,
    /// A program whose command lines are of interest.
    Program,
    /// A program of Office.
    Office,
    /// A part of a command of the case.
    Case,
}

/// Compiled word lists.
#[derive(Debug)]
pub(crate) struct Words {
    /// All words in both encodings, over bytes; pattern numbers are those of `words`, those of UTF-16 behind.
    bytes: Option<AhoCorasick>,
    /// All words over lower-case text.
    text: Option<AhoCorasick>,
    words: Vec<Word>,
    /// Parts of arguments, over lower-case text.
    pub(crate) arguments: Option<AhoCorasick>,
    /// Normalised commands of the case.
    pub(crate) case: Option<AhoCorasick>,
    /// Whose each is.
    pub(crate) case_of: Vec<String>,
    /// Bytes of the longest pattern.
    pub(crate) longest: usize,
}

/// Characters that a part of a command has to have to be looked for.
const PART: usize = 5;
/// Commands of a case that are looked for.
const COMMANDS: usize = 5_000;

fn compiled(patterns: &[impl AsRef<[u8]>]) -> Option<AhoCorasick> {
    if patterns.is_empty() {
        return None;
    }
    let mut builder = AhoCorasickBuilder::new();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard);
    builder.build(patterns).ok()
}

impl Words {
    pub(crate) fn new(lists: &Lists, commands: &[CaseCommand]) -> Self {
        let mut pairs: Vec<(String, Word)> = vec![("dde".to_owned(), Word::Dde), ("|'".to_owned(), Word::Bar)];
        pairs.extend(lists.commands.programs.iter().map(|name| (name.clone(), Word::Program)));
        pairs.extend(lists.office.iter().map(|name| (name.clone(), Word::Office)));
        let mut case: Vec<(String, String)> = Vec::new();
        let mut parts: BTreeSet<String> = BTreeSet::new();
        for command in commands.iter().take(COMMANDS) {
            let plain: String = normalised(&command.text.chars().collect::<Vec<_>>()).0.into_iter().collect();
            if plain.chars().count() < PART {
                continue;
            }
            parts.extend(longest_part(&plain));
            parts.extend(longest_part(&command.text.to_lowercase()));
            if !case.iter().any(|known| known.0 == plain) {
                case.push((plain, command.of.clone()));
            }
        }
        pairs.extend(parts.into_iter().map(|part| (part, Word::Case)));
        let words: Vec<Word> = pairs.iter().map(|pair| pair.1).collect();
        let ascii = pairs.iter().map(|pair| pair.0.as_bytes().to_vec());
        let wide = pairs.iter().map(|pair| pair.0.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        let both: Vec<Vec<u8>> = ascii.chain(wide).collect();
        let texts: Vec<&str> = pairs.iter().map(|pair| pair.0.as_str()).collect();
        let plain: Vec<&str> = case.iter().map(|pair| pair.0.as_str()).collect();
        Self {
            bytes: compiled(&both),
            text: compiled(&texts),
            words,
            arguments: compiled(&lists.commands.arguments),
            case: compiled(&plain),
            case_of: case.iter().map(|pair| pair.1.clone()).collect(),
            longest: both.iter().map(Vec::len).max().unwrap_or(0),
        }
    }

    /// Where words begin in bytes, in order.
    pub(crate) fn in_bytes(&self, bytes: &[u8]) -> Vec<(usize, Encoding)> {
        let Some(bytes_words) = &self.bytes else { return Vec::new() };
        let count = self.words.len();
        let encoding = |index: usize| if index < count { Encoding::Ascii } else { Encoding::Utf16 };
        let mut found: Vec<(usize, Encoding)> = bytes_words
            .find_overlapping_iter(bytes)
            .map(|found| (found.start(), encoding(found.pattern().as_usize())))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Where words stand in a lower-case text: first byte, one past the last, which.
    pub(crate) fn in_text(&self, lower: &str) -> Vec<(usize, usize, Word)> {
        let Some(text_words) = &self.text else { return Vec::new() };
        let word = |index: usize| self.words.get(index).copied().unwrap_or(Word::Case);
        let mut found: Vec<(usize, usize, Word)> = text_words
            .find_overlapping_iter(lower)
            .map(|found| (found.start(), found.end(), word(found.pattern().as_usize())))
            .collect();
        found.sort_unstable();
        found
    }
}

/// The longest word of a command, which is looked for before the whole is compared.
fn longest_part(command: &str) -> Option<String> {
    let parts = command.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
    let long = parts.filter(|part| part.len() >= 3).max_by_key(|part| part.len());
    long.map(str::to_owned)
}
