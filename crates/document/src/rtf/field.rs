//! Fields while they are being read.

use ddefend_container::rtf::Letters;
use ddefend_grammar::field::{Field, Piece};
use ddefend_model::trick;

/// How far into an instruction its keyword can stand, characters: line ends that cut a word there are a trick, farther on
/// writers break long lines anywhere.
const KEYWORD_REACH: usize = 12;

/// A field whose group is open.
#[derive(Debug, Default)]
pub(super) struct OpenField {
    /// Offset of its first control word.
    pub(super) offset: usize,
    pub(super) dirty: bool,
    pub(super) locked: bool,
    /// Its instruction was met.
    pub(super) begun: bool,
    instruction: Half,
    result: Half,
    tricks: Vec<&'static str>,
    /// Characters of the instruction so far, for [`KEYWORD_REACH`].
    length: usize,
    last: Option<char>,
    /// What stood between the last text and this one.
    between: Between,
}

/// What separates two pieces of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Between {
    /// Nothing but line ends.
    #[default]
    Nothing,
    /// A control word.
    Word,
    /// The border of a group.
    Group,
    /// Something that readers ignore: an unknown destination, binary data, an optional hyphen.
    Ignored,
}

#[derive(Debug, Default)]
struct Half {
    pieces: Vec<Piece>,
    letters: Letters,
}

impl Half {
    fn settle(&mut self) {
        if !self.letters.is_empty() {
            self.pieces.push(Piece::Text(self.letters.take()));
        }
    }

    fn done(mut self) -> Vec<Piece> {
        self.settle();
        self.pieces
    }
}

impl OpenField {
    pub(super) fn new(offset: usize) -> Self {
        Self { offset, ..Self::default() }
    }

    pub(super) fn saw(&mut self, trick: &'static str) {
        if !self.tricks.contains(&trick) {
            self.tricks.push(trick);
        }
    }

    /// Notes what stands between two pieces of text.
    pub(super) fn border(&mut self, between: Between) {
        self.between = self.between.max(between);
    }

    /// Where letters of the instruction or of the result go.
    pub(super) fn letters(&mut self, in_result: bool) -> &mut Letters {
        if in_result { &mut self.result.letters } else { &mut self.instruction.letters }
    }

    /// Looks at text of the instruction before it is added: was a word cut on the way?
    pub(super) fn watch(&mut self, first: Option<char>, last: Option<char>, length: usize) {
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
        let between = std::mem::take(&mut self.between);
        if inside(self.last) && inside(first) {
            match between {
                Between::Group => self.saw(trick::SPLIT_RUNS),
                Between::Word | Between::Ignored => self.saw(trick::RTF_ESCAPES),
                Between::Nothing if self.length < KEYWORD_REACH => self.saw(trick::RTF_ESCAPES),
                Between::Nothing => {}
            }
        }
        self.last = last;
        self.length = self.length.saturating_add(length);
    }

    /// Adds a nested field.
    pub(super) fn nest(&mut self, field: Field, in_result: bool) {
        let half = if in_result { &mut self.result } else { &mut self.instruction };
        half.settle();
        half.pieces.push(Piece::Field(field));
        self.last = None;
    }

    /// The finished field.
    pub(super) fn close(self, closed: bool, mark: u32) -> Field {
        Field {
            instruction: self.instruction.done(),
            result: self.result.done(),
            dirty: self.dirty,
            locked: self.locked,
            closed,
            stored_type: None,
            mark,
            tricks: self.tricks,
        }
    }
}
