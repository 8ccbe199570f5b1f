use ddefend_functions::value;
use ddefend_rule::ir::query::Datum;

/// A row: a value per column.
pub(crate) type Row = Vec<Datum>;

/// Bytes that a row holds, about.
pub(crate) fn row_bytes(row: &[Datum]) -> usize {
    row.iter().fold(24, |sum: usize, value| sum.saturating_add(24).saturating_add(value::bytes(value)))
}
