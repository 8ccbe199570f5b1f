//! TNEF (`winmail.dat`; MS-OXTNEF): the Outlook item inside a mail.

mod props;

use crate::{Claim, Format, Part, Probe, Reader, Sink, lzfu};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};
use encoding_rs::WINDOWS_1252;
use props::{Property, Value};
use std::borrow::Cow;

/// TNEF streams.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "tnef", title: "TNEF (winmail.dat)", extensions: &["dat", "tnef", "tnf"] },
    sniff,
    read,
};

/// TNEFSignature, MS-OXTNEF 2.1.3.1.
const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];

/// Attribute identifiers with their types, MS-OXTNEF 2.1.3.2; the lower half alone is compared.
mod att {
    pub(super) const SUBJECT: u16 = 0x8004;
    pub(super) const ATTACH_DATA: u16 = 0x800f;
    pub(super) const ATTACH_TITLE: u16 = 0x8010;
    pub(super) const ATTACH_REND_DATA: u16 = 0x9002;
    pub(super) const MSG_PROPS: u16 = 0x9003;
    pub(super) const ATTACHMENT: u16 = 0x9005;
}

/// MAPI property identifiers, as in `.msg` files.
const RTF_COMPRESSED: u16 = 0x1009;
const HTML: u16 = 0x1013;
const ATTACH_DATA: u16 = 0x3701;
const ATTACH_FILENAME: u16 = 0x3704;
const ATTACH_LONG_FILENAME: u16 = 0x3707;

/// Damaged attributes behind which reading goes on; each costs a look at all the rest.
const MOST_DAMAGES: u32 = 64;

fn sniff(probe: &Probe<'_>) -> Claim {
    if probe.starts_with(&SIGNATURE) { Claim::Magic } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    // Signature and key.
    let mut cursor = Cursor::at(part.bytes, 6);
    let mut reading = Reading::default();
    while !cursor.is_empty() {
        let start = cursor.position();
        if let Err(exceeded) = sink.budget().check_time() {
            sink.report(exceeded.code, Location::bytes(start as u64, 0), format!("{exceeded}; the rest was not read"));
            break;
        }
        match attribute(&mut cursor) {
            Some((id, data)) => reading.take(id, data, sink),
            None if cursor.remaining() < 9 && reading.any => {
                let message = "bytes that are no attribute stand at the end".to_owned();
                sink.report(code::NOTE_ODD, Location::bytes(start as u64, cursor.remaining() as u64), message);
                break;
            }
            None => {
                reading.damaged(&mut cursor, sink);
                if cursor.position() <= start {
                    break;
                }
            }
        }
    }
    reading.finish_attachment(sink);
}

/// Level, identifier, length, data and checksum (MS-OXTNEF 2.1.3.1); none where the bytes are no attribute.
fn attribute<'d>(cursor: &mut Cursor<'d>) -> Option<(u16, &'d [u8])> {
    let mut ahead = *cursor;
    let level = ahead.u8("attribute level").ok()?;
    let id = ahead.u16("attribute id").ok()?;
    let _type = ahead.u16("attribute type").ok()?;
    let length = usize::try_from(ahead.u32("attribute length").ok()?).ok()?;
    if !matches!(level, 1 | 2) {
        return None;
    }
    let data = ahead.take(length, "attribute data").ok()?;
    // The checksum is not looked at: readers differ in whether they do. It may be missing at the very end.
    let _ = ahead.take_up_to(2);
    *cursor = ahead;
    Some((id, data))
}

#[derive(Default)]
struct Reading<'d> {
    any: bool,
    attachments: u32,
    bodies: u32,
    title: Option<String>,
    data: Option<&'d [u8]>,
    properties: Option<&'d [u8]>,
    /// Attributes that were damaged.
    damages: u32,
}

impl<'d> Reading<'d> {
    fn take(&mut self, id: u16, data: &'d [u8], sink: &mut dyn Sink) {
        self.any = true;
        match id {
            att::SUBJECT => sink.fact(format!("subject: {}", text(data))),
            att::ATTACH_REND_DATA => self.finish_attachment(sink),
            att::ATTACH_DATA => {
                if self.data.is_some() {
                    self.finish_attachment(sink);
                }
                self.data = Some(data);
            }
            att::ATTACH_TITLE => self.title = Some(text(data)).filter(|title| !title.is_empty()),
            att::MSG_PROPS => self.message_properties(data, sink),
            att::ATTACHMENT => {
                if self.properties.is_some() {
                    self.finish_attachment(sink);
                }
                self.properties = Some(data);
            }
            _ => {}
        }
    }

    fn message_properties(&mut self, data: &'d [u8], sink: &mut dyn Sink) {
        let (properties, damage) = props::read(data);
        self.tell(damage, "message properties", sink);
        for property in &properties {
            self.body(property, sink);
        }
    }

