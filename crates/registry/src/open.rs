use crate::{About, Format, Interest, Sink};
use ddefend_guard::Budget;
use ddefend_model::{Diagnostic, Location, PartPath, code};

/// An input as the engine hands it over.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Its path, for formats whose name says what they are (`NTUSER.DAT` that lost its root's name, `Registry.xml`).
    /// Never decides alone.
    pub name: &'a str,
    /// All of it.
    pub bytes: &'a [u8],
    /// Transaction logs of a hive, in no order.
    pub logs: &'a [&'a [u8]],
}

/// The format, by content.
#[must_use]
pub fn detect(_input: &Input<'_>) -> Option<Format> {
    None
}

/// Every format by the word for `--input-format`.
pub fn formats() -> impl Iterator<Item = Format> {
    [].into_iter()
}

/// Reads an input: facts about wanted keys go to the sink, in the order of the input.
///
/// # Errors
/// A diagnostic where the input is none that is read, or its head is so broken that nothing of it can be.
pub fn read(
    input: &Input<'_>,
    format: Option<Format>,
    _interest: &Interest,
    _budget: &Budget,
    _sink: &mut dyn Sink,
) -> Result<About, Box<Diagnostic>> {
    let _ = format.or_else(|| detect(input));
    Err(Box::new(Diagnostic::new(code::UNREADABLE_FORMAT, PartPath::default(), Location::default(), "not read")))
}
