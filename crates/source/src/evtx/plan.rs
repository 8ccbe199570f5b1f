//! Which slots of which template are wanted, worked out once per kind of record.
use super::bytes::window;
use super::program::{Piece, What};
use super::slots::Slot;
use super::templates::{Said, Template, Templates};
use super::value;
use ddefend_event::{Cell, Dialect, Key, Selection, Selector};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// Kinds that are kept. A log has some hundreds; a hostile one may have a new one in each record.
const MAX_KINDS: usize = 4096;
/// Steps of one plan; records with more are decoded whole.
const MAX_STEPS: usize = 256;
/// Steps of all plans that are kept.
const MAX_KEPT: usize = 1 << 18;
/// Bytes of a channel's or provider's name that is remembered.
const MAX_NAME: usize = 1024;
/// A step that only the asker for everything wants.
pub(super) const NOBODY: u16 = u16::MAX;
/// A step whose element depends on nothing.
pub(super) const NEVER: u16 = u16::MAX;

/// Where a wanted value comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    /// An element that is empty by the template.
    Nothing,
    /// The template's own text: number of the item.
    Literal(u32),
    /// A slot. An optional attribute stands for nothing where it is empty.
    Slot { index: u16, optional: bool },
}

/// One wanted value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Index in [`Selection::wanted`], or [`NOBODY`].
    pub(super) row: u16,
    /// True where it goes to everything, too. Set once for values that are wanted several times.
    pub(super) all: bool,
    /// Slot that leaves it out where it is null, or [`NEVER`].
    pub(super) depends: u16,
    /// Where it comes from.
    pub(super) from: From,
}

/// What to take out of the instances of one template.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Something is wanted that the fast way cannot make; the record is decoded whole.
    pub(super) slow: bool,
}

impl Plan {
    fn new(template: &Template, selection: &Selection) -> Self {
        let mut plan = Self::default();
        for (number, item) in template.program.items.iter().enumerate() {
            let mut rows: Vec<u16> = Vec::new();
            for (row, name) in selection.wanted.iter().enumerate().take(usize::from(NOBODY)) {
                if name.eq_ignore_ascii_case(&item.name) {
                    rows.extend(u16::try_from(row));
                }
            }
            // A label could be any name.
            plan.slow |= item.label.is_some();
            if rows.is_empty() && !selection.everything {
                continue;
            }
            let mut from = From::Nothing;
            match &item.what {
                What::Pieces(pieces) => match pieces.as_slice() {
                    [] => {}
                    [Piece::Text(_)] => from = From::Literal(u32::try_from(number).unwrap_or(u32::MAX)),
                    [Piece::Slot { index, optional }] => {
                        from = From::Slot { index: *index, optional: *optional && item.attribute };
                    }
                    _ => plan.slow = true,
                },
                // Templates hold no instances; fragments in them are rare.
                What::Instance(_) | What::Fragment(..) => {
                    plan.slow = true;
                    continue;
                }
            }
            let depends = match &*item.depends {
                [] => NEVER,
                [one] => *one,
                _ => {
                    plan.slow = true;
                    NEVER
                }
            };
            let mut all = selection.everything;
            if rows.is_empty() {
                rows.push(NOBODY);
            }
            for row in rows {
                plan.steps.push(Step { row, all, depends, from });
                all = false;
            }
        }
        if plan.steps.len() > MAX_STEPS {
            plan = Self { steps: Vec::new(), slow: true };
        }
        plan.slow |= template.program.items.iter().any(|item| !matches!(item.what, What::Pieces(_)));
        plan
    }
}

/// A kind of record as one template writes it.
#[derive(Debug)]
pub(super) struct Kind {
    template: u32,
    event_id: u32,
    channel: Box<[u8]>,
    provider: Box<[u8]>,
    /// What is wanted of it.
    pub(super) selection: Option<Arc<Selection>>,
    plans: Vec<(u32, Plan)>,
    /// Steps of all of them, and the plans themselves.
    steps: usize,
}

impl Kind {
    /// The number of the plan for a template in records of this kind; none where the fast way cannot take it.
    pub(super) fn plan(&mut self, number: u32, templates: &Templates) -> Option<usize> {
        let place = match self.plans.iter().position(|(known, _)| *known == number) {
            Some(place) => place,
            None => {
                let plan = Plan::new(templates.by(number)?, self.selection.as_ref()?);
                self.steps = self.steps.saturating_add(plan.steps.len()).saturating_add(1);
                self.plans.push((number, plan));
                self.plans.len().saturating_sub(1)
            }
        };
        self.plans.get(place).filter(|(_, plan)| !plan.slow).map(|_| place)
    }

    /// The steps of a plan by its number.
    pub(super) fn steps(&self, place: usize) -> &[Step] {
        self.plans.get(place).map(|(_, plan)| plan.steps.as_slice()).unwrap_or_default()
    }
}

