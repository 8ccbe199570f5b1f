use crate::args::{LimitArgs, Scan};
use crate::paths::{all_paths, lines};
use crate::progress::Bar;
use crate::terminal;
use crate::{Outcome, Tally};
use ddefend_container::Secrets;
use ddefend_content::Content;
use ddefend_engine::{Input, Settings, find_inputs, scan_inputs};
use ddefend_guard::Limits;
use ddefend_report::{Meta, RuleInfo, escape, renderer};
use std::io::{self, BufWriter, Write};
use std::time::Instant;

/// `ddefend scan`.
pub(crate) fn run(args: &Scan, content: &Content) -> Outcome {
    let started = Instant::now();
    let mut tally = Tally::default();
    let (settings, inputs) = match prepare(args, content) {
        Ok(prepared) => prepared,
        Err(message) => {
            eprintln!("ddefend: {}", escape::terminal(&message));
            return Outcome::Usage;
        }
    };
    let Some(mut renderer) = renderer(&args.format, &meta(args, content)) else { return Outcome::Usage };
    let bar = Bar::new(inputs.len(), args.run.progress());
    let mut out = BufWriter::new(io::stdout().lock());
    let written = out.write_all(renderer.begin().as_bytes()).and_then(|()| {
        scan_inputs(&inputs, &settings, &bar, &mut |scanned| {
            tally.found |= scanned.worst().is_some_and(|worst| worst >= args.fail_on);
            scanned.diagnostics.iter().for_each(|diagnostic| tally.diagnostic(diagnostic));
            let text = renderer.artifact(&scanned);
            if text.is_empty() { Ok(()) } else { bar.aside(|| terminal::show(&mut out, &text)) }
        })
    });
    bar.finish();
    let written = written.and_then(|mut summary| {
        summary.elapsed = args.run.elapsed(started);
        if args.run.quiet && args.format == "text" { Ok(()) } else { out.write_all(renderer.end(&summary).as_bytes()) }
    });
    if !terminal::written(written.and_then(|()| out.flush())) {
        return Outcome::Internal;
    }
    tally.outcome(args.exit_zero)
}

fn prepare<'c>(args: &Scan, content: &'c Content) -> Result<(Settings<'c>, Vec<Input>), String> {
    let mut user = args.password.clone();
    if let Some(path) = &args.password_file {
        user.extend(lines(path)?);
    }
    let inputs = find_inputs(&all_paths(&args.paths, args.files_from.as_ref())?, &args.name);
    let passwords = content.passwords();
    let settings = Settings {
        limits: limits(&args.limits),
        secrets: Secrets {
            office_defaults: passwords.office_defaults.clone(),
            archive_defaults: passwords.archive_defaults.clone(),
            user,
        },
        knowledge: content.knowledge(),
        threads: args.run.threads(),
    };
    Ok((settings, inputs))
}

fn limits(asked: &LimitArgs) -> Limits {
    let mib = |value: Option<u64>, default: u64| value.map_or(default, |mib| mib.saturating_mul(1 << 20));
    let default = Limits::default();
    Limits {
        artifact_size: mib(asked.max_size, default.artifact_size),
        part_size: mib(asked.max_part, default.part_size),
        total_size: mib(asked.max_total, default.total_size),
        ratio: asked.max_ratio.unwrap_or(default.ratio),
        parts: asked.max_parts.unwrap_or(default.parts),
        depth: asked.max_depth.unwrap_or(default.depth),
        seconds: asked.max_time.unwrap_or(default.seconds),
        ..default
    }
}

fn meta(args: &Scan, content: &Content) -> Meta {
    Meta {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        content: content.version(),
        width: terminal::width(args.run.width),
        colour: terminal::colour(args.run.color),
        verbose: args.verbose,
        rules: if args.format == "sarif" { rules(content) } else { Vec::new() },
    }
}

/// What SARIF says of each finding id.
fn rules(content: &Content) -> Vec<RuleInfo> {
    let findings = content.explanations().iter().filter(|explanation| explanation.sort == "finding");
    findings.map(|it| RuleInfo { id: it.id.clone(), title: it.title.clone(), help: it.what.clone() }).collect()
}
