//! `\1Ole` streams (MS-OLEDS 2.3.3) and the monikers in them (MS-OLEDS 2.3.3.1, MS-OSHARED 2.3.7).
//!
//! The sizes that lead from one moniker to the next are lied about in the wild; class ids are not. So monikers are
//! looked for by their class ids, each of which is read where it stands.

use super::class::{ClassId, ansi, wide};
use crate::Sink;
use ddefend_guard::{Cursor, Short};
use ddefend_model::{Link, LinkKind, Location, Trigger, code};
use memchr::memmem;

/// Links that are reported of one stream.
const MAX_LINKS: usize = 64;
/// Text that is taken from a moniker whose layout is not published, bytes.
const TEXT: usize = 2048;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Url,
    File,
    Item,
    /// Layout not published: the first text in it is taken.
    Text,
    /// Holds or joins others.
    Joint,
}

const fn early(first: u8) -> [u8; 16] {
    [first, 3, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46]
}

const KINDS: &[([u8; 16], Form, &str)] = &[
    (
        [0xe0, 0xc9, 0xea, 0x79, 0xf9, 0xba, 0xce, 0x11, 0x8c, 0x82, 0x00, 0xaa, 0x00, 0x4b, 0xa9, 0x0b],
        Form::Url,
        "URL moniker",
    ),
    (early(0x03), Form::File, "file moniker"),
    (early(0x04), Form::Item, "item moniker"),
    (early(0x09), Form::Joint, "composite moniker"),
    (early(0x1a), Form::Joint, "class moniker"),
    (
        [0xc6, 0xaf, 0xab, 0xec, 0x19, 0x7f, 0xd2, 0x11, 0x97, 0x8e, 0x00, 0x00, 0xf8, 0x75, 0x7e, 0x2a],
        Form::Joint,
        "new moniker",
    ),
    (
        [0xd3, 0x0b, 0x29, 0x06, 0xaa, 0x48, 0xd2, 0x11, 0x84, 0x32, 0x00, 0x60, 0x08, 0xc3, 0xfb, 0xfc],
        Form::Text,
        "script moniker",
    ),
    (
        [0xc7, 0xb0, 0xab, 0xec, 0x19, 0x7f, 0xd2, 0x11, 0x97, 0x8e, 0x00, 0x00, 0xf8, 0x75, 0x7e, 0x2a],
        Form::Text,
        "SOAP moniker",
    ),
];

/// A moniker that was found.
struct Found {
    at: usize,
    form: Form,
    name: &'static str,
    text: String,
}

/// Reads the stream of an object of class `class`; `step` names the stream.
pub(super) fn read_link_stream(bytes: &[u8], class: &str, step: &str, sink: &mut dyn Sink) {
    let found = find(bytes);
    // MS-OLEDS 2.3.3: version, flags (bit 0: linked), then 1 for automatic update, 3 for manual.
    let update = Cursor::at(bytes, 8).u32("link update option").unwrap_or(0);
    let trigger = if update == 1 { Trigger::Open } else { Trigger::Update };
    let linked = Cursor::at(bytes, 4).u32("flags").is_ok_and(|flags| flags & 1 != 0);
    let all: Vec<&str> = found.iter().map(|moniker| moniker.name).collect();
    let item = found.iter().find(|moniker| moniker.form == Form::Item).map(|moniker| moniker.text.clone());
    let mut links: Vec<Link> = Vec::new();
    let targets = found.iter().filter(|moniker| !matches!(moniker.form, Form::Item | Form::Joint));
    for moniker in targets.take(MAX_LINKS) {
        let same = links.iter_mut().find(|link| link.target.as_deref() == Some(&moniker.text));
        if let Some(link) = same {
            link.count = link.count.saturating_add(1);
            continue;
        }
        let location = Location::bytes(moniker.at as u64, 16).held_by("\\1Ole");
        let mut link = Link::new(LinkKind::OleLink, "ole", sink.path().join(step), location);
        link.service = Some(class.to_owned());
        link.target = Some(moniker.text.clone());
        link.item.clone_from(&item);
        link.trigger = trigger;
        link.raw = format!("{}: {}", all.join(" + "), moniker.text);
        links.push(link);
    }
    if links.is_empty() && linked {
        let message = format!("the object of class {class} is linked, but no moniker that leads anywhere was found");
        sink.report(code::BROKEN_STRUCTURE, Location::default().held_by("\\1Ole"), message);
    }
    links.into_iter().for_each(|link| sink.link(link));
}

