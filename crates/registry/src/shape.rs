//! Whether a list of keys is a whole export or a selection.
//!
//! Exports list each key below the exported one, parents first, and take nothing away.

use crate::{Coverage, Root, fold};

/// Topmost keys, at most; more are no export of anything.
const TOPS: usize = 1_024;

#[derive(Default)]
pub(crate) struct Shape {
    tops: Vec<(Root, String)>,
    last: Option<(Root, String)>,
    removal: bool,
    gaps: bool,
    cut: bool,
}

impl Shape {
    /// Something is taken away.
    pub(crate) fn removal(&mut self) {
        self.removal = true;
    }

    /// The file ended too early: of what would follow nothing is known.
    pub(crate) fn cut(&mut self) {
        self.cut = true;
    }

    /// One more key. An export goes down step by step: the parent of each key is the key before it or one above that.
    pub(crate) fn key(&mut self, root: &Root, key: &str) {
        let folded = fold(key);
        let within = |(top_root, top): &(Root, String)| top_root == root && is_below(&folded, &fold(top));
        if self.tops.iter().rev().take(1).any(within) {
            let parent = folded.rsplit_once('\\').map_or("", |(parent, _)| parent);
            let step = match &self.last {
                Some((last_root, last)) => last_root == root && (last == &folded || is_below(last, parent)),
                None => false,
            };
            self.gaps |= !step;
        } else {
            let above = |(top_root, top): &(Root, String)| top_root == root && is_below(&fold(top), &folded);
            self.gaps |= self.tops.len() >= TOPS || self.tops.iter().any(|top| above(top) || within(top));
            if !self.gaps {
                self.tops.push((root.clone(), key.to_owned()));
            }
        }
        self.last = Some((root.clone(), folded));
    }

    pub(crate) fn coverage(self) -> Coverage {
        if self.removal || self.gaps || self.cut || self.tops.is_empty() {
            return Coverage::Changes;
        }
        Coverage::Whole(self.tops)
    }

    /// The topmost key that the last key stands below.
    pub(crate) fn top(&self) -> Option<&(Root, String)> {
        self.tops.last()
    }

    /// Why a file that takes nothing away is no export.
    pub(crate) fn note(&self) -> Option<&'static str> {
        let told = self.gaps && !self.removal && !self.cut;
        told.then_some(
            "no export of the registry editor, which lists every key below the exported one: of keys and values that it \
             does not list it says nothing",
        )
    }
}

/// Whether a folded key is another or stands below it.
fn is_below(key: &str, above: &str) -> bool {
    above.is_empty() || key.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}
