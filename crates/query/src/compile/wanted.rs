//! Which columns of tables a query asks for: all that it names, and all there are where rows are handed on whole. Tables
//! of seventy columns of which a query names four cost four.

use ddefend_rule::ir::query::{Assignment, Node, Operator, Pattern, Pipeline, Query, Scalar, Source, Step};
use std::collections::BTreeSet;

/// Levels that are looked into; deeper queries do not compile.
const DEPTH: usize = 400;

/// What a query names.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Every name in it that may be a column's, dotted paths whole.
    pub(super) names: BTreeSet<Box<str>>,
    /// True where something asks for columns without naming them.
    pub(super) whole: bool,
    /// By shared table: all its columns are wanted.
    pub(super) shared: Vec<bool>,
}

/// True where, with those operators behind, all columns are wanted; `all` where the last one's are.
pub(super) fn after(steps: &[Step], all: bool) -> bool {
    steps.iter().rev().fold(all, |all, step| match &step.operator {
        Operator::Project(_) | Operator::Summarise { .. } | Operator::Count => false,
        Operator::Distinct(columns) => columns.is_empty(),
        Operator::Keep(patterns) => patterns.iter().any(|pattern| pattern.name.contains('*')),
        Operator::Command { .. } => true,
        _ => all,
    })
}

impl Wanted {
    pub(super) fn of(query: &Query) -> Self {
        let mut wanted = Self { shared: vec![false; query.shared.len()], ..Self::default() };
        wanted.pipeline(&query.pipeline, true, DEPTH);
        for (at, shared) in query.shared.iter().enumerate().rev() {
            let all = wanted.shared.get(at).copied().unwrap_or(true);
            wanted.pipeline(shared, all, DEPTH);
        }
        wanted
    }

