//! Service and topic to the command line that would run, hiding tricks taken back.

mod environment;
mod line;
mod path;
mod powershell;

use crate::knowledge::Knowledge;

/// A command line, normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The whole line, one blank between words, the program with its extension.
    pub line: String,
    /// The program's name without folder and extension, lower case; empty where there is none.
    pub program: String,
    /// What encoded layers say, outermost first.
    pub decoded: Vec<String>,
    /// Ids of the hiding tricks that were taken back.
    pub tricks: Vec<&'static str>,
    /// True where the line was longer than the limit and its rest was cut off.
    pub cut: bool,
}

impl Command {
    pub(crate) fn saw(&mut self, trick: &'static str) {
        if !self.tricks.contains(&trick) {
            self.tricks.push(trick);
        }
    }
}

/// Ids of the tricks that this module takes back, beside those of the readers.
pub mod trick {
    pub use ddefend_model::trick::{CARETS, ENCODED_COMMAND, ENVIRONMENT, LONG_SERVICE, PATH_TRICK, STRING_JOIN};
}

/// The command line that a DDE client starts for a service and topic.
///
/// `eight`: the client counts only the first characters of a service name (Excel does).
#[must_use]
pub fn command_of(service: &str, topic: &str, eight: bool, knowledge: &Knowledge) -> Command {
    let mut command = Command::default();
    let service = line::bare(service);
    let topic = line::bare_topic(topic);
    let mut service = path::single_separators(service);
    let mut topic = path::single_separators(topic);
    if eight {
        shorten_service(&mut service, knowledge, &mut command);
    }
    // MSEXCEL|'\..\..\..\Windows\System32\cmd.exe /c calc': the client joins both to one path.
    if path::climbs(&topic) || climbs_to_program(&topic, knowledge) {
        let joint = if topic.starts_with(['\\', '/']) { "" } else { "\\" };
        service = format!("{service}{joint}{topic}");
        topic.clear();
    }
    if let Some(resolved) = path::resolve_head(&service, knowledge) {
        service = resolved;
        command.saw(trick::PATH_TRICK);
    }
    let whole = match (service.is_empty(), topic.is_empty()) {
        (_, true) => service,
        (true, _) => topic,
        _ => format!("{service} {topic}"),
    };
    finish(whole, command, knowledge)
}

/// True for a topic whose path climbs somewhere inside and ends at a program: `x\..\..\Windows\System32\cmd.exe /c`.
fn climbs_to_program(topic: &str, knowledge: &Knowledge) -> bool {
    path::resolve_head(topic, knowledge).is_some_and(|resolved| !program_word(&resolved, knowledge).is_empty())
}

/// The program that a text begins with, by its extension or name; empty where it begins with none.
#[must_use]
pub fn program_word<'t>(text: &'t str, knowledge: &Knowledge) -> &'t str {
    let (word, _) = line::program_of(text.trim(), knowledge);
    let extension = word.rsplit_once('.').map_or("", |(_, end)| end);
    let known = knowledge.program(&line::base_name(word, knowledge)).is_some();
    if known || knowledge.commands.extensions.is_program(extension) { word } else { "" }
}

/// A command line as it stands (macro calls, actions), normalised.
#[must_use]
pub fn command_line(text: &str, knowledge: &Knowledge) -> Command {
    let text = path::single_separators(line::bare_topic(text));
    finish(text, Command::default(), knowledge)
}

fn finish(whole: String, mut command: Command, knowledge: &Knowledge) -> Command {
    let most = knowledge.judgement.limits.command_chars;
    let mut text = whole;
    if let Some((at, _)) = text.char_indices().nth(most) {
        text.truncate(at);
        command.cut = true;
    }
    command.line = line::normalise(&text, knowledge, &mut command.tricks);
    command.program = line::complete_program(&mut command.line, knowledge);
    powershell::decode_layers(&mut command, knowledge);
    command
}

/// `rundll321234567890abc` is `rundll32` to Excel: only the first characters of a service name count.
fn shorten_service(service: &mut String, knowledge: &Knowledge, command: &mut Command) {
    let counted = knowledge.commands.service_chars;
    if counted == 0 || service.contains(['\\', '/', '.', ' ']) {
        return;
    }
    if service.chars().count() <= counted || knowledge.program(&service.to_lowercase()).is_some() {
        return;
    }
    let head: String = service.chars().take(counted).collect();
    if knowledge.program(&head.to_lowercase()).is_some() {
        *service = head;
        command.saw(trick::LONG_SERVICE);
    }
}

/// The names (without folder and extension, lower case) of known programs in a command line, in order, each once.
///
/// Many tools have names that are plain words (`at`, `control`, `print`): a name counts with its extension, where a
/// command begins, or where it is that of a shell or script host.
#[must_use]
pub fn programs_in<'k>(text: &str, knowledge: &'k Knowledge) -> Vec<&'k str> {
    let mut found: Vec<&'k str> = Vec::new();
    let mut begins = true;
    for word in line::words(text) {
        let program = knowledge.program(&line::base_name(word.text, knowledge));
        let begins_here = begins || word.after_separator;
        begins = word.text.starts_with(['/', '-'])
            || knowledge.commands.starters.iter().any(|starter| starter.eq_ignore_ascii_case(word.text));
        let Some(program) = program else { continue };
        let full = word.text.contains('.');
        let runs_code = matches!(program.sort.as_str(), "shell" | "script") && word.text.len() > 2;
        let Some(name) = program.names.iter().find(|name| line::base_name(word.text, knowledge) == **name) else {
            continue;
        };
        if (begins_here || full || runs_code) && !found.contains(&name.as_str()) {
            found.push(name);
        }
    }
    found
}

/// A program's name from a path or word: no folder, no program extension, lower case.
#[must_use]
pub fn base_name(word: &str, knowledge: &Knowledge) -> String {
    line::base_name(line::bare(word), knowledge)
}
