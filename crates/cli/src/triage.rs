//! `ddefend triage`: from a folder of evidence to a decision.

mod output;

use crate::args::TriageArgs;
use crate::paths::all_paths;
use crate::progress::drawn;
use crate::terminal;
use crate::{Outcome, Tally, rule_files};
use ddefend_content::Content;
use ddefend_engine::Progress;
use ddefend_engine::hunt::HuntProgress;
use ddefend_engine::triage::{TriageProgress, TriageSettings, read_organisation, read_playbook, triage_with};
use ddefend_event::Time;
use ddefend_model::case::{Case, Verdict};
use ddefend_report::{CaseMeta, case_output, escape};
use ddefend_rule::front::sigma;
use indicatif::ProgressBar;
use std::io::{self, Write};

/// `ddefend triage`.
pub(crate) fn run(args: &TriageArgs, content: &Content) -> Outcome {
    let prepared = all_paths(&args.paths, args.files_from.as_ref()).and_then(|paths| {
        let planned = output::plan(args.out.as_deref(), &args.report, &paths, args.force)?;
        Ok((settings(args, content)?, planned, paths))
    });
    let (settings, planned, paths) = match prepared {
        Ok(prepared) => prepared,
        Err(message) => {
            terminal::complain(&message);
            return Outcome::Usage;
        }
    };
    let bar = Bar(drawn(None, args.run.progress(), "{spinner} {msg}"));
    let case = triage_with(&paths, &settings, &bar);
    bar.0.finish_and_clear();
    let meta = CaseMeta {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        content: content.version(),
        width: terminal::width(args.run.width),
        colour: terminal::colour(args.run.color),
        verbose: args.verbose,
    };
    let Some(text) = case_output(&args.format, &case, &meta) else { return Outcome::Usage };
    if let Err(message) = output::write(&planned, &case, &meta) {
        eprintln!("ddefend: {}", escape::terminal(&message));
        return Outcome::Internal;
    }
    let mut out = io::stdout().lock();
    if !terminal::written(out.write_all(text.as_bytes()).and_then(|()| out.flush())) {
        return Outcome::Internal;
    }
    tally(&case, args).outcome(args.exit_zero)
}

fn tally(case: &Case, args: &TriageArgs) -> Tally {
    let high = case.decision.level.is_some_and(|level| level >= args.fail_on);
    let attack = matches!(case.decision.verdict, Verdict::TpExec | Verdict::TpBlocked | Verdict::TpDelivery);
    let mut tally = Tally { found: case.decision.escalate || attack || high, ..Tally::default() };
    case.diagnostics.iter().for_each(|diagnostic| tally.diagnostic(diagnostic));
    tally
}

fn settings<'c>(args: &TriageArgs, content: &'c Content) -> Result<TriageSettings<'c>, String> {
    let mut settings = TriageSettings::new(content).map_err(|error| error.to_string())?;
    settings.threads = args.run.threads();
    settings.secrets.user.clone_from(&args.password);
    settings.memory.clone_from(&args.memory);
    if let Some(path) = &args.organisation {
        settings.judge.organisation = read_organisation(path)?;
    }
    if let Some(path) = &args.playbook {
        settings.judge.playbook = read_playbook(path)?;
    }
    settings.judge.as_of = args.as_of.as_deref().map(time).transpose()?;
    if !args.rules.is_empty() || args.no_builtin {
        let mut files = Vec::new();
        for path in &args.rules {
            files.extend(rule_files::rules(path)?);
        }
        if !args.no_builtin {
            files.extend(content.rules());
        }
        let placeholders = content.placeholders().map_err(|error| error.to_string())?;
        settings.rules = sigma::read(&files, &sigma::Options { placeholders, disabled_filters: Vec::new() });
        for problem in settings.rules.problems.iter().take(10) {
            eprintln!("ddefend: {}", escape::terminal(&problem.to_string()));
        }
    }
    Ok(settings)
}

/// A time, or a date, as RFC 3339.
fn time(text: &str) -> Result<String, String> {
    let parsed = Time::parse(text).or_else(|| Time::parse(&format!("{text}T00:00:00Z")));
    let parsed = parsed.ok_or_else(|| format!("{text}: no time; 2026-11-21T14:00:00Z is one, 2026-11-21 as well"))?;
    Ok(parsed.to_string())
}

/// Tells on a terminal what is being done.
struct Bar(ProgressBar);

impl Progress for Bar {
    fn done(&self, _bytes: u64) {
        self.0.tick();
    }
}

impl HuntProgress for Bar {
    fn read(&self, _bytes: u64) {
        self.0.tick();
    }
}

impl TriageProgress for Bar {
    fn stage(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }
}
