//! Commands of Kusto.

mod bags;
mod plain;
mod series;

use super::Command;

/// By subject.
pub(super) const COMMANDS: &[&[Command]] = &[plain::COMMANDS, bags::COMMANDS, series::COMMANDS];
