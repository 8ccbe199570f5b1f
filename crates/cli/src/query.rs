mod given;
pub(crate) mod source;

use crate::args::{HuntLimits, QueryArgs};
use crate::hunt::Bar;
use crate::terminal::{self, complain};
use crate::{Outcome, Tally};
use ddefend_content::Content;
use ddefend_engine::query::{Answer, QuerySettings, newest, query_inputs};
use ddefend_engine::{Input, find_inputs};
use ddefend_event::{Time, Zone};
use ddefend_guard::stream::Allowance;
use ddefend_query::{Chosen, CompileError, Settings, choose};
use ddefend_report::{RowsMeta, escape, row_renderer, snippet};
use ddefend_rule::Problem;
use ddefend_rule::ir::query::Query;
use source::Text;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::time::Instant;

/// Rows and bytes that a query may hold.
const ROWS: usize = 10_000_000;
const BYTES: usize = 1 << 30;
/// Problems that are shown.
const PROBLEMS: usize = 20;

/// `ddefend query`.
pub(crate) fn run(args: &QueryArgs, content: &Content) -> Outcome {
    let prepared = Text::new(args).and_then(|text| Ok((text, Prepared::new(args, content)?)));
    let (mut text, mut prepared) = match prepared {
        Ok(prepared) => prepared,
        Err(message) => {
            complain(&message);
            return Outcome::Usage;
        }
    };
    let colour = terminal::colour(args.run.color);
    text.queries.iter_mut().for_each(|query| prepared.given.put_in(query));
    let mut problems = std::mem::take(&mut text.problems);
    if text.queries.is_empty() || problems.iter().any(|problem| !problem.warning) {
        if problems.is_empty() {
            complain(&format!("{}: there is no query in it", text.name));
        }
        tell(&problems, &text.text, colour);
        return Outcome::Usage;
    }
    if text.queries.len() > 1 && args.format == "json" {
        complain("the text has several queries; one JSON document holds the rows of one. Use --format jsonl");
        return Outcome::Usage;
    }
    let mut outcome = Outcome::Clean;
    for query in &text.queries {
        let chosen = match choose(query, prepared.reading.mapping.tables(), &prepared.schemas, &prepared.settings) {
            Ok(chosen) => chosen,
            Err(errors) => {
                problems.extend(errors.iter().map(|error| error.problem(&text.name, &text.text)));
                tell(&problems, &text.text, colour);
                return Outcome::Usage;
            }
        };
        if !args.run.quiet {
            let warnings = chosen.program.warnings().iter().chain(&chosen.elsewhere);
            problems.extend(warnings.map(|error: &CompileError| error.problem(&text.name, &text.text)));
            tell(&problems, &text.text, colour);
        }
        problems.clear();
        let chosen = match with_now(args, query, chosen, &mut prepared) {
            Ok(chosen) => chosen,
            Err(message) => {
                complain(&message);
                return Outcome::Usage;
            }
        };
        outcome = worse(outcome, answer(args, &text, &chosen, &prepared));
    }
    outcome
}

/// Found beats unreadable; what is broken beats both.
fn worse(one: Outcome, other: Outcome) -> Outcome {
    let rank = |outcome: Outcome| match outcome {
        Outcome::Clean => 0,
        Outcome::Incomplete => 1,
        Outcome::Found => 2,
        Outcome::Usage => 3,
        Outcome::Internal => 4,
    };
    if rank(other) > rank(one) { other } else { one }
}

fn tell(problems: &[Problem], text: &str, colour: bool) {
    for problem in problems.iter().take(PROBLEMS) {
        eprint!("{}", snippet(problem, Some(text), colour));
    }
    if let Some(more) = problems.len().checked_sub(PROBLEMS).filter(|more| *more > 0) {
        eprintln!("ddefend: {more} more problems");
    }
}

/// Compiled again with the time of the newest record as now, where the query asks for the time and nobody said it.
fn with_now(args: &QueryArgs, query: &Query, chosen: Chosen, prepared: &mut Prepared) -> Result<Chosen, String> {
    if args.now.is_some() || !asks_for_now(query) {
        return Ok(chosen);
    }
    if prepared.inputs.iter().any(|input| matches!(input, Input::Stdin(_))) {
        return Err("the query asks for the time, and standard input can be read only once: give --now TIME".to_owned());
    }
    let bar = Bar::new(None, args.run.progress());
    let found = newest(&prepared.inputs, chosen.program.scans(), &prepared.reading, &bar);
    bar.finish();
    let Some(time) = found else { return Ok(chosen) };
    prepared.settings.now = time.ticks;
    if !args.run.quiet {
        eprintln!(
            "ddefend: now is {}, the time of the newest record; --now sets another",
            Time { zone: Zone::Utc, ..time }
        );
    }
    let tables = prepared.reading.mapping.tables();
    choose(query, tables, &chosen.schemas, &prepared.settings).map_err(|_| "the query cannot run".to_owned())
}

/// Calls that ask for the time.
const CLOCK: &[&str] = &["now", "ago", "time", "relative_time", "current_timestamp", "current_date", "today"];

