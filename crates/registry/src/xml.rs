//! Policies in XML: a walk over elements with the texts of leaves, by the tolerant reader that documents are read with.

use crate::out::Out;
use ddefend_container::xml::{Element, Event, Source, Xml};
use ddefend_container::{self as container, Part, Secrets};
use ddefend_guard::Budget;
use ddefend_model::{Diagnostic, Link, NotInspected, PartPath, code};

/// What the walk meets.
pub(crate) enum Node<'n, 'o> {
    /// An element begins.
    Start(&'n Element<'o>),
    /// An element ends: the text since the last begin or end.
    End(&'n str),
}

/// Where it is met.
pub(crate) struct Spot<'n> {
    /// Names of the open elements without prefixes, outermost first; the element that it is about is the last.
    pub(crate) open: &'n [&'n str],
    /// Line, counted from 1.
    pub(crate) line: u64,
}

impl<'n> Spot<'n> {
    /// The element that it is about.
    pub(crate) fn name(&self) -> &'n str {
        self.open.last().copied().unwrap_or_default()
    }

    /// The one around it.
    pub(crate) fn parent(&self) -> &'n str {
        self.open.iter().rev().nth(1).copied().unwrap_or_default()
    }

    /// Whether an element of that name is open around it.
    pub(crate) fn is_in(&self, name: &str) -> bool {
        self.open.contains(&name)
    }
}

/// Lets the XML reader talk to what readers of this crate write to.
struct Adapter<'a, 'o> {
    out: &'a mut Out<'o>,
    secrets: Secrets,
    path: PartPath,
}

impl container::Sink for Adapter<'_, '_> {
    fn budget(&self) -> &Budget {
        self.out.budget()
    }

    fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    fn path(&self) -> &PartPath {
        &self.path
    }

    fn child(&mut self, _part: Part<'_>) {}

    fn within(&mut self, _step: &str, _tricks: &[&'static str], work: &mut dyn FnMut(&mut dyn container::Sink)) {
        work(self);
    }

    fn link(&mut self, _link: Link) {}

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.out.pass(diagnostic);
    }

    fn detected(&mut self, _format: &'static container::Format) {}

    fn fact(&mut self, _text: String) {}

    fn not_inspected(&mut self, _entry: NotInspected) {}
}

/// Walks a document; `on` sees every begin and end.
pub(crate) fn walk(bytes: &[u8], out: &mut Out<'_>, on: &mut dyn FnMut(&mut Out<'_>, &Spot<'_>, Node<'_, '_>)) {
    let mut adapter = Adapter { out, secrets: Secrets::default(), path: PartPath::default() };
    let source = Source::new(bytes, &mut adapter);
    let mut xml = Xml::new(&source);
    let mut lines = LineCount { data: source.data(), at: 0, line: 1 };
    let mut text = String::new();
    // Ends come after their element was closed, so the open ones are kept here as well.
    let mut open: Vec<&str> = Vec::new();
    while adapter.out.step() {
        let at = xml.offset();
        let Some(event) = xml.next(&mut adapter) else { break };
        let line = lines.of(at);
        match event {
            Event::Start(element) => {
                open.clear();
                open.extend(xml.open_elements());
                text.clear();
                on(adapter.out, &Spot { open: &open, line }, Node::Start(&element));
            }
            Event::End(_) => {
                // An end without a begin closes nothing.
                if open.len() > xml.open_elements().len() {
                    on(adapter.out, &Spot { open: &open, line }, Node::End(&text));
                    open.pop();
                }
                text.clear();
            }
            Event::Text { text: more, .. } => text.push_str(&more),
            Event::Instruction(_) | Event::Comment(_) => {}
        }
    }
    if let Some(name) = xml.open_elements().last()
        && adapter.out.is_going()
    {
        let line = lines.of(u64::MAX);
        let message = format!("the document ends inside {}", crate::out::quote(name));
        adapter.out.tell_line(code::BROKEN_TRUNCATED, line, message);
    }
}

/// Lines of growing offsets.
struct LineCount<'a> {
    data: &'a str,
    at: usize,
    line: u64,
}

impl LineCount<'_> {
    fn of(&mut self, offset: u64) -> u64 {
        let end = usize::try_from(offset).unwrap_or(usize::MAX).min(self.data.len());
        let passed = self.data.as_bytes().get(self.at..end).unwrap_or_default();
        let feeds = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(feeds as u64);
        self.at = self.at.max(end);
        self.line
    }
}

/// The local name of the root element, and its namespace's address as written.
pub(crate) fn root(head: &str) -> Option<&str> {
    let mut rest = head.trim_start_matches('\u{feff}').trim_start();
    if !rest.starts_with('<') {
        return None;
    }
    loop {
        rest = rest.trim_start().strip_prefix('<')?;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if rest.starts_with(['?', '!']) {
            rest = rest.split_once('>')?.1;
        } else {
            let end = rest.find(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/'))?;
            let name = rest.get(..end)?;
            return Some(name.rsplit(':').next().unwrap_or(name));
        }
    }
}
