use super::compile::Program;
use super::filter::Prefilter;
use super::lower::{Lowering, Node, Place};
use super::witness::Seen;
use ddefend_event::{FieldSource, Key, LogSource, Mapping, Selection};
use ddefend_rule::ir::Rule;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What all plans are made from.
#[derive(Debug)]
pub(super) struct Stock {
    pub(super) rules: Arc<[Rule]>,
    /// Per rule: the number of its log source.
    pub(super) groups: Vec<u32>,
    pub(super) mapping: Arc<Mapping>,
    pub(super) deferred: Vec<Box<str>>,
    pub(super) always: Vec<(LogSource, Vec<Box<str>>)>,
}

/// What is done with records of one kind.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) selection: Arc<Selection>,
    pub(super) fields: Vec<Spot>,
    pub(super) made: Vec<Made>,
    /// `always` entries that cover the kind, with where their fields stand.
    pub(super) extras: Vec<(usize, Vec<Spot>)>,
    recipe: Recipe,
    places: Vec<Place>,
    /// Each rule's program, made when it is first to be run.
    programs: Vec<OnceLock<Program>>,
    learnt: Mutex<Learnt>,
}

/// The prefilter in use, and what it was chosen by.
#[derive(Debug, Default)]
struct Learnt {
    prefilter: Option<Arc<Prefilter>>,
    seen: Seen,
    rounds: u32,
}

/// A plan's prefilter is chosen anew so many times at most.
const ROUNDS: u32 = 5;
/// Witnesses that are seen in a smaller share of the rows are good ones.
const RARE: f32 = 0.002;

/// From what a plan is compiled when its first record comes.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) key: Key,
    pub(super) exact: bool,
    pub(super) rules: Vec<u32>,
}

/// What makes a plan: equal identities do the same.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    trail: Vec<u32>,
    wanted: Vec<Box<str>>,
    fields: Vec<Spot>,
    made: Vec<Made>,
    extras: Vec<(usize, Vec<Spot>)>,
}

/// Where a field stands in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Spot {
    /// In a column of [`Selection::wanted`].
    Column(u16),
    /// Made: index in [`Plan::made`].
    Made(u16),
    /// All values.
    Everywhere,
}

/// A value that is made from columns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Made {
    pub(super) source: FieldSource,
    pub(super) columns: Vec<u16>,
}

impl Stock {
    /// A kind's rules among the candidates, those that cannot hold of it left out, with what makes the plan unique.
    pub(super) fn draft(&self, key: &Key, exact: bool, candidates: &[u32], extras: &[usize]) -> (Plan, Identity) {
        let mut recipe = Recipe { key: key.clone(), exact, rules: candidates.to_vec() };
        let (kept, places, trail) = self.lower(&recipe).done();
        let (places, trail) = if kept.len() == candidates.len() {
            (places, trail)
        } else {
            // Again, so that rules which fell out leave no fields behind.
            recipe.rules = kept;
            let (_, places, trail) = self.lower(&recipe).done();
            (places, trail)
        };
        let mut columns = Columns::default();
        let fields: Vec<Spot> = places.iter().map(|place| columns.spot(place)).collect();
        let extras: Vec<(usize, Vec<Spot>)> = extras
            .iter()
            .filter_map(|entry| {
                let (source, names) = self.always.get(*entry)?;
                let spot = |name: &str| columns.spot(&Place::At(self.mapping.resolve(key, source, name)));
                Some((*entry, names.iter().map(|name| &**name).map(spot).collect()))
            })
            .collect();
        let programs = recipe.rules.iter().map(|_| OnceLock::new()).collect();
        let everything = places.contains(&Place::Everywhere);
        let selection = Arc::new(Selection { plan: 0, wanted: columns.names, everything });
        let made = columns.made;
        let plan = Plan { selection, fields, made, extras, recipe, places, programs, learnt: Mutex::default() };
        let identity = Identity {
            trail,
            wanted: plan.selection.wanted.clone(),
            fields: plan.fields.clone(),
            made: plan.made.clone(),
            extras: plan.extras.clone(),
        };
        (plan, identity)
    }

