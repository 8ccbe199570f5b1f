//! DIF, the data interchange format: a header, then pairs of lines, one pair a cell.

use crate::csv;
use crate::formulas::{Folded, Source, cell_name};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink, text};
use ddefend_grammar::formula::{Dialect, could_request};
use ddefend_model::{Location, trick};

/// DIF.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "dif", title: "DIF table", extensions: &["dif"] }, sniff, read };

fn sniff(probe: &Probe<'_>) -> Claim {
    let Some(head) = probe.head() else { return Claim::No };
    let mut lines = head.trim_start_matches('\u{feff}').lines();
    let table = lines.next().is_some_and(|line| line.trim().eq_ignore_ascii_case("TABLE"));
    if table && lines.next().is_some_and(|line| line.trim_start().starts_with("0,")) {
        Claim::Structure
    } else {
        Claim::No
    }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let decoded = text::decode(part.bytes);
    if could_request(&decoded.text) || decoded.text.contains('\0') {
        let unusual = !matches!(decoded.encoding, "UTF-8" | "windows-1252");
        let everywhere: &[&str] = if unusual { &[trick::TEXT_ENCODING] } else { &[] };
        read_data(&decoded.text, sink).report(everywhere, sink);
    }
    csv::scan(part.bytes, "csv", true, sink);
}

/// A line and its offset, without its line break.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0_usize;
    text.split_inclusive('\n').map(move |line| {
        let offset = at;
        at = at.saturating_add(line.len());
        (offset, line.trim_end_matches(['\r', '\n']))
    })
}

fn read_data(text: &str, sink: &mut dyn Sink) -> Folded {
    let source = Source::cells("dif", sink.path().clone());
    let mut found = Folded::default();
    let mut lines = lines(text).peekable();
    while let Some((_, line)) = lines.next() {
        if line.trim().eq_ignore_ascii_case("DATA") {
            // The header item's own pair: `0,0` and `""`.
            lines.next();
            lines.next();
            break;
        }
    }
    let (mut row, mut column) = (0_u32, 0_u32);
    while let Some((_, pair)) = lines.next() {
        let Some((offset, value)) = lines.next() else { break };
        match pair.split(',').next().map(str::trim) {
            Some("-1") => {
                row = row.saturating_add(u32::from(value.trim().eq_ignore_ascii_case("BOT")));
                column = 0;
            }
            Some("1") => {
                column = column.saturating_add(1);
                let mut whole = value.to_owned();
                // A value in quotes may run over several lines.
                while open_quote(&whole) && lines.peek().is_some_and(|(_, next)| !is_pair(next)) {
                    whole.push('\n');
                    whole.push_str(lines.next().map(|(_, next)| next).unwrap_or_default());
                }
                let inner = whole.strip_prefix('"').unwrap_or(&whole);
                let inner = inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\"");
                let location = Location::cell(None, cell_name(column, row)).at_bytes(offset as u64, whole.len() as u64);
                found.formula(&inner, Dialect::Cell, &source, &location, None);
            }
            _ => column = column.saturating_add(1),
        }
        if sink.budget().check_time().is_err() {
            break;
        }
    }
    found
}

fn open_quote(value: &str) -> bool {
    value.starts_with('"') && value.len() < 1 << 16 && !value.get(1..).unwrap_or_default().ends_with('"')
}

/// `type,number`: the first line of the next pair.
fn is_pair(line: &str) -> bool {
    matches!(line.split_once(','), Some(("-1" | "0" | "1", number)) if number.trim().parse::<f64>().is_ok())
}
