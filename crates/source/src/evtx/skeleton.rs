//! The parts of a template that are the same in every chunk. Names stand by their offset in the chunk, or right in the
//! template where they occur first, and sizes follow; so two copies of one template differ in bytes and not in meaning.
use super::bytes::{offset_at, window};

/// What stands between two constant runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Four bytes that depend on where names stand.
    Size,
    /// A name: its number of characters and its UTF-16.
    Name(Box<[u8]>),
}

/// A template without what differs between chunks.
#[derive(Clone, Debug, Default)]
pub(super) struct Skeleton {
    parts: Vec<(Box<[u8]>, Option<Mark>)>,
    from: usize,
    /// False for streams that are no templates: nobody compares them.
    kept: bool,
}

impl Skeleton {
    /// Of a template whose body begins there.
    pub(super) fn new(start: usize, kept: bool) -> Self {
        Self { parts: Vec::new(), from: start, kept }
    }

    /// A mark at `at`.
    pub(super) fn mark(&mut self, chunk: &[u8], at: usize, mark: Mark) {
        if self.kept {
            self.parts.push((window(chunk, self.from, at).into(), Some(mark)));
        }
    }

    /// Constant bytes go on there.
    pub(super) fn resume(&mut self, at: usize) {
        self.from = at;
    }

    /// The body ends there.
    pub(super) fn finish(&mut self, chunk: &[u8], at: usize) {
        if self.kept {
            self.parts.push((window(chunk, self.from, at).into(), None));
        }
    }

    /// True where the body at `at` of a chunk means the same.
    pub(super) fn fits(&self, chunk: &[u8], mut at: usize) -> bool {
        for (constant, mark) in &self.parts {
            if !chunk.get(at..).is_some_and(|rest| rest.starts_with(constant)) {
                return false;
            }
            at = at.saturating_add(constant.len());
            match mark {
                None => {}
                Some(Mark::Size) => at = at.saturating_add(4),
                Some(Mark::Name(name)) => {
                    let Some(offset) = offset_at(chunk, at) else { return false };
                    if !chunk.get(offset.saturating_add(6)..).is_some_and(|rest| rest.starts_with(name)) {
                        return false;
                    }
                    at = at.saturating_add(4);
                    if offset == at {
                        at = at.saturating_add(8).saturating_add(name.len());
                    }
                }
            }
        }
        true
    }
}