    /// True where the column is wanted of rows that are not handed on whole.
    pub(super) fn column(&self, name: &str) -> bool {
        // Joins number the columns of the right side: `Name1` asks for `Name`.
        self.whole || self.names.contains(name) || {
            let numbered = |known: &str| {
                known.strip_prefix(name).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
            };
            self.names
                .range::<Box<str>, _>(Box::from(name)..)
                .take_while(|known| known.starts_with(name))
                .any(|known| numbered(known))
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, all: bool, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match &pipeline.source {
            Source::Shared(at) => {
                let all = after(&pipeline.steps, all);
                if let Some(shared) = self.shared.get_mut(*at) {
                    *shared |= all;
                }
            }
            Source::Union { members, source_column, .. } => {
                self.names.extend(source_column.clone());
                let all = after(&pipeline.steps, all);
                members.iter().for_each(|member| self.pipeline(member, all, depth));
            }
            Source::Sequence(sequence) => {
                self.whole = true;
                self.names.insert("@timestamp".into());
                sequence.by.iter().for_each(|key| self.scalar(key, depth));
                for term in sequence.terms.iter().chain(&sequence.until) {
                    self.scalar(&term.filter, depth);
                    term.by.iter().for_each(|key| self.scalar(key, depth));
                }
            }
            Source::Table { .. } | Source::Rows { .. } | Source::Range { .. } | Source::External { .. } => {}
        }
        for (at, step) in pipeline.steps.iter().enumerate() {
            let all = after(pipeline.steps.get(at.saturating_add(1)..).unwrap_or_default(), all);
            self.step(step, all, depth);
        }
    }

    fn assignments(&mut self, assignments: &[Assignment], depth: usize) {
        for assignment in assignments {
            self.names.extend(assignment.names.iter().cloned());
            self.scalar(&assignment.value, depth);
        }
    }

    fn patterns(&mut self, patterns: &[Pattern]) {
        for pattern in patterns {
            self.name(&pattern.name);
        }
    }

    fn name(&mut self, name: &str) {
        if name.contains('*') {
            self.whole = true;
        } else {
            self.names.insert(name.into());
        }
    }

    fn step(&mut self, step: &Step, all: bool, depth: usize) {
        match &step.operator {
            Operator::Filter(condition) => self.scalar(condition, depth),
            Operator::Extend(values) | Operator::Project(values) => self.assignments(values, depth),
            Operator::Distinct(values) => {
                self.whole |= values.is_empty();
                self.assignments(values, depth);
            }
            Operator::Keep(patterns) | Operator::Away(patterns) | Operator::Reorder(patterns) => {
                self.patterns(patterns)
            }
            Operator::Rename(pairs) => {
                for (new, old) in pairs {
                    self.name(new);
                    self.name(old);
                }
            }
            Operator::Summarise { aggregates, by } | Operator::Window { aggregates, by, .. } => {
                self.assignments(aggregates, depth);
                self.assignments(by, depth);
            }
            Operator::Sort(keys) | Operator::Top(_, keys) => keys.iter().for_each(|key| self.scalar(&key.value, depth)),
            Operator::Dedup { by, .. } => self.names.extend(by.iter().cloned()),
            Operator::Join { right, on, .. } => {
                for (left, right) in on {
                    self.scalar(left, depth);
                    self.scalar(right, depth);
                }
                self.pipeline(right, all, depth);
            }
            Operator::Union { members, source_column, .. } => {
                self.names.extend(source_column.clone());
                members.iter().for_each(|member| self.pipeline(member, all, depth));
            }
            Operator::Expand { columns, index, .. } => {
                self.names.extend(index.clone());
                columns.iter().for_each(|(name, value, _)| {
                    self.names.insert(name.clone());
                    self.scalar(value, depth);
                });
            }
            Operator::Apply { columns, body } => {
                columns.iter().for_each(|(name, value, _)| {
                    self.names.insert(name.clone());
                    self.scalar(value, depth);
                });
                body.iter().for_each(|step| self.step(step, true, depth));
            }
            Operator::Parse { value, .. } | Operator::Extract { value, .. } => self.scalar(value, depth),
            Operator::Fill { columns, value } => {
                self.whole |= columns.is_empty();
                self.names.extend(columns.iter().cloned());
                self.scalar(value, depth);
            }
            Operator::Partition { by, body, .. } => {
                by.iter().for_each(|key| self.scalar(key, depth));
                body.iter().for_each(|step| self.step(step, true, depth));
            }
            Operator::Command { arguments, tables, .. } => {
                arguments.iter().for_each(|(_, value)| self.scalar(value, depth));
                tables.iter().for_each(|table| self.pipeline(table, true, depth));
            }
            Operator::Take(_) | Operator::Tail(_) | Operator::Count => {}
        }
    }

    fn scalar(&mut self, scalar: &Scalar, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match &scalar.node {
            Node::Column(name) => self.name(name),
            Node::AnyColumn => self.whole = true,
            Node::Member(bag, name) => {
                // `a.b.c` may be a column of that name.
                let mut path = name.to_string();
                let mut at = bag;
                let mut levels = 0_usize;
                while levels < 16 {
                    levels = levels.saturating_add(1);
                    match &at.node {
                        Node::Member(inner, name) => {
                            path = format!("{name}.{path}");
                            at = inner;
                        }
                        Node::Column(name) => {
                            self.names.insert(format!("{name}.{path}").into());
                            break;
                        }
                        _ => break,
                    }
                }
                self.scalar(bag, depth);
            }
            Node::Index(a, b) | Node::Compare(_, a, b) | Node::Arithmetic(_, a, b) => {
                self.scalar(a, depth);
                self.scalar(b, depth);
            }
            Node::And(all) | Node::Or(all) => all.iter().for_each(|one| self.scalar(one, depth)),
            Node::Not(one) | Node::Lambda(_, one) => self.scalar(one, depth),
            Node::Text { value, pattern, .. } => {
                self.scalar(value, depth);
                self.scalar(pattern, depth);
            }
            Node::TextAny { value, patterns, .. } => {
                self.scalar(value, depth);
                patterns.iter().for_each(|pattern| self.scalar(pattern, depth));
            }
            Node::InTable { value, table, .. } => {
                self.scalar(value, depth);
                self.pipeline(table, true, depth);
            }
            Node::Call(name, arguments) => {
                self.whole |= matches!(name.as_ref(), "pack_all" | "spath");
                arguments.iter().for_each(|argument| self.scalar(argument, depth));
                if let ("column_ifexists" | "columnifexists", Some(Node::Literal(named))) =
                    (name.as_ref(), arguments.first().map(|argument| &argument.node))
                {
                    self.names.insert(ddefend_functions::value::text(named).into());
                }
            }
            Node::Subquery(table) => self.pipeline(table, true, depth),
            Node::Literal(_) | Node::NullOf(_) => {}
        }
    }
}
