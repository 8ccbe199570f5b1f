//! Operators that every language has in some form.

use super::assign::{pattern, patterns, setting};
use super::scope::{Bound, Called, Scope};
use super::search::{United, either};
use super::{At, Lower, Row, Rows, at, regex};
use crate::ast::{Ex, Expanded, Expr, Key, Op, Operation, Piece, Setting};
use crate::fault::{Fault, Got};
use ddefend_rule::ir::query::{
    Assignment, CompareOp, Datum, JoinKind, Kind, Node, Operator, ParseKind, ParsePiece, Pattern, Pipeline, Scalar,
    Source, Span, Step,
};

impl<'a> Lower<'a> {
    pub(super) fn steps(&mut self, rows: &mut Rows, operations: &'a [Operation], scope: &mut Scope) -> Got<()> {
        for operation in operations {
            self.charge(1, operation.span)?;
            self.step(rows, operation, scope)?;
        }
        Ok(())
    }

    fn step(&mut self, rows: &mut Rows, operation: &'a Operation, scope: &mut Scope) -> Got<()> {
        let span = operation.span;
        let row = std::mem::take(&mut rows.row);
        let (operator, row) = {
            let place = At { scope: *scope, row: &row };
            match self.simple(&operation.op, place)? {
                Some((operator, columns)) => (operator, columns.after(row)),
                None => {
                    rows.row = row;
                    return self.large(rows, operation, scope);
                }
            }
        };
        rows.row = row;
        rows.pipeline.steps.push(Step { operator, span });
        Ok(())
    }

    /// Operators that only need the columns.
    fn simple(&mut self, op: &'a Op, place: At<'_>) -> Got<Option<(Operator, Columns)>> {
        Ok(Some(match op {
            Op::Where(condition) => (Operator::Filter(self.scalar(condition, place)?), Columns::Same),
            Op::Extend(list) => {
                let list = self.assignments(list, place)?;
                let columns = Columns::more(&list);
                (Operator::Extend(list), columns)
            }
            Op::Serialize(list) if !list.is_empty() => {
                let list = self.assignments(list, place)?;
                let columns = Columns::more(&list);
                (Operator::Extend(list), columns)
            }
            Op::Project(list) => {
                let list = self.assignments(list, place)?;
                let columns = Columns::only(&[&list]);
                (Operator::Project(list), columns)
            }
            Op::Away(list) => (Operator::Away(patterns(list)?), Columns::Same),
            Op::Keep(list) => (Operator::Keep(patterns(list)?), Columns::Same),
            Op::Reorder(keys) => (Operator::Reorder(reordered(keys)?), Columns::Same),
            Op::Rename(list) => {
                let pairs = renamed(list)?;
                let names = pairs.iter().map(|(new, _)| new.clone()).collect();
                (Operator::Rename(pairs), Columns::More(names))
            }
            Op::Summarize(aggregates, by) => {
                let aggregates = self.assignments(aggregates, place)?;
                let by = self.assignments(by, place)?;
                let columns = Columns::only(&[&aggregates, &by]);
                (Operator::Summarise { aggregates, by }, columns)
            }
            Op::Sort(keys) => (Operator::Sort(self.keys(keys, place)?), Columns::Same),
            Op::Top(count, keys) => {
                let count = self.count(count, place)?;
                (Operator::Top(count, self.keys(keys, place)?), Columns::Same)
            }
            Op::Distinct(list) if matches!(list.as_slice(), [Expr { node: Ex::Star, .. }]) => {
                (Operator::Distinct(Vec::new()), Columns::Same)
            }
            Op::Distinct(list) => {
                let list = self.assignments(list, place)?;
                let columns = if list.is_empty() { Columns::Same } else { Columns::only(&[&list]) };
                (Operator::Distinct(list), columns)
            }
            Op::Take(count) => (Operator::Take(self.count(count, place)?), Columns::Same),
            Op::Parse { only, settings, value, pieces } => self.parse(*only, settings, value, pieces, place)?,
            _ => return Ok(None),
        }))
    }

