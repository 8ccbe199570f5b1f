//! Excel 4 macros: formulas of macro sheets that speak DDE or start programs, whatever file holds them.

pub(crate) mod formula;
mod functions;
pub(crate) mod ptg;
pub(crate) mod strings;
pub(crate) mod text;

use ddefend_container::Sink;
use ddefend_model::{Link, LinkKind, Location, Trigger, code, trick};
use formula::{Call, Formula, Operand, a1};
use std::collections::BTreeMap;

/// Most entries of one list (sheets, names, external references, items) that are kept; Excel's own limits are lower.
pub(crate) const LIST_CAP: usize = 1 << 16;
/// Longest constant of a cell that is kept for folding, bytes.
pub(crate) const CONSTANT_CAP: usize = 2 << 10;
/// Most formulas with calls of one sheet that are kept.
pub(crate) const FORMULA_CAP: usize = 4096;

/// Tells that a list is full: what follows in it was not kept.
pub(crate) fn tell_full(length: usize, cap: usize, what: &str, sink: &mut dyn Sink) {
    if length >= cap {
        let message = format!("{cap} {what} are kept; further ones were not looked at");
        sink.report(code::LIMIT_STRUCTURE, Location::default(), message);
    }
}

/// A macro sheet's formulas in reading order.
#[derive(Debug)]
pub(crate) struct MacroSheet {
    /// Sheet name.
    pub(crate) name: Option<String>,
    /// Formulas with their cells, row and column counted from 0.
    pub(crate) formulas: Vec<(u32, u32, Formula)>,
    /// Formulas of defined names.
    pub(crate) names: Vec<(String, Formula)>,
    /// True where the sheet is hidden.
    pub(crate) hidden: bool,
    /// Id of the reader.
    pub(crate) carrier: &'static str,
    /// Name of the record or element that holds a formula.
    pub(crate) holder: &'static str,
    /// When the macro runs.
    pub(crate) trigger: Trigger,
    /// Stream or part.
    pub(crate) part: ddefend_model::PartPath,
}

/// True for defined names that run at open (`Auto_Open`, `_xlnm.Auto_Open`, `Auto_Open_2`).
pub(crate) fn runs_at_open(name: &str) -> bool {
    let name = name.strip_prefix("_xlnm.").unwrap_or(name).to_ascii_lowercase();
    name.starts_with("auto_open") || name.starts_with("auto_activate")
}

/// Service and topic of a conversation that a macro began.
type Conversation = (Option<String>, Option<String>);

/// Reports the calls of a macro sheet, equal ones folded.
pub(crate) fn report(sheet: &MacroSheet, sink: &mut dyn Sink) {
    let begun = conversations(sheet);
    let mut folded: BTreeMap<(LinkKind, Conversation, Option<String>), usize> = BTreeMap::new();
    let mut links: Vec<Link> = Vec::new();
    let cells = sheet.formulas.iter().map(|(row, column, formula)| (a1(*row, *column), formula));
    let names = sheet.names.iter().map(|(name, formula)| (name.clone(), formula));
    for (label, formula) in cells.chain(names) {
        for call in &formula.calls {
            let mut link = link(sheet, &label, formula, call, &begun);
            let key = (link.kind, (link.service.clone(), link.topic.clone()), link.item.clone());
            match folded.get(&key).and_then(|index| links.get_mut(*index)) {
                Some(first) => first.count = first.count.saturating_add(1),
                None => {
                    folded.insert(key, links.len());
                    link.trigger = sheet.trigger;
                    links.push(link);
                }
            }
        }
    }
    for mut link in links {
        if sheet.hidden {
            link.saw(trick::HIDDEN_CONTENT);
        }
        sink.link(link);
    }
}

/// Conversations by the cell whose `INITIATE` began them.
fn conversations(sheet: &MacroSheet) -> BTreeMap<(u32, u32), Conversation> {
    let mut begun = BTreeMap::new();
    for (row, column, formula) in &sheet.formulas {
        for call in formula.calls.iter().filter(|call| call.name == "INITIATE") {
            begun.insert((*row, *column), (effective(call, 0), effective(call, 1)));
        }
    }
    begun
}

fn effective(call: &Call, index: usize) -> Option<String> {
    call.arguments.get(index).map(|operand| operand.effective().to_owned())
}

fn link(
    sheet: &MacroSheet,
    label: &str,
    formula: &Formula,
    call: &Call,
    begun: &BTreeMap<(u32, u32), Conversation>,
) -> Link {
    let place = Location::cell(sheet.name.clone(), label).held_by(sheet.holder);
    let speaks = matches!(call.name.as_str(), "INITIATE" | "EXECUTE" | "POKE" | "REQUEST" | "TERMINATE");
    let kind = if speaks { LinkKind::MacroDde } else { LinkKind::MacroExec };
    let mut link = Link::new(kind, sheet.carrier, sheet.part.clone(), place);
    link.raw = format!("={}", formula.text);
    let all: Vec<&str> = call.arguments.iter().map(Operand::effective).collect();
    let folded = format!("={}({})", call.name, all.join(","));
    if folded.replace('"', "") != link.raw.replace('"', "") {
        link.effective = Some(folded);
    }
    if call.name == "INITIATE" {
        (link.service, link.topic) = (effective(call, 0), effective(call, 1));
    } else if speaks {
        // The channel is mostly the cell that holds INITIATE; a single conversation needs no proof.
        let channel = call.arguments.first().and_then(|operand| operand.cell);
        let only = (begun.len() == 1).then(|| begun.values().next()).flatten();
        let conversation = channel.and_then(|cell| begun.get(&cell)).or(only).cloned().unwrap_or_default();
        (link.service, link.topic) = conversation;
        link.item = Some(all.get(1..).unwrap_or_default().join(",")).filter(|item| !item.is_empty());
    } else {
        link.service = Some(call.name.clone());
        link.topic = Some(all.join(","));
        link.target = effective(call, 0);
    }
    link
}
