//! Macro formulas that are stored as text: the calls that matter, with what is constant worked out.

use super::formula::{Call, Formula, Operand, fold, is_call};
use ddefend_grammar::formula::{Dialect, Request, requests};

/// How deeply calls and parentheses are followed.
const NESTING: u32 = 16;
/// Longest value that is worked out, bytes.
const VALUE_CAP: usize = 8 << 10;
/// Most calls of one formula.
const CALLS: usize = 64;

/// Constant in a cell of the own sheet by row and column counted from 0.
pub(crate) type Cells<'c> = &'c dyn Fn(u32, u32) -> Option<String>;

/// Takes a formula apart.
pub(crate) fn read(text: &str, cells: Cells<'_>) -> Formula {
    let mut formula = Formula { text: text.to_owned(), value: value(text, cells, 0), calls: Vec::new(), whole: true };
    for found in requests(text, Dialect::Excel).into_iter().take(CALLS) {
        let Request::Call { name, .. } = found.request else { continue };
        let written: String = text.chars().skip(found.start).take(found.end.saturating_sub(found.start)).collect();
        let Some((_, inside)) = written.split_once('(').filter(|_| is_call(&name)) else { continue };
        let inside = inside.strip_suffix(')').unwrap_or(inside);
        let arguments = split(inside, ',').into_iter().map(|argument| operand(argument, cells, 0)).collect();
        formula.calls.push(Call { name, arguments });
    }
    formula
}

fn operand(written: &str, cells: Cells<'_>, depth: u32) -> Operand {
    let written = written.trim();
    Operand { text: written.to_owned(), value: value(written, cells, depth), cell: cell(written) }
}

/// The value of a constant expression: literals, cells that hold constants, text functions, joined by `&`.
fn value(text: &str, cells: Cells<'_>, depth: u32) -> Option<String> {
    if depth > NESTING {
        return None;
    }
    let text = text.trim().trim_start_matches('=');
    let pieces = split(text, '&');
    if pieces.len() > 1 {
        let mut whole = String::new();
        for piece in pieces {
            whole.push_str(&value(piece, cells, depth.saturating_add(1))?);
            if whole.len() > VALUE_CAP {
                return None;
            }
        }
        return Some(whole);
    }
    if let Some(inside) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Some(inside.replace("\"\"", "\""));
    }
    if let Some((row, column)) = cell(text) {
        return cells(row, column);
    }
    if let Some((name, inside)) = text.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
        if name.trim().is_empty() {
            return value(inside, cells, depth.saturating_add(1));
        }
        let operands: Vec<Operand> =
            split(inside, ',').into_iter().map(|piece| operand(piece, cells, depth.saturating_add(1))).collect();
        return fold(&name.trim().to_ascii_uppercase(), &operands);
    }
    text.parse::<f64>().is_ok().then(|| text.to_owned())
}

/// Pieces between separators that stand outside of strings and parentheses.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut depth, mut quoted, mut from) = (0_u32, false, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth = depth.saturating_add(1),
            ')' if !quoted => depth = depth.saturating_sub(1),
            c if c == separator && !quoted && depth == 0 => {
                pieces.push(text.get(from..at).unwrap_or_default());
                from = at.saturating_add(1);
            }
            _ => {}
        }
    }
    pieces.push(text.get(from..).unwrap_or_default());
    pieces
}

/// Row and column of a reference such as `$B$3`, counted from 0.
pub(crate) fn cell(text: &str) -> Option<(u32, u32)> {
    let plain = text.replace('$', "");
    let digits = plain.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = plain.split_at_checked(digits)?;
    if letters.is_empty() || letters.len() > 3 || number.len() > 7 {
        return None;
    }
    let mut column = 0_u32;
    for letter in letters.chars() {
        let value = u32::from(letter.to_ascii_uppercase()).checked_sub(u32::from('A')).filter(|value| *value < 26)?;
        column = column.checked_mul(26)?.checked_add(value)?.checked_add(1)?;
    }
    Some((number.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}
