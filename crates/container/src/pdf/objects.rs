//! Finds stream objects and references to embedded files in the bytes of a PDF.

use crate::Sink;
use ddefend_model::Location;
use memchr::memmem;
use std::collections::BTreeMap;

/// Object number. Generations are not kept: all versions of an object are read.
pub(super) type Reference = u32;

/// Bytes before `stream` that may hold its dictionary.
const DICTIONARY: usize = 4096;
/// Stream objects that are looked at.
const LIMIT: usize = 200_000;

/// A stream object.
pub(super) struct Stream<'a> {
    /// Object number.
    pub(super) number: Reference,
    /// Its dictionary, names with `#hh` resolved, white space single.
    pub(super) dictionary: String,
    /// Its data as stored.
    pub(super) data: &'a [u8],
    /// Offset of the data.
    pub(super) offset: usize,
}

impl Stream<'_> {
    /// True where its `/Type` is that name.
    pub(super) fn has_type(&self, name: &str) -> bool {
        value(&self.dictionary, "/Type").is_some_and(|rest| {
            let rest = rest.strip_prefix('/').unwrap_or(rest);
            rest.strip_prefix(name).is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric()))
        })
    }
}

/// The text behind a key of a dictionary.
pub(super) fn value<'d>(dictionary: &'d str, key: &str) -> Option<&'d str> {
    let mut rest = dictionary;
    while let Some((_, after)) = rest.split_once(key) {
        if !after.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Some(after.trim_start());
        }
        rest = after;
    }
    None
}

/// All stream objects, in their order.
pub(super) fn streams<'a>(bytes: &'a [u8], sink: &mut dyn Sink) -> Vec<Stream<'a>> {
    let finder = memmem::Finder::new(b"stream");
    let mut streams = Vec::new();
    let mut at = 0_usize;
    // What lies before this offset belongs to objects that were read.
    let mut floor = 0_usize;
    while let Some(found) = bytes.get(at..).and_then(|rest| finder.find(rest)) {
        let keyword = at.saturating_add(found);
        at = keyword.saturating_add(6);
        if bytes.get(..keyword).is_some_and(|before| before.ends_with(b"end")) {
            floor = at;
            continue;
        }
        if sink.budget().check_time().is_err() || streams.len() >= LIMIT {
            let message = format!("more than {LIMIT} streams or no time left; the rest was not read");
            sink.report(ddefend_model::code::LIMIT_STRUCTURE, Location::bytes(keyword as u64, 6), message);
            break;
        }
        let start = floor.max(keyword.saturating_sub(DICTIONARY));
        let Some((number, dictionary)) = head(bytes.get(start..keyword).unwrap_or_default()) else { continue };
        let offset = data_start(bytes, at);
        let data = extent(bytes, offset, &dictionary);
        at = offset.saturating_add(data.len());
        floor = at;
        streams.push(Stream { number, dictionary, data, offset });
    }
    streams
}

/// Object number and dictionary at the end of the text before `stream`.
fn head(before: &[u8]) -> Option<(Reference, String)> {
    let at = memmem::rfind(before, b"obj")?;
    let dictionary = before.get(at.saturating_add(3)..)?;
    if !dictionary.trim_ascii_start().starts_with(b"<<") {
        return None;
    }
    let mut words = before.get(..at)?.trim_ascii_end().rsplit(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let _generation = words.next();
    let digits: Vec<u8> = words.next()?.iter().rev().take_while(|b| b.is_ascii_digit()).copied().collect();
    let number =
        digits.iter().rev().fold(0_u32, |n, b| n.wrapping_mul(10).wrapping_add(u32::from(b.wrapping_sub(b'0'))));
    Some((number, normal(dictionary)))
}

/// Resolves `#hh` in names (ISO 32000-1 section 7.3.5) and makes all white space single blanks.
pub(super) fn normal(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, tail)) = rest.split_first() {
        let digits = tail.first_chunk::<2>().and_then(|pair| std::str::from_utf8(pair).ok());
        let code = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *byte == b'#');
        match code {
            Some(code) => {
                out.push(char::from(code));
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                let blank = byte.is_ascii_whitespace() || *byte == 0;
                if !(blank && out.ends_with(' ')) {
                    out.push(if blank { ' ' } else { char::from(*byte) });
                }
                rest = tail;
            }
        }
    }
    out
}

