use super::glob::Glob;
use super::{Network, bordered, expression, folded};
use aho_corasick::{AhoCorasick, MatchKind};
use ddefend_rule::ir::query::TextOp;
use regex::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::collections::HashSet;

/// Bytes that all patterns of one test may have.
const PATTERN_BYTES: usize = 16 << 20;
/// Bytes that one compiled expression may take.
const REGEX_BYTES: usize = 1 << 20;

/// Why patterns cannot be compiled. Each names the pattern by its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is no expression of the `regex` crate, or one that compiles too large: what the crate says.
    Regex(usize, Box<str>),
    /// It is no network.
    Network(usize),
    /// All together are longer than 16 MiB.
    TooMany,
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Regex(_, why) => write!(f, "the expression does not compile: {why}"),
            Self::Network(_) => write!(f, "this is no network like 10.0.0.0/8"),
            Self::TooMany => write!(f, "the patterns of this test are longer than 16 MiB together"),
        }
    }
}

impl std::error::Error for Unfit {}

/// A test of text with all its patterns. The same as [`super::test`] for each of them, joined by "or" or by "and".
#[derive(Clone, Debug)]
pub struct Compiled {
    op: TextOp,
    cased: bool,
    all: bool,
    kernel: Kernel,
}

#[derive(Clone, Debug)]
enum Kernel {
    /// Always so: no patterns, or an empty one that is in every text.
    Always(bool),
    Equals(HashSet<Box<str>>),
    /// One pattern, looked for as it stands.
    One(Box<str>),
    /// Different patterns that are not empty, how many.
    Parts(AhoCorasick, usize),
    Globs(Vec<Glob>),
    Regexes(Vec<Regex>),
    Networks(Vec<Network>),
}

impl Compiled {
    /// Compiles the patterns; `all` where every one must hold. No patterns: "all" holds, "any" does not.
    ///
    /// # Errors
    /// Where a pattern is none of its kind.
    pub fn new(op: TextOp, cased: bool, all: bool, patterns: &[&str]) -> Result<Self, Unfit> {
        if patterns.iter().map(|pattern| pattern.len()).fold(0, usize::saturating_add) > PATTERN_BYTES {
            return Err(Unfit::TooMany);
        }
        let kernel = match op {
            _ if patterns.is_empty() => Kernel::Always(all),
            TextOp::Equals => Kernel::Equals(distinct(cased, patterns)),
            TextOp::Like => Kernel::Globs(patterns.iter().map(|pattern| Glob::new(pattern, cased)).collect()),
            TextOp::Regex | TextOp::RegexWhole => Kernel::Regexes(regexes(op, cased, patterns)?),
            TextOp::Cidr => {
                let read = |(at, pattern): (usize, &&str)| Network::parse(pattern).ok_or(Unfit::Network(at));
                Kernel::Networks(patterns.iter().enumerate().map(read).collect::<Result<_, _>>()?)
            }
            _ => parts(cased, all, patterns)?,
        };
        Ok(Self { op, cased, all, kernel })
    }

    /// True where the value passes.
    #[must_use]
    pub fn holds(&self, value: &str) -> bool {
        match &self.kernel {
            Kernel::Always(always) => *always,
            Kernel::Equals(known) => (!self.all || known.len() == 1) && known.contains(&*self.shown(value)),
            Kernel::One(part) => super::literal(self.op, &self.shown(value), part),
            Kernel::Parts(parts, count) => self.parts(parts, *count, value),
            Kernel::Globs(globs) => self.join(globs, |glob| glob.holds(value)),
            Kernel::Regexes(regexes) => self.join(regexes, |regex| regex.is_match(value)),
            Kernel::Networks(networks) => self.join(networks, |network| network.holds(value)),
        }
    }

    fn join<T>(&self, patterns: &[T], holds: impl Fn(&T) -> bool) -> bool {
        if self.all { patterns.iter().all(holds) } else { patterns.iter().any(holds) }
    }

    /// The value as it is compared.
    fn shown<'v>(&self, value: &'v str) -> Cow<'v, str> {
        if self.cased || value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            Cow::Borrowed(value)
        } else {
            Cow::Owned(folded(value))
        }
    }

    fn parts(&self, parts: &AhoCorasick, count: usize, value: &str) -> bool {
        // The automaton folds ASCII itself; only other text has to be folded beforehand.
        let value = if self.cased || value.is_ascii() { Cow::Borrowed(value) } else { Cow::Owned(folded(value)) };
        let mut seen = HashSet::new();
        for found in parts.find_overlapping_iter(&*value) {
            let holds = match self.op {
                TextOp::StartsWith => found.start() == 0,
                TextOp::EndsWith => found.end() == value.len(),
                op => bordered(op, &value, found.start(), found.end()),
            };
            if holds && (!self.all || (seen.insert(found.pattern()) && seen.len() == count)) {
                return true;
            }
        }
        false
    }
}

/// The patterns once each, as they are compared.
fn distinct(cased: bool, patterns: &[&str]) -> HashSet<Box<str>> {
    patterns.iter().map(|pattern| if cased { Box::from(*pattern) } else { folded(pattern).into() }).collect()
}

fn parts(cased: bool, all: bool, patterns: &[&str]) -> Result<Kernel, Unfit> {
    let mut known = distinct(cased, patterns);
    if known.remove("") && !all {
        return Ok(Kernel::Always(true));
    }
    let mut known: Vec<Box<str>> = known.into_iter().collect();
    known.sort_unstable();
    match known.as_slice() {
        [] => Ok(Kernel::Always(true)),
        [one] => Ok(Kernel::One(one.clone())),
        several => {
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .ascii_case_insensitive(!cased)
                .build(several.iter().map(|part| part.as_bytes()))
                .map_err(|_| Unfit::TooMany)?;
            Ok(Kernel::Parts(automaton, several.len()))
        }
    }
}

fn regexes(op: TextOp, cased: bool, patterns: &[&str]) -> Result<Vec<Regex>, Unfit> {
    let compile = |source: &str| RegexBuilder::new(source).size_limit(REGEX_BYTES).build();
    let mut compiled = Vec::new();
    for (at, pattern) in patterns.iter().enumerate() {
        let tell = |error: regex::Error| Unfit::Regex(at, error.to_string().into());
        // Alone first: an unbalanced bracket must not pair with one of those around it.
        let alone = compile(&expression(TextOp::Regex, cased, pattern)).map_err(tell)?;
        let whole = op == TextOp::RegexWhole;
        compiled.push(if whole { compile(&expression(op, cased, pattern)).map_err(tell)? } else { alone });
    }
    Ok(compiled)
}
