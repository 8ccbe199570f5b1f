//! Values of text logs where they lie in the bytes, and the record that they make.

use crate::unescape;
use ddefend_event::{Cell, Dialect, Event, Head, Key, Place, Time, Value, Zone, native};
use std::borrow::Cow;
use std::sync::Arc;

/// A value where it lies.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Raw<'a> {
    /// There, and nothing in it.
    Null,
    /// True or false.
    Bool(bool),
    /// A number's literal.
    Number(&'a str),
    /// Text as it is.
    Text(&'a str),
    /// What stands between JSON's quotes, with escapes.
    Json(&'a str),
    /// XML character data with references.
    Xml(&'a str),
    /// A CSV field with doubled quotes.
    Csv(&'a str),
    /// Text that had to be made.
    Made(Box<str>),
}

impl<'a> Raw<'a> {
    /// The text, where the value has one.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        let decode = |decode: fn(&str, &mut String), text: &str| {
            let mut out = String::new();
            decode(text, &mut out);
            Some(Cow::Owned(out))
        };
        match self {
            Self::Null => None,
            Self::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Self::Number(text) | Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Json(text) => decode(unescape::json, text),
            Self::Xml(text) => decode(unescape::xml, text),
            Self::Csv(text) => decode(unescape::csv, text),
            Self::Made(text) => Some(Cow::Borrowed(text)),
        }
    }

    /// True where that stands in the bytes, decoded or not.
    pub(crate) fn contains(&self, text: &str) -> bool {
        match self {
            Self::Null | Self::Bool(_) => false,
            Self::Made(inside) => inside.contains(text),
            Self::Number(inside) | Self::Text(inside) | Self::Json(inside) | Self::Xml(inside) | Self::Csv(inside) => {
                memchr::memmem::find(inside.as_bytes(), text.as_bytes()).is_some()
            }
        }
    }

    /// The same without borrowing.
    pub(crate) fn owned<'b>(&self) -> Raw<'b> {
        match self {
            Self::Null => Raw::Null,
            Self::Bool(value) => Raw::Bool(*value),
            // A number in a value of its own: its literal is what matters.
            Self::Number(_) | Self::Text(_) | Self::Json(_) | Self::Xml(_) | Self::Csv(_) | Self::Made(_) => {
                Raw::Made(self.text().unwrap_or_default().into())
            }
        }
    }

    /// A tag and the bytes as they stand, to tell kinds apart without decoding.
    pub(crate) fn stamp(&self, out: &mut Vec<u8>) {
        let (tag, bytes): (u8, &[u8]) = match self {
            Self::Null => (0, b""),
            Self::Bool(value) => (1, if *value { b"1" } else { b"0" }),
            Self::Number(text) => (2, text.as_bytes()),
            Self::Text(text) => (3, text.as_bytes()),
            Self::Json(text) => (4, text.as_bytes()),
            Self::Xml(text) => (5, text.as_bytes()),
            Self::Csv(text) => (6, text.as_bytes()),
            Self::Made(text) => (7, text.as_bytes()),
        };
        out.push(tag);
        out.extend_from_slice(bytes);
        out.push(0xff);
    }
}

/// What else has to be done to a value before it is what Windows wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fix {
    /// Nothing.
    #[default]
    None,
    /// Wazuh escapes quotes and backslashes a second time, and writes names with a small first letter.
    Wazuh,
    /// A GUID that lost its braces.
    Guid,
    /// A signed number that Windows writes in hexadecimal.
    Hex,
    /// Mordor's values carry XML references.
    Xml,
}

impl Fix {
    /// Appends `text` as Windows has it.
    fn apply(self, text: &str, out: &mut String) {
        match self {
            Self::None => out.push_str(text),
            Self::Wazuh => unescape::wazuh(text, out),
            Self::Guid => unescape::guid(text, out),
            Self::Xml => unescape::xml(text, out),
            Self::Hex => match text.parse::<i64>() {
                Ok(number) => out.push_str(&format!("0x{number:x}")),
                Err(_) => out.push_str(text),
            },
        }
    }
}

/// A native name with a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Leaf<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) raw: Raw<'a>,
    pub(crate) fix: Fix,
}

