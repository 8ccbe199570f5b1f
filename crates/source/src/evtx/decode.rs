//! One record whole, as an owned event: the way that is always right. The fast way does the same for wanted values only.
use super::bytes::window;
use super::names::{Context, Role};
use super::program::{Item, Piece, Program, What};
use super::slots::{self, Slot};
use super::templates::{Templates, id_at};
use super::value::{self, ARRAY, BINXML, NULL};
use ddefend_event::{Cell, Time, Value};
use ddefend_model::code;
use std::borrow::Cow;

/// Streams in streams; real records have two.
const MAX_DEPTH: usize = 32;
/// Values of one record; real ones have a hundred.
pub(super) const MAX_VALUES: usize = 65_536;
/// Bytes of text of one record.
const MAX_TEXT: usize = 4 << 20;

/// A record's content.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    /// Native names with values.
    pub(super) data: Vec<(Box<str>, Value)>,
    pub(super) channel: Box<str>,
    pub(super) provider: Box<str>,
    pub(super) computer: Box<str>,
    pub(super) event_id: u32,
    pub(super) time: Option<Time>,
    /// The first thing that was wrong: diagnostic id and words.
    pub(super) problem: Option<(&'static str, &'static str)>,
}

/// Decodes the stream from `start` to `end`. `strict`: a template counts only where the instance remembers its GUID,
/// which is what carved records need, whose templates may be overwritten. `values`: how many may be decoded at most.
pub(super) fn decode(
    chunk: &[u8],
    start: usize,
    end: usize,
    templates: &mut Templates,
    values: usize,
    strict: bool,
) -> Decoded {
    let out = Decoded::default();
    let mut decoder = Decoder { chunk, templates, out, text: 0, values: values.min(MAX_VALUES), strict };
    decoder.stream(start, end, Context::Root, 0);
    decoder.out
}

struct Decoder<'c, 't> {
    chunk: &'c [u8],
    templates: &'t mut Templates,
    out: Decoded,
    text: usize,
    values: usize,
    strict: bool,
}

impl Decoder<'_, '_> {
    fn problem(&mut self, code: &'static str, words: &'static str) {
        self.out.problem.get_or_insert((code, words));
    }

    fn stream(&mut self, start: usize, end: usize, context: Context, depth: usize) {
        if depth > MAX_DEPTH {
            self.problem(code::LIMIT_STRUCTURE, "binary XML is nested too deeply");
            return;
        }
        let program = Program::read(self.chunk, start, end, false, context);
        if let Some(words) = program.broken {
            self.problem(code::BROKEN_STRUCTURE, words);
        }
        self.run(&program.items, &[], end, depth);
    }

    fn instance(&mut self, at: usize, end: usize, context: Context, depth: usize) {
        let stream = window(self.chunk, 0, end);
        let Some(instance) = slots::instance(stream, at) else {
            self.problem(code::BROKEN_STRUCTURE, "a template instance is cut off");
            return;
        };
        let mut values = Vec::new();
        if slots::table(stream, instance.table, &mut values).is_none() {
            self.problem(code::BROKEN_STRUCTURE, "a record's values are cut off");
        }
        let ours = !self.strict || id_at(self.chunk, instance.definition) == Some(instance.id);
        let found = if ours {
            self.templates.at(self.chunk, instance.definition, context)
        } else {
            Err("a template was overwritten")
        };
        match found.map(|number| self.templates.by(number).cloned()) {
            Ok(Some(template)) => {
                if let Some(words) = template.program.broken {
                    self.problem(code::BROKEN_STRUCTURE, words);
                }
                self.run(&template.program.items, &values, end, depth);
            }
            Ok(None) => {}
            Err(words) => {
                self.problem(code::BROKEN_STRUCTURE, words);
                self.nameless(&values, end, context, depth);
            }
        }
    }

    fn run(&mut self, items: &[Item], slots: &[Slot], end: usize, depth: usize) {
        let null = |index: &u16| slots.get(usize::from(*index)).is_none_or(|slot| slot.kind == NULL);
        for item in items {
            if item.depends.iter().any(null) {
                continue;
            }
            let deeper = depth.saturating_add(1);
            match &item.what {
                What::Instance(at) => self.instance(*at, end, item.within, deeper),
                What::Fragment(start, end) => self.stream(*start, *end, item.within, deeper),
                What::Pieces(pieces) => self.pieces(item, pieces, slots, end, deeper),
            }
            if self.full() {
                return;
            }
        }
    }

    fn full(&mut self) -> bool {
        let full = self.out.data.len() >= self.values || self.text > MAX_TEXT;
        if full {
            self.problem(code::LIMIT_STRUCTURE, "a record with too many values");
        }
        full
    }

    fn pieces(&mut self, item: &Item, pieces: &[Piece], slots: &[Slot], end: usize, depth: usize) {
        match pieces {
            [] => self.push(item, slots, Value::Null),
            [Piece::Text(text)] => self.push(item, slots, Value::Text(text.clone())),
            [Piece::Slot { index, optional }] => {
                let slot = slots.get(usize::from(*index)).copied().unwrap_or_default();
                self.slot(item, slot, *optional, slots, end, depth);
            }
            _ => self.mixed(item, pieces, slots, end, depth),
        }
    }

