//! SYLK, the symbolic link format: records of fields, cell by cell.

mod record;

use crate::csv;
use crate::formulas::{Folded, Source, cell_name};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink, text};
use ddefend_grammar::formula::{Dialect, could_request};
use ddefend_model::{LinkKind, Location, Trigger, code, trick};
use record::{Record, Records};

/// SYLK.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "slk", title: "SYLK workbook", extensions: &["slk", "sylk"] }, sniff, read };

/// Record types that a second line may have.
const KINDS: [&str; 14] = ["P", "F", "B", "C", "O", "NN", "NE", "NU", "NL", "W", "E", "U", "A", "D"];

fn sniff(probe: &Probe<'_>) -> Claim {
    let Some(head) = probe.head() else { return Claim::No };
    let mut lines = head.trim_start_matches(['\u{feff}', '\0']).split(['\r', '\n']).filter(|line| !line.is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let kind = second.split(';').next().unwrap_or_default();
    // A column that is called ID makes a CSV look like SYLK; programs' names are in the P field.
    let sylk = first.starts_with("ID;P") || first == "ID" || (first.starts_with("ID;") && KINDS.contains(&kind));
    if sylk { Claim::Structure } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let decoded = text::decode(part.bytes);
    // Escape sequences and NUL hide letters.
    let hidden = decoded.text.contains(['\x1b', '\0']);
    if hidden || could_request(&decoded.text) {
        let unusual = !matches!(decoded.encoding, "UTF-8" | "windows-1252");
        let everywhere: &[&str] = if unusual { &[trick::TEXT_ENCODING] } else { &[] };
        read_records(&decoded.text, sink).report(everywhere, sink);
    }
    csv::scan(part.bytes, "csv", true, sink);
}

/// What the records say of the sheet as a whole.
#[derive(Default)]
struct Sheet {
    /// `O;E`: a macro sheet.
    macros: bool,
    /// A name that runs by itself (`Auto_Open`).
    automatic: bool,
}

fn sheet_of(text: &str) -> Sheet {
    let mut sheet = Sheet::default();
    for record in Records::new(text) {
        match record.kind {
            "O" => sheet.macros |= record.fields().any(|field| field.letter == 'E'),
            "NN" => {
                let mut names = record.fields().filter(|field| field.letter == 'N');
                sheet.automatic |= names.any(|field| field.value.to_ascii_lowercase().contains("auto_"));
            }
            _ => {}
        }
    }
    sheet
}

fn read_records(text: &str, sink: &mut dyn Sink) -> Folded {
    let sheet = sheet_of(text);
    let mut source = Source::cells("slk", sink.path().clone());
    source.macros = sheet.macros;
    let mut found = Folded::default();
    let (mut column, mut row) = (1_u32, 1_u32);
    for (index, record) in Records::new(text).enumerate() {
        if index % 4096 == 4095 && sink.budget().check_time().is_err() {
            let message = "the time is up; the records behind were not read".to_owned();
            sink.report(code::LIMIT_TIME, Location::bytes(record.offset as u64, 0), message);
            break;
        }
        for field in record.fields() {
            match field.letter {
                'X' => column = field.value.trim().parse().unwrap_or(column),
                'Y' => row = field.value.trim().parse().unwrap_or(row),
                _ => {}
            }
        }
        match record.kind {
            "C" => read_cell(&record, &cell_name(column, row), &source, &mut found),
            "NN" | "NE" => {
                let name = record.value('N').unwrap_or_default();
                read_expression(&record, name, &source, &mut found);
            }
            _ => {}
        }
    }
    if sheet.automatic {
        let macros = |kind| matches!(kind, LinkKind::MacroDde | LinkKind::MacroExec);
        for link in found.links_mut().iter_mut().filter(|link| macros(link.kind)) {
            link.trigger = Trigger::Open;
        }
    }
    found
}

fn read_cell(record: &Record<'_>, cell: &str, source: &Source, found: &mut Folded) {
    read_expression(record, cell.to_owned(), source, found);
}

/// The expression of a cell or name: a formula without its equals sign.
fn read_expression(record: &Record<'_>, cell: String, source: &Source, found: &mut Folded) {
    let escaped = record.has_escapes();
    for field in record.fields().filter(|field| field.letter == 'E') {
        if !could_request(&field.value) {
            continue;
        }
        let holder = if record.kind == "C" { "C;E" } else { "NN;E" };
        let location =
            Location::cell(None, cell.clone()).at_bytes(record.offset as u64, record.text.len() as u64).held_by(holder);
        let shown = record.value('K');
        let shown = shown.as_deref().map(|value| value.trim_matches('"'));
        for mut link in crate::formulas::links(&field.value, Dialect::Excel, source, &location, shown) {
            if escaped {
                link.saw(trick::TEXT_ENCODING);
            }
            found.add(link);
        }
    }
}
