use super::{Arguments, Given};
use crate::context::{Builder, Context, Range, text};
use crate::expand::Fault;
use crate::token::{Kind, tokens};
use crate::{eval, pattern, search as terms};
use ddefend_rule::ir::query::{Ends, Node, Operator, Scalar, SortKey, TextOp};

/// `search`, written or not.
pub(crate) fn search(
    context: &mut Context<'_>,
    builder: Option<Builder>,
    arguments: Range,
    range: Range,
) -> Result<Builder, Fault> {
    let later = builder.as_ref().is_some_and(|builder| !builder.events);
    let found = terms::expression(context, arguments, None, later)?;
    let mut builder = builder.unwrap_or_else(|| Builder::events(context.span(range)));
    keep(context, &mut builder, found, range);
    Ok(builder)
}

/// Keeps what a search found.
pub(super) fn keep(context: &Context<'_>, builder: &mut Builder, found: terms::Found, range: Range) {
    let span = context.span(range);
    if let Some(filter) = found.filter {
        builder.push(Operator::Filter(filter), span);
    }
    for (kind, right, names) in found.among {
        let on = names.iter().map(|name| (context.column(name, range), context.column(name, range))).collect();
        builder.push(Operator::Join { kind, right: Box::new(right), on }, span);
    }
}

pub(super) fn filter(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let condition = eval::expression(context, given.arguments)?;
    builder.push(Operator::Filter(condition), context.span(given.range));
    Ok(())
}

/// `regex field="..."`, `regex field!="..."`, `regex "..."` for `_raw`.
pub(super) fn regex(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let tokens = tokens(context, given.arguments)?;
    let (field, negated, source) = match tokens.as_slice() {
        [source] => ("_raw".to_owned(), false, source),
        [field, operator, source] => match operator.kind {
            Kind::Operator("=") => (field.text().unwrap_or_default(), false, source),
            Kind::Operator("!=") => (field.text().unwrap_or_default(), true, source),
            _ => return Err(context.syntax(operator.range, "regex takes = or !=")),
        },
        _ => return Err(context.syntax(given.range, "regex takes a field and an expression in quotes")),
    };
    let Some(written) = source.text() else {
        return Err(context.syntax(source.range, "regex takes an expression in quotes"));
    };
    let own = pattern::regex(context, &written, source.range)?;
    let value = Box::new(context.column(&field, given.range));
    let pattern = Box::new(context.scalar(Node::Literal(text(&own)), source.range));
    let node = Node::Text { op: TextOp::Regex, cased: true, value, pattern };
    let test = context.scalar(node, given.range);
    let test = if negated { context.scalar(Node::Not(Box::new(test)), given.range) } else { test };
    builder.push(Operator::Filter(test), context.span(given.range));
    Ok(())
}

/// `head 5`, `tail 5`.
pub(super) fn ends(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, given.name, &["limit"])?;
    let mut count = arguments.number(context, "limit")?.unwrap_or(10);
    match arguments.rest.as_slice() {
        [] => {}
        [one] => {
            let written = one.text().and_then(|text| text.parse().ok());
            count = written.ok_or_else(|| context.syntax(one.range, format!("{} takes a number", given.name)))?;
        }
        _ => return Err(context.unsupported(given.range, "head with a condition")),
    }
    let span = context.span(given.range);
    builder.order(span);
    builder.push(if given.name == "head" { Operator::Take(count) } else { Operator::Tail(count) }, span);
    if given.name == "tail" {
        // The last results come in reverse order.
        builder.push(reversing(), span);
    }
    Ok(())
}

/// All rows the other way round.
pub(super) fn reversing() -> Operator {
    Operator::Command { name: "reverse".into(), arguments: Vec::new(), tables: Vec::new() }
}

/// `dedup 2 a b keepempty=t consecutive=t sortby -c`.
pub(super) fn dedup(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let mut arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "dedup", &["keepevents", "keepempty", "consecutive", "allnum"])?;
    if arguments.flag("keepevents") == Some(true) {
        return Err(context.unsupported(given.range, "the option keepevents of dedup"));
    }
    let span = context.span(given.range);
    let mut sort = Vec::new();
    if let Some(at) = arguments.rest.iter().position(|token| token.is_word("sortby")) {
        let keys = arguments.rest.split_off(at);
        sort = super::fields::sort_keys(context, keys.get(1..).unwrap_or_default())?;
    }
    let mut count = 1;
    let first = arguments.rest.first().and_then(|token| token.keyword()).and_then(|word| word.parse::<u64>().ok());
    if let Some(number) = first {
        count = number;
        arguments.rest.remove(0);
    }
    let by: Vec<Box<str>> = arguments.names(context)?.into_iter().map(|(name, _)| name.into()).collect();
    if by.is_empty() || count == 0 {
        return Err(context.syntax(given.range, "dedup takes the names of fields"));
    }
    builder.order(span);
    builder.push(
        Operator::Dedup {
            count,
            by,
            keep_empty: arguments.flag("keepempty") == Some(true),
            consecutive: arguments.flag("consecutive") == Some(true),
        },
        span,
    );
    if !sort.is_empty() {
        builder.push(Operator::Sort(sort), span);
    }
    Ok(())
}

/// A key of an order, smallest first.
pub(super) fn ascending(value: Scalar) -> SortKey {
    SortKey { value, descending: false, nulls: Ends::Last }
}
