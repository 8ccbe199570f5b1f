//! What stands before a formula: paddings and prefixes.

use super::chars::{fold, is_full_width, is_invisible};
use ddefend_model::trick;

/// Where the formula proper begins (byte offset) and the tricks seen before it.
#[derive(Debug, Default)]
pub(super) struct Opening {
    pub(super) at: usize,
    pub(super) tricks: Vec<&'static str>,
}

impl Opening {
    fn saw(&mut self, trick: &'static str) {
        if !self.tricks.contains(&trick) {
            self.tricks.push(trick);
        }
    }
}

/// The opening of a cell that is read from text: none where it is no formula. An apostrophe is no padding, it makes
/// the cell text.
pub(super) fn cell(text: &str) -> Option<Opening> {
    let mut opening = Opening::default();
    for (at, raw) in text.char_indices() {
        let c = fold(raw);
        match c {
            '=' | '+' | '-' | '@' => {
                if is_full_width(raw) {
                    opening.saw(trick::FULL_WIDTH);
                }
                if c != '=' {
                    opening.saw(trick::FORMULA_PREFIX);
                }
                opening.at = at.saturating_add(raw.len_utf8());
                return Some(opening);
            }
            '\0' => opening.saw(trick::NUL_BYTES),
            '"' => opening.saw(trick::FORMULA_PADDING),
            c if c.is_whitespace() || is_invisible(c) => opening.saw(trick::FORMULA_PADDING),
            _ => return None,
        }
    }
    None
}

/// True where the text behind the opening sign of a cell at `at` cannot be a formula: an operator that needs an operand
/// has none, or signs open a line of a patch. Spreadsheets keep such cells as text.
pub(super) fn is_broken(text: &str, at: usize) -> bool {
    let behind = text.get(at..).unwrap_or_default();
    let sign = text.get(..at).and_then(|before| before.chars().next_back()).map(fold);
    let first = behind.trim_start().chars().next().map(fold);
    let no_start = matches!(first, Some('=' | '<' | '>' | '*' | '/' | '^' | '&' | ')' | ',' | ';'));
    let last = text.trim_end().chars().next_back().map(fold);
    let no_end = matches!(last, Some('=' | '<' | '>' | '*' | '/' | '^' | '&' | '+' | '-'));
    let patch = match sign {
        Some('+') => behind.starts_with("++ "),
        Some('-') => behind.starts_with("-- "),
        Some('@') => behind.starts_with("@ "),
        _ => false,
    };
    no_start || no_end || patch
}

/// The opening of an OpenFormula text: `of:=`, `oooc:=`, `msoxl:=` or nothing of the kind, OpenFormula 1.2 section 5.1.
pub(super) fn open_formula(text: &str) -> Opening {
    let prefix = text.split_once(':').filter(|(name, _)| {
        !name.is_empty() && name.len() <= 16 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    let at = prefix.map_or(0, |(name, _)| name.len().saturating_add(1));
    // `A1:B2` without any prefix has a colon as well; a formula prefix has no digits, or an equals sign behind it.
    let behind = text.get(at..).unwrap_or_default();
    let known = prefix.is_some_and(|(name, _)| matches!(name, "of" | "oooc" | "msoxl" | "ooow"));
    Opening { at: if known || behind.starts_with('=') { at } else { 0 }, tricks: Vec::new() }
}
