use super::settings;
use crate::args::{Part, PostureHarden};
use crate::paths::all_paths;
use crate::progress::Bar;
use crate::terminal;
use crate::{Outcome, Tally};
use ddefend_content::Content;
use ddefend_engine::posture::{Asked, Plan, PostureSettings, Told, audit_inputs};
use ddefend_model::Diagnostic;
use ddefend_posture::harden::{
    self, Batch, FORMATS, Hardening, Job, Output, Request, batches, effects, kept, read_back,
};
use ddefend_posture::{Catalog, Profile};
use ddefend_report::{HardenMeta, escape, harden_json, harden_readme, harden_text};
use std::convert::Infallible;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `ddefend posture harden`.
pub(super) fn run(args: &PostureHarden, content: &Content, catalog: &Catalog) -> Outcome {
    let (paths, profile) = match all_paths(&args.paths, args.files_from.as_ref()).and_then(|paths| {
        let profile = profile(args, catalog)?;
        check(args, content, catalog, profile)?;
        Ok((paths, profile))
    }) {
        Ok(prepared) => prepared,
        Err(message) => return usage(&message),
    };
    let inputs = &args.inputs;
    let asked = Asked {
        paths: &paths,
        stdin: &inputs.name,
        format: inputs.input_format,
        user: inputs.user.as_deref(),
        base: None,
    };
    let request = Request { catalog, profile, versions: &args.versions, clean: args.clean };
    let settings = settings(inputs, &args.limits, &args.run, Vec::new(), catalog);
    let settings = PostureSettings { harden: Some(request), ..settings };
    let plan = Plan::new(&asked, catalog);
    let bar = Bar::new(plan.files(), args.run.progress());
    let mut tally = Tally::default();
    let mut hardening =
        Hardening { profile: profile.name.clone(), about: profile.about.clone(), ..Hardening::default() };
    let Ok(_) = audit_inputs::<Infallible>(&plan, &settings, &bar, &mut |told| {
        match told {
            Told::Hardening(plan) if wanted(&plan, &args.only, args.half) => hardening.plans.push(*plan),
            Told::Diagnostic(diagnostic) => {
                tally.diagnostic(&diagnostic);
                bar.aside(|| tell(&diagnostic));
            }
            Told::Audit(_) | Told::Hardening(_) | Told::Beside(_) => {}
        }
        Ok(())
    });
    bar.finish();
    if hardening.plans.is_empty() {
        if !args.only.is_empty() || args.half.is_some() {
            return usage("nobody in these inputs is whom --only and --part ask for");
        }
        return usage("no machine and no user was found in these inputs; `ddefend posture audit` tells why");
    }
    hardening.batches = batches(&hardening.plans);
    hardening.effects = effects(catalog, hardening.plans.iter());
    hardening.kept = kept(&args.keep, &hardening.plans);
    finish(args, content, catalog, profile, &mut hardening, &mut tally)
}

/// Writes what was asked for.
fn finish(
    args: &PostureHarden,
    content: &Content,
    catalog: &Catalog,
    profile: &Profile,
    hardening: &mut Hardening,
    tally: &mut Tally,
) -> Outcome {
    let owned = hardening.batches.clone();
    let job = Job { catalog, profile, batches: &owned, version: VERSION };
    let outputs = match files(&job, hardening) {
        Ok(outputs) => outputs,
        Err(message) => {
            eprintln!("ddefend: {}", escape::terminal(&message));
            return Outcome::Internal;
        }
    };
    tally.internal |= !hardening.faults.is_empty();
    tally.found |= hardening.plans.iter().any(|plan| !plan.failed.is_empty());
    let meta = HardenMeta {
        version: VERSION.to_owned(),
        content: content.version(),
        width: terminal::width(args.run.width),
        colour: terminal::colour(args.run.color),
        verbose: args.verbose,
    };
    let written = match (&args.out, args.format.as_str()) {
        (Some(folder), _) => write_all(args, folder, hardening, &outputs, &meta),
        (None, "text") => print(harden_text(hardening, &meta).as_bytes()),
        (None, "json") => print(harden_json(hardening, &meta).as_bytes()),
        (None, format) => one(args, format, &job),
    };
    for fault in &hardening.faults {
        eprintln!("ddefend: {}", escape::terminal(fault));
    }
    match written {
        Ok(()) => tally.outcome(false),
        Err(message) => usage(&message),
    }
}

/// Every file of every format, read back.
fn files(job: &Job<'_>, hardening: &mut Hardening) -> Result<Vec<Output>, String> {
    let mut outputs = Vec::new();
    if job.batches.is_empty() {
        return Ok(outputs);
    }
    for format in FORMATS {
        let files = format.files(job).map_err(|error| format!("{}: {error}", format.name))?;
        hardening.faults.extend(files.iter().filter_map(|file| read_back(file).err()));
        outputs.extend(files);
    }
    Ok(outputs)
}

