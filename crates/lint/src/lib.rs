//! What is wrong with a rule although it can be read: outputs that nothing defines, tests that can never hold, fields that
//! the events do not have, the wrong schema, ids that moved.
//!
//! Everything that is known of products (columns with paths, terms that hardly occur, drafts) is data: [`Lists`].

mod events;
mod fields;
mod ids;
mod lists;
mod schema;
mod sigma;
mod walk;

pub use lists::{Lists, NeverTerm, NeverValue};

use ddefend_event::Mapping;
use ddefend_language::{Language, Options, Read, read};
use ddefend_rule::front::sigma as front;
use ddefend_rule::{Problem, RuleSet};
use std::collections::BTreeMap;

/// What the checks know.
#[derive(Debug)]
pub struct Knowledge<'k> {
    /// Where fields stand in which records; schemas with their tables.
    pub mapping: &'k Mapping,
    /// `content/lint.toml`.
    pub lists: &'k Lists,
    /// Technique ids that moved, with where to.
    pub replaced: &'k BTreeMap<String, String>,
}

/// A text to check.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// Its name, for the problems.
    pub name: &'s str,
    /// The text.
    pub text: &'s str,
    /// Its language.
    pub language: Language,
    /// The schema that it is said to be for; none: it is tried in all that have its tables.
    pub schema: Option<&'s str>,
}

/// Everything that is wrong with a text, by place. What reading finds is among it.
#[must_use]
pub fn check(subject: &Subject<'_>, knowledge: &Knowledge<'_>, options: &Options) -> Vec<Problem> {
    let mut problems = ids::check(subject, knowledge);
    if subject.language == Language::Sigma {
        let files = [(subject.name.to_owned(), subject.text.to_owned())];
        let RuleSet { rules, problems: found, .. } = front::read(&files, &front::Options::default());
        problems.extend(found);
        rules.iter().for_each(|rule| problems.extend(sigma::check(rule, subject, knowledge)));
    } else {
        let Read { queries, problems: found } = read(subject.language, subject.name, subject.text, options);
        problems.extend(found);
        for query in &queries {
            problems.extend(schema::check(query, subject, knowledge));
            problems.extend(fields::check(query, subject, knowledge));
            problems.extend(events::check(query, subject, knowledge));
        }
    }
    problems.sort();
    problems.dedup();
    problems
}
