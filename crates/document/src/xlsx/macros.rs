//! Macro sheets of packages: formulas as text, constants in cells and shared strings (MS-OI29500 2.2.2.2).

use super::workbook::Workbook;
use super::{CARRIER, open, scan};
use crate::xlm::formula::Formula;
use crate::xlm::{CONSTANT_CAP, FORMULA_CAP, MacroSheet, report, tell_full, text};
use ddefend_container::Sink;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::xml::{Event, Source, Xml};
use ddefend_model::Trigger;
use std::collections::BTreeMap;

/// Most cells whose constants are kept.
const CELL_CAP: usize = 100_000;

type Constants = BTreeMap<(u32, u32), String>;

/// Reads a macro sheet.
pub(super) fn read(package: &Package<'_>, part: &PackagePart, workbook: &Workbook, sink: &mut dyn Sink) {
    let Some(opened) = open(package, part, sink) else { return };
    let source = Source::new(&opened.bytes, sink);
    let shared = shared_strings(package, sink);
    let mut constants = constants(&source, &shared, sink);
    let mut written = Vec::new();
    scan::formulas(&source, None, sink, &mut |formula, place, _| {
        if let Some((row, column)) = place.cell.as_deref().and_then(text::cell) {
            written.push((row, column, formula.to_owned()));
        }
    });
    // Twice: the first pass gives cells their values, so that a reference forward is known in the second.
    let mut formulas: Vec<(u32, u32, Formula)> = Vec::new();
    for _ in 0..2 {
        formulas.clear();
        for (row, column, formula) in &written {
            if sink.budget().check_time().is_err() {
                return;
            }
            let read = text::read(formula, &|row, column| constants.get(&(row, column)).cloned());
            if let Some(value) = read.value.as_ref().filter(|value| value.len() <= CONSTANT_CAP)
                && constants.len() < CELL_CAP
            {
                constants.insert((*row, *column), value.clone());
            }
            if !read.calls.is_empty() && formulas.len() < FORMULA_CAP {
                formulas.push((*row, *column, read));
            }
        }
    }
    tell_full(formulas.len(), FORMULA_CAP, "macro calls of a sheet", sink);
    let (name, hidden) = workbook.sheet(part).cloned().unzip();
    let trigger = if workbook.runs_at_open { Trigger::Open } else { Trigger::Click };
    let hidden = hidden.unwrap_or_default();
    let sheet = MacroSheet {
        name,
        formulas,
        names: Vec::new(),
        hidden,
        carrier: CARRIER,
        holder: "f",
        trigger,
        part: opened.path.clone(),
    };
    report(&sheet, sink);
}

/// Shared strings by index (18.4.9).
fn shared_strings(package: &Package<'_>, sink: &mut dyn Sink) -> Vec<String> {
    let Some(part) = package.parts().iter().find(|part| package.has_root(part, "sst")) else { return Vec::new() };
    let Some(opened) = open(package, part, sink) else { return Vec::new() };
    let source = Source::new(&opened.bytes, sink);
    let mut xml = Xml::new(&source);
    let mut strings = Vec::new();
    let mut text: Option<String> = None;
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) if element.local() == "si" => text = Some(String::new()),
            Event::Text { text: piece, .. } => {
                if let Some(text) = &mut text {
                    text.push_str(&piece);
                }
            }
            Event::End(local) if local == "si" && strings.len() < CELL_CAP => strings.extend(text.take()),
            _ => {}
        }
    }
    strings
}

/// Values of cells without formulas.
fn constants(source: &Source<'_>, shared: &[String], sink: &mut dyn Sink) -> Constants {
    let mut xml = Xml::new(source);
    let mut found = Constants::new();
    let mut cell: Option<((u32, u32), bool)> = None;
    let mut value: Option<String> = None;
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) => match element.local() {
                "c" => {
                    let is_shared = element.attribute("t").as_deref() == Some("s");
                    cell = element.attribute("r").and_then(|r| text::cell(&r)).map(|place| (place, is_shared));
                }
                "f" => cell = None,
                "v" | "t" => value = Some(String::new()),
                _ => {}
            },
            Event::Text { text, .. } => {
                if let Some(value) = &mut value {
                    value.push_str(&text);
                }
            }
            Event::End(local) if matches!(&*local, "v" | "t") => {
                let Some(((place, is_shared), value)) = cell.zip(value.take()) else { continue };
                let value = if is_shared {
                    value.trim().parse::<usize>().ok().and_then(|index| shared.get(index).cloned())
                } else {
                    Some(value)
                };
                if let Some(value) = value.filter(|value| value.len() <= CONSTANT_CAP)
                    && found.len() < CELL_CAP
                {
                    found.insert(place, value);
                }
            }
            _ => {}
        }
    }
    found
}