fn find(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    for (class_id, form, name) in KINDS {
        for at in memmem::find_iter(bytes, class_id).take(MAX_LINKS) {
            let data = bytes.get(at.saturating_add(16)..).unwrap_or_default();
            let text = match form {
                Form::Url => url(data),
                Form::File => file(data),
                Form::Item => item(data),
                Form::Text => Ok(first_text(data)),
                Form::Joint => Ok(ClassId(*class_id).to_string()),
            };
            if let Ok(text) = text {
                found.push(Found { at, form: *form, name, text });
            }
        }
    }
    found.sort_by_key(|moniker| moniker.at);
    found
}

/// MS-OSHARED 2.3.7.6: length in bytes, then UTF-16.
fn url(data: &[u8]) -> Result<String, Short> {
    let mut cursor = Cursor::new(data);
    let length = cursor.u32("length of the URL")?;
    Ok(wide(cursor.take_up_to(usize::try_from(length).unwrap_or(usize::MAX))))
}

/// MS-OSHARED 2.3.7.8: an 8-bit path, and the same in UTF-16 where it needs that.
fn file(data: &[u8]) -> Result<String, Short> {
    let mut cursor = Cursor::new(data);
    cursor.skip(2, "steps up")?;
    let length = cursor.u32("length of the path")?;
    let short = ansi(cursor.take_up_to(usize::try_from(length).unwrap_or(usize::MAX)));
    let long = (|| {
        cursor.skip(24, "server and version")?;
        let size = cursor.u32("size of the long path")?;
        if size < 6 {
            return Ok(String::new());
        }
        let length = cursor.u32("length of the long path")?;
        cursor.skip(2, "key")?;
        let bytes = cursor.take(usize::try_from(length).unwrap_or(usize::MAX), "long path")?;
        Ok::<_, Short>(wide(bytes))
    })();
    Ok(long.ok().filter(|path| !path.is_empty()).unwrap_or(short))
}

/// MS-OSHARED 2.3.7.5: delimiter and item, each an 8-bit text that UTF-16 may follow.
fn item(data: &[u8]) -> Result<String, Short> {
    let mut cursor = Cursor::new(data);
    let mut texts = [String::new(), String::new()];
    for text in &mut texts {
        let length = cursor.u32("length of the text")?;
        let bytes = cursor.take_up_to(usize::try_from(length).unwrap_or(usize::MAX));
        *text = ansi(bytes);
    }
    Ok(texts.concat())
}

/// The first run of at least four printable characters, 16-bit or 8-bit.
fn first_text(data: &[u8]) -> String {
    let data = data.get(..TEXT).unwrap_or(data);
    let printable = |byte: &u8| (0x20..0x7f).contains(byte);
    let mut at = 0_usize;
    while let Some(rest) = data.get(at..).filter(|rest| !rest.is_empty()) {
        let wide_run = rest.chunks_exact(2).take_while(|two| matches!(two, [low, 0] if printable(low))).count();
        if wide_run >= 4 {
            return wide(rest.get(..wide_run.saturating_mul(2)).unwrap_or_default());
        }
        let run = rest.iter().take_while(|byte| printable(byte)).count();
        if run >= 4 {
            return ansi(rest.get(..run).unwrap_or_default());
        }
        at = at.saturating_add(run.max(1));
    }
    String::new()
}