fn write_all(
    args: &PostureHarden,
    folder: &Path,
    hardening: &Hardening,
    outputs: &[Output],
    meta: &HardenMeta,
) -> Result<(), String> {
    let mut files: Vec<(String, Vec<u8>)> =
        outputs.iter().map(|output| (output.path.clone(), output.bytes.clone())).collect();
    files.push(("README.txt".to_owned(), harden_readme(hardening, outputs, meta).into_bytes()));
    files.push(("plan.json".to_owned(), harden_json(hardening, meta).into_bytes()));
    let taken = files.iter().map(|(path, _)| folder.join(path)).find(|path| path.symlink_metadata().is_ok());
    if let Some(path) = taken.filter(|_| !args.force) {
        return Err(format!("{} is there already; --force overwrites it", path.display()));
    }
    for (path, bytes) in &files {
        let path = folder.join(path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
        made.map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if !args.run.quiet {
        let values: usize = hardening.plans.iter().map(|plan| plan.writes().count()).sum();
        let text = format!(
            "{} files in {} ({values} values for {} machines and users). Read README.txt first.\n",
            files.len(),
            folder.display(),
            hardening.plans.len(),
        );
        print(escape::terminal(text.trim_end()).as_bytes())?;
        print(b"\n")?;
    }
    Ok(())
}

/// One format to standard output.
fn one(args: &PostureHarden, format: &str, job: &Job<'_>) -> Result<(), String> {
    let format = harden::format(format).ok_or_else(|| format!("there is no format {format}"))?;
    let merged;
    let mut job = *job;
    if let ("reg", Some(all)) = (format.name, together(job.batches)) {
        merged = [all];
        job.batches = &merged;
    }
    let files = format.files(&job).map_err(|error| error.to_string())?;
    let mut files = files.into_iter().filter(|file| file.undo == args.undo);
    match (files.next(), files.next()) {
        (None, _) if job.batches.is_empty() => Err("everything is in order: there is nothing to write".to_owned()),
        (None, _) => Err(format!("{} has no file of its own for the way back: {}", format.name, format.back)),
        (Some(file), None) if io::stdout().is_terminal() && std::str::from_utf8(&file.bytes).is_err() => {
            Err("this is no text for a terminal: redirect it, or use --out".to_owned())
        }
        (Some(file), None) => print(&file.bytes),
        (Some(first), Some(second)) => {
            let paths: Vec<String> = [first, second].into_iter().chain(files).map(|file| file.path).collect();
            Err(format!(
                "these are {} files ({}, ...): use --out, or --part machine, or --part user with --only for one user",
                paths.len(),
                paths[0]
            ))
        }
    }
}

/// The machine's and the users' change as one, where each is the same for all.
fn together(batches: &[Batch]) -> Option<Batch> {
    let [machine, user] = batches else { return None };
    (machine.root != user.root).then(|| Batch {
        name: "all".to_owned(),
        root: machine.root.clone(),
        owners: machine.owners.iter().chain(&user.owners).cloned().collect(),
        steps: machine.steps.iter().chain(&user.steps).cloned().collect(),
    })
}

fn profile<'c>(args: &PostureHarden, catalog: &'c Catalog) -> Result<&'c Profile, String> {
    let found = catalog.profiles().iter().find(|profile| profile.name == args.profile);
    found.ok_or_else(|| {
        let known: Vec<String> =
            catalog.profiles().iter().map(|profile| format!("\n  {:<12} {}", profile.name, profile.about)).collect();
        format!("there is no profile {}; there are{}", args.profile, known.concat())
    })
}

/// Versions and servers that are known.
fn check(args: &PostureHarden, content: &Content, catalog: &Catalog, profile: &Profile) -> Result<(), String> {
    let versions = || catalog.checks().iter().flat_map(|check| &check.versions);
    if let Some(unknown) = args.versions.iter().find(|version| !versions().any(|known| known == *version)) {
        return Err(format!("no setting has the version {unknown}; 16.0 is one (2016 and later)"));
    }
    if profile.keeps.is_empty() && !args.keep.is_empty() {
        let able = catalog.profiles().iter().find(|profile| !profile.keeps.is_empty());
        let able = able.map_or("", |profile| &profile.name);
        return Err(format!("the profile {} keeps no DDE server; {able} does", profile.name));
    }
    for name in &args.keep {
        if !content.knowledge().is_server(name) {
            eprintln!(
                "ddefend: {} is no DDE server that is known; it is the word before the bar in =SERVER|TOPIC!ITEM",
                escape::terminal(name)
            );
        }
    }
    Ok(())
}

/// The machine, and the users that were asked for.
fn wanted(plan: &harden::Plan, only: &[String], part: Option<Part>) -> bool {
    if part.is_some_and(|part| (part == Part::Machine) != plan.user.is_empty()) {
        return false;
    }
    let is = |name: &String| name.eq_ignore_ascii_case(&plan.user) || name.eq_ignore_ascii_case(&plan.sid);
    only.is_empty() || plan.user.is_empty() || only.iter().any(is)
}

fn tell(diagnostic: &Diagnostic) -> Result<(), Infallible> {
    let text = format!("{}: {}", diagnostic.artifact, diagnostic.message);
    eprintln!("ddefend: {}", escape::terminal(&text));
    Ok(())
}

fn usage(message: &str) -> Outcome {
    let lines: Vec<String> = message.lines().map(escape::terminal).collect();
    eprintln!("ddefend: {}", lines.join("\n"));
    Outcome::Usage
}

fn print(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // Somebody closed the pipe: what they wanted, they have.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}
