use super::check::{Check, Needs, Texts, relates};
use super::compile::{Atom, Code, Compiled};
use super::plan::{Plan, Spot};
use super::values::Values;
use ddefend_event::Row;
use std::sync::Arc;

/// Memory of one worker.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) plans: Vec<Option<Arc<Plan>>>,
    values: Values,
    /// Per atom: the row it was last asked of, and the answer in the lowest bit.
    answers: Vec<u32>,
    row: u32,
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

impl Scratch {
    /// Appends the rules of the plan that hold of the row.
    pub(super) fn run(&mut self, plan: &Plan, compiled: &Compiled, row: &Row<'_>, hits: &mut Vec<Hit>) {
        self.values.begin(plan, row);
        if self.answers.len() < compiled.atoms.len() {
            self.answers.resize(compiled.atoms.len(), 0);
        }
        self.row = (self.row + 1) % (1 << 31);
        if self.row == 0 {
            self.answers.fill(0);
            self.row = 1;
        }
        let mut asking =
            Asking { plan, compiled, row, values: &mut self.values, answers: &mut self.answers, epoch: self.row };
        for program in &compiled.programs {
            let truth = asking.truth(program.root);
            if truth != Truth::No {
                hits.push(Hit { rule: program.rule, deferred: truth == Truth::May });
            }
        }
    }
}

struct Asking<'s, 'r, 'c> {
    plan: &'s Plan,
    compiled: &'s Compiled,
    row: &'r Row<'c>,
    values: &'s mut Values,
    answers: &'s mut [u32],
    epoch: u32,
}

impl Asking<'_, '_, '_> {
    fn truth(&mut self, at: u32) -> Truth {
        let compiled = self.compiled;
        match compiled.code(at) {
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
                for part in compiled.kids(range) {
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
                for part in compiled.kids(range) {
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
                for part in compiled.kids(range) {
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
                let index = *atom as usize;
                let answer = self.answers[index];
                if answer >> 1 == self.epoch {
                    return if answer & 1 == 1 { Truth::Yes } else { Truth::No };
                }
                let holds = self.atom(&compiled.atoms[index]);
                self.answers[index] = self.epoch << 1 | u32::from(holds);
                if holds { Truth::Yes } else { Truth::No }
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
