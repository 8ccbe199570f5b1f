//! Outlook items (`.msg`, `.oft`; MS-OXMSG): bodies and attachments of messages, appointments, contacts, tasks and notes.

mod table;

use crate::cfb::{Storage, Stream};
use crate::{Format, Part, Sink, StorageReader, lzfu};
use ddefend_model::{Diagnostic, Location, PartPath};
use encoding_rs::{UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Outlook items.
pub(crate) static READER: StorageReader = StorageReader {
    format: Format { id: "msg", title: "Outlook item", extensions: &["msg", "oft"] },
    claims,
    read: |storage, sink| {
        let path = sink.path().clone();
        read(storage, &path, 0, sink);
    },
};

/// Property tags (MS-OXPROPS), the identifier half.
mod tag {
    pub(super) const SUBJECT: u16 = 0x0037;
    pub(super) const SENDER_ADDRESS: u16 = 0x0c1f;
    pub(super) const SENDER_SMTP: u16 = 0x5d01;
    pub(super) const BODY: u16 = 0x1000;
    pub(super) const RTF_COMPRESSED: u16 = 0x1009;
    pub(super) const HTML: u16 = 0x1013;
    pub(super) const DISPLAY_NAME: u16 = 0x3001;
    pub(super) const ATTACH_DATA: u16 = 0x3701;
    pub(super) const ATTACH_FILENAME: u16 = 0x3704;
    pub(super) const ATTACH_LONG_FILENAME: u16 = 0x3707;
    pub(super) const ATTACH_MIME_TAG: u16 = 0x370e;
}

/// Property types (MS-OXCDATA 2.11.1).
const TEXT_8_BIT: u16 = 0x001e;
const TEXT_UTF16: u16 = 0x001f;
const BINARY: u16 = 0x0102;

/// Prefix of a property's stream or storage, MS-OXMSG 2.1.3; its tag follows as eight hexadecimal digits.
const PROPERTY: &str = "__substg1.0_";
const ATTACHMENT: &str = "__attach_version1.0_";
/// The table of named properties: its streams are named like properties and hold none (MS-OXMSG 2.2.3).
const NAME_TABLE: &str = "__nameid";

/// Identifier and type out of a stream's name.
fn property(name: &str) -> Option<(u16, u16)> {
    let head = name.get(..PROPERTY.len())?;
    let digits = name.get(PROPERTY.len()..PROPERTY.len().checked_add(8)?)?;
    if !head.eq_ignore_ascii_case(PROPERTY) {
        return None;
    }
    let id = u16::from_str_radix(digits.get(..4)?, 16).ok()?;
    let kind = u16::from_str_radix(digits.get(4..)?, 16).ok()?;
    Some((id, kind))
}

fn starts_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// A message, embedded ones and attachments left to the message around them.
fn claims(storage: &Storage<'_>) -> bool {
    let name = storage.name();
    let inner = ["__attach", "__recip", NAME_TABLE].iter().any(|prefix| starts_with(name, prefix));
    let inner = inner && !storage.is_root();
    let embedded = !storage.is_root() && property(name).is_some_and(|(id, _)| id == tag::ATTACH_DATA);
    let is_body = |stream: &Stream<'_>| {
        property(stream.name()).is_some_and(|(id, _)| matches!(id, tag::BODY | tag::RTF_COMPRESSED | tag::HTML))
    };
    let streams = storage.streams();
    if inner {
        // An attachment's storage has no body; one that has is a message under a false name.
        return streams.iter().any(is_body);
    }
    let is_ours = |stream: &Stream<'_>| {
        stream.name().eq_ignore_ascii_case("__properties_version1.0") || property(stream.name()).is_some()
    };
    !embedded
        && (streams.iter().any(is_ours) || storage.storages().iter().any(|inner| starts_with(inner.name(), ATTACHMENT)))
}

