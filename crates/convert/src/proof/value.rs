//! A value of one field for which tests hold and others do not.

use super::witness::witness;
use core::net::IpAddr;
use ddefend_event::{Event, Head, Key, Mapping, Place, Value};
use ddefend_matcher::naive;
use ddefend_rule::ir::{Expr, NumberTest, Piece, Predicate, Rule, Test, TextPattern};

/// Text that means nothing, to part other text.
const FILLER: &str = " zq ";
/// Arrangements that are tried.
const TRIES: usize = 1500;

/// True where the test holds of the value (none: the field is absent), as the naive evaluator says.
pub(super) fn holds(test: &Test, value: Option<&str>) -> bool {
    let field: Box<str> = "f".into();
    let data = value.map(|value| (field.clone(), Value::Text(value.into()))).into_iter().collect();
    let key = Key {
        dialect: ddefend_event::Dialect::Windows,
        channel: "".into(),
        provider: "".into(),
        event_id: 0,
        action: "".into(),
    };
    let place = Place { source: "".into(), record: 0, offset: 0 };
    let event = Event { head: Head { place, key, time: None, host: "".into() }, data };
    let predicate = Predicate { field: Some(field), test: test.clone() };
    let rule = Rule {
        meta: ddefend_rule::ir::Meta::default(),
        source: ddefend_event::LogSource::default(),
        detection: Expr::Is(predicate),
        shown: true,
    };
    naive::matches(&rule, &Mapping::default(), &event)
}

/// What a field gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// This value.
    Value(String),
    /// It is not there.
    Absent,
}

/// A value for which all of `must` hold and none of `must_not`; `base` is what the field usually holds. None where none
/// was found.
pub(super) fn value(must: &[&Test], must_not: &[&Test], base: Option<&str>) -> Option<Given> {
    let fits = |value: Option<&str>| {
        must.iter().all(|test| holds(test, value)) && !must_not.iter().any(|test| holds(test, value))
    };
    let absent = must.iter().any(|test| matches!(test, Test::Null | Test::Exists(false)));
    if absent && fits(None) {
        return Some(Given::Absent);
    }
    let found = candidates(must, must_not, base).into_iter().take(TRIES).find(|value| fits(Some(value)));
    found.map(Given::Value).or_else(|| fits(None).then_some(Given::Absent))
}

fn candidates(must: &[&Test], must_not: &[&Test], base: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    let texts: Vec<&TextPattern> = must
        .iter()
        .filter_map(|test| match test {
            Test::Text { pattern, .. } => Some(pattern),
            _ => None,
        })
        .collect();
    found.extend(texts.iter().filter_map(|pattern| whole(pattern)));
    let mut witnesses = Vec::new();
    for test in must {
        match test {
            Test::Regex { source, flags } => {
                let both = [false, true].into_iter().filter_map(|more| witness(source, flags.ignore_case, more));
                let both: Vec<String> = both.collect();
                found.extend(both.iter().cloned());
                witnesses.extend(both.into_iter().next_back());
            }
            Test::Cidr { network, .. } => found.extend([inside(*network), network.to_string()]),
            Test::Number(kind, bound) => found.extend(numbers(*kind, *bound)),
            Test::TimePart(..) => found.extend(times()),
            _ => {}
        }
    }
    if texts.is_empty() {
        found.extend(base.map(str::to_owned));
    }
    for inner in ["zq", ""] {
        let parts = Parts { witnesses: witnesses.clone(), ..Parts::of(&texts, inner) };
        parts.arrange(base, &mut found);
    }
    for test in must_not {
        match test {
            Test::Number(kind, bound) => found.extend(numbers(*kind, *bound)),
            Test::Cidr { .. } => found.extend(["198.51.100.7".to_owned(), "2001:db8::7".to_owned()]),
            Test::TimePart(..) => found.extend(times()),
            _ => {}
        }
    }
    // Near what must not be: the same with something behind or before.
    for test in must_not {
        if let Test::Text { pattern, .. } = test {
            let text = filled(pattern, "zq");
            found.extend([format!("{text}zq"), format!("zq{text}")]);
        }
    }
    found.extend(["zq", "C:\\zq\\zq.exe", "7", ""].map(str::to_owned));
    found
}

/// A pattern without wildcards.
fn whole(pattern: &TextPattern) -> Option<String> {
    match pattern.pieces.as_slice() {
        [] => Some(String::new()),
        [Piece::Literal(text)] => Some(text.to_string()),
        _ => None,
    }
}

/// A text that fits the pattern, with that in the place of a wildcard between other text.
fn filled(pattern: &TextPattern, inner: &str) -> String {
    let last = pattern.pieces.len().saturating_sub(1);
    let piece = |(number, piece): (usize, &Piece)| match piece {
        Piece::Literal(text) => text.to_string(),
        Piece::One => "z".to_owned(),
        Piece::Any if number == 0 || number == last => String::new(),
        Piece::Any => inner.to_owned(),
    };
    pattern.pieces.iter().enumerate().map(piece).collect()
}