/// A cell, or where in the scratch text its text stands.
pub(crate) enum Ready<'a> {
    Cell(Cell<'a>),
    Scratch(usize, usize),
}

impl<'a> Leaf<'a> {
    /// The value as a cell; text that has to be decoded goes to `scratch`.
    pub(crate) fn ready<'l>(&'l self, scratch: &mut String) -> Ready<'l> {
        let start = scratch.len();
        let decode: fn(&str, &mut String) = match (&self.raw, self.fix) {
            (Raw::Null, _) => return Ready::Cell(Cell::Null),
            (Raw::Bool(value), _) => return Ready::Cell(Cell::Bool(*value)),
            (Raw::Number(literal), Fix::Hex) => return Ready::Cell(hex(literal)),
            (Raw::Number(literal), _) => return Ready::Cell(number(literal)),
            (Raw::Text(text), Fix::None) => return Ready::Cell(Cell::Str(text)),
            (Raw::Made(text), Fix::None) => return Ready::Cell(Cell::Str(text)),
            (Raw::Text(text), Fix::Xml) if memchr::memchr(b'&', text.as_bytes()).is_none() => {
                return Ready::Cell(Cell::Str(text));
            }
            (Raw::Json(text), Fix::Xml | Fix::Guid) if memchr::memchr(b'&', text.as_bytes()).is_none() => {
                unescape::json(text, scratch);
                return Ready::Scratch(start, scratch.len());
            }
            (Raw::Json(_), Fix::None) => unescape::json,
            (Raw::Xml(_), Fix::None) => unescape::xml,
            (Raw::Csv(_), Fix::None) => unescape::csv,
            (raw, fix) => {
                fix.apply(&raw.text().unwrap_or_default(), scratch);
                return Ready::Scratch(start, scratch.len());
            }
        };
        if let Raw::Json(text) | Raw::Xml(text) | Raw::Csv(text) = &self.raw {
            decode(text, scratch);
        }
        Ready::Scratch(start, scratch.len())
    }

    fn value(&self) -> Value {
        let mut scratch = String::new();
        match self.ready(&mut scratch) {
            Ready::Scratch(..) => Value::Text(scratch.into()),
            Ready::Cell(cell) => match cell {
                Cell::Null => Value::Null,
                Cell::Bool(value) => Value::Bool(value),
                Cell::Int(value) => Value::Int(value),
                Cell::Uint(value) => Value::Uint(value),
                Cell::Float(value) => Value::Float(value),
                cell => Value::Text(cell.to_text().into()),
            },
        }
    }

    fn title(&self) -> Box<str> {
        match self.fix {
            Fix::Wazuh => {
                let mut letters = self.name.chars();
                let first = letters.next().map(|first| first.to_ascii_uppercase());
                first.into_iter().chain(letters).collect::<String>().into()
            }
            _ => self.name.as_ref().into(),
        }
    }
}

/// A JSON number; one that no type holds exactly stays text.
fn number(literal: &str) -> Cell<'_> {
    if let Ok(value) = literal.parse::<i64>() {
        return Cell::Int(value);
    }
    if let Ok(value) = literal.parse::<u64>() {
        return Cell::Uint(value);
    }
    match literal.parse::<f64>() {
        Ok(value) if value.is_finite() && literal.contains(['.', 'e', 'E']) => Cell::Float(value),
        _ => Cell::Str(literal),
    }
}

fn hex(literal: &str) -> Cell<'_> {
    match (literal.parse::<i64>(), literal.parse::<u64>()) {
        (Ok(value), _) => Cell::Hex(u64::from_ne_bytes(value.to_ne_bytes())),
        (_, Ok(value)) => Cell::Hex(value),
        _ => Cell::Str(literal),
    }
}

/// What a record says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Channel,
    Provider,
    EventId,
    Computer,
    Time,
    Record,
    Action,
}

