//! `ddefend lab`.

mod check;

use crate::args::{LabArgs, LabCheck, LabExport, LabList, LabNew, LabVerb, ListFormat};
use crate::{Outcome, terminal};
use ddefend_content::Content;
use ddefend_event::{Time, Zone};
use ddefend_lab::{FORMS, Files, Scenario, build, expected_csv, export, rebased};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

/// `ddefend lab`.
pub(crate) fn run(args: &LabArgs, content: &Content) -> Outcome {
    let done = match &args.verb {
        LabVerb::New(args) => new(args, content),
        LabVerb::List(args) => list(args, content),
        LabVerb::Export(args) => exported(args, content),
        LabVerb::Check(args) => return checked(args, content),
    };
    match done {
        Ok(text) if terminal::written(io::stdout().lock().write_all(text.as_bytes())) => Outcome::Clean,
        Ok(_) => Outcome::Internal,
        Err((outcome, message)) => {
            eprintln!("ddefend: {message}");
            outcome
        }
    }
}

type Said = Result<String, (Outcome, String)>;

fn usage(message: impl ToString) -> (Outcome, String) {
    (Outcome::Usage, message.to_string())
}

fn new(args: &LabNew, content: &Content) -> Said {
    let scenario = moved(find(&args.scenario, content)?, args.rebase.as_deref())?;
    let mapping = content.mapping().map_err(|error| (Outcome::Internal, error.to_string()))?;
    let lab = build(&scenario, &mapping).map_err(|error| usage(format!("{}: {error}", scenario.id)))?;
    crate::folder::write(&args.folder, &lab.files, args.force)?;
    let organisation = lab.files.contains_key("organisation.toml");
    let shown = args.folder.display();
    let mut out = format!(
        "{}\nWritten to {shown}: {} files, {} records. Everything in it is synthetic.\n",
        scenario.title,
        lab.files.len(),
        lab.records
    );
    let option = if organisation { format!(" --organisation {shown}/organisation.toml") } else { String::new() };
    _ = writeln!(out, "Next: ddefend triage{option} {shown}/evidence");
    Ok(out)
}

fn list(args: &LabList, content: &Content) -> Said {
    let mut scenarios = shipped(content)?;
    scenarios.retain(|scenario| args.group.as_ref().is_none_or(|group| scenario.group == *group));
    Ok(match args.format {
        ListFormat::Json => {
            let row = |it: &Scenario| {
                serde_json::json!({
                    "id": it.id, "group": it.group, "title": it.title, "source": it.source, "text": it.text,
                    "expected": it.expected,
                })
            };
            let rows: Vec<_> = scenarios.iter().map(row).collect();
            serde_json::to_string_pretty(&rows).map_err(|error| (Outcome::Internal, error.to_string()))? + "\n"
        }
        ListFormat::Text => {
            let width = scenarios.iter().map(|it| it.id.len()).max().unwrap_or_default();
            scenarios.iter().map(|it| format!("{:<width$}  {:<13}  {}\n", it.id, it.group, it.title)).collect()
        }
    })
}

fn exported(args: &LabExport, content: &Content) -> Said {
    let (scenarios, target) = match (args.names.as_slice(), args.all) {
        ([target], true) => (shipped(content)?, target),
        ([name, target], false) => (vec![find(&name.to_string_lossy(), content)?], target),
        (_, true) => return Err(usage("--all takes the folder alone")),
        (_, false) => return Err(usage("name a scenario and a folder, or --all and a folder")),
    };
    let usual = || FORMS.iter().filter(|(.., usual)| *usual).map(|(name, ..)| *name).collect();
    let forms: Vec<&str> = if args.form.is_empty() { usual() } else { args.form.iter().map(String::as_str).collect() };
    let mapping = content.mapping().map_err(|error| (Outcome::Internal, error.to_string()))?;
    let mut files = Files::new();
    let mut built = Vec::new();
    for scenario in scenarios {
        let scenario = moved(scenario, args.rebase.as_deref())?;
        let own = export(&scenario, &mapping, &forms).map_err(|error| usage(format!("{}: {error}", scenario.id)))?;
        files.extend(own);
        built.push(scenario);
    }
    files.insert("expected.csv".to_owned(), expected_csv(&built).into_bytes());
    crate::folder::write(target, &files, args.force)?;
    let (shown, count) = (target.display(), built.len());
    Ok(format!("Written to {shown}: {count} scenarios as {}. Everything in it is synthetic.\n", forms.join(", ")))
}

fn checked(args: &LabCheck, content: &Content) -> Outcome {
    let scenarios = match args.scenarios.is_empty() {
        true => shipped(content),
        false => args.scenarios.iter().map(|name| find(name, content)).collect(),
    };
    match scenarios {
        Ok(scenarios) => check::run(args, &scenarios, content),
        Err((outcome, message)) => {
            eprintln!("ddefend: {}", ddefend_report::escape::terminal(&message));
            outcome
        }
    }
}

fn shipped(content: &Content) -> Result<Vec<Scenario>, (Outcome, String)> {
    let read = |(path, text): &(&str, &str)| {
        Scenario::read(text).map_err(|error| (Outcome::Internal, format!("{path}: {error}")))
    };
    content.scenario_texts().iter().map(read).collect()
}

/// A shipped scenario by its id, or one of a file.
fn find(name: &str, content: &Content) -> Result<Scenario, (Outcome, String)> {
    let is_file = Path::new(name).extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
    if is_file {
        let text = std::fs::read_to_string(name).map_err(|error| usage(format!("{name}: {error}")))?;
        return Scenario::read(&text).map_err(|error| usage(format!("{name}: {error}")));
    }
    let found = shipped(content)?.into_iter().find(|scenario| scenario.id == name);
    found.ok_or_else(|| usage(format!("there is no scenario '{name}'; `ddefend lab list` lists all")))
}

fn moved(scenario: Scenario, rebase: Option<&str>) -> Result<Scenario, (Outcome, String)> {
    let Some(text) = rebase else { return Ok(scenario) };
    let time =
        Time::parse(text).ok_or_else(|| usage(format!("--rebase: '{text}' is no time; write it as RFC 3339")))?;
    Ok(rebased(&scenario, Time { zone: Zone::Utc, ..time }))
}
