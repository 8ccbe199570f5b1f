//! Sigma rules and correlations.

use super::{Reader, meta, standing, unread};
use crate::lower;
use crate::{Entry, Stage, Standing, Tree, Unread, Vendor};
use ddefend_rule::ir::{Correlation, Expr, Feed, Meta, Rule, Status};
use ddefend_rule::{Problem, RuleSet, front::sigma};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) fn read(reader: &mut Reader<'_>, files: &[(String, String)]) {
    let options = sigma::Options { placeholders: reader.knowledge.placeholders.clone(), ..sigma::Options::default() };
    let set = sigma::read(files, &options);
    let texts: BTreeMap<&str, Arc<str>> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str().into())).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let text = |meta: &Meta| texts.get(meta.origin.file.as_str()).cloned().unwrap_or_default();
    for rule in &set.rules {
        seen.insert(&rule.meta.origin.file);
        let mut entry = described(&rule.meta, text(&rule.meta));
        match stage(reader, rule) {
            Ok(stage) => entry.stages.push(stage),
            Err(why) => entry.unread.push(why),
        }
        reader.corpus.entries.push(entry);
    }
    for correlation in &set.correlations {
        seen.insert(&correlation.meta.origin.file);
        let mut entry = described(&correlation.meta, text(&correlation.meta));
        for rule in members(&set, correlation, 0) {
            match stage(reader, rule) {
                Ok(stage) => entry.stages.push(stage),
                Err(why) => entry.unread.push(why),
            }
        }
        reader.corpus.entries.push(entry);
    }
    for (file, text) in &texts {
        if seen.contains(file) {
            continue;
        }
        let problem = set.problems.iter().find(|problem| problem.file == *file && !problem.warning);
        match problem {
            Some(problem) => reader.corpus.entries.push(broken(file, text.clone(), problem)),
            None => reader.skip(file, "sigma.no-rule", "the file holds no rule (a filter, or a collection's head)"),
        }
    }
}

fn stage(reader: &Reader<'_>, rule: &Rule) -> Result<Stage, Unread> {
    if rule.detection == Expr::Or(Vec::new()) {
        return Err(unread("placeholder", "a placeholder of the rule has no values"));
    }
    let knowledge = reader.knowledge;
    let tree: Tree = lower::tree(&rule.detection, rule.source.category.is_some(), &knowledge.names);
    let log = knowledge.logs.of_source(&knowledge.mapping, &rule.source, &lower::hints(&tree));
    Ok(Stage { log, tree })
}

/// The rules that feed a correlation, through others where it is fed by such.
fn members<'a>(set: &'a RuleSet, correlation: &'a Correlation, depth: u32) -> Vec<&'a Rule> {
    let mut rules = Vec::new();
    for member in correlation.members.iter().take(64) {
        match member.feed {
            Feed::Rule(at) => rules.extend(set.rules.get(at)),
            Feed::Correlation(at) if depth < 8 => {
                rules.extend(set.correlations.get(at).into_iter().flat_map(|inner| members(set, inner, depth + 1)));
            }
            Feed::Correlation(_) => {}
        }
    }
    rules.truncate(64);
    rules
}

fn described(about: &Meta, text: Arc<str>) -> Entry {
    let by_status = match about.status {
        Some(Status::Deprecated) => Standing::Deprecated,
        Some(Status::Unsupported) => Standing::Unsupported,
        _ => Standing::Active,
    };
    let by_folder = standing(&about.origin.file);
    Entry {
        vendor: Vendor::Sigma,
        language: "sigma".to_owned(),
        path: about.origin.file.clone(),
        id: about.id.clone(),
        title: about.title.clone(),
        description: about.description.clone(),
        level: about.level.map(|level| level.as_str().to_owned()).unwrap_or_default(),
        author: about.author.clone().unwrap_or_default(),
        techniques: about.techniques.clone(),
        standing: if by_folder == Standing::Active { by_status } else { by_folder },
        stages: Vec::new(),
        unread: Vec::new(),
        text,
    }
}

/// A file whose rule could not be taken: what its lines say of it, and why not.
fn broken(file: &str, text: Arc<str>, problem: &Problem) -> Entry {
    let line = |key: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(key));
        found.map(|value| value.trim().trim_matches(['\'', '"']).to_owned()).unwrap_or_default()
    };
    let (id, title) = (line("id:"), line("title:"));
    let tags = text.lines().filter_map(|line| line.trim_start().strip_prefix("- attack."));
    Entry {
        vendor: Vendor::Sigma,
        language: "sigma".to_owned(),
        path: file.to_owned(),
        id: if id.is_empty() { file.to_owned() } else { id },
        title: if title.is_empty() { meta::title_of(file) } else { title },
        description: String::new(),
        level: line("level:"),
        author: line("author:"),
        techniques: meta::techniques(tags),
        standing: standing(file),
        stages: Vec::new(),
        unread: vec![unread(problem.code, problem.to_string())],
        text,
    }
}
