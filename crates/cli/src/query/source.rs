//! The query's text, and what it reads as.

use crate::args::QueryArgs;
use ddefend_language::{LANGUAGES, Language, Macros, Options, by_name, read};
use ddefend_rule::Problem;
use ddefend_rule::ir::query::Query;
use std::path::{Path, PathBuf};

/// Bytes of a query's file, and of a file of macros.
const LARGEST: u64 = 8 << 20;

/// A query's text with what was read from it.
pub(super) struct Text {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) queries: Vec<Query>,
    pub(super) problems: Vec<Problem>,
}

impl Text {
    pub(super) fn new(args: &QueryArgs) -> Result<Self, String> {
        let (name, text) = match (&args.expression, args.paths.first()) {
            (Some(text), _) => ("query".to_owned(), text.clone()),
            (None, Some(path)) => (path.display().to_string(), file(path)?),
            (None, None) => return Err("no query is named".to_owned()),
        };
        let language = match &args.lang {
            Some(name) => by_name(name).ok_or_else(|| format!("there is no language {name}"))?,
            None => of_file(&name).ok_or_else(|| {
                format!("{name}: its ending tells no language of queries; say --lang kql, spl, eql ... or -e 'TEXT'")
            })?,
        };
        if language == Language::Sigma {
            return Err(format!("{name}: Sigma rules run with `ddefend hunt --rules {name} LOGS`"));
        }
        let options = Options { macros: macros(&args.macros)? };
        let found = read(language, &name, &text, &options);
        Ok(Self { name, text, queries: found.queries, problems: found.problems })
    }
}

/// The language that a file's ending means.
pub(crate) fn of_file(name: &str) -> Option<Language> {
    let ending = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
    let known = LANGUAGES.iter().find(|(_, _, endings)| endings.contains(&ending.as_str()));
    known.map(|(_, language, _)| *language)
}

/// The text of a file, up to a limit.
pub(crate) fn file(path: &Path) -> Result<String, String> {
    use std::io::Read;
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(told)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("{}: larger than {} MiB", path.display(), LARGEST >> 20));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{}: no UTF-8 text", path.display()))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Macros of files and folders, in the order of their names.
pub(crate) fn macros(paths: &[PathBuf]) -> Result<Macros, String> {
    let mut all = Macros::new();
    for path in paths {
        let mut files = vec![path.clone()];
        if path.is_dir() {
            let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let entries = entries.map_err(|error| format!("{}: {error}", path.display()))?;
            files = entries.iter().map(std::fs::DirEntry::path).filter(|path| is_macros(path)).collect();
            files.sort();
        }
        for path in files {
            let text = file(&path)?;
            all.read(&path.display().to_string(), &text).map_err(|problem| problem.to_string())?;
        }
    }
    Ok(all)
}

fn is_macros(path: &Path) -> bool {
    let known = |ending: &str| path.extension().is_some_and(|it| it.eq_ignore_ascii_case(ending));
    path.is_file() && ["yml", "yaml", "conf"].into_iter().any(known)
}
