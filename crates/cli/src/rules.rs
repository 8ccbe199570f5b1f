//! `ddefend rules`: test, check, convert, list, explain, catalog.

mod catalog;
mod check;
mod convert;
mod explain;
mod list;
mod regression;
mod test;
mod words;

use crate::Outcome;
use crate::args::{RuleFiles, Rules, RulesVerb};
use crate::rule_files;
use crate::terminal;
use ddefend_content::Content;
use ddefend_report::escape;
use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma::{self, Filter};
use std::io::{self, Write};

/// `ddefend rules`.
pub(crate) fn run(args: &Rules, content: &Content) -> Outcome {
    let done = match &args.verb {
        RulesVerb::Test(args) => test::run(args, content),
        RulesVerb::Check(args) => check::run(args, content),
        RulesVerb::Convert(args) => convert::run(args, content),
        RulesVerb::List(args) => list::run(args, content),
        RulesVerb::Explain(args) => explain::run(args, content),
        RulesVerb::Catalog(args) => catalog::run(args, content),
    };
    let (text, outcome) = match done {
        Ok(done) => done,
        Err(message) => {
            eprintln!("ddefend: {}", escape::terminal(&message));
            return Outcome::Usage;
        }
    };
    if terminal::written(io::stdout().lock().write_all(text.as_bytes())) { outcome } else { Outcome::Internal }
}

/// Text of a rule file, safe for a terminal; its lines stay.
fn safe(text: &str) -> String {
    text.lines().map(escape::terminal).collect::<Vec<_>>().join("\n")
}

/// Rules, correlations and filters that the arguments ask for.
struct Loaded {
    set: RuleSet,
    filters: Vec<Filter>,
}

fn load(args: &RuleFiles, content: &Content) -> Result<Loaded, String> {
    let mut files = Vec::new();
    for path in &args.rules {
        files.extend(rule_files::rules(path)?);
    }
    if !args.no_builtin {
        files.extend(content.rules());
    }
    let options =
        sigma::Options { placeholders: rule_files::placeholders(None, content)?, ..sigma::Options::default() };
    let set = sigma::read(&files, &options);
    for problem in set.problems.iter().filter(|problem| !problem.warning).take(20) {
        eprintln!("ddefend: {}", escape::terminal(&problem.to_string()));
    }
    Ok(Loaded { set, filters: sigma::filters(&files) })
}
