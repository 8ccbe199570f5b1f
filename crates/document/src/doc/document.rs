//! One document of a Word file: its pieces, stories, fields and strings to links.

use super::dead;
use super::fib::{CLX, Fib, STORIES, Version};
use super::pieces::Pieces;
use super::plcfld::FieldTable;
use super::story::{self, Plan, Text};
use super::strings;
use crate::fields::{self, Carrier};
use ddefend_container::Sink;
use ddefend_grammar::field::examine;
use ddefend_model::{Link, LinkKind, Location, Trigger, code, trick};
use std::ops::Range;

/// Characters behind the last story that Word itself leaves there.
const SLACK: u32 = 2;

/// A document to be read.
#[derive(Clone, Debug)]
pub(crate) struct Source<'a> {
    /// The stream that holds the text.
    pub(crate) stream: &'a [u8],
    /// The stream that holds the tables.
    pub(crate) tables: &'a [u8],
    /// Its FIB.
    pub(crate) fib: Fib<'a>,
    /// Id of the reader.
    pub(crate) carrier: &'static str,
    /// Hiding tricks that every link carries.
    pub(crate) tricks: Vec<&'static str>,
}

impl Source<'_> {
    fn carrier(&self) -> Carrier {
        Carrier { id: self.carrier, update_fields: false }
    }

    /// The piece table, where there is a sound one or the format needs none.
    pub(crate) fn pieces(&self) -> Option<Pieces> {
        let old = self.fib.version != Version::Word97;
        let wide = self.fib.has_wide_text();
        let clx = self.fib.table(self.tables, CLX);
        let pieces = clx.and_then(|clx| Pieces::read(clx, old, wide, self.stream.len()));
        if pieces.is_some() || !old || self.fib.is_fast_saved() {
            return pieces;
        }
        let (start, end) = self.text_range()?;
        Some(Pieces::contiguous(start, end, wide))
    }

    /// The text's bytes as the FIB gives them, cut to the stream.
    fn text_range(&self) -> Option<(usize, usize)> {
        let start = self.fib.text_start as usize;
        let end = (self.fib.text_end as usize).min(self.stream.len());
        (start >= 0x20 && start < end).then_some((start, end))
    }
}

fn tell(sink: &mut dyn Sink, code: &'static str, message: String) {
    sink.report(code, Location::default(), message);
}

/// Reads the stories of a document; gives back the byte ranges of the stream that its text reaches.
pub(crate) fn read(source: &Source<'_>, sink: &mut dyn Sink) -> Vec<Range<usize>> {
    let Some(pieces) = source.pieces() else { return read_without_pieces(source, sink) };
    for problem in &pieces.problems {
        tell(sink, code::BROKEN_STRUCTURE, format!("piece table: {problem}; the other pieces were read"));
    }
    let asked = pieces
        .list()
        .iter()
        .fold(0_usize, |sum, piece| sum.saturating_add(piece.offset_of(piece.cps.end).saturating_sub(piece.offset)));
    let text = Text { stream: source.stream, pieces: &pieces };
    if asked > source.stream.len().saturating_mul(4).saturating_add(1 << 20) {
        let message = format!("the pieces ask for {asked} bytes of text, the stream has {}", source.stream.len());
        tell(sink, code::LIMIT_STRUCTURE, format!("{message}; the text was read once, in the stream's order"));
        return read_without_pieces(source, sink);
    }
    read_stories(source, text, sink);
    pieces.reached()
}

fn read_stories(source: &Source<'_>, text: Text<'_>, sink: &mut dyn Sink) {
    let end = text.pieces.end();
    let mut start = text.pieces.list().first().map_or(0, |piece| piece.cps.start);
    for (index, (kind, length)) in STORIES.iter().zip(source.fib.lengths()).enumerate() {
        if length == 0 {
            continue;
        }
        let cps = start..start.saturating_add(length).min(end);
        start = start.saturating_add(length);
        let table = story::table(&source.fib, source.tables, kind.fields);
        // Word 97 lists every field; for the older ones an absent table proves nothing.
        let table = table.or_else(|| (source.fib.version == Version::Word97).then(FieldTable::empty));
        let mut tricks = source.tricks.clone();
        tricks.extend((index > 0).then_some(trick::OTHER_STORY));
        read_story(source, text, &Plan { cps, table, tricks }, kind.name, sink);
    }
    if start > end.saturating_add(SLACK) {
        let message = format!("the stories have {start} characters, the pieces hold {end}; the rest is missing");
        tell(sink, code::BROKEN_TRUNCATED, message);
    }
    if end > start.saturating_add(SLACK) {
        let plan = Plan { cps: start..end, table: None, tricks: source.tricks.clone() };
        if read_story(source, text, &plan, "text behind the last story", sink) {
            let message = format!("fields stand at characters {start} to {end}, behind the last story");
            tell(sink, code::NOTE_ODD, message);
        }
    }
}

