use super::Parser;
use crate::ast::{Ex, Expr, Function, Parameter, Statement};
use crate::fault::{Fault, Got};
use crate::lexer::Tok;
use ddefend_rule::ir::query::{Kind, Span};

impl Parser<'_> {
    pub(super) fn program(&mut self) -> (Vec<Statement>, Option<Box<Fault>>) {
        let mut statements = Vec::new();
        loop {
            while self.eat(";") {}
            if *self.peek() == Tok::End {
                return (statements, None);
            }
            match self.statement() {
                // A statement with something behind it that does not belong there is not what was meant.
                Ok(_) if !self.is(";") && *self.peek() != Tok::End => return (statements, Some(self.stray())),
                Ok(statement) => statements.push(statement),
                Err(fault) => return (statements, Some(fault)),
            }
        }
    }

    /// Something behind the end of a statement.
    fn stray(&self) -> Box<Fault> {
        let hint = match self.peek() {
            Tok::Name(_) => "; here goes | before an operator, ; before a new query, or an operator such as == or has",
            Tok::Punct("=") => "; == compares",
            Tok::Punct(")" | "]" | "}") => "; nothing is open that it would close",
            _ => "; here goes | or ; or the end",
        };
        Box::new(Fault {
            span: self.span(),
            code: ddefend_model::code::QUERY_SYNTAX,
            message: format!("found {}{hint}", self.here()),
        })
    }

    fn statement(&mut self) -> Got<Statement> {
        let start = self.span();
        match self.word() {
            Some("let") => {
                self.next();
                let name = self.name("the name that let defines")?;
                self.need("=", "and what the name stands for")?;
                let value = self.definition()?;
                Ok(Statement::Let(name, value))
            }
            Some("set") if self.word_ahead(1).is_some() => {
                self.next();
                self.name("the name of a request property")?;
                if self.eat("=") {
                    self.next();
                }
                Ok(Statement::Set)
            }
            Some("declare") if self.word_ahead(1) == Some("query_parameters") => {
                self.next();
                self.next();
                let start = self.span();
                let parameters = self.parameters()?;
                let span = self.since(start);
                Ok(Statement::Declare(parameters.into_iter().map(|parameter| (parameter, span)).collect()))
            }
            Some("declare") if self.word_ahead(1) == Some("pattern") => Fault::unsupported(start, "declare pattern"),
            Some("alias") if self.word_ahead(1) == Some("database") => Fault::unsupported(start, "alias database"),
            Some("restrict") if self.word_ahead(1) == Some("access") => Fault::unsupported(start, "restrict access"),
            _ if self.is(".") || self.is("#") => {
                Fault::unsupported(start, "a management command (a statement that begins with a dot)")
            }
            _ => Ok(Statement::Query(self.pipe()?)),
        }
    }

    /// What stands behind `let x =`: a function or an expression.
    fn definition(&mut self) -> Got<Expr> {
        let start = self.span();
        if self.is_word("view") && self.is_ahead(1, "(") {
            self.next();
            return self.function(start);
        }
        if self.is("(") && self.body_behind() {
            return self.function(start);
        }
        self.pipe()
    }

    /// True where the bracket that opens here closes before a `{`.
    fn body_behind(&self) -> bool {
        let mut open = 0_usize;
        for count in 0..self.tokens.len().saturating_sub(self.at) {
            match &self.ahead(count).tok {
                Tok::Punct("(") => open = open.saturating_add(1),
                Tok::Punct(")") => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        return self.is_ahead(count.saturating_add(1), "{");
                    }
                }
                Tok::Punct(";") | Tok::End => return false,
                _ => {}
            }
        }
        false
    }

    fn function(&mut self, start: Span) -> Got<Expr> {
        let parameters = self.parameters()?;
        let body = self.nested(Self::block)?;
        let node = Ex::Function(Box::new(Function { parameters, body }));
        Ok(Expr { node, span: self.since(start) })
    }

    fn block(&mut self) -> Got<Vec<Statement>> {
        self.need("{", "and the function's body")?;
        let mut statements = Vec::new();
        loop {
            while self.eat(";") {}
            if self.eat("}") {
                return Ok(statements);
            }
            statements.push(self.statement()?);
            if !self.is(";") && !self.is("}") {
                return Err(match self.peek() {
                    Tok::End => return self.wanted("} at the end of the function's body"),
                    _ => self.stray(),
                });
            }
        }
    }

    fn parameters(&mut self) -> Got<Vec<Parameter>> {
        self.need("(", "and the parameters")?;
        if self.eat(")") {
            return Ok(Vec::new());
        }
        let parameters = self.list(Self::parameter)?;
        self.need(")", "behind the parameters")?;
        Ok(parameters)
    }

    fn parameter(&mut self) -> Got<Parameter> {
        let name = self.name("the name of a parameter")?;
        self.need(":", "and the parameter's type")?;
        if self.eat("(") {
            // A table's columns are not checked: the table that is handed in has what it has.
            if !self.eat("*") && !self.is(")") {
                self.list(Self::declared)?;
            }
            self.need(")", "behind the columns of a table")?;
            return Ok(Parameter { name, kind: None, default: None });
        }
        let kind = self.kind()?;
        let default = if self.eat("=") { Some(self.unary()?) } else { None };
        Ok(Parameter { name, kind: Some(kind), default })
    }

    /// The name of a type.
    pub(super) fn kind(&mut self) -> Got<Kind> {
        let kind = self.word().and_then(kind_of);
        match kind {
            Some(kind) => {
                self.next();
                Ok(kind)
            }
            None => self.wanted("a type: bool, int, long, real, decimal, string, datetime, timespan, guid or dynamic"),
        }
    }
}

/// The type of that name.
pub(super) fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "bool" | "boolean" => Kind::Bool,
        "int" | "int8" | "int16" | "int32" | "uint" | "uint8" | "uint16" | "uint32" => Kind::Int,
        "long" | "int64" | "ulong" | "uint64" => Kind::Long,
        "real" | "double" | "float" => Kind::Real,
        "decimal" => Kind::Decimal,
        "string" => Kind::String,
        "datetime" | "date" => Kind::DateTime,
        "timespan" | "time" => Kind::TimeSpan,
        "guid" | "uuid" | "uniqueid" => Kind::Guid,
        "dynamic" => Kind::Dynamic,
        _ => return None,
    })
}
