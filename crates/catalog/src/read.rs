//! Files of every vendor's form to entries. What a file is, its content says.

mod elastic;
mod lines;
mod meta;
mod query;
mod sigma;
mod yaml;

use crate::{Entry, Knowledge, Skipped, Standing, Unread};
use ddefend_language::Options;

/// Bytes of a file that are read.
const LARGEST: usize = 4 << 20;

/// Rules, and files that are none.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// Rules.
    pub entries: Vec<Entry>,
    /// Files, and parts of files, that are none.
    pub skipped: Vec<Skipped>,
}

/// Takes files one by one; [`Self::finish`] reads those that need each other (correlations, filters, macros).
#[derive(Debug)]
pub struct Reader<'a> {
    knowledge: &'a Knowledge,
    sigma: Vec<(String, String)>,
    options: Options,
    waiting: Vec<query::Draft>,
    corpus: Corpus,
}

impl<'a> Reader<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(knowledge: &'a Knowledge) -> Self {
        let options = Options { macros: knowledge.macros.clone() };
        Self { knowledge, sigma: Vec::new(), options, waiting: Vec::new(), corpus: Corpus::default() }
    }

    /// Takes a file: its path, which only names it, and its text.
    pub fn file(&mut self, path: &str, text: &str) {
        if text.len() > LARGEST && !ends(path, &["jsonl"]) {
            self.skip(path, "too-large", format!("larger than {LARGEST} bytes"));
            return;
        }
        if path.split(['/', '\\']).any(|part| part.eq_ignore_ascii_case("regression_data"))
            || path.ends_with(".samples.yml")
        {
            self.skip(path, "samples", "samples that rules are tested with, no rules");
            return;
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if ends(path, &["yml", "yaml"]) {
            if is_sigma(text) {
                self.sigma.push((path.to_owned(), text.to_owned()));
            } else {
                yaml::read(self, path, text);
            }
        } else if ends(path, &["conf"]) {
            self.macros(path, text);
        } else if ends(path, &["toml"]) {
            elastic::read(self, path, text);
        } else if ends(path, &["jsonl", "ndjson"]) {
            lines::read(self, path, text);
        } else {
            query::bare(self, path, text);
        }
    }

    /// Everything read.
    #[must_use]
    pub fn finish(mut self) -> Corpus {
        let files = std::mem::take(&mut self.sigma);
        sigma::read(&mut self, &files);
        let options = std::mem::take(&mut self.options);
        for draft in std::mem::take(&mut self.waiting) {
            let entry = draft.entry(self.knowledge, &options);
            self.corpus.entries.push(entry);
        }
        self.corpus
    }

    /// Takes a file of SPL's macros.
    fn macros(&mut self, path: &str, text: &str) {
        match self.options.macros.read(path, text) {
            Ok(()) => self.skip(path, "macros", "macros, no rule"),
            Err(problem) => self.skip(path, problem.code, problem.to_string()),
        }
    }

    fn skip(&mut self, path: &str, reason: &str, message: impl Into<String>) {
        self.corpus.skipped.push(Skipped { path: path.to_owned(), reason: reason.to_owned(), message: message.into() });
    }
}

fn ends(path: &str, endings: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// Sigma's documents have one of these keys at the start of a line.
fn is_sigma(text: &str) -> bool {
    let key =
        |line: &str| ["logsource:", "detection:", "correlation:", "filter:"].iter().any(|key| line.starts_with(key));
    text.lines().any(key)
}

/// Whether a rule counts, by the folder that it lies in.
fn standing(path: &str) -> Standing {
    let in_folder = |name: &str| path.split(['/', '\\']).any(|part| part.eq_ignore_ascii_case(name));
    if in_folder("deprecated") || in_folder("_deprecated") {
        Standing::Deprecated
    } else if in_folder("unsupported") {
        Standing::Unsupported
    } else {
        Standing::Active
    }
}

fn unread(reason: &str, message: impl Into<String>) -> Unread {
    Unread { reason: reason.to_owned(), message: message.into() }
}
