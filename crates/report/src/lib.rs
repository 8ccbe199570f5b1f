//! One small renderer per output. Renderers lay out what they are given: they judge, filter and sort nothing.
//!
//! Every string that comes from an artifact is hostile: it goes through [`escape`] for the output that it reaches.

mod case;
mod columns;
mod csv;
pub mod escape;
pub mod explanation;
mod foreign;
mod harden;
mod html;
mod hunt;
mod json;
mod jsonl;
mod lab;
mod memory;
mod paint;
mod posture;
mod rows;
mod sarif;
mod snippet;
mod text;
mod wrap;

pub use case::{CaseMeta, case_names, case_output};
pub use harden::{HardenMeta, harden_json, harden_readme, harden_text};
pub use hunt::{HuntMeta, HuntRenderer, HuntRule, hunt_names, hunt_renderer};
pub use lab::{matrix_names, matrix_output};
pub use memory::{MemoryMeta, MemoryRenderer, memory_names, memory_renderer};
pub use posture::{
    DifferenceRenderer, PostureMeta, PostureRenderer, PostureRule, difference_names, difference_renderer,
    posture_names, posture_renderer,
};
pub use rows::{RowRenderer, RowsMeta, row_names, row_renderer};
pub use snippet::snippet;

use ddefend_model::{Scanned, Summary};

/// What a renderer may need to know beside the results.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    /// Version of ddefend.
    pub version: String,
    /// Version of the content.
    pub content: String,
    /// Width of the terminal in columns, for text.
    pub width: usize,
    /// Colour, for text.
    pub colour: bool,
    /// Show info findings and diagnostics in full, for text.
    pub verbose: bool,
    /// Finding ids with title and explanation, for outputs that carry rule descriptions.
    pub rules: Vec<RuleInfo>,
}

/// A finding id in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleInfo {
    /// Finding id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it means.
    pub help: String,
}

/// A renderer gives text at the start, per artifact, and at the end; put together it is one whole document.
pub trait Renderer {
    /// What stands before the first artifact.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// One artifact.
    fn artifact(&mut self, scanned: &Scanned) -> String;

    /// What stands behind the last artifact.
    fn end(&mut self, summary: &Summary) -> String;
}

type Make = fn(&Meta) -> Box<dyn Renderer>;

/// Every output: name, extension, constructor. One line each.
const OUTPUTS: &[(&str, Make)] = &[
    ("text", text::make),
    ("json", json::make),
    ("jsonl", jsonl::make),
    ("csv", csv::make),
    ("sarif", sarif::make),
    ("html", html::make),
];

/// Names of the outputs, for `--format`.
pub fn names() -> impl Iterator<Item = &'static str> {
    OUTPUTS.iter().map(|(name, _)| *name)
}

/// The renderer of that name.
#[must_use]
pub fn renderer(name: &str, meta: &Meta) -> Option<Box<dyn Renderer>> {
    OUTPUTS.iter().find(|(known, _)| *known == name).map(|(_, make)| make(meta))
}