/// What several patterns want of one text.
#[derive(Default)]
struct Parts {
    prefix: String,
    middles: Vec<String>,
    suffix: String,
    witnesses: Vec<String>,
}

impl Parts {
    fn of(patterns: &[&TextPattern], inner: &str) -> Self {
        let mut parts = Self::default();
        for pattern in patterns {
            let text = filled(pattern, inner);
            let open = |piece: Option<&Piece>| matches!(piece, Some(Piece::Any));
            match (open(pattern.pieces.first()), open(pattern.pieces.last())) {
                (true, false) if text.len() > parts.suffix.len() => {
                    let before = std::mem::replace(&mut parts.suffix, text);
                    parts.middle(before);
                }
                (false, true) if text.len() > parts.prefix.len() => {
                    let before = std::mem::replace(&mut parts.prefix, text);
                    parts.middle(before);
                }
                _ => parts.middle(text),
            }
        }
        parts
    }

    fn middle(&mut self, text: String) {
        if !text.is_empty() && !self.middles.contains(&text) {
            self.middles.push(text);
        }
    }

    /// Texts that have everything, in several arrangements.
    fn arrange(&self, base: Option<&str>, found: &mut Vec<String>) {
        let needed = |text: &&String| !self.prefix.contains(text.as_str()) && !self.suffix.contains(text.as_str());
        let middles: Vec<&String> = self.middles.iter().filter(needed).collect();
        // A path's end stands behind the folder where such values usually lie.
        let parent = base.and_then(|base| base.rsplit_once('\\')).map(|(parent, _)| parent).unwrap_or_default();
        let turned: Vec<&String> = middles.iter().rev().copied().collect();
        for order in [&middles, &turned] {
            for filler in ["", FILLER, "\\", " ", "."] {
                let middle: Vec<&str> = order.iter().map(|text| text.as_str()).collect();
                let middle = together(&middle, filler);
                let joined = |pieces: &[&str]| together(pieces, filler);
                let body = joined(&[&self.prefix, &middle, &self.suffix]);
                let begun = joined(&[&middle, &self.suffix]);
                if self.prefix.is_empty() {
                    // A path's end: a name before what begins within one.
                    let named = if begun.starts_with('\\') { begun.clone() } else { format!("\\zq{begun}") };
                    found.push(format!("{parent}{named}"));
                    found.push(format!("{parent}{named}zq"));
                    found.push(format!("{parent}{named}\\zq"));
                    found.push(format!("{parent}\\{begun}"));
                }
                found.push(format!("{body}\\zq.exe"));
                found.push(format!("{body}zq\\zq\\zq.exe"));
                found.push(format!("{body}zq"));
                found.push(body.clone());
                for witness in &self.witnesses {
                    found.push(joined(&[&self.prefix, &middle, witness, &self.suffix]));
                    found.push(joined(&[&self.prefix, witness, &middle, &self.suffix]));
                    found.push(format!("{body}{filler}{witness}"));
                    found.push(format!("{witness}{filler}{body}"));
                    found.push(format!("{parent}{witness}"));
                    found.push(format!("{parent}\\zq{witness}"));
                    found.push(format!("{}{filler}{witness}", base.unwrap_or_default()));
                }
                if let Some(base) = base.filter(|_| self.prefix.is_empty()) {
                    found.push(joined(&[base, &middle, &self.suffix]));
                }
            }
        }
        let all = self.witnesses.join(FILLER);
        found.extend([all.clone(), self.witnesses.concat(), format!("{}{all}{}", self.prefix, self.suffix)]);
    }
}

/// Pieces with a filler between them; a backslash that both sides have stands once where there is no filler.
fn together(pieces: &[&str], filler: &str) -> String {
    let mut out = String::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        if !out.is_empty() {
            out.push_str(filler);
        }
        let overlap = filler.is_empty() && out.ends_with('\\') && piece.starts_with('\\');
        out.push_str(if overlap { &piece[1..] } else { piece });
    }
    out
}

/// An address in the network that is not its first.
fn inside(network: IpAddr) -> String {
    match network {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits().saturating_add(1)).into()).to_string(),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits().saturating_add(1)).into()).to_string(),
    }
}

fn numbers(kind: NumberTest, bound: f64) -> Vec<String> {
    let whole = bound.round();
    let near = match kind {
        NumberTest::Lt | NumberTest::Le => [whole - 1.0, whole, whole + 1.0],
        _ => [whole + 1.0, whole, whole - 1.0],
    };
    near.iter().map(|number| format!("{number}")).collect()
}

/// Moments with every hour, day and month.
fn times() -> Vec<String> {
    let hours = (0..24).map(|hour| format!("2026-03-02T{hour:02}:30:00Z"));
    let days = (1..=28).map(|day| format!("2026-03-{day:02}T09:15:00Z"));
    let months = (1..=12).map(|month| format!("2026-{month:02}-02T09:00:00Z"));
    hours.chain(days).chain(months).collect()
}
