use ddefend_matcher::fold;
use ddefend_rule::ir::{self, TextPattern};

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// This character.
    Letter(char),
    /// Any one character.
    One,
    /// Any text.
    Any,
}

/// A pattern of [`ddefend_rule::ir::query::TextOp::Like`].
#[derive(Clone, Debug)]
pub(super) struct Glob {
    pieces: Vec<Piece>,
    cased: bool,
}

impl Glob {
    /// Reads it, as [`TextPattern::like`] does.
    pub(super) fn new(pattern: &str, cased: bool) -> Self {
        let mut pieces = Vec::new();
        for piece in TextPattern::like(pattern).pieces {
            match piece {
                ir::Piece::Any => pieces.push(Piece::Any),
                ir::Piece::One => pieces.push(Piece::One),
                ir::Piece::Literal(text) if cased => pieces.extend(text.chars().map(Piece::Letter)),
                ir::Piece::Literal(text) => pieces.extend(text.chars().map(fold).map(Piece::Letter)),
            }
        }
        Self { pieces, cased }
    }

    /// True where the whole text fits. Takes at most text times pattern steps.
    pub(super) fn holds(&self, text: &str) -> bool {
        let (mut rest, mut at) = (text.chars(), 0_usize);
        let mut again: Option<(std::str::Chars<'_>, usize)> = None;
        loop {
            let before = rest.clone();
            let letter = rest.next();
            match (self.pieces.get(at), letter) {
                (Some(Piece::Any), _) => {
                    at = at.saturating_add(1);
                    rest = before;
                    again = Some((rest.clone(), at));
                    continue;
                }
                (None, None) => return true,
                (Some(piece), Some(letter)) if self.fits(*piece, letter) => {
                    at = at.saturating_add(1);
                    continue;
                }
                _ => {}
            }
            let Some((from, piece)) = &mut again else { return false };
            if from.next().is_none() {
                return false;
            }
            (rest, at) = (from.clone(), *piece);
        }
    }

    fn fits(&self, piece: Piece, letter: char) -> bool {
        match piece {
            Piece::Letter(wanted) if self.cased => wanted == letter,
            Piece::Letter(wanted) => wanted == fold(letter),
            Piece::One => true,
            Piece::Any => false,
        }
    }
}
