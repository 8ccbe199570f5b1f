//! Commands that only one language has, by its name for them. A language's owner adds to its table.

pub(crate) mod kql;
pub(crate) mod spl;

use crate::error::CompileError;
use crate::plan::{Call, Planned, Planner};
use ddefend_rule::ir::query::Language;

/// A command.
pub(crate) struct Command {
    /// What the language calls it.
    pub(crate) name: &'static str,
    /// Compiles a call.
    pub(crate) compile: fn(&mut dyn Planner, &Call<'_>) -> Result<Planned, CompileError>,
}

/// The command that the language calls so.
pub(crate) fn find(language: Language, name: &str) -> Option<&'static Command> {
    let all: &[&[Command]] = match language {
        Language::Kql => kql::COMMANDS,
        Language::Spl => spl::COMMANDS,
        _ => &[],
    };
    all.iter().flat_map(|group| group.iter()).find(|command| command.name == name)
}
