//! Ids of techniques and analytics in a text, comments and metadata included.

use crate::{Knowledge, Subject};
use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::Span;
use regex::Regex;

/// Ids that moved, are drafts or are written in no form.
pub(crate) fn check(subject: &Subject<'_>, knowledge: &Knowledge<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut tell = |start: usize, end: usize, code, message| {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span { start: number(start), end: number(end) };
        let problem = Problem::at(subject.name, subject.text, span, code, message);
        found.push(Problem { warning: true, ..problem });
    };
    // `T1559`, `T1559.002`, `attack.t1559.002`, and `T1559002`, which is neither.
    if let Ok(regex) = Regex::new(r"(?i)\bt(\d{4})(?:\.(\d{3})|(\d{3}))?\b") {
        for hit in regex.captures_iter(subject.text) {
            let (Some(whole), Some(parent)) = (hit.get(0), hit.get(1)) else { continue };
            if let Some(sub) = hit.get(3) {
                let message =
                    format!("{} is no technique id: T{}.{} is meant", whole.as_str(), parent.as_str(), sub.as_str());
                tell(whole.start(), whole.end(), code::LINT_TECHNIQUE, message);
                continue;
            }
            // Addresses keep the id that their page had.
            let before = subject.text.get(..whole.start()).unwrap_or_default();
            let word = before
                .rfind(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\''))
                .map_or(0, |at| at + 1);
            if before.get(word..).is_some_and(|start| start.contains("://")) {
                continue;
            }
            let id = whole.as_str().to_ascii_uppercase();
            if let Some(now) = knowledge.replaced.get(&id) {
                tell(whole.start(), whole.end(), code::LINT_TECHNIQUE, format!("{id} was replaced by {now}"));
            }
        }
    }
    for (draft, published) in &knowledge.lists.draft {
        for (at, _) in subject.text.match_indices(draft.as_str()) {
            let message = format!("{draft} is the id of a draft: it was published as {published}");
            tell(at, at + draft.len(), code::LINT_DRAFT, message);
        }
    }
    found
}
