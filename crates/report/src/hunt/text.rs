//! For people at a terminal: each detection at once as a block of lines, a summary at the end.

mod block;
mod fold;
mod summary;
mod timeline;
mod tree;

use super::forest::Forest;
use super::tally::Tally;
use super::{HuntMeta, HuntRenderer};
use crate::columns::Columns;
use crate::paint::{Paint, Style};
use crate::{escape, wrap};
use ddefend_model::{Detection, Diagnostic, HuntSummary, Level};
use fold::Folder;
use timeline::Timeline;

/// Columns that labels take.
const LABEL: usize = 9;
/// Diagnostics listed unless verbose.
const DIAGNOSTICS: usize = 5;

pub(super) fn make(meta: &HuntMeta) -> Box<dyn HuntRenderer> {
    let width = if meta.width == 0 { 100 } else { meta.width.clamp(60, 200) };
    let columns = Columns { width, paint: Paint { colour: meta.colour }, label: LABEL };
    Box::new(Text {
        columns,
        verbose: meta.verbose,
        tally: Tally::default(),
        folder: Folder::default(),
        gaps: Vec::new(),
        began: false,
        shown: None,
        forest: meta.tree.then(Forest::default),
        timeline: meta.timeline.then(Timeline::default),
    })
}

struct Text {
    columns: Columns,
    verbose: bool,
    tally: Tally,
    folder: Folder,
    /// The first diagnostics, for the end.
    gaps: Vec<Diagnostic>,
    /// True once something was printed.
    began: bool,
    /// What the last block was about.
    shown: Option<Shown>,
    /// Where process trees are wanted.
    forest: Option<Forest>,
    /// Where a table by time is wanted.
    timeline: Option<Timeline>,
}

/// A record that a block was printed for.
struct Shown {
    /// Its log and number.
    place: (String, u64),
    /// Level of the block; only what is no worse may stand under it in short.
    level: Level,
    /// Rules that fired on it so far.
    rules: u64,
}

impl HuntRenderer for Text {
    fn detection(&mut self, detection: &Detection) -> String {
        self.tally.add(detection);
        if let Some(forest) = &mut self.forest {
            forest.add(detection);
        }
        if let Some(timeline) = &mut self.timeline {
            timeline.add(detection);
        }
        if !self.verbose && self.folder.folds(detection) {
            return String::new();
        }
        let mut out = self.folded(false);
        let place = (detection.event.source.clone(), detection.event.record);
        let level = detection.rule.level;
        let under = self.shown.as_mut().filter(|shown| shown.place == place && shown.level >= level);
        if let Some(shown) = under.filter(|_| detection.events.is_empty() && !self.verbose && out.is_empty()) {
            shown.rules += 1;
            return block::follower(self.columns, detection, shown.rules == 2);
        }
        if std::mem::replace(&mut self.began, true) {
            out.push('\n');
        }
        let quiet = level == Level::Info && !self.verbose;
        let make = if quiet {
            block::quiet(self.columns, detection)
        } else {
            block::block(self.columns, detection, self.verbose)
        };
        out.push_str(&make);
        self.shown = Some(Shown { place, level, rules: 1 });
        out
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        if self.verbose {
            let label = if diagnostic.is_gap() { "not read" } else { "note" };
            return self.columns.field(label, &summary::diagnostic_text(diagnostic), Style::Warn);
        }
        if diagnostic.is_gap() && self.gaps.len() < DIAGNOSTICS {
            self.gaps.push(diagnostic.clone());
        }
        String::new()
    }

    fn end(&mut self, summary: &HuntSummary) -> String {
        let mut out = self.folded(true);
        if self.began {
            out.push('\n');
        }
        if let Some(forest) = &self.forest {
            out.push_str(&tree::tree(self.columns, forest, self.verbose));
        }
        if let Some(timeline) = &mut self.timeline {
            out.push_str(&timeline.table(self.columns));
        }
        out.push_str(&summary::summary(self.columns, self.verbose, &self.tally, summary, &self.gaps));
        out
    }
}

impl Text {
    /// What was folded since the last block.
    fn folded(&mut self, all: bool) -> String {
        let mut out = String::new();
        let notes = self.folder.take(all);
        if !notes.is_empty() && self.began {
            out.push('\n');
        }
        for note in notes {
            let text = format!("… and {} more like it on {}: {}", note.count, note.host, note.title);
            let text = wrap::clip(&escape::terminal(&text), self.columns.width);
            out.push_str(&format!("{}\n", self.columns.paint.with(Style::Dim, &text)));
        }
        out
    }
}
