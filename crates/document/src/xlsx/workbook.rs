//! The workbook part: names of sheets, numbers of external references, defined names (ISO 29500-1 18.2).

use super::requests::{Place, report};
use super::{Opened, open};
use crate::xlm::runs_at_open;
use ddefend_container::Sink;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::xml::{Event, Source, Xml};
use std::collections::BTreeMap;

/// What the other parts need to know.
#[derive(Debug, Default)]
pub(super) struct Workbook {
    /// Sheet name and whether it is hidden, by part name in lower case.
    pub(super) sheets: BTreeMap<String, (String, bool)>,
    /// Number in formulas (`[1]`) by part name in lower case.
    pub(super) references: BTreeMap<String, usize>,
    /// True where a macro runs at open.
    pub(super) runs_at_open: bool,
}

impl Workbook {
    /// Name of the sheet that a part holds.
    pub(super) fn sheet(&self, part: &PackagePart) -> Option<&(String, bool)> {
        self.sheets.get(&part.name.to_ascii_lowercase())
    }
}

/// Reads a workbook part.
pub(super) fn read(package: &Package<'_>, part: &PackagePart, workbook: &mut Workbook, sink: &mut dyn Sink) {
    let Some(opened) = open(package, part, sink) else { return };
    let source = Source::new(&opened.bytes, sink);
    let mut xml = Xml::new(&source);
    let targets: BTreeMap<&str, String> = package
        .relations_of(&part.name)
        .filter_map(|relation| Some((relation.id.as_str(), relation.part.as_ref()?.to_ascii_lowercase())))
        .collect();
    let mut name: Option<(String, u64, String)> = None;
    let mut number = 0_usize;
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) => match element.local() {
                "sheet" => {
                    let hidden = element.attribute("state").is_some_and(|state| state != "visible");
                    let title = element.attribute("name").unwrap_or_default();
                    if let Some(target) = element.attribute("id").and_then(|id| targets.get(id.as_str())) {
                        workbook.sheets.insert(target.clone(), (title, hidden));
                    }
                }
                "externalReference" => {
                    number = number.saturating_add(1);
                    if let Some(target) = element.attribute("id").and_then(|id| targets.get(id.as_str())) {
                        workbook.references.insert(target.clone(), number);
                    }
                }
                "definedName" => {
                    let title = element.attribute("name").unwrap_or_default();
                    workbook.runs_at_open |= runs_at_open(&title);
                    name = Some((title, element.offset, String::new()));
                }
                _ => {}
            },
            Event::Text { text, .. } => {
                if let Some((_, _, formula)) = &mut name {
                    formula.push_str(&text);
                }
            }
            Event::End(local) if local == "definedName" => {
                if let Some(done) = name.take() {
                    defined(&opened, &source, &done, sink);
                }
            }
            _ => {}
        }
    }
}

fn defined(
    opened: &Opened<'_>,
    source: &Source<'_>,
    (name, offset, formula): &(String, u64, String),
    sink: &mut dyn Sink,
) {
    let place = Place {
        sheet: None,
        cell: Some(name.clone()),
        holder: "definedName",
        offset: *offset,
        shown: None,
        encoded: false,
    };
    report(opened, source, formula, &place, sink);
}
