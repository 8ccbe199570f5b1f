//! What readers write to: keeps to the wanted keys, the budget and the number of diagnostics.

use crate::{About, Coverage, Entry, Fact, Format, Intent, Interest, Origin, Place, Root, Sink};
use ddefend_event::Time;
use ddefend_guard::{Budget, Exceeded};
use ddefend_model::{Diagnostic, Location, PartPath, code};

/// Facts between two looks at the time.
const STEPS: u32 = 1_024;

pub(crate) struct Out<'o> {
    interest: &'o Interest,
    budget: &'o Budget,
    sink: &'o mut dyn Sink,
    last: Option<(Root, String, bool)>,
    going: bool,
    told: u64,
    steps: u32,
}

impl<'o> Out<'o> {
    pub(crate) fn new(interest: &'o Interest, budget: &'o Budget, sink: &'o mut dyn Sink) -> Self {
        Self { interest, budget, sink, last: None, going: true, told: 0, steps: 0 }
    }

    pub(crate) fn budget(&self) -> &'o Budget {
        self.budget
    }

    /// Gives back what it writes to, for a reader with its own ways.
    pub(crate) fn into_sink(self) -> &'o mut dyn Sink {
        self.sink
    }

    /// False once a limit ended the reading: what follows is not read, and silence says nothing.
    pub(crate) fn is_going(&self) -> bool {
        self.going
    }

    /// One step of a loop: looks at the time now and then; false ends the loop.
    pub(crate) fn step(&mut self) -> bool {
        self.steps = self.steps.wrapping_add(1);
        if self.going
            && self.steps.is_multiple_of(STEPS)
            && let Err(exceeded) = self.budget.check_time()
        {
            self.limit(&exceeded, Location::default());
        }
        self.going
    }

    /// Ends the reading at a limit.
    pub(crate) fn limit(&mut self, exceeded: &Exceeded, location: Location) {
        self.tell(exceeded.code, location, format!("{exceeded}; the rest was not read"));
        self.going = false;
    }

    /// Reports what is said of a key, where it is wanted. A key that is taken away matters to all that is wanted below.
    pub(crate) fn fact(&mut self, root: &Root, key: &str, fact: Fact, place: Place, written: Option<Time>) {
        self.found(root, key, fact, (place, written, Origin::Written));
    }

    /// The same of what may have been found in free cells.
    pub(crate) fn found(&mut self, root: &Root, key: &str, fact: Fact, how: (Place, Option<Time>, Origin)) {
        let (place, written, origin) = how;
        if !self.step() {
            return;
        }
        let wanted = match (&fact, &self.last) {
            (Fact::KeyRemoved, _) => self.interest.reaches(root, key),
            (_, Some((last_root, last_key, wanted))) if last_root == root && last_key == key => *wanted,
            _ => {
                let wanted = self.interest.wants_key(root, key);
                self.last = Some((root.clone(), key.to_owned(), wanted));
                wanted
            }
        };
        if wanted {
            let (root, key) = (root.clone(), key.to_owned());
            self.going = self.sink.entry(Entry { root, key, fact, written, place, origin });
        }
    }

    /// Reports something that could not be read, or is worth knowing.
    pub(crate) fn tell(&mut self, code: &'static str, location: Location, message: impl Into<String>) {
        self.pass(Diagnostic::new(code, PartPath::default(), location, message));
    }

    /// Reports a diagnostic; those beyond the limit are counted.
    pub(crate) fn pass(&mut self, diagnostic: Diagnostic) {
        self.told = self.told.saturating_add(1);
        if self.told <= self.budget.limits().diagnostics {
            self.sink.diagnostic(diagnostic);
        }
    }

    /// The same about a line.
    pub(crate) fn tell_line(&mut self, code: &'static str, line: u64, message: impl Into<String>) {
        self.tell(code, location(Place::Line(line)), message);
    }

    /// Tells how many diagnostics were not reported; to be called last.
    pub(crate) fn finish(self) {
        let limit = self.budget.limits().diagnostics;
        let untold = self.told.saturating_sub(limit);
        if untold > 0 {
            let message = format!("{untold} more diagnostics are not told; {limit} are the limit");
            self.sink.diagnostic(Diagnostic::new(
                code::LIMIT_RESULTS,
                PartPath::default(),
                Location::default(),
                message,
            ));
        }
    }
}

/// What an input says of itself where it says nothing: changes only.
pub(crate) fn about(format: Format, intent: Intent) -> About {
    About { format, coverage: Coverage::Changes, intent, user: None, host: None, policy: None }
}

/// The place of a diagnostic.
pub(crate) fn location(place: Place) -> Location {
    match place {
        Place::Unknown => Location::default(),
        Place::Offset(offset) => Location::bytes(offset, 0),
        Place::Line(line) => Location { line: u32::try_from(line).ok(), ..Location::default() },
    }
}

/// Shortens what a diagnostic quotes. It stands as found: every output makes its messages safe itself.
pub(crate) fn quote(text: &str) -> String {
    let mut short: String = text.trim().chars().take(60).collect();
    if text.trim().chars().nth(60).is_some() {
        short.push_str("...");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn what_is_quoted_stands_as_found() {
        assert_eq!(quote(" garbage \"x\u{1b} "), "garbage \"x\u{1b}");
        assert_eq!(quote(&"x".repeat(61)), format!("{}...", "x".repeat(60)));
    }
}
