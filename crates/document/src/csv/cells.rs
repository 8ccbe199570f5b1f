use ddefend_grammar::formula::could_request;
use std::borrow::Cow;

/// A cell and where it stands.
#[derive(Debug)]
pub(super) struct Cell<'t> {
    /// Its text, unquoted.
    pub(super) text: Cow<'t, str>,
    /// Byte offset of its text in the whole, behind an opening quote.
    pub(super) offset: usize,
    /// Row and column, counted from 1.
    pub(super) row: u32,
    pub(super) column: u32,
}

impl Cell<'_> {
    /// Offset of the first character that is no padding: the same under every delimiter.
    pub(super) fn formula_offset(&self) -> usize {
        let padding = self.text.find(|c: char| !c.is_whitespace() && !matches!(c, '"' | '\0' | '\u{feff}'));
        self.offset.saturating_add(padding.unwrap_or_default())
    }
}

/// Cuts text into cells. Never fails: a quote that is never closed makes one cell of the rest, as spreadsheets do.
pub(super) struct Cells<'t> {
    text: &'t str,
    /// None: a line is a cell and quotes mean nothing.
    delimiter: Option<char>,
    at: usize,
    row: u32,
    column: u32,
    done: bool,
}

impl<'t> Cells<'t> {
    pub(super) fn new(text: &'t str, delimiter: Option<char>) -> Self {
        Self { text, delimiter, at: 0, row: 1, column: 1, done: text.is_empty() }
    }

    /// From each line the part that begins with the first formula prefix behind a delimiter or two blanks: columns of
    /// fixed width, and formulas whose own separators cut them up under every delimiter. Lines without anything that a
    /// request needs are left out: no part of them has it.
    pub(super) fn rests_of_lines(text: &'t str) -> impl Iterator<Item = Cell<'t>> {
        let columns = super::looks::columns(text);
        Self::new(text, None).filter(|line| could_request(&line.text)).filter_map(move |line| {
            let (from, quoted) = rest_start(&line.text, &columns)?;
            let text = line.text.get(from..)?;
            let text = if quoted { text.replace("\"\"", "\"") } else { text.to_owned() };
            Some(Cell { text: Cow::Owned(text), offset: line.offset.saturating_add(from), ..line })
        })
    }

    /// Ends a cell at `end`; `next` is behind the delimiter or line break that stands there, which is `stop`.
    fn step(&mut self, stop: Option<char>, end: usize) {
        match stop {
            None => self.done = true,
            Some(stop) => {
                self.at = end.saturating_add(stop.len_utf8());
                if matches!(stop, '\n' | '\r') {
                    if stop == '\r' && self.rest().starts_with('\n') {
                        self.at = self.at.saturating_add(1);
                    }
                    self.row = self.row.saturating_add(1);
                    self.column = 1;
                    self.done = self.at >= self.text.len();
                } else {
                    self.column = self.column.saturating_add(1);
                }
            }
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The first delimiter or line break from `from` on: its offset and itself.
    fn stop_from(&self, from: usize) -> (usize, Option<char>) {
        let rest = self.text.get(from..).unwrap_or_default();
        let found = match self.delimiter {
            Some(delimiter) if delimiter.is_ascii() => {
                let byte = u8::try_from(delimiter).unwrap_or(b'\n');
                memchr::memchr3(b'\n', b'\r', byte, rest.as_bytes())
            }
            Some(delimiter) => rest.find([delimiter, '\n', '\r']),
            None => memchr::memchr2(b'\n', b'\r', rest.as_bytes()),
        };
        match found {
            Some(at) => (from.saturating_add(at), rest.get(at..).and_then(|rest| rest.chars().next())),
            None => (self.text.len(), None),
        }
    }

    /// A cell whose text begins behind an opening quote at `open`.
    fn quoted(&mut self, open: usize) -> (Cow<'t, str>, usize, Option<char>) {
        let start = open.saturating_add(1);
        let mut at = start;
        let mut doubled = false;
        let close = loop {
            let rest = self.text.as_bytes().get(at..).unwrap_or_default();
            let Some(found) = memchr::memchr(b'"', rest) else { break self.text.len() };
            let quote = at.saturating_add(found);
            if rest.get(found.saturating_add(1)) != Some(&b'"') {
                break quote;
            }
            doubled = true;
            at = quote.saturating_add(2);
        };
        let inner = self.text.get(start..close).unwrap_or_default();
        let behind = close.saturating_add(1).min(self.text.len());
        let (end, stop) = self.stop_from(behind);
        let tail = self.text.get(behind..end).unwrap_or_default();
        let text = match (doubled, tail.is_empty()) {
            (false, true) => Cow::Borrowed(inner),
            _ => Cow::Owned(inner.replace("\"\"", "\"") + tail),
        };
        (text, end, stop)
    }

    /// The offset of an opening quote, past blanks and what shows as nothing.
    fn opening_quote(&self) -> Option<usize> {
        let rest = self.rest();
        let padding =
            rest.find(|c: char| !matches!(c, ' ' | '\0' | '\u{feff}' | '\u{a0}') || Some(c) == self.delimiter)?;
        rest.get(padding..)?.starts_with('"').then(|| self.at.saturating_add(padding))
    }
}

impl<'t> Iterator for Cells<'t> {
    type Item = Cell<'t>;

    fn next(&mut self) -> Option<Cell<'t>> {
        if self.done {
            return None;
        }
        let (row, column) = (self.row, self.column);
        let quote = self.delimiter.and_then(|_| self.opening_quote());
        let (text, offset, end, stop) = match quote {
            Some(open) => {
                let (text, end, stop) = self.quoted(open);
                (text, open.saturating_add(1), end, stop)
            }
            None => {
                let (end, stop) = self.stop_from(self.at);
                let text = self.text.get(self.at..end).unwrap_or_default();
                (undoubled(text, self.delimiter.is_none()), self.at, end, stop)
            }
        };
        self.step(stop, end);
        Some(Cell { text, offset, row, column })
    }
}

/// A whole line as one cell; where it begins with a quote, quotes in it are doubled.
fn undoubled(text: &str, whole_line: bool) -> Cow<'_, str> {
    let quoted = whole_line && text.trim_start_matches([' ', '\t', '\0', '\u{feff}', '\u{a0}']).starts_with('"');
    if quoted && text.contains("\"\"") { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
}

/// Where in a line the first formula prefix stands behind a delimiter (quotes and blanks between) or two blanks; not at
/// its beginning, where the line as a whole is a cell already.
/// Also whether a quote stands before it. Columns of fixed width begin at `columns`, characters from 0.
fn rest_start(line: &str, columns: &[usize]) -> Option<(usize, bool)> {
    let (mut open, mut quoted) = (false, false);
    let (mut blanks, mut any) = (0_u32, false);
    for (column, (at, c)) in line.char_indices().enumerate() {
        open |= blanks > 0 && any && columns.binary_search(&column).is_ok();
        match c {
            ',' | ';' | '\t' | '|' => (open, quoted, blanks) = (true, false, 0),
            ' ' | '\u{a0}' => {
                blanks = blanks.saturating_add(1);
                open |= blanks >= 2 && any;
            }
            '"' => quoted = true,
            '\0' => {}
            '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' if open => {
                return Some((at, quoted));
            }
            _ => (open, quoted, blanks, any) = (false, false, 0, true),
        }
    }
    None
}
