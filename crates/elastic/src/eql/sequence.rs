//! `sequence` and `sample`.

use super::Parser;
use crate::fail::{Fail, Taken, join, part};
use crate::lex::Token;
use ddefend_rule::ir::query::{CompareOp, Datum, Node, Pipeline, Scalar, Sequence, Source, Span, Step, Term};

/// Times that `with runs` may ask for (Elasticsearch reference).
const RUNS: i64 = 100;
/// Events that a sequence may have, repeated ones counted.
const TERMS: usize = 256;

/// Keys with what stands before each: true where it is optional (`?`).
type Keys = Vec<(Scalar, bool)>;

impl Parser<'_> {
    /// `sequence by a, b with maxspan=5m [...] [...] until [...]`.
    pub(super) fn sequence(&mut self) -> Taken<Pipeline> {
        self.next()?;
        let mut by = self.by()?;
        let mut maxspan = None;
        if self.take_word("with")? {
            maxspan = Some(self.maxspan()?);
            if by.is_empty() {
                by = self.by()?;
            }
        }
        let mut terms = Vec::new();
        while self.is("[") || self.is("!") || self.is("-") {
            terms.push(self.term(&by, true)?);
        }
        let until = if self.take_word("until")? { Some(self.term(&by, false)?.0) } else { None };
        let missing = terms.iter().find(|(term, _)| term.missing);
        if let (Some((_, at)), None) = (missing, maxspan) {
            return Err(Fail::syntax(*at, "a missing event needs `with maxspan=...`"));
        }
        let terms = self.checked(terms, until.as_ref())?;
        let by = by.into_iter().map(|(key, _)| key).collect();
        let sequence = Sequence { ordered: true, by, maxspan, terms, until };
        Ok(Pipeline { source: Source::Sequence(Box::new(sequence)), steps: Vec::new() })
    }

    /// `sample by a [...] [...]`.
    pub(super) fn sample(&mut self) -> Taken<Pipeline> {
        self.next()?;
        let by = self.by()?;
        let mut terms = Vec::new();
        while self.is("[") {
            terms.push(self.term(&by, true)?);
        }
        let repeated = terms.iter().find(|(term, _)| term.runs > 1);
        if let Some((_, at)) = repeated {
            return Err(Fail::syntax(*at, "a sample knows no `with runs`"));
        }
        if by.is_empty() && terms.iter().any(|(term, _)| term.by.is_empty()) {
            return Err(self.unexpected("`by` and the keys of the sample"));
        }
        let terms = self.checked(terms, None)?;
        let by = by.into_iter().map(|(key, _)| key).collect();
        let sequence = Sequence { ordered: false, by, maxspan: None, terms, until: None };
        Ok(Pipeline { source: Source::Sequence(Box::new(sequence)), steps: Vec::<Step>::new() })
    }

    fn checked(&self, terms: Vec<(Term, Span)>, until: Option<&Term>) -> Taken<Vec<Term>> {
        let events: usize = terms.iter().fold(0, |sum, (term, _)| sum.saturating_add(term.runs as usize));
        if events < 2 {
            return Err(self.unexpected("another event in `[ ]`: a sequence has two at least"));
        }
        if events > TERMS {
            return Err(Fail::limit(self.last, format!("a sequence of more than {TERMS} events")));
        }
        if terms.iter().all(|(term, _)| term.missing) {
            return Err(Fail::syntax(self.last, "one event at least must not be a missing one"));
        }
        let keys = terms.first().map_or(0, |(term, _)| term.by.len());
        let other = terms.iter().find(|(term, _)| term.by.len() != keys).map(|(_, at)| *at);
        let other = other.or_else(|| until.filter(|term| term.by.len() != keys).map(|_| self.last));
        if let Some(at) = other {
            return Err(Fail::syntax(at, "this event has another number of keys (`by`) than the first"));
        }
        Ok(terms.into_iter().map(|(term, _)| term).collect())
    }

    fn by(&mut self) -> Taken<Keys> {
        if !self.take_word("by")? {
            return Ok(Vec::new());
        }
        let mut keys = Vec::new();
        loop {
            let optional = self.is("?");
            keys.push((self.operand()?, optional));
            if !self.take(",")? {
                return Ok(keys);
            }
        }
    }

    /// `maxspan=30s`, in ticks of 100 ns.
    fn maxspan(&mut self) -> Taken<i64> {
        if !self.take_word("maxspan")? {
            return Err(self.unexpected("`maxspan`"));
        }
        self.want("=")?;
        let start = self.span;
        let Token::Number(Datum::Long(count)) = self.next()? else {
            return Err(Fail::syntax(start, "a length of time such as `30s` is wanted here"));
        };
        let Token::Name(unit) = self.next()? else {
            return Err(Fail::syntax(self.last, "a unit is wanted here: d, h, m, s, ms, micros or nanos"));
        };
        let ticks = match unit.as_str() {
            "d" => 864_000_000_000,
            "h" => 36_000_000_000,
            "m" => 600_000_000,
            "s" => 10_000_000,
            "ms" => 10_000,
            "micros" => 10,
            "nanos" => return Ok(count / 100),
            _ => return Err(Fail::syntax(self.last, "the units are d, h, m, s, ms, micros and nanos")),
        };
        count.checked_mul(ticks).ok_or_else(|| Fail::value(start, "this length of time is too long"))
    }

    /// `![category where condition] by key with runs=2`.
    fn term(&mut self, shared: &Keys, full: bool) -> Taken<(Term, Span)> {
        let start = self.span;
        let missing = self.take("!")? || self.take("-")?;
        self.want("[")?;
        let (table, filter) = self.event()?;
        self.want("]")?;
        if self.is_word("fork") {
            return Err(Fail::unsupported(self.span, "`fork`"));
        }
        let own = self.by()?;
        let mut runs = 1;
        if self.take_word("with")? {
            if !self.take_word("runs")? {
                return Err(self.unexpected("`runs`"));
            }
            self.want("=")?;
            let count = self.size()?;
            if count > RUNS {
                return Err(Fail::value(self.last, format!("`runs` is {RUNS} at most")));
            }
            runs = u32::try_from(count).unwrap_or(1);
        }
        if !full && (missing || runs > 1) {
            return Err(Fail::syntax(start, "`until` takes a plain event"));
        }
        let optional = shared.iter().chain(&own).any(|(_, optional)| *optional);
        let filter = if optional { required(filter, shared.iter().chain(&own)) } else { filter };
        let by = own.into_iter().map(|(key, _)| key).collect();
        Ok((Term { table, filter, by, optional, runs, missing }, join(start, self.last)))
    }
}

/// Where some keys are optional, the filter asks for the others.
fn required<'k>(filter: Scalar, keys: impl Iterator<Item = &'k (Scalar, bool)>) -> Scalar {
    let span = filter.span;
    let mut all = vec![filter];
    for (key, optional) in keys {
        if !optional {
            let null = part(Node::Literal(Datum::Null), key.span);
            all.push(part(Node::Compare(CompareOp::Ne, Box::new(key.clone()), Box::new(null)), key.span));
        }
    }
    if all.len() == 1 {
        return all.pop().unwrap_or_else(|| part(Node::Literal(Datum::Bool(true)), span));
    }
    part(Node::And(all), span)
}
