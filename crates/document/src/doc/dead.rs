//! Text that a fast save left behind: bytes of the stream that no piece reaches and that still hold a DDE field.

use super::plcfld::{BEGIN, END, SEPARATOR};
use super::story::{Letters, next_unit};
use ddefend_grammar::field::{Built, StoryBuilder};
use memchr::memchr;
use std::ops::Range;

/// Characters of one dead field that are looked at.
const LENGTH: usize = 4096;
/// Characters behind a begin in which the keyword must stand.
const HEAD: usize = 64;
/// Dead fields that are looked at in one file.
const FIELDS: usize = 1000;

/// A dead field and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Dead {
    /// The field.
    pub(crate) built: Built,
    /// Its bytes in the stream.
    pub(crate) bytes: Range<usize>,
}

/// The gaps between the byte ranges that are reached, from `start` to `end`.
pub(crate) fn gaps(mut reached: Vec<Range<usize>>, start: usize, end: usize) -> Vec<Range<usize>> {
    reached.sort_by_key(|range| range.start);
    let mut from = start;
    let mut gaps = Vec::new();
    for range in reached {
        if range.start > from {
            gaps.push(from..range.start.min(end));
        }
        from = from.max(range.end);
    }
    if from < end {
        gaps.push(from..end);
    }
    gaps.retain(|gap| gap.start < gap.end);
    gaps
}

/// DDE fields in the gaps.
pub(crate) fn find(stream: &[u8], gaps: &[Range<usize>], nesting: u32) -> Vec<Dead> {
    let mut found = Vec::new();
    for gap in gaps {
        let Some(bytes) = stream.get(gap.clone()) else { continue };
        let mut from = 0_usize;
        while let Some(skip) = bytes.get(from..).and_then(|rest| memchr(BEGIN, rest)) {
            let at = from.saturating_add(skip);
            let rest = bytes.get(at..).unwrap_or_default();
            let field = [false, true].into_iter().find_map(|wide| field(rest, wide, nesting));
            from = at.saturating_add(1);
            if let Some((built, length)) = field {
                let start = gap.start.saturating_add(at);
                found.push(Dead { built, bytes: start..start.saturating_add(length) });
                from = at.saturating_add(length.max(1));
            }
            if found.len() >= FIELDS {
                return found;
            }
        }
    }
    found
}

/// The field at the start of `bytes`, where it names DDE early on, and its length in bytes.
fn field(bytes: &[u8], wide: bool, nesting: u32) -> Option<(Built, usize)> {
    if !names_dde(bytes, wide) {
        return None;
    }
    let mut builder = StoryBuilder::new(nesting);
    let mut letters = Letters::default();
    let mut rest = bytes;
    for index in 0..LENGTH {
        let Some((unit, behind)) = next_unit(rest, wide) else { break };
        // Binary data behind an unclosed field is no text.
        if unit == 0 || (index == 0 && unit != u16::from(BEGIN)) {
            break;
        }
        rest = behind;
        match u8::try_from(unit) {
            Ok(character @ (BEGIN | SEPARATOR | END)) => {
                builder.text(&letters.take());
                match character {
                    BEGIN => builder.begin(0),
                    SEPARATOR => builder.separator(),
                    _ => builder.end(),
                }
            }
            _ => letters.push(unit, wide),
        }
        if builder.depth() == 0 {
            break;
        }
    }
    builder.text(&letters.take());
    Some((builder.finish(), bytes.len().saturating_sub(rest.len())))
}

/// True where the letters D, D, E stand behind each other near the start, field characters and quotes left out.
fn names_dde(bytes: &[u8], wide: bool) -> bool {
    let mut rest = bytes;
    let mut spelt = 0_usize;
    for index in 0..HEAD {
        let Some((unit, behind)) = next_unit(rest, wide) else { return false };
        rest = behind;
        let letter = u8::try_from(unit).unwrap_or(b'?').to_ascii_uppercase();
        spelt = match (letter, spelt) {
            (b'D', 0) => 1,
            (b'D', 1 | 2) => 2,
            (b'E', 2) => return true,
            (b'"' | BEGIN | SEPARATOR | END, _) => spelt,
            // A field that begins with NUL is no field in this encoding.
            (0, _) => return false,
            (control, _) if control < b' ' && index > 0 && !matches!(control, b'\t' | b'\r' | b'\n' | 0x0b) => {
                return false;
            }
            _ => 0,
        };
    }
    false
}
