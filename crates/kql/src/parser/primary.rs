use super::Parser;
use super::statement::kind_of;
use crate::ast::{Ex, Expr};
use crate::fault::{Fault, Got};
use crate::lexer::{Tok, datetime, timespan};
use ddefend_rule::ir::query::{Datum, Kind, Span};

/// Parts of a path, indices and calls together.
const PARTS: usize = 100;
/// Words that are no names unless quoted: where one stands for a value, the value was left out.
pub(super) const WORDS: &[&str] = &[
    "and",
    "or",
    "by",
    "contains",
    "has",
    "has_any",
    "has_all",
    "startswith",
    "endswith",
    "between",
    "matches",
    "in",
    "asc",
    "desc",
];

impl Parser<'_> {
    /// A value with what stands behind it: `a.b[0]["c"].d`.
    pub(super) fn postfix(&mut self) -> Got<Expr> {
        let mut value = self.nested(Self::primary)?;
        let start = value.span;
        for _ in 0..PARTS {
            if self.is(".") && !self.is_ahead(1, ".") {
                self.next();
                let node = if self.is("[") && self.quoted_ahead().is_none() {
                    self.index(value)?
                } else {
                    let name = self.name("the name of a property")?;
                    let called = self.is("(") && self.adjacent();
                    if called { self.member_call(value, name)? } else { Ex::Path(Box::new(value), name) }
                };
                value = Expr { node, span: self.since(start) };
            } else if self.is("[") {
                let node = self.index(value)?;
                value = Expr { node, span: self.since(start) };
            } else {
                return Ok(value);
            }
            self.higher()?;
        }
        Fault::limit(self.span(), format!("a path of more than {PARTS} parts"))
    }

    fn quoted_ahead(&self) -> Option<()> {
        match (&self.ahead(1).tok, &self.ahead(2).tok) {
            (Tok::Text(_), Tok::Punct("]")) => Some(()),
            _ => None,
        }
    }

    fn index(&mut self, value: Expr) -> Got<Ex> {
        self.need("[", "and an index")?;
        let index = self.expression()?;
        self.need("]", "behind the index")?;
        Ok(match index.node {
            Ex::Literal(Datum::Text(name)) => Ex::Path(Box::new(value), Box::from(&*name)),
            node => Ex::Index(Box::new(value), Box::new(Expr { node, span: index.span })),
        })
    }

    /// `database("x").function()`: kept as a path to a call, which lowering refuses by name.
    fn member_call(&mut self, value: Expr, name: Box<str>) -> Got<Ex> {
        let start = self.before();
        let arguments = self.arguments()?;
        let call = Expr { node: Ex::Call(name, arguments), span: self.since(start) };
        Ok(Ex::Index(Box::new(value), Box::new(call)))
    }

    /// Behind the name of a function: `(a, b = 1, T | where c)`.
    pub(super) fn arguments(&mut self) -> Got<Vec<Expr>> {
        self.need("(", "and the arguments")?;
        if self.eat(")") {
            return Ok(Vec::new());
        }
        let list = self.list(Self::argument)?;
        self.need(")", "or a comma behind the argument")?;
        Ok(list)
    }

    fn argument(&mut self) -> Got<Expr> {
        if self.is("*") && (self.is_ahead(1, ")") || self.is_ahead(1, ",")) {
            return Ok(Expr { node: Ex::Star, span: self.next().span });
        }
        self.named(Self::pipe)
    }

    /// `name = value` or a value.
    pub(super) fn named(&mut self, mut read: impl FnMut(&mut Self) -> Got<Expr>) -> Got<Expr> {
        let start = self.span();
        let single = matches!((&self.ahead(0).tok, &self.ahead(1).tok), (Tok::Name(_), Tok::Punct("=")))
            || self.is("[") && self.quoted_ahead().is_some() && self.is_ahead(3, "=");
        let names = if single {
            vec![self.name("a name")?]
        } else if let Some(names) = self.several_names() {
            names
        } else {
            return read(self);
        };
        self.need("=", "behind the names")?;
        let value = read(self)?;
        Ok(Expr { node: Ex::Named(names, Box::new(value)), span: self.since(start) })
    }

    /// `(a, b)` before `=`.
    fn several_names(&mut self) -> Option<Vec<Box<str>>> {
        if !self.is("(") {
            return None;
        }
        let before = self.at;
        self.next();
        let mut names = Vec::new();
        loop {
            let name = self.quoted_name().or_else(|| {
                self.word().map(Box::from).inspect(|_| {
                    self.at = self.at.saturating_add(1);
                })
            });
            match name {
                Some(name) => names.push(name),
                None => break,
            }
            if self.eat(",") {
                continue;
            }
            if self.is(")") && self.is_ahead(1, "=") {
                self.next();
                return Some(names);
            }
            break;
        }
        self.at = before;
        None
    }

    fn primary(&mut self) -> Got<Expr> {
        let start = self.span();
        let node = match self.peek() {
            Tok::Text(first) => {
                self.next();
                let mut text = first.to_string();
                while let Tok::Text(more) = self.peek() {
                    text.push_str(more);
                    self.next();
                }
                Ex::Literal(Datum::Text(text.into()))
            }
            Tok::Long(number) => {
                self.next();
                Ex::Literal(Datum::Long(*number))
            }
            Tok::Real(number) => {
                self.next();
                Ex::Literal(Datum::Real(*number))
            }
            Tok::Span(ticks) => {
                self.next();
                Ex::Literal(Datum::Span(*ticks))
            }
            Tok::Typed(kind, raw) => {
                self.next();
                typed(*kind, raw, start)?
            }
            Tok::Punct("(") => {
                self.next();
                let mut inner = self.pipe()?;
                self.need(")", "to close the bracket")?;
                inner.span = self.since(start);
                return Ok(inner);
            }
            Tok::Punct("[") => match self.quoted_name() {
                Some(name) => self.named_value(name)?,
                None => return self.wanted("a value; lists are written dynamic([...])"),
            },
            Tok::Name(name) if WORDS.contains(&&**name) => {
                return self.wanted("a value before it; a column of that name is written ['...']");
            }
            Tok::Name(name) => {
                self.next();
                self.named_value(name.clone())?
            }
            _ => return self.wanted("a value: a name, a literal, a call or a bracket"),
        };
        Ok(Expr { node, span: self.since(start) })
    }

    /// What a name begins: a literal, a call, a table made here, a name.
    fn named_value(&mut self, name: Box<str>) -> Got<Ex> {
        match &*name {
            "true" | "false" | "null" | "True" | "False" | "TRUE" | "FALSE" if !self.is("(") => {
                return Ok(Ex::Literal(match &*name {
                    "null" => Datum::Null,
                    word => Datum::Bool(word.eq_ignore_ascii_case("true")),
                }));
            }
            "dynamic" if self.is("(") => return self.dynamic(),
            "datatable" if self.is("(") => return self.datatable(),
            "externaldata" | "external_data" if self.is("(") => return self.external(),
            "typeof" if self.is("(") => {
                self.next();
                let kind = self.kind()?;
                self.need(")", "behind the type")?;
                return Ok(Ex::TypeOf(kind));
            }
            _ => {}
        }
        if self.is("(") {
            let arguments = self.arguments()?;
            return Ok(Ex::Call(name, arguments));
        }
        Ok(Ex::Name(name))
    }
}

