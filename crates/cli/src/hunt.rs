mod bar;
mod queries;
mod rules;

use crate::args::HuntArgs;
use crate::paths::all_paths;
use crate::terminal;
use crate::{Outcome, Tally};
pub(crate) use bar::Bar;
use ddefend_content::Content;
use ddefend_engine::hunt::{Asked, HuntSettings, Told, hunt_follow, hunt_inputs};
use ddefend_engine::{Input, find_inputs};
use ddefend_event::Time;
use ddefend_guard::stream::Allowance;
use ddefend_hunt::baseline::{Baseline, BaselineError, Learner, MAX_BYTES};
use ddefend_hunt::{Hunt, Settings, unreachable};
use ddefend_matcher::Matcher;
use ddefend_model::HuntSummary;
use ddefend_report::{HuntMeta, HuntRenderer, escape, hunt_renderer};
use ddefend_source::Schema;
use rules::Loaded;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Problems of rules that are printed without `--verbose`.
const PROBLEMS: usize = 20;

/// `ddefend hunt`.
pub(crate) fn run(args: &HuntArgs, content: &Content) -> Outcome {
    if args.list_schemas {
        return list_schemas();
    }
    let started = Instant::now();
    let prepared = Prepared::new(args);
    let (prepared, loaded) = match prepared.and_then(|prepared| Ok((prepared, rules::load(args, content)?))) {
        Ok(ready) => ready,
        Err(message) => {
            eprintln!("ddefend: {}", escape::terminal(&message));
            return Outcome::Usage;
        }
    };
    tell_problems(args, &loaded);
    let wording = match content.wording() {
        Ok(wording) => wording,
        Err(error) => {
            eprintln!("ddefend: the built-in content is damaged: {error}");
            return Outcome::Internal;
        }
    };
    let mut hunt_settings = prepared.settings;
    hunt_settings.learner = args.learn.as_ref().map(|_| Learner::default());
    let Some(mut renderer) = hunt_renderer(&args.format, &meta(args, content, &loaded)) else { return Outcome::Usage };
    let always = [(
        ddefend_event::LogSource { category: Some(wording.process.category.clone()), product: None, service: None },
        wording.process.names(),
    )];
    let deferred = [&*wording.ancestor_image, &*wording.ancestor_command];
    let count = (loaded.set.rules.len() + loaded.set.correlations.len()) as u64;
    let mut hunt = Hunt::new(loaded.set, loaded.mapping.clone(), wording.clone(), hunt_settings);
    let rules = hunt.rules();
    let matcher = Matcher::new(rules.clone(), loaded.mapping.clone(), &deferred, &always);
    let asked = Asked::new(&matcher);
    let settings = HuntSettings {
        matcher: &matcher,
        selector: &asked,
        threads: args.run.threads(),
        seconds: args.limits.limit_time,
        named: prepared.named,
        schema: prepared.schema,
        allowance: prepared.allowance,
        carve: args.carve,
        extras: &[],
        rows: None,
    };
    let bar = Bar::new(prepared.bytes, args.run.progress() && !args.follow);
    let mut tally = Tally::default();
    let mut out = BufWriter::new(io::stdout().lock());
    let written = out.write_all(renderer.begin().as_bytes()).and_then(|()| {
        out.flush()?;
        let mut emit = |told: Told| {
            match &told {
                Told::Detection(detection) => tally.found |= detection.rule.level >= args.level_fail_on,
                Told::Diagnostic(diagnostic) => tally.diagnostic(diagnostic),
                Told::Extra(_) | Told::Covered(_) | Told::Rows(_) => {}
            }
            let text = render(renderer.as_mut(), &told);
            if text.is_empty() { Ok(()) } else { bar.aside(|| show(&mut out, &text)) }
        };
        match args.follow {
            true => hunt_follow(&settings.named, &settings, &mut hunt, &stop(args.follow_for), &mut emit),
            false => hunt_inputs(&prepared.inputs, &settings, &mut hunt, &bar, &mut emit),
        }
    });
    bar.finish();
    let written = written.and_then(|mut summary| {
        summary.rules = count;
        // Where there were too many kinds, what could have fired is not known.
        let met = asked.keys();
        summary.unfired = met.map(|keys| unreachable(&rules, &keys, &loaded.mapping, &deferred)).unwrap_or_default();
        summary.elapsed = args.run.elapsed(started);
        finish(args, renderer.as_mut(), &summary, &mut out)
    });
    if !terminal::written(written.and_then(|()| out.flush())) {
        return Outcome::Internal;
    }
    if let Some((path, learner)) = args.learn.as_ref().zip(hunt.learned())
        && let Err(error) = std::fs::write(path, learner.finish(env!("CARGO_PKG_VERSION")).to_toml())
    {
        eprintln!("ddefend: {}: {error}", path.display());
        return Outcome::Internal;
    }
    tally.outcome(args.exit_zero)
}

