//! Property sets of compound files (MS-OLEPS): SummaryInformation and DocumentSummaryInformation.

use super::certificate;
use super::values::{Values, elements};
use ddefend_container::cfb::Storage;
use ddefend_container::{Sink, base64, text};
use ddefend_event::Time;
use ddefend_guard::Cursor;
use ddefend_model::provenance::Metadata;
use encoding_rs::{UTF_16LE, WINDOWS_1252};

/// Bytes of a set that are looked at; thumbnails stand behind the rest.
const LONGEST: usize = 1 << 20;
/// Properties of one section that are read.
const MOST: u32 = 256;
/// Bytes of one text.
const TEXT: usize = 8 << 10;

/// `F29F85E0-4FF9-1068-AB91-08002B27B3D9`, as stored.
const SUMMARY: [u8; 16] =
    [0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 0x08, 0x00, 0x2b, 0x27, 0xb3, 0xd9];
/// `D5CDD502-2E9C-101B-9397-08002B2CF9AE`, as stored.
const DOCUMENT: [u8; 16] =
    [0x02, 0xd5, 0xcd, 0xd5, 0x9c, 0x2e, 0x1b, 0x10, 0x93, 0x97, 0x08, 0x00, 0x2b, 0x2c, 0xf9, 0xae];

/// Property types, MS-OLEPS 2.2.
const I2: u32 = 2;
const I4: u32 = 3;
const LPSTR: u32 = 0x1e;
const LPWSTR: u32 = 0x1f;
const FILETIME: u32 = 0x40;

/// What the property sets of a compound file's root say, and who signed it.
pub(crate) fn compound(part: &str, root: &Storage<'_>, sink: &mut dyn Sink) -> Option<Metadata> {
    let mut values = Values::default();
    for name in ["\u{5}SummaryInformation", "\u{5}DocumentSummaryInformation"] {
        if let Some(stream) = root.stream(name) {
            let bytes = stream.read(sink);
            read(bytes.get(..LONGEST).unwrap_or(&bytes), &mut values);
        }
    }
    if let Some(signatures) = root.storage("_xmlsignatures") {
        values.add("signature", "XML (not validated)");
        for stream in signatures.streams().iter().take(8) {
            let bytes = stream.read(sink);
            elements(&bytes, sink, &mut |seen| {
                if seen.name == "X509Certificate" {
                    let bytes = base64(seen.text.as_bytes());
                    values.add("signer", &certificate::subject(&bytes).unwrap_or_default());
                }
            });
        }
    }
    (!values.is_empty()).then(|| values.finish(part))
}

/// What a property set's bytes say; `part` is what it is called.
#[must_use]
pub fn property_set(part: &str, bytes: &[u8]) -> Metadata {
    let mut values = Values::default();
    read(bytes.get(..LONGEST).unwrap_or(bytes), &mut values);
    values.finish(part)
}

/// `PropertySetStream`, MS-OLEPS 2.21.
fn read(bytes: &[u8], values: &mut Values) {
    let mut cursor = Cursor::new(bytes);
    if cursor.u16("byte order") != Ok(0xfffe) {
        return;
    }
    cursor.seek(24);
    let sections = cursor.u32("sections").unwrap_or(0).min(2);
    for _ in 0..sections {
        let (Ok(format), Ok(offset)) = (cursor.array::<16>("format id"), cursor.u32("offset")) else { return };
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let Some(section) = bytes.get(start..) else { continue };
        let _ = read_section(section, format, values);
    }
}

/// `PropertySet`, MS-OLEPS 2.20.
fn read_section(section: &[u8], format: [u8; 16], values: &mut Values) -> Option<()> {
    let mut cursor = Cursor::at(section, 4);
    let count = cursor.u32("properties").ok()?.min(MOST);
    let mut places = Vec::new();
    for _ in 0..count {
        let (Ok(id), Ok(place)) = (cursor.u32("property"), cursor.u32("place")) else { break };
        places.push((id, usize::try_from(place).unwrap_or(usize::MAX)));
    }
    let names = Names::read(section, &places);
    let custom = format != SUMMARY && format != DOCUMENT;
    for (id, place) in &places {
        if *id < 2 {
            continue;
        }
        let name = match (format, id) {
            (SUMMARY, 2) => "title",
            (SUMMARY, 3) => "subject",
            (SUMMARY, 4) => "creator",
            (SUMMARY, 5) => "keywords",
            (SUMMARY, 6) => "comments",
            (SUMMARY, 7) => "template",
            (SUMMARY, 8) => "last_modified_by",
            (SUMMARY, 9) => "revision",
            (SUMMARY, 10) => "edit_minutes",
            (SUMMARY, 11) => "printed",
            (SUMMARY, 12) => "created",
            (SUMMARY, 13) => "modified",
            (SUMMARY, 18) => "application",
            (DOCUMENT, 2) => "category",
            (DOCUMENT, 14) => "manager",
            (DOCUMENT, 15) => "company",
            (DOCUMENT, 0x17) => "app_version",
            (DOCUMENT, 0x1c) => "language",
            _ if custom => match names.of(*id) {
                Some(name) => &format!("custom:{name}"),
                None => continue,
            },
            _ => continue,
        };
        if let Some(value) = value(section, *place, name, names.encoding) {
            values.add(name, &value);
        }
    }
    Some(())
}

