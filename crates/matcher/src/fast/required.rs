//! What a regular expression cannot match without.

use crate::fold::{fold, fold_text};
use ddefend_rule::ir::RegexFlags;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Longest repetition that is written out.
const REPEATS: u32 = 8;

/// Folded literals of which every match contains at least one; none where there are none such. `better` says whether the
/// first set is the better one.
pub(super) fn literals(
    source: &str,
    flags: RegexFlags,
    better: &dyn Fn(&[String], &[String]) -> bool,
) -> Option<Vec<String>> {
    let parsed = ParserBuilder::new()
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_all)
        .build()
        .parse(source)
        .ok()?;
    needed(&parsed, better)
}

fn needed(hir: &Hir, better: &dyn Fn(&[String], &[String]) -> bool) -> Option<Vec<String>> {
    if let Some(text) = exact(hir) {
        return (!text.is_empty()).then(|| vec![text]);
    }
    match hir.kind() {
        HirKind::Capture(capture) => needed(&capture.sub, better),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub, better),
        HirKind::Alternation(parts) => {
            let sets: Option<Vec<_>> = parts.iter().map(|part| needed(part, better)).collect();
            Some(sets?.concat())
        }
        HirKind::Concat(parts) => {
            let mut best: Option<Vec<String>> = None;
            let mut run = String::new();
            let mut offer = |set: Vec<String>| {
                let taken =
                    set.iter().all(|text| !text.is_empty()) && best.as_ref().is_none_or(|best| better(&set, best));
                if taken {
                    best = Some(set);
                }
            };
            for part in parts {
                if let Some(text) = exact(part) {
                    run.push_str(&text);
                    continue;
                }
                offer(vec![std::mem::take(&mut run)]);
                if let Some(set) = needed(part, better) {
                    offer(set);
                }
            }
            offer(vec![run]);
            best
        }
        _ => None,
    }
}

/// The one folded text that the expression stands for.
fn exact(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(fold_text(core::str::from_utf8(&literal.0).ok()?)),
        HirKind::Class(Class::Unicode(class)) => {
            let mut letters = class.iter().flat_map(|range| range.start()..=range.end());
            let first = fold(letters.next()?);
            letters.all(|letter| fold(letter) == first).then(|| first.into())
        }
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(exact).collect(),
        HirKind::Repetition(repetition) if repetition.max == Some(repetition.min) && repetition.min <= REPEATS => {
            Some(exact(&repetition.sub)?.repeat(usize::try_from(repetition.min).ok()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needed_texts() {
        let longer =
            |new: &[String], old: &[String]| new.iter().map(String::len).min() > old.iter().map(String::len).min();
        for (source, wanted) in [
            ("(?i)Power.*Hell", Some(vec!["power"])),
            ("foo|Bar+x", Some(vec!["foo", "ba"])),
            ("a?b*", None),
            ("x(?:yy|zz)w", Some(vec!["yy", "zz"])),
            ("[Aa][Bb]c", Some(vec!["abc"])),
            ("(ab){2}c", Some(vec!["ababc"])),
            ("[a-z]", None),
            ("((", None),
            (".{3}", None),
            (r"\\\\[0-9]+", Some(vec![r"\\"])),
        ] {
            let found = literals(source, RegexFlags::default(), &longer);
            let wanted = wanted.map(|texts| texts.into_iter().map(str::to_owned).collect());
            assert_eq!(found, wanted, "{source}");
        }
    }
}
