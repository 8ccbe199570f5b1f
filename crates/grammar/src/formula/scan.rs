//! The tokenizer: one pass, no backtracking beyond one operand.

use super::Request;
use super::calls::{self, Frame, Role};
use super::chars::{fold, is_full_width, is_loose, is_typographic, is_word, plain};
use ddefend_model::trick;

/// How deeply calls are followed; deeper ones are passed over.
const DEPTH: usize = 64;
/// How many requests one formula may give; no application reads formulas long enough for as many.
const REQUESTS: usize = 10_000;
/// Letters of a service's file name that count when a spreadsheet looks for the program to start.
const SERVICE_LETTERS: usize = 8;

/// A request with its byte offsets.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) request: Request,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) tricks: Vec<&'static str>,
}

/// A character, folded and as written.
#[derive(Clone, Copy)]
struct Ch {
    c: char,
    raw: char,
    /// Byte offset behind it.
    end: usize,
}

/// How many oddities were met so far.
#[derive(Clone, Copy, Default)]
struct Seen {
    nul: u32,
    wide: u32,
}

/// A word or quoted name that may be a service.
#[derive(Clone, Copy)]
struct Operand {
    start: usize,
    end: usize,
    quoted: bool,
    /// What was met before it.
    seen: Seen,
    /// Where the run of blank-separated words begins that it ends, how many they are, and whether one is one letter.
    run_start: usize,
    run: u32,
    tiny: bool,
    /// True where the run begins with a number: no application reads that as a formula.
    broken: bool,
    /// True once blanks followed.
    gap: bool,
}

/// A piece of text between quotes or in a word.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    quoted: bool,
}

