//! Modifiers that change a value's bytes (Sigma specification 2.1, "Value modifiers").

use super::{limits, pattern};
use crate::ir::Piece;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// Which UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wide {
    /// Little endian.
    Little,
    /// Big endian.
    Big,
    /// Little endian behind a byte order mark.
    Marked,
}

/// Text as UTF-16 bytes.
pub(super) fn utf16(text: &str, wide: Wide) -> Vec<u8> {
    let mark = (wide == Wide::Marked).then_some(0xFEFF);
    let units = mark.into_iter().chain(text.encode_utf16());
    match wide {
        Wide::Big => units.flat_map(u16::to_be_bytes).collect(),
        Wide::Little | Wide::Marked => units.flat_map(u16::to_le_bytes).collect(),
    }
}

/// Base64 of the bytes.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The three texts, one of which stands in any Base64 text whose plain bytes contain these: for each offset, the
/// characters that depend on nothing else.
pub(super) fn base64_offsets(bytes: &[u8]) -> Vec<String> {
    const START: [usize; 3] = [0, 2, 3];
    const END: [usize; 3] = [0, 3, 2];
    (0..3_usize)
        .map(|offset| {
            let shifted = [&vec![b' '; offset], bytes].concat();
            let text = STANDARD_NO_PAD.encode(&shifted);
            // Characters that also hold bits of what follows are cut.
            let padded = STANDARD.encode(&shifted).len();
            let cut = END.get(shifted.len() % 3).copied().unwrap_or(0);
            let end = padded.saturating_sub(cut);
            text.get(START.get(offset).copied().unwrap_or(0)..end).unwrap_or_default().to_owned()
        })
        .filter(|text| !text.is_empty())
        .collect()
}

/// The dashes that `windash` exchanges: hyphen, slash, en dash, em dash, horizontal bar.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// The pattern with each hyphen or slash that begins a word written in each of the five ways; none where there would be
/// too many.
pub(super) fn windash(pieces: &[Piece]) -> Option<Vec<Vec<Piece>>> {
    // Cut into runs of text, with a gap between each two where a dash goes.
    let mut runs: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut before: Option<char> = None;
    for piece in pieces {
        let Piece::Literal(text) = piece else {
            if let Some(run) = runs.last_mut() {
                run.push(piece.clone());
            }
            before = None;
            continue;
        };
        let mut plain = String::new();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            let begins = matches!(letter, '-' | '/')
                && !before.is_some_and(is_word)
                && letters.peek().copied().is_some_and(is_word);
            if begins {
                if let Some(run) = runs.last_mut() {
                    run.extend(pattern::literal(&std::mem::take(&mut plain)));
                }
                runs.push(Vec::new());
            } else {
                plain.push(letter);
            }
            before = Some(letter);
        }
        if let Some(run) = runs.last_mut() {
            run.extend(pattern::literal(&plain));
        }
    }
    let gaps = u32::try_from(runs.len().saturating_sub(1)).ok()?;
    if DASHES.len().checked_pow(gaps)? > limits::EXPANSIONS {
        return None;
    }
    let mut runs = runs.into_iter();
    let mut out = vec![runs.next().unwrap_or_default()];
    for run in runs {
        let with = |head: &Vec<Piece>, dash: char| {
            let mut whole = head.clone();
            whole.push(Piece::Literal(dash.to_string().into()));
            whole.extend(run.iter().cloned());
            whole
        };
        out = out.iter().flat_map(|head| DASHES.map(|dash| with(head, dash))).collect();
    }
    Some(out)
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
