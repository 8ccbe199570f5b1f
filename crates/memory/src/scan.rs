//! Texts in memory: words are looked for in the bytes; the text around each is taken out and judged once.
//!
//! A text depends on the bytes at most [`Settings`]' text length before and behind a word, so the size of the pieces that
//! are fed makes no difference. Texts that are longer are taken in pieces that overlap; what begins in the last quarter
//! of a piece is left to the next one, so work stays linear whatever the bytes are.

mod address;
mod command;
mod field;
mod formula;
mod keep;
mod text;
mod view;

pub(crate) use keep::Kept;

use crate::settings::Settings;
use crate::words::Encoding;
use ddefend_model::memory::MemoryHit;
use keep::Keep;
use text::Text;
use view::{Spot, View};

/// Characters of a hit that are told.
const TOLD: usize = 1_024;
/// Characters that a text has to have.
const SHORTEST: usize = 6;

/// Looks for texts.
#[derive(Debug)]
pub(crate) struct Scanner<'s> {
    settings: &'s Settings<'s>,
    buffer: Vec<u8>,
    /// Offset of the buffer's first byte in the file.
    base: u64,
    /// Bytes of the buffer in which no further word begins.
    searched: usize,
    /// For ASCII, and for UTF-16 at even and odd offsets: up to where texts were judged.
    judged: [u64; 3],
    keep: Keep,
}

impl<'s> Scanner<'s> {
    pub(crate) fn new(settings: &'s Settings<'s>) -> Self {
        let keep = Keep::new(settings.limits.hits);
        Self { settings, buffer: Vec::new(), base: 0, searched: 0, judged: [0; 3], keep }
    }

    /// Characters before and behind a word that a text may have, and those at its end that are left to the next.
    fn reach(&self) -> (usize, usize, usize) {
        let forward = self.settings.limits.text.clamp(64, 1 << 16);
        (forward / 4, forward, forward / 4)
    }

    /// The next bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let (ahead, step) = (self.ahead(), self.settings.step);
        for piece in bytes.chunks(step) {
            self.buffer.extend_from_slice(piece);
            let new = self.buffer.len().saturating_sub(self.searched);
            if new >= step.saturating_add(ahead) {
                let limit = self.buffer.len().saturating_sub(ahead);
                self.work(limit);
            }
        }
    }

    /// Bytes behind a word that have to be there before it is judged.
    fn ahead(&self) -> usize {
        let (_, forward, _) = self.reach();
        forward.saturating_mul(2).saturating_add(self.settings.words.longest).saturating_add(2)
    }

    /// No text goes on over this place.
    pub(crate) fn flush(&mut self) {
        self.work(self.buffer.len());
        self.base = self.base.saturating_add(self.buffer.len() as u64);
        self.buffer.clear();
        self.searched = 0;
    }

    pub(crate) fn finish(mut self) -> Kept {
        self.flush();
        self.keep.finish()
    }

    /// Judges the words that begin before `limit`, and lets go of what is no longer needed.
    fn work(&mut self, limit: usize) {
        let end = limit.saturating_add(self.settings.words.longest).min(self.buffer.len());
        let bytes = self.buffer.get(self.searched..end).unwrap_or_default();
        let words = self.settings.words.in_bytes(bytes);
        let from = self.searched;
        for (start, encoding) in words {
            let start = from.saturating_add(start);
            if start < limit {
                self.word(start, encoding);
            }
        }
        let (back, _, _) = self.reach();
        let gone = limit.saturating_sub(back.saturating_mul(2).saturating_add(2)).min(self.buffer.len());
        self.buffer.drain(..gone);
        self.base = self.base.saturating_add(gone as u64);
        self.searched = limit.saturating_sub(gone);
    }

    /// Takes out the text around a word and judges it, unless that was done.
    fn word(&mut self, start: usize, encoding: Encoding) {
        let at = self.base.saturating_add(start as u64);
        let track = match encoding {
            Encoding::Ascii => 0,
            Encoding::Utf16 => 1_usize.saturating_add(usize::from(at % 2 == 1)),
        };
        let before = self.judged.get(track).copied().unwrap_or(0);
        if at < before {
            return;
        }
        let (back, forward, tail) = self.reach();
        let text = Text::around(&self.buffer, start, encoding, back, forward);
        let kept = if text.cut { text.chars.len().saturating_sub(tail) } else { text.chars.len() };
        let offset = |index: usize| {
            let bytes = (index as u64).saturating_mul(encoding.step());
            self.base.saturating_add(text.start as u64).saturating_add(bytes)
        };
        let after = offset(kept);
        if text.chars.len() >= SHORTEST {
            let view = View::new(&text.chars, self.settings);
            for spot in view.spots() {
                let here = offset(spot.from);
                if here >= before && here < after {
                    self.keep.add(hit(&view, &spot, here, encoding), spot.office);
                }
            }
        }
        if let Some(judged) = self.judged.get_mut(track) {
            *judged = after.max(at.saturating_add(1));
        }
    }
}

fn hit(view: &View<'_>, spot: &Spot, offset: u64, encoding: Encoding) -> MemoryHit {
    let text = view.chars.get(spot.from..spot.to).unwrap_or_default();
    MemoryHit {
        kind: spot.kind.to_owned(),
        offset,
        encoding: encoding.name().to_owned(),
        text: text.iter().take(TOLD).collect(),
        command: spot.command.clone(),
        level: Some(spot.level),
        of: spot.of.clone(),
        count: 1,
        ..MemoryHit::default()
    }
}
