use super::cache::{Cache, Slot, raw};
use super::check::{Check, Needs, Texts, relates};
use super::compile::{Atom, Code, Program};
use super::filter::{Filter, Prefilter};
use super::plan::{Plan, Spot, Stock};
use super::values::{Values, cell};
use ddefend_event::{Cell, Row};
use std::sync::Arc;

/// Memory of one worker.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) plans: Vec<Option<Box<State>>>,
    values: Values,
    cache: Cache,
    key: Vec<u8>,
    found: Vec<u32>,
    candidates: Candidates,
    row: u32,
    programs: u64,
}

/// A plan in one worker's hands.
#[derive(Debug)]
pub(super) struct State {
    plan: Arc<Plan>,
    prefilter: Arc<Prefilter>,
    /// Per witness: in how many rows it was seen.
    counts: Vec<u32>,
    rows: u32,
    /// After so many rows the counts are looked at.
    check: u32,
}

/// Counts are looked at after so many rows first, then ever more rarely.
const FIRST_CHECK: u32 = 1 << 11;

/// Programs to run on the row at hand.
#[derive(Debug, Default)]
struct Candidates {
    programs: Vec<u32>,
    /// Per program: the row for which it was last added.
    added: Vec<u32>,
}

impl Candidates {
    fn add(&mut self, programs: &[u32], row: u32) {
        for program in programs {
            if let Some(added) = self.added.get_mut(*program as usize)
                && *added != row
            {
                *added = row;
                self.programs.push(*program);
            }
        }
    }
}

/// A rule that holds of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// Index of the rule.
    pub rule: u32,
    /// True where it depends on a deferred field: it may hold, and must be asked again of the completed event.
    pub deferred: bool,
}

/// What is known of a boolean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    No,
    May,
    Yes,
}

impl State {
    fn see(&mut self, witness: u32, candidates: &mut Candidates, row: u32) {
        if let Some(count) = self.counts.get_mut(witness as usize) {
            *count += 1;
        }
        candidates.add(self.prefilter.programs(witness), row);
    }

    /// Looks whether witnesses turned out to be common.
    fn check(&mut self, stock: &Stock) {
        self.check = self.check.saturating_mul(4);
        let hot: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        if hot * 16 > u64::from(self.rows) {
            self.plan.learn(stock, &self.prefilter, &self.counts, self.rows);
        }
        let prefilter = self.plan.prefilter(stock);
        if !Arc::ptr_eq(&prefilter, &self.prefilter) {
            self.counts = vec![0; prefilter.witnesses.len()];
            self.prefilter = prefilter;
            self.rows = 0;
            self.check = FIRST_CHECK;
        }
    }
}

impl Scratch {
    /// How many rules were run on records so far: those whose witness was there.
    #[must_use]
    pub fn programs(&self) -> u64 {
        self.programs
    }

    /// Takes up a plan.
    pub(super) fn add(&mut self, index: usize, plan: Arc<Plan>, stock: &Stock) {
        let prefilter = plan.prefilter(stock);
        let counts = vec![0; prefilter.witnesses.len()];
        if self.candidates.added.len() < plan.len() {
            self.candidates.added.resize(plan.len(), 0);
        }
        if self.plans.len() <= index {
            self.plans.resize_with(index + 1, || None);
        }
        self.plans[index] = Some(Box::new(State { plan, prefilter, counts, rows: 0, check: FIRST_CHECK }));
    }

    /// Appends the rules of the plan that hold of the row.
    pub(super) fn run(&mut self, index: usize, stock: &Stock, row: &Row<'_>, hits: &mut Vec<Hit>) {
        let Some(mut state) = self.plans.get_mut(index).and_then(Option::take) else { return };
        self.row = self.row.wrapping_add(1);
        if self.row == 0 {
            self.candidates.added.fill(0);
            self.row = 1;
        }
        self.values.begin(&state.plan, row);
        self.filter(&mut state, row);
        if !self.candidates.programs.is_empty() {
            self.decide(&state.plan, stock, row, hits);
        }
        state.rows = state.rows.saturating_add(1);
        if state.rows >= state.check {
            state.check(stock);
        }
        self.plans[index] = Some(state);
    }

    /// Collects the programs that may hold.
    fn filter(&mut self, state: &mut State, row: &Row<'_>) {
        let prefilter = state.prefilter.clone();
        self.candidates.programs.clear();
        self.candidates.add(&prefilter.always, self.row);
        for (field, witness) in &prefilter.present {
            let spot = state.plan.fields[usize::from(*field)];
            if self.values.first(&state.plan, row, spot).is_some() {
                state.see(*witness, &mut self.candidates, self.row);
            }
        }
        for filter in &prefilter.filters {
            let spot = state.plan.fields[usize::from(filter.field)];
            if matches!(spot, Spot::Everywhere) && !self.values.everything_may(filter, row) {
                continue;
            }
            if let Spot::Made(made) = spot {
                self.filter_made(state, filter, usize::from(made), row);
                continue;
            }
            let mut value = self.values.first(&state.plan, row, spot);
            while let Some(at) = value {
                value = self.values.next(row, spot, at);
                let Some(cell) = cell(row, at).filter(|cell| filter.may(cell)) else { continue };
                let mut buffer = [0; 9];
                let (tag, raw) = raw(&cell, &mut buffer);
                let found = match self.cache.find(filter.id, tag, raw) {
                    Slot::Known(found) => found,
                    Slot::New(found) => {
                        filter.scan(self.values.text(row, at, true), found);
                        found
                    }
                    Slot::Long => {
                        filter.scan(self.values.text(row, at, true), &mut self.found);
                        &self.found
                    }
                };
                found.iter().for_each(|witness| state.see(*witness, &mut self.candidates, self.row));
            }
        }
    }

