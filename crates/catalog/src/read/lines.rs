//! Corpora as JSON lines: one rule a line with `corpus`, `path`, `query` or `search`, and what else is known.

use super::query::{Draft, blank};
use super::{Reader, meta};
use crate::Vendor;
use ddefend_language::by_name;
use ddefend_rule::ir::query::Language;
use serde::Deserialize;

/// Lines that are read.
const LINES: usize = 200_000;

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    corpus: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    index: Option<u64>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    search: Option<String>,
    #[serde(default)]
    techniques: Option<Vec<String>>,
    #[serde(default)]
    mitre: Option<Vec<String>>,
}

pub(super) fn read(reader: &mut Reader<'_>, path: &str, text: &str) {
    for (number, line) in text.lines().enumerate().take(LINES) {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("{path}#{}", number + 1);
        match serde_json::from_str::<Line>(line) {
            Ok(line) => rule(reader, &place, line),
            Err(error) => reader.skip(&place, "json", error.to_string()),
        }
    }
}

fn rule(reader: &mut Reader<'_>, place: &str, line: Line) {
    let language = match (line.language.as_deref(), &line.search) {
        (Some(name), _) => by_name(name),
        (None, Some(_)) => Some(Language::Spl),
        (None, None) => Some(Language::Kql),
    };
    let Some(language) = language else {
        return reader.skip(place, "language", "a language that is not known");
    };
    let Some(query) = line.search.or(line.query) else {
        return reader.skip(place, "no-query", "the line has no query");
    };
    let vendor = match language {
        Language::Spl => Vendor::Splunk,
        Language::Kql => Vendor::Kusto,
        Language::Sigma => Vendor::Sigma,
        Language::Car => Vendor::Car,
        _ => Vendor::Elastic,
    };
    let index = line.index.filter(|index| *index > 0).map(|index| format!("#{}", index + 1)).unwrap_or_default();
    let name = if line.path.is_empty() { place.to_owned() } else { format!("{}/{}{index}", line.corpus, line.path) };
    let mut entry = blank(vendor, language, &name, query.as_str().into());
    entry.title = line.name.or(line.title).unwrap_or_else(|| format!("{}{index}", meta::title_of(&line.path)));
    entry.description = line.description.unwrap_or_default();
    entry.techniques = meta::techniques(line.techniques.iter().chain(&line.mitre).flatten());
    reader.waiting.push(Draft { entry, language, query });
}
