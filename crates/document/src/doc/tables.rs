//! Tables that no link stands in, but that a damaged or tampered document contradicts itself in: formatting pages,
//! style names and lists.

use super::document::Source;
use super::fib::Version;
use ddefend_container::Sink;
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};

/// Numbers of the pairs for styles (`Stshf`), character and paragraph formatting pages (`PlcBteChpx`, `PlcBtePapx`)
/// and lists (`PlfLst`), MS-DOC 2.5.6.
const STYLES: usize = 1;
const CHARACTERS: usize = 12;
const PARAGRAPHS: usize = 13;
const LISTS: usize = 73;

/// Bytes of a formatting page and of a list's entry (MS-DOC 2.9.33, 2.9.147).
const PAGE: usize = 512;
const LIST: usize = 28;
/// Pages of one kind and styles that are looked at.
const LOOKED_AT: usize = 512;

/// Reports the first contradiction of each table.
pub(crate) fn tell(source: &Source<'_>, sink: &mut dyn Sink) {
    if source.fib.version != Version::Word97 {
        return;
    }
    let found = [
        pages(source, CHARACTERS, 0x65, "character"),
        pages(source, PARAGRAPHS, 0x1d, "paragraph"),
        styles(source),
        lists(source),
    ];
    for problem in found.into_iter().flatten() {
        let message = format!("{problem}; formatting carries no links, the text was read without it");
        sink.report(code::NOTE_ODD, Location::default(), message);
    }
}

/// Each page says in its last byte how many runs it describes, and lists their places in rising order.
fn pages(source: &Source<'_>, pair: usize, most: u8, what: &str) -> Option<String> {
    let table = source.fib.table(source.tables, pair)?;
    let count = table.len().checked_sub(4)? / 8;
    let mut numbers = Cursor::at(table, count.checked_add(1)?.checked_mul(4)?);
    (0..count.min(LOOKED_AT)).find_map(|_| {
        let number = numbers.u32("page").ok()? & 0x003f_ffff;
        let start = usize::try_from(number).ok()?.checked_mul(PAGE)?;
        let Some(page) = source.stream.get(start..start.saturating_add(PAGE)) else {
            return Some(format!("page {number} of the {what} formatting is behind the end of the stream"));
        };
        let runs = *page.last()?;
        if runs == 0 || runs > most {
            return Some(format!(
                "page {number} of the {what} formatting says {runs} runs, where there are 1 to {most}"
            ));
        }
        let mut places = Cursor::new(page);
        let mut last = places.u32("place").ok()?;
        (0..runs).find_map(|_| {
            let place = places.u32("place").ok()?;
            let falls = place <= last;
            last = place;
            falls.then(|| format!("page {number} of the {what} formatting does not list its runs in order"))
        })
    })
}

/// The name of each style lies inside the style (MS-DOC 2.9.258 Std, 2.9.271 Stshf).
fn styles(source: &Source<'_>) -> Option<String> {
    let mut table = Cursor::new(source.fib.table(source.tables, STYLES)?);
    let header = usize::from(table.u16("cbStshi").ok()?);
    let header = table.take(header, "Stshi").ok()?;
    let mut info = Cursor::new(header);
    let (count, base) = (info.u16("cstd").ok()?, usize::from(info.u16("cbSTDBaseInFile").ok()?));
    (0..usize::from(count).min(LOOKED_AT)).find_map(|number| {
        let length = usize::from(table.u16("cbStd").ok()?);
        let Ok(style) = table.take(length, "Std") else {
            return Some(format!("style {number} says {length} bytes, which the style sheet does not have"));
        };
        let _ = table.skip(length % 2, "padding");
        let letters = usize::from(Cursor::at(style, base).u16("name length").ok()?);
        let needed = letters.saturating_mul(2).saturating_add(base);
        (needed > length).then(|| format!("the name of style {number} says {letters} characters in {length} bytes"))
    })
}

/// The number of lists gives the table's length.
fn lists(source: &Source<'_>) -> Option<String> {
    let table = source.fib.table(source.tables, LISTS)?;
    let count = usize::from(Cursor::new(table).u16("cLst").ok()?);
    let needed = count.saturating_mul(LIST).saturating_add(2);
    (needed != table.len())
        .then(|| format!("the list table says {count} lists, its {} bytes hold another number", table.len()))
}