    /// The same of a field that is made: remembered by what it is made of.
    fn filter_made(&mut self, state: &mut State, filter: &Filter, made: usize, row: &Row<'_>) {
        let Some(columns) = state.plan.made.get(made).map(|made| &made.columns) else { return };
        self.key.clear();
        for column in columns {
            let first = self.values.first(&state.plan, row, Spot::Column(*column));
            let cell = first.and_then(|at| cell(row, at)).unwrap_or(Cell::Null);
            let mut buffer = [0; 9];
            let (tag, raw) = raw(&cell, &mut buffer);
            self.key.push(tag);
            self.key.extend_from_slice(&raw.len().to_le_bytes());
            self.key.extend_from_slice(raw);
        }
        let spot = state.plan.fields[usize::from(filter.field)];
        let found = match self.cache.find(filter.id, u8::MAX, &self.key) {
            Slot::Known(found) => found,
            slot => {
                let found = if let Slot::New(found) = slot { found } else { &mut self.found };
                match self.values.first(&state.plan, row, spot) {
                    Some(at) => filter.scan(self.values.text(row, at, true), found),
                    None => found.clear(),
                }
                found
            }
        };
        found.iter().for_each(|witness| state.see(*witness, &mut self.candidates, self.row));
    }

    /// Runs the programs.
    fn decide(&mut self, plan: &Plan, stock: &Stock, row: &Row<'_>, hits: &mut Vec<Hit>) {
        self.candidates.programs.sort_unstable();
        self.programs += self.candidates.programs.len() as u64;
        for program in &self.candidates.programs {
            let Some((rule, program)) = plan.program(stock, *program) else { continue };
            let truth = Asking { plan, program, row, values: &mut self.values }.truth(program.root);
            if truth != Truth::No {
                hits.push(Hit { rule, deferred: truth == Truth::May });
            }
        }
    }
}

struct Asking<'s, 'r, 'c> {
    plan: &'s Plan,
    program: &'s Program,
    row: &'r Row<'c>,
    values: &'s mut Values,
}

impl Asking<'_, '_, '_> {
    fn truth(&mut self, at: u32) -> Truth {
        let program = self.program;
        match program.code(at) {
            Code::Known(true) => Truth::Yes,
            Code::Known(false) => Truth::No,
            Code::May => Truth::May,
            Code::Not(part) => match self.truth(*part) {
                Truth::Yes => Truth::No,
                Truth::May => Truth::May,
                Truth::No => Truth::Yes,
            },
            Code::And(range) => {
                let mut all = Truth::Yes;
                for part in program.kids(range) {
                    match self.truth(*part) {
                        Truth::No => return Truth::No,
                        Truth::May => all = Truth::May,
                        Truth::Yes => {}
                    }
                }
                all
            }
            Code::Or(range) => {
                let mut any = Truth::No;
                for part in program.kids(range) {
                    match self.truth(*part) {
                        Truth::Yes => return Truth::Yes,
                        Truth::May => any = Truth::May,
                        Truth::No => {}
                    }
                }
                any
            }
            Code::AtLeast(count, range) => {
                let (mut yes, mut may) = (0, 0);
                for part in program.kids(range) {
                    match self.truth(*part) {
                        Truth::Yes => yes += 1,
                        Truth::May => may += 1,
                        Truth::No => {}
                    }
                }
                match (yes >= *count, yes + may >= *count) {
                    (true, _) => Truth::Yes,
                    (false, true) => Truth::May,
                    (false, false) => Truth::No,
                }
            }
            Code::Atom(atom) => {
                if self.atom(program.atom(*atom)) {
                    Truth::Yes
                } else {
                    Truth::No
                }
            }
        }
    }

    fn atom(&mut self, atom: &Atom) -> bool {
        let spot = self.plan.fields[usize::from(atom.field)];
        let Some(first) = self.values.first(self.plan, self.row, spot) else { return atom.check.passes_absent() };
        match atom.check {
            Check::Exists(wanted) => return wanted,
            Check::Other(relation, cased) => {
                let Some(other) = atom.second.map(|second| self.plan.fields[usize::from(second)]) else { return false };
                let test = |text: &[u8], other: &[u8]| relates(relation, text, other);
                return self.pairs((spot, first), other, !cased, &test);
            }
            _ => {}
        }
        let folded = atom.check.needs() == Needs::Folded;
        let mut value = Some(first);
        while let Some(at) = value {
            let passes = if Values::is_null(self.row, at) {
                atom.check.passes_null()
            } else {
                let text = self.values.text(self.row, at, folded);
                atom.check.passes(Texts { plain: text, folded: text })
            };
            if passes {
                return true;
            }
            value = self.values.next(self.row, spot, at);
        }
        false
    }

    /// True where some value of the one field and some of the other pass together; null never does.
    fn pairs(&mut self, left: (Spot, u32), other: Spot, folded: bool, test: &dyn Fn(&[u8], &[u8]) -> bool) -> bool {
        let mut value = Some(left.1);
        while let Some(at) = value {
            let mut second = self.values.first(self.plan, self.row, other);
            while let Some(against) = second {
                let null = Values::is_null(self.row, at) || Values::is_null(self.row, against);
                if !null {
                    let (text, other) = self.values.pair(self.row, (at, against), folded);
                    if test(text, other) {
                        return true;
                    }
                }
                second = self.values.next(self.row, other, against);
            }
            value = self.values.next(self.row, left.0, at);
        }
        false
    }
}