/// Says when following ends: after so many seconds, or when somebody asks the process to end.
fn stop(seconds: Option<f64>) -> impl Fn() -> bool {
    let asked = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&asked);
    if let Err(error) = ctrlc::set_handler(move || flag.store(true, Ordering::Release)) {
        eprintln!("ddefend: an interrupt will end this without a summary: {error}");
    }
    let limit = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
    move || asked.load(Ordering::Acquire) || deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

/// A baseline file; of one that is too large, no more is read than tells that.
fn baseline(path: &Path) -> Result<Baseline, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = std::fs::File::open(path).map_err(|error| told(&error))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| told(&error))?;
    if bytes.len() > MAX_BYTES {
        return Err(told(&BaselineError::TooLarge(format!("more than {MAX_BYTES} bytes"))));
    }
    let text = String::from_utf8(bytes).map_err(|error| told(&error))?;
    Baseline::from_toml(&text).map_err(|error| told(&error))
}

fn render(renderer: &mut dyn HuntRenderer, told: &Told) -> String {
    match told {
        Told::Detection(detection) => renderer.detection(detection),
        Told::Diagnostic(diagnostic) => renderer.diagnostic(diagnostic),
        Told::Extra(_) | Told::Covered(_) | Told::Rows(_) => String::new(),
    }
}

fn finish(
    args: &HuntArgs,
    renderer: &mut dyn HuntRenderer,
    summary: &HuntSummary,
    out: &mut impl Write,
) -> io::Result<()> {
    let end = renderer.end(summary);
    if args.run.quiet && args.format == "text" && !args.tree && !args.timeline {
        return Ok(());
    }
    out.write_all(end.as_bytes())
}

/// Writes at once: whoever reads a pipe wants the first detection now, and there are few.
fn show(out: &mut BufWriter<io::StdoutLock<'_>>, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Arguments that were checked.
struct Prepared {
    inputs: Vec<Input>,
    named: Vec<PathBuf>,
    bytes: Option<u64>,
    schema: Option<Schema>,
    allowance: Allowance,
    settings: Settings,
}

impl Prepared {
    fn new(args: &HuntArgs) -> Result<Self, String> {
        let paths = all_paths(&args.paths, args.files_from.as_ref())?;
        let inputs = find_inputs(&paths, &args.name);
        let size = |input: &Input| match input {
            Input::File(path) | Input::Named(path, _) => {
                std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|it| it.len())
            }
            Input::Failed(..) => Some(0),
            Input::Stdin(_) => None,
        };
        let schema = args.schema.as_ref().map(|name| {
            ddefend_source::schema(name).ok_or_else(|| format!("there is no schema {name}; see --list-schemas"))
        });
        let from = args.from.as_deref().map(time).transpose()?;
        let until = args.until.as_deref().map(time).transpose()?;
        if let Some((from, until)) = from.zip(until).filter(|(from, until)| from.ticks >= until.ticks) {
            return Err(format!("no time is at or after --from {from} and before --until {until}"));
        }
        let limits = &args.limits;
        let usual = Allowance::default();
        Ok(Self {
            bytes: inputs.iter().map(size).sum(),
            inputs,
            named: paths,
            schema: schema.transpose()?,
            allowance: Allowance {
                total: limits.limit_unpacked.map_or(usual.total, |gib| gib.saturating_mul(1 << 30)),
                ratio: limits.limit_ratio.unwrap_or(usual.ratio),
                members: limits.limit_members.unwrap_or(usual.members),
                ..usual
            },
            settings: Settings {
                from,
                until,
                keep_duplicates: args.keep_duplicates,
                baseline: args.baseline.as_deref().map(baseline).transpose()?,
                learner: None,
            },
        })
    }
}

/// A time, or a date.
pub(crate) fn time(text: &str) -> Result<Time, String> {
    let parsed = Time::parse(text).or_else(|| Time::parse(&format!("{text}T00:00:00Z")));
    parsed.ok_or_else(|| format!("{text}: no time; 2026-11-21T14:00:00Z is one, 2026-11-21 as well"))
}

fn tell_problems(args: &HuntArgs, loaded: &Loaded) {
    let shown = if args.verbose { usize::MAX } else { PROBLEMS };
    let serious: Vec<_> = loaded.problems.iter().filter(|problem| args.verbose || !problem.warning).collect();
    for problem in serious.iter().take(shown) {
        eprintln!("{}", escape::terminal(&problem.to_string()));
    }
    if serious.len() > shown {
        eprintln!("ddefend: {} more problems in rules; --verbose shows them", serious.len() - shown);
    }
}

fn list_schemas() -> Outcome {
    let mut out = io::stdout().lock();
    for (schema, title) in ddefend_source::schemas() {
        if writeln!(out, "{:<16} {title}", schema.0).is_err() {
            break;
        }
    }
    Outcome::Clean
}

fn meta(args: &HuntArgs, content: &Content, loaded: &Loaded) -> HuntMeta {
    HuntMeta {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        content: content.version(),
        width: terminal::width(args.run.width),
        colour: terminal::colour(args.run.color),
        verbose: args.verbose,
        tree: args.tree,
        timeline: args.timeline,
        rules: rules::described(loaded),
    }
}