    fn parse(
        &mut self,
        only: bool,
        settings: &[Setting],
        value: &'a Expr,
        pieces: &[Piece],
        place: At<'_>,
    ) -> Got<(Operator, Columns)> {
        let kind = match setting(settings, "kind") {
            None | Some(("simple", _)) => ParseKind::Simple,
            Some(("relaxed", _)) => ParseKind::Relaxed,
            Some(("regex", _)) => ParseKind::Regex,
            Some((other, span)) => {
                return Fault::syntax(span, format!("{other:?} is no kind of parse; simple, relaxed and regex are"));
            }
        };
        let ignore_case = match setting(settings, "flags") {
            None => false,
            Some(("i", _)) => true,
            Some((_, span)) => return Fault::unsupported(span, "flags of parse other than i"),
        };
        let mut names = Vec::new();
        let mut pattern = Vec::new();
        for piece in pieces {
            pattern.push(match piece {
                Piece::Skip => ParsePiece::Skip,
                Piece::Literal(text) if kind == ParseKind::Regex => {
                    let text = regex::rewritten(text);
                    ParsePiece::Literal(if ignore_case { format!("(?i:{text})").into() } else { text.into() })
                }
                Piece::Literal(text) => ParsePiece::Literal(text.clone()),
                Piece::Column(name, kind) => {
                    names.push(name.clone());
                    ParsePiece::Column(name.clone(), *kind)
                }
            });
        }
        let value = self.scalar(value, place)?;
        Ok((Operator::Parse { value, kind, pattern, only_fitting: only }, Columns::More(names)))
    }

    /// Operators with other tables, bodies of operators, or no form of their own.
    fn large(&mut self, rows: &mut Rows, operation: &'a Operation, scope: &mut Scope) -> Got<()> {
        let span = operation.span;
        let operator = match &operation.op {
            Op::Nothing | Op::Serialize(_) => return Ok(()),
            Op::Count(named) => {
                rows.pipeline.steps.push(Step { operator: Operator::Count, span });
                rows.row = Row::default();
                let Some(name) = named else { return Ok(()) };
                rows.row.add(std::slice::from_ref(name));
                Operator::Rename(vec![(name.clone(), "Count".into())])
            }
            Op::Join(settings, right, on) => {
                let kind = join_kind(settings)?;
                self.join(rows, kind, right, on, *scope)?
            }
            Op::Lookup(settings, right, on) => {
                let kind = match setting(settings, "kind") {
                    None | Some(("leftouter", _)) => JoinKind::Lookup,
                    Some(("inner", _)) => JoinKind::LookupInner,
                    Some((other, span)) => {
                        return Fault::syntax(span, format!("{other:?} is no kind of lookup; leftouter and inner are"));
                    }
                };
                self.join(rows, kind, right, on, *scope)?
            }
            Op::Union(settings, members) => {
                let United { outer, source_column, fuzzy } = Self::united_settings(settings)?;
                let members = self.members(members, *scope)?;
                let all = members.iter().map(|member| &member.row).chain([&rows.row]);
                let row = either(all, source_column.as_deref());
                let members = members.into_iter().map(|member| member.pipeline).collect();
                rows.row = row;
                Operator::Union { members, outer, source_column, fuzzy }
            }
            Op::Search { settings, tables, predicate } => {
                if let Some(table) = tables.first() {
                    return Fault::syntax(table.span, "search behind a table takes no tables of its own");
                }
                return self.search_step(rows, settings, predicate, *scope);
            }
            Op::As(name) => {
                let index = self.share(std::mem::replace(rows, empty()));
                *rows = self.shared_rows(index);
                *scope = self.bind(*scope, name.clone(), Bound::Table(index), span)?;
                return Ok(());
            }
            Op::Invoke(call) => return self.invoke(rows, call, span, *scope),
            Op::Expand { legacy, settings, columns, limit } => {
                let most = match limit {
                    Some(limit) => Some(self.count(limit, At { scope: *scope, row: &rows.row })?),
                    None => legacy.then_some(128),
                };
                self.expand(rows, settings, columns, most, *scope)?
            }
            Op::Apply { settings, columns, limit, body } => {
                if limit.is_some() {
                    return Fault::unsupported(span, "limit of mv-apply");
                }
                if let Some((_, span)) = setting(settings, "with_itemindex") {
                    return Fault::unsupported(span, "with_itemindex of mv-apply");
                }
                let columns = self.expanded(columns, At { scope: *scope, row: &rows.row })?;
                for (name, ..) in &columns {
                    rows.row.add(std::slice::from_ref(name));
                }
                let body = self.inner_steps(rows, body, *scope)?;
                Operator::Apply { columns, body }
            }
            Op::Partition { by, body, from } => {
                if from.is_some() || body.is_empty() {
                    return Fault::unsupported(span, "partition with a table of its own");
                }
                let by = vec![self.scalar(by, At { scope: *scope, row: &rows.row })?];
                let body = self.inner_steps(rows, body, *scope)?;
                Operator::Partition { by, body, keep: false }
            }
            Op::Print(_) | Op::Range(..) | Op::Find { .. } => {
                return Fault::syntax(span, "this operator makes rows itself; it stands first");
            }
            Op::Refused(name) => return Fault::unsupported(span, name),
            op => self.command(op, span, At { scope: *scope, row: &rows.row })?,
        };
        rows.pipeline.steps.push(Step { operator, span });
        Ok(())
    }

