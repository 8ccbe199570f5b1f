use crate::Refused;
use crate::expression::{scalar, unsupported};
use crate::place::Places;
use ddefend_rule::ir::query::{Assignment, Ends, Node, Operator, Pipeline, Scalar, SortKey, Source, Span, Step};
use sqlparser::ast::{
    Expr, GroupByExpr, LimitClause, ObjectName, OrderByKind, OrderBySort, Query, Select, SelectItem, SetExpr,
    TableFactor, Value,
};

type Lowered<T> = Result<T, Refused>;

/// Aggregates of the standard; a projection with one of them groups.
const AGGREGATES: &[&str] = &["count", "sum", "min", "max", "avg", "group_concat"];

pub(super) fn query(query: &Query, places: &Places<'_>) -> Lowered<Pipeline> {
    let refuse = |what: &str, span| Err(unsupported(what, span));
    // Places of larger parts are never asked for: the parser finds them by a walk that is as deep as the text makes it.
    if query.with.is_some() {
        return refuse("WITH", Span::default());
    }
    let SetExpr::Select(select) = query.body.as_ref() else {
        return refuse("UNION and other sets", Span::default());
    };
    let mut pipeline = self::select(select, places)?;
    let mut push = |operator, span| pipeline.steps.push(Step { operator, span });
    let span = Span::default();
    if let Some(order) = &query.order_by {
        let OrderByKind::Expressions(keys) = &order.kind else { return refuse("ORDER BY ALL", span) };
        let key = |key: &sqlparser::ast::OrderByExpr| -> Lowered<SortKey> {
            let descending = matches!(key.options.sort, Some(OrderBySort::Desc));
            let first = key.options.nulls_first.unwrap_or(!descending);
            let nulls = if first { Ends::First } else { Ends::Last };
            Ok(SortKey { value: scalar(&key.expr, places)?, descending, nulls })
        };
        push(Operator::Sort(keys.iter().map(key).collect::<Lowered<_>>()?), span);
    }
    if let Some(limit) = &query.limit_clause {
        let LimitClause::LimitOffset { limit: Some(limit), offset: None, limit_by } = limit else {
            return refuse("OFFSET", span);
        };
        let count = match limit {
            Expr::Value(value) if limit_by.is_empty() => match &value.value {
                Value::Number(text, _) => text.parse::<u64>().ok(),
                _ => None,
            },
            _ => None,
        };
        let Some(count) = count else { return refuse("LIMIT of something else than a number", span) };
        push(Operator::Take(count), span);
    }
    Ok(pipeline)
}

fn select(select: &Select, places: &Places<'_>) -> Lowered<Pipeline> {
    let refuse = |what: &str| Err(unsupported(what, Span::default()));
    let [from] = select.from.as_slice() else { return refuse("more or less than one table") };
    if !from.joins.is_empty() {
        return refuse("JOIN");
    }
    let TableFactor::Table { name, args: None, .. } = &from.relation else { return refuse("a table made by a query") };
    if select.into.is_some() || select.qualify.is_some() || !select.lateral_views.is_empty() {
        return refuse("INTO, QUALIFY and LATERAL VIEW");
    }
    let span = places.of(name);
    let mut pipeline = Pipeline { source: Source::Table { name: table(name).into(), span }, steps: Vec::new() };
    if let Some(selection) = &select.selection {
        pipeline.steps.push(filter(selection, places)?);
    }
    let GroupByExpr::Expressions(groups, modifiers) = &select.group_by else { return refuse("GROUP BY ALL") };
    if !modifiers.is_empty() {
        return refuse("GROUP BY with modifiers");
    }
    let columns = projection(&select.projection, places)?;
    let counts = |it: &Assignment| aggregates(&it.value);
    if groups.is_empty() && !columns.iter().flatten().any(counts) {
        if let Some(columns) = columns {
            pipeline.steps.push(Step { operator: Operator::Project(columns), span });
        }
    } else {
        grouped(select, groups, columns.unwrap_or_default(), &mut pipeline, places)?;
    }
    if select.distinct.is_some() {
        pipeline.steps.push(Step { operator: Operator::Distinct(Vec::new()), span });
    }
    Ok(pipeline)
}