/// Reads one formula.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    seen: Seen,
    prev: Option<Operand>,
    /// Operands that belong to no request.
    operands: u32,
    frames: Vec<Frame>,
    /// Open calls beyond the depth that is followed.
    deep: u32,
    /// Open calls whose arguments matter.
    keeping: u32,
    /// True for a cell that was typed: words without an operator between are prose.
    typed: bool,
    /// True where the whole is no valid formula. Only quotes around a topic are then proof enough.
    broken: bool,
    out: Vec<Located>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self {
            text,
            at,
            seen: Seen::default(),
            prev: None,
            operands: 0,
            frames: Vec::new(),
            deep: 0,
            keeping: 0,
            typed: false,
            broken: false,
            out: Vec::new(),
        }
    }

    /// How strictly an unquoted topic is taken.
    pub(super) fn typed(self, typed: bool, broken: bool) -> Self {
        Self { typed, broken, ..self }
    }

    pub(super) fn run(mut self) -> Vec<Located> {
        while let Some(ch) = self.peek() {
            if self.out.len() >= REQUESTS {
                break;
            }
            match ch.c {
                '"' => self.string(ch),
                '\'' => self.quoted_name(),
                '|' => self.bar(ch),
                '(' => self.parenthesis(ch),
                '{' => self.open(String::new(), Role::Other, self.at, ch),
                ')' | '}' => self.close(ch),
                ',' | ';' => self.separator(ch),
                '&' => self.operator(ch, true),
                c if c.is_whitespace() => self.blank(ch),
                c if is_word(c) => self.word(),
                _ => self.operator(ch, false),
            }
        }
        self.at = self.text.len();
        while !self.frames.is_empty() {
            self.close_frame(self.at, self.at);
        }
        self.mark_chains();
        self.out
    }

    /// The next character; NUL is passed over and counted.
    fn peek(&mut self) -> Option<Ch> {
        loop {
            let raw = self.text.get(self.at..)?.chars().next()?;
            let end = self.at.saturating_add(raw.len_utf8());
            if raw != '\0' {
                return Some(Ch { c: fold(raw), raw, end });
            }
            self.seen.nul = self.seen.nul.saturating_add(1);
            self.at = end;
        }
    }

    fn bump(&mut self, ch: Ch) {
        if is_full_width(ch.raw) {
            self.seen.wide = self.seen.wide.saturating_add(1);
        }
        self.at = ch.end;
    }

    fn blanks(&mut self) -> bool {
        let mut any = false;
        while let Some(ch) = self.peek().filter(|ch| ch.c.is_whitespace()) {
            self.bump(ch);
            any = true;
        }
        any
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Passes over a quoted piece and gives what stands between the quotes; none where it is never closed.
    /// Quotes inside are doubled.
    fn quoted(&mut self) -> Option<Span> {
        let open = self.peek()?;
        let typographic = is_typographic(open.raw);
        let closes = |ch: Ch| ch.c == open.c && (typographic || !is_typographic(ch.raw));
        self.bump(open);
        let start = self.at;
        while let Some(ch) = self.peek() {
            let end = self.at;
            self.bump(ch);
            if closes(ch) {
                match self.peek() {
                    Some(next) if closes(next) => self.bump(next),
                    _ => return Some(Span { start, end, quoted: true }),
                }
            }
        }
        None
    }

    fn span_of(&mut self, belongs: fn(char) -> bool) -> Span {
        let start = self.at;
        let mut end = start;
        while let Some(ch) = self.peek().filter(|ch| belongs(ch.c)) {
            self.bump(ch);
            end = self.at;
        }
        Span { start, end, quoted: false }
    }

    /// The text of a span, doubled quotes undone.
    fn text_of(&self, span: Span, wide: bool) -> String {
        let text = plain(self.slice(span.start, span.end), wide);
        if span.quoted && text.contains("''") { text.replace("''", "'") } else { text }
    }

    fn string(&mut self, ch: Ch) {
        self.prev = None;
        self.operands = self.operands.saturating_add(1);
        let Some(span) = self.quoted() else {
            self.at = self.at.max(ch.end);
            self.spoil();
            return;
        };
        if self.keeping > 0 {
            let text = self.slice(span.start, span.end).replace("\"\"", "\"");
            if let Some(frame) = self.frames.last_mut() {
                frame.literal(text);
            }
        }
    }

    fn quoted_name(&mut self) {
        let (start, seen) = (self.at, self.seen);
        self.spoil();
        self.operands = self.operands.saturating_add(1);
        self.prev = self.quoted().map(|_| Operand {
            start,
            end: self.at,
            quoted: true,
            seen,
            run_start: start,
            run: 1,
            tiny: false,
            broken: false,
            gap: false,
        });
    }

    fn word(&mut self) {
        let (before, seen) = (self.prev.filter(|prev| !prev.quoted && prev.gap), self.seen);
        let span = self.span_of(is_word);
        if let Some(ch) = self.peek().filter(|ch| ch.c == '(') {
            self.call(span, ch);
            return;
        }
        self.operands = self.operands.saturating_add(1);
        let written = self.slice(span.start, span.end);
        let number = written.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if self.keeping > 0 {
            match self.frames.last_mut() {
                Some(frame) if number => frame.literal(written.to_owned()),
                Some(frame) => frame.spoil(),
                None => {}
            }
        }
        self.drive_letter(span);
        self.prev = Some(Operand {
            start: span.start,
            end: self.at,
            quoted: false,
            seen,
            run_start: before.map_or(span.start, |before| before.run_start),
            run: before.map_or(1, |before| before.run.saturating_add(1)),
            tiny: before.is_some_and(|before| before.tiny) || written.trim_matches('\0').chars().count() == 1,
            broken: before.map_or(number, |before| before.broken),
            gap: false,
        });
    }

    /// `c:\windows\cmd.exe` without quotes.
    fn drive_letter(&mut self, span: Span) {
        let letter = self.slice(span.start, span.end);
        let rest = self.slice(span.end, self.text.len());
        if letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_alphabetic()) && rest.starts_with(":\\") {
            self.at = span.end.saturating_add(1);
            self.span_of(is_word);
        }
    }

    /// A parenthesis that does not follow a name directly; blanks between the two are allowed.
    fn parenthesis(&mut self, ch: Ch) {
        match self.prev.filter(|prev| !prev.quoted && prev.gap) {
            Some(name) => {
                self.operands = self.operands.saturating_sub(1);
                self.call(Span { start: name.start, end: name.end, quoted: false }, ch);
            }
            None => self.open(String::new(), Role::Other, self.at, ch),
        }
    }

    fn call(&mut self, name: Span, parenthesis: Ch) {
        let written = plain(self.slice(name.start, name.end), true);
        let (name_upper, role) = calls::role(&written);
        self.open(name_upper, role, name.start, parenthesis);
        let mixed = written.chars().any(char::is_lowercase) && written.chars().any(char::is_uppercase);
        if let (true, Role::Reported, Some(frame)) = (self.deep == 0, role, self.frames.last_mut()) {
            frame.mixed = mixed && !written.starts_with("_xl");
        }
    }

    fn open(&mut self, name: String, role: Role, start: usize, ch: Ch) {
        self.prev = None;
        self.bump(ch);
        if self.frames.len() >= DEPTH {
            self.deep = self.deep.saturating_add(1);
            self.spoil();
            return;
        }
        if role != Role::Other {
            self.keeping = self.keeping.saturating_add(1);
        }
        self.frames.push(Frame::new(name, role, start, self.at));
    }

    fn close(&mut self, ch: Ch) {
        self.prev = None;
        let end = self.at;
        self.bump(ch);
        if self.deep > 0 {
            self.deep = self.deep.saturating_sub(1);
        } else {
            self.close_frame(end, self.at);
        }
    }

    fn close_frame(&mut self, argument_end: usize, end: usize) {
        let Some(mut frame) = self.frames.pop() else { return };
        let value = if frame.name.is_empty() {
            frame.take_literal()
        } else {
            let written = self.slice(frame.argument_start, argument_end);
            frame.end_argument(written, end);
            frame.value()
        };
        if frame.role != Role::Other {
            self.keeping = self.keeping.saturating_sub(1);
        }
        match (self.frames.last_mut(), value) {
            (Some(parent), Some(value)) => parent.literal(value),
            (Some(parent), None) => parent.spoil(),
            (None, _) => {}
        }
        if frame.role == Role::Reported {
            self.report_call(frame, end);
        }
    }

    fn report_call(&mut self, frame: Frame, end: usize) {
        let (name, start, mixed) = (frame.name.clone(), frame.start, frame.mixed);
        let mut arguments = frame.into_arguments().into_iter();
        let mut tricks = Vec::new();
        if mixed {
            tricks.push(trick::MIXED_CASE);
        }
        self.note_oddities(start, &mut tricks);
        let request = if name == "DDE" {
            let (Some(service), Some(topic)) = (arguments.next(), arguments.next()) else { return };
            let item = arguments.next().unwrap_or_default();
            if service.trim().is_empty() {
                return;
            }
            note_path(&service, &topic, &mut tricks);
            Request::Dde { service, topic, item }
        } else {
            Request::Call { name, arguments: arguments.collect() }
        };
        self.out.push(Located { request, start, end, tricks });
    }

    /// Odd characters in the few letters of a function's name.
    fn note_oddities(&self, start: usize, tricks: &mut Vec<&'static str>) {
        let name = self.slice(start, self.text.len()).chars().take(24).take_while(|c| fold(*c) != '(');
        for c in name {
            let seen = if c == '\0' {
                trick::NUL_BYTES
            } else if is_full_width(c) {
                trick::FULL_WIDTH
            } else {
                continue;
            };
            if !tricks.contains(&seen) {
                tricks.push(seen);
            }
        }
    }

    fn separator(&mut self, ch: Ch) {
        self.prev = None;
        let end = self.at;
        self.bump(ch);
        let next = self.at;
        if self.deep > 0 {
            return;
        }
        let text = self.text;
        if let Some(frame) = self.frames.last_mut() {
            if frame.name.is_empty() {
                frame.spoil();
            } else {
                frame.end_argument(text.get(frame.argument_start..end).unwrap_or_default(), next);
            }
        }
    }

    fn operator(&mut self, ch: Ch, joins: bool) {
        self.prev = None;
        self.bump(ch);
        if !joins {
            self.spoil();
        }
    }

    fn spoil(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.spoil();
        }
    }

    fn blank(&mut self, ch: Ch) {
        self.bump(ch);
        if let Some(prev) = &mut self.prev {
            prev.gap = true;
        }
    }

    /// A bar: the middle of a remote reference where a name stands before it and a topic, `!` and an item behind it.
    fn bar(&mut self, ch: Ch) {
        let service = self.prev.take();
        self.bump(ch);
        let wide = service.is_some_and(|service| self.seen.wide > service.seen.wide);
        self.spoil();
        let Some(service) = service.filter(|service| self.is_plausible(*service)) else { return };
        let behind_bar = self.at;
        let gap = self.blanks() || service.gap;
        let Some(next) = self.peek() else { return };
        let (topic_start, seen) = (self.at, self.seen);
        let topic = match next.c {
            '\'' => self.quoted(),
            // Blanks around the bar, or no formula at all, are prose unless quotes say otherwise.
            _ if gap || self.broken || (self.typed && service.run > 1) => None,
            _ => Some(self.span_of(is_loose)).filter(|topic| topic.start < topic.end),
        };
        let Some(topic) = topic else {
            self.at = if next.c == '\'' { self.text.len() } else { behind_bar };
            return;
        };
        let behind_topic = self.at;
        match self.item(topic) {
            Some((item, wide_bang)) => self.report_reference(service, topic, item, wide || wide_bang),
            // What was taken for a topic may be the next service.
            None if topic.quoted => {
                self.at = behind_topic;
                self.prev = Some(Operand {
                    start: topic_start,
                    end: behind_topic,
                    quoted: true,
                    seen,
                    run_start: topic_start,
                    run: 1,
                    tiny: false,
                    broken: false,
                    gap: false,
                });
            }
            None => self.at = behind_bar,
        }
    }

    /// `!` and an item behind a topic, and whether the `!` is full-width. A quoted topic may be followed by blanks and
    /// by no item.
    fn item(&mut self, topic: Span) -> Option<(Span, bool)> {
        if topic.quoted {
            self.blanks();
        }
        let bang = self.peek().filter(|ch| ch.c == '!')?;
        self.bump(bang);
        let behind = self.at;
        let nothing = Span { start: behind, end: behind, quoted: false };
        if topic.quoted {
            self.blanks();
        }
        let item = match self.peek() {
            Some(ch) if ch.c == '\'' => self.quoted().unwrap_or(nothing),
            Some(ch) if is_word(ch.c) => self.item_word(),
            _ => nothing,
        };
        if !topic.quoted && item.start == behind && item.end == behind {
            return None;
        }
        if item.start == item.end && !item.quoted {
            self.at = behind;
        }
        Some((item, is_full_width(bang.raw)))
    }

    /// An unquoted item; a colon belongs to it where a range goes on behind it.
    fn item_word(&mut self) -> Span {
        let mut span = self.span_of(is_word);
        while let Some(colon) = self.peek().filter(|ch| ch.c == ':') {
            let back = self.at;
            self.bump(colon);
            let more = self.span_of(is_word);
            if more.start == more.end {
                self.at = back;
                break;
            }
            span.end = more.end;
        }
        span
    }

    /// A service needs a letter; numbers beside a bar are arithmetic or tables.
    fn is_plausible(&self, service: Operand) -> bool {
        let named = self.slice(service.start, service.end).chars().any(char::is_alphabetic);
        named && !(service.broken && service.run > 1)
    }

    fn report_reference(&mut self, service: Operand, topic: Span, item: Span, wide: bool) {
        let joined = !service.quoted && service.run > 1 && service.tiny;
        let start = if joined { service.run_start } else { service.start };
        let own = if joined { service.run } else { 1 };
        self.operands = self.operands.saturating_sub(own);
        let mut tricks = Vec::new();
        if self.operands > 0 {
            tricks.push(trick::FORMULA_CHAIN);
        }
        if self.seen.nul > service.seen.nul || joined {
            tricks.push(trick::NUL_BYTES);
        }
        if wide {
            tricks.push(trick::FULL_WIDTH);
        }
        let written = plain(self.slice(start, service.end), true);
        let name = if service.quoted {
            let mut inner = written.chars();
            inner.next();
            inner.next_back();
            inner.as_str().replace("''", "'")
        } else {
            written.chars().filter(|c| !c.is_whitespace()).collect()
        };
        let topic = self.text_of(topic, wide);
        let item = self.text_of(item, wide);
        if base_letters(&name) > SERVICE_LETTERS {
            tricks.push(trick::LONG_SERVICE);
        }
        note_path(&name, &topic, &mut tricks);
        let request = Request::Dde { service: name, topic, item };
        self.out.push(Located { request, start, end: self.at, tricks });
    }

    /// Several conversations in one formula are a chain, whichever came first.
    fn mark_chains(&mut self) {
        let conversations = self.out.iter().filter(|found| matches!(found.request, Request::Dde { .. })).count();
        if conversations < 2 {
            return;
        }
        for found in &mut self.out {
            if matches!(found.request, Request::Dde { .. }) && !found.tricks.contains(&trick::FORMULA_CHAIN) {
                found.tricks.push(trick::FORMULA_CHAIN);
            }
        }
    }
}

/// Letters of the file name in a service, without its extension.
fn base_letters(service: &str) -> usize {
    let base = service.rsplit(['\\', '/']).next().unwrap_or(service);
    base.split('.').next().unwrap_or(base).chars().count()
}

/// `..\` in the service or topic climbs out of the folder that it seems to name.
fn note_path(service: &str, topic: &str, tricks: &mut Vec<&'static str>) {
    if [service, topic].iter().any(|text| text.contains("\\..\\") || text.contains("/../")) {
        tricks.push(trick::PATH_TRICK);
    }
}
