//! `ddefend memory`.

mod commands;

use crate::args::Memory;
use crate::paths::all_paths;
use crate::progress::drawn;
use crate::terminal;
use crate::{Outcome, Tally};
use ddefend_content::Content;
use ddefend_engine::{MemoryProgress, MemorySettings, memory_paths, read_memory};
use ddefend_memory::{CaseCommand, Limits, Lists};
use ddefend_model::Level;
use ddefend_model::memory::{MemoryImage, MemorySummary};
use ddefend_report::{MemoryMeta, escape, memory_renderer};
use indicatif::ProgressBar;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

/// Seconds for one image.
const SECONDS: u64 = 1_800;

/// `ddefend memory`.
pub(crate) fn run(args: &Memory, content: &Content) -> Outcome {
    let started = Instant::now();
    let (paths, lists, commands) = match prepare(args, content) {
        Ok(prepared) => prepared,
        Err(message) => {
            eprintln!("ddefend: {}", escape::terminal(&message));
            return Outcome::Usage;
        }
    };
    let limits = Limits { hits: args.max_hits.unwrap_or(Limits::default().hits), ..Limits::default() };
    let reading = ddefend_memory::Settings::new(content.knowledge(), &lists, &commands, limits)
        .all_modules(args.all_modules)
        .raw(args.raw);
    let settings = MemorySettings { reading, seconds: args.max_time.unwrap_or(SECONDS) };
    let meta = MemoryMeta {
        width: terminal::width(args.run.width),
        colour: terminal::colour(args.run.color),
        verbose: args.verbose,
    };
    let Some(mut renderer) = memory_renderer(&args.format, &meta) else { return Outcome::Usage };
    let size = paths.iter().filter_map(|path| path.metadata().ok()).map(|metadata| metadata.len()).sum();
    let bar =
        Bar(drawn(Some(size), args.run.progress(), "{bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left"));
    let (mut tally, mut summary) = (Tally::default(), MemorySummary::default());
    let mut out = BufWriter::new(io::stdout().lock());
    let written = out.write_all(renderer.begin().as_bytes()).and_then(|()| {
        paths.iter().try_for_each(|path| {
            let image = read_memory(path, &path.to_string_lossy(), &settings, &bar);
            tally.found |= worst(&image).is_some_and(|worst| worst >= args.fail_on);
            image.diagnostics.iter().for_each(|diagnostic| tally.diagnostic(diagnostic));
            summary.add(&image);
            let text = renderer.image(&image);
            bar.0.suspend(|| terminal::show(&mut out, &text))
        })
    });
    bar.0.finish_and_clear();
    let written = written.and_then(|()| {
        summary.elapsed = args.run.elapsed(started);
        if args.run.quiet && args.format == "text" { Ok(()) } else { out.write_all(renderer.end(&summary).as_bytes()) }
    });
    if !terminal::written(written.and_then(|()| out.flush())) {
        return Outcome::Internal;
    }
    if paths.is_empty() {
        eprintln!("ddefend: there is no dump or memory image in these folders; name a file to have it read as one");
        tally.incomplete = true;
    }
    tally.outcome(args.exit_zero)
}

fn prepare(args: &Memory, content: &Content) -> Result<(Vec<PathBuf>, Lists, Vec<CaseCommand>), String> {
    let paths = all_paths(&args.paths, args.files_from.as_ref())?;
    if paths.iter().any(|path| path.as_os_str() == "-") {
        return Err("a memory image is read at many places, so it cannot come from standard input".to_owned());
    }
    let mut lists = content.memory_lists().map_err(|error| format!("the built-in content is damaged: {error}"))?;
    if let Some(path) = &args.organisation {
        let own = ddefend_engine::triage::read_organisation(path)?.mutable.SuspiciousDLLList;
        lists.suspicious_modules = own.unwrap_or(lists.suspicious_modules);
    }
    let mut commands: Vec<CaseCommand> =
        args.command.iter().map(|text| CaseCommand { of: "--command".to_owned(), text: text.clone() }).collect();
    for path in &args.commands_from {
        commands.extend(commands::read(path)?);
    }
    Ok((memory_paths(&paths), lists, commands))
}

/// The worst of hits and modules.
fn worst(image: &MemoryImage) -> Option<Level> {
    let hits = image.hits.iter().filter_map(|hit| hit.level);
    hits.chain(image.modules.iter().filter_map(|module| module.level)).max()
}

struct Bar(ProgressBar);

impl MemoryProgress for Bar {
    fn read(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}
