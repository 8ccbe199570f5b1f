//! Functions of SQL, as SQLite has them where the standard says nothing ("SQLite documentation, 'Built-In Scalar SQL
//! Functions', 'Built-in Aggregate Functions'"). Null in, null out, unless said.

use super::kql::calendar::{DAY, HOUR, MILLI, MINUTE, SECOND, civil, day_of_year, weekday};
use super::kql::convert::time;
use super::kql::string::replace_string;
use super::kql::value::{
    BOOL, Call, FIRST, LONG, LONGEST, REAL, STRING, TIME, at, datum, f, key, long, long_at, order, real, text, text_at,
};
use super::{Accumulator, Aggregate, Context, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt::Write;

/// By subject.
pub(crate) const FUNCTIONS: &[&[Function]] = &[TEXT, NUMBERS, OTHER];

const TEXT: &[Function] = &[
    f("lower", 1, 1, STRING, |arguments, _| mapped(arguments, |text| text.to_lowercase())),
    f("upper", 1, 1, STRING, |arguments, _| mapped(arguments, |text| text.to_uppercase())),
    f("length", 1, 1, LONG, LENGTH),
    f("char_length", 1, 1, LONG, LENGTH),
    f("character_length", 1, 1, LONG, LENGTH),
    f("octet_length", 1, 1, LONG, |arguments, _| there(arguments, || count(text_at(arguments, 0).len()))),
    f("substr", 2, 3, STRING, substr),
    f("substring", 2, 3, STRING, substr),
    f("left", 2, 2, STRING, left),
    f("instr", 2, 2, LONG, instr),
    f("replace", 3, 3, STRING, replace),
    f("trim", 1, 2, STRING, |arguments, _| trim(arguments, true, true)),
    f("ltrim", 1, 2, STRING, |arguments, _| trim(arguments, true, false)),
    f("rtrim", 1, 2, STRING, |arguments, _| trim(arguments, false, true)),
    f("concat", 1, 64, STRING, concat),
    f("reverse", 1, 1, STRING, |arguments, _| mapped(arguments, |text| text.chars().rev().collect())),
    f("hex", 1, 1, STRING, |arguments, _| {
        mapped(arguments, |text| text.bytes().map(|byte| format!("{byte:02X}")).collect())
    }),
    f("to_text", 1, 1, STRING, |arguments, _| mapped(arguments, str::to_owned)),
];

const NUMBERS: &[Function] = &[
    f("abs", 1, 1, FIRST, abs),
    f("round", 1, 2, REAL, round),
    f("ceil", 1, 1, REAL, |arguments, _| real(at(arguments, 0)).map_or(Datum::Null, |value| Datum::Real(value.ceil()))),
    f("ceiling", 1, 1, REAL, |arguments, _| {
        real(at(arguments, 0)).map_or(Datum::Null, |value| Datum::Real(value.ceil()))
    }),
    f("floor", 1, 1, REAL, |arguments, _| {
        real(at(arguments, 0)).map_or(Datum::Null, |value| Datum::Real(value.floor()))
    }),
    f("to_integer", 1, 1, LONG, |arguments, _| long(at(arguments, 0)).map_or(Datum::Null, Datum::Long)),
    f("to_real", 1, 1, REAL, |arguments, _| real(at(arguments, 0)).map_or(Datum::Null, Datum::Real)),
];

const OTHER: &[Function] = &[
    f("isnull", 1, 1, BOOL, |arguments, _| Datum::Bool(*at(arguments, 0) == Datum::Null)),
    f("coalesce", 1, 64, FIRST, coalesce),
    f("ifnull", 2, 2, FIRST, coalesce),
    f("nullif", 2, 2, FIRST, nullif),
    f("now", 0, 0, TIME, |_, context| Datum::Time(context.now)),
    f("current_timestamp", 0, 0, TIME, |_, context| Datum::Time(context.now)),
    f("strftime", 1, 2, STRING, strftime),
];

/// Characters.
const LENGTH: Call = |arguments, _| there(arguments, || count(text_at(arguments, 0).chars().count()));

fn count(things: usize) -> Datum {
    Datum::Long(i64::try_from(things).unwrap_or(i64::MAX))
}

/// What is made, unless an argument is null.
fn there(arguments: &[Datum], make: impl FnOnce() -> Datum) -> Datum {
    if arguments.contains(&Datum::Null) { Datum::Null } else { make() }
}

fn mapped(arguments: &[Datum], make: fn(&str) -> String) -> Datum {
    there(arguments, || datum(make(&text_at(arguments, 0))))
}

/// From a place counted from 1, or from the end where it is negative.
fn substr(arguments: &[Datum], _: &Context) -> Datum {
    there(arguments, || {
        let source: Vec<char> = text_at(arguments, 0).chars().collect();
        let size = i64::try_from(source.len()).unwrap_or(i64::MAX);
        let Some(start) = long_at(arguments, 1) else { return Datum::Null };
        let from = if start < 0 { size.saturating_add(start) } else { start.saturating_sub(1) };
        let length = if arguments.len() > 2 { long_at(arguments, 2).unwrap_or(0) } else { i64::MAX };
        // A negative length takes the characters before the place.
        let (from, to) =
            if length < 0 { (from.saturating_add(length), from) } else { (from, from.saturating_add(length)) };
        let place = |place: i64| usize::try_from(place.clamp(0, size)).unwrap_or(0);
        datum(source.get(place(from)..place(to)).unwrap_or_default().iter().collect::<String>())
    })
}

fn left(arguments: &[Datum], _: &Context) -> Datum {
    there(arguments, || {
        let length = usize::try_from(long_at(arguments, 1).unwrap_or(0)).unwrap_or(0);
        datum(text_at(arguments, 0).chars().take(length).collect::<String>())
    })
}

/// The place counted from 1; 0 where it is not there.
fn instr(arguments: &[Datum], _: &Context) -> Datum {
    there(arguments, || {
        let (source, part) = (text_at(arguments, 0), text_at(arguments, 1));
        let before = source.find(&*part).and_then(|at| source.get(..at));
        count(before.map_or(0, |before| before.chars().count().saturating_add(1)))
    })
}

fn replace(arguments: &[Datum], context: &Context) -> Datum {
    there(arguments, || replace_string(arguments, context))
}

/// Spaces, or the characters of the second argument.
fn trim(arguments: &[Datum], front: bool, back: bool) -> Datum {
    there(arguments, || {
        let source = text_at(arguments, 0);
        let set: Vec<char> = if arguments.len() > 1 { text_at(arguments, 1).chars().collect() } else { vec![' '] };
        let mut rest = &*source;
        if front {
            rest = rest.trim_start_matches(&*set);
        }
        if back {
            rest = rest.trim_end_matches(&*set);
        }
        datum(rest)
    })
}

/// `||`: null where any part is.
fn concat(arguments: &[Datum], _: &Context) -> Datum {
    there(arguments, || {
        let parts: Vec<_> = arguments.iter().map(text).collect();
        let size = parts.iter().map(|part| part.len()).fold(0, usize::saturating_add);
        if size > LONGEST { Datum::Null } else { datum(parts.concat()) }
    })
}

fn abs(arguments: &[Datum], _: &Context) -> Datum {
    match at(arguments, 0) {
        Datum::Long(value) => value.checked_abs().map_or(Datum::Null, Datum::Long),
        other => real(other).map_or(Datum::Null, |value| Datum::Real(value.abs())),
    }
}

fn round(arguments: &[Datum], _: &Context) -> Datum {
    there(arguments, || {
        let digits = i32::try_from(long_at(arguments, 1).unwrap_or(0).clamp(0, 30)).unwrap_or(0);
        let size = 10_f64.powi(digits);
        real(at(arguments, 0)).map_or(Datum::Null, |value| Datum::Real((value * size).round() / size))
    })
}

fn coalesce(arguments: &[Datum], _: &Context) -> Datum {
    arguments.iter().find(|argument| **argument != Datum::Null).cloned().unwrap_or_default()
}

/// Null where both are the same.
fn nullif(arguments: &[Datum], _: &Context) -> Datum {
    let (left, right) = (at(arguments, 0), at(arguments, 1));
    if key(left) == key(right) { Datum::Null } else { left.clone() }
}

/// "SQLite documentation, 'Date And Time Functions'": pattern, time; without a time now. Modifiers are not taken.
fn strftime(arguments: &[Datum], context: &Context) -> Datum {
    let found = match arguments.get(1) {
        None => Some(context.now),
        Some(Datum::Text(text)) if text.eq_ignore_ascii_case("now") => Some(context.now),
        Some(value) => time(value),
    };
    let Some(ticks) = found else { return Datum::Null };
    let parts = civil(ticks);
    let of = |unit: i64, all: i64| parts.ticks.checked_div(unit).and_then(|count| count.checked_rem(all)).unwrap_or(0);
    let pattern = text_at(arguments, 0);
    let mut out = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let _ = match letters.next() {
            Some('Y') => write!(out, "{:04}", parts.year),
            Some('m') => write!(out, "{:02}", parts.month),
            Some('d') => write!(out, "{:02}", parts.day),
            Some('H') => write!(out, "{:02}", of(HOUR, 24)),
            Some('M') => write!(out, "{:02}", of(MINUTE, 60)),
            Some('S') => write!(out, "{:02}", of(SECOND, 60)),
            Some('f') => write!(out, "{:02}.{:03}", of(SECOND, 60), of(MILLI, 1000)),
            Some('j') => write!(out, "{:03}", day_of_year(ticks)),
            Some('w') => write!(out, "{}", weekday(ticks)),
            Some('s') => write!(out, "{}", ticks.div_euclid(SECOND)),
            Some('J') => write!(out, "{}", ticks as f64 / DAY as f64 + 2_440_587.5),
            Some('%') => write!(out, "%"),
            _ => return Datum::Null,
        };
    }
    datum(out)
}