/// True where the query calls one of them; its form written out shows every call, wherever it stands.
fn asks_for_now(query: &Query) -> bool {
    let form = format!("{query:?}");
    CLOCK.iter().any(|name| form.contains(&format!("Call(\"{name}\"")))
}

fn answer(args: &QueryArgs, text: &Text, chosen: &Chosen, prepared: &Prepared) -> Outcome {
    let started = Instant::now();
    let meta = RowsMeta {
        columns: chosen.program.columns().iter().map(|column| column.name.to_string()).collect(),
        width: terminal::width(args.run.width),
        colour: terminal::colour(args.run.color),
        query: text.name.clone(),
    };
    let Some(mut renderer) = row_renderer(&args.format, &meta) else { return Outcome::Usage };
    let bar = Bar::new(None, args.run.progress() && args.format != "text");
    let mut tally = Tally::default();
    let (mut rows, mut stopped) = (0_u64, None);
    let mut out = BufWriter::new(io::stdout().lock());
    let written = out.write_all(renderer.begin().as_bytes()).and_then(|()| {
        let mut emit = |told: Answer<'_>| {
            let shown = match told {
                Answer::Row(row) => {
                    rows += 1;
                    renderer.row(row)
                }
                Answer::Diagnostic(diagnostic) => {
                    tally.diagnostic(&diagnostic);
                    renderer.diagnostic(&diagnostic)
                }
                Answer::Stopped(error) => {
                    tally.incomplete = true;
                    stopped = Some(error);
                    String::new()
                }
            };
            if shown.is_empty() { Ok(()) } else { out.write_all(shown.as_bytes()) }
        };
        query_inputs(&prepared.inputs, &chosen.program, &prepared.reading, &bar, &mut emit)
    });
    bar.finish();
    let written = written.and_then(|mut summary| {
        summary.elapsed = args.run.elapsed(started);
        let end = renderer.end(rows, &summary);
        let last =
            if args.run.quiet && args.format == "text" { end.lines().count().saturating_sub(1) } else { usize::MAX };
        end.split_inclusive('\n').take(last).try_for_each(|line| out.write_all(line.as_bytes()))
    });
    if !terminal::written(written.and_then(|()| out.flush())) {
        return Outcome::Internal;
    }
    if let Some(error) = stopped {
        eprint!("{}", snippet(&error.problem(&text.name, &text.text), Some(&text.text), meta.colour));
    }
    tally.found = args.fail_on.is_some_and(|least| rows >= least.max(1));
    tally.outcome(false)
}

/// Arguments that were checked.
struct Prepared {
    inputs: Vec<Input>,
    reading: QuerySettings,
    settings: Settings,
    schemas: Vec<Box<str>>,
    given: given::Given,
}

impl Prepared {
    fn new(args: &QueryArgs, content: &Content) -> Result<Self, String> {
        let logs = if args.expression.is_some() { &args.paths[..] } else { args.paths.get(1..).unwrap_or_default() };
        if logs.is_empty() {
            return Err("no logs are named: `ddefend query QUERYFILE LOGS`".to_owned());
        }
        let inputs = find_inputs(logs, &args.name);
        let broken = |error: ddefend_content::ContentError| format!("the built-in content is damaged: {error}");
        let tables = Arc::new(content.tables().map_err(broken)?);
        let schemas: Vec<Box<str>> = args.tables.iter().map(|name| name.as_str().into()).collect();
        if let Some(unknown) = schemas.iter().find(|name| !tables.schemas().iter().any(|known| known.name == **name)) {
            let known: Vec<&str> = tables.schemas().iter().map(|schema| &*schema.name).collect();
            return Err(format!("there is no schema {}; there are {}", escape::terminal(unknown), known.join(", ")));
        }
        let schema = args.schema.as_ref().map(|name| {
            ddefend_source::schema(name).ok_or_else(|| format!("there is no schema {name}; see hunt --list-schemas"))
        });
        let now = args.now.as_deref().map(crate::hunt::time).transpose()?;
        let given = given::Given::new(&args.given, &args.external)?;
        Ok(Self {
            inputs,
            reading: QuerySettings {
                mapping: Arc::new(content.mapping().map_err(broken)?.with_tables(tables)),
                wording: content.wording().map_err(broken)?,
                threads: args.run.threads(),
                seconds: args.limits.limit_time,
                named: logs.to_vec(),
                schema: schema.transpose()?,
                allowance: allowance(&args.limits),
                carve: args.carve,
            },
            settings: Settings {
                now: now.map_or(0, |now| now.ticks),
                rows: args.limit_rows.unwrap_or(ROWS),
                bytes: args.limit_memory.map_or(BYTES, |mebibytes| mebibytes.saturating_mul(1 << 20)),
                external: given.rows.clone(),
            },
            schemas,
            given,
        })
    }
}

fn allowance(limits: &HuntLimits) -> Allowance {
    let usual = Allowance::default();
    Allowance {
        total: limits.limit_unpacked.map_or(usual.total, |gib| gib.saturating_mul(1 << 30)),
        ratio: limits.limit_ratio.unwrap_or(usual.ratio),
        members: limits.limit_members.unwrap_or(usual.members),
        ..usual
    }
}
