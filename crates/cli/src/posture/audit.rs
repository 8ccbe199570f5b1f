use super::{limits_of, nothing, settings};
use crate::args::PostureAudit;
use crate::paths::all_paths;
use crate::progress::Bar;
use crate::terminal;
use crate::{Outcome, Tally};
use ddefend_content::Content;
use ddefend_engine::posture::{Asked, Plan, Told, WhatIf, audit_inputs};
use ddefend_model::posture::{self, Audit, Way};
use ddefend_model::{Level, posture::Verdict};
use ddefend_posture::Catalog;
use ddefend_report::{PostureMeta, PostureRule, escape, posture_renderer};
use std::io::{self, BufWriter, Write};
use std::time::Instant;

/// `ddefend posture audit`.
pub(super) fn run(args: &PostureAudit, content: &Content, catalog: &Catalog) -> Outcome {
    let started = Instant::now();
    let limits = limits_of(&args.limits);
    let (paths, what_if) = match all_paths(&args.paths, args.files_from.as_ref()).and_then(|paths| {
        let what_if = args.what_if.iter().map(|asked| WhatIf::open(asked, &limits)).collect::<Result<_, _>>()?;
        Ok((paths, what_if))
    }) {
        Ok(prepared) => prepared,
        Err(message) => {
            eprintln!("ddefend: {}", escape::terminal(&message));
            return Outcome::Usage;
        }
    };
    let Some(mut renderer) = posture_renderer(&args.format, &meta(args, content, catalog)) else {
        return Outcome::Usage;
    };
    let inputs = &args.inputs;
    let asked = Asked {
        paths: &paths,
        stdin: &inputs.name,
        format: inputs.input_format,
        user: inputs.user.as_deref(),
        base: None,
    };
    let settings = settings(inputs, &args.limits, &args.run, what_if, catalog);
    let plan = Plan::new(&asked, catalog);
    let bar = Bar::new(plan.files(), args.run.progress());
    let mut tally = Tally::default();
    let mut empty = false;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = out.write_all(renderer.begin().as_bytes()).and_then(|()| {
        audit_inputs(&plan, &settings, &bar, &mut |told| {
            let text = match &told {
                Told::Audit(audit) => {
                    tally.found |= fails(audit, args.fail_on);
                    renderer.audit(audit)
                }
                Told::Hardening(_) | Told::Beside(_) => String::new(),
                Told::Diagnostic(diagnostic) => {
                    tally.diagnostic(diagnostic);
                    renderer.diagnostic(diagnostic)
                }
            };
            if text.is_empty() { Ok(()) } else { bar.aside(|| terminal::show(&mut out, &text)) }
        })
    });
    bar.finish();
    let written = written.and_then(|mut summary| {
        empty = summary.hosts == 0 && summary.users == 0;
        summary.elapsed = args.run.elapsed(started);
        let end = renderer.end(&summary);
        if args.run.quiet && args.format == "text" { Ok(()) } else { out.write_all(end.as_bytes()) }
    });
    if !terminal::written(written.and_then(|()| out.flush())) {
        return Outcome::Internal;
    }
    if empty {
        eprintln!("ddefend: {}", escape::terminal(&nothing(&paths)));
        tally.incomplete = true;
    }
    tally.outcome(args.exit_zero)
}

/// Whether something does not protect, was applied wrongly, or lets somebody in, at or above a level.
fn fails(audit: &Audit, level: Level) -> bool {
    let check = |check: &posture::Check| {
        let wrong = check.outcome == posture::Outcome::Insecure || check.verdict == Verdict::Misapplied;
        wrong && check.level >= level
    };
    let way = |way: &posture::Exposure| matches!(way.state, Way::Open | Way::Clicks) && way.level >= level;
    audit.checks.iter().any(check) || audit.exposures.iter().any(way)
}

fn meta(args: &PostureAudit, content: &Content, catalog: &Catalog) -> PostureMeta {
    PostureMeta {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        content: content.version(),
        width: terminal::width(args.run.width),
        colour: terminal::colour(args.run.color),
        verbose: args.verbose,
        time: args.run.now(),
        rules: rules(catalog),
    }
}

/// Checks and ways in, in words.
fn rules(catalog: &Catalog) -> Vec<PostureRule> {
    let checks = catalog.checks().iter().map(|check| PostureRule {
        id: check.id.clone(),
        title: check.title.clone(),
        about: check.about.clone(),
        attack: check.mitigation.clone(),
        references: check.references.clone(),
    });
    let ways = catalog.ways().iter().map(|way| PostureRule {
        id: way.id.clone(),
        title: way.title.clone(),
        about: way.about.clone(),
        attack: way.technique.clone(),
        references: Vec::new(),
    });
    checks.chain(ways).collect()
}