/// By subject.
pub(crate) const AGGREGATES: &[&[Aggregate]] = &[&[
    a("count", 0, 1, |_| Kind::Long, || Box::new(Counted::default())),
    a("count_distinct", 1, 1, |_| Kind::Long, || distinct(Counted::default())),
    a("sum", 1, 1, FIRST, || Box::new(Total { zero: false, ..Total::default() })),
    a("sum_distinct", 1, 1, FIRST, || distinct(Total::default())),
    a("total", 1, 1, |_| Kind::Real, || Box::new(Total { zero: true, ..Total::default() })),
    a("avg", 1, 1, |_| Kind::Real, || Box::new(Total { mean: true, ..Total::default() })),
    a("avg_distinct", 1, 1, |_| Kind::Real, || distinct(Total { mean: true, ..Total::default() })),
    a("min", 1, 1, FIRST, || Box::new(Best { wanted: Ordering::Less, best: Datum::Null })),
    a("max", 1, 1, FIRST, || Box::new(Best { wanted: Ordering::Greater, best: Datum::Null })),
    a("group_concat", 1, 2, |_| Kind::String, || Box::new(Joined::default())),
    a("string_agg", 2, 2, |_| Kind::String, || Box::new(Joined::default())),
]];

const fn a(
    name: &'static str,
    least: usize,
    most: usize,
    returns: fn(&[Kind]) -> Kind,
    start: fn() -> Box<dyn Accumulator>,
) -> Aggregate {
    Aggregate { name, least, most, returns, start }
}

