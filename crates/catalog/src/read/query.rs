//! Rules that are queries: read when all macros are known.

use super::{Reader, ends, meta, standing, unread};
use crate::lower;
use crate::{Entry, Knowledge, Vendor};
use ddefend_language::{LANGUAGES, Options, Read};
use ddefend_rule::ir::query::Language;
use std::sync::Arc;

/// A rule with its query unread.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) entry: Entry,
    pub(super) language: Language,
    pub(super) query: String,
}

/// An entry with nothing but its form and place.
pub(super) fn blank(vendor: Vendor, language: Language, path: &str, text: Arc<str>) -> Entry {
    let name = LANGUAGES.iter().find(|(_, known, _)| *known == language).map_or("", |(name, ..)| *name);
    Entry {
        vendor,
        language: name.to_owned(),
        path: path.to_owned(),
        id: path.to_owned(),
        title: meta::title_of(path),
        description: String::new(),
        level: String::new(),
        author: String::new(),
        techniques: Vec::new(),
        standing: standing(path),
        stages: Vec::new(),
        unread: Vec::new(),
        text,
    }
}

impl Draft {
    pub(super) fn entry(self, knowledge: &Knowledge, options: &Options) -> Entry {
        let Self { mut entry, language, query } = self;
        if query.trim().is_empty() {
            entry.unread.push(unread("no-query", "the rule has no query"));
            return entry;
        }
        let Read { queries, problems } = ddefend_language::read(language, &entry.path, &query, options);
        for query in &queries {
            entry.stages.extend(lower::stages(query, knowledge));
        }
        for problem in problems.iter().filter(|problem| !problem.warning).take(5) {
            entry.unread.push(unread(problem.code, problem.to_string()));
        }
        if entry.stages.is_empty() && entry.unread.is_empty() {
            let message = format!("{} is not read yet, or the query names no table", entry.language);
            entry.unread.push(unread("language", message));
        }
        entry
    }
}

/// A file that is a query and nothing else; its ending says the language.
pub(super) fn bare(reader: &mut Reader<'_>, path: &str, text: &str) {
    let found = LANGUAGES.iter().find(|(_, _, endings)| ends(path, endings));
    let Some((_, language, _)) = found else {
        reader.skip(path, "not-a-rule", "no form of rules that is known");
        return;
    };
    let vendor = match language {
        Language::Kql => Vendor::Kusto,
        Language::Spl => Vendor::Splunk,
        Language::Car => Vendor::Car,
        _ => Vendor::Elastic,
    };
    let entry = blank(vendor, *language, path, text.into());
    reader.waiting.push(Draft { entry, language: *language, query: text.to_owned() });
}
