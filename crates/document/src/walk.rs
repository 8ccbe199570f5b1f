//! The walk over an artifact's tree of parts.

use crate::{compound, flatopc, package, registry};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Secrets, Sink, text};
use ddefend_guard::{Budget, Exceeded};
use ddefend_model::{Diagnostic, Link, Location, NotInspected, PartPath, code, trick};
use std::collections::BTreeSet;
use std::ops::Range;

/// Readers that hand what they find to all other readers.
const DISPATCHERS: &[&Reader] = &[&package::READER, &compound::READER, &flatopc::READER];

/// Formats of text that hold parts in other encodings.
const MAILS: &[&str] = &["eml", "mime", "mht", "mbox", "ics"];

/// Formats that any text is.
const TEXTS: &[&str] = &["text", "csv"];

/// All flat readers.
fn readers() -> impl Iterator<Item = &'static Reader> {
    DISPATCHERS.iter().copied().chain(registry::readers())
}

/// Every format that is read, for the reference and for `--help`.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    readers()
        .map(|reader| &reader.format)
        .chain(registry::storage_readers().map(|reader| &reader.format))
        .chain(registry::package_readers().map(|reader| &reader.format))
        .chain(registry::archive_readers().map(|reader| &reader.format))
        .chain([&ddefend_container::WEB_PAGE])
}

/// Ids of the formats that the bytes (or their head) of an artifact look like, likeliest first; empty where no reader
/// knows them. Cheap: nothing is taken apart.
#[must_use]
pub fn claims(root: &Part<'_>) -> Vec<&'static str> {
    claimed(root).0.into_iter().map(|reader| reader.format.id).collect()
}

/// What a walk found, in the order in which it was found.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    /// Links.
    pub links: Vec<Link>,
    /// Diagnostics.
    pub diagnostics: Vec<Diagnostic>,
    /// Format of the artifact, or none where nobody knows it.
    pub detected: Option<&'static Format>,
    /// Extension of the artifact where it names another type than the content is.
    pub extension_lies: Option<String>,
    /// Facts for the report.
    pub facts: Vec<String>,
    /// Parts that were not read and need not be.
    pub not_inspected: Vec<NotInspected>,
}

/// Takes an artifact apart under a budget.
#[must_use]
pub fn walk(root: Part<'_>, budget: &Budget, secrets: &Secrets) -> Walked {
    let mut walker = Walker {
        budget,
        secrets,
        path: root.path.clone(),
        depth: 0,
        tricks: root.tricks.clone(),
        format: None,
        limits_told: BTreeSet::new(),
        holder: 0..0,
        out: Walked::default(),
    };
    walker.enter(&root);
    walker.out.detected = walker.format;
    walker.out
}

struct Walker<'w> {
    budget: &'w Budget,
    secrets: &'w Secrets,
    path: PartPath,
    depth: u32,
    tricks: Vec<&'static str>,
    /// Format of the part that is being read.
    format: Option<&'static Format>,
    /// Limits that were told already; a bomb hits the same one a million times.
    limits_told: BTreeSet<&'static str>,
    /// Where the bytes of the innermost part with memory of its own stand: parts inside it cost nothing.
    holder: Range<usize>,
    out: Walked,
}

impl Walker<'_> {
    fn enter(&mut self, part: &Part<'_>) {
        if let Err(exceeded) = self.budget.enter_part(self.depth) {
            self.tell_limit(exceeded, &part.path);
            return;
        }
        let (readers, is_text) = claimed(part);
        // Mails may hold more than their text; what is in them is decoded part by part.
        if is_text && !readers.iter().any(|reader| MAILS.contains(&reader.format.id)) {
            let (bytes, cut) = text::bounded(part.bytes);
            if cut {
                self.diagnostic(Diagnostic::new(
                    code::LIMIT_MEMORY,
                    part.path.clone(),
                    Location::default(),
                    text::CUT.to_owned(),
                ));
                let head = Part { bytes, ..part.clone() };
                return self.read(&head, readers);
            }
        }
        self.read(part, readers);
    }

    /// Hands a part to the readers that claim it.
    fn read(&mut self, part: &Part<'_>, readers: Vec<&'static Reader>) {
        self.format = readers.first().map(|reader| &reader.format);
        if readers.is_empty() {
            self.unknown(part);
            return;
        }
        let before = self.out.links.len();
        let own = part.bytes.as_ptr_range();
        let own = own.start.addr()..own.end.addr();
        let borrowed = self.holder.start <= own.start && own.end <= self.holder.end;
        let bytes = if borrowed { 0 } else { part.bytes.len() as u64 };
        let outer = if borrowed { self.holder.clone() } else { std::mem::replace(&mut self.holder, own) };
        self.budget.hold(bytes);
        for reader in readers {
            (reader.read)(part, self);
        }
        self.budget.release(bytes);
        self.holder = outer;
        // Read as text to miss nothing that is stuffed with control characters; without a find it is no text.
        let as_text = self.format.is_some_and(|format| TEXTS.contains(&format.id));
        if as_text && self.out.links.len() == before && text::looks_binary(part.bytes) {
            self.format = None;
            self.unknown(part);
            return;
        }
        self.check_extension(part, before);
    }

    fn tell_limit(&mut self, exceeded: Exceeded, part: &PartPath) {
        if self.limits_told.insert(exceeded.code) {
            let message = format!("{exceeded}; this part and those behind it were not read");
            self.diagnostic(Diagnostic::new(exceeded.code, part.clone(), Location::default(), message));
        }
    }

    fn unknown(&mut self, part: &Part<'_>) {
        if part.bytes.is_empty() {
            return;
        }
        if self.depth == 0 {
            let message = "the type is not known by its content; no carrier reads it".to_owned();
            self.diagnostic(Diagnostic::new(code::UNREADABLE_FORMAT, part.path.clone(), Location::default(), message));
        } else {
            let reason = "no format that carries links".to_owned();
            self.not_inspected(NotInspected { part: part.path.clone(), reason });
        }
    }

    /// Notes an extension that contradicts the content, on the artifact or part and on the links found in it.
    fn check_extension(&mut self, part: &Part<'_>, first_link: usize) {
        let Some(extension) = part.extension() else { return };
        let Some(format) = self.format else { return };
        let known = formats().any(|other| other.extensions.contains(&extension.as_str()));
        if !known || format.extensions.contains(&extension.as_str()) {
            return;
        }
        if self.depth == 0 {
            self.out.extension_lies = Some(extension.clone());
        }
        let message = format!("the extension .{extension} is not one of {} ({})", format.title, format.id);
        self.diagnostic(Diagnostic::new(code::NOTE_EXTENSION, part.path.clone(), Location::default(), message));
        for link in self.out.links.iter_mut().skip(first_link) {
            link.saw(trick::EXTENSION_LIES);
        }
    }
}

