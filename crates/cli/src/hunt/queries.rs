//! Rules in query languages: files whose queries only filter one table join the Sigma rules.

use ddefend_event::Mapping;
use ddefend_language::{Language, Options, by_extension};
use ddefend_query::{Settings, choose, predicate};
use ddefend_rule::Problem;
use ddefend_rule::ir::{Meta, Origin, Rule};
use std::collections::BTreeMap;
use std::path::Path;

/// The language of a file of queries; none for Sigma's rules.
pub(super) fn language(name: &str) -> Option<Language> {
    let language = by_extension(Path::new(name).extension()?.to_str()?)?;
    (language != Language::Sigma).then_some(language)
}

/// Rules of files of queries, with what is wrong with them.
pub(super) fn rules(files: &[(String, String)], mapping: &Mapping) -> (Vec<Rule>, Vec<Problem>) {
    let options = Options::default();
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let Some(language) = language(name) else { continue };
        let (head, plain) = head(text);
        let read = ddefend_language::read(language, name, &plain, &options);
        let broken = read.problems.iter().any(|problem| !problem.warning);
        problems.extend(read.problems);
        if broken {
            continue;
        }
        let several = read.queries.len() > 1;
        for (number, query) in read.queries.iter().enumerate() {
            let chosen = match choose(query, mapping.tables(), &[], &SETTINGS) {
                Ok(chosen) => chosen,
                Err(errors) => {
                    problems.extend(errors.iter().map(|error| error.problem(name, &plain)));
                    continue;
                }
            };
            match predicate(query, &chosen.program, mapping.tables()) {
                Ok(found) => {
                    let warnings = chosen.program.warnings().iter().chain(&found.warnings);
                    problems.extend(warnings.map(|error| error.problem(name, &plain)));
                    let mut meta = meta(&head, name);
                    if several {
                        meta.id = format!("{}-{}", meta.id, number.saturating_add(1));
                        meta.title = format!("{} ({})", meta.title, number.saturating_add(1));
                    }
                    rules.push(Rule { meta, source: found.source, detection: found.detection, shown: true });
                }
                Err(error) => problems.push(error.problem(name, &plain)),
            }
        }
    }
    (rules, problems)
}

/// Conditions on the time are left out, so that any time will do.
const SETTINGS: Settings = Settings { now: 0, rows: 1000, bytes: 1 << 20, external: BTreeMap::new() };

/// What the comments at the start of a text say, and the text with spaces in their place.
fn head(text: &str) -> (BTreeMap<String, String>, String) {
    let (mut said, mut plain) = (BTreeMap::new(), String::with_capacity(text.len()));
    let mut fenced = false;
    let mut lines = text.split_inclusive('\n');
    for line in lines.by_ref() {
        let bare = line.trim().trim_start_matches('\u{feff}');
        let fence = bare.matches("```").count();
        let own = ["//", "--", "#"].iter().find_map(|mark| bare.strip_prefix(mark));
        // What stands behind a closed fence on the same line is the query's.
        let closed = fence == 2 && bare.starts_with("```") && bare.ends_with("```");
        let said_here = match own {
            Some(rest) if !fenced => rest,
            _ if closed || (fence <= 1 && (fenced || bare.starts_with("```"))) => bare.trim_matches('`'),
            _ if bare.is_empty() => "",
            _ => {
                plain.push_str(line);
                break;
            }
        };
        fenced ^= fence == 1;
        if let Some((key, value)) = said_here.split_once(':') {
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if !value.is_empty() {
                said.entry(key).or_insert_with(|| value.to_owned());
            }
        }
        plain.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
    }
    plain.extend(lines);
    (said, plain)
}

fn meta(head: &BTreeMap<String, String>, name: &str) -> Meta {
    let stem = Path::new(name).file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned());
    let text = |key: &str| head.get(key).cloned();
    let list = |key: &str| -> Vec<String> {
        let parts = head.get(key).into_iter().flat_map(|all| all.split([',', ' ']));
        parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let mut techniques: Vec<String> = [list("techniques"), list("technique")].concat();
    let mut tags = list("tags");
    techniques.iter_mut().for_each(|id| id.make_ascii_uppercase());
    tags.extend(techniques.iter().map(|id| format!("attack.{}", id.to_ascii_lowercase())));
    let tagged = tags.iter().filter_map(|tag| tag.strip_prefix("attack.t")).map(|id| format!("T{id}"));
    techniques.extend(tagged.collect::<Vec<_>>());
    techniques.sort();
    techniques.dedup();
    tags.sort();
    tags.dedup();
    Meta {
        id: text("id").unwrap_or_else(|| stem.clone()),
        title: text("title").unwrap_or_else(|| stem.replace(['-', '_'], " ")),
        description: text("description").unwrap_or_default(),
        level: text("level").and_then(|level| level.to_ascii_lowercase().parse().ok()),
        author: text("author"),
        tags,
        techniques,
        origin: Origin { file: name.to_owned(), line: 1 },
        ..Meta::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_say_what_a_rule_is() {
        let text = "// title: A: b\n// level: high\n//techniques: T1559.002, t1204\n\nT\n| where a == 1 // title: c\n";
        let (said, plain) = head(text);
        assert_eq!(plain.len(), text.len());
        assert!(plain.trim_start().starts_with("T\n| where"));
        let meta = meta(&said, "rules/some-rule.kql");
        assert_eq!((&*meta.title, &*meta.id), ("A: b", "some-rule"));
        assert_eq!(meta.techniques, ["T1204", "T1559.002"]);
        assert_eq!(meta.level(), ddefend_model::Level::High);
        let (said, plain) = head("```title: x\nlevel: low```\nindex=a ```title: y``` b=1\n");
        assert_eq!(
            (said.get("title").map(String::as_str), said.get("level").map(String::as_str)),
            (Some("x"), Some("low"))
        );
        assert_eq!(plain.trim(), "index=a ```title: y``` b=1");
    }
}
