use super::{Arguments, Given, combine, tstats, unknown};
use crate::context::{Builder, Context, literal};
use crate::expand::Fault;
use crate::search;
use crate::token::tokens;
use ddefend_model::code;
use ddefend_rule::ir::query::{Datum, Kind, Operator, Scalar, Source};

/// Rows that `makeresults` makes at most.
const ROWS: u64 = 10_000;

/// A command that makes rows of its own.
pub(super) fn first(context: &mut Context<'_>, given: Given<'_>) -> Result<Builder, Fault> {
    match given.name {
        "tstats" => tstats::tstats(context, given),
        "datamodel" | "from" => tstats::rows(context, given),
        "makeresults" => makeresults(context, given),
        "inputlookup" => inputlookup(context, given),
        "multisearch" | "union" => combine::members(context, given),
        name if super::REFUSED.contains(&name) => Err(unknown(context, name, given.range)),
        name => {
            let message = format!("{name:?} cannot be the first command: it makes no rows of its own");
            Err(context.syntax(given.range, message))
        }
    }
}

/// `makeresults count=3 annotate=t`.
fn makeresults(context: &mut Context<'_>, given: Given<'_>) -> Result<Builder, Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "makeresults", &["count", "annotate"])?;
    let count = arguments.number(context, "count")?.unwrap_or(1);
    if count > ROWS {
        let message = format!("makeresults makes at most {ROWS} rows here");
        return Err(context.fault(given.range, code::QUERY_LIMIT, message));
    }
    let now = context.call("now", Vec::new(), given.range);
    let mut columns: Vec<(Box<str>, Kind)> = vec![("_time".into(), Kind::Dynamic)];
    let mut row: Vec<Scalar> = vec![now];
    if arguments.flag("annotate") == Some(true) {
        for name in ["_raw", "host", "source", "sourcetype", "splunk_server", "splunk_server_group"] {
            columns.push((name.into(), Kind::String));
            row.push(literal(Datum::Null));
        }
    }
    let known = columns.iter().map(|(name, _)| name.to_string()).collect();
    let rows = (0..count).map(|_| row.clone()).collect();
    let mut builder = Builder::new(Source::Rows { columns, rows });
    builder.known = Some(known);
    Ok(builder)
}

/// `inputlookup name WHERE ...`.
fn inputlookup(context: &mut Context<'_>, given: Given<'_>) -> Result<Builder, Fault> {
    let mut words = tokens(context, given.arguments)?;
    let at = words.iter().position(|token| token.is_word("where")).unwrap_or(words.len());
    let condition = words.split_off(at);
    let arguments = Arguments::split(words);
    arguments.only(context, "inputlookup", &["append", "start", "max", "strict"])?;
    let (name, range) = match arguments.rest.as_slice() {
        [name] => (name.text().unwrap_or_default(), name.range),
        _ => return Err(context.syntax(given.range, "inputlookup takes the name of one lookup")),
    };
    let mut builder =
        Builder::new(Source::External { columns: Vec::new(), locations: vec![name.into()], span: context.span(range) });
    if let Some(condition) = condition.get(1..) {
        let found = search::of_tokens(context, condition, given.arguments, None, true)?;
        super::filter::keep(context, &mut builder, found, given.range);
    }
    if let Some(start) = arguments.number(context, "start")?.filter(|start| *start > 0) {
        return Err(context.unsupported(given.range, &format!("inputlookup from row {start}")));
    }
    if let Some(most) = arguments.number(context, "max")? {
        builder.push(Operator::Take(most), context.span(given.range));
    }
    Ok(builder)
}

/// `... | inputlookup append=t name`.
pub(super) fn inputlookup_behind(
    context: &mut Context<'_>,
    builder: &mut Builder,
    given: Given<'_>,
) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    if arguments.flag("append") != Some(true) {
        return Err(context.syntax(given.range, "inputlookup behind a bar needs append=t"));
    }
    let more = inputlookup(context, given)?;
    let span = context.span(given.range);
    builder.known = None;
    builder.events = false;
    let operator = Operator::Union { members: vec![more.finish()], outer: true, source_column: None, fuzzy: false };
    builder.push(operator, span);
    Ok(())
}
