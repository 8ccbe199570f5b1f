use super::{Arguments, Given, aggregate};
use crate::context::{Builder, Context, Range, literal, text};
use crate::expand::Fault;
use ddefend_rule::ir::query::{Assignment, Datum, Operator, Scalar};

/// 100 ns ticks of a second.
const SECOND: i64 = 10_000_000;

/// A span as written: ticks of time, months, or a number.
fn span(context: &Context<'_>, written: &str, range: Range) -> Result<Datum, Fault> {
    let digits = written.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(written.len());
    let (number, unit) = (written.get(..digits).unwrap_or_default(), written.get(digits..).unwrap_or_default());
    let count: i64 = if number.is_empty() { 1 } else { number.parse().unwrap_or(0) };
    let wrong = || context.syntax(range, format!("{written:?} is no span of time or number"));
    let seconds = match unit.to_ascii_lowercase().as_str() {
        "" => {
            return crate::pattern::number(number).ok_or_else(wrong);
        }
        "us" => return Ok(Datum::Span(count.saturating_mul(10))),
        "ms" => return Ok(Datum::Span(count.saturating_mul(10_000))),
        "cs" => return Ok(Datum::Span(count.saturating_mul(100_000))),
        "ds" => return Ok(Datum::Span(count.saturating_mul(1_000_000))),
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        "mon" | "month" | "months" => return Ok(text(&format!("{count}mon"))),
        _ => return Err(wrong()),
    };
    if count <= 0 {
        return Err(wrong());
    }
    Ok(Datum::Span(count.saturating_mul(seconds).saturating_mul(SECOND)))
}

/// The start of the bin that a column's value is in.
pub(super) fn binned(context: &Context<'_>, column: &str, written: &str, range: Range) -> Result<Scalar, Fault> {
    let size = span(context, written, range)?;
    Ok(context.call("bin", vec![context.column(column, range), literal(size)], range))
}

/// `bin span=5m _time AS t`.
pub(super) fn bin(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, given.name, &["span"])?;
    let Some(written) = arguments.option("span") else {
        return Err(context.unsupported(given.range, &format!("{} without span", given.name)));
    };
    let (column, name) = match arguments.rest.as_slice() {
        [column] => (column, column),
        [column, word, name] if word.is_word("as") => (column, name),
        _ => return Err(context.syntax(given.range, format!("{} takes one field", given.name))),
    };
    let value = binned(context, &column.text().unwrap_or_default(), &written, given.range)?;
    let name = name.text().unwrap_or_default();
    builder.learn(&name);
    builder.push(Operator::Extend(vec![Assignment { names: vec![name.into()], value }]), context.span(given.range));
    Ok(())
}

/// `timechart span=1h count`: a row for each span, those without rows too. A column per value of a field is refused.
pub(super) fn timechart(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "timechart", &["span", "limit", "useother", "usenull", "cont", "partial"])?;
    let Some(written) = arguments.option("span") else {
        return Err(context.unsupported(given.range, "timechart without span"));
    };
    let mut grouping = aggregate::grouping(context, builder, &arguments.rest, &str::to_owned)?;
    if !grouping.by.is_empty() {
        return Err(context.unsupported(given.range, "timechart with a column for each value of a field"));
    }
    let range = given.range;
    let value = binned(context, "_time", &written, range)?;
    let there = context.call("isnotnull", vec![context.column("_time", range)], range);
    builder.push(Operator::Filter(there), context.span(range));
    grouping.by = vec![("_time".to_owned(), range)];
    let counts: Vec<Box<str>> = grouping
        .aggregates
        .iter()
        .filter(|one| matches!(&one.value.node, ddefend_rule::ir::query::Node::Call(name, _) if matches!(&**name, "count" | "dc")))
        .flat_map(|one| one.names.iter().cloned())
        .collect();
    aggregate::summarise(context, builder, grouping, vec![Assignment { names: vec!["_time".into()], value }], range);
    if arguments.flag("cont") != Some(false) {
        let size = span(context, &written, range)?;
        let mut list = vec![(None, context.column("_time", range)), (Some("span".into()), literal(size))];
        list.extend(counts.iter().map(|name| (Some("zero".into()), context.column(name, range))));
        let operator = Operator::Command { name: "makecontinuous".into(), arguments: list, tables: Vec::new() };
        builder.push(operator, context.span(range));
    }
    Ok(())
}

/// `transaction a, b maxspan=5m maxpause=1m startswith=... endswith=...`.
pub(super) fn transaction(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(
        context,
        "transaction",
        &["maxspan", "maxpause", "maxevents", "connected", "keepevicted", "mvlist"],
    )?;
    if arguments.flag("mvlist") == Some(true) {
        return Err(context.unsupported(given.range, "the option mvlist of transaction"));
    }
    let names = arguments.names(context)?;
    let span_of_all = context.span(given.range);
    builder.order(span_of_all);
    let mut list: Vec<(Option<Box<str>>, Scalar)> =
        names.iter().map(|(name, _)| (None, context.column(name, given.range))).collect();
    for name in ["maxspan", "maxpause"] {
        let Some((_, token)) = arguments.options.iter().find(|(own, _)| own == name) else { continue };
        let written = token.text().unwrap_or_default();
        if written == "-1" {
            continue;
        }
        list.push((Some(name.into()), literal(span(context, &written, token.range)?)));
    }
    if let Some(most) = arguments.number(context, "maxevents")? {
        list.push((Some("maxevents".into()), literal(Datum::Long(i64::try_from(most).unwrap_or(i64::MAX)))));
    }
    for name in ["connected", "keepevicted"] {
        if let Some(flag) = arguments.flag(name) {
            list.push((Some(name.into()), literal(Datum::Bool(flag))));
        }
    }
    builder.known = None;
    builder.events = false;
    let operator = Operator::Command { name: "transaction".into(), arguments: list, tables: Vec::new() };
    builder.push(operator, span_of_all);
    Ok(())
}
