//! One `Event` element to the parts of a record. Names as in the reader for EVTX: what stands in `System` by its own
//! name, attributes as `Element_Attribute`, data by its `Name` or its element.

use crate::leaf::{Fix, Parts, Raw, Slot};
use crate::unescape;
use ddefend_event::native;
use memchr::{memchr, memchr2, memmem};
use std::borrow::Cow;

/// Nesting of elements, at most.
const DEPTH: usize = 64;

/// Where an element stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    Root,
    Event,
    System,
    Data,
    Rendering,
}

struct Open<'a> {
    name: &'a str,
    /// What its children stand in.
    within: Context,
    /// What it stands in itself.
    context: Context,
    /// The name of its text.
    title: Cow<'a, str>,
    /// Where its content begins.
    content: usize,
    /// It holds others.
    frame: bool,
}

/// Reads one element; false where it is not well formed.
pub(crate) fn parse<'a>(text: &'a str, parts: &mut Parts<'a>) -> bool {
    let mut stack: Vec<Open<'a>> = Vec::new();
    let mut at = 0_usize;
    let mut seen = false;
    while let Some(found) = text.as_bytes().get(at..).and_then(|rest| memchr(b'<', rest)) {
        let begin = at.saturating_add(found);
        let Some(tag) = text.get(begin..) else { return false };
        if let Some(length) = passage(tag) {
            let Some(length) = length else { return false };
            at = begin.saturating_add(length);
            continue;
        }
        let Some(length) = tag_length(tag) else { return false };
        at = begin.saturating_add(length);
        let inside = text.get(begin.saturating_add(1)..at.saturating_sub(1)).unwrap_or_default();
        if let Some(name) = inside.strip_prefix('/') {
            let Some(open) = stack.pop().filter(|open| open.name == name.trim_end()) else { return false };
            close(&open, text.get(open.content..begin).unwrap_or_default(), parts);
            if stack.is_empty() {
                return true;
            }
            continue;
        }
        let empty = inside.ends_with('/');
        let inside = inside.strip_suffix('/').unwrap_or(inside);
        if stack.len() >= DEPTH || (stack.is_empty() && seen) {
            return false;
        }
        seen = true;
        let context = stack.last_mut().map_or(Context::Root, |parent| {
            parent.frame = true;
            parent.within
        });
        let open = begin_element(inside, context, at, parts);
        if empty {
            close(&open, "", parts);
        } else {
            stack.push(open);
        }
    }
    false
}

/// Length of a comment, CDATA section, processing instruction or declaration; the inner none where it has no end.
fn passage(tag: &str) -> Option<Option<usize>> {
    let end = |start: &str, stop: &str| {
        tag.starts_with(start).then(|| memmem::find(tag.as_bytes(), stop.as_bytes())?.checked_add(stop.len()))
    };
    end("<![CDATA[", "]]>").or_else(|| end("<!--", "-->")).or_else(|| end("<?", "?>")).or_else(|| end("<!", ">"))
}

/// Length of a tag, with quoted `>` in it.
fn tag_length(tag: &str) -> Option<usize> {
    let bytes = tag.as_bytes();
    let mut at = 0_usize;
    loop {
        let end = at.checked_add(memchr(b'>', bytes.get(at..)?)?)?;
        match memchr2(b'"', b'\'', bytes.get(at..end)?) {
            None => return end.checked_add(1),
            Some(quote) => {
                let quote = at.checked_add(quote)?;
                let inside = quote.checked_add(1)?;
                at = inside.checked_add(memchr(*bytes.get(quote)?, bytes.get(inside..)?)?)?.checked_add(1)?;
            }
        }
    }
}

/// An element's start: its attributes are values, or say what its text is called.
fn begin_element<'a>(inside: &'a str, context: Context, content: usize, parts: &mut Parts<'a>) -> Open<'a> {
    let (name, attributes) = inside.split_once([' ', '\t', '\r', '\n']).unwrap_or((inside, ""));
    let within = match (context, name) {
        (Context::Root, "Event") => Context::Event,
        (Context::Root | Context::Event, "System") => Context::System,
        (Context::Root | Context::Event, "RenderingInfo") => Context::Rendering,
        (Context::Root | Context::Event, _) => Context::Data,
        (known, _) => known,
    };
    let mut title: Cow<'a, str> = match (context, name) {
        (Context::Rendering, "Message") | (Context::Root | Context::Event | Context::System | Context::Data, _) => {
            name.into()
        }
        (Context::Rendering, _) => format!("RenderingInfo_{name}").into(),
    };
    let mut open_attributes = Vec::new();
    let mut rest = attributes;
    while let Some((attribute, value, behind)) = attribute(rest) {
        rest = behind;
        if attribute == "xmlns" || attribute.starts_with("xmlns:") {
            continue;
        }
        if context == Context::Data && attribute == "Name" {
            if !value.is_empty() {
                title = decoded(value);
            }
            continue;
        }
        open_attributes.push((attribute, value));
    }
    for (attribute, value) in open_attributes {
        let raw = raw(value);
        match (context, name, attribute) {
            (Context::System, "Provider", "Name") => parts.slot(Slot::Provider, 0, native::PROVIDER, raw),
            (Context::System, "TimeCreated", "SystemTime") => parts.slot(Slot::Time, 0, native::TIME, raw),
            (Context::System, "Security", "UserID") => parts.push(native::USER_ID, raw, Fix::None),
            (Context::System | Context::Data | Context::Event, ..) => {
                parts.push(format!("{title}_{attribute}"), raw, Fix::None)
            }
            (Context::Root | Context::Rendering, ..) => {}
        }
    }
    Open { name, within, context, title, content, frame: false }
}

/// The next attribute: name, value, what follows.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('=')?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (value, behind) = rest.get(1..)?.split_once(quote)?;
    Some((name.trim(), value, behind))
}

/// An element's end: its text is a value, unless it holds others.
fn close<'a>(open: &Open<'a>, content: &'a str, parts: &mut Parts<'a>) {
    if open.frame {
        return;
    }
    let raw = raw(content);
    match (open.context, open.name) {
        (Context::Root | Context::Event, _) => {
            if open.within == Context::Data && !content.trim().is_empty() {
                parts.push(native::DATA, raw, Fix::None);
            }
        }
        (Context::System, "EventID") => parts.slot(Slot::EventId, 0, native::EVENT_ID, raw),
        (Context::System, "Channel") => parts.slot(Slot::Channel, 0, native::CHANNEL, raw),
        (Context::System, "Computer") => parts.slot(Slot::Computer, 0, native::COMPUTER, raw),
        (Context::System, "EventRecordID") => parts.slot(Slot::Record, 0, native::RECORD, raw),
        (Context::System, _) if content.is_empty() => {}
        (Context::System | Context::Data | Context::Rendering, _) => {
            let raw = if content.is_empty() { Raw::Null } else { raw };
            parts.push(open.title.clone(), raw, Fix::None);
        }
    }
}

fn raw(text: &str) -> Raw<'_> {
    if memchr2(b'&', b'<', text.as_bytes()).is_some() { Raw::Xml(text) } else { Raw::Text(text) }
}

fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut out = String::new();
    unescape::xml(text, &mut out);
    out.into()
}
