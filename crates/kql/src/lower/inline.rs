//! Shared tables that are used once go where they are used; those that nobody uses go.

use ddefend_rule::ir::query::{Node, Operator, Pipeline, Query, Scalar, Source, Step};

/// How deep tables may be put into tables; behind that they stay shared.
const DEPTH: usize = 24;

/// The query with only those tables shared that are used several times.
pub(super) fn query(mut query: Query) -> Query {
    let mut uses = vec![0_usize; query.shared.len()];
    each(&mut query.pipeline, &mut |index| count(&mut uses, index));
    // Entries use only those before them.
    for index in (0..query.shared.len()).rev() {
        if uses.get(index).is_some_and(|uses| *uses > 0)
            && let Some(pipeline) = query.shared.get_mut(index)
        {
            each(pipeline, &mut |index| count(&mut uses, index));
        }
    }
    let mut kept: Vec<Pipeline> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for (index, mut pipeline) in query.shared.into_iter().enumerate() {
        let uses = uses.get(index).copied().unwrap_or(0);
        if uses == 0 {
            places.push(Place::Gone);
            continue;
        }
        let depth = put(&mut pipeline, &places);
        let small = pipeline.steps.is_empty() && matches!(pipeline.source, Source::Table { .. } | Source::Shared(_));
        if small || (uses == 1 && depth < DEPTH) {
            places.push(Place::Here(pipeline, depth));
        } else {
            places.push(Place::Kept(kept.len()));
            kept.push(pipeline);
        }
    }
    put(&mut query.pipeline, &places);
    Query { language: query.language, pipeline: query.pipeline, shared: kept }
}

/// What became of a shared table.
enum Place {
    Gone,
    Kept(usize),
    /// Put where it is used, with how deep it is.
    Here(Pipeline, usize),
}

fn count(uses: &mut [usize], index: &mut usize) {
    if let Some(uses) = uses.get_mut(*index) {
        *uses = uses.saturating_add(1);
    }
}

/// Puts tables in their places; how deep the pipeline is then.
fn put(pipeline: &mut Pipeline, places: &[Place]) -> usize {
    let mut deepest = 0_usize;
    pipelines(pipeline, &mut |inner| {
        let Source::Shared(index) = &inner.source else { return };
        match places.get(*index) {
            Some(Place::Kept(index)) => inner.source = Source::Shared(*index),
            Some(Place::Here(found, depth)) => {
                deepest = deepest.max(depth.saturating_add(1));
                inner.source = found.source.clone();
                let own = std::mem::replace(&mut inner.steps, found.steps.clone());
                inner.steps.extend(own);
            }
            Some(Place::Gone) | None => {}
        }
    });
    deepest
}

/// Every use of a shared table.
fn each(pipeline: &mut Pipeline, visit: &mut dyn FnMut(&mut usize)) {
    pipelines(pipeline, &mut |inner| {
        if let Source::Shared(index) = &mut inner.source {
            visit(index);
        }
    });
}

/// The pipeline and all in it, the inner ones first; what `visit` puts in is not visited.
fn pipelines(pipeline: &mut Pipeline, visit: &mut dyn FnMut(&mut Pipeline)) {
    match &mut pipeline.source {
        Source::Union { members, .. } => members.iter_mut().for_each(|member| pipelines(member, visit)),
        Source::Rows { rows, .. } => rows.iter_mut().flatten().for_each(|value| in_scalar(value, visit)),
        Source::Range { bounds, .. } => bounds.iter_mut().for_each(|value| in_scalar(value, visit)),
        Source::Table { .. } | Source::Shared(_) | Source::External { .. } | Source::Sequence(_) => {}
    }
    in_steps(&mut pipeline.steps, visit);
    visit(pipeline);
}

fn in_steps(steps: &mut [Step], visit: &mut dyn FnMut(&mut Pipeline)) {
    for step in steps {
        match &mut step.operator {
            Operator::Filter(value)
            | Operator::Parse { value, .. }
            | Operator::Extract { value, .. }
            | Operator::Fill { value, .. } => {
                in_scalar(value, visit);
            }
            Operator::Extend(list) | Operator::Project(list) | Operator::Distinct(list) => {
                list.iter_mut().for_each(|assignment| in_scalar(&mut assignment.value, visit));
            }
            Operator::Summarise { aggregates, by } | Operator::Window { aggregates, by, .. } => {
                aggregates.iter_mut().chain(by).for_each(|assignment| in_scalar(&mut assignment.value, visit));
            }
            Operator::Sort(keys) | Operator::Top(_, keys) => {
                keys.iter_mut().for_each(|key| in_scalar(&mut key.value, visit));
            }
            Operator::Join { right, on, .. } => {
                pipelines(right, visit);
                for (left, right) in on {
                    in_scalar(left, visit);
                    in_scalar(right, visit);
                }
            }
            Operator::Union { members, .. } => members.iter_mut().for_each(|member| pipelines(member, visit)),
            Operator::Expand { columns, .. } => columns.iter_mut().for_each(|(_, value, _)| in_scalar(value, visit)),
            Operator::Apply { columns, body } => {
                columns.iter_mut().for_each(|(_, value, _)| in_scalar(value, visit));
                in_steps(body, visit);
            }
            Operator::Partition { by, body, .. } => {
                by.iter_mut().for_each(|value| in_scalar(value, visit));
                in_steps(body, visit);
            }
            Operator::Command { arguments, tables, .. } => {
                arguments.iter_mut().for_each(|(_, value)| in_scalar(value, visit));
                tables.iter_mut().for_each(|table| pipelines(table, visit));
            }
            Operator::Keep(_)
            | Operator::Away(_)
            | Operator::Rename(_)
            | Operator::Reorder(_)
            | Operator::Take(_)
            | Operator::Tail(_)
            | Operator::Dedup { .. }
            | Operator::Count => {}
        }
    }
}

fn in_scalar(value: &mut Scalar, visit: &mut dyn FnMut(&mut Pipeline)) {
    match &mut value.node {
        Node::Literal(_) | Node::NullOf(_) | Node::Column(_) | Node::AnyColumn => {}
        Node::Member(inner, _) | Node::Not(inner) | Node::Lambda(_, inner) => in_scalar(inner, visit),
        Node::Index(a, b) | Node::Compare(_, a, b) | Node::Arithmetic(_, a, b) => {
            in_scalar(a, visit);
            in_scalar(b, visit);
        }
        Node::And(list) | Node::Or(list) | Node::Call(_, list) => {
            list.iter_mut().for_each(|value| in_scalar(value, visit))
        }
        Node::Text { value, pattern, .. } => {
            in_scalar(value, visit);
            in_scalar(pattern, visit);
        }
        Node::TextAny { value, patterns, .. } => {
            in_scalar(value, visit);
            patterns.iter_mut().for_each(|pattern| in_scalar(pattern, visit));
        }
        Node::InTable { value, table, .. } => {
            in_scalar(value, visit);
            pipelines(table, visit);
        }
        Node::Subquery(table) => pipelines(table, visit),
    }
}
