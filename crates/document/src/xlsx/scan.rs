//! Formula text in sheets, tables and charts: which parts can hold a request, and which cells use an external item.

use super::external::Conversation;
use super::open;
use super::requests::{Place, report};
use super::workbook::Workbook;
use crate::formulas::markup_could_request;
use crate::xlm::LIST_CAP;
use ddefend_container::Sink;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::xml::{Event, Source, Xml};
use memchr::memmem;
use std::collections::{BTreeMap, BTreeSet};

/// First uses of items in cells.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Numbers of conversations.
    wanted: BTreeSet<usize>,
    found: BTreeMap<(usize, String), Use>,
}

/// A cell that uses an item.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) sheet: Option<String>,
    pub(super) cell: Option<String>,
    pub(super) shown: Option<String>,
}

impl Uses {
    /// Nothing found yet.
    pub(super) fn new(conversations: &[Conversation]) -> Self {
        let wanted = conversations.iter().filter_map(|conversation| conversation.number).collect();
        Self { wanted, found: BTreeMap::new() }
    }

    /// The first cell that uses an item of the conversation `number`.
    pub(super) fn first(&self, number: usize, item: &str) -> Option<&Use> {
        self.found.get(&(number, item.to_uppercase()))
    }

    fn occur(&self, bytes: &[u8]) -> bool {
        !self.wanted.is_empty() && memmem::find(bytes, b"]!").is_some()
    }

    /// Notes the items that a formula uses: `[1]!item`, `[1]!'item'`, `[1]!_xlbgnm.item` where it looks like a cell.
    fn note(&mut self, formula: &str, place: &Place) {
        for (at, mark) in formula.match_indices("]!") {
            let before = formula.get(..at).unwrap_or_default();
            let digits = before.bytes().rev().take_while(u8::is_ascii_digit).take(9).count();
            let number = before.get(at.saturating_sub(digits)..).and_then(|number| number.parse().ok());
            let Some(number) = number.filter(|number| self.wanted.contains(number)) else { continue };
            if self.found.len() >= LIST_CAP {
                return;
            }
            let name = item(formula.get(at.saturating_add(mark.len())..).unwrap_or_default());
            self.found.entry((number, name.to_uppercase())).or_insert_with(|| Use {
                sheet: place.sheet.clone(),
                cell: place.cell.clone(),
                shown: place.shown.clone(),
            });
        }
    }
}

/// The item's name at the head of what follows `[1]!`.
fn item(rest: &str) -> String {
    if let Some(quoted) = rest.strip_prefix('\'') {
        // A doubled apostrophe stands for one.
        let mut name = String::new();
        let mut chars = quoted.chars().peekable();
        while let Some(c) = chars.next() {
            if c == '\'' && chars.next_if_eq(&'\'').is_none() {
                break;
            }
            name.push(c);
        }
        return name;
    }
    let ends = |c: char| c.is_whitespace() || "+-*/^&=<>(),;:!%\"{}[]".contains(c);
    let name = rest.split(ends).next().unwrap_or_default();
    name.strip_prefix("_xlbgnm.").unwrap_or(name).to_owned()
}

/// Reads a part where its bytes show that it may hold something.
pub(super) fn read(
    package: &Package<'_>,
    part: &PackagePart,
    workbook: &Workbook,
    uses: &mut Uses,
    sink: &mut dyn Sink,
) {
    let Some(opened) = open(package, part, sink) else { return };
    if !(could_hold(&opened.bytes) || uses.occur(&opened.bytes)) {
        return;
    }
    let sheet = workbook.sheet(part).map(|(name, _)| name.clone());
    let source = Source::new(&opened.bytes, sink);
    formulas(&source, sheet.as_deref(), sink, &mut |formula, place, sink| {
        uses.note(formula, place);
        report(&opened, &source, formula, place, sink);
    });
}

/// False is certain: no formula in these bytes can hold a request. What could hide one from a search in bytes (another
/// encoding, references, CDATA, comments, processing instructions) counts as yes.
pub(crate) fn could_hold(bytes: &[u8]) -> bool {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let plain = body.first() == Some(&b'<') && !body.get(..4).unwrap_or_default().contains(&0);
    if !plain || memmem::find(body, b"&#").is_some() || memmem::find(body, b"<!").is_some() {
        return true;
    }
    if memmem::find_iter(body, b"<?").nth(1).is_some() || named_encoding(body) {
        return true;
    }
    markup_could_request(body)
}

/// True where the declaration names an encoding other than UTF-8.
fn named_encoding(body: &[u8]) -> bool {
    let head = body.get(..body.len().min(200)).unwrap_or_default();
    let end = memmem::find(head, b"?>").unwrap_or(0);
    let declaration = head.get(..end).unwrap_or_default().to_ascii_lowercase();
    memmem::find(&declaration, b"encoding").is_some() && memmem::find(&declaration, b"utf-8").is_none()
}

/// A formula that is being read.
struct Open {
    place: Place,
    text: String,
}

/// Elements that hold formulas.
fn holder(local: &str) -> Option<&'static str> {
    Some(match local {
        "f" => "f",
        "formula1" => "formula1",
        "formula2" => "formula2",
        "formula" => "formula",
        "calculatedColumnFormula" => "calculatedColumnFormula",
        "totalsRowFormula" => "totalsRowFormula",
        _ => return None,
    })
}

type Formulas<'c> = &'c mut dyn FnMut(&str, &Place, &mut dyn Sink);

/// Hands every formula of a part to `take`, those of cells with the cell's cached value.
pub(super) fn formulas(source: &Source<'_>, sheet: Option<&str>, sink: &mut dyn Sink, take: Formulas<'_>) {
    let mut xml = Xml::new(source);
    let mut cell: Option<String> = None;
    let mut open: Option<Open> = None;
    let mut value: Option<String> = None;
    let mut pending: Option<Open> = None;
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) => match element.local() {
                "c" => cell = element.attribute("r"),
                "v" => value = Some(String::new()),
                local => {
                    if let Some(holder) = holder(local) {
                        let (sheet, cell) = (sheet.map(str::to_owned), cell.clone().filter(|_| holder == "f"));
                        let place = Place { sheet, cell, holder, offset: element.offset, shown: None, encoded: false };
                        open = Some(Open { place, text: String::new() });
                    }
                }
            },
            Event::Text { text, encoded } => {
                if let Some(open) = &mut open {
                    open.text.push_str(&text);
                    open.place.encoded |= encoded;
                } else if let Some(value) = &mut value {
                    value.push_str(&text);
                }
            }
            Event::End(local) => match (&*local, open.take()) {
                ("v", _) => {
                    let shown = value.take().filter(|value| !value.is_empty());
                    if let Some(pending) = &mut pending {
                        pending.place.shown = shown;
                    }
                }
                ("c", _) => {
                    if let Some(done) = pending.take() {
                        take(&done.text, &done.place, sink);
                    }
                    cell = None;
                }
                ("f", Some(done)) if done.place.cell.is_some() => pending = Some(done),
                (local, Some(done)) if holder(local).is_some() => take(&done.text, &done.place, sink),
                // An element inside a formula: go on.
                (_, still) => open = still,
            },
            _ => {}
        }
    }
    if let Some(done) = pending.or(open) {
        take(&done.text, &done.place, sink);
    }
}
