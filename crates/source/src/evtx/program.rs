//! What a stream of binary XML tokens yields: a flat list of named values, each made of literal text and substitutions.
//! Templates are read once into such a program; the values of each record fill it ([MS-EVEN6] 2.2.12, 3.1.4.7.3).
use super::bytes::{offset_at, slice, u8_at, u16_at, until_nul, utf16, window};
use super::names::{Context, Role};
use super::skeleton::{Mark, Skeleton};
use super::value;
use ddefend_event::native;
use std::borrow::Cow;

/// Open elements in one stream; real ones have four.
const MAX_DEPTH: usize = 256;
/// Values in one program; real ones have a hundred.
const MAX_ITEMS: usize = 16_384;

/// Bytes of names in one program. A name is written once and referred to by its offset, so they could multiply.
const MAX_NAMES: usize = 1 << 18;
const TOO_MANY: &str = "too many names in one stream";

/// A part of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// Literal text.
    Text(Box<str>),
    /// The instance's value of that number. An optional one that is empty takes its attribute with it.
    Slot { index: u16, optional: bool },
}

/// What an item is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// An element's text or an attribute's value.
    Pieces(Vec<Piece>),
    /// A template instance in the stream: offset behind its token. Only in streams, never in templates.
    Instance(usize),
    /// A literal value that is binary XML itself, from and to.
    Fragment(usize, usize),
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    /// Its native name; where `label` is there, only what stands behind it.
    pub(super) name: Box<str>,
    /// A name that the record itself gives by a substitution in `Data/@Name`.
    pub(super) label: Option<Box<[Piece]>>,
    /// What it says of the record.
    pub(super) role: Option<Role>,
    /// What it is made of.
    pub(super) what: What,
    /// An attribute's value.
    pub(super) attribute: bool,
    /// What binary XML in it stands in.
    pub(super) within: Context,
    /// Slots that, where one is null, leave it out (DependencyId).
    pub(super) depends: Box<[u16]>,
}

/// A stream as read.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    /// Values in the order of the document.
    pub(super) items: Vec<Item>,
    /// What was wrong there, if anything; the items before it are good.
    pub(super) broken: Option<&'static str>,
    /// Bytes of names that it keeps.
    pub(super) names: usize,
    /// What the same template looks like in another chunk.
    pub(super) skeleton: Skeleton,
}

impl Program {
    /// Reads the stream from `start` to `end` of a chunk; `template`: elements carry dependencies.
    pub(super) fn read(chunk: &[u8], start: usize, end: usize, template: bool, context: Context) -> Self {
        let mut builder = Builder {
            chunk,
            stream: window(chunk, 0, end),
            at: start,
            template,
            context,
            open: Vec::new(),
            items: Vec::new(),
            skeleton: Skeleton::new(start, template),
            names: MAX_NAMES,
        };
        let broken = builder.run().err();
        while !builder.open.is_empty() {
            builder.close();
        }
        let Builder { at, items, mut skeleton, names, .. } = builder;
        skeleton.finish(chunk, at);
        Self { items, broken, skeleton, names: MAX_NAMES.saturating_sub(names) }
    }
}

struct Open {
    name: Box<str>,
    outer: Context,
    within: Context,
    depends: Option<u16>,
    attributes: Vec<(Box<str>, Vec<Piece>)>,
    /// Its start tag is not closed yet.
    starting: bool,
    /// What its text is called, once the start tag is closed.
    text: Box<str>,
    label: Option<Box<[Piece]>>,
    /// It has attributes besides its name.
    adorned: bool,
    pieces: Vec<Piece>,
    /// It holds something else than these pieces.
    children: bool,
}

struct Builder<'c> {
    chunk: &'c [u8],
    /// The chunk up to the stream's end; names stand anywhere in the chunk.
    stream: &'c [u8],
    at: usize,
    template: bool,
    context: Context,
    open: Vec<Open>,
    items: Vec<Item>,
    skeleton: Skeleton,
    /// Bytes of names that may still be kept.
    names: usize,
}

type Step<T = ()> = Result<T, &'static str>;

const SHORT: &str = "binary XML ends in a token";

impl<'c> Builder<'c> {
    fn u8(&mut self) -> Step<u8> {
        let value = u8_at(self.stream, self.at).ok_or(SHORT)?;
        self.at = self.at.saturating_add(1);
        Ok(value)
    }

    fn u16(&mut self) -> Step<u16> {
        let value = u16_at(self.stream, self.at).ok_or(SHORT)?;
        self.at = self.at.saturating_add(2);
        Ok(value)
    }

    /// A size that says nothing we need, and differs between chunks.
    fn size(&mut self) -> Step {
        self.skeleton.mark(self.chunk, self.at, Mark::Size);
        slice(self.stream, self.at, 4).ok_or(SHORT)?;
        self.at = self.at.saturating_add(4);
        self.skeleton.resume(self.at);
        Ok(())
    }

