use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;

/// What functions may ask of the run.
#[derive(Debug, Default)]
pub struct Context {
    /// What `now()` is: 100 ns ticks since 1970 in UTC.
    pub now: i64,
    /// Compiled expressions.
    regexes: RefCell<HashMap<Box<str>, Option<Regex>>>,
}

/// Compiled expressions that are kept.
const REGEXES: usize = 256;
/// Bytes that one compiled expression may take.
const REGEX_BYTES: usize = 1 << 20;

impl Context {
    /// With that time as now.
    #[must_use]
    pub fn new(now: i64) -> Self {
        Self { now, regexes: RefCell::default() }
    }

    /// The expression compiled; none where it is none of the `regex` crate's or too large. The crate takes linear time
    /// whatever the expression.
    pub fn regex(&self, source: &str) -> Option<Regex> {
        let mut kept = self.regexes.borrow_mut();
        if kept.len() >= REGEXES && !kept.contains_key(source) {
            kept.clear();
        }
        let compile = || regex::RegexBuilder::new(source).size_limit(REGEX_BYTES).build().ok();
        kept.entry(source.into()).or_insert_with(compile).clone()
    }
}
