//! What `ddefend triage` prints: one small renderer per output, of a case as a whole.

mod html;
mod indicate;
mod iris;
mod json;
mod jsonl;
mod md;
mod misp;
mod ocsf;
mod shape;
mod stix;
mod text;
mod thehive;
mod timesketch;
mod uuid;

use ddefend_model::case::Case;

/// What a renderer of a case may need to know beside it.
#[derive(Clone, Debug, Default)]
pub struct CaseMeta {
    /// Version of ddefend.
    pub version: String,
    /// Version of the content.
    pub content: String,
    /// Width of the terminal in columns, for text; 0 means 100.
    pub width: usize,
    /// Colour, for text.
    pub colour: bool,
    /// Everything, nothing folded, for text.
    pub verbose: bool,
}

type Render = fn(&Case, &CaseMeta) -> String;

/// Every output: name, function. One line each.
const OUTPUTS: &[(&str, Render)] = &[
    ("text", text::render),
    ("json", json::render),
    ("jsonl", jsonl::render),
    ("md", md::render),
    ("html", html::render),
    ("stix", stix::render),
    ("ocsf", ocsf::render),
    ("timesketch", timesketch::render),
    ("misp", misp::render),
    ("thehive", thehive::render),
    ("iris", iris::render),
];

/// Names of the outputs of `triage`, for `--format`.
pub fn case_names() -> impl Iterator<Item = &'static str> {
    OUTPUTS.iter().map(|(name, _)| *name)
}

/// The case in the output of that name; none where there is no such output.
#[must_use]
pub fn case_output(name: &str, case: &Case, meta: &CaseMeta) -> Option<String> {
    OUTPUTS.iter().find(|(known, _)| *known == name).map(|(_, render)| render(case, meta))
}
