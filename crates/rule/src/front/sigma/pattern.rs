//! Sigma text with wildcards to patterns and back (Sigma specification 2.1, "Wildcard usage" and "Escaping").

use crate::ir::{Piece, TextPattern};

/// Reads Sigma text: `*` and `?` are wildcards; a backslash before `*`, `?` or a backslash makes that character plain; any
/// other backslash is plain.
pub(super) fn read(text: &str) -> Vec<Piece> {
    let mut out = Builder::default();
    let mut rest = text.chars().peekable();
    while let Some(now) = rest.next() {
        match now {
            '\\' => match rest.next_if(|next| matches!(next, '*' | '?' | '\\')) {
                Some(plain) => out.literal.push(plain),
                None => out.literal.push('\\'),
            },
            '*' => out.wildcard(Piece::Any),
            '?' => out.wildcard(Piece::One),
            plain => out.literal.push(plain),
        }
    }
    out.finish()
}

/// Plain text as a pattern.
pub(super) fn literal(text: &str) -> Vec<Piece> {
    if text.is_empty() { Vec::new() } else { vec![Piece::Literal(text.into())] }
}

/// Joins pieces: no two literals and no two `Any` stand side by side.
pub(super) fn join(pieces: impl IntoIterator<Item = Piece>) -> TextPattern {
    let mut out = Builder::default();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.literal.push_str(&text),
            wildcard => out.wildcard(wildcard),
        }
    }
    TextPattern { pieces: out.finish() }
}

/// The plain text of a pattern without wildcards.
pub(super) fn plain(pieces: &[Piece]) -> Option<String> {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => Some(&**text),
            Piece::One | Piece::Any => None,
        })
        .collect()
}

#[derive(Default)]
struct Builder {
    pieces: Vec<Piece>,
    literal: String,
}

impl Builder {
    fn wildcard(&mut self, piece: Piece) {
        self.flush();
        if piece != Piece::Any || self.pieces.last() != Some(&Piece::Any) {
            self.pieces.push(piece);
        }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal).into()));
        }
    }

    fn finish(mut self) -> Vec<Piece> {
        self.flush();
        self.pieces
    }
}
