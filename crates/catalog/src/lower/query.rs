//! Pipelines: each table that a query reads is a stage, with the filters behind it.

use super::scalar::{Columns, Lowering};
use crate::events::Hints;
use crate::knowledge::Knowledge;
use crate::{Log, Stage, Tree};
use ddefend_rule::ir::query::{Assignment, JoinKind, Node, Operator, Pipeline, Query, Scalar, Sequence, Source, Step};

/// Stages that a query may have; those beyond are left out.
const STAGES: usize = 64;
/// Pipelines inside each other.
const DEPTH: usize = 16;

/// Every table that a query reads, with what must hold of its rows.
pub(crate) fn stages(query: &Query, knowledge: &Knowledge) -> Vec<Stage> {
    let mut walk = Walk { query, knowledge, drafts: Vec::new() };
    walk.pipeline(&query.pipeline, 0, false);
    let drafts = std::mem::take(&mut walk.drafts);
    drafts.into_iter().map(|draft| draft.stage(knowledge)).collect()
}

struct Walk<'a> {
    query: &'a Query,
    knowledge: &'a Knowledge,
    drafts: Vec<Draft>,
}

/// A stage whose filters are being collected.
struct Draft {
    table: String,
    filters: Vec<Tree>,
    hints: Hints,
    categories: Vec<String>,
    excluded: bool,
}

impl Draft {
    fn stage(self, knowledge: &Knowledge) -> Stage {
        let any = self.table.is_empty() || self.table == "*" || self.table.eq_ignore_ascii_case("any");
        let marked = self.filters.iter().find_map(|filter| knowledge.logs.marked(filter));
        let table = match (any || knowledge.logs.is_general(&self.table), self.categories.first(), marked) {
            (true, _, Some(channel)) => channel,
            (true, Some(category), None) => category.clone(),
            _ => self.table.clone(),
        };
        let mut log: Log = knowledge.logs.of_table(&knowledge.mapping, &table, &self.hints);
        log.written = self.table;
        let tree = Tree::all(self.filters);
        Stage { log, tree: if self.excluded { tree.negate() } else { tree } }
    }
}

impl Walk<'_> {
    /// Stages whose rows come out at the end, by index.
    fn pipeline(&mut self, pipeline: &Pipeline, depth: usize, excluded: bool) -> Vec<usize> {
        if depth > DEPTH {
            return Vec::new();
        }
        let mut current = match &pipeline.source {
            Source::Table { name, .. } => self.open(name, excluded).into_iter().collect(),
            Source::Shared(index) => match self.query.shared.get(*index) {
                Some(shared) => self.pipeline(shared, depth + 1, excluded),
                None => Vec::new(),
            },
            Source::Union { members, .. } => {
                members.iter().flat_map(|member| self.pipeline(member, depth + 1, excluded)).collect()
            }
            Source::Sequence(sequence) => {
                self.sequence(sequence);
                Vec::new()
            }
            Source::Rows { .. } | Source::Range { .. } | Source::External { .. } => Vec::new(),
        };
        let mut columns = Columns::default();
        for step in &pipeline.steps {
            self.step(step, &mut current, &mut columns, depth);
        }
        current
    }

    fn open(&mut self, table: &str, excluded: bool) -> Option<usize> {
        if self.drafts.len() >= STAGES {
            return None;
        }
        self.drafts.push(Draft {
            table: table.to_owned(),
            filters: Vec::new(),
            hints: Hints::default(),
            categories: Vec::new(),
            excluded,
        });
        Some(self.drafts.len() - 1)
    }

    fn sequence(&mut self, sequence: &Sequence) {
        for term in &sequence.terms {
            if let Some(at) = self.open(&term.table, term.missing) {
                self.filter(at, &term.filter, &Columns::default());
            }
        }
    }

    fn filter(&mut self, at: usize, filter: &Scalar, columns: &Columns) {
        let Some(draft) = self.drafts.get_mut(at) else { return };
        let mut lowering = Lowering::new(self.query, self.knowledge, &draft.table, columns);
        let tree = lowering.filter(filter);
        if tree != Tree::All(Vec::new()) {
            draft.filters.push(tree);
        }
        draft.hints.ids.extend(lowering.hints.ids);
        draft.hints.actions.extend(lowering.hints.actions);
        draft.hints.systems.extend(lowering.hints.systems);
        draft.categories.extend(lowering.categories);
    }

    fn step(&mut self, step: &Step, current: &mut Vec<usize>, columns: &mut Columns, depth: usize) {
        match &step.operator {
            Operator::Filter(filter) => {
                for at in current.clone() {
                    self.filter(at, filter, columns);
                }
            }
            Operator::Extend(list) | Operator::Project(list) => assign(list, columns),
            Operator::Summarise { aggregates, by } => {
                assign(by, columns);
                aggregate(aggregates, columns);
            }
            Operator::Window { aggregates, .. } => aggregate(aggregates, columns),
            Operator::Rename(list) => {
                for (new, old) in list {
                    if !old.contains('*') {
                        columns.rename(new, old);
                    }
                }
            }
            Operator::Join { kind, right, .. } => {
                let excluded = matches!(kind, JoinKind::LeftAnti | JoinKind::RightAnti);
                self.pipeline(right, depth + 1, excluded);
            }
            Operator::Union { members, .. } => {
                for member in members {
                    current.extend(self.pipeline(member, depth + 1, false));
                }
            }
            Operator::Command { tables, .. } => {
                for table in tables {
                    self.pipeline(table, depth + 1, false);
                }
            }
            _ => {}
        }
    }
}

fn assign(list: &[Assignment], columns: &mut Columns) {
    let known = columns.clone();
    for assignment in list {
        let [name] = assignment.names.as_slice() else { continue };
        match known.plain(&assignment.value) {
            Some(column) => columns.rename_resolved(name, column),
            None => columns.compute(name, &assignment.value),
        }
    }
}

/// Functions whose result is one or more of the values of their column.
const VALUES: &[&str] = &[
    "values",
    "min",
    "max",
    "latest",
    "earliest",
    "first",
    "last",
    "any",
    "take_any",
    "make_set",
    "make_list",
    "arg_max",
    "arg_min",
    "list",
    "top",
];

fn aggregate(list: &[Assignment], columns: &mut Columns) {
    let known = columns.clone();
    for assignment in list {
        let value = match &assignment.value.node {
            Node::Call(name, arguments) if VALUES.contains(&&**name) => arguments.first(),
            _ => None,
        };
        let plain = value.and_then(|value| known.plain(value));
        for name in &assignment.names {
            match &plain {
                Some(column) => columns.rename_resolved(name, column.clone()),
                None => columns.compute(name, &assignment.value),
            }
        }
    }
}
