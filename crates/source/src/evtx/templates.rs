//! Templates by where they stand in a chunk and by what they are. Nearly every chunk of a log defines the same ones
//! again, so a definition is compared with those known before it is read anew; its GUID alone proves nothing.
use super::bytes::{offset_at, slice, u32_at, window};
use super::names::{Context, Role};
use super::program::{Item, Piece, Program, What};
use super::slots::DEFINITION;
use std::collections::HashMap;
use std::sync::Arc;

/// Places that are remembered; a chunk has at most a few dozen templates.
const PLACES: usize = 1024;
/// Templates that are kept.
const MAX_TEMPLATES: usize = 8192;
/// Bytes of all templates that are kept, roughly.
const MAX_SIZE: usize = 16 << 20;
/// What a value of a template takes besides its name, roughly.
const ITEM: usize = 128;
/// Templates of one GUID that are kept.
const MAX_TWINS: usize = 32;
/// Bytes of definitions read anew in one chunk. Definitions that overlap could otherwise cost the square of its size.
const MAX_READ: usize = 1 << 19;

/// Where a template says something about its record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Said {
    /// Nowhere.
    #[default]
    No,
    /// Itself.
    Text(Box<str>),
    /// In a substitution.
    Slot(u16),
    /// In several pieces.
    Mixed,
}

/// What binary XML in a substitution stands in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Nest {
    /// It is not element content.
    No,
    /// The item that it is the whole content of.
    Item(u32),
    /// Several, or a part of one.
    Several,
}

/// A template that was read.
#[derive(Debug)]
pub(super) struct Template {
    /// Its values.
    pub(super) program: Program,
    /// By slot.
    pub(super) nests: Box<[Nest]>,
    /// What it says of the record's kind.
    pub(super) channel: Said,
    pub(super) provider: Said,
    pub(super) event_id: Said,
}

impl Template {
    fn new(program: Program) -> Self {
        let said = |role| program.items.iter().find(|item| item.role == Some(role)).map(said).unwrap_or_default();
        let (channel, provider, event_id) = (said(Role::Channel), said(Role::Provider), said(Role::EventId));
        let mut nests = Vec::new();
        for (number, item) in program.items.iter().enumerate() {
            let What::Pieces(pieces) = &item.what else { continue };
            for piece in pieces.iter().filter(|_| !item.attribute) {
                let Piece::Slot { index, .. } = piece else { continue };
                let index = usize::from(*index);
                if nests.len() <= index {
                    nests.resize(index.saturating_add(1), Nest::No);
                }
                let alone = pieces.len() == 1;
                if let Some(nest) = nests.get_mut(index) {
                    *nest = match (*nest, u32::try_from(number)) {
                        (Nest::No, Ok(number)) if alone => Nest::Item(number),
                        _ => Nest::Several,
                    };
                }
            }
        }
        Self { program, nests: nests.into(), channel, provider, event_id }
    }
}

fn said(item: &Item) -> Said {
    match &item.what {
        What::Pieces(pieces) => match pieces.as_slice() {
            [] => Said::No,
            [Piece::Text(text)] => Said::Text(text.clone()),
            [Piece::Slot { index, .. }] => Said::Slot(*index),
            _ => Said::Mixed,
        },
        _ => Said::Mixed,
    }
}

/// A definition by its GUID and what it stands in.
type Identity = ([u8; 16], Context);

/// A template's number by where it stands in a chunk.
#[derive(Clone, Copy, Debug)]
struct Place {
    chunk: u32,
    offset: u32,
    context: Context,
    number: u32,
}

/// The templates known.
#[derive(Debug, Default)]
pub(super) struct Templates {
    known: Vec<Arc<Template>>,
    twins: HashMap<Identity, Vec<u32>>,
    /// By a hash of the offset; each place has a neighbour to give way to.
    places: Vec<Place>,
    /// Number of the chunk, so that places of others are not believed.
    chunk: u32,
    size: usize,
    read: usize,
    /// Counts how often everything was forgotten: numbers from before mean nothing.
    pub(super) generation: u32,
}

