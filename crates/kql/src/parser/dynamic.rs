use super::Parser;
use super::primary::typed;
use crate::ast::Ex;
use crate::fault::{Fault, Got};
use crate::lexer::Tok;
use ddefend_rule::ir::query::{Datum, Kind};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Parser<'_> {
    /// Behind `dynamic`: a value in brackets.
    pub(super) fn dynamic(&mut self) -> Got<Ex> {
        self.need("(", "and a value")?;
        if self.eat(")") {
            return Ok(Ex::NullOf(Kind::Dynamic));
        }
        let value = self.nested(Self::constant)?;
        self.need(")", "behind the value")?;
        Ok(match value {
            Datum::Null => Ex::NullOf(Kind::Dynamic),
            value => Ex::Literal(value),
        })
    }

    /// A value of JSON, with the literals of the language besides.
    fn constant(&mut self) -> Got<Datum> {
        let start = self.span();
        if self.is("[") {
            self.next();
            let mut list = Vec::new();
            if self.eat("]") {
                return Ok(Datum::List(Arc::new(list)));
            }
            loop {
                list.push(self.nested(Self::constant)?);
                if self.eat("]") {
                    break;
                }
                self.need(",", "or ] behind the value")?;
            }
            return Ok(Datum::List(Arc::new(list)));
        }
        if self.is("{") {
            return self.bag();
        }
        let negative = self.eat("-");
        let value = match self.peek() {
            Tok::Text(first) => {
                let mut text = first.to_string();
                while let Tok::Text(more) = &self.ahead(1).tok {
                    text.push_str(more);
                    self.next();
                }
                Datum::Text(text.into())
            }
            Tok::Long(number) if negative => Datum::Long(number.wrapping_neg()),
            Tok::Long(number) => Datum::Long(*number),
            Tok::Real(number) if negative => Datum::Real(-number),
            Tok::Real(number) => Datum::Real(*number),
            Tok::Span(ticks) if negative => Datum::Span(ticks.saturating_neg()),
            Tok::Span(ticks) => Datum::Span(*ticks),
            Tok::Typed(kind, raw) => match typed(*kind, raw, start)? {
                Ex::Literal(datum) => datum,
                _ => Datum::Null,
            },
            Tok::Name(name) => match &**name {
                "true" => Datum::Bool(true),
                "false" => Datum::Bool(false),
                "null" => Datum::Null,
                "dynamic" if self.is_ahead(1, "(") => {
                    self.next();
                    return match self.nested(Self::dynamic)? {
                        Ex::Literal(datum) => Ok(datum),
                        _ => Ok(Datum::Null),
                    };
                }
                _ => {
                    return Fault::syntax(
                        start,
                        format!(
                            "found {}; dynamic takes constants only, other values go through pack_array() or bag_pack()",
                            self.here()
                        ),
                    );
                }
            },
            _ => return self.wanted("a value of JSON: a string, a number, true, false, null, [...] or {...}"),
        };
        self.next();
        Ok(value)
    }

    fn bag(&mut self) -> Got<Datum> {
        self.need("{", "and pairs")?;
        let mut bag = BTreeMap::new();
        if self.eat("}") {
            return Ok(Datum::Map(Arc::new(bag)));
        }
        loop {
            let key = match self.peek() {
                Tok::Text(key) | Tok::Name(key) => key.clone(),
                _ => return self.wanted("a key in quotes"),
            };
            self.next();
            self.need(":", "and the key's value")?;
            let value = self.nested(Self::constant)?;
            bag.insert(key, value);
            if self.eat("}") {
                return Ok(Datum::Map(Arc::new(bag)));
            }
            self.need(",", "or } behind the value")?;
        }
    }
}