/// The readers that claim a part, and true for a large text. Surest first: all with structural evidence, or the likely ones, or the fallbacks.
fn claimed(part: &Part<'_>) -> (Vec<&'static Reader>, bool) {
    let probe = Probe::new(part);
    let mut claims: Vec<(Claim, &'static Reader)> =
        readers().map(|reader| ((reader.sniff)(&probe), reader)).filter(|(claim, _)| *claim != Claim::No).collect();
    claims.sort_by_key(|(claim, _)| std::cmp::Reverse(*claim));
    let Some(best) = claims.first().map(|(claim, _)| *claim) else { return (Vec::new(), false) };
    // The text of a mail is read by people: only a structure makes something else of it.
    let is_mail_text = part.name.is_none() && part.declared.as_deref() == Some("text/plain");
    if is_mail_text && best < Claim::Structure {
        return (Vec::new(), false);
    }
    let floor = best.min(Claim::Structure);
    let readers = claims.into_iter().take_while(|(claim, _)| *claim >= floor).map(|(_, reader)| reader).collect();
    (readers, part.bytes.len() > 1 << 20 && probe.head().is_some())
}

impl Sink for Walker<'_> {
    fn budget(&self) -> &Budget {
        self.budget
    }

    fn secrets(&self) -> &Secrets {
        self.secrets
    }

    fn path(&self) -> &PartPath {
        &self.path
    }

    fn child(&mut self, part: Part<'_>) {
        let outer_path = std::mem::replace(&mut self.path, part.path.clone());
        let outer_format = self.format.take();
        let outer_tricks = self.tricks.len();
        self.tricks.extend(&part.tricks);
        self.depth = self.depth.saturating_add(1);
        self.enter(&part);
        self.depth = self.depth.saturating_sub(1);
        self.tricks.truncate(outer_tricks);
        self.format = outer_format;
        self.path = outer_path;
    }

    fn within(&mut self, step: &str, tricks: &[&'static str], work: &mut dyn FnMut(&mut dyn Sink)) {
        let inner = if step.is_empty() { self.path.clone() } else { self.path.join(step) };
        let outer_path = std::mem::replace(&mut self.path, inner);
        let outer_tricks = self.tricks.len();
        let outer_format = self.format;
        self.tricks.extend(tricks);
        work(self);
        self.tricks.truncate(outer_tricks);
        self.format = outer_format;
        self.path = outer_path;
    }

    fn link(&mut self, mut link: Link) {
        let limit = self.budget.limits().links;
        if self.out.links.len() as u64 >= limit {
            self.tell_limit(Exceeded { code: code::LIMIT_RESULTS, limit }, &link.part);
            return;
        }
        for trick in &self.tricks {
            link.saw(trick);
        }
        self.out.links.push(link);
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if (self.out.diagnostics.len() as u64) < self.budget.limits().diagnostics {
            self.out.diagnostics.push(diagnostic);
        } else if self.limits_told.insert("diagnostics") {
            let message = "further diagnostics are not listed".to_owned();
            let entry = Diagnostic::new(code::LIMIT_RESULTS, self.path.clone(), Location::default(), message);
            self.out.diagnostics.push(entry);
        }
    }

    fn detected(&mut self, format: &'static Format) {
        self.format = Some(format);
    }

    fn fact(&mut self, text: String) {
        if !self.out.facts.contains(&text) && self.out.facts.len() < 100 {
            self.out.facts.push(text);
        }
    }

    fn not_inspected(&mut self, entry: NotInspected) {
        if (self.out.not_inspected.len() as u64) < self.budget.limits().diagnostics {
            self.out.not_inspected.push(entry);
        }
    }
}
