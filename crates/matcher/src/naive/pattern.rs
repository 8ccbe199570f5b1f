use crate::fold::{fold, fold_text};
use ddefend_rule::ir::{Piece, TextPattern};

enum Token {
    Letter(char),
    One,
    Any,
}

/// True where the whole text fits the pattern.
pub(super) fn fits(pattern: &TextPattern, cased: bool, text: &str) -> bool {
    let folded = |text: &str| if cased { text.to_owned() } else { fold_text(text) };
    match pattern.pieces.as_slice() {
        [] => text.is_empty(),
        [Piece::Any] => true,
        [Piece::Literal(literal)] => folded(text) == folded(literal),
        [Piece::Literal(literal), Piece::Any] => folded(text).starts_with(&folded(literal)),
        [Piece::Any, Piece::Literal(literal)] => folded(text).ends_with(&folded(literal)),
        [Piece::Any, Piece::Literal(literal), Piece::Any] => folded(text).contains(&folded(literal)),
        _ => table(pattern, cased, text),
    }
}

/// By a table of "so many tokens fit so many letters".
fn table(pattern: &TextPattern, cased: bool, text: &str) -> bool {
    let folded = |letter: char| if cased { letter } else { fold(letter) };
    let letters: Vec<char> = text.chars().map(folded).collect();
    let tokens = pattern.pieces.iter().flat_map(|piece| match piece {
        Piece::Literal(literal) => literal.chars().map(|letter| Token::Letter(folded(letter))).collect(),
        Piece::One => vec![Token::One],
        Piece::Any => vec![Token::Any],
    });
    let mut fit = vec![false; letters.len() + 1];
    fit[0] = true;
    for token in tokens {
        let mut next = vec![false; letters.len() + 1];
        for (at, &reached) in fit.iter().enumerate().filter(|(_, reached)| **reached) {
            match token {
                Token::Any => {
                    next[at..].fill(reached);
                    break;
                }
                Token::One if at < letters.len() => next[at + 1] = true,
                Token::Letter(letter) if letters.get(at) == Some(&letter) => next[at + 1] = true,
                Token::One | Token::Letter(_) => {}
            }
        }
        fit = next;
    }
    fit[letters.len()]
}
