//! `ddefend rules check`.

use crate::Outcome;
use crate::args::{ListFormat, RulesCheck};
use crate::query::source::{file, macros, of_file};
use crate::terminal;
use ddefend_content::Content;
use ddefend_language::{Language, Options, by_name};
use ddefend_lint::{Knowledge, Subject, check};
use ddefend_report::snippet;
use ddefend_rule::Problem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders in folders.
const DEPTH: usize = 40;

/// Problems of every file, then how many.
pub(super) fn run(args: &RulesCheck, content: &Content) -> Result<(String, Outcome), String> {
    let damaged = |error: ddefend_content::ContentError| format!("the built-in content is damaged: {error}");
    let tables = Arc::new(content.tables().map_err(damaged)?);
    let mapping = content.mapping().map_err(damaged)?.with_tables(tables);
    let (lists, techniques) = (content.lint_lists().map_err(damaged)?, content.techniques().map_err(damaged)?);
    if let Some(asked) = &args.tables
        && !mapping.tables().schemas().iter().any(|schema| *schema.name == **asked)
    {
        let names: Vec<&str> = mapping.tables().schemas().iter().map(|schema| &*schema.name).collect();
        return Err(format!("there is no schema {asked}; there are {}", names.join(", ")));
    }
    let knowledge = Knowledge { mapping: &mapping, lists: &lists, replaced: &techniques.replaced };
    let options = Options { macros: macros(&args.macros)? };
    let forced = args.lang.as_deref().and_then(by_name);
    let (mut texts, mut unread): (Vec<(String, String, Language)>, Vec<String>) = (Vec::new(), Vec::new());
    for path in &args.paths {
        for path in files(path, forced.is_some(), DEPTH)? {
            let name = path.display().to_string();
            let language = forced.or_else(|| of_file(&name)).ok_or_else(|| {
                format!("{name}: its ending tells no language; say --lang sigma, kql, spl, eql, esql, kuery, lucene, sql or car")
            })?;
            match file(&path) {
                Ok(text) => texts.push((name, text, language)),
                Err(why) => unread.push(why),
            }
        }
    }
    let colour = terminal::colour(args.color);
    let (mut all, mut out) = (Vec::new(), String::new());
    for (name, text, language) in &texts {
        let subject = Subject { name, text, language: *language, schema: args.tables.as_deref() };
        let problems = check(&subject, &knowledge, &options);
        for problem in &problems {
            out.push_str(&snippet(problem, Some(text), colour));
        }
        all.extend(problems);
    }
    unread.iter().for_each(|why| terminal::complain(why));
    let outcome = match (all.is_empty(), unread.is_empty()) {
        (false, _) => Outcome::Found,
        (true, false) => Outcome::Incomplete,
        (true, true) => Outcome::Clean,
    };
    let text = match args.format {
        ListFormat::Text => out + &counts(texts.len(), &all),
        ListFormat::Json => {
            let json = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())?;
            json + "\n"
        }
    };
    Ok((text, outcome))
}

fn counts(files: usize, problems: &[Problem]) -> String {
    let number = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let warnings = problems.iter().filter(|problem| problem.warning).count();
    let checked = number(files, "file");
    match problems.len() {
        0 => format!("{checked} checked, nothing found\n"),
        all => format!(
            "{checked} checked: {}, {}. `ddefend explain CODE` says what a code means.\n",
            number(all - warnings, "error"),
            number(warnings, "warning")
        ),
    }
}

/// The file, or those below the folder whose ending tells a language, in the order of their names.
fn files(path: &Path, any: bool, depth: usize) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let Some(depth) = depth.checked_sub(1) else { return Ok(Vec::new()) };
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(told)?;
    let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths.into_iter().filter(|path| !path.is_symlink()) {
        let samples = path.to_string_lossy().ends_with(".samples.yml");
        if path.is_dir() || ((any || of_file(&path.to_string_lossy()).is_some()) && !samples) {
            found.extend(files(&path, any, depth)?);
        }
    }
    Ok(found)
}
