use super::check::{push_cell_folded, push_plain};
use super::compile::number;
use super::filter::Filter;
use super::plan::{Made, Plan, Spot};
use ddefend_event::{Cell, Row};

/// The values of the row at hand: which belong to which column, and their texts as far as somebody asked.
///
/// A value's number: cells of the row first, then [`Row::everything`], then made values.
#[derive(Debug, Default)]
pub(super) struct Values {
    heads: Vec<u32>,
    nexts: Vec<u32>,
    texts: Vec<Text>,
    made: Vec<State>,
    arena: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Text {
    plain: Span,
    folded: Span,
}

/// Start and end in the arena; start behind end: not made yet.
type Span = (u32, u32);

const UNMADE: Span = (1, 0);
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Unasked,
    Absent,
    There,
}

impl Values {
    /// Starts with a row.
    pub(super) fn begin(&mut self, plan: &Plan, row: &Row<'_>) {
        self.heads.clear();
        self.heads.resize(plan.selection.wanted.len(), NONE);
        self.nexts.clear();
        self.nexts.resize(row.cells.len(), NONE);
        for (at, (column, _)) in row.cells.iter().enumerate().rev() {
            if let (Some(head), Some(next)) = (self.heads.get_mut(usize::from(*column)), self.nexts.get_mut(at)) {
                *next = std::mem::replace(head, number(at));
            }
        }
        self.texts.clear();
        let count = row.cells.len() + row.everything.len() + plan.made.len();
        self.texts.resize(count, Text { plain: UNMADE, folded: UNMADE });
        self.made.clear();
        self.made.resize(plan.made.len(), State::Unasked);
        self.arena.clear();
    }

    /// The first value of a field.
    pub(super) fn first(&mut self, plan: &Plan, row: &Row<'_>, spot: Spot) -> Option<u32> {
        match spot {
            Spot::Column(column) => self.heads.get(usize::from(column)).copied().filter(|head| *head != NONE),
            Spot::Everywhere => (!row.everything.is_empty()).then(|| number(row.cells.len())),
            Spot::Made(made) => self.make(plan, row, usize::from(made)),
        }
    }

    /// The value behind that one.
    pub(super) fn next(&self, row: &Row<'_>, spot: Spot, value: u32) -> Option<u32> {
        match spot {
            Spot::Column(_) => self.nexts.get(value as usize).copied().filter(|next| *next != NONE),
            Spot::Everywhere => (value as usize + 1 < row.cells.len() + row.everything.len()).then(|| value + 1),
            Spot::Made(_) => None,
        }
    }

    fn make(&mut self, plan: &Plan, row: &Row<'_>, made: usize) -> Option<u32> {
        let value = row.cells.len() + row.everything.len() + made;
        if self.made.get(made) == Some(&State::Unasked) {
            let text = plan.made.get(made).and_then(|made| self.transformed(made, row));
            self.made[made] = if text.is_some() { State::There } else { State::Absent };
            if let Some(text) = text {
                let start = number(self.arena.len());
                self.arena.extend_from_slice(text.as_bytes());
                self.texts[value].plain = (start, number(self.arena.len()));
            }
        }
        (self.made.get(made) == Some(&State::There)).then(|| number(value))
    }

    fn transformed(&self, made: &Made, row: &Row<'_>) -> Option<String> {
        let input = |column: &u16| -> Option<String> {
            let head = self.heads.get(usize::from(*column)).copied()?;
            let (_, cell) = row.cells.get(head as usize)?;
            (*cell != Cell::Null).then(|| cell.to_text())
        };
        let inputs: Vec<_> = made.columns.iter().map(input).collect();
        let inputs: Vec<_> = inputs.iter().map(Option::as_deref).collect();
        made.source.apply(&inputs)
    }

    /// True where a value is null.
    pub(super) fn is_null(row: &Row<'_>, value: u32) -> bool {
        cell(row, value) == Some(Cell::Null)
    }

    /// False where none of the record's values, folded and one behind the other, can show a witness of the filter.
    pub(super) fn everything_may(&mut self, filter: &Filter, row: &Row<'_>) -> bool {
        if !filter.quick() {
            return true;
        }
        let start = self.arena.len();
        for cell in row.everything.iter().filter(|cell| filter.may(cell)) {
            push_cell_folded(cell, &mut self.arena);
            self.arena.push(0);
        }
        let may = filter.any(self.arena.get(start..).unwrap_or_default());
        self.arena.truncate(start);
        may
    }

    /// A value's text, folded or as it is.
    pub(super) fn text<'x>(&'x mut self, row: &'x Row<'_>, value: u32, folded: bool) -> &'x [u8] {
        match cell(row, value) {
            Some(Cell::Str(text)) if !folded => return text.as_bytes(),
            found => self.prepare(found, value, folded),
        }
        self.ready(value, folded)
    }

    /// Two values' texts.
    pub(super) fn pair(&mut self, row: &Row<'_>, values: (u32, u32), folded: bool) -> (&[u8], &[u8]) {
        self.prepare(cell(row, values.0), values.0, folded);
        self.prepare(cell(row, values.1), values.1, folded);
        (self.ready(values.0, folded), self.ready(values.1, folded))
    }

    fn prepare(&mut self, cell: Option<Cell<'_>>, value: u32, folded: bool) {
        let Some(text) = self.texts.get(value as usize).copied() else { return };
        let span = if folded { text.folded } else { text.plain };
        if span != UNMADE {
            return;
        }
        let start = number(self.arena.len());
        match cell {
            Some(cell) if folded => push_cell_folded(&cell, &mut self.arena),
            Some(cell) => push_plain(&cell, &mut self.arena),
            None => {
                let plain = self.arena.get(text.plain.0 as usize..text.plain.1 as usize).unwrap_or_default().to_vec();
                crate::fold::push_folded(core::str::from_utf8(&plain).unwrap_or_default(), &mut self.arena);
            }
        }
        let span = (start, number(self.arena.len()));
        if folded {
            self.texts[value as usize].folded = span;
        } else {
            self.texts[value as usize].plain = span;
        }
    }

    fn ready(&self, value: u32, folded: bool) -> &[u8] {
        let Some(text) = self.texts.get(value as usize) else { return &[] };
        let (start, end) = if folded { text.folded } else { text.plain };
        self.arena.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The cell of a value; none for made ones.
pub(super) fn cell<'a>(row: &Row<'a>, value: u32) -> Option<Cell<'a>> {
    let value = value as usize;
    match value.checked_sub(row.cells.len()) {
        None => row.cells.get(value).map(|(_, cell)| *cell),
        Some(rest) => row.everything.get(rest).copied(),
    }
}