/// The value of `kind(raw)`.
pub(super) fn typed(kind: Kind, raw: &str, span: Span) -> Got<Ex> {
    if raw == "null" || raw.is_empty() {
        return Ok(Ex::NullOf(kind));
    }
    let plain = raw.trim_matches(['"', '\'']);
    let datum = match kind {
        Kind::Bool => match plain.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(Datum::Bool(true)),
            "false" | "0" => Some(Datum::Bool(false)),
            _ => None,
        },
        Kind::Int | Kind::Long => whole(plain).map(Datum::Long),
        Kind::Real | Kind::Decimal => match plain {
            "+inf" | "inf" => Some(Datum::Real(f64::INFINITY)),
            "-inf" => Some(Datum::Real(f64::NEG_INFINITY)),
            "nan" => Some(Datum::Real(f64::NAN)),
            text => text.parse().ok().map(Datum::Real),
        },
        Kind::DateTime if plain == "now" => return Ok(Ex::Call("now".into(), Vec::new())),
        Kind::DateTime => datetime(raw).map(Datum::Time),
        Kind::TimeSpan => timespan(raw).map(Datum::Span),
        Kind::Guid => guid(plain).map(|text| Datum::Text(text.into())),
        Kind::String | Kind::Dynamic => None,
    };
    match datum {
        Some(datum) => Ok(Ex::Literal(datum)),
        None => Fault::value(span, format!("{raw:?} is no {}; to convert a value there is to{0}()", word(kind))),
    }
}

fn whole(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok().map(u64::cast_signed),
        None => text.parse().ok(),
    }
}

/// In lower case, with dashes.
fn guid(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | '{' | '}')).collect();
    if digits.len() != 32 || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let lower = digits.to_ascii_lowercase();
    let part = |from: usize, to: usize| lower.get(from..to).unwrap_or_default();
    Some([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
}

fn word(kind: Kind) -> &'static str {
    ["bool", "int", "long", "real", "decimal", "datetime", "timespan", "guid"]
        .into_iter()
        .find(|word| kind_of(word) == Some(kind))
        .unwrap_or("string")
}