/// The kinds met so far.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    known: Vec<Kind>,
    by_hash: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
    last: usize,
    by_key: HashMap<Key, Option<Arc<Selection>>>,
    generation: u32,
}

/// A number that is a hash already.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0, bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Multiply and rotate, eight bytes at a time. Collisions cost time only: what is found is compared.
fn mix(mut hash: u64, bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (eights, rest) = bytes.as_chunks::<8>();
    for eight in eights {
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(*eight)).wrapping_mul(ODD);
    }
    for byte in rest {
        hash = (hash.rotate_left(5) ^ u64::from(*byte)).wrapping_mul(ODD);
    }
    hash
}

impl Kinds {
    /// Forgets what was said of templates that were forgotten.
    pub(super) fn follow(&mut self, generation: u32) {
        let steps: usize = self.known.iter().map(|kind| kind.steps).sum();
        if self.generation != generation || self.known.len() > MAX_KINDS || steps > MAX_KEPT {
            self.generation = generation;
            self.known.clear();
            self.by_hash.clear();
        }
    }

    /// The number of the kind of an instance of a template; none where the fast way cannot tell.
    pub(super) fn of(
        &mut self,
        number: u32,
        template: &Template,
        slots: &[Slot],
        stream: &[u8],
        selector: &dyn Selector,
    ) -> Option<usize> {
        let slot = |said: &Said| match said {
            Said::Slot(index) => Some(slots.get(usize::from(*index)).copied().unwrap_or_default()),
            _ => None,
        };
        let event_id = match &template.event_id {
            Said::Text(text) => text.trim().parse().ok()?,
            Said::Slot(_) => id(slot(&template.event_id)?, stream),
            Said::No | Said::Mixed => return None,
        };
        if template.channel == Said::Mixed || template.provider == Said::Mixed {
            return None;
        }
        let bytes = |said| slot(said).map(|slot| slot.bytes(stream)).unwrap_or_default();
        let (channel, provider) = (bytes(&template.channel), bytes(&template.provider));
        if channel.len() > MAX_NAME || provider.len() > MAX_NAME {
            return None;
        }
        let fits = |kind: &Kind| {
            kind.template == number
                && kind.event_id == event_id
                && *kind.channel == *channel
                && *kind.provider == *provider
        };
        if self.known.get(self.last).is_some_and(fits) {
            return Some(self.last);
        }
        let seed = u64::from(number) << 32 | u64::from(event_id);
        let hash = mix(mix(seed, channel), provider);
        let found = self.by_hash.get(&hash).and_then(|place| usize::try_from(*place).ok());
        if let Some(place) = found.filter(|place| self.known.get(*place).is_some_and(fits)) {
            self.last = place;
            return Some(place);
        }
        let text = |said: &Said| match said {
            Said::Text(text) => text.clone(),
            _ => slot(said).map(|slot| value::text(slot.bytes(stream), slot.kind).into()).unwrap_or_default(),
        };
        let key = Key {
            dialect: Dialect::Windows,
            channel: text(&template.channel),
            provider: text(&template.provider),
            event_id,
            action: "".into(),
        };
        let selection = self.select(key, selector);
        let (channel, provider, plans) = (channel.into(), provider.into(), Vec::new());
        let place = self.known.len();
        self.by_hash.insert(hash, u32::try_from(place).ok()?);
        self.known.push(Kind { template: number, event_id, channel, provider, selection, plans, steps: 0 });
        Some(place)
    }

    /// A kind by its number.
    pub(super) fn by(&mut self, place: usize) -> Option<&mut Kind> {
        self.known.get_mut(place)
    }

    /// What is wanted of records with that key.
    pub(super) fn select(&mut self, key: Key, selector: &dyn Selector) -> Option<Arc<Selection>> {
        if key.channel.len() > MAX_NAME || key.provider.len() > MAX_NAME {
            return selector.select(&key);
        }
        if self.by_key.len() > MAX_KINDS {
            self.by_key.clear();
        }
        self.by_key.entry(key).or_insert_with_key(|key| selector.select(key)).clone()
    }
}

/// An event id by its value.
fn id(slot: Slot, stream: &[u8]) -> u32 {
    match value::cell(slot.bytes(stream), slot.kind) {
        Some(Cell::Uint(id)) => u32::try_from(id).unwrap_or_default(),
        Some(Cell::Int(id)) => u32::try_from(id).unwrap_or_default(),
        Some(cell) => cell.to_text().trim().parse().unwrap_or_default(),
        None => 0,
    }
}

/// A slot's bytes in the stream of its instance.
pub(super) fn bytes_of<'c>(slots: &[Slot], index: u16, chunk: &'c [u8], end: usize) -> (&'c [u8], u8) {
    match slots.get(usize::from(index)) {
        Some(slot) => (slot.bytes(window(chunk, 0, end)), slot.kind),
        None => (&[], value::NULL),
    }
}
