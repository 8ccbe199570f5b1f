//! Counting: literals, who uses them, techniques, events, neighbours.

use crate::infer::Ready;
use crate::neighbours::{self, Shape};
use crate::nnf::Nnf;
use crate::{Corpus, Coverage, Entry, Event, Knowledge, Literal, Neighbours, Skipped, Standing};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rules that count as the reason of an inferred coverage: one that holds more than so many others is too broad to say
/// anything of a technique.
const TOO_BROAD: usize = 30;

/// A corpus, counted.
#[derive(Debug)]
pub struct Catalog {
    pub(crate) knowledge: Knowledge,
    pub(crate) entries: Vec<Entry>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) literals: Vec<Literal>,
    /// What each rule asks for and excludes, by literal, sorted.
    pub(crate) shapes: Vec<Shape>,
    /// Active rules that ask for each literal.
    pub(crate) wanted_by: Vec<Vec<usize>>,
    /// Active rules that exclude each literal.
    pub(crate) excluded_by: Vec<Vec<usize>>,
    pub(crate) neighbours: Vec<Neighbours>,
    /// Rules per technique, with why.
    pub(crate) covered: BTreeMap<String, BTreeMap<usize, Coverage>>,
    pub(crate) events: Vec<Event>,
    /// Active rules per event, with whether it is of their own taxonomy.
    pub(crate) event_rules: Vec<BTreeMap<usize, bool>>,
    /// Names of the rules' pages.
    pub(crate) slugs: Vec<String>,
}

impl Catalog {
    /// Counts a corpus.
    #[must_use]
    pub fn new(corpus: Corpus, knowledge: Knowledge) -> Self {
        let Corpus { mut entries, mut skipped } = corpus;
        entries.sort_by(|one, two| (one.vendor, &one.path, &one.id).cmp(&(two.vendor, &two.path, &two.id)));
        skipped.sort();
        let mut numbers: HashMap<(String, crate::Kind, String), usize> = HashMap::new();
        let mut literals: Vec<Literal> = Vec::new();
        let mut number = |literal: &Literal| {
            *numbers.entry(literal.key()).or_insert_with(|| {
                literals.push(literal.clone());
                literals.len() - 1
            })
        };
        let mut events: BTreeSet<&Event> = BTreeSet::new();
        events.extend(entries.iter().flat_map(|entry| &entry.stages).flat_map(|stage| &stage.log.events));
        let events: Vec<Event> = events.into_iter().cloned().collect();
        let shapes: Vec<Shape> = entries.iter().map(|entry| shape(entry, &events, &mut number)).collect();
        let broader = neighbours::broader(&literals);
        let compared: Vec<Shape> = entries.iter().zip(&shapes).map(|(entry, shape)| counted(entry, shape)).collect();
        let neighbours = neighbours::find(&compared, &broader, literals.len());
        let mut catalog = Self {
            wanted_by: uses(&compared, literals.len(), |shape| &shape.wanted),
            excluded_by: uses(&compared, literals.len(), |shape| &shape.excluded),
            event_rules: event_rules(&entries, &events),
            slugs: slugs(&entries),
            knowledge,
            entries,
            skipped,
            literals,
            shapes,
            neighbours,
            covered: BTreeMap::new(),
            events,
        };
        catalog.cover();
        catalog
    }

    /// The rules, in the order of their numbers.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Neighbours of each rule.
    #[must_use]
    pub fn neighbours(&self) -> &[Neighbours] {
        &self.neighbours
    }

    /// Why each rule counts for a technique, by rule number.
    #[must_use]
    pub fn covered(&self) -> &BTreeMap<String, BTreeMap<usize, Coverage>> {
        &self.covered
    }

    /// What is known beyond the corpus.
    #[must_use]
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Rules, in the whole catalog, that ask for exactly that.
    #[must_use]
    pub fn reach(&self, literal: &Literal) -> usize {
        let key = literal.key();
        let at = self.literals.iter().position(|known| known.key() == key);
        at.and_then(|at| self.wanted_by.get(at)).map_or(0, Vec::len)
    }

    /// Techniques of a rule under today's ids.
    pub(crate) fn techniques(&self, entry: &Entry) -> BTreeSet<String> {
        entry.techniques.iter().map(|id| self.knowledge.attack.current(id).to_owned()).collect()
    }