/// Groups with their aggregates, then what `HAVING` asks, then the columns in the order written.
fn grouped(
    select: &Select,
    groups: &[Expr],
    columns: Vec<Assignment>,
    pipeline: &mut Pipeline,
    places: &Places<'_>,
) -> Lowered<()> {
    let span = Span::default();
    let mut by = Vec::new();
    for group in groups {
        let value = scalar(group, places)?;
        let known = columns.iter().find(|it| it.value.node == value.node || is_column(&value, it));
        let (names, value) = match (known, &value.node) {
            (Some(known), _) => (known.names.clone(), known.value.clone()),
            (None, Node::Column(name)) => (vec![name.clone()], value),
            (None, _) => return Err(unsupported("a group that is not selected and no column", value.span)),
        };
        by.push(Assignment { names, value });
    }
    let order = columns.iter().map(|it| {
        let name = it.names.first().cloned().unwrap_or_default();
        let value = Scalar { node: Node::Column(name.clone()), span: it.value.span };
        Assignment { names: vec![name], value }
    });
    let order: Vec<_> = order.collect();
    let counted: Vec<_> = columns.into_iter().filter(|it| aggregates(&it.value)).collect();
    if let Some(plain) = order.iter().find(|it| !by.iter().chain(&counted).any(|known| known.names == it.names)) {
        let name = plain.names.first().cloned().unwrap_or_default();
        return Err((
            ddefend_model::code::QUERY_VALUE,
            plain.value.span,
            format!("{name} is neither grouped nor counted"),
        ));
    }
    let having = select.having.as_ref().map(|having| filter(having, places)).transpose()?;
    if let Some(Step { operator: Operator::Filter(scalar), .. }) = &having
        && aggregates(scalar)
    {
        return Err(unsupported("an aggregate in HAVING: name it in SELECT and use the name", scalar.span));
    }
    pipeline.steps.push(Step { operator: Operator::Summarise { aggregates: counted, by }, span });
    pipeline.steps.extend(having);
    pipeline.steps.push(Step { operator: Operator::Project(order), span });
    Ok(())
}

fn is_column(value: &Scalar, of: &Assignment) -> bool {
    matches!(&value.node, Node::Column(name) if of.names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

fn aggregates(scalar: &Scalar) -> bool {
    match &scalar.node {
        Node::Call(name, arguments) => {
            let plain = name.strip_suffix("_distinct").unwrap_or(name);
            AGGREGATES.contains(&plain) || arguments.iter().any(aggregates)
        }
        Node::And(parts) | Node::Or(parts) => parts.iter().any(aggregates),
        Node::Not(part) => aggregates(part),
        Node::Compare(_, left, right) | Node::Arithmetic(_, left, right) => aggregates(left) || aggregates(right),
        _ => false,
    }
}

fn filter(expression: &Expr, places: &Places<'_>) -> Lowered<Step> {
    let scalar = scalar(expression, places)?;
    Ok(Step { span: scalar.span, operator: Operator::Filter(scalar) })
}

/// Columns; none for `*`.
fn projection(items: &[SelectItem], places: &Places<'_>) -> Lowered<Option<Vec<Assignment>>> {
    if let [SelectItem::Wildcard(_)] = items {
        return Ok(None);
    }
    let column = |item: &SelectItem| -> Lowered<Assignment> {
        let (expression, alias) = match item {
            SelectItem::UnnamedExpr(expression) => (expression, None),
            SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias.value.as_str().into())),
            _ => return Err(unsupported("a wildcard beside columns", Span::default())),
        };
        let value = scalar(expression, places)?;
        let own = match &value.node {
            Node::Column(name) => name.clone(),
            Node::Call(name, _) => name.clone(),
            _ => "column".into(),
        };
        Ok(Assignment { names: vec![alias.unwrap_or(own)], value })
    };
    items.iter().map(column).collect::<Lowered<_>>().map(Some)
}

/// `a.b` as written, without quotes.
fn table(name: &ObjectName) -> String {
    let parts = name.0.iter().map(|part| part.as_ident().map_or_else(|| part.to_string(), |ident| ident.value.clone()));
    parts.collect::<Vec<_>>().join(".")
}