impl Templates {
    /// Another chunk begins: places mean nothing any more.
    pub(super) fn next_chunk(&mut self) {
        self.chunk = self.chunk.wrapping_add(1);
        if self.chunk == 0 || self.places.is_empty() {
            self.chunk = 1;
            self.places.clear();
            self.places.resize(PLACES, Place { chunk: 0, offset: 0, context: Context::Root, number: 0 });
        }
        self.read = 0;
        if self.known.len() > MAX_TEMPLATES || self.size > MAX_SIZE {
            self.known.clear();
            self.twins.clear();
            self.size = 0;
            self.generation = self.generation.wrapping_add(1);
        }
    }

    /// A template by its number.
    pub(super) fn by(&self, number: u32) -> Option<&Arc<Template>> {
        self.known.get(usize::try_from(number).ok()?)
    }

    /// The number of the template that is defined at an offset of this chunk.
    ///
    /// # Errors
    /// Where there is none, or where too much was read already.
    pub(super) fn at(&mut self, chunk: &[u8], offset: usize, context: Context) -> Result<u32, &'static str> {
        const OUTSIDE: &str = "a template's offset is outside the chunk";
        let key = u32::try_from(offset).map_err(|_| OUTSIDE)?;
        let first = usize::try_from(key.wrapping_mul(0x9e37_79b1) >> 22).unwrap_or_default();
        let mut free = first;
        for place in [first, first ^ 1] {
            match self.places.get(place) {
                Some(known) if known.chunk != self.chunk => free = place,
                Some(known) if known.offset == key && known.context == context => return Ok(known.number),
                _ => {}
            }
        }
        let header = slice(chunk, offset, DEFINITION).ok_or(OUTSIDE)?;
        let guid: [u8; 16] = header.get(4..).and_then(<[u8]>::first_chunk).copied().ok_or(OUTSIDE)?;
        let size = offset_at(header, 20).ok_or(OUTSIDE)?;
        let start = offset.saturating_add(DEFINITION);
        let identity = (guid, context);
        let twins = self.twins.get(&identity).map(Vec::as_slice).unwrap_or_default();
        let fits = |number: &&u32| self.by(**number).is_some_and(|known| known.program.skeleton.fits(chunk, start));
        let number = match twins.iter().find(fits) {
            Some(number) => *number,
            None => self.read(chunk, start, start.saturating_add(size), identity)?,
        };
        if let Some(place) = self.places.get_mut(free) {
            *place = Place { chunk: self.chunk, offset: key, context, number };
        }
        Ok(number)
    }

    fn read(&mut self, chunk: &[u8], start: usize, end: usize, identity: Identity) -> Result<u32, &'static str> {
        self.read = self.read.saturating_add(window(chunk, start, end).len()).saturating_add(DEFINITION);
        if self.read > MAX_READ {
            return Err("too many template definitions in one chunk");
        }
        let program = Program::read(chunk, start, end, true, identity.1);
        if program.items.is_empty() && program.broken.is_some() {
            return Err("a template definition that is none");
        }
        let number = u32::try_from(self.known.len()).map_err(|_| "too many templates")?;
        let body = window(chunk, start, end).len().saturating_add(program.names.saturating_mul(2));
        self.size = self.size.saturating_add(program.items.len().saturating_mul(ITEM)).saturating_add(body);
        self.known.push(Arc::new(Template::new(program)));
        let twins = self.twins.entry(identity).or_default();
        if twins.len() >= MAX_TWINS {
            twins.clear();
        }
        twins.push(number);
        Ok(number)
    }
}

/// First four bytes of the GUID of the definition at an offset: what instances of it carry.
pub(super) fn id_at(chunk: &[u8], offset: usize) -> Option<u32> {
    u32_at(chunk, offset.checked_add(4)?)
}