    fn cover(&mut self) {
        let mut covered: BTreeMap<String, BTreeMap<usize, Coverage>> = BTreeMap::new();
        let active: Vec<usize> = (0..self.entries.len()).filter(|rule| self.active(*rule)).collect();
        for rule in &active {
            for id in self.entries.get(*rule).map(|entry| self.techniques(entry)).into_iter().flatten() {
                covered.entry(id).or_default().insert(*rule, Coverage::Tag);
            }
        }
        let ready: Vec<Ready<'_>> = self.knowledge.signatures.iter().map(Ready::new).collect();
        for rule in &active {
            let Some(entry) = self.entries.get(*rule) else { continue };
            for signature in &ready {
                if entry.stages.iter().any(|stage| signature.fits(stage)) {
                    let rules = covered.entry(signature.signature.technique.clone()).or_default();
                    rules.entry(*rule).or_insert_with(|| Coverage::Signature { id: signature.signature.id.clone() });
                }
            }
        }
        let tagged: Vec<(String, Vec<usize>)> = covered
            .iter()
            .map(|(id, rules)| {
                (id.clone(), rules.iter().filter(|(_, by)| **by == Coverage::Tag).map(|it| *it.0).collect())
            })
            .collect();
        for (id, rules) in tagged {
            let Some(known) = covered.get_mut(&id) else { continue };
            for rule in rules {
                let Some(of) = self.neighbours.get(rule) else { continue };
                let near = of.same.iter().chain(&of.near);
                for other in near {
                    known.entry(other.rule).or_insert(Coverage::Near { rule });
                }
                for other in &of.broader {
                    let broad = self.neighbours.get(other.rule).map_or(0, |of| of.narrower.len());
                    if broad <= TOO_BROAD {
                        known.entry(other.rule).or_insert(Coverage::Broader { rule });
                    }
                }
            }
        }
        self.covered = covered;
    }

    /// True for a rule that counts.
    pub(crate) fn active(&self, rule: usize) -> bool {
        self.entries.get(rule).is_some_and(|entry| entry.standing == Standing::Active)
    }
}

fn shape(entry: &Entry, events: &[Event], number: &mut impl FnMut(&Literal) -> usize) -> Shape {
    let mut shape = Shape::default();
    for stage in &entry.stages {
        stage.tree.each(&mut |test, excluded| {
            let list = if excluded { &mut shape.excluded } else { &mut shape.wanted };
            list.push(number(&test.literal));
        });
        shape.events.extend(stage.log.events.iter().filter_map(|event| events.binary_search(event).ok()));
    }
    if let [stage] = entry.stages.as_slice() {
        shape.tree = Some(Nnf::of(&stage.tree, false, number));
    }
    for list in [&mut shape.events, &mut shape.wanted, &mut shape.excluded] {
        list.sort_unstable();
        list.dedup();
    }
    shape
}

/// The shape of a rule that counts; nothing of one that does not.
fn counted(entry: &Entry, shape: &Shape) -> Shape {
    if entry.standing == Standing::Active { shape.clone() } else { Shape::default() }
}

fn uses(shapes: &[Shape], literals: usize, of: impl Fn(&Shape) -> &Vec<usize>) -> Vec<Vec<usize>> {
    let mut uses = vec![Vec::new(); literals];
    for (rule, shape) in shapes.iter().enumerate() {
        for literal in of(shape) {
            if let Some(rules) = uses.get_mut(*literal) {
                rules.push(rule);
            }
        }
    }
    uses
}

fn event_rules(entries: &[Entry], events: &[Event]) -> Vec<BTreeMap<usize, bool>> {
    let mut found: Vec<BTreeMap<usize, bool>> = vec![BTreeMap::new(); events.len()];
    for (rule, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.standing == Standing::Active) {
        for stage in &entry.stages {
            for (at, event) in stage.log.events.iter().enumerate() {
                let place = events.binary_search(event).ok().and_then(|at| found.get_mut(at));
                if let Some(rules) = place {
                    *rules.entry(rule).or_default() |= at < stage.log.own;
                }
            }
        }
    }
    found
}

/// A name for each rule's page: its id in letters that every file system takes, with a number where it repeats.
fn slugs(entries: &[Entry]) -> Vec<String> {
    let mut used: HashMap<String, usize> = HashMap::new();
    let slug = |entry: &Entry| {
        let base = slug(&entry.id);
        let count = used.entry(base.clone()).and_modify(|count| *count += 1).or_insert(1);
        if *count == 1 { base } else { format!("{base}--{count}") }
    };
    entries.iter().map(slug).collect()
}

/// Small letters, digits, `-`, `.` and `_`; at most 100 of them.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9' | '_') => out.push(letter),
            '.' if !out.is_empty() && !out.ends_with('.') => out.push('.'),
            _ if !out.ends_with('-') => out.push('-'),
            _ => {}
        }
        if out.len() >= 100 {
            break;
        }
    }
    let trimmed = out.trim_matches(['-', '.']);
    if trimmed.is_empty() { "rule".to_owned() } else { trimmed.to_owned() }
}
