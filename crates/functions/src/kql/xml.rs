//! XML to dynamic values.

use super::value::{DYNAMIC, bounded, datum, f, text_at};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[f("parse_xml", 1, 1, DYNAMIC, parse_xml)];

/// Bytes that are read; longer text is null ("Kusto documentation, 'parse_xml()'").
const LARGEST: usize = 1 << 20;
/// How deep elements may stand in each other.
const DEEPEST: usize = 100;

/// An element that is open.
#[derive(Default)]
struct Open {
    name: Box<str>,
    parts: BTreeMap<Box<str>, Vec<Datum>>,
    text: String,
}

impl Open {
    /// What becomes of it: null where it is empty, its text where it has nothing else, else a bag.
    fn value(mut self) -> Datum {
        let text = self.text.trim();
        if self.parts.is_empty() {
            return if text.is_empty() { Datum::Null } else { datum(text) };
        }
        if !text.is_empty() {
            self.parts.insert("#text".into(), vec![datum(text)]);
        }
        let single = |mut values: Vec<Datum>| {
            if values.len() == 1 { values.pop().unwrap_or_default() } else { Datum::List(Arc::new(values)) }
        };
        Datum::Map(Arc::new(self.parts.into_iter().map(|(key, values)| (key, single(values))).collect()))
    }
}

/// "Kusto documentation, 'parse_xml()'": attributes as `@name`, text beside others as `#text`, elements of one name as a list;
/// null where it is no XML. Values stay text. No entities but the five of XML and those of numbers; nothing is fetched.
fn parse_xml(arguments: &[Datum], _: &Context) -> Datum {
    let source = text_at(arguments, 0);
    if source.len() > LARGEST {
        return Datum::Null;
    }
    read(&source).map_or(Datum::Null, bounded)
}

fn read(source: &str) -> Option<Datum> {
    let mut reader = Reader::from_str(source.trim());
    let mut open: Vec<Open> = vec![Open::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                (open.len() <= DEEPEST).then_some(())?;
                open.push(opened(&start)?);
            }
            Event::Empty(start) => close(&mut open, opened(&start)?)?,
            Event::End(_) => {
                let done = open.pop()?;
                close(&mut open, done)?;
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text.into_inner()),
            Event::CData(data) => open.last_mut()?.text.push_str(&data.into_inner()),
            Event::GeneralRef(reference) => open.last_mut()?.text.push(entity(&reference.into_inner())?),
            Event::Eof => break,
            _ => {}
        }
    }
    let root = open.pop()?;
    let whole = open.is_empty() && root.text.trim().is_empty() && root.parts.len() == 1;
    let value = root.value();
    match &value {
        Datum::Map(items) if whole && !items.values().any(|item| matches!(item, Datum::List(_))) => Some(value),
        _ => None,
    }
}

fn close(open: &mut [Open], done: Open) -> Option<()> {
    let name = done.name.clone();
    open.last_mut()?.parts.entry(name).or_default().push(done.value());
    Some(())
}

fn opened(start: &BytesStart<'_>) -> Option<Open> {
    let mut element = Open { name: start.name().into_inner().into(), ..Open::default() };
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let key = format!("@{}", attribute.key.into_inner());
        element.parts.insert(key.into(), vec![datum(unescaped(&attribute.value)?)]);
    }
    Some(element)
}

/// The text with its references resolved.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (name, after) = after.split_once(';')?;
        out.push(entity(name)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// What a reference stands for.
fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
