//! Operators of several tables, and those with a grammar of their own.

use super::Parser;
use crate::ast::{Ex, Expanded, Expr, Op, Operation, ScanStep};
use crate::fault::{Fault, Got};
use crate::lexer::Tok;

impl Parser<'_> {
    /// An operator that makes rows itself, where a table could stand.
    pub(super) fn leading(&mut self) -> Got<Option<Operation>> {
        let start = self.span();
        let Some(word) = self.word() else { return Ok(None) };
        let behind = &self.ahead(1).tok;
        let begins = match word {
            "print" | "find" | "search" => !matches!(behind, Tok::Punct("|" | ";" | "=" | "." | "," | ")") | Tok::End),
            "union" => !matches!(behind, Tok::Punct("|" | ";" | "=" | "." | ",") | Tok::End),
            "range" => matches!(behind, Tok::Name(_)),
            "evaluate" => matches!(behind, Tok::Name(_)),
            _ => false,
        };
        if !begins {
            return Ok(None);
        }
        let operation = self.operation()?;
        Ok(Some(Operation { span: self.since(start), ..operation }))
    }

    pub(super) fn table_operator(&mut self, name: &str) -> Got<Option<Op>> {
        Ok(Some(match name {
            "join" | "lookup" => {
                let settings = self.settings()?;
                let right = self.table()?;
                let on = if self.eat_word("on") {
                    self.list(Self::expression)?
                } else if self.eat_word("where") {
                    return Fault::unsupported(self.before(), "join with where");
                } else {
                    return self.wanted("on and the columns that must be the same");
                };
                if name == "join" { Op::Join(settings, right, on) } else { Op::Lookup(settings, right, on) }
            }
            "union" => {
                let settings = self.settings()?;
                Op::Union(settings, self.list(Self::member)?)
            }
            "search" => {
                let mut settings = self.settings()?;
                let tables = self.in_tables()?;
                settings.extend(self.settings()?);
                let all = self.is("*") && self.ends_ahead(1);
                let predicate = if all { self.column_pattern()? } else { self.expression()? };
                Op::Search { settings, tables, predicate }
            }
            "find" => self.find()?,
            "range" => {
                let column = self.name("the name of the column")?;
                self.need_word("from", "and the first value")?;
                let from = self.expression()?;
                self.need_word("to", "and the last value")?;
                let to = self.expression()?;
                self.need_word("step", "and the step")?;
                let step = self.expression()?;
                Op::Range(column, Box::new([from, to, step]))
            }
            "partition" => {
                self.settings()?;
                self.need_word("by", "and a column")?;
                let by = self.partition_key()?;
                self.settings()?;
                let from = if self.eat_word("in") { Some(self.pipe()?) } else { None };
                let close = if self.eat("{") { "}" } else { ")" };
                if close == ")" {
                    self.need("(", "and what is done to each group")?;
                }
                let body = if close == "}" && !matches!(self.peek(), Tok::Name(_)) { Vec::new() } else { self.body()? };
                self.need(close, "behind it")?;
                Op::Partition { by, body, from }
            }
            _ => return Ok(None),
        }))
    }

    /// A column or a path: a bracket behind it is the body, not a call.
    fn partition_key(&mut self) -> Got<Expr> {
        let start = self.span();
        let mut node = Ex::Name(self.name("the name of a column")?);
        while self.eat(".") {
            let inner = Expr { node, span: self.since(start) };
            node = Ex::Path(Box::new(inner), self.name("the name of a property")?);
            self.higher()?;
        }
        Ok(Expr { node, span: self.since(start) })
    }

    /// Operators without a table before them: `(summarize ... | where ...)`.
    fn body(&mut self) -> Got<Vec<Operation>> {
        let mut body = vec![self.operation()?];
        while self.eat("|") {
            body.push(self.operation()?);
        }
        Ok(body)
    }

    /// A table as `join` takes it: a name, a call, brackets.
    fn table(&mut self) -> Got<Expr> {
        if self.ends() || self.is_word("on") {
            return self.wanted("a table, mostly in brackets");
        }
        self.postfix()
    }

    /// A table as `union` takes it, by pattern too.
    fn member(&mut self) -> Got<Expr> {
        let starred = self.is("*") || (self.word().is_some() && self.is_ahead(1, "*"));
        if starred { self.column_pattern() } else { self.postfix() }
    }

    /// `in (T1, T2*)`.
    fn in_tables(&mut self) -> Got<Vec<Expr>> {
        if !self.eat_word("in") {
            return Ok(Vec::new());
        }
        self.need("(", "and the tables")?;
        let tables = self.list(Self::member)?;
        self.need(")", "behind the tables")?;
        Ok(tables)
    }

    fn find(&mut self) -> Got<Op> {
        let mut settings = self.settings()?;
        let tables = self.in_tables()?;
        settings.extend(self.settings()?);
        self.eat_word("where");
        let predicate = self.expression()?;
        let mut project = None;
        if self.is_word("project") && !self.is_ahead(1, "-") {
            self.next();
            let mut columns = Vec::new();
            loop {
                let column = self.column_pattern()?;
                if self.eat(":") {
                    self.kind()?;
                }
                if self.is("(") {
                    // pack(*)
                    self.arguments()?;
                }
                columns.push(column);
                if !self.eat(",") {
                    break;
                }
            }
            project = Some(columns);
        } else if self.is_word("project") {
            return Fault::unsupported(self.span(), "project-smart and project-away of find");
        }
        Ok(Op::Find { settings, tables, predicate, project })
    }

    pub(super) fn special_operator(&mut self, name: &str) -> Got<Option<Op>> {
        let op = match name {
            "mv-expand" | "mvexpand" => {
                let settings = self.settings()?;
                let columns = self.list(Self::expanded)?;
                let limit = if self.eat_word("limit") { Some(self.unary()?) } else { None };
                Op::Expand { legacy: name == "mvexpand", settings, columns, limit }
            }
            "mv-apply" | "mvapply" => {
                let settings = self.settings()?;
                let columns = self.list(Self::expanded)?;
                let limit = if self.eat_word("limit") { Some(self.unary()?) } else { None };
                self.need_word("on", "and what is done, in brackets")?;
                self.need("(", "and what is done")?;
                let body = self.nested(Self::body)?;
                self.need(")", "behind it")?;
                Op::Apply { settings, columns, limit, body }
            }
            "parse" => self.parse(false)?,
            "parse-where" => self.parse(true)?,
            "parse-kv" => {
                let value = self.expression()?;
                self.need_word("as", "and the columns")?;
                let columns = self.schema()?;
                let settings = if self.eat_word("with") { self.pairs()? } else { Vec::new() };
                Op::ParseKv { value, columns, settings }
            }
            "evaluate" => {
                self.settings()?;
                let call = self.postfix()?;
                if !matches!(call.node, Ex::Call(..)) {
                    return Fault::syntax(call.span, "evaluate takes a call of a plugin, such as bag_unpack(column)");
                }
                let schema = if self.eat(":") { Some(self.schema()?) } else { None };
                Op::Evaluate(call, schema)
            }
            "invoke" => {
                let call = self.postfix()?;
                if !matches!(call.node, Ex::Call(..) | Ex::Name(_)) {
                    return Fault::syntax(call.span, "invoke takes a call of a function");
                }
                Op::Invoke(call)
            }
            "make-series" => self.series()?,
            "scan" => self.scan()?,
            "fork" | "facet" => return Fault::unsupported(self.before(), name),
            "macro-expand" | "execute-and-cache" | "assert-schema" => return Fault::unsupported(self.before(), name),
            "make-graph"
            | "graph-match"
            | "graph-to-table"
            | "graph-merge"
            | "graph-shortest-paths"
            | "graph-mark-components"
            | "graph-where-nodes"
            | "graph-where-edges" => Op::Refused(name.into()),
            _ => return Ok(None),
        };
        if matches!(op, Op::Refused(_)) {
            self.skip_operator();
        }
        Ok(Some(op))
    }

    /// To the next bar or the end at this level.
    fn skip_operator(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Tok::End => return,
                Tok::Punct("(" | "[" | "{") => open = open.saturating_add(1),
                Tok::Punct(")" | "]" | "}") if open == 0 => return,
                Tok::Punct(")" | "]" | "}") => open = open.saturating_sub(1),
                Tok::Punct("|" | ";") if open == 0 => return,
                _ => {}
            }
            self.next();
        }
    }

    /// `column = list to typeof(type)`.
    fn expanded(&mut self) -> Got<Expanded> {
        let value = self.named_expression()?;
        let mut kind = None;
        if self.eat_word("to") {
            self.need_word("typeof", "and a type in brackets")?;
            self.need("(", "and a type")?;
            kind = Some(self.kind()?);
            self.need(")", "behind the type")?;
        }
        Ok((value, kind))
    }

    fn series(&mut self) -> Got<Op> {
        self.settings()?;
        let values = self.list(|parser| {
            let value = parser.named_expression()?;
            let mut default = None;
            if parser.eat_word("default") {
                parser.need("=", "and the value of empty bins")?;
                default = Some(parser.expression()?);
            }
            Ok((value, default))
        })?;
        self.need_word("on", "and the column of the axis")?;
        let on = self.named(Self::additive)?;
        let (mut from, mut to) = (None, None);
        let step;
        if self.eat_word("in") {
            // The old form: in range(from, to, step).
            self.need_word("range", "and from, to, step in brackets")?;
            let mut bounds = self.arguments()?.into_iter();
            from = bounds.next();
            to = bounds.next();
            match bounds.next() {
                Some(value) => step = value,
                None => return Fault::syntax(self.before(), "range takes from, to, step"),
            }
        } else {
            if self.eat_word("from") {
                from = Some(self.expression()?);
            }
            if self.eat_word("to") {
                to = Some(self.expression()?);
            }
            self.need_word("step", "and the width of a bin")?;
            step = self.expression()?;
        }
        let by = if self.eat_word("by") { self.list(Self::named_expression)? } else { Vec::new() };
        Ok(Op::MakeSeries { values, on, from, to, step, by })
    }

    fn scan(&mut self) -> Got<Op> {
        let settings = self.settings()?;
        if self.is_word("order") || self.is_word("partition") {
            return Fault::unsupported(self.span(), "order by and partition by of scan");
        }
        let declared = if self.eat_word("declare") { self.schema()? } else { Vec::new() };
        self.need_word("with", "and the steps")?;
        self.need("(", "and the steps")?;
        let mut steps = Vec::new();
        while !self.eat(")") {
            self.need_word("step", "and a name")?;
            let name = self.name("the name of a step")?;
            let optional = self.eat_word("optional");
            let mut output = None;
            if self.eat_word("output") {
                self.need("=", "and all, last or none")?;
                output = Some(self.name("all, last or none")?);
            }
            self.need(":", "and the condition")?;
            let condition = self.expression()?;
            let assignments = if self.eat("=>") { self.list(Self::named_expression)? } else { Vec::new() };
            steps.push(ScanStep { name, optional, output, condition, assignments });
            if !self.eat(";") && !self.is(")") {
                return self.wanted("; or ) behind the step");
            }
        }
        Ok(Op::Scan { settings, declared, steps })
    }
}
