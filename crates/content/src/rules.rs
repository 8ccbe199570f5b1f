//! `content/rules`: the built-in rules, filters and their samples, compiled in.

use crate::ContentError;
use crate::files::FILES;
use crate::pack::{PLACEHOLDERS, parse};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What the name of a file with samples ends in; the rest of it is the rule file's.
const SAMPLES: &str = ".samples.yml";

pub(crate) fn files() -> Vec<(String, String)> {
    FILES.iter().filter(|(name, _)| !name.ends_with(SAMPLES)).map(owned).collect()
}

pub(crate) fn samples() -> Vec<(String, String)> {
    FILES.iter().filter(|(name, _)| name.ends_with(SAMPLES)).map(owned).collect()
}

fn owned((name, text): &(&str, &str)) -> (String, String) {
    ((*name).to_owned(), (*text).to_owned())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Placeholders {
    placeholder: BTreeMap<String, Placeholder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Placeholder {
    #[serde(rename = "what")]
    _what: String,
    values: Vec<String>,
}

pub(crate) fn placeholders() -> Result<BTreeMap<String, Vec<String>>, ContentError> {
    let read: Placeholders = parse(PLACEHOLDERS)?;
    Ok(read.placeholder.into_iter().map(|(name, placeholder)| (name, placeholder.values)).collect())
}
