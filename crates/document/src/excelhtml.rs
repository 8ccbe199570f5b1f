//! HTML that a spreadsheet opens: formulas in table cells and in `x:fmla`.

mod scan;

use crate::csv;
use crate::formulas::{Folded, Source, cell_name, links, markup_could_request};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink, text};
use ddefend_grammar::formula::Dialect;
use ddefend_model::{Location, code, trick};
use scan::{Piece, Pieces, Tag};

/// HTML.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "html", title: "HTML", extensions: &["html", "htm", "xhtml", "mht", "shtml"] },
    sniff,
    read,
};

/// How much text of one cell is kept, bytes; no application reads longer formulas.
const CELL: usize = 64 << 10;

fn sniff(probe: &Probe<'_>) -> Claim {
    let Some(head) = probe.head().filter(|head| is_html(head)) else { return Claim::No };
    // Word's reader is sure of these; a table in them may be a spreadsheet's all the same. It must never be surer than
    // that one of other HTML, or fields far from the start would be lost.
    let head = head.to_ascii_lowercase();
    let office = ["urn:schemas-microsoft-com:office:word", "mso-", "supportfields", "word.document"];
    if office.iter().any(|mark| head.contains(mark)) { Claim::Structure } else { Claim::Likely }
}

/// True where a head begins like HTML, or has a table in it.
pub(crate) fn is_html(head: &str) -> bool {
    let start = head.trim_start_matches(['\u{feff}', '\0']).trim_start();
    let lower = start.to_ascii_lowercase();
    let named = ["html", "!doctype html", "table", "body", "head", "meta", "tr", "td"];
    let table = has_tag(&lower, "table") || has_tag(&lower, "td");
    table || lower.starts_with('<') && named.iter().any(|name| has_tag(&lower, name))
}

/// True where a tag of that name begins.
fn has_tag(lower: &str, name: &str) -> bool {
    memchr::memmem::find_iter(lower.as_bytes(), name.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|before| lower.as_bytes().get(before));
        let behind = lower.as_bytes().get(at.saturating_add(name.len()));
        before == Some(&b'<') && behind.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
    })
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    scan_html(part.bytes, true, sink);
    csv::scan(part.bytes, "csv", true, sink);
}

/// Reads all cells; with `filter` only where the bytes may hold a request, with the same result.
pub(crate) fn scan_html(bytes: &[u8], filter: bool, sink: &mut dyn Sink) {
    let utf7 = memchr::memmem::find(bytes, b"utf-7").or_else(|| memchr::memmem::find(bytes, b"UTF-7"));
    if filter && utf7.is_none() && !markup_could_request(bytes) {
        return;
    }
    let decoded = text::decode(bytes);
    let shifted = utf7.and_then(|_| text::utf7(&decoded.text));
    let mut everywhere = Vec::new();
    if shifted.is_some() || !matches!(decoded.encoding, "UTF-8" | "windows-1252") {
        everywhere.push(trick::TEXT_ENCODING);
    }
    let text = shifted.as_deref().unwrap_or(&decoded.text);
    let mut table = Table::new(Source::cells("html", sink.path().clone()));
    for (count, piece) in Pieces::new(text).enumerate() {
        if count % 4096 == 4095 && sink.budget().check_time().is_err() {
            let message = "the time is up; the cells behind were not read".to_owned();
            sink.report(code::LIMIT_TIME, Location::default(), message);
            break;
        }
        match piece {
            Piece::Text { text } => table.text(text),
            Piece::Tag(tag) => table.tag(&tag),
        }
    }
    table.end_cell();
    table.found.report(&everywhere, sink);
}

/// A cell that is open.
struct Cell {
    text: String,
    offset: usize,
    /// `x:str` or a text format: its text is no formula.
    literal: bool,
    encoded: bool,
}

struct Table {
    source: Source,
    found: Folded,
    row: u32,
    column: u32,
    cell: Option<Cell>,
}

impl Table {
    fn new(source: Source) -> Self {
        Self { source, found: Folded::default(), row: 0, column: 0, cell: None }
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| cell.text.len() < CELL) {
            let (plain, encoded) = scan::unescape(text);
            cell.text.push_str(&plain);
            cell.encoded |= encoded;
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        match (tag.name.as_str(), tag.closing) {
            ("td" | "th", false) => self.start_cell(tag),
            ("td" | "th" | "table", true) => self.end_cell(),
            ("tr", _) => {
                self.end_cell();
                self.row = self.row.saturating_add(u32::from(!tag.closing));
                self.column = 0;
            }
            ("table", false) => {
                self.end_cell();
                (self.row, self.column) = (0, 0);
            }
            ("br" | "p" | "div", _) => {
                if let Some(cell) = self.cell.as_mut().filter(|cell| !cell.text.is_empty()) {
                    cell.text.push('\n');
                }
            }
            _ => {}
        }
    }

    fn start_cell(&mut self, tag: &Tag<'_>) {
        self.end_cell();
        self.column = self.column.saturating_add(1);
        let mut cell = Cell { text: String::new(), offset: tag.offset, literal: false, encoded: false };
        for attribute in tag.attributes() {
            match attribute.name.as_str() {
                "x:fmla" => {
                    let place = self.place(tag.offset, "x:fmla");
                    for mut link in links(&attribute.value, Dialect::Excel, &self.source, &place, None) {
                        if attribute.encoded {
                            link.saw(trick::XML_ENCODING);
                        }
                        self.found.add(link);
                    }
                    cell.literal = true;
                }
                "x:str" => cell.literal = true,
                "style" => {
                    let style = attribute.value.replace(['\\', ' '], "");
                    cell.literal |= style.contains("mso-number-format:\"@\"") || style.contains("mso-number-format:@");
                }
                _ => {}
            }
        }
        self.cell = Some(cell);
    }

    fn place(&self, offset: usize, holder: &'static str) -> Location {
        let cell = cell_name(self.column, self.row.max(1));
        Location { offset: Some(offset as u64), ..Location::cell(None, cell) }.held_by(holder)
    }

    fn end_cell(&mut self) {
        let Some(cell) = self.cell.take().filter(|cell| !cell.literal) else { return };
        let place = self.place(cell.offset, "td");
        // Blanks around a cell's text are layout, not a trick.
        for mut link in links(cell.text.trim(), Dialect::Cell, &self.source, &place, None) {
            if cell.encoded {
                link.saw(trick::XML_ENCODING);
            }
            self.found.add(link);
        }
    }
}