impl Slot {
    const COUNT: usize = 7;

    /// The name that the value has in a Windows record.
    pub(crate) fn native(self) -> &'static str {
        match self {
            Self::Channel => native::CHANNEL,
            Self::Provider => native::PROVIDER,
            Self::EventId => native::EVENT_ID,
            Self::Computer => native::COMPUTER,
            Self::Time => native::TIME,
            Self::Record => native::RECORD,
            Self::Action => "ActionType",
        }
    }
}

/// A record taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) dialect: Dialect,
    /// In order; those of Elastic's common schema that stand beside a Windows record are in `common`.
    pub(crate) leaves: Vec<Leaf<'a>>,
    /// Leaves that count only where the record turns out to be no Windows record.
    pub(crate) common: Vec<Leaf<'a>>,
    slots: [Option<(u8, usize)>; Slot::COUNT],
    /// True where times without a zone are UTC by the format's definition.
    pub(crate) utc: bool,
}

impl Default for Parts<'_> {
    fn default() -> Self {
        let (leaves, common) = (Vec::new(), Vec::new());
        Self { dialect: Dialect::Windows, leaves, common, slots: [None; Slot::COUNT], utc: false }
    }
}

impl<'a> Parts<'a> {
    /// Empties it for the next record.
    pub(crate) fn clear(&mut self, dialect: Dialect) {
        self.leaves.clear();
        self.common.clear();
        self.slots = [None; Slot::COUNT];
        self.dialect = dialect;
        self.utc = false;
    }

    /// Adds a value.
    pub(crate) fn push(&mut self, name: impl Into<Cow<'a, str>>, raw: Raw<'a>, fix: Fix) {
        self.leaves.push(Leaf { name: name.into(), raw, fix });
    }

    /// Adds a value that says what the record is; of several the one with the lowest rank stays.
    pub(crate) fn slot(&mut self, slot: Slot, rank: u8, name: impl Into<Cow<'a, str>>, raw: Raw<'a>) {
        if raw == Raw::Null || matches!(raw, Raw::Text("")) {
            return;
        }
        let leaf = Leaf { name: name.into(), raw, fix: Fix::None };
        let Some(place) = self.slots.get_mut(slot as usize) else { return };
        match *place {
            Some((known, _)) if known <= rank => {}
            Some((_, index)) => {
                *place = Some((rank, index));
                if let Some(old) = self.leaves.get_mut(index) {
                    *old = leaf;
                }
            }
            None => {
                *place = Some((rank, self.leaves.len()));
                self.leaves.push(leaf);
            }
        }
    }

    /// Changes the value that fills a slot, or fills it.
    pub(crate) fn force(&mut self, slot: Slot, name: &'static str, raw: Raw<'a>) {
        if let Some(place) = self.slots.get_mut(slot as usize) {
            // What stood there keeps its own name and is plain data now.
            *place = None;
        }
        self.slot(slot, 0, name, raw);
    }

    /// Changes the value that fills a slot.
    pub(crate) fn replace(&mut self, slot: Slot, raw: Raw<'a>) {
        let index = self.slots.get(slot as usize).and_then(|place| place.map(|(_, index)| index));
        if let Some(leaf) = index.and_then(|index| self.leaves.get_mut(index)) {
            leaf.raw = raw;
        }
    }

    /// Keeps the leaves whose index fits.
    pub(crate) fn keep(&mut self, fits: impl Fn(usize) -> bool) {
        let filled = |slots: &[Option<(u8, usize)>], at: usize| slots.iter().flatten().any(|(_, index)| *index == at);
        let (mut index, mut kept, mut moved) = (0_usize, 0_usize, Vec::new());
        let slots = self.slots;
        self.leaves.retain(|_| {
            let stays = filled(&slots, index) || fits(index);
            moved.push(kept);
            index = index.saturating_add(1);
            kept = kept.saturating_add(usize::from(stays));
            stays
        });
        for (_, at) in self.slots.iter_mut().flatten() {
            *at = moved.get(*at).copied().unwrap_or(*at);
        }
    }

