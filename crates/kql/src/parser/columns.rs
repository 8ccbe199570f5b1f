//! What operators take besides expressions: columns by pattern, keys of orders, settings, declared columns, tables made
//! in the query.

use super::Parser;
use crate::ast::{Declared, Ex, Expr, Key, Setting};
use crate::fault::{Fault, Got, join};
use crate::lexer::Tok;
use ddefend_rule::ir::query::Kind;

/// Names that are settings wherever `name =` stands behind an operator's name.
const SETTINGS: &[&str] = &[
    "kind",
    "withsource",
    "with_source",
    "isfuzzy",
    "bagexpansion",
    "with_itemindex",
    "flags",
    "strategy",
    "with_match_id",
    "with_step_name",
    "id",
    "datascope",
];

impl Parser<'_> {
    /// A column by name or pattern: `name`, `['a name']`, `*`, `Device*`, `*_x*`.
    pub(super) fn pattern(&mut self) -> Got<Ex> {
        if let Some(name) = self.quoted_name() {
            return Ok(Ex::Name(name));
        }
        let mut pattern = String::new();
        loop {
            match self.peek() {
                _ if !pattern.is_empty() && !self.adjacent() => break,
                Tok::Name(name) if pattern.is_empty() && super::primary::WORDS.contains(&&**name) => break,
                Tok::Name(name) => pattern.push_str(name),
                Tok::Long(number) if !pattern.is_empty() => pattern.push_str(&number.to_string()),
                Tok::Punct("*") => pattern.push('*'),
                _ => break,
            }
            self.next();
        }
        match pattern.as_str() {
            "" => self.wanted("a name, or a pattern of a name with *"),
            "*" => Ok(Ex::Star),
            _ => Ok(Ex::Name(pattern.into())),
        }
    }

    /// The same with its place; a path where it is none (`project-away a.b` is an error that lowering reports).
    pub(super) fn column_pattern(&mut self) -> Got<Expr> {
        let start = self.span();
        self.node()?;
        let node = self.pattern()?;
        Ok(Expr { node, span: self.since(start) })
    }

    /// `value [asc|desc] [nulls first|last]`.
    pub(super) fn key(&mut self) -> Got<Key> {
        let value = self.named(Self::expression)?;
        self.key_order(value)
    }

    pub(super) fn pattern_key(&mut self) -> Got<Key> {
        let value = self.column_pattern()?;
        let value_key = self.key_order(value)?;
        // `granny-asc`, `granny-desc` order columns by their numbers; which columns come first stays as written.
        if self.is_word("granny") {
            return Fault::unsupported(self.span(), "granny order");
        }
        Ok(value_key)
    }

    fn key_order(&mut self, value: Expr) -> Got<Key> {
        let descending = if self.eat_word("desc") {
            Some(true)
        } else if self.eat_word("asc") {
            Some(false)
        } else {
            None
        };
        let mut nulls_first = None;
        if self.eat_word("nulls") {
            nulls_first = Some(match self.word() {
                Some("first") => true,
                Some("last") => false,
                _ => return self.wanted("first or last"),
            });
            self.next();
        }
        Ok(Key { value, descending, nulls_first })
    }

    /// `kind=inner hint.strategy=shuffle ...`.
    pub(super) fn settings(&mut self) -> Got<Vec<Setting>> {
        let mut settings = Vec::new();
        while let Some(word) = self.word() {
            let hint = matches!(word, "hint") && self.is_ahead(1, ".") && self.is_ahead(3, "=");
            if hint {
                self.next();
                self.next();
            } else if !(SETTINGS.contains(&word) || word.starts_with("__")) || !self.is_ahead(1, "=") {
                break;
            }
            let name = self.name("the name of a setting")?;
            self.need("=", "and the setting's value")?;
            let value = self.nested(Self::setting_value)?;
            if !hint {
                settings.push(Setting { name, value });
            }
        }
        Ok(settings)
    }

    fn setting_value(&mut self) -> Got<Expr> {
        let start = self.span();
        match self.peek() {
            Tok::Name(name) => {
                self.next();
                let name = name.clone();
                let node = match &*name {
                    "true" | "True" => Ex::Literal(ddefend_rule::ir::query::Datum::Bool(true)),
                    "false" | "False" => Ex::Literal(ddefend_rule::ir::query::Datum::Bool(false)),
                    _ => Ex::Name(name),
                };
                Ok(Expr { node, span: self.since(start) })
            }
            _ => self.postfix(),
        }
    }

    /// `name: type [= default]`.
    pub(super) fn declared(&mut self) -> Got<Declared> {
        self.node()?;
        let name = self.name("the name of a column")?;
        self.need(":", "and the column's type")?;
        let kind = self.kind()?;
        let default = if self.eat("=") { Some(self.unary()?) } else { None };
        Ok(Declared { name, kind, default })
    }

    /// `(a: string, b: long)`.
    pub(super) fn schema(&mut self) -> Got<Vec<Declared>> {
        self.need("(", "and the columns, each name: type")?;
        let mut columns = Vec::new();
        while !self.eat(")") {
            if self.eat("*") {
                columns.push(Declared { name: "*".into(), kind: Kind::Dynamic, default: None });
            } else {
                columns.push(self.declared()?);
            }
            if !self.eat(",") && !self.is(")") {
                return self.wanted("a comma or ) behind the column");
            }
        }
        Ok(columns)
    }

    /// Behind `datatable`.
    pub(super) fn datatable(&mut self) -> Got<Ex> {
        let columns = self.schema()?;
        let open = self.need("[", "and the values, row by row")?;
        let mut values = Vec::new();
        while !self.eat("]") {
            values.push(self.additive()?);
            if !self.eat(",") && !self.is("]") {
                return self.wanted("a comma or ] behind the value");
            }
        }
        if columns.is_empty() || values.len().checked_rem(columns.len()) != Some(0) {
            let message = format!("{} values do not fill rows of {} columns", values.len(), columns.len());
            return Fault::value(join(open, self.before()), message);
        }
        Ok(Ex::Datatable(columns, values))
    }

    /// Behind `externaldata`: columns, locations, properties.
    pub(super) fn external(&mut self) -> Got<Ex> {
        let columns = self.schema()?;
        self.need("[", "and the locations, in quotes")?;
        let mut locations = Vec::new();
        while !self.eat("]") {
            locations.push(self.location()?);
            if !self.eat(",") && !self.is("]") {
                return self.wanted("a comma or ] behind the location");
            }
        }
        if self.eat_word("with") {
            self.need("(", "and the properties")?;
            while !self.eat(")") {
                self.name("the name of a property")?;
                self.need("=", "and its value")?;
                self.setting_value()?;
                if !self.eat(",") && !self.is(")") {
                    return self.wanted("a comma or ) behind the property");
                }
            }
        }
        Ok(Ex::External(columns, locations))
    }

    fn location(&mut self) -> Got<Box<str>> {
        match self.peek() {
            Tok::Text(first) => {
                let mut text = first.to_string();
                self.next();
                while let Tok::Text(more) = self.peek() {
                    text.push_str(more);
                    self.next();
                }
                Ok(text.into())
            }
            _ => self.wanted("a location in quotes"),
        }
    }
}
