//! Values of records as values of queries.

use ddefend_event::table::HeadPart;
use ddefend_event::{Cell, Event, FieldSource, Head, Kind, Part, Row, Time};
use ddefend_functions::value;
use ddefend_rule::ir::query::Datum;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Inputs of a derivation that are kept without asking for memory.
const FEW: usize = 6;

/// The wanted values of a record.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'r, 'c> {
    pub(super) row: &'r Row<'c>,
}

impl<'c> Inputs<'_, 'c> {
    fn cells(&self, place: u16) -> impl Iterator<Item = Cell<'c>> + '_ {
        self.row.cells.iter().filter(move |(at, _)| *at == place).map(|(_, cell)| *cell)
    }

    /// False where the value is there, says something, and is none of these.
    pub(super) fn meets(&self, place: u16, values: &[Box<str>]) -> bool {
        let mut found = self.cells(place).map(|cell| text(cell).into_owned()).peekable();
        found.peek().is_none()
            || found.any(|text| text.is_empty() || values.iter().any(|value| value.eq_ignore_ascii_case(&text)))
    }

    /// A native value; several as a list where the column may hold one.
    pub(super) fn native(&self, place: u16, kind: Kind, free: bool) -> Datum {
        let mut cells = self.cells(place);
        let Some(first) = cells.next() else { return Datum::Null };
        if kind == Kind::Dynamic
            && let Some(second) = cells.next()
        {
            let all = [first, second].into_iter().chain(cells);
            return value::list(all.map(|cell| typed(cell, kind, true)).collect());
        }
        typed(first, kind, free)
    }

    /// A value made of native ones.
    pub(super) fn made(&self, source: &FieldSource, places: &[u16], kind: Kind, free: bool) -> Datum {
        let input = |place: &u16| self.cells(*place).next().filter(|cell| *cell != Cell::Null).map(text);
        let made = |inputs: &[Option<&str>]| match source {
            FieldSource::Chained(chain) => chain.apply(inputs).map_or(Datum::Null, |text| datum(&text, kind, free)),
            source => source.apply(inputs).map_or(Datum::Null, |text| datum(&text, kind, free)),
        };
        if let [one] = places {
            return made(&[input(one).as_deref()]);
        }
        if places.len() <= FEW {
            let mut texts: [Option<Cow<'_, str>>; FEW] = Default::default();
            let mut inputs: [Option<&str>; FEW] = Default::default();
            for (text, place) in texts.iter_mut().zip(places) {
                *text = input(place);
            }
            for (input, text) in inputs.iter_mut().zip(&texts) {
                *input = text.as_deref();
            }
            return made(inputs.get(..places.len()).unwrap_or_default());
        }
        let texts: Vec<Option<Cow<'_, str>>> = places.iter().map(input).collect();
        made(&texts.iter().map(Option::as_deref).collect::<Vec<_>>())
    }
}

fn text(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Str(text) => Cow::Borrowed(text),
        cell => Cow::Owned(cell.to_text()),
    }
}

/// A cell as a value of that kind.
fn typed(cell: Cell<'_>, kind: Kind, free: bool) -> Datum {
    match (cell, kind) {
        (Cell::Null, _) => Datum::Null,
        (Cell::Time(time), Kind::DateTime | Kind::Dynamic) => Datum::Time(time.ticks),
        (Cell::Uint(number) | Cell::Hex(number), Kind::Int | Kind::Long) => long(number),
        (Cell::Uint(number), Kind::Dynamic) => long(number),
        (Cell::Int(number), Kind::Int | Kind::Long | Kind::Dynamic) => Datum::Long(number),
        (Cell::Float(number), Kind::Real | Kind::Decimal | Kind::Dynamic) => Datum::Real(number),
        (Cell::Bool(value), Kind::Bool | Kind::Dynamic) => Datum::Bool(value),
        (cell, kind) => datum(&text(cell), kind, free),
    }
}

fn long(number: u64) -> Datum {
    i64::try_from(number).map_or(Datum::Null, Datum::Long)
}