/// Reads one story; true where it has fields.
fn read_story(source: &Source<'_>, text: Text<'_>, plan: &Plan, name: &'static str, sink: &mut dyn Sink) -> bool {
    if plan.cps.is_empty() {
        return false;
    }
    let mut fields = story::read(text, plan, sink.budget());
    if plan.table.as_ref().is_some_and(|table| !table.sound) {
        tell(sink, code::NOTE_ODD, format!("the field table of the {name} is damaged; the text was read"));
    }
    if fields.lost > 0 {
        let message = format!("the field table of the {name} lists DDE fields where the text has none");
        tell(sink, code::BROKEN_STRUCTURE, message);
    }
    if fields.stopped {
        let limit = sink.budget().limits().seconds;
        tell(sink, code::LIMIT_TIME, format!("the {limit} seconds ran out in the {name}"));
    }
    if fields.full {
        let message = format!("the {name} has more fields, or more text in them, than is read; the rest was not read");
        tell(sink, code::LIMIT_STRUCTURE, message);
    }
    if fields.is_empty() {
        return false;
    }
    if fields.nested {
        fields.built.story.names = strings::bookmarks(&source.fib, source.tables, text);
    }
    let (marks, part) = (&fields.marks, sink.path().clone());
    let place = |mark: u32| {
        let location = marks.get(mark as usize).map(|cps| story::place(text, cps, name));
        (part.clone(), location.unwrap_or_default())
    };
    fields::report(source.carrier(), &fields.built, place, sink);
    true
}

/// Without a usable piece table: the text as it lies in the stream, in both encodings.
fn read_without_pieces(source: &Source<'_>, sink: &mut dyn Sink) -> Vec<Range<usize>> {
    let (start, end) = source.text_range().unwrap_or((0x20, source.stream.len()));
    let message = format!(
        "there is no usable piece table; bytes {start:#x} to {end:#x} were read as text as they lie, \
         so that fields cut by pieces may be missed"
    );
    tell(sink, code::BROKEN_STRUCTURE, message);
    for wide in [false, true] {
        let pieces = Pieces::contiguous(start, end, wide);
        let text = Text { stream: source.stream, pieces: &pieces };
        let plan = Plan { cps: 0..pieces.end(), table: None, tricks: source.tricks.clone() };
        read_story(source, text, &plan, "text without a piece table", sink);
    }
    vec![Range { start, end }]
}

/// Reads what no document of the stream reaches.
pub(crate) fn read_dead(source: &Source<'_>, reached: Vec<Range<usize>>, sink: &mut dyn Sink) {
    let gaps = dead::gaps(reached, 0x20, source.stream.len());
    let nesting = sink.budget().limits().nesting;
    let part = sink.path().clone();
    for found in dead::find(source.stream, &gaps, nesting) {
        let length = found.bytes.end.saturating_sub(found.bytes.start);
        let location = Location::bytes(found.bytes.start as u64, length as u64).held_by("dead text");
        let instructions = examine(&found.built.story, nesting).instructions;
        let place = |_| (part.clone(), location.clone());
        for mut link in fields::links(source.carrier(), instructions, place) {
            if link.kind == LinkKind::Dde {
                link.trigger = Trigger::Never;
                for trick in &source.tricks {
                    link.saw(trick);
                }
                link.saw(trick::DEAD_TEXT);
                sink.link(link);
            }
        }
    }
}

/// Reports the strings that make the document load something: a remote template, a mail merge source.
pub(crate) fn read_strings(source: &Source<'_>, sink: &mut dyn Sink) {
    let strings = strings::associated(&source.fib, source.tables);
    let location = Location::default().held_by("SttbfAssoc");
    if is_remote(&strings.template) {
        let mut link = Link::new(LinkKind::RemoteTemplate, source.carrier, sink.path().clone(), location.clone());
        link.target = Some(strings.template.clone());
        link.raw = strings.template;
        link.trigger = Trigger::Open;
        source.tricks.iter().for_each(|trick| link.saw(trick));
        sink.link(link);
    }
    for merge in [strings.data_source, strings.header_source] {
        if merge.trim_matches(['\0', ' ']).is_empty() {
            continue;
        }
        let mut link = Link::new(LinkKind::MailMerge, source.carrier, sink.path().clone(), location.clone());
        link.target = Some(merge.split('\0').next().unwrap_or_default().to_owned());
        link.raw = merge;
        link.trigger = Trigger::Open;
        source.tricks.iter().for_each(|trick| link.saw(trick));
        sink.link(link);
    }
}

/// True for a URL or a UNC path: a name or a local path loads nothing from elsewhere.
fn is_remote(target: &str) -> bool {
    let target = target.trim();
    let scheme = target.split_once(':').filter(|(_, rest)| rest.starts_with("//") || rest.starts_with("\\\\"));
    let scheme = scheme.is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    scheme || target.starts_with("\\\\") || target.starts_with("//")
}