    /// Takes over what another one holds, without borrowing from where it came.
    pub(crate) fn adopt(&mut self, inner: &Parts<'_>) {
        let slots = [Slot::Channel, Slot::Provider, Slot::EventId, Slot::Computer, Slot::Time, Slot::Record];
        for (index, leaf) in inner.leaves.iter().enumerate() {
            let (name, raw) = (leaf.name.to_string(), leaf.raw.owned());
            let filled =
                |slot: &&Slot| inner.slots.get(**slot as usize).is_some_and(|at| at.is_some_and(|at| at.1 == index));
            match slots.iter().find(filled) {
                // What is inside says more than the wrapper.
                Some(slot) => self.slot(*slot, 0, name, raw),
                None => self.push(name, raw, leaf.fix),
            }
        }
    }

    /// The leaf that fills a slot.
    pub(crate) fn at(&self, slot: Slot) -> Option<&Leaf<'a>> {
        let (_, index) = (*self.slots.get(slot as usize)?)?;
        self.leaves.get(index)
    }

    /// True where nothing says what the record is.
    pub(crate) fn is_nameless(&self) -> bool {
        [Slot::Channel, Slot::Provider, Slot::EventId, Slot::Action].iter().all(|slot| self.at(*slot).is_none())
    }

    /// A slot's text.
    pub(crate) fn said(&self, slot: Slot) -> Option<Cow<'_, str>> {
        self.at(slot)?.raw.text()
    }

    /// A value by its name, without ASCII case.
    pub(crate) fn named(&self, name: &str) -> Option<Cow<'_, str>> {
        self.leaves.iter().find(|leaf| leaf.name.eq_ignore_ascii_case(name))?.raw.text()
    }

    /// What tells its kind apart, as bytes.
    pub(crate) fn stamp(&self, out: &mut Vec<u8>) {
        out.clear();
        out.push(self.dialect as u8);
        for slot in [Slot::Channel, Slot::Provider, Slot::EventId, Slot::Action] {
            self.at(slot).map_or(&Raw::Null, |leaf| &leaf.raw).stamp(out);
        }
    }

    /// What kind of record it is.
    pub(crate) fn key(&self) -> Key {
        let text = |slot| self.said(slot).unwrap_or_default().as_ref().into();
        let windows = self.dialect == Dialect::Windows;
        let id = self.said(Slot::EventId).and_then(|id| id.trim().parse().ok()).unwrap_or_default();
        Key {
            dialect: self.dialect,
            channel: text(Slot::Channel),
            provider: if windows { text(Slot::Provider) } else { Box::default() },
            event_id: if windows { id } else { 0 },
            action: if windows { Box::default() } else { text(Slot::Action) },
        }
    }

    /// Its record number, where it says one.
    pub(crate) fn number(&self) -> Option<u64> {
        self.said(Slot::Record)?.trim().parse().ok()
    }

    /// What it says of itself; `number` is its running number where it has none.
    pub(crate) fn head(&self, key: &Key, source: &Arc<str>, offset: u64, number: u64) -> Head {
        let record = self.number().unwrap_or(number);
        let time = self
            .said(Slot::Time)
            .and_then(|text| crate::moment::read(&text))
            .map(|time| Time { zone: if self.utc { Zone::Utc } else { time.zone }, ..time });
        let host = self.said(Slot::Computer).unwrap_or_default().as_ref().into();
        Head { place: Place { source: Arc::clone(source), record, offset }, key: key.clone(), time, host }
    }

    /// When it was written, where it says so.
    pub(crate) fn time(&self) -> Option<Time> {
        let time = crate::moment::read(&self.said(Slot::Time)?)?;
        Some(Time { zone: if self.utc { Zone::Utc } else { time.zone }, ..time })
    }

    /// The record whole.
    pub(crate) fn event(&self, head: Head) -> Event {
        Event { head, data: self.leaves.iter().map(|leaf| (leaf.title(), leaf.value())).collect() }
    }
}