/// Code page and dictionary of a section.
struct Names {
    encoding: &'static encoding_rs::Encoding,
    dictionary: Vec<(u32, String)>,
}

impl Names {
    fn read(section: &[u8], places: &[(u32, usize)]) -> Self {
        let place = |wanted: u32| places.iter().find(|(id, _)| *id == wanted).map(|(_, place)| *place);
        let code_page = place(1).and_then(|place| Cursor::at(section, place.checked_add(4)?).u16("code page").ok());
        let encoding = match code_page {
            Some(1200) => UTF_16LE,
            Some(page) => text::code_page(u32::from(page)).unwrap_or(WINDOWS_1252),
            None => WINDOWS_1252,
        };
        let mut dictionary = Vec::new();
        if let Some(place) = place(0) {
            let mut cursor = Cursor::at(section, place);
            let count = cursor.u32("names").unwrap_or(0).min(MOST);
            for _ in 0..count {
                let (Ok(id), Ok(length)) = (cursor.u32("property"), cursor.u32("length")) else { break };
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                // UTF-16 names count characters and are padded to four bytes (MS-OLEPS 2.16).
                let wide = encoding == UTF_16LE;
                let size = if wide { length.saturating_mul(2) } else { length };
                let Ok(bytes) = cursor.take(size.min(TEXT), "name") else { break };
                dictionary.push((id, decode(bytes, encoding)));
                if wide && size % 4 != 0 {
                    let _ = cursor.skip(2, "padding");
                }
            }
        }
        Self { encoding, dictionary }
    }

    fn of(&self, id: u32) -> Option<&str> {
        self.dictionary.iter().find(|(known, _)| *known == id).map(|(_, name)| name.as_str())
    }
}

fn decode(bytes: &[u8], encoding: &'static encoding_rs::Encoding) -> String {
    let text = encoding.decode_without_bom_handling(bytes).0;
    text.split('\0').next().unwrap_or_default().to_owned()
}

/// `TypedPropertyValue`, MS-OLEPS 2.15.
fn value(section: &[u8], place: usize, name: &str, encoding: &'static encoding_rs::Encoding) -> Option<String> {
    let mut cursor = Cursor::at(section, place);
    let kind = cursor.u32("type").ok()? & 0xffff;
    match kind {
        LPSTR => {
            let size = usize::try_from(cursor.u32("size").ok()?).ok()?;
            Some(decode(cursor.take_up_to(size.min(TEXT)), encoding))
        }
        LPWSTR => {
            let count = usize::try_from(cursor.u32("characters").ok()?).ok()?;
            Some(decode(cursor.take_up_to(count.saturating_mul(2).min(TEXT)), UTF_16LE))
        }
        FILETIME => {
            let ticks = cursor.u64("time").ok()?;
            if name == "edit_minutes" {
                // A duration: ticks of 100 ns (MS-OLEPS 3.1.3, PIDSI_EDITTIME).
                return (ticks > 0).then(|| (ticks / 600_000_000).to_string());
            }
            (ticks > 0).then(|| Time::from_filetime(ticks).to_string())
        }
        I4 if name == "app_version" => {
            let number = cursor.u32("number").ok()?;
            Some(format!("{}.{:04}", number >> 16, number & 0xffff))
        }
        I4 => Some(cursor.u32("number").ok()?.to_string()),
        I2 => Some(cursor.u16("number").ok()?.to_string()),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "a test's own numbers")]
mod tests {
    use super::{SUMMARY, property_set};

    fn text(value: &str) -> Vec<u8> {
        let mut out = 0x1e_u32.to_le_bytes().to_vec();
        out.extend(u32::try_from(value.len() + 1).unwrap().to_le_bytes());
        out.extend(value.bytes().chain([0]));
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }

    fn set(properties: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let mut out = vec![0xfe, 0xff];
        out.resize(24, 0);
        out.extend(1_u32.to_le_bytes());
        out.extend(SUMMARY);
        out.extend(48_u32.to_le_bytes());
        let mut place = 8 + properties.len() * 8;
        let mut table = Vec::new();
        let mut data: Vec<u8> = Vec::new();
        for (id, value) in properties {
            table.extend(id.to_le_bytes());
            table.extend(u32::try_from(place).unwrap().to_le_bytes());
            place += value.len();
            data.extend(value);
        }
        out.extend(u32::try_from(place).unwrap().to_le_bytes());
        out.extend(u32::try_from(properties.len()).unwrap().to_le_bytes());
        out.extend(table);
        out.extend(data);
        out
    }

    #[test]
    fn a_summary() {
        let mut time = 0x40_u32.to_le_bytes().to_vec();
        time.extend(116_444_736_000_000_000_u64.to_le_bytes());
        let bytes = set(&[(4, text("anna")), (8, text("mallory")), (7, text("Normal.dotm")), (12, time)]);
        let seen = property_set("x", &bytes);
        let wanted = [
            ("creator", "anna"),
            ("last_modified_by", "mallory"),
            ("created", "1970-01-01T00:00:00.0000000Z"),
            ("template", "Normal.dotm"),
        ];
        let seen: Vec<(&str, &str)> = seen.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(seen, wanted);
        for cut in 0..bytes.len() {
            let _ = property_set("x", &bytes[..cut]);
        }
    }
}
