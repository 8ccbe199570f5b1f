//! String tables (STTB, MS-DOC 2.2.4): names of bookmarks and the strings that go with a document.

use super::fib::{ASSOCIATED, BOOKMARK_ENDS, BOOKMARK_NAMES, BOOKMARK_STARTS, Fib, Version};
use super::pieces::from_byte;
use super::story::Text;
use ddefend_guard::Cursor;

/// Strings that one table may hold; Word's own limit for bookmarks is lower.
const STRINGS: usize = 16_384;
/// Characters of a bookmark's text that are kept.
const BOOKMARK_TEXT: u32 = 4096;
/// Characters of all bookmarks' texts together.
const ALL_TEXT: usize = 1 << 20;

/// The strings of a table: two bytes a character behind the mark 0xFFFF, one byte a character otherwise.
pub(crate) fn table(bytes: &[u8], old: bool) -> Vec<String> {
    let mut cursor = Cursor::new(bytes);
    let mut strings = Vec::new();
    let Ok(first) = cursor.u16("fExtend") else { return strings };
    if old || first != 0xffff {
        // Word 6: the first word is the length of the table; no count.
        if !old && cursor.skip(2, "cbExtra").is_err() {
            return strings;
        }
        while let (true, Ok(length)) = (strings.len() < STRINGS, cursor.u8("cch")) {
            strings.push(cursor.take_up_to(usize::from(length)).iter().map(|byte| from_byte(*byte)).collect());
        }
        return strings;
    }
    let Ok(count) = cursor.u16("cData") else { return strings };
    let extra = usize::from(cursor.u16("cbExtra").unwrap_or_default());
    for _ in 0..usize::from(count).min(STRINGS) {
        let Ok(length) = cursor.u16("cchData") else { break };
        let bytes = cursor.take_up_to(usize::from(length).saturating_mul(2));
        strings.push(utf16(bytes));
        let _ = cursor.take_up_to(extra);
    }
    strings
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| Some(u16::from_le_bytes([*pair.first()?, *pair.get(1)?])));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Strings that go with a document, MS-DOC 2.9.283 SttbfAssoc.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Associated {
    /// Path or name of the attached template.
    pub(crate) template: String,
    /// Data source of the mail merge.
    pub(crate) data_source: String,
    /// Header source of the mail merge.
    pub(crate) header_source: String,
}

/// Reads the strings that go with the document.
pub(crate) fn associated(fib: &Fib<'_>, tables: &[u8]) -> Associated {
    let Some(bytes) = fib.table(tables, ASSOCIATED) else { return Associated::default() };
    let mut strings = table(bytes, fib.version != Version::Word97);
    let mut take = |index: usize| strings.get_mut(index).map(std::mem::take).unwrap_or_default();
    Associated { template: take(1), data_source: take(8), header_source: take(9) }
}

/// The document's bookmarks: name and the text that they span.
pub(crate) fn bookmarks(fib: &Fib<'_>, tables: &[u8], text: Text<'_>) -> Vec<(String, String)> {
    let parts = [BOOKMARK_NAMES, BOOKMARK_STARTS, BOOKMARK_ENDS].map(|index| fib.table(tables, index));
    let [Some(names), Some(starts), Some(ends)] = parts else { return Vec::new() };
    let names = table(names, fib.version != Version::Word97);
    // Each start holds the number of its end in its first two bytes (FBKF, MS-DOC 2.9.71).
    let count = starts.len().saturating_sub(4) / 8;
    let mut positions = Cursor::new(starts);
    let mut numbers = Cursor::at(starts, count.saturating_add(1).saturating_mul(4));
    let mut room = ALL_TEXT;
    let mut out = Vec::new();
    for name in names.into_iter().take(count) {
        let (Ok(start), Ok(number)) = (positions.u32("aCP"), numbers.u16("ibkl")) else { break };
        let _ = numbers.skip(2, "bkc");
        let Ok(end) = Cursor::at(ends, usize::from(number).saturating_mul(4)).u32("aCP") else { continue };
        if start >= end {
            continue;
        }
        let text = text.plain(&(start..end), BOOKMARK_TEXT);
        room = room.saturating_sub(text.len());
        out.push((name, text));
        if room == 0 {
            break;
        }
    }
    out
}
