//! Files packaged as objects: `\1Ole10Native` (MS-OLEDS 2.3.6) and the Packager's own layout inside, which is not
//! published: label, original path, kind, temporary path, size, bytes.

use super::Origin;
use super::class::ansi;
use crate::{Part, Sink};
use ddefend_guard::{Cursor, Short};
use ddefend_model::{Link, LinkKind, Trigger, code};
use std::borrow::Cow;

/// Longest label or path, bytes.
const MAX_TEXT: usize = 32 << 10;

struct Package<'p> {
    label: String,
    path: String,
    /// Where the file is put when it is opened, or the command line of a package that has no file.
    command: String,
    /// None for a package that only names a command or file.
    file: Option<&'p [u8]>,
    /// Declared size of the file, bytes.
    size: u32,
}

/// Reads a `\1Ole10Native` stream: a length, then the class's own data.
pub(super) fn read_native_stream(bytes: &[u8], class: &str, origin: &Origin, sink: &mut dyn Sink) {
    let (length, data) = bytes.split_at_checked(4).unwrap_or_default();
    let length = Cursor::new(length).u32("size of the native data").unwrap_or(0);
    let data = data.get(..usize::try_from(length).unwrap_or(usize::MAX)).unwrap_or(data);
    read(data, class, origin, sink);
}

/// Reads native data: a package where it is one, else whatever is known by its content.
pub(super) fn read(data: &[u8], class: &str, origin: &Origin, sink: &mut dyn Sink) {
    match parse(data) {
        Ok(package) => report(&package, class, origin, sink),
        Err(short) => {
            if super::class_is_package(class) {
                let message = format!("the packaged file cannot be read: {short}");
                sink.report(code::BROKEN_STRUCTURE, origin.location.clone(), message);
            }
            if !data.is_empty() {
                sink.child(Part::below(sink.path(), "native data", data));
            }
        }
    }
}

fn parse(data: &[u8]) -> Result<Package<'_>, Short> {
    let mut cursor = Cursor::new(data);
    let wrong = |what| Short { what, offset: 0, need: 1, have: 0 };
    if cursor.u16("package type")? != 2 {
        return Err(wrong("package type 2"));
    }
    let label = text(&mut cursor, "label")?;
    let path = text(&mut cursor, "path")?;
    cursor.skip(2, "icon number")?;
    let kind = cursor.u16("package kind")?;
    // 3: the file is inside. 1: a command line or a linked file.
    if !matches!(kind, 1 | 3) {
        return Err(wrong("package kind 1 or 3"));
    }
    if kind == 1 {
        let command = text(&mut cursor, "command line").unwrap_or_default();
        return Ok(Package { label, path, command, file: None, size: 0 });
    }
    let length = cursor.u32("length of the temporary path")?;
    let command = ansi(cursor.take(usize::try_from(length).unwrap_or(usize::MAX), "temporary path")?);
    let size = cursor.u32("file size")?;
    let file = cursor.take_up_to(usize::try_from(size).unwrap_or(usize::MAX));
    Ok(Package { label, path, command, file: Some(file), size })
}

fn text(cursor: &mut Cursor<'_>, what: &'static str) -> Result<String, Short> {
    let rest = cursor.rest();
    let rest = rest.get(..MAX_TEXT).unwrap_or(rest);
    let length = memchr::memchr(0, rest).unwrap_or(rest.len());
    let bytes = cursor.take(length, what)?;
    cursor.skip(1, what)?;
    Ok(ansi(bytes))
}

fn report(package: &Package<'_>, class: &str, origin: &Origin, sink: &mut dyn Sink) {
    let mut link = Link::new(LinkKind::PackagedFile, origin.carrier, sink.path().clone(), origin.location.clone());
    link.service = Some(class.to_owned());
    let target = if package.path.is_empty() { &package.label } else { &package.path };
    link.target = Some(target.clone());
    if package.file.is_none() && !package.command.is_empty() {
        link.topic = Some(package.command.clone());
    }
    link.shown = Some(package.label.clone());
    // A package is opened by hand, however the object loads.
    link.trigger = Trigger::Click;
    let size = package.file.map_or(0, <[u8]>::len);
    link.raw = format!("{} | {} | {} | {size} bytes", package.label, package.path, package.command);
    sink.link(link);
    let Some(file) = package.file else { return };
    if (file.len() as u64) < u64::from(package.size) {
        let message = format!("the packaged file should have {} bytes, {} are there", package.size, file.len());
        sink.report(code::BROKEN_TRUNCATED, origin.location.clone(), message);
    }
    let name = [&package.label, &package.path, &package.command].into_iter().find(|name| name.contains('.'));
    let name = name.map_or("packaged file", String::as_str);
    let name = name.rsplit(['\\', '/']).next().unwrap_or(name);
    let mut part = Part::below(sink.path(), name, file);
    part.name = Some(Cow::Owned(name.to_owned()));
    sink.child(part);
}
