//! Operators of one table.

use super::Parser;
use crate::ast::{Ex, Expr, Level, Op, Operation, Piece, Setting};
use crate::fault::{Fault, Got};
use crate::lexer::Tok;
use ddefend_rule::ir::query::Kind;

/// Operators by name, for the message about one that is none.
const KNOWN: &[&str] = &[
    "where",
    "filter",
    "extend",
    "project",
    "project-away",
    "project-keep",
    "project-rename",
    "project-reorder",
    "summarize",
    "join",
    "lookup",
    "union",
    "sort",
    "order",
    "top",
    "top-nested",
    "top-hitters",
    "distinct",
    "count",
    "take",
    "limit",
    "sample",
    "sample-distinct",
    "mv-expand",
    "mvexpand",
    "mv-apply",
    "parse",
    "parse-where",
    "parse-kv",
    "render",
    "evaluate",
    "invoke",
    "make-series",
    "serialize",
    "search",
    "find",
    "scan",
    "range",
    "print",
    "partition",
    "getschema",
    "fork",
    "facet",
    "consume",
    "as",
    "reduce",
];

impl Parser<'_> {
    /// An operator's name; some have a dash in them.
    fn operator_name(&mut self) -> Option<String> {
        let mut name = self.word()?.to_owned();
        self.next();
        while self.is("-") && self.adjacent() && matches!(self.ahead(1).tok, Tok::Name(_)) {
            let longer = format!("{name}-{}", self.word_ahead(1).unwrap_or_default());
            if !KNOWN.iter().any(|known| known.starts_with(&longer))
                && !longer.starts_with("graph-")
                && !longer.starts_with("make-")
            {
                break;
            }
            self.next();
            self.next();
            name = longer;
        }
        Some(name)
    }

    /// An operator behind `|`.
    pub(super) fn operation(&mut self) -> Got<Operation> {
        self.nested(|parser| {
            let start = parser.span();
            let Some(name) = parser.operator_name() else {
                return parser.wanted("an operator such as where, extend or summarize");
            };
            let op = match parser.column_operator(&name)? {
                Some(op) => op,
                None => match parser.row_operator(&name)? {
                    Some(op) => op,
                    None => match parser.table_operator(&name)? {
                        Some(op) => op,
                        None => match parser.special_operator(&name)? {
                            Some(op) => op,
                            None => return Err(unknown(&name, parser.since(start))),
                        },
                    },
                },
            };
            Ok(Operation { op, span: parser.since(start) })
        })
    }

    pub(super) fn named_expression(&mut self) -> Got<Expr> {
        self.named(Self::expression)
    }

    fn assignments(&mut self) -> Got<Vec<Expr>> {
        self.list(Self::named_expression)
    }

    /// A name by pattern, an assignment, an expression: what `project` takes.
    fn projected(&mut self) -> Got<Expr> {
        self.named_expression()
    }

    fn column_operator(&mut self, name: &str) -> Got<Option<Op>> {
        Ok(Some(match name {
            "extend" => Op::Extend(self.assignments()?),
            "project" => Op::Project(if self.ends() { Vec::new() } else { self.list(Self::projected)? }),
            "project-away" => Op::Away(self.list(Self::column_pattern)?),
            "project-keep" => Op::Keep(self.list(Self::column_pattern)?),
            "project-rename" => Op::Rename(self.assignments()?),
            "project-reorder" => Op::Reorder(self.list(Self::pattern_key)?),
            "distinct" => {
                self.settings()?;
                Op::Distinct(if self.is("*") && self.ends_ahead(1) {
                    self.next();
                    Vec::new()
                } else {
                    self.assignments()?
                })
            }
            "summarize" => {
                self.settings()?;
                let aggregates = if self.is_word("by") || self.ends() { Vec::new() } else { self.assignments()? };
                let by = if self.eat_word("by") { self.assignments()? } else { Vec::new() };
                Op::Summarize(aggregates, by)
            }
            "serialize" => Op::Serialize(if self.ends() { Vec::new() } else { self.assignments()? }),
            "print" => Op::Print(self.list(|parser| parser.named(Self::expression))?),
            _ => return Ok(None),
        }))
    }

    /// True at the end of an operator.
    pub(super) fn ends(&self) -> bool {
        self.ends_ahead(0)
    }

    pub(super) fn ends_ahead(&self, count: usize) -> bool {
        matches!(self.ahead(count).tok, Tok::End | Tok::Punct("|" | ";" | ")" | "}"))
    }

    fn row_operator(&mut self, name: &str) -> Got<Option<Op>> {
        Ok(Some(match name {
            "where" | "filter" => {
                self.settings()?;
                let condition = self.expression()?;
                if self.is("=") {
                    return Fault::syntax(
                        self.span(),
                        "found \"=\"; to compare it is ==, or =~ where case does not count",
                    );
                }
                Op::Where(condition)
            }
            "sort" | "order" => {
                self.settings()?;
                self.need_word("by", "and what to sort by")?;
                Op::Sort(self.list(Self::key)?)
            }
            "top" => {
                self.settings()?;
                let count = self.expression()?;
                self.need_word("by", "and what to sort by")?;
                Op::Top(count, self.list(Self::key)?)
            }
            "top-nested" => Op::TopNested(self.list(Self::level)?),
            "top-hitters" => {
                let count = self.expression()?;
                self.need_word("of", "and the column")?;
                let of = self.named_expression()?;
                let by = if self.eat_word("by") { Some(self.expression()?) } else { None };
                Op::TopHitters(count, of, by)
            }
            "count" => {
                let named = if self.eat_word("as") { Some(self.name("a name for the count")?) } else { None };
                Op::Count(named)
            }
            "take" | "limit" => {
                self.settings()?;
                Op::Take(self.expression()?)
            }
            "sample" => Op::Sample(self.expression()?),
            "sample-distinct" => {
                let count = self.expression()?;
                self.need_word("of", "and the column")?;
                Op::SampleDistinct(count, self.expression()?)
            }
            "getschema" => {
                self.settings()?;
                Op::GetSchema
            }
            "as" => {
                self.settings()?;
                Op::As(self.name("a name for the table")?)
            }
            "consume" => {
                self.settings()?;
                if self.word().is_some() {
                    return self.wanted("the end of the operator");
                }
                Op::Nothing
            }
            "render" => self.render()?,
            "reduce" => {
                let settings = self.settings()?;
                self.need_word("by", "and a column")?;
                let by = self.expression()?;
                let mut all = settings;
                if self.eat_word("with") {
                    all.extend(self.pairs()?);
                }
                Op::Reduce { by, settings: all }
            }
            _ => return Ok(None),
        }))
    }

    fn level(&mut self) -> Got<Level> {
        let count = if self.is_word("of") { None } else { Some(self.expression()?) };
        self.need_word("of", "and a column")?;
        let of = self.named_expression()?;
        let mut others = None;
        if self.eat_word("with") {
            self.need_word("others", "= and a value")?;
            self.need("=", "and a value")?;
            others = Some(self.expression()?);
        }
        self.need_word("by", "and an aggregate")?;
        let key = self.key()?;
        Ok(Level { count, of, others, by: key.value, descending: key.descending.unwrap_or(true) })
    }

    /// How the result is drawn: read and left out, it changes no row.
    fn render(&mut self) -> Got<Op> {
        if self.word().is_none() {
            return self.wanted("the kind of a chart, such as timechart");
        }
        self.next();
        while !self.ends() {
            if self.eat("(") {
                while !self.is(")") && *self.peek() != Tok::End {
                    self.next();
                }
                self.need(")", "behind the chart's properties")?;
            } else {
                match self.peek() {
                    Tok::Name(_) | Tok::Punct("=" | "," | ".") | Tok::Text(_) | Tok::Long(_) | Tok::Real(_) => {
                        self.next();
                    }
                    _ => return self.wanted("the chart's properties: with (title = \"...\")"),
                }
            }
        }
        Ok(Op::Nothing)
    }

    /// `(name = value, ...)`.
    pub(super) fn pairs(&mut self) -> Got<Vec<Setting>> {
        self.need("(", "and the properties")?;
        let mut pairs = Vec::new();
        while !self.eat(")") {
            let name = self.name("the name of a property")?;
            self.need("=", "and its value")?;
            let value = self.expression()?;
            pairs.push(Setting { name, value });
            if !self.eat(",") && !self.is(")") {
                return self.wanted("a comma or ) behind the property");
            }
        }
        Ok(pairs)
    }

    /// `parse`, `parse-where`: `[kind=..] value with * "text" column: type ...`.
    pub(super) fn parse(&mut self, only: bool) -> Got<Op> {
        let settings = self.settings()?;
        let value = self.expression()?;
        self.need_word("with", "and the pattern")?;
        let mut pieces = Vec::new();
        while !self.ends() {
            self.node()?;
            let piece = match self.peek() {
                Tok::Punct("*") => {
                    self.next();
                    Piece::Skip
                }
                Tok::Text(first) => {
                    let mut text = first.to_string();
                    self.next();
                    while let Tok::Text(more) = self.peek() {
                        text.push_str(more);
                        self.next();
                    }
                    Piece::Literal(text.into())
                }
                Tok::Name(_) | Tok::Punct("[") => {
                    let name = self.name("the name of a column")?;
                    let kind = if self.eat(":") { self.kind()? } else { Kind::String };
                    Piece::Column(name, kind)
                }
                _ => return self.wanted("*, a text in quotes or a column"),
            };
            pieces.push(piece);
        }
        Ok(Op::Parse { only, settings, value, pieces })
    }
}

fn unknown(name: &str, span: ddefend_rule::ir::query::Span) -> Box<Fault> {
    let near = KNOWN.iter().find(|known| {
        let plain = |text: &str| text.to_lowercase().replace(['-', '_'], "");
        plain(known) == plain(name) || (name.len() > 3 && known.starts_with(name))
    });
    let message = match near {
        Some(near) => format!("{name:?} is no operator; {near} is"),
        None => format!("{name:?} is no operator; behind | goes one such as where, extend, project or summarize"),
    };
    Box::new(Fault { span, code: ddefend_model::code::QUERY_SYNTAX, message })
}

/// A value that a setting has as a word or text.
pub(crate) fn setting_word(value: &Expr) -> Option<&str> {
    match &value.node {
        Ex::Name(name) => Some(name),
        Ex::Literal(ddefend_rule::ir::query::Datum::Text(text)) => Some(text),
        _ => None,
    }
}
