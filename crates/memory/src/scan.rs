//! Texts in memory.

use crate::settings::Settings;
use ddefend_model::memory::MemoryHit;

/// What a scan found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) hits: Vec<MemoryHit>,
    pub(crate) more: u64,
}

/// Looks for texts.
#[derive(Debug)]
pub(crate) struct Scanner<'s> {
    _settings: &'s Settings<'s>,
}

impl<'s> Scanner<'s> {
    pub(crate) fn new(settings: &'s Settings<'s>) -> Self {
        Self { _settings: settings }
    }

    pub(crate) fn feed(&mut self, _bytes: &[u8]) {}

    pub(crate) fn flush(&mut self) {}

    pub(crate) fn finish(self) -> Found {
        Found::default()
    }
}
