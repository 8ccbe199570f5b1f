//! `ddefend lab check`.

use crate::args::LabCheck;
use crate::progress::drawn;
use crate::{Outcome, terminal};
use ddefend_content::Content;
use ddefend_engine::lab::Checker;
use ddefend_engine::triage::TriageSettings;
use ddefend_lab::Scenario;
use ddefend_lab::check::Matrix;
use ddefend_report::{escape, matrix_output};
use std::io::{self, Write};
use std::path::PathBuf;

/// Runs scenarios and prints expected against found.
pub(super) fn run(args: &LabCheck, scenarios: &[Scenario], content: &Content) -> Outcome {
    let settings = TriageSettings::new(content).map_err(|error| error.to_string());
    let settings = settings.map(|settings| TriageSettings { threads: args.run.threads(), ..settings });
    let mut checker = match settings.and_then(Checker::new) {
        Ok(checker) => checker,
        Err(error) => {
            eprintln!("ddefend: the built-in content is damaged: {error}");
            return Outcome::Internal;
        }
    };
    let below = match folder() {
        Ok(below) => below,
        Err(error) => {
            eprintln!("ddefend: no temporary folder: {error}");
            return Outcome::Internal;
        }
    };
    let bar = drawn(None, args.run.progress(), "{spinner} {msg}");
    let mut all = Vec::new();
    for scenario in scenarios {
        bar.set_message(escape::terminal(&scenario.id));
        all.push(checker.build_and_check(scenario, &below, args.forms == "all"));
    }
    bar.finish_and_clear();
    // What stays behind is in a temporary folder.
    _ = std::fs::remove_dir_all(&below);
    let matrix = Matrix::new(all);
    let Some(text) = matrix_output(&args.format, &matrix) else { return Outcome::Usage };
    let mut out = io::stdout().lock();
    if !terminal::written(out.write_all(text.as_bytes()).and_then(|()| out.flush())) {
        return Outcome::Internal;
    }
    let differs = matrix.metrics.agreeing != matrix.metrics.scenarios;
    if differs { Outcome::Found } else { Outcome::Clean }
}

/// A new folder in the folder for temporary files.
fn folder() -> io::Result<PathBuf> {
    let base = std::env::temp_dir();
    for number in 0_u32..1000 {
        let path = base.join(format!("ddefend-lab-{}-{number}", std::process::id()));
        match std::fs::create_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
