//! `ddefend playbook`: show, check, export.

use crate::Outcome;
use crate::args::{PlaybookArgs, PlaybookFormat, PlaybookVerb};
use crate::terminal;
use ddefend_content::Content;
use ddefend_engine::triage::{PLAYBOOK, read_playbook};
use ddefend_triage::Playbook;
use ddefend_triage::playbook::cacao;
use std::io::{self, Write};
use std::path::Path;

/// `ddefend playbook`.
pub(crate) fn run(args: &PlaybookArgs, content: &Content) -> Outcome {
    let printed = match &args.verb {
        PlaybookVerb::Show => Ok(content.playbook_text(PLAYBOOK).unwrap_or_default().to_owned()),
        PlaybookVerb::Check { file } => read_playbook(file).map(|playbook| {
            let (questions, tasks) = (playbook.questions.len(), playbook.tasks.len());
            let rules = playbook.escalate.len() + playbook.close.len();
            format!("{}: in order: {questions} questions, {rules} rules, {tasks} tasks\n", playbook.playbook)
        }),
        PlaybookVerb::Export { file, format: PlaybookFormat::Cacao } => {
            playbook(file.as_deref(), content).and_then(|playbook| {
                let text = serde_json::to_string_pretty(&cacao(&playbook)).map_err(|error| error.to_string())?;
                Ok(text + "\n")
            })
        }
    };
    match printed {
        Ok(text) => {
            let mut out = io::stdout().lock();
            let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            if terminal::written(written) { Outcome::Clean } else { Outcome::Internal }
        }
        Err(message) => {
            terminal::complain(&message);
            Outcome::Usage
        }
    }
}

/// The playbook of a file, or the built-in one.
fn playbook(file: Option<&Path>, content: &Content) -> Result<Playbook, String> {
    match file {
        Some(file) => read_playbook(file),
        None => Playbook::read(content.playbook_text(PLAYBOOK).unwrap_or_default()).map_err(|error| error.to_string()),
    }
}
