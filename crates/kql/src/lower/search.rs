//! `union`, `search` and `find`: rows of several tables.

use super::assign::{pattern, setting, switch};
use super::scope::Scope;
use super::sources::table;
use super::texts::term;
use super::{At, Lower, Row, Rows, at};
use crate::ast::{Ex, Expr, Setting};
use crate::fault::{Fault, Got};
use ddefend_rule::ir::query::{Datum, Node, Operator, Pattern, Pipeline, Scalar, Source, Span, Step};

/// What `union` says besides its members.
pub(super) struct United {
    pub(super) outer: bool,
    pub(super) source_column: Option<Box<str>>,
    pub(super) fuzzy: bool,
}

impl<'a> Lower<'a> {
    pub(super) fn united_settings(settings: &[Setting]) -> Got<United> {
        let outer = match setting(settings, "kind") {
            None | Some(("outer", _)) => true,
            Some(("inner", _)) => false,
            Some((other, span)) => {
                return Fault::syntax(span, format!("{other:?} is no kind of union; outer and inner are"));
            }
        };
        let source_column = setting(settings, "withsource").or_else(|| setting(settings, "with_source"));
        Ok(United {
            outer,
            source_column: source_column.map(|(name, _)| name.into()),
            fuzzy: switch(settings, "isfuzzy"),
        })
    }

    pub(super) fn members(&mut self, members: &'a [Expr], scope: Scope) -> Got<Vec<Rows>> {
        members.iter().map(|member| self.rows(member, scope)).collect()
    }

    pub(super) fn united(&mut self, settings: &[Setting], members: &'a [Expr], scope: Scope, _: Span) -> Got<Rows> {
        let United { outer, source_column, fuzzy } = Self::united_settings(settings)?;
        let members = self.members(members, scope)?;
        let row = either(members.iter().map(|member| &member.row), source_column.as_deref());
        let members = members.into_iter().map(|member| member.pipeline).collect();
        let source = Source::Union { members, outer, source_column, fuzzy };
        Ok(Rows { pipeline: Pipeline { source, steps: Vec::new() }, row })
    }

    /// `search` as the first operator: all tables, or those named.
    pub(super) fn searched(
        &mut self,
        settings: &[Setting],
        tables: &'a [Expr],
        predicate: &'a Expr,
        scope: Scope,
    ) -> Got<Rows> {
        let members = if tables.is_empty() { vec![table("*", predicate.span)] } else { self.members(tables, scope)? };
        let members = members.into_iter().map(|member| member.pipeline).collect();
        let source_column = Some("$table".into());
        let source = Source::Union { members, outer: true, source_column, fuzzy: false };
        let mut rows = Rows { pipeline: Pipeline { source, steps: Vec::new() }, row: Row::default() };
        self.search_step(&mut rows, settings, predicate, scope)?;
        Ok(rows)
    }

    pub(super) fn search_step(
        &mut self,
        rows: &mut Rows,
        settings: &[Setting],
        predicate: &'a Expr,
        scope: Scope,
    ) -> Got<()> {
        let cased = match setting(settings, "kind") {
            None | Some(("default" | "case_insensitive", _)) => false,
            Some(("case_sensitive", _)) => true,
            Some((other, span)) => return Fault::syntax(span, format!("{other:?} is no kind of search")),
        };
        let test = self.search_test(predicate, cased, At { scope, row: &rows.row })?;
        rows.pipeline.steps.push(Step { operator: Operator::Filter(test), span: predicate.span });
        Ok(())
    }

    /// A predicate in which texts stand alone.
    fn search_test(&mut self, value: &'a Expr, cased: bool, place: At<'_>) -> Got<Scalar> {
        let span = value.span;
        let any = || at(Node::AnyColumn, span);
        Ok(match &value.node {
            Ex::Literal(Datum::Text(text)) => {
                if &**text == "*" {
                    at(Node::Literal(Datum::Bool(true)), span)
                } else {
                    term(text, cased, any(), span, span)
                }
            }
            Ex::Star => at(Node::Literal(Datum::Bool(true)), span),
            Ex::Literal(number @ (Datum::Long(_) | Datum::Real(_))) => {
                let text = match number {
                    Datum::Long(number) => number.to_string(),
                    Datum::Real(number) => number.to_string(),
                    _ => String::new(),
                };
                term(&text, cased, any(), span, span)
            }
            Ex::And(list) | Ex::Or(list) => {
                let mut tests = Vec::new();
                for value in list {
                    tests.push(self.search_test(value, cased, place)?);
                }
                at(if matches!(value.node, Ex::And(_)) { Node::And(tests) } else { Node::Or(tests) }, span)
            }
            Ex::Call(name, arguments) if &**name == "not" => match arguments.as_slice() {
                [inner] => at(Node::Not(Box::new(self.search_test(inner, cased, place)?)), span),
                _ => return Fault::syntax(span, "not() takes one value"),
            },
            Ex::Name(_) => {
                // A variable that is a text is a term.
                let found = self.scalar(value, place)?;
                match &found.node {
                    Node::Literal(Datum::Text(text)) => term(text, cased, any(), span, span),
                    _ => found,
                }
            }
            _ => self.scalar(value, place)?,
        })
    }

    /// `find`: rows of the tables for which the predicate holds, with the table's name and the columns wanted.
    pub(super) fn found(
        &mut self,
        settings: &[Setting],
        tables: &'a [Expr],
        predicate: &'a Expr,
        project: Option<&'a [Expr]>,
        scope: Scope,
        span: Span,
    ) -> Got<Rows> {
        let Some(columns) = project else {
            return Fault::unsupported(span, "find without project (its columns are packed into pack_)");
        };
        let name: Box<str> = setting(settings, "withsource")
            .or_else(|| setting(settings, "with_source"))
            .map_or("source_".into(), |(name, _)| name.into());
        let members = if tables.is_empty() { vec![table("*", predicate.span)] } else { self.members(tables, scope)? };
        let members = members.into_iter().map(|member| member.pipeline).collect();
        let source = Source::Union { members, outer: true, source_column: Some(name.clone()), fuzzy: false };
        let mut rows = Rows { pipeline: Pipeline { source, steps: Vec::new() }, row: Row::default() };
        let test = self.search_test(predicate, false, At { scope, row: &rows.row })?;
        rows.pipeline.steps.push(Step { operator: Operator::Filter(test), span: predicate.span });
        let mut kept = vec![Pattern { name, span }];
        for column in columns {
            kept.push(pattern(column)?);
        }
        rows.pipeline.steps.push(Step { operator: Operator::Keep(kept), span });
        Ok(rows)
    }
}

/// Columns that members are known to have.
pub(super) fn either<'r>(rows: impl Iterator<Item = &'r Row>, more: Option<&str>) -> Row {
    let mut all = Row::default();
    for row in rows {
        all.known.extend(row.known.iter().cloned());
    }
    all.known.extend(more.map(Box::from));
    all
}
