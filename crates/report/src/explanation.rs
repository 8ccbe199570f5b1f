//! Longer texts for a terminal: a heading and sections.

use crate::paint::{Paint, Style};
use crate::wrap::wrap;

/// A section of an explanation; one without text is left out.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    heading: &'a str,
    text: &'a str,
}

impl<'a> Section<'a> {
    /// A section.
    #[must_use]
    pub fn new(heading: &'a str, text: &'a str) -> Self {
        Self { heading, text }
    }
}

/// Lays out a heading and its sections for `width` columns.
#[must_use]
pub fn layout(heading: &str, sections: &[Section<'_>], width: usize, colour: bool) -> String {
    let paint = Paint { colour };
    let mut out = format!("{}\n", paint.with(Style::Strong, heading));
    for section in sections.iter().filter(|section| !section.text.trim().is_empty()) {
        out.push_str(&format!("\n{}\n", paint.with(Style::Warn, section.heading)));
        for paragraph in section.text.trim().lines() {
            for line in wrap(paragraph, width.clamp(40, 100) - 2) {
                out.push_str(&format!("  {line}\n"));
            }
        }
    }
    out
}