fn read(message: &Storage<'_>, path: &PartPath, depth: u32, sink: &mut dyn Sink) {
    if let Err(exceeded) = sink.budget().check_nesting(depth.saturating_mul(8)) {
        let text = format!("{exceeded}: messages are nested too deeply; this one was not read");
        sink.diagnostic(Diagnostic::new(exceeded.code, path.clone(), Location::default(), text));
        return;
    }
    let is_name_table = !message.is_root() && starts_with(message.name(), NAME_TABLE);
    for stream in message.streams() {
        let Some((id, kind)) = property(stream.name()) else { continue };
        match (id, kind) {
            // Only what cannot be part of the table is a body in hiding.
            _ if is_name_table => other_binary(&stream, path, sink),
            (tag::SUBJECT, TEXT_8_BIT | TEXT_UTF16) => {
                let subject = text(&stream, kind, sink);
                sink.fact(format!("subject: {subject}"));
            }
            (tag::SENDER_ADDRESS | tag::SENDER_SMTP, TEXT_8_BIT | TEXT_UTF16) => {
                let sender = text(&stream, kind, sink);
                if sender.contains('@') {
                    sink.fact(format!("sender: {sender}"));
                }
            }
            (tag::RTF_COMPRESSED, _) => {
                let bytes = stream.read(sink);
                lzfu::hand_on(&bytes, path, "body[rtf]", sink);
            }
            (tag::HTML, _) => html_body(&stream, kind, path, sink),
            (_, BINARY) => other_binary(&stream, path, sink),
            _ => {}
        }
    }
    table::tell(message, path, sink);
    let attachments = message.storages();
    let attachments = attachments.iter().filter(|inner| starts_with(inner.name(), ATTACHMENT));
    for (index, attachment) in attachments.enumerate() {
        read_attachment(attachment, index.saturating_add(1), path, depth, sink);
    }
}

fn html_body(stream: &Stream<'_>, kind: u16, path: &PartPath, sink: &mut dyn Sink) {
    let html = if kind == TEXT_UTF16 { Cow::Owned(text(stream, kind, sink).into_bytes()) } else { stream.read(sink) };
    let mut part = Part::below(path, "body[html]", &html);
    part.name = None;
    part.declared = Some(Cow::Borrowed("text/html"));
    sink.child(part);
}

/// Binary properties other than bodies: named ones can hold a second body.
fn other_binary(stream: &Stream<'_>, path: &PartPath, sink: &mut dyn Sink) {
    if stream.declared_size() < 16 {
        return;
    }
    if lzfu::is_compressed_rtf(&stream.prefix(16)) {
        let bytes = stream.read(sink);
        lzfu::hand_on(&bytes, path, stream.name(), sink);
    }
}

fn text(stream: &Stream<'_>, kind: u16, sink: &mut dyn Sink) -> String {
    let bytes = stream.read(sink);
    let encoding = if kind == TEXT_UTF16 { UTF_16LE } else { WINDOWS_1252 };
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) if kind != TEXT_UTF16 => Cow::Borrowed(text),
        _ => encoding.decode_without_bom_handling(&bytes).0,
    };
    text.trim_end_matches('\0').to_owned()
}

/// What is known of an attachment's name.
#[derive(Default)]
struct Names {
    long: Option<String>,
    short: Option<String>,
    display: Option<String>,
    media_type: Option<String>,
}

fn read_attachment(attachment: &Storage<'_>, number: usize, path: &PartPath, depth: u32, sink: &mut dyn Sink) {
    let mut names = Names::default();
    let streams = attachment.streams();
    for stream in &streams {
        let Some((id, kind @ (TEXT_8_BIT | TEXT_UTF16))) = property(stream.name()) else { continue };
        let slot = match id {
            tag::ATTACH_LONG_FILENAME => &mut names.long,
            tag::ATTACH_FILENAME => &mut names.short,
            tag::DISPLAY_NAME => &mut names.display,
            tag::ATTACH_MIME_TAG => &mut names.media_type,
            _ => continue,
        };
        *slot = Some(text(stream, kind, sink)).filter(|text| !text.is_empty());
    }
    let path = path.join(&format!("attachment[{number}]"));
    let name = names.long.or(names.short).or(names.display);
    for stream in &streams {
        match property(stream.name()) {
            Some((tag::ATTACH_DATA, _)) => {
                let bytes = stream.read(sink);
                let path = name.as_deref().map_or_else(|| path.clone(), |name| path.join(name));
                let declared = names.media_type.as_deref().map(Cow::Borrowed);
                let name = name.as_deref().map(Cow::Borrowed);
                sink.child(Part { path, bytes: &bytes, name, declared, tricks: Vec::new() });
            }
            Some((tag::RTF_COMPRESSED, _)) => {
                let bytes = stream.read(sink);
                lzfu::hand_on(&bytes, &path, "body[rtf]", sink);
            }
            _ => {}
        }
    }
    // An embedded message is a storage; embedded documents are offered to their own readers by the walk.
    for inner in attachment.storages() {
        if property(inner.name()).is_some_and(|(id, _)| id == tag::ATTACH_DATA) {
            let path = name.as_deref().map_or_else(|| path.clone(), |name| path.join(name));
            read(&inner, &path, depth.saturating_add(1), sink);
        }
    }
}
