//! Every expression of a query.

use ddefend_rule::ir::query::{Node, Operator, Pipeline, Query, Scalar, Source, Step};

/// Expressions in expressions, tables in tables.
const DEPTH: usize = 200;

/// Calls `see` with each filter of the query, and with whether it narrows the rows.
pub(crate) fn scalars<'q>(query: &'q Query, see: &mut dyn FnMut(&'q Scalar)) {
    pipeline(&query.pipeline, DEPTH, see);
    query.shared.iter().for_each(|shared| pipeline(shared, DEPTH, see));
}

fn pipeline<'q>(pipeline: &'q Pipeline, depth: usize, see: &mut dyn FnMut(&'q Scalar)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match &pipeline.source {
        Source::Union { members, .. } => members.iter().for_each(|member| self::pipeline(member, depth, see)),
        Source::Sequence(sequence) => {
            sequence.terms.iter().chain(&sequence.until).for_each(|term| see(&term.filter));
        }
        _ => {}
    }
    steps(&pipeline.steps, depth, see);
}

fn steps<'q>(steps: &'q [Step], depth: usize, see: &mut dyn FnMut(&'q Scalar)) {
    for step in steps {
        match &step.operator {
            Operator::Filter(scalar) => see(scalar),
            Operator::Extend(columns) | Operator::Project(columns) | Operator::Distinct(columns) => {
                columns.iter().for_each(|column| see(&column.value));
            }
            Operator::Summarise { aggregates, by } | Operator::Window { aggregates, by, .. } => {
                aggregates.iter().chain(by).for_each(|column| see(&column.value));
            }
            Operator::Join { right, .. } => pipeline(right, depth, see),
            Operator::Union { members, .. } | Operator::Command { tables: members, .. } => {
                members.iter().for_each(|member| pipeline(member, depth, see));
            }
            Operator::Apply { body, .. } | Operator::Partition { body, .. } => self::steps(body, depth, see),
            _ => {}
        }
    }
}

/// Calls `see` with the expression and all in it.
pub(crate) fn nodes<'q>(scalar: &'q Scalar, see: &mut dyn FnMut(&'q Scalar)) {
    let mut open = vec![scalar];
    while let Some(scalar) = open.pop() {
        see(scalar);
        match &scalar.node {
            Node::And(parts) | Node::Or(parts) | Node::Call(_, parts) => open.extend(parts),
            Node::Not(part) | Node::Member(part, _) | Node::Lambda(_, part) => open.push(part),
            Node::Index(left, right) | Node::Compare(_, left, right) | Node::Arithmetic(_, left, right) => {
                open.extend([&**left, &**right]);
            }
            Node::Text { value, pattern, .. } => open.extend([&**value, &**pattern]),
            Node::TextAny { value, patterns, .. } => {
                open.push(value);
                open.extend(patterns);
            }
            Node::InTable { value, .. } => open.push(value),
            _ => {}
        }
    }
}
