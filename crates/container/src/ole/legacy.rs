//! OLE 1.0 objects, MS-OLEDS 2.2: what RTF keeps in `\objdata`.

use super::class::ansi;
use super::{Origin, equation, packager};
use crate::{Claim, Format, Part, Probe, Reader, Sink, cfb};
use ddefend_guard::{Cursor, Short};
use ddefend_model::{Link, LinkKind, Location, Trigger, code};
use memchr::memmem;

const LINKED: u32 = 1;
const EMBEDDED: u32 = 2;

/// Object data as a part of its own: what RTF hands on as `application/x-oleobject`, and what has the header.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "ole1", title: "OLE 1.0 object", extensions: &["bin", "ole"] }, sniff, read };

/// Media type of object data; `; update` behind it says that the document updates the object when it is opened.
const MEDIA_TYPE: &str = "application/x-oleobject";

fn sniff(probe: &Probe<'_>) -> Claim {
    if probe.starts_with(&cfb::SIGNATURE) || probe.bytes().is_empty() {
        return Claim::No;
    }
    let declared = probe.part.declared.as_deref().is_some_and(|declared| declared.starts_with(MEDIA_TYPE));
    if declared || has_header(probe.bytes()) { Claim::Structure } else { Claim::No }
}

/// True for the header of a link or an embedded object with a printable class name.
fn has_header(bytes: &[u8]) -> bool {
    let mut cursor = Cursor::new(bytes);
    let fixed = cursor.array::<4>("version").and_then(|version| Ok((version, cursor.u32("format")?)));
    let Ok(([_, version, 0, 0], LINKED | EMBEDDED)) = fixed else { return false };
    let length = cursor.u32("class length").map_or(0, |length| usize::try_from(length).unwrap_or(0));
    let class = if (2..=256).contains(&length) { cursor.take_up_to(length) } else { &[] };
    let text = class.split_last().filter(|(end, text)| **end == 0 && !text.is_empty());
    version <= 0x10 && text.is_some_and(|(_, text)| text.iter().all(|byte| (0x20..0x7f).contains(byte)))
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let updates = part.declared.as_deref().is_some_and(|declared| declared.contains("; update"));
    let trigger = if updates { Trigger::Open } else { Trigger::Click };
    let origin = Origin { carrier: READER.format.id, location: Location::default(), trigger };
    object_data(part.bytes, None, &origin, sink);
}

/// Header and class of an object.
struct Header {
    format: u32,
    class: String,
    topic: String,
    item: String,
}

/// Reads object data of any make: an OLE 1.0 object, a bare compound file, or something that only holds one. `class` is
/// the class that the document names beside the data.
pub fn object_data(bytes: &[u8], class: Option<&str>, origin: &Origin, sink: &mut dyn Sink) {
    if bytes.is_empty() {
        return;
    }
    if bytes.starts_with(&cfb::SIGNATURE) {
        sink.child(Part::below(sink.path(), class.unwrap_or("object"), bytes));
        return;
    }
    let Err(short) = ole1(bytes, origin, sink) else { return };
    let message = format!("the object data is no whole OLE 1.0 object: {short}");
    sink.report(code::BROKEN_STRUCTURE, origin.location.clone(), message);
    let class = class.or_else(|| memmem::find(bytes, b"Equation.").map(|_| "Equation.3"));
    if let Some(start) = memmem::find(bytes, &cfb::SIGNATURE) {
        let step = class.unwrap_or("object");
        sink.child(Part::below(sink.path(), step, bytes.get(start..).unwrap_or_default()));
    } else if let Some(class) = class.filter(|class| equation::is_equation(class)) {
        equation::read(bytes, class, origin, sink);
    }
}

/// Reads an OLE 1.0 object: a link is reported, native data is taken apart, a presentation is passed over.
///
/// # Errors
/// Where the header is none or ends too early; nothing was reported then.
pub fn ole1(bytes: &[u8], origin: &Origin, sink: &mut dyn Sink) -> Result<(), Short> {
    let mut cursor = Cursor::new(bytes);
    let header = read_header(&mut cursor)?;
    match header.format {
        LINKED => read_linked(&header, &mut cursor, origin, sink),
        EMBEDDED => read_embedded(&header, &mut cursor, origin, sink)?,
        // 0: no object. 5: a presentation alone, MS-OLEDS 2.2.1.
        _ => {}
    }
    Ok(())
}

/// MS-OLEDS 2.2.4.
fn read_header(cursor: &mut Cursor<'_>) -> Result<Header, Short> {
    cursor.skip(4, "OLE version")?;
    let format = cursor.u32("object format")?;
    if !matches!(format, 0 | LINKED | EMBEDDED | 5) {
        return Err(Short { what: "a known object format", offset: 4, need: 4, have: 0 });
    }
    if format == 0 {
        return Ok(Header { format, class: String::new(), topic: String::new(), item: String::new() });
    }
    let class = text(cursor, "class name")?;
    if format == 5 {
        return Ok(Header { format, class, topic: String::new(), item: String::new() });
    }
    Ok(Header { format, class, topic: text(cursor, "topic")?, item: text(cursor, "item")? })
}

/// MS-OLEDS 2.1.4.
fn text(cursor: &mut Cursor<'_>, what: &'static str) -> Result<String, Short> {
    let length = cursor.u32(what)?;
    Ok(ansi(cursor.take(usize::try_from(length).unwrap_or(usize::MAX), what)?))
}

/// MS-OLEDS 2.2.6.
fn read_linked(header: &Header, cursor: &mut Cursor<'_>, origin: &Origin, sink: &mut dyn Sink) {
    let network = text(cursor, "network name").unwrap_or_default();
    let update = cursor.skip(4, "reserved").and_then(|()| cursor.u32("update option"));
    let mut link = Link::new(LinkKind::OleLink, origin.carrier, sink.path().clone(), origin.location.clone());
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    link.service = some(&header.class);
    link.topic = some(&header.topic);
    link.item = some(&header.item);
    link.target = some(&network).or_else(|| some(&header.topic));
    // 0: updated whenever the source changes, so at open too.
    let automatic = origin.trigger == Trigger::Open || update == Ok(0);
    link.trigger = if automatic { Trigger::Open } else { Trigger::Update };
    link.raw = format!("OLE 1.0 link: {}|{}!{}", header.class, header.topic, header.item);
    sink.link(link);
}

/// MS-OLEDS 2.2.5.
fn read_embedded(header: &Header, cursor: &mut Cursor<'_>, origin: &Origin, sink: &mut dyn Sink) -> Result<(), Short> {
    let size = cursor.u32("size of the native data")?;
    let data = cursor.take_up_to(usize::try_from(size).unwrap_or(usize::MAX));
    if (data.len() as u64) < u64::from(size) {
        let message = format!("the native data should have {size} bytes, {} are there", data.len());
        sink.report(code::BROKEN_TRUNCATED, origin.location.clone(), message);
    }
    if data.starts_with(&cfb::SIGNATURE) {
        sink.child(Part::below(sink.path(), &header.class, data));
    } else if equation::is_equation(&header.class) {
        equation::read(data, &header.class, origin, sink);
    } else {
        packager::read(data, &header.class, origin, sink);
    }
    Ok(())
}
