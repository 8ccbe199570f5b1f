//! Every language by its name: one way in for whoever has a text and the language that it is in.

pub use ddefend_rule::ir::query::Language;

pub use ddefend_spl::Macros;

use ddefend_elastic as elastic;
use ddefend_rule::Problem;
use ddefend_rule::front::car;
use ddefend_rule::ir::query::Query;

/// What a text held.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The queries in it, in order; more than one where the language has statements (`;`).
    pub queries: Vec<Query>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Names as the command line takes them, and file name endings that mean the language.
pub const LANGUAGES: &[(&str, Language, &[&str])] = &[
    ("sigma", Language::Sigma, &["yml", "yaml"]),
    ("kql", Language::Kql, &["kql", "kusto", "csl"]),
    ("spl", Language::Spl, &["spl"]),
    ("eql", Language::Eql, &["eql"]),
    ("esql", Language::Esql, &["esql"]),
    ("kuery", Language::Kuery, &["kuery"]),
    ("lucene", Language::Lucene, &["lucene"]),
    ("sql", Language::Sql, &["sql"]),
    ("car", Language::Car, &["car"]),
];

/// The language of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<Language> {
    LANGUAGES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(_, language, _)| *language)
}

/// The language that files with that ending are in.
#[must_use]
pub fn by_extension(extension: &str) -> Option<Language> {
    let known = LANGUAGES.iter().find(|(.., ends)| ends.iter().any(|end| end.eq_ignore_ascii_case(extension)));
    known.map(|(_, language, _)| *language)
}

/// What reading needs beside the text.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Macros of SPL.
    pub macros: Macros,
}

/// Reads a text of a language that has queries; Sigma's rules are read by [`ddefend_rule::front::sigma`]. `name` is for the
/// problems.
#[must_use]
pub fn read(language: Language, name: &str, text: &str, options: &Options) -> Read {
    let (queries, problems) = match language {
        Language::Kql => ddefend_kql::read(name, text),
        Language::Car => car::read(name, text),
        Language::Sql => ddefend_sql::read(name, text),
        Language::Eql => elastic::eql::read(name, text),
        Language::Esql => elastic::esql::read(name, text),
        Language::Kuery => elastic::kuery::read(name, text),
        Language::Lucene => elastic::lucene::read(name, text),
        Language::Spl => ddefend_spl::read(name, text, &options.macros),
        _ => (Vec::new(), Vec::new()),
    };
    Read { queries, problems }
}
