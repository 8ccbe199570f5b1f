use super::queries;
use crate::args::HuntArgs;
use crate::rule_files;
use ddefend_content::Content;
use ddefend_event::Mapping;
use ddefend_hunt::select;
use ddefend_model::Level;
use ddefend_report::{HuntRule, escape};
use ddefend_rule::ir::Meta;
use ddefend_rule::{Problem, RuleSet, front::sigma};
use std::sync::Arc;

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
        files.extend(rule_files::rules_and_queries(path)?);
    }
    let (asked, mut files): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|(name, _)| queries::language(name).is_some());
    if !args.no_builtin {
        files.extend(content.rules());
    }
    let options = sigma::Options {
        placeholders: rule_files::placeholders(args.placeholders.as_deref(), content)?,
        disabled_filters: args.no_filter.clone(),
    };
    known_filters(args, &files)?;
    let mut set = sigma::read(&files, &options);
    let mut problems = std::mem::take(&mut set.problems);
    let tables = content.tables().map_err(|error| error.to_string())?;
    let mapping = content.mapping().map_err(|error| error.to_string())?.with_tables(Arc::new(tables));
    let (made, wrong) = queries::rules(&asked, &mapping);
    set.rules.extend(made);
    problems.extend(wrong);
    let all = set.rules.len() + set.correlations.len();
    let set = select(set, &|meta| wanted(args, meta));
    if set.rules.is_empty() {
        for problem in problems.iter().take(10) {
            eprintln!("ddefend: {}", escape::terminal(&problem.to_string()));
        }
        return Err(match all {
            0 => "no rule could be loaded".to_owned(),
            all => format!("none of {all} rules is left by --min-level, --tag and --technique"),
        });
    }
    Ok(Loaded { set, mapping: Arc::new(mapping), problems })
}

/// A filter that is named and not there would go on to work unnoticed.
fn known_filters(args: &HuntArgs, files: &[(String, String)]) -> Result<(), String> {
    if args.no_filter.is_empty() {
        return Ok(());
    }
    let filters = sigma::filters(files);
    let known = |name: &String| filters.iter().any(|it| it.meta.id == *name || it.meta.name.as_ref() == Some(name));
    match args.no_filter.iter().find(|name| !known(name)) {
        Some(name) => Err(format!("there is no filter with the id or name '{name}'; `ddefend rules list` lists all")),
        None => Ok(()),
    }
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
