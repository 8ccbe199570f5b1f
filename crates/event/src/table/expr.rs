//! How `content/tables` writes where a column's value comes from: `Image | name or OriginalFileName`,
//! `TargetObject | key when EventType SetValue DeleteValue`.

use crate::transform::Part;

/// Where a column's value comes from: the first way that gives one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expr {
    /// The ways, best first.
    pub ways: Vec<Way>,
}

/// One way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What it starts from.
    pub from: From,
    /// What is done with it, in order.
    pub parts: Vec<Part>,
    /// Only where that Sigma field has one of these values.
    pub when: Option<(Box<str>, Vec<Box<str>>)>,
}

/// What a way starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// A Sigma field.
    Field(Box<str>),
    /// This text.
    Constant(Box<str>),
    /// What the record says of itself.
    Head(HeadPart),
}

/// What a record says of itself, whatever its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeadPart {
    /// When: `@time`.
    Time,
    /// The computer: `@host`.
    Host,
    /// Windows event id: `@id`.
    EventId,
    /// Channel, table or category: `@channel`.
    Channel,
    /// Provider: `@provider`.
    Provider,
    /// The log that it stands in: `@log`.
    Log,
    /// The whole record as text, a line per value: `@raw`.
    Raw,
    /// What is in it: a bag for dynamic columns, else XML as in `EventData`: `@data`.
    Data,
}

const HEAD: &[(&str, HeadPart)] = &[
    ("@time", HeadPart::Time),
    ("@host", HeadPart::Host),
    ("@id", HeadPart::EventId),
    ("@channel", HeadPart::Channel),
    ("@provider", HeadPart::Provider),
    ("@log", HeadPart::Log),
    ("@raw", HeadPart::Raw),
    ("@data", HeadPart::Data),
];

impl Expr {
    /// Reads one; what is wrong as text.
    ///
    /// # Errors
    /// Where a word is missing or not known.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(constant) = text.strip_prefix('=') {
            let from = From::Constant(constant.into());
            return Ok(Self { ways: vec![Way { from, parts: Vec::new(), when: None }] });
        }
        let ways = text.split(" or ").map(way).collect::<Result<_, _>>()?;
        Ok(Self { ways })
    }
}

fn way(text: &str) -> Result<Way, String> {
    let (text, when) = text.split_once(" when ").map_or((text, None), |(text, when)| (text, Some(when)));
    let when = when.map(|when| {
        let mut words = when.split_whitespace().map(Box::from);
        (words.next().unwrap_or_default(), words.collect())
    });
    let mut words = text.split('|').map(str::trim);
    let first = words.next().filter(|word| !word.is_empty()).ok_or_else(|| format!("'{text}' names no field"))?;
    let from = match HEAD.iter().find(|(name, _)| *name == first) {
        Some((_, head)) => From::Head(*head),
        None if first.starts_with('@') || first.contains(' ') => return Err(format!("'{first}' is no field")),
        None => From::Field(first.into()),
    };
    let part = |word: &str| Part::parse(word).ok_or_else(|| format!("'{word}' is no part of a value"));
    Ok(Way { from, parts: words.map(part).collect::<Result<_, _>>()?, when })
}