    fn take(&mut self, length: usize) -> Step<&'c [u8]> {
        let bytes = slice(self.stream, self.at, length).ok_or(SHORT)?;
        self.at = self.at.saturating_add(length);
        Ok(bytes)
    }

    /// A name by its offset in the chunk; where it stands right here it is stepped over.
    fn name(&mut self) -> Step<Box<str>> {
        let offset = offset_at(self.stream, self.at).ok_or(SHORT)?;
        let length = offset.checked_add(6).and_then(|at| u16_at(self.chunk, at)).ok_or("a name's offset is outside")?;
        let bytes = usize::from(length).saturating_mul(2);
        let text = slice(self.chunk, offset.saturating_add(8), bytes).ok_or("a name's offset is outside")?;
        self.pay(bytes)?;
        let (name, prefixed) = (utf16(text), slice(self.chunk, offset.saturating_add(6), bytes.saturating_add(2)));
        self.skeleton.mark(self.chunk, self.at, Mark::Name(prefixed.unwrap_or_default().into()));
        self.at = self.at.saturating_add(4);
        if offset == self.at {
            self.at = self.at.saturating_add(10).saturating_add(bytes);
        }
        self.skeleton.resume(self.at);
        Ok(name.into())
    }

    /// Takes so many bytes from what names may still have.
    fn pay(&mut self, bytes: usize) -> Step {
        self.names = self.names.checked_sub(bytes).ok_or(TOO_MANY)?;
        Ok(())
    }

    fn run(&mut self) -> Step {
        while self.at < self.stream.len() {
            let token = self.u8()?;
            match token {
                0x00 => break,
                0x01 | 0x41 => self.open(token & 0x40 != 0)?,
                0x02 => self.start_done()?,
                0x03 => {
                    self.start_done()?;
                    self.close();
                }
                0x04 if self.open.last().is_some_and(|open| !open.starting) => self.close(),
                0x05 | 0x45 => self.literal()?,
                0x06 | 0x46 => {
                    let name = self.name()?;
                    let open = self.open.last_mut().filter(|open| open.starting);
                    open.ok_or("an attribute outside a start tag")?.attributes.push((name, Vec::new()));
                }
                0x07 | 0x47 => {
                    let text = self.counted()?;
                    self.push(Piece::Text(text));
                }
                0x08 | 0x48 => {
                    let unit = self.u16()?;
                    let letter = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
                    self.push(Piece::Text(letter.to_string().into()));
                }
                0x09 | 0x49 => {
                    let name = self.name()?;
                    self.push(Piece::Text(entity(&name).into()));
                }
                0x0a => _ = self.name()?,
                0x0b => _ = self.counted()?,
                0x0c if !self.template => self.instance()?,
                0x0d | 0x0e => {
                    let index = self.u16()?;
                    self.u8()?;
                    self.push(Piece::Slot { index, optional: token == 0x0e });
                }
                0x0f => _ = self.take(3)?,
                _ => return Err("an unknown binary XML token"),
            }
            if self.items.len() > MAX_ITEMS {
                return Err("too many values in one stream");
            }
        }
        if self.open.is_empty() { Ok(()) } else { Err("binary XML ends in an element") }
    }

    fn open(&mut self, attributes: bool) -> Step {
        let depends = if self.template { Some(self.u16()?).filter(|slot| *slot != u16::MAX) } else { None };
        self.size()?;
        let name = self.name()?;
        if attributes {
            self.size()?;
        }
        if self.open.len() >= MAX_DEPTH {
            return Err("elements are nested too deeply");
        }
        if self.open.last().is_some_and(|open| open.starting) {
            return Err("an element in a start tag");
        }
        let outer = self.child();
        let within = outer.within(&name);
        self.open.push(Open {
            name,
            outer,
            within,
            depends,
            attributes: Vec::new(),
            starting: true,
            text: "".into(),
            label: None,
            adorned: false,
            pieces: Vec::new(),
            children: false,
        });
        Ok(())
    }

    /// Something begins in the innermost element that is not text; the text before it is one value. What it stands in.
    fn child(&mut self) -> Context {
        let blank = |piece: &Piece| matches!(piece, Piece::Text(text) if text.chars().all(char::is_whitespace));
        match self.open.last_mut() {
            None => self.context,
            Some(open) => {
                open.children = true;
                let within = open.within;
                let pieces = std::mem::take(&mut open.pieces);
                if !pieces.iter().all(blank) {
                    self.text(pieces);
                }
                within
            }
        }
    }

    /// The innermost element's text.
    fn text(&mut self, pieces: Vec<Piece>) {
        let depends = self.depends();
        if let Some(open) = self.open.last() {
            let bytes = open.text.len().saturating_add(weight(&open.label));
            let Some(left) = self.names.checked_sub(bytes) else { return };
            self.names = left;
            let role = if open.label.is_some() { None } else { Role::of(open.outer, &open.text) };
            let (name, label, what) = (open.text.clone(), open.label.clone(), What::Pieces(pieces));
            self.items.push(Item { name, label, role, what, attribute: false, within: open.within, depends });
        }
    }

    /// A start tag ends: what its text is called is known, and its attributes are values.
    fn start_done(&mut self) -> Step {
        let depends = self.depends();
        let open = self.open.last_mut().filter(|open| open.starting).ok_or("a start tag ends that did not begin")?;
        open.starting = false;
        let (outer, within) = (open.outer, open.within);
        let mut text = outer.text(&open.name);
        let named = outer == Context::Data && matches!(&*open.name, "Data" | "ComplexData");
        if named && let Some(at) = open.attributes.iter().position(|(name, _)| &**name == "Name") {
            let pieces = open.attributes.remove(at).1;
            if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
                text = Some(joined(&pieces)).filter(|name| !name.is_empty()).unwrap_or(text);
            } else {
                open.label = Some(pieces.into_boxed_slice());
                text = String::new();
            }
        }
        open.adorned = !open.attributes.is_empty();
        for (attribute, pieces) in open.attributes.drain(..).filter(|(_, pieces)| !pieces.is_empty()) {
            if let Some(name) = outer.attribute(&open.name, &text, &attribute) {
                self.names = self.names.checked_sub(name.len().saturating_add(weight(&open.label))).ok_or(TOO_MANY)?;
                let role = if open.label.is_some() { None } else { Role::of(outer, &name) };
                let (label, depends, what) = (open.label.clone(), depends.clone(), What::Pieces(pieces));
                self.items.push(Item { name: name.into(), label, role, what, attribute: true, within, depends });
            }
        }
        // A name can be lost with the part of the chunk that it stood in.
        if text.is_empty() && open.label.is_none() {
            text.push_str(native::DATA);
        }
        open.text = text.into();
        Ok(())
    }

    fn push(&mut self, piece: Piece) {
        if let Some(open) = self.open.last_mut() {
            match open.attributes.last_mut() {
                Some((_, pieces)) if open.starting => pieces.push(piece),
                _ => open.pieces.push(piece),
            }
        } else if let Piece::Slot { .. } = piece {
            // A template that is nothing but another's frame.
            self.nested(What::Pieces(vec![piece]));
        }
    }

    /// Text with its number of characters before it.
    fn counted(&mut self) -> Step<Box<str>> {
        let length = usize::from(self.u16()?).saturating_mul(2);
        Ok(utf16(self.take(length)?).into())
    }

    /// A value that stands in the stream.
    fn literal(&mut self) -> Step {
        let kind = self.u8()?;
        match kind {
            value::STRING => {
                let text = self.counted()?;
                self.push(Piece::Text(text));
            }
            value::BINXML => {
                let length = usize::from(self.u16()?);
                let start = self.at;
                self.take(length)?;
                self.nested(What::Fragment(start, self.at));
            }
            _ => {
                let width = value::width(kind).ok_or("a literal value of an unknown type")?;
                let text = value::text(until(self.take(width)?, kind), kind).into_owned();
                self.push(Piece::Text(text.into()));
            }
        }
        Ok(())
    }

    /// A template instance inside the stream; it is read when the stream's values are.
    fn instance(&mut self) -> Step {
        let start = self.at;
        self.at = super::slots::end(self.stream, start).ok_or("a template instance that does not end")?;
        self.nested(What::Instance(start));
        Ok(())
    }

    fn nested(&mut self, what: What) {
        let within = self.child();
        let depends = self.depends();
        self.items.push(Item { name: "".into(), label: None, role: None, what, attribute: false, within, depends });
    }

    /// What leaves out the innermost element.
    fn depends(&self) -> Box<[u16]> {
        self.open.iter().filter_map(|open| open.depends).collect()
    }

    /// An element ends: what text is left is a value. An element without any is an empty value, unless it holds others.
    fn close(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        let frame = open.pieces.is_empty() && (open.adorned || open.outer.is_frame(&open.name));
        if open.children {
            self.child();
        } else if !frame && !open.starting {
            let pieces = std::mem::take(&mut open.pieces);
            self.text(pieces);
        }
        self.open.pop();
    }
}

/// Bytes of a name that is made of pieces.
fn weight(label: &Option<Box<[Piece]>>) -> usize {
    let pieces = label.as_deref().unwrap_or_default().iter();
    pieces.map(|piece| if let Piece::Text(text) = piece { text.len().saturating_add(32) } else { 32 }).sum()
}

fn joined(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| if let Piece::Text(text) = piece { text } else { "" }).collect()
}

fn until(bytes: &[u8], kind: u8) -> &[u8] {
    if kind == value::STRING { until_nul(bytes) } else { bytes }
}

/// What XML's own entities stand for; others are shown as written.
fn entity(name: &str) -> Cow<'_, str> {
    match name {
        "amp" => "&".into(),
        "lt" => "<".into(),
        "gt" => ">".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        _ => format!("&{name};").into(),
    }
}
