//! The fast way: of each record only the wanted values, where they lie in the chunk.
use super::bytes::{slice, window};
use super::decode::{self, Decoded, is_nothing};
use super::names::Context;
use super::plan::{From, Kind, Kinds, NEVER, NOBODY, bytes_of};
use super::program::{Piece, What};
use super::record::{Lazy, Owned, Raw};
use super::slots::{self, Slot};
use super::templates::{Nest, Templates};
use super::value::{self, ARRAY, BINXML, NULL};
use crate::Sink;
use ddefend_event::{Cell, Row, Selector};

/// Instances in one record on the fast way; real ones have two.
const MAX_PARTS: usize = 16;
/// Cells of one record on the fast way.
const MAX_CELLS: usize = 65_536;

/// Values that are decoded whole in one chunk: instances of one large template could otherwise multiply without end.
const MAX_CHUNK_VALUES: usize = 1 << 20;

/// What one thread keeps from record to record.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) templates: Templates,
    pub(super) kinds: Kinds,
    slots: Vec<Slot>,
    parts: Vec<Part>,
    row: Row<'static>,
    /// Records that nobody wants, since they were last counted.
    pub(super) skipped: u64,
    /// Whose answers the kinds remember.
    asked: usize,
    /// Records that their chunk does not count are wanted, too.
    pub(super) recover: bool,
    /// Recovered records of this chunk whose templates are lost.
    pub(super) lost: u64,
    /// Values that may still be decoded in this chunk.
    values: usize,
}

/// One template instance of a record.
#[derive(Debug)]
struct Part {
    template: u32,
    first: usize,
    end: usize,
    plan: usize,
}

/// Why the fast way gives up.
enum Stop {
    /// Something that only the slow way reads.
    Slow,
    /// Nobody wants it.
    Unwanted,
}

impl Scratch {
    /// Forgets another asker's answers.
    pub(super) fn ask(&mut self, selector: &dyn Selector) {
        let asked = std::ptr::from_ref(selector).cast::<()>().addr();
        if self.asked != asked {
            self.kinds = Kinds::default();
            self.asked = asked;
        }
    }

    /// Another chunk begins.
    pub(super) fn next_chunk(&mut self) {
        self.values = MAX_CHUNK_VALUES;
        self.templates.next_chunk();
        self.kinds.follow(self.templates.generation);
    }

    /// Reads one record.
    pub(super) fn record(&mut self, raw: &Raw<'_>, sink: &mut dyn Sink) {
        if raw.recovered.is_some() {
            return self.slow(raw, sink);
        }
        match self.fast(raw, sink) {
            Ok(()) => {}
            Err(Stop::Unwanted) => self.skipped = self.skipped.saturating_add(1),
            Err(Stop::Slow) => self.slow(raw, sink),
        }
    }

    /// The instance at `at`, as another part. What comes behind it.
    fn part(&mut self, chunk: &[u8], at: usize, end: usize, context: Context) -> Result<usize, Stop> {
        let stream = window(chunk, 0, end);
        let instance = slots::instance(stream, at).ok_or(Stop::Slow)?;
        let template = self.templates.at(chunk, instance.definition, context).map_err(|_| Stop::Slow)?;
        let first = self.slots.len();
        let behind = slots::table(stream, instance.table, &mut self.slots).ok_or(Stop::Slow)?;
        self.parts.push(Part { template, first, end, plan: 0 });
        // Anything more than the end belongs to the slow way.
        match stream.get(behind) {
            None | Some(0) => Ok(behind),
            Some(_) => Err(Stop::Slow),
        }
    }

    fn fast(&mut self, raw: &Raw<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.slots.clear();
        self.parts.clear();
        let at = single(raw.chunk, raw.body, raw.end).ok_or(Stop::Slow)?;
        self.part(raw.chunk, at, raw.end, Context::Root)?;
        let outer = self.parts.first().map(|part| part.template).ok_or(Stop::Slow)?;
        let template = self.templates.by(outer).ok_or(Stop::Slow)?;
        if template.program.broken.is_some() {
            return Err(Stop::Slow);
        }
        let stream = window(raw.chunk, 0, raw.end);
        let place = self.kinds.of(outer, template, &self.slots, stream, sink.selector()).ok_or(Stop::Slow)?;
        if self.kinds.by(place).is_none_or(|kind| kind.selection.is_none()) {
            return Err(Stop::Unwanted);
        }
        let mut number = 0;
        while number < self.parts.len() {
            self.nested(raw.chunk, number)?;
            number = number.saturating_add(1);
        }
        let kind = self.kinds.by(place).ok_or(Stop::Slow)?;
        for part in &mut self.parts {
            part.plan = kind.plan(part.template, &self.templates).ok_or(Stop::Slow)?;
        }
        let Some(selection) = &kind.selection else { return Err(Stop::Unwanted) };
        let mut row = recycled(std::mem::take(&mut self.row));
        let done = fill(&self.parts, &self.slots, &self.templates, kind, raw.chunk, &mut row);
        if done.is_ok() {
            let template = self.templates.by(outer).ok_or(Stop::Slow)?;
            let behind = self.parts.get(1).map_or(self.slots.len(), |next| next.first);
            let slots = self.slots.get(..behind).unwrap_or_default();
            sink.record(&Lazy { raw: *raw, template, slots }, selection, &row);
        }
        self.row = recycled(row);
        done
    }

