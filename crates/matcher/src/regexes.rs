use ddefend_rule::ir::RegexFlags;
use regex::{Regex, RegexBuilder};

/// Largest compiled program of one expression, in bytes.
const SIZE: usize = 4 << 20;
/// Largest cache of one expression's lazy automaton, in bytes.
const CACHE: usize = 1 << 20;

/// Compiles an expression; none where it is no expression or too large, and then it never matches.
pub(crate) fn compile(source: &str, flags: RegexFlags) -> Option<Regex> {
    RegexBuilder::new(source)
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_all)
        .size_limit(SIZE)
        .dfa_size_limit(CACHE)
        .build()
        .ok()
}