    /// Operators over a part of the rows.
    fn inner_steps(&mut self, rows: &mut Rows, operations: &'a [Operation], scope: Scope) -> Got<Vec<Step>> {
        let mut inner = Rows { row: rows.row.clone(), ..empty() };
        let mut scope = scope;
        let span = operations.first().map_or(Span::default(), |first| first.span);
        for operation in operations {
            if matches!(operation.op, Op::As(_) | Op::Invoke(_)) {
                return Fault::unsupported(operation.span, "as and invoke within another operator");
            }
        }
        self.nested(span, |lower| lower.steps(&mut inner, operations, &mut scope))?;
        rows.row = inner.row;
        Ok(inner.pipeline.steps)
    }

    fn invoke(&mut self, rows: &mut Rows, call: &'a Expr, span: Span, scope: Scope) -> Got<()> {
        let (name, arguments): (&str, &'a [Expr]) = match &call.node {
            Ex::Call(name, arguments) => (name, arguments),
            Ex::Name(name) => (name, &[]),
            _ => return Fault::syntax(span, "invoke takes a call of a function"),
        };
        let Some((Bound::Function(function), seen)) = self
            .find(name, scope)
            .and_then(|binding| self.bound(binding))
            .map(|found| (found.bound.clone(), found.scope))
        else {
            let operator = self.plugin("invoke", name, arguments, None, At { scope, row: &rows.row })?;
            rows.pipeline.steps.push(Step { operator, span });
            return Ok(());
        };
        let row = rows.row.clone();
        let index = self.share(std::mem::replace(rows, empty()));
        let place = At { scope, row: &row };
        match self.call_bound(function, seen, (arguments, place), Some(index), span)? {
            Called::Rows(made) => *rows = made,
            Called::Scalar(_) => return Fault::value(span, format!("{name:?} makes one value, invoke wants a table")),
        }
        Ok(())
    }

    fn join(
        &mut self,
        rows: &mut Rows,
        kind: JoinKind,
        right: &'a Expr,
        on: &'a [Expr],
        scope: Scope,
    ) -> Got<Operator> {
        let right = self.rows(right, scope)?;
        let mut pairs = Vec::new();
        for condition in on {
            pair(condition, &mut pairs)?;
        }
        match kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => {}
            JoinKind::RightSemi | JoinKind::RightAnti => rows.row = right.row.clone(),
            _ => rows.row.known.extend(right.row.known.iter().cloned()),
        }
        Ok(Operator::Join { kind, right: Box::new(right.pipeline), on: pairs })
    }

    fn expand(
        &mut self,
        rows: &mut Rows,
        settings: &[Setting],
        columns: &'a [Expanded],
        limit: Option<u64>,
        scope: Scope,
    ) -> Got<Operator> {
        let mut pairs = false;
        for name in ["kind", "bagexpansion"] {
            match setting(settings, name) {
                None | Some(("bag", _)) => {}
                Some(("array", _)) => pairs = true,
                Some((other, span)) => {
                    return Fault::syntax(span, format!("{other:?} is no {name} of mv-expand; bag and array are"));
                }
            }
        }
        let index: Option<Box<str>> = setting(settings, "with_itemindex").map(|(name, _)| name.into());
        let mut columns = self.expanded(columns, At { scope, row: &rows.row })?;
        for (name, value, _) in &mut columns {
            rows.row.add(std::slice::from_ref(name));
            if pairs {
                let span = value.span;
                let bag = std::mem::replace(value, at(Node::AnyColumn, span));
                *value = at(Node::Call("bag_pairs".into(), vec![bag]), span);
            }
        }
        rows.row.known.extend(index.clone());
        Ok(Operator::Expand { columns, index, limit })
    }

    fn expanded(&mut self, columns: &'a [Expanded], place: At<'_>) -> Got<Vec<List>> {
        let mut all = Vec::new();
        for (value, kind) in columns {
            let assignment = self.assignment(value, place)?;
            let name = match assignment.names.first() {
                Some(name) => name.clone(),
                None => made_up(&assignment.value)
                    .unwrap_or_else(|| format!("Column{}", all.len().saturating_add(1)))
                    .into(),
            };
            all.push((name, assignment.value, *kind));
        }
        Ok(all)
    }
}

/// A column, the list that it is made of, the kind of its elements.
type List = (Box<str>, Scalar, Option<Kind>);

/// What an operator does to the columns that are known.
enum Columns {
    Same,
    More(Vec<Box<str>>),
    Only(Vec<Box<str>>),
}

impl Columns {
    fn more(list: &[Assignment]) -> Self {
        Self::More(list.iter().flat_map(|assignment| assignment.names.iter().cloned()).collect())
    }

    fn only(lists: &[&[Assignment]]) -> Self {
        let all = lists.iter().flat_map(|list| list.iter());
        Self::Only(all.flat_map(|assignment| assignment.names.iter().cloned()).collect())
    }

