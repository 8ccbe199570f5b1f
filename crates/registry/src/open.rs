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
pub fn detect(input: &Input<'_>) -> Option<Format> {
    crate::hive::is(input.bytes).then_some(Format::Hive)
}

/// Every format by the word for `--input-format`.
pub fn formats() -> impl Iterator<Item = Format> {
    [Format::Hive].into_iter()
}

/// Reads an input: facts about wanted keys go to the sink, in the order of the input.
///
/// # Errors
/// A diagnostic where the input is none that is read, or its head is so broken that nothing of it can be.
pub fn read(
    input: &Input<'_>,
    format: Option<Format>,
    interest: &Interest,
    budget: &Budget,
    sink: &mut dyn Sink,
) -> Result<About, Box<Diagnostic>> {
    if format.or_else(|| detect(input)) == Some(Format::Hive) {
        return crate::hive::read(input, interest, budget, sink);
    }
    Err(Box::new(Diagnostic::new(code::UNREADABLE_FORMAT, PartPath::default(), Location::default(), "not read")))
}
