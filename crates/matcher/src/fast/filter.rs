//! Which rules may hold of a record, by the witnesses that its values show.

use super::compile::number;
use super::lower::Node;
use super::witness::{self, Anchor, Seen, Witness};
use crate::scalar;
use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use core::sync::atomic::{AtomicU32, Ordering};
use ddefend_event::Cell;
use std::collections::{BTreeMap, HashMap};

/// Up to so many texts are looked for by vector instructions first.
const PACKED: usize = 48;
/// The letters that texts of numbers, GUIDs, SIDs, times, booleans and bytes are made of, folded.
const SCALAR: &[u8] = b"0123456789abcdefx-{}:.tzs+inrul";

/// All witnesses of a plan.
#[derive(Debug, Default)]
pub(super) struct Prefilter {
    /// Programs without a witness.
    pub(super) always: Vec<u32>,
    /// Fields whose being there is a witness.
    pub(super) present: Vec<(u16, u32)>,
    /// Fields with literals.
    pub(super) filters: Vec<Filter>,
    /// Witnesses by number, each with the programs that wait for it.
    pub(super) witnesses: Vec<(Witness, Vec<u32>)>,
}

/// The literals of one field.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) field: u16,
    /// No other filter of the process has it.
    pub(super) id: u32,
    /// Whole values.
    whole: HashMap<Box<[u8]>, u32>,
    /// Last components of paths, from the backslash on.
    last: HashMap<Box<[u8]>, Vec<u32>>,
    /// Numbers, by their bits.
    numbers: HashMap<u64, u32>,
    /// Everything else.
    inside: Option<AhoCorasick>,
    /// Says quickly that none of `inside` is there; only for few texts.
    packed: Option<Searcher>,
    /// Shortest literal in characters; no value with fewer UTF-16 units can show one.
    shortest: usize,
    /// True where a literal might stand in a number, a GUID, a SID, a time or bytes.
    scalar: bool,
    /// For each text of `inside`, which witnesses it shows at which end.
    shown: Vec<Vec<(Anchor, u32)>>,
}

/// What is sought in one field.
#[derive(Default)]
struct Sought<'t> {
    literals: Vec<(Anchor, &'t str, u32)>,
    numbers: HashMap<u64, u32>,
}

impl Prefilter {
    /// Chooses witnesses for the programs of a plan, given in their order.
    pub(super) fn new(rules: &[(u32, Node<'_>)], seen: &Seen) -> Self {
        let mut prefilter = Self::default();
        let mut waiting: BTreeMap<Witness, Vec<u32>> = BTreeMap::new();
        for (program, (_, node)) in rules.iter().enumerate() {
            match witness::choose(node, seen) {
                None => prefilter.always.push(number(program)),
                Some(any) => {
                    any.into_iter().for_each(|witness| waiting.entry(witness).or_default().push(number(program)));
                }
            }
        }
        prefilter.witnesses = waiting.into_iter().collect();
        let mut fields: BTreeMap<u16, Sought<'_>> = BTreeMap::new();
        for (at, (witness, _)) in prefilter.witnesses.iter().enumerate() {
            match witness {
                Witness::Present(field) => prefilter.present.push((*field, number(at))),
                Witness::Number(field, bits) => {
                    fields.entry(*field).or_default().numbers.insert(*bits, number(at));
                }
                Witness::Literal(field, anchor, text) => {
                    fields.entry(*field).or_default().literals.push((*anchor, text, number(at)));
                }
            }
        }
        prefilter.filters = fields.into_iter().map(|(field, sought)| Filter::new(field, sought)).collect();
        prefilter
    }

    /// Programs that wait for a witness.
    pub(super) fn programs(&self, witness: u32) -> &[u32] {
        self.witnesses.get(witness as usize).map_or(&[], |(_, programs)| programs)
    }
}

impl Filter {
    fn new(field: u16, sought: Sought<'_>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let mut texts: BTreeMap<&str, Vec<(Anchor, u32)>> = BTreeMap::new();
        let (mut whole, mut last) = (HashMap::new(), HashMap::<Box<[u8]>, Vec<u32>>::new());
        let Sought { literals, numbers } = sought;
        for (anchor, text, witness) in &literals {
            match (anchor, text.rfind('\\')) {
                (Anchor::Whole, _) => _ = whole.insert(text.as_bytes().into(), *witness),
                (Anchor::End, Some(at)) => last.entry(text.as_bytes()[at..].into()).or_default().push(*witness),
                _ => texts.entry(text).or_default().push((*anchor, *witness)),
            }
        }
        let inside = (!texts.is_empty()).then(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(texts.keys())
                .ok()
        });
        // An automaton fails only beyond its crate's limits of 2^31 states; rule files are far smaller.
        let inside = inside.flatten();
        let packed =
            (texts.len() <= PACKED).then(|| packed::Config::new().builder().extend(texts.keys()).build()).flatten();
        let shortest = literals.iter().map(|(_, text, _)| text.chars().count()).min().unwrap_or_default();
        let shortest = if numbers.is_empty() { shortest } else { 1 };
        let in_scalars = |text: &str| text.bytes().all(|byte| SCALAR.contains(&byte));
        let scalar = !numbers.is_empty() || literals.iter().any(|(_, text, _)| in_scalars(text));
        Self {
            field,
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            whole,
            last,
            numbers,
            inside,
            packed,
            shortest,
            scalar,
            shown: texts.into_values().collect(),
        }
    }

    /// False where the value cannot show a witness, whatever it holds.
    pub(super) fn may(&self, cell: &Cell<'_>) -> bool {
        match cell {
            Cell::Null => false,
            Cell::Utf16(bytes) => bytes.len() / 2 >= self.shortest,
            Cell::Str(text) => text.len() >= self.shortest,
            _ => self.scalar,
        }
    }

    /// True where [`Self::any`] can be asked.
    pub(super) fn quick(&self) -> bool {
        self.packed.is_some() && self.numbers.is_empty() && self.whole.is_empty() && self.last.is_empty()
    }

    /// False where no witness stands in the text, be it several values in a row.
    pub(super) fn any(&self, text: &[u8]) -> bool {
        self.packed.as_ref().is_none_or(|packed| packed.find(text).is_some())
    }

    /// The witnesses that a folded value shows, each once.
    pub(super) fn scan(&self, text: &[u8], found: &mut Vec<u32>) {
        found.clear();
        if !self.whole.is_empty() {
            found.extend(self.whole.get(text));
        }
        if !self.numbers.is_empty() {
            let value = core::str::from_utf8(text).ok().and_then(scalar::number);
            found.extend(value.and_then(|value| self.numbers.get(&witness::bits(value))));
        }
        if !self.last.is_empty() {
            let start = memchr::memrchr(b'\\', text);
            let waiting = start.and_then(|start| self.last.get(&text[start..]));
            found.extend(waiting.into_iter().flatten());
        }
        if let Some(inside) = self.inside.as_ref().filter(|_| self.any(text)) {
            for hit in inside.find_overlapping_iter(text) {
                for (anchor, witness) in &self.shown[hit.pattern().as_usize()] {
                    let fits = match anchor {
                        Anchor::Inside => true,
                        Anchor::Start => hit.start() == 0,
                        Anchor::End => hit.end() == text.len(),
                        Anchor::Whole => hit.start() == 0 && hit.end() == text.len(),
                    };
                    if fits {
                        found.push(*witness);
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
    }
}
