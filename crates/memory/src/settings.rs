use crate::lists::{CaseCommand, Limits, Lists};
use crate::words::Words;
use ddefend_dde::Knowledge;

/// What reading works with. Build it once and use it for every image: it holds compiled word lists.
#[derive(Debug)]
pub struct Settings<'s> {
    pub(crate) knowledge: &'s Knowledge,
    pub(crate) lists: &'s Lists,
    pub(crate) words: Words,
    pub(crate) limits: Limits,
    pub(crate) all_modules: bool,
    pub(crate) raw: bool,
    pub(crate) step: usize,
}

/// New bytes that are looked through at a time.
const STEP: usize = 1 << 20;

impl<'s> Settings<'s> {
    /// Settings with these lists; `commands` are what the case's findings would run.
    #[must_use]
    pub fn new(knowledge: &'s Knowledge, lists: &'s Lists, commands: &[CaseCommand], limits: Limits) -> Self {
        let words = Words::new(lists, commands);
        Self { knowledge, lists, words, limits, all_modules: false, raw: false, step: STEP }
    }

    /// Names every module, those that belong too.
    #[must_use]
    pub fn all_modules(mut self, all: bool) -> Self {
        self.all_modules = all;
        self
    }

    /// Reads everything as raw memory, whatever it is.
    #[must_use]
    pub fn raw(mut self, raw: bool) -> Self {
        self.raw = raw;
        self
    }

    /// How many new bytes are looked through at a time; what is found does not depend on it.
    #[must_use]
    pub fn step(mut self, bytes: usize) -> Self {
        self.step = bytes.max(1);
        self
    }
}