    fn tell(&mut self, damage: Option<props::Damage>, what: &str, sink: &mut dyn Sink) {
        if let Some(damage) = damage {
            let message = format!("{what}: {}; what stands before it was read", damage.what);
            sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
        }
    }

    /// Bodies among the properties.
    fn body(&mut self, property: &Property<'d>, sink: &mut dyn Sink) {
        let Value::Bytes(values) = &property.value else { return };
        for bytes in values {
            let is_rtf = property.id == RTF_COMPRESSED || lzfu::is_compressed_rtf(bytes);
            if !is_rtf && property.id != HTML {
                continue;
            }
            self.bodies = self.bodies.saturating_add(1);
            let step = format!("body[{}]", self.bodies);
            let path = sink.path().clone();
            if is_rtf {
                lzfu::hand_on(bytes, &path, &step, sink);
            } else {
                let mut part = Part::below(&path, &step, bytes);
                part.name = None;
                part.declared = Some(Cow::Borrowed("text/html"));
                sink.child(part);
            }
        }
    }

    /// Hands on the attachment that was collected: its data and any object among its properties.
    fn finish_attachment(&mut self, sink: &mut dyn Sink) {
        let (data, raw) = (self.data.take(), self.properties.take());
        let title = self.title.take();
        if data.is_none() && raw.is_none() {
            return;
        }
        let (properties, damage) = raw.map(props::read).unwrap_or_default();
        self.tell(damage, "attachment properties", sink);
        let named = |id| {
            let property = properties.iter().find(|property| property.id == id)?;
            property.text().filter(|name| !name.is_empty())
        };
        let name = named(ATTACH_LONG_FILENAME).or(title).or_else(|| named(ATTACH_FILENAME));
        self.attachments = self.attachments.saturating_add(1);
        let path = sink.path().join(&format!("attachment[{}]", self.attachments));
        let path = name.as_deref().map_or_else(|| path.clone(), |name| path.join(name));
        let mut hand_on = |bytes: &[u8]| {
            let name = name.as_deref().map(Cow::Borrowed);
            sink.child(Part { path: path.clone(), bytes, name, declared: None, tricks: Vec::new() });
        };
        if let Some(data) = data {
            hand_on(data);
        }
        for property in properties.iter().filter(|property| property.id == ATTACH_DATA) {
            let Value::Bytes(values) = &property.value else { continue };
            for bytes in values {
                // An object is preceded by its interface id; an embedded message is a TNEF stream again.
                let inner = bytes.get(16..).filter(|_| property.is_object());
                hand_on(inner.unwrap_or(bytes));
            }
        }
        for property in &properties {
            self.body(property, sink);
        }
    }

    /// A length that lies, or garbage: takes what is there and goes on where the next known attribute begins.
    fn damaged(&mut self, cursor: &mut Cursor<'d>, sink: &mut dyn Sink) {
        let start = cursor.position();
        self.damages = self.damages.saturating_add(1);
        if self.damages > MOST_DAMAGES {
            let message = "too many damaged attributes; the rest was not read".to_owned();
            sink.report(code::LIMIT_STRUCTURE, Location::bytes(start as u64, 0), message);
            cursor.seek(cursor.data().len());
            return;
        }
        if self.damages == 1 {
            let message =
                "an attribute's length or level contradicts the format; known attributes behind it were looked for"
                    .to_owned();
            sink.report(code::BROKEN_STRUCTURE, Location::bytes(start as u64, 0), message);
        }
        let mut ahead = *cursor;
        let header = (|| {
            let level = ahead.u8("level").ok()?;
            let id = ahead.u16("id").ok()?;
            ahead.skip(6, "type and length").ok()?;
            matches!(level, 1 | 2).then_some(id)
        })();
        let rest = cursor.rest().get(1..).unwrap_or_default();
        let next = next_attribute(rest).map(|at| start.saturating_add(1).saturating_add(at));
        let end = next.unwrap_or(cursor.data().len());
        if let Some(id) = header {
            let data = cursor.data().get(ahead.position()..end).unwrap_or_default();
            self.take(id, data, sink);
        }
        cursor.seek(end);
    }
}

/// Offset of the next attribute header that matters.
fn next_attribute(bytes: &[u8]) -> Option<usize> {
    const HEADERS: [[u8; 5]; 5] =
        [[2, 0x0f, 0x80, 6, 0], [2, 0x10, 0x80, 1, 0], [2, 2, 0x90, 6, 0], [1, 3, 0x90, 6, 0], [2, 5, 0x90, 6, 0]];
    HEADERS.iter().filter_map(|header| memchr::memmem::find(bytes, header)).min()
}

fn text(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    };
    text.trim_end_matches('\0').to_owned()
}