/// Text as a value of that kind; null where it is none. Bags that a schema knows stand as JSON text in many exports.
pub(super) fn datum(text: &str, kind: Kind, free: bool) -> Datum {
    match kind {
        Kind::String => Datum::Text(Arc::from(text)),
        Kind::Dynamic if !free && text.starts_with(['{', '[']) => {
            ddefend_functions::kql::json::parse(text).unwrap_or_else(|| Datum::Text(Arc::from(text)))
        }
        Kind::Dynamic => Datum::Text(Arc::from(text)),
        Kind::Guid => Datum::Text(text.trim_matches(['{', '}']).to_ascii_lowercase().into()),
        Kind::Int | Kind::Long => number(text).map_or(Datum::Null, Datum::Long),
        Kind::Real | Kind::Decimal => text.trim().parse().map_or(Datum::Null, Datum::Real),
        Kind::Bool => match text.trim() {
            "1" => Datum::Bool(true),
            "0" => Datum::Bool(false),
            text if text.eq_ignore_ascii_case("true") => Datum::Bool(true),
            text if text.eq_ignore_ascii_case("false") => Datum::Bool(false),
            _ => Datum::Null,
        },
        Kind::DateTime => Time::parse(text).map_or(Datum::Null, |time| Datum::Time(time.ticks)),
        Kind::TimeSpan => Datum::Null,
    }
}

fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// What a record says of itself.
pub(super) fn of_head(part: HeadPart, parts: &[Part], head: Option<&Head>, event: Option<&Event>, kind: Kind) -> Datum {
    let found: Option<Cow<'_, str>> = match part {
        HeadPart::Time => None,
        HeadPart::EventId => {
            let id = head.map(|head| head.key.event_id).filter(|id| *id != 0);
            return id.map_or(Datum::Null, |id| match kind {
                Kind::String => Datum::Text(id.to_string().into()),
                _ => Datum::Long(i64::from(id)),
            });
        }
        HeadPart::Host => head.map(|head| Cow::Borrowed(&*head.host)),
        HeadPart::Channel => head.map(|head| Cow::Borrowed(&*head.key.channel)),
        HeadPart::Provider => head.map(|head| Cow::Borrowed(&*head.key.provider)),
        HeadPart::Log => head.map(|head| Cow::Borrowed(&*head.place.source)),
        HeadPart::Raw => event.map(|event| Cow::Owned(raw(event))),
        HeadPart::Data if kind == Kind::Dynamic => return event.map_or(Datum::Null, whole),
        HeadPart::Data => event.map(|event| Cow::Owned(xml(event))),
    };
    let Some(first) = found.filter(|text| !text.is_empty()) else { return Datum::Null };
    let made = parts.iter().try_fold(first, |value, part| match value {
        Cow::Borrowed(text) => part.apply(text),
        Cow::Owned(text) => part.apply(&text).map(|made| Cow::Owned(made.into_owned())),
    });
    made.map_or(Datum::Null, |text| datum(&text, kind, true))
}

/// A record whole, as a bag of its own names.
pub(super) fn whole(event: &Event) -> Datum {
    let mut all: BTreeMap<Box<str>, Datum> = BTreeMap::new();
    for (name, cell) in &event.data {
        let found = typed(cell.cell(), Kind::Dynamic, true);
        match all.remove(name) {
            None => _ = all.insert(name.clone(), found),
            Some(Datum::List(list)) => {
                let more = list.iter().cloned().chain([found]).collect();
                all.insert(name.clone(), value::list(more));
            }
            Some(first) => _ = all.insert(name.clone(), value::list(vec![first, found])),
        }
    }
    value::bag(all)
}

/// A line per value.
fn raw(event: &Event) -> String {
    let mut text = String::new();
    for (name, cell) in &event.data {
        _ = write!(text, "{}{name}=", if text.is_empty() { "" } else { "\n" });
        cell.cell().write_text(&mut text);
    }
    text
}

/// As the event log shows `EventData`.
fn xml(event: &Event) -> String {
    let mut text = String::from("<EventData>");
    for (name, cell) in &event.data {
        text.push_str("<Data Name=\"");
        escape(name, &mut text);
        text.push_str("\">");
        escape(&cell.cell().to_text(), &mut text);
        text.push_str("</Data>");
    }
    text.push_str("</EventData>");
    text
}

fn escape(plain: &str, out: &mut String) {
    for letter in plain.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
}
