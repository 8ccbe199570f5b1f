//! Commands of SPL (Search Reference).

mod fields;
mod order;
mod time;
mod transaction;

use super::Command;

/// By subject.
pub(super) const COMMANDS: &[&[Command]] = &[order::COMMANDS, fields::COMMANDS, time::COMMANDS, transaction::COMMANDS];
