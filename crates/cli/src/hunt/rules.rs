use crate::args::HuntArgs;
use ddefend_content::Content;
use ddefend_event::Mapping;
use ddefend_hunt::select;
use ddefend_model::Level;
use ddefend_report::HuntRule;
use ddefend_rule::ir::Meta;
use ddefend_rule::{Problem, RuleSet, front::sigma};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How deep folders of rules are followed.
const DEPTH: u32 = 32;
/// Bytes of a rule file that are read.
const LARGEST: u64 = 4 << 20;

/// Rules that are ready to run.
pub(super) struct Loaded {
    pub(super) set: RuleSet,
    pub(super) mapping: Arc<Mapping>,
    pub(super) problems: Vec<Problem>,
}

/// Reads the rules that the arguments ask for.
///
/// # Errors
/// Where a path cannot be read, or no rule is left.
pub(super) fn load(args: &HuntArgs, content: &Content) -> Result<Loaded, String> {
    let mut files = Vec::new();
    for path in &args.rules {
        collect(path, 0, &mut files)?;
    }
    if !args.no_builtin {
        files.extend(content.rules());
    }
    let options = sigma::Options {
        placeholders: args.placeholders.as_deref().map(placeholders).transpose()?.unwrap_or_default(),
        disabled_filters: args.no_filter.clone(),
    };
    let mut set = sigma::read(&files, &options);
    let problems = std::mem::take(&mut set.problems);
    let all = set.rules.len() + set.correlations.len();
    let set = select(set, &|meta| wanted(args, meta));
    if set.rules.is_empty() {
        for problem in problems.iter().take(10) {
            eprintln!("ddefend: {problem}");
        }
        return Err(match all {
            0 => "no rule could be loaded".to_owned(),
            all => format!("none of {all} rules is left by --min-level, --tag and --technique"),
        });
    }
    let mapping = content.mapping().map_err(|error| error.to_string())?;
    Ok(Loaded { set, mapping: Arc::new(mapping), problems })
}

fn wanted(args: &HuntArgs, meta: &Meta) -> bool {
    let level = meta.level() >= args.min_level || args.min_level == Level::Info;
    let tag = args.tag.is_empty() || args.tag.iter().any(|tag| meta.tags.iter().any(|it| it.eq_ignore_ascii_case(tag)));
    let below = |asked: &String| {
        meta.techniques.iter().any(|it| {
            let head = it.get(..asked.len()).is_some_and(|head| head.eq_ignore_ascii_case(asked));
            head && matches!(it.as_bytes().get(asked.len()), None | Some(b'.'))
        })
    };
    level && tag && (args.technique.is_empty() || args.technique.iter().any(below))
}

/// What outputs say of the rules.
pub(super) fn described(loaded: &Loaded) -> Vec<HuntRule> {
    let metas = loaded.set.rules.iter().map(|rule| &rule.meta).chain(loaded.set.correlations.iter().map(|it| &it.meta));
    metas
        .map(|meta| HuntRule {
            id: meta.id.clone(),
            description: meta.description.clone(),
            false_positives: meta.false_positives.clone(),
            references: meta.references.clone(),
            author: meta.author.clone().unwrap_or_default(),
            tags: meta.tags.clone(),
        })
        .collect()
}

/// Rule files of a path, in the order of their names.
fn collect(path: &Path, depth: u32, files: &mut Vec<(String, String)>) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let metadata = fs::metadata(path).map_err(told)?;
    if metadata.is_dir() {
        if depth > DEPTH {
            return Err(format!("{}: folders are nested too deeply", path.display()));
        }
        let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(told)?;
        let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
        paths.sort();
        let rule = |path: &Path| path.extension().is_some_and(|it| it == "yml" || it == "yaml");
        return paths
            .iter()
            .filter(|path| rule(path) || fs::symlink_metadata(path).is_ok_and(|it| it.is_dir()))
            .try_for_each(|path| collect(path, depth + 1, files));
    }
    if metadata.len() > LARGEST {
        return Err(format!("{}: too large for a rule file", path.display()));
    }
    let bytes = fs::read(path).map_err(told)?;
    files.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
    Ok(())
}

fn placeholders(path: &Path) -> Result<BTreeMap<String, Vec<String>>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            return Err(format!("{}:{}: `name = value` is wanted", path.display(), number + 1));
        };
        values.entry(name.trim().trim_matches('%').to_owned()).or_default().push(value.trim().to_owned());
    }
    Ok(values)
}