/// Rows; with an argument those where it is not null.
#[derive(Default)]
struct Counted {
    rows: i64,
}

impl Accumulator for Counted {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        if arguments.first() != Some(&Datum::Null) {
            self.rows = self.rows.saturating_add(1);
        }
    }

    fn finish(&mut self) -> Datum {
        Datum::Long(self.rows)
    }
}

/// A sum or a mean; null of no values, or 0 for `total`. A sum of whole numbers that gets too large is null.
#[derive(Default)]
struct Total {
    zero: bool,
    mean: bool,
    count: f64,
    whole: i128,
    fraction: Option<f64>,
}

impl Accumulator for Total {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        match at(arguments, 0) {
            Datum::Long(value) => self.whole = self.whole.saturating_add(i128::from(*value)),
            other => match real(other) {
                Some(value) => self.fraction = Some(self.fraction.unwrap_or(0.0) + value),
                None => return,
            },
        }
        self.count += 1.0;
    }

    fn finish(&mut self) -> Datum {
        let sum = self.fraction.unwrap_or(0.0) + self.whole as f64;
        match (self.count > 0.0, self.mean) {
            (true, true) => Datum::Real(sum / self.count),
            _ if self.zero => Datum::Real(sum),
            (true, false) if self.fraction.is_some() => Datum::Real(sum),
            (true, false) => i64::try_from(self.whole).map_or(Datum::Null, Datum::Long),
            (false, _) => Datum::Null,
        }
    }
}

/// The least or the greatest value that is not null.
struct Best {
    wanted: Ordering,
    best: Datum,
}

impl Accumulator for Best {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let value = at(arguments, 0);
        if *value != Datum::Null && (self.best == Datum::Null || order(value, &self.best) == self.wanted) {
            self.best = value.clone();
        }
    }

    fn finish(&mut self) -> Datum {
        std::mem::take(&mut self.best)
    }
}

/// Values one behind the other, with a comma or the second argument between them.
#[derive(Default)]
struct Joined {
    text: Option<String>,
}

impl Accumulator for Joined {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let value = at(arguments, 0);
        if *value == Datum::Null || self.text.as_ref().is_some_and(|text| text.len() > LONGEST) {
            return;
        }
        match &mut self.text {
            None => self.text = Some(text(value).to_string()),
            Some(joined) => {
                joined.push_str(&arguments.get(1).map_or_else(|| ",".into(), text));
                joined.push_str(&text(value));
            }
        }
    }

    fn bytes(&self) -> usize {
        self.text.as_ref().map_or(64, String::len)
    }

    fn finish(&mut self) -> Datum {
        self.text.take().map_or(Datum::Null, datum)
    }
}

/// Each different value once.
struct Once<A> {
    seen: HashSet<Box<str>>,
    bytes: usize,
    inner: A,
}

fn distinct<A: Accumulator + 'static>(inner: A) -> Box<dyn Accumulator> {
    Box::new(Once { seen: HashSet::new(), bytes: 0, inner })
}

impl<A: Accumulator> Accumulator for Once<A> {
    fn add(&mut self, arguments: &[Datum], context: &Context) {
        let key = key(at(arguments, 0));
        let size = key.len().saturating_add(64);
        if self.seen.insert(key) {
            self.bytes = self.bytes.saturating_add(size);
            self.inner.add(arguments, context);
        }
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn finish(&mut self) -> Datum {
        self.inner.finish()
    }
}