/// Data begin behind the line end that follows the keyword.
fn data_start(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..) {
        Some([b'\r', b'\n', ..]) => at.saturating_add(2),
        Some([b'\r' | b'\n', ..]) => at.saturating_add(1),
        _ => at,
    }
}

/// The data: as long as `/Length` says where `endstream` stands there, else up to the next `endstream`.
fn extent<'a>(bytes: &'a [u8], offset: usize, dictionary: &str) -> &'a [u8] {
    let rest = bytes.get(offset..).unwrap_or_default();
    let declared = value(dictionary, "/Length").and_then(|text| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let reference = text.get(digits.len()..).is_some_and(|after| {
            let after = after.trim_start();
            after.starts_with(|c: char| c.is_ascii_digit()) && after.contains('R')
        });
        if reference { None } else { digits.parse::<usize>().ok() }
    });
    if let Some((data, after)) = declared.and_then(|length| rest.split_at_checked(length))
        && after.trim_ascii_start().starts_with(b"endstream")
    {
        return data;
    }
    let end = memmem::find(rest, b"endstream").unwrap_or(rest.len());
    rest.get(..end).unwrap_or(rest)
}

/// References of file specifications (`/EF << /F 12 0 R >>`, ISO 32000-1 section 7.11.3) with the name near them.
pub(super) fn file_references(bytes: &[u8], out: &mut BTreeMap<Reference, Option<String>>) {
    for at in memmem::find_iter(bytes, b"/EF").take(LIMIT) {
        let start = at.saturating_sub(512);
        let before = bytes.get(start..at).unwrap_or_default();
        // The specification begins at its own object or dictionary; what stands before belongs to others.
        let before = before.get(memmem::rfind(before, b"obj").unwrap_or(0)..).unwrap_or(before);
        let behind = bytes.get(at.saturating_add(3)..).unwrap_or_default();
        let behind = behind.get(..512).unwrap_or(behind);
        let text = normal(behind);
        let Some(list) = text.trim_start().strip_prefix("<<") else { continue };
        let (list, after) = list.split_once(">>").unwrap_or((list, ""));
        let name = name(after).or_else(|| name(&normal(before)));
        for key in ["/F", "/UF"] {
            let number = value(list, key).and_then(|text| text.split(' ').next()?.parse().ok());
            if let Some(number) = number {
                let known = out.entry(number).or_insert(None);
                *known = known.take().or_else(|| name.clone());
            }
        }
    }
}

/// The file name in a specification: `/UF (name)` or `/F (name)`.
fn name(text: &str) -> Option<String> {
    let text = text.split("endobj").next()?;
    ["/UF", "/F"].iter().find_map(|key| {
        let rest = value(text, key)?.strip_prefix('(')?;
        let (name, _) = rest.split_once(')')?;
        let name: String = name.chars().filter(|c| !c.is_control()).take(255).collect();
        let name = name.strip_prefix("þÿ").unwrap_or(&name).to_owned();
        (!name.is_empty()).then_some(name)
    })
}

/// True where a trailer or a cross-reference stream names an encryption dictionary.
pub(super) fn is_encrypted(bytes: &[u8], streams: &[Stream<'_>]) -> bool {
    let in_trailer = memmem::find_iter(bytes, b"trailer").take(1000).any(|at| {
        let trailer = bytes.get(at..at.saturating_add(1024)).or_else(|| bytes.get(at..)).unwrap_or_default();
        let end = memmem::find(trailer, b"startxref").unwrap_or(trailer.len());
        memmem::find(trailer.get(..end).unwrap_or_default(), b"/Encrypt").is_some()
    });
    in_trailer || streams.iter().any(|stream| stream.has_type("XRef") && stream.dictionary.contains("/Encrypt"))
}