    /// Finds the instances in the slots of a part.
    fn nested(&mut self, chunk: &[u8], number: usize) -> Result<(), Stop> {
        let Some(part) = self.parts.get(number) else { return Ok(()) };
        let (first, template, end) = (part.first, part.template, part.end);
        let last = self.parts.get(number.saturating_add(1)).map_or(self.slots.len(), |next| next.first);
        let mut place = first;
        loop {
            // Hardly any slot holds binary XML; they are passed over by one short loop.
            let rest = self.slots.get(place..last).unwrap_or_default();
            let Some(ahead) = rest.iter().position(|slot| slot.kind == BINXML && slot.size > 0) else { return Ok(()) };
            let Some(slot) = rest.get(ahead).copied() else { return Ok(()) };
            let index = place.saturating_add(ahead).saturating_sub(first);
            place = place.saturating_add(ahead).saturating_add(1);
            let template = self.templates.by(template).ok_or(Stop::Slow)?;
            let item = match template.nests.get(index) {
                None | Some(Nest::No) => continue,
                Some(Nest::Several) => return Err(Stop::Slow),
                Some(Nest::Item(item)) => usize::try_from(*item).ok().and_then(|item| template.program.items.get(item)),
            };
            let item = item.filter(|item| item.depends.is_empty()).ok_or(Stop::Slow)?;
            let context = item.within;
            let start = usize::try_from(slot.start).map_err(|_| Stop::Slow)?;
            let stop = start.saturating_add(slot.size.into()).min(end);
            let at = single(chunk, start, stop).ok_or(Stop::Slow)?;
            if self.parts.len() >= MAX_PARTS {
                return Err(Stop::Slow);
            }
            self.part(chunk, at, stop, context)?;
        }
    }

    /// The slow way: everything is decoded, then the wanted values are picked.
    fn slow(&mut self, raw: &Raw<'_>, sink: &mut dyn Sink) {
        let decoded = self.decode(raw);
        if let Some((code, words)) = decoded.problem {
            if raw.recovered.is_none() {
                sink.diagnostic(raw.diagnostic(code, words));
            } else {
                self.lost = self.lost.saturating_add(1);
                if decoded.data.is_empty() {
                    return;
                }
            }
        }
        let event = raw.event(decoded);
        match self.kinds.select(event.head.key.clone(), sink.selector()) {
            None => self.skipped = self.skipped.saturating_add(1),
            Some(selection) => {
                let row = Row::of(&event, &selection);
                sink.record(&Owned(&event), &selection, &row);
            }
        }
    }

    fn decode(&mut self, raw: &Raw<'_>) -> Decoded {
        let decoded =
            decode::decode(raw.chunk, raw.body, raw.end, &mut self.templates, self.values, raw.recovered.is_some());
        self.values = self.values.saturating_sub(decoded.data.len());
        decoded
    }
}

/// Puts a record's wanted values into its row.
fn fill<'r>(
    parts: &[Part],
    slots: &[Slot],
    templates: &'r Templates,
    kind: &Kind,
    chunk: &'r [u8],
    row: &mut Row<'r>,
) -> Result<(), Stop> {
    let all = slots;
    for (number, part) in parts.iter().enumerate() {
        let last = parts.get(number.saturating_add(1)).map_or(all.len(), |next| next.first);
        let slots = all.get(part.first..last).unwrap_or_default();
        let template = templates.by(part.template).ok_or(Stop::Slow)?;
        for step in kind.steps(part.plan) {
            if step.depends != NEVER && slots.get(usize::from(step.depends)).is_none_or(|slot| slot.kind == NULL) {
                continue;
            }
            let mut put = |cell: Cell<'r>| {
                if step.row != NOBODY {
                    row.cells.push((step.row, cell));
                }
                if step.all {
                    row.everything.push(cell);
                }
            };
            match step.from {
                From::Nothing => put(Cell::Null),
                From::Literal(item) => {
                    let item = usize::try_from(item).ok().and_then(|item| template.program.items.get(item));
                    if let Some(What::Pieces(pieces)) = item.map(|item| &item.what)
                        && let [Piece::Text(text)] = pieces.as_slice()
                    {
                        put(Cell::Str(text));
                    }
                }
                From::Slot { index, optional } => {
                    let (bytes, kind) = bytes_of(slots, index, chunk, part.end);
                    if kind & ARRAY != 0 {
                        array(bytes, kind, optional, &mut put)?;
                    } else if kind != BINXML && !(optional && is_nothing(bytes, kind)) {
                        put(value::cell(bytes, kind).ok_or(Stop::Slow)?);
                    }
                }
            }
            if row.cells.len() > MAX_CELLS || row.everything.len() > MAX_CELLS {
                return Err(Stop::Slow);
            }
        }
    }
    Ok(())
}

fn array<'r>(bytes: &'r [u8], kind: u8, optional: bool, put: &mut impl FnMut(Cell<'r>)) -> Result<(), Stop> {
    if bytes.is_empty() && !optional {
        put(Cell::Null);
    }
    let mut rest = bytes;
    while let Some((one, behind)) = value::split(rest, kind) {
        put(value::cell(one, kind & !ARRAY).ok_or(Stop::Slow)?);
        rest = behind;
    }
    Ok(())
}

/// Where the one instance begins that a stream consists of; none where it is made otherwise.
fn single(chunk: &[u8], start: usize, end: usize) -> Option<usize> {
    match slice(chunk, start, 5)? {
        [0x0f, _, _, _, 0x0c] if start.saturating_add(5) < end => Some(start.saturating_add(5)),
        [0x0c, ..] => Some(start.saturating_add(1)),
        _ => None,
    }
}

/// An empty row with another's memory: a record borrows from its chunk, and the memory outlives it.
fn recycled<'b>(mut row: Row<'_>) -> Row<'b> {
    row.cells.clear();
    row.everything.clear();
    Row {
        cells: row.cells.into_iter().map_while(|_| None).collect(),
        everything: row.everything.into_iter().map_while(|_| None).collect(),
    }
}
