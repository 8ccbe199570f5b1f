//! A search: commands one behind the other.

use crate::command::{self, Given};
use crate::context::{Builder, Context, Range, Start};
use crate::expand::Fault;
use crate::{command::filter, token};
use ddefend_rule::ir::query::{Pipeline, Source};

/// Commands of one search.
const COMMANDS: usize = 1000;

/// The whole text.
pub(crate) fn query(context: &mut Context<'_>) -> Result<Pipeline, Fault> {
    let whole = context.whole();
    let builder = read(context, whole, Start::Own)?;
    Ok(builder.finish())
}

/// What stands in brackets.
pub(crate) fn subsearch(context: &mut Context<'_>, range: Range, start: Start) -> Result<Builder, Fault> {
    context.enter(range)?;
    let read = read(context, range, start);
    context.leave();
    read
}

fn read(context: &mut Context<'_>, range: Range, start: Start) -> Result<Builder, Fault> {
    let commands = token::commands(context, range)?;
    if commands.len() > COMMANDS {
        let message = format!("a search may have {COMMANDS} commands");
        return Err(context.fault(range, ddefend_model::code::QUERY_LIMIT, message));
    }
    let mut builder: Option<Builder> = None;
    if start == Start::Given {
        // The rows come from around; the source of these steps is never read.
        builder = Some(Builder::new(Source::Shared(usize::MAX)));
    }
    let mut first = true;
    let count = commands.len();
    for (at, command) in commands.into_iter().enumerate() {
        let range = context.trim(command);
        if range.start >= range.end {
            if at == 0 && count > 1 {
                // A bar before the first command.
                first = false;
                continue;
            }
            if at.saturating_add(1) == count && builder.is_some() {
                // A bar behind the last.
                continue;
            }
            return Err(context.syntax(command, "a command is missing here"));
        }
        let (name, arguments) = name(context, range);
        let implicit = first && start == Start::Own && name != "search";
        first = false;
        builder = Some(if implicit {
            filter::search(context, None, range, range)?
        } else if name == "search" {
            filter::search(context, builder, arguments, range)?
        } else {
            let lower = name.to_ascii_lowercase();
            command::apply(context, builder, Given { name: &lower, arguments, range })?
        });
    }
    builder.ok_or_else(|| context.syntax(range, "the search is empty"))
}

/// The command's name and what stands behind it.
fn name(context: &Context<'_>, range: Range) -> (String, Range) {
    let text = context.slice(range);
    let length = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(text.len());
    let start = range.start.saturating_add(length);
    (text.get(..length).unwrap_or_default().to_owned(), context.trim(Range { start, end: range.end }))
}
