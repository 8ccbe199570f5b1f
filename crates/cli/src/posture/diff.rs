use super::{nothing, settings};
use crate::args::PostureDiff;
use crate::progress::Bar;
use crate::terminal;
use crate::{Outcome, Tally};
use ddefend_content::Content;
use ddefend_engine::posture::{Asked, PostureSettings, audit_side};
use ddefend_model::posture::{Difference, DifferenceSummary, Turn};
use ddefend_model::{Diagnostic, Location, code};
use ddefend_posture::Catalog;
use ddefend_posture::diff::{Side, compare, fleet};
use ddefend_report::{DifferenceRenderer, PostureMeta, difference_renderer, escape};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

/// `ddefend posture diff`.
pub(super) fn run(args: &PostureDiff, content: &Content, catalog: &Catalog) -> Outcome {
    let started = Instant::now();
    if !args.fleet && args.paths.len() != 2 {
        eprintln!("ddefend: two sides are compared: what was before, and what is now; --fleet compares all with most");
        return Outcome::Usage;
    }
    let Some(mut renderer) = difference_renderer(&args.format, &meta(args, content)) else { return Outcome::Usage };
    let settings = settings(&args.inputs, &args.limits, &args.run, Vec::new(), catalog);
    let mut running = Running {
        args,
        settings: &settings,
        renderer: renderer.as_mut(),
        tally: Tally::default(),
        diagnostics: BTreeMap::new(),
        failed: false,
        out: BufWriter::new(io::stdout().lock()),
    };
    let written = running.run(started).and_then(|()| running.out.flush());
    if !terminal::written(written) {
        return Outcome::Internal;
    }
    running.tally.outcome(args.exit_zero)
}

struct Running<'r> {
    args: &'r PostureDiff,
    settings: &'r PostureSettings<'r>,
    renderer: &'r mut dyn DifferenceRenderer,
    tally: Tally,
    diagnostics: BTreeMap<String, u64>,
    /// A side is missing.
    failed: bool,
    out: BufWriter<io::StdoutLock<'static>>,
}

impl Running<'_> {
    fn run(&mut self, started: Instant) -> io::Result<()> {
        let begin = self.renderer.begin();
        self.out.write_all(begin.as_bytes())?;
        let mut outcome = Ok(());
        let mut summary = if self.args.fleet {
            let all = self.side(&self.args.paths)?;
            self.missing(&[(&all, &self.args.paths)])?;
            fleet(&all, &mut |difference| self.tell(&difference, &mut outcome))
        } else {
            let (before, after) = self.args.paths.split_at(1);
            let sides = (self.side(before)?, self.side(after)?);
            if self.missing(&[(&sides.0, before), (&sides.1, after)])? {
                DifferenceSummary::default()
            } else {
                compare(&sides.0, &sides.1, &mut |difference| self.tell(&difference, &mut outcome))
            }
        };
        outcome?;
        summary.diagnostics = std::mem::take(&mut self.diagnostics);
        summary.elapsed = self.args.run.elapsed(started);
        let end = self.renderer.end(&summary);
        // That nothing differs must not be said of what was not compared.
        let silent = self.args.run.quiet || self.failed;
        if silent && self.args.format == "text" { Ok(()) } else { self.out.write_all(end.as_bytes()) }
    }

    /// Tells of sides of which nothing was audited.
    fn missing(&mut self, sides: &[(&Side, &[PathBuf])]) -> io::Result<bool> {
        for (_, paths) in sides.iter().filter(|(side, _)| side.is_empty()) {
            let message = format!("could not compare: {}", nothing(paths));
            eprintln!("ddefend: {}", escape::terminal(&message));
            (self.failed, self.tally.incomplete) = (true, true);
            if self.args.format != "text" {
                let name = paths.first().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
                self.diagnostic(&Diagnostic::about(code::UNREADABLE_FORMAT, &name, Location::default(), message))?;
            }
        }
        Ok(self.failed)
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> io::Result<()> {
        self.tally.diagnostic(diagnostic);
        *self.diagnostics.entry(diagnostic.code.to_string()).or_default() += 1;
        let text = self.renderer.diagnostic(diagnostic);
        self.out.write_all(text.as_bytes())
    }

    fn side(&mut self, paths: &[PathBuf]) -> io::Result<Side> {
        let inputs = &self.args.inputs;
        let asked =
            Asked { paths, stdin: &inputs.name, format: inputs.input_format, user: inputs.user.as_deref(), base: None };
        let bar = Bar::new(paths.len(), false);
        let settings = self.settings;
        audit_side(&asked, settings, &bar, &mut |diagnostic| self.diagnostic(&diagnostic))
    }

    fn tell(&mut self, difference: &Difference, outcome: &mut io::Result<()>) {
        self.tally.found |= difference.turn == Turn::Worse && difference.level >= self.args.fail_on;
        if outcome.is_ok() {
            let text = self.renderer.difference(difference);
            *outcome = self.out.write_all(text.as_bytes());
        }
    }
}

fn meta(args: &PostureDiff, content: &Content) -> PostureMeta {
    PostureMeta {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        content: content.version(),
        width: terminal::width(args.run.width),
        colour: terminal::colour(args.run.color),
        verbose: args.verbose,
        time: args.run.now(),
        rules: Vec::new(),
    }
}