    /// Lowers a recipe's rules; those that cannot hold are left out.
    fn lower<'s>(&'s self, recipe: &'s Recipe) -> Lowered<'s> {
        let mut lowering = Lowering::new(&recipe.key, &self.mapping, &self.deferred, recipe.exact);
        let rules = recipe.rules.iter().filter_map(|index| self.lower_rule(&mut lowering, *index)).collect();
        Lowered { rules, lowering }
    }

    fn lower_rule<'s>(&'s self, lowering: &mut Lowering<'s>, index: u32) -> Option<(u32, Node<'s>)> {
        let at = usize::try_from(index).ok()?;
        Some((index, lowering.rule(index, *self.groups.get(at)?, self.rules.get(at)?)?))
    }
}

/// Rules lowered, by index, and what came of their fields.
struct Lowered<'s> {
    rules: Vec<(u32, Node<'s>)>,
    lowering: Lowering<'s>,
}

impl Lowered<'_> {
    fn done(self) -> (Vec<u32>, Vec<Place>, Vec<u32>) {
        let rules = self.rules.iter().map(|(rule, _)| *rule).collect();
        (rules, self.lowering.fields, self.lowering.trail)
    }
}

impl Plan {
    /// Nothing to do with such records.
    pub(super) fn idle(&self) -> bool {
        self.recipe.rules.is_empty() && self.extras.is_empty()
    }

    /// The prefilter in use.
    pub(super) fn prefilter(&self, stock: &Stock) -> Arc<Prefilter> {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        let Learnt { prefilter, seen, .. } = &mut *learnt;
        prefilter.get_or_insert_with(|| Arc::new(Prefilter::new(&stock.lower(&self.recipe).rules, seen))).clone()
    }

    /// Takes note of how often each witness was seen in so many rows; where another thread has not done so before,
    /// chooses better ones. Only speed depends on the choice.
    pub(super) fn learn(&self, stock: &Stock, used: &Arc<Prefilter>, counts: &[u32], rows: u32) {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        let current = learnt.prefilter.as_ref().is_some_and(|prefilter| Arc::ptr_eq(prefilter, used));
        if !current || learnt.rounds >= ROUNDS {
            return;
        }
        learnt.rounds += 1;
        let shares =
            used.witnesses.iter().zip(counts).map(|((witness, _), count)| (witness, *count as f32 / rows as f32));
        for (witness, share) in shares.filter(|(_, share)| *share > RARE) {
            learnt.seen.insert(witness.clone(), share);
        }
        let prefilter = Prefilter::new(&stock.lower(&self.recipe).rules, &learnt.seen);
        if prefilter.witnesses == used.witnesses {
            learnt.rounds = ROUNDS;
        } else {
            learnt.prefilter = Some(Arc::new(prefilter));
        }
    }

    /// A rule of the plan, by its number there: its index and its program.
    pub(super) fn program(&self, stock: &Stock, at: u32) -> Option<(u32, &Program)> {
        let index = *self.recipe.rules.get(at as usize)?;
        let program = self.programs.get(at as usize)?.get_or_init(|| {
            let Recipe { key, exact, .. } = &self.recipe;
            let lowering = Lowering::new(key, &stock.mapping, &stock.deferred, *exact);
            let node = stock.lower_rule(&mut lowering.resume(&self.places), index);
            Program::new(&node.map_or(Node::Known(false), |(_, node)| node))
        });
        Some((index, program))
    }

    /// How many rules it has.
    pub(super) fn len(&self) -> usize {
        self.recipe.rules.len()
    }
}

#[derive(Default)]
struct Columns {
    names: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u16>,
    made: Vec<Made>,
}

impl Columns {
    fn column(&mut self, name: &str) -> u16 {
        let next = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        let folded = name.to_ascii_lowercase().into_boxed_str();
        *self.numbers.entry(folded).or_insert_with(|| {
            self.names.push(name.into());
            next
        })
    }

    fn spot(&mut self, place: &Place) -> Spot {
        match place {
            Place::Everywhere => Spot::Everywhere,
            Place::At(FieldSource::Native(name)) => Spot::Column(self.column(name)),
            Place::At(source) => {
                let columns = source.natives().map(|name| self.column(name)).collect();
                let made = Made { source: source.clone(), columns };
                let at = self.made.iter().position(|known| *known == made).unwrap_or_else(|| {
                    self.made.push(made);
                    self.made.len() - 1
                });
                Spot::Made(u16::try_from(at).unwrap_or(u16::MAX))
            }
        }
    }
}
