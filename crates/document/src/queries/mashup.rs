//! Power Query: a `DataMashup` element with a base64 text that holds a small ZIP archive with the query script
//! (MS-QDEFF 2.2 and 2.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ddefend_container::Sink;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::xml::{Event, Source, Xml};
use ddefend_container::zip::Archive;
use ddefend_guard::Cursor;
use ddefend_model::{Link, LinkKind, Location, PartPath, Trigger, code};

/// Functions of the query language that fetch from elsewhere, lower case.
const SOURCES: &[&str] = &[
    "web.contents",
    "web.browsercontents",
    "web.page",
    "webaction.request",
    "file.contents",
    "folder.files",
    "folder.contents",
    "odata.feed",
    "odbc.datasource",
    "odbc.query",
    "oledb.datasource",
    "oledb.query",
    "sql.database",
    "sql.databases",
    "sharepoint.files",
    "sharepoint.tables",
    "sharepoint.contents",
    "analysisservices.database",
    "oracle.database",
    "mysql.database",
    "postgresql.database",
    "azurestorage.blobs",
];

/// Reads the Power Query parts of a package.
pub(super) fn read(package: &Package<'_>, carrier: &'static str, at_open: bool, sink: &mut dyn Sink) {
    for part in package.parts().iter().filter(|part| package.has_root(part, "DataMashup")) {
        let path = sink.path().join(part.name.trim_start_matches('/'));
        let Some(script) = script(package, part, sink) else { continue };
        let path = path.join("Formulas/Section1.m");
        for mut link in sources(&script, carrier, &path) {
            link.trigger = if at_open { Trigger::Open } else { Trigger::Update };
            sink.link(link);
        }
    }
}

fn script(package: &Package<'_>, part: &PackagePart, sink: &mut dyn Sink) -> Option<String> {
    package.mark_read(part);
    let bytes = package.read(part, sink)?;
    let source = Source::new(&bytes, sink);
    let mut xml = Xml::new(&source);
    let mut encoded = String::new();
    while let Some(event) = xml.next(sink) {
        if let Event::Text { text, .. } = event {
            encoded.extend(text.chars().filter(|c| !c.is_whitespace()));
        }
    }
    if encoded.is_empty() {
        return None;
    }
    let inner = STANDARD.decode(encoded.as_bytes()).ok();
    // Version, length of the archive, archive.
    let archive = inner.as_deref().and_then(|inner| {
        let mut cursor = Cursor::new(inner);
        cursor.skip(4, "version").ok()?;
        let length = usize::try_from(cursor.u32("archive length").ok()?).ok()?;
        Some(cursor.take_up_to(length))
    });
    let opened = archive.and_then(|bytes| Archive::open(bytes, sink));
    let Some(archive) = opened else {
        let message = format!("{}: the Power Query data cannot be unpacked", part.name);
        sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
        return None;
    };
    let mut whole = String::new();
    for entry in archive.entries().iter().filter(|entry| entry.name.to_ascii_lowercase().ends_with(".m")) {
        if let Some(bytes) = archive.read(entry, sink) {
            whole.push_str(&ddefend_container::text::decode(&bytes).text);
        }
    }
    Some(whole)
}

/// Calls of source functions in a script; strings and comments are passed over.
fn sources(script: &str, carrier: &'static str, path: &PartPath) -> Vec<Link> {
    let mut links = Vec::new();
    let mut line = 1_u32;
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => literal(rest).1,
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end.saturating_add(2)),
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
                let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                if SOURCES.contains(&name.to_ascii_lowercase().as_str()) {
                    links.extend(call(name, after, line, carrier, path));
                }
                end
            }
            c => c.len_utf8(),
        };
        let (passed, next) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        let newlines = memchr::memchr_iter(b'\n', passed.as_bytes()).count();
        line = line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
        rest = next;
    }
    links
}

fn call(name: &str, after: &str, line: u32, carrier: &'static str, path: &PartPath) -> Option<Link> {
    let inside = after.trim_start().strip_prefix('(')?.trim_start();
    let mut link = Link::new(LinkKind::Query, carrier, path.clone(), Location::line(line, 1).held_by("DataMashup"));
    link.service = Some(name.to_owned());
    link.target = inside.starts_with('"').then(|| literal(inside).0);
    let written: String = inside.chars().take_while(|c| !matches!(c, '\r' | '\n')).take(300).collect();
    link.raw = format!("{name}({written}");
    Some(link)
}

/// The string literal at the head of a text, its quotes removed and doubled ones made one, and its length in bytes.
fn literal(text: &str) -> (String, usize) {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '"' && chars.next_if(|(_, next)| *next == '"').is_none() {
            return (value, at.saturating_add(1));
        }
        value.push(c);
    }
    (value, text.len())
}
