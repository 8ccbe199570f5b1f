//! What `ddefend memory` prints: one small renderer per output.

mod json;
mod jsonl;
mod text;

use ddefend_model::memory::{MemoryImage, MemorySummary};

/// What a renderer of images may need to know beside them.
#[derive(Clone, Debug, Default)]
pub struct MemoryMeta {
    /// Width of the terminal in columns, for text; 0 means 100.
    pub width: usize,
    /// Colour, for text.
    pub colour: bool,
    /// Info hits and notes in full, for text.
    pub verbose: bool,
}

/// Gives text at the start, per image, and at the end; put together it is one whole document.
pub trait MemoryRenderer {
    /// What stands before the first image.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// One image.
    fn image(&mut self, image: &MemoryImage) -> String;

    /// What stands behind the last image.
    fn end(&mut self, summary: &MemorySummary) -> String;
}

type Make = fn(&MemoryMeta) -> Box<dyn MemoryRenderer>;

/// Every output: name, constructor. One line each.
const OUTPUTS: &[(&str, Make)] = &[("text", text::make), ("json", json::make), ("jsonl", jsonl::make)];

/// Names of the outputs, for `--format`.
pub fn memory_names() -> impl Iterator<Item = &'static str> {
    OUTPUTS.iter().map(|(name, _)| *name)
}

/// The renderer of that name.
#[must_use]
pub fn memory_renderer(name: &str, meta: &MemoryMeta) -> Option<Box<dyn MemoryRenderer>> {
    OUTPUTS.iter().find(|(known, _)| *known == name).map(|(_, make)| make(meta))
}
