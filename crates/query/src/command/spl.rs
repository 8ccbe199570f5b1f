//! Commands of SPL.

use super::Command;

/// By subject.
pub(super) const COMMANDS: &[&[Command]] = &[];