    fn slot(&mut self, item: &Item, slot: Slot, optional: bool, slots: &[Slot], end: usize, depth: usize) {
        let bytes = slot.bytes(window(self.chunk, 0, end));
        if item.attribute && optional && is_nothing(bytes, slot.kind) {
            return;
        }
        if slot.kind == BINXML {
            if !item.attribute {
                self.nested(slot, end, item.within, depth);
            }
        } else if slot.kind & ARRAY != 0 {
            let mut rest = bytes;
            if rest.is_empty() {
                self.push(item, slots, Value::Null);
            }
            while let Some((one, behind)) = value::split(rest, slot.kind) {
                self.push(item, slots, value::value(one, slot.kind & !ARRAY));
                rest = behind;
                if self.full() {
                    return;
                }
            }
        } else {
            self.push(item, slots, value::value(bytes, slot.kind));
        }
    }

    fn nested(&mut self, slot: Slot, end: usize, context: Context, depth: usize) {
        let start = usize::try_from(slot.start).unwrap_or(usize::MAX);
        let stop = start.saturating_add(slot.size.into()).min(end);
        if start < stop {
            self.stream(start, stop, context, depth);
        }
    }

    /// Text of several pieces. An array among them repeats it.
    fn mixed(&mut self, item: &Item, pieces: &[Piece], slots: &[Slot], end: usize, depth: usize) {
        let stream = window(self.chunk, 0, end);
        let mut repeat: Option<(u16, &[u8], u8)> = None;
        for piece in pieces {
            let Piece::Slot { index, .. } = piece else { continue };
            let slot = slots.get(usize::from(*index)).copied().unwrap_or_default();
            if slot.kind == BINXML && !item.attribute {
                self.nested(slot, end, item.within, depth);
            } else if slot.kind & ARRAY != 0 && repeat.is_none() {
                repeat = Some((*index, slot.bytes(stream), slot.kind));
            }
        }
        loop {
            let one = repeat.and_then(|(index, rest, kind)| Some((index, value::split(rest, kind)?)));
            let mut text = String::new();
            for piece in pieces {
                match piece {
                    Piece::Text(literal) => text.push_str(literal),
                    Piece::Slot { index, .. } => match (one, repeat) {
                        (Some((array, (bytes, _))), Some((_, _, kind))) if array == *index => {
                            text.push_str(&value::text(bytes, kind & !ARRAY));
                        }
                        _ => text.push_str(&slot_text(slots, *index, stream)),
                    },
                }
            }
            self.push(item, slots, Value::Text(text.into()));
            match (one, &mut repeat) {
                (Some((_, (_, behind))), Some((_, rest, _))) if !behind.is_empty() && !self.full() => *rest = behind,
                _ => return,
            }
        }
    }

    fn push(&mut self, item: &Item, slots: &[Slot], value: Value) {
        let stream = self.chunk;
        let name = match &item.label {
            None => item.name.clone(),
            Some(pieces) => {
                let mut name = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => name.push_str(text),
                        Piece::Slot { index, .. } => name.push_str(&slot_text(slots, *index, stream)),
                    }
                }
                name.push_str(&item.name);
                if name.is_empty() { ddefend_event::native::DATA.into() } else { name.into() }
            }
        };
        let length = if let Value::Text(text) = &value { text.len() } else { 8 };
        self.text = self.text.saturating_add(length).saturating_add(name.len());
        if let Some(role) = item.role {
            self.says(role, &value);
        }
        self.out.data.push((name, value));
    }

    fn says(&mut self, role: Role, value: &Value) {
        let text = value.cell().to_text();
        let out = &mut self.out;
        let place = match role {
            Role::Channel => &mut out.channel,
            Role::Provider => &mut out.provider,
            Role::Computer => &mut out.computer,
            Role::EventId => {
                if out.event_id == 0 {
                    out.event_id = text.trim().parse().unwrap_or_default();
                }
                return;
            }
            Role::Time => {
                out.time = out.time.or_else(|| Time::parse(&text));
                return;
            }
        };
        if place.is_empty() {
            *place = text.into();
        }
    }

    /// Values of an instance whose template is lost: what they are called is unknown, what they say is not.
    fn nameless(&mut self, slots: &[Slot], end: usize, context: Context, depth: usize) {
        let within = if context == Context::Root { Context::Event } else { context };
        let name = ddefend_event::native::DATA.into();
        let (label, role, what) = (None, None, What::Pieces(Vec::new()));
        let item = Item { name, label, role, what, attribute: false, within, depends: Box::default() };
        let system = super::lost::names(slots);
        for (index, slot) in slots.iter().enumerate().filter(|(_, slot)| slot.kind != NULL) {
            let known = system(index).filter(|_| context == Context::Root);
            let item = match known {
                Some((name, role)) => Item { name: name.into(), role, within: Context::System, ..item.clone() },
                None => item.clone(),
            };
            self.slot(&item, *slot, false, slots, end, depth.saturating_add(1));
        }
    }
}

fn slot_text<'c>(slots: &[Slot], index: u16, stream: &'c [u8]) -> Cow<'c, str> {
    let slot = slots.get(usize::from(index)).copied().unwrap_or_default();
    if slot.kind == BINXML { "".into() } else { value::text(slot.bytes(stream), slot.kind) }
}

/// True where an optional value is none, so that its attribute is not written.
pub(super) fn is_nothing(bytes: &[u8], kind: u8) -> bool {
    kind == NULL || bytes.is_empty() || matches!(value::cell(bytes, kind), Some(Cell::Utf16([])))
}