    fn after(self, mut row: Row) -> Row {
        match self {
            Self::Same => {}
            Self::More(names) => row.add(&names),
            Self::Only(names) => {
                row = Row::default();
                row.add(&names);
            }
        }
        row
    }
}

fn empty() -> Rows {
    let source = Source::Rows { columns: Vec::new(), rows: Vec::new() };
    Rows { pipeline: Pipeline { source, steps: Vec::new() }, row: Row::default() }
}

/// What Kusto calls the column of a path or a conversion: `a.b` is `a_b`.
fn made_up(value: &Scalar) -> Option<String> {
    match &value.node {
        Node::Column(name) => Some(name.to_string()),
        Node::Member(inner, name) => Some(format!("{}_{name}", made_up(inner)?)),
        Node::Index(inner, index) => match &index.node {
            Node::Literal(Datum::Long(number)) => Some(format!("{}_{number}", made_up(inner)?)),
            _ => None,
        },
        Node::Call(name, arguments) if matches!(&**name, "todynamic" | "parse_json" | "tostring" | "toobject") => {
            made_up(arguments.first()?)
        }
        _ => None,
    }
}

fn reordered(keys: &[Key]) -> Got<Vec<Pattern>> {
    let mut list = Vec::new();
    for key in keys {
        if key.descending.is_some() {
            return Fault::unsupported(key.value.span, "an order among the columns of a pattern");
        }
        list.push(pattern(&key.value)?);
    }
    Ok(list)
}

fn renamed(list: &[Expr]) -> Got<Vec<(Box<str>, Box<str>)>> {
    list.iter()
        .map(|item| match &item.node {
            Ex::Named(names, old) => match (names.as_slice(), &old.node) {
                ([new], Ex::Name(old)) => Ok((new.clone(), old.clone())),
                _ => Fault::syntax(item.span, "project-rename takes new = old, both names of columns"),
            },
            _ => Fault::syntax(item.span, "project-rename takes new = old"),
        })
        .collect()
}

fn join_kind(settings: &[Setting]) -> Got<JoinKind> {
    Ok(match setting(settings, "kind") {
        None | Some(("innerunique", _)) => JoinKind::InnerUnique,
        Some(("inner", _)) => JoinKind::Inner,
        Some(("leftouter", _)) => JoinKind::LeftOuter,
        Some(("rightouter", _)) => JoinKind::RightOuter,
        Some(("fullouter" | "outer", _)) => JoinKind::FullOuter,
        Some(("leftsemi", _)) => JoinKind::LeftSemi,
        Some(("rightsemi", _)) => JoinKind::RightSemi,
        Some(("leftanti" | "anti" | "leftantisemi", _)) => JoinKind::LeftAnti,
        Some(("rightanti" | "rightantisemi", _)) => JoinKind::RightAnti,
        Some((other, span)) => {
            let message = format!(
                "{other:?} is no kind of join; innerunique, inner, leftouter, rightouter, fullouter, leftsemi, rightsemi, \
                 leftanti and rightanti are"
            );
            return Fault::syntax(span, message);
        }
    })
}

/// A condition of a join: a name that both sides have, or `$left.a == $right.b`.
fn pair(condition: &Expr, pairs: &mut Vec<(Scalar, Scalar)>) -> Got<()> {
    let span = condition.span;
    match &condition.node {
        Ex::Name(name) => {
            let column = at(Node::Column(name.clone()), span);
            pairs.push((column.clone(), column));
            return Ok(());
        }
        Ex::And(list) => return list.iter().try_for_each(|condition| pair(condition, pairs)),
        Ex::Compare(CompareOp::Eq, first, second) => match (sided(first), sided(second)) {
            (Some((true, left)), Some((false, right))) | (Some((false, right)), Some((true, left))) => {
                pairs.push((left, right));
                return Ok(());
            }
            _ => {}
        },
        _ => {}
    }
    Fault::syntax(span, "here goes a column that both sides have, or $left.a == $right.b")
}

/// `$left.a.b` as a scalar of its side.
fn sided(value: &Expr) -> Option<(bool, Scalar)> {
    match &value.node {
        Ex::Path(inner, name) => match &inner.node {
            Ex::Name(side) if matches!(&**side, "$left" | "$right") => {
                Some((&**side == "$left", at(Node::Column(name.clone()), value.span)))
            }
            _ => {
                let (side, inner) = sided(inner)?;
                Some((side, at(Node::Member(Box::new(inner), name.clone()), value.span)))
            }
        },
        Ex::Index(inner, index) => {
            let (side, inner) = sided(inner)?;
            let Ex::Literal(datum) = &index.node else { return None };
            let index = at(Node::Literal(datum.clone()), index.span);
            Some((side, at(Node::Index(Box::new(inner), Box::new(index)), value.span)))
        }
        _ => None,
    }
}
