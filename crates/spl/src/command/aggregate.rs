use super::{Arguments, Given, bracket, filter::ascending};
use crate::context::{Builder, Context, Range, literal, same};
use crate::expand::Fault;
use crate::token::{Kind, Token};
use crate::{eval, pattern};
use ddefend_rule::ir::query::{Assignment, Datum, Ends, Node, Operator, Scalar, SortKey, WindowMode};

/// What a list of aggregates and groups says.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    pub(super) aggregates: Vec<Assignment>,
    /// Keys by name, with their places and what stands behind them (`_time span=1h`).
    pub(super) by: Vec<(String, Range)>,
    /// Names of aggregates that make several values.
    several: Vec<String>,
}

/// Names of fields that `fields.x` in aggregates loses.
pub(super) type Named<'p> = &'p dyn Fn(&str) -> String;

pub(super) fn grouping(
    context: &mut Context<'_>,
    builder: &Builder,
    tokens: &[Token],
    named: Named<'_>,
) -> Result<Grouping, Fault> {
    let mut out = Grouping::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = at.saturating_add(1);
        if token.kind == Kind::Comma {
            continue;
        }
        if token.is_word("by") {
            for token in tokens.get(at..).unwrap_or_default() {
                match &token.kind {
                    Kind::Comma => {}
                    Kind::Word(_) | Kind::Quoted(_) => out.by.push((token.text().unwrap_or_default(), token.range)),
                    _ => return Err(context.syntax(token.range, "the name of a field must stand behind BY")),
                }
            }
            break;
        }
        let Some(function) = token.keyword() else {
            return Err(context.syntax(token.range, "an aggregate such as count or values(field) must stand here"));
        };
        let mut inner = None;
        let mut whole = token.range;
        if matches!(tokens.get(at), Some(Token { kind: Kind::Open, .. })) {
            let (range, close) = bracket(context, tokens, at)?;
            inner = Some(context.trim(range));
            at = close.saturating_add(1);
            whole.end = range.end.saturating_add(1);
        }
        let mut alias = None;
        if tokens.get(at).is_some_and(|token| token.is_word("as")) {
            alias = tokens.get(at.saturating_add(1)).and_then(Token::text);
            if alias.is_none() {
                return Err(context.syntax(whole, "a name is missing behind AS"));
            }
            at = at.saturating_add(2);
            // A name may have brackets, written without a space.
            let end = tokens.get(at.saturating_sub(1)).map(|token| token.range.end);
            if let (Some(Token { kind: Kind::Open, range }), Some(name)) = (tokens.get(at), &mut alias)
                && end == Some(range.start)
            {
                let (inner, close) = bracket(context, tokens, at)?;
                name.push_str(&format!("({})", context.slice(inner)));
                at = close.saturating_add(1);
            }
        }
        one(context, builder, &mut out, &Aggregate { function: &function, inner, whole, alias }, named)?;
    }
    Ok(out)
}

struct Aggregate<'f> {
    function: &'f str,
    inner: Option<Range>,
    whole: Range,
    alias: Option<String>,
}

fn one(
    context: &mut Context<'_>,
    builder: &Builder,
    out: &mut Grouping,
    written: &Aggregate<'_>,
    named: Named<'_>,
) -> Result<(), Fault> {
    let whole = written.whole;
    let (function, percent) = canonical(context, written.function, whole)?;
    let default = context.slice(whole).to_owned();
    let Some(inner) = written.inner.filter(|inner| inner.start < inner.end) else {
        if function != "count" {
            return Err(context.syntax(whole, format!("{function} takes a field")));
        }
        let name = written.alias.clone().unwrap_or_else(|| "count".to_owned());
        let value = context.call("count", Vec::new(), whole);
        out.aggregates.push(Assignment { names: vec![name.into()], value });
        return Ok(());
    };
    let text = context.slice(inner);
    let expression = text.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("eval")) && text.ends_with(')');
    let mut fields: Vec<(Scalar, Option<String>)> = Vec::new();
    if let Some(open) = text.find('(').filter(|_| expression) {
        let start = inner.start.saturating_add(open).saturating_add(1);
        let range = Range { start, end: inner.end.saturating_sub(1) };
        let mut value = eval::expression(context, range)?;
        if function == "count" && is_condition(&value) {
            value = context.call("if", vec![value, literal(Datum::Long(1)), literal(Datum::Null)], inner);
        }
        fields.push((value, written.alias.clone()));
    } else if text.contains('*') && !text.starts_with(['"', '\'']) {
        let Some(known) = &builder.known else {
            return Err(context.unsupported(inner, "aggregates of columns by pattern where the columns do not show"));
        };
        for name in known {
            let Some(parts) = pattern::fits(text, name) else { continue };
            if out.by.iter().any(|(key, _)| key == name) {
                continue;
            }
            let alias = written.alias.as_ref().map_or_else(
                || format!("{}({name})", written.function),
                |alias| {
                    let mut parts = parts.into_iter();
                    let mut fresh = String::new();
                    for (at, piece) in alias.split('*').enumerate() {
                        if at > 0 {
                            fresh.push_str(&parts.next().unwrap_or_default());
                        }
                        fresh.push_str(piece);
                    }
                    fresh
                },
            );
            fields.push((context.column(name, inner), Some(alias)));
        }
    } else {
        let name = text.trim_matches(['"', '\'']).trim();
        fields.push((context.column(&named(name), inner), written.alias.clone()));
    }
    for (value, alias) in fields {
        let name = alias.unwrap_or_else(|| default.clone());
        if matches!(function, "values" | "list" | "mode") && function != "mode" {
            out.several.push(name.clone());
        }
        let mut arguments = vec![value];
        if let Some(percent) = percent {
            arguments.push(literal(Datum::Real(percent)));
        }
        if matches!(function, "earliest" | "latest" | "earliest_time" | "latest_time" | "rate") {
            arguments.push(context.column("_time", whole));
        }
        let value = context.call(function, arguments, whole);
        out.aggregates.push(Assignment { names: vec![name.into()], value });
    }
    Ok(())
}

/// True where an expression is true or false.
fn is_condition(scalar: &Scalar) -> bool {
    match &scalar.node {
        Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Text { .. } | Node::TextAny { .. } | Node::Compare(..) => {
            true
        }
        Node::InTable { .. } | Node::Literal(Datum::Bool(_)) => true,
        Node::Call(name, _) => matches!(&**name, "isnull" | "isnotnull" | "like" | "match" | "xor"),
        _ => false,
    }
}

/// The aggregate by its one name, and the percentile that its name says.
fn canonical(context: &Context<'_>, name: &str, range: Range) -> Result<(&'static str, Option<f64>), Fault> {
    const NAMES: &[(&str, &str)] = &[
        ("c", "count"),
        ("count", "count"),
        ("dc", "dc"),
        ("distinct_count", "dc"),
        ("estdc", "dc"),
        ("values", "values"),
        ("list", "list"),
        ("min", "min"),
        ("max", "max"),
        ("avg", "avg"),
        ("mean", "avg"),
        ("sum", "sum"),
        ("sumsq", "sumsq"),
        ("first", "first"),
        ("last", "last"),
        ("earliest", "earliest"),
        ("latest", "latest"),
        ("earliest_time", "earliest_time"),
        ("latest_time", "latest_time"),
        ("range", "range"),
        ("median", "median"),
        ("mode", "mode"),
        ("stdev", "stdev"),
        ("stdevp", "stdevp"),
        ("var", "var"),
        ("varp", "varp"),
        ("rate", "rate"),
    ];
    if let Some((_, own)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Ok((own, None));
    }
    for prefix in ["exactperc", "upperperc", "perc", "p"] {
        if let Some(number) = name.strip_prefix(prefix).and_then(|rest| rest.parse::<f64>().ok())
            && (0.0..=100.0).contains(&number)
        {
            return Ok(("perc", Some(number)));
        }
    }
    if matches!(name, "sparkline" | "per_day" | "per_hour" | "per_minute" | "per_second" | "estdc_error") {
        return Err(context.unsupported(range, &format!("the aggregate {name}")));
    }
    let code = ddefend_model::code::QUERY_NAME;
    Err(context.fault(range, code, format!("{name:?} is no aggregate that is known")))
}

/// Groups the rows: those without a key go, those with several values of one count for each, and the result is in the
/// order of the keys.
pub(super) fn summarise(
    context: &Context<'_>,
    builder: &mut Builder,
    grouping: Grouping,
    keys: Vec<Assignment>,
    range: Range,
) {
    let span = context.span(range);
    let columns: Vec<Scalar> = keys.iter().map(|key| key.value.clone()).collect();
    let names: Vec<String> = keys.iter().flat_map(|key| key.names.iter().map(ToString::to_string)).collect();
    let order = |aggregate: &Assignment| matches!(&aggregate.value.node, Node::Call(name, _) if matches!(&**name, "first" | "last" | "list"));
    if grouping.aggregates.iter().any(order) {
        builder.order(span);
    }
    for (name, _) in &grouping.by {
        if builder.several.contains(name) {
            let columns = vec![(name.as_str().into(), context.column(name, range), None)];
            builder.push(Operator::Expand { columns, index: None, limit: None }, span);
        }
    }
    let mut there: Vec<Scalar> = columns
        .into_iter()
        .filter(|column| matches!(column.node, Node::Column(_)))
        .map(|column| context.call("isnotnull", vec![column], range))
        .collect();
    match there.pop() {
        None => {}
        Some(one) if there.is_empty() => builder.push(Operator::Filter(one), span),
        Some(one) => {
            there.push(one);
            builder.push(Operator::Filter(context.scalar(Node::And(there), range)), span);
        }
    }
    let mut known = names.clone();
    known.extend(grouping.aggregates.iter().flat_map(|one| one.names.iter().map(ToString::to_string)));
    builder.push(Operator::Summarise { aggregates: grouping.aggregates, by: keys }, span);
    if !names.is_empty() {
        let keys = names.iter().map(|name| ascending(context.column(name, range))).collect();
        builder.push(Operator::Sort(keys), span);
    }
    builder.known = Some(known);
    builder.several = grouping.several;
    builder.unordered = false;
    builder.events = false;
}

fn plain(name: &str) -> String {
    name.to_owned()
}

pub(super) fn stats(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "stats", &["allnum", "delim", "partitions", "dedup_splitvals"])?;
    if arguments.flag("allnum") == Some(true) {
        return Err(context.unsupported(given.range, "the option allnum of stats"));
    }
    let grouping = grouping(context, builder, &arguments.rest, &plain)?;
    if grouping.aggregates.is_empty() {
        return Err(context.syntax(given.range, "stats takes at least one aggregate"));
    }
    let keys = grouping.by.iter().map(|(name, range)| same(name, context.span(*range))).collect();
    summarise(context, builder, grouping, keys, given.range);
    Ok(())
}

/// `eventstats`, `streamstats`.
pub(super) fn beside(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    let streaming = given.name == "streamstats";
    let known: &[&str] = if streaming { &["window", "current", "global"] } else { &["allnum"] };
    arguments.only(context, given.name, known)?;
    let span = context.span(given.range);
    let mode = if streaming {
        builder.order(span);
        let window = arguments.number(context, "window")?.unwrap_or(0);
        if window > 0
            && arguments.flag("global") != Some(false)
            && arguments.rest.iter().any(|token| token.is_word("by"))
        {
            return Err(context.unsupported(given.range, "streamstats with a window over all groups (say global=f)"));
        }
        WindowMode::Running(window, arguments.flag("current").unwrap_or(true))
    } else {
        WindowMode::All
    };
    let grouping = grouping(context, builder, &arguments.rest, &plain)?;
    for assignment in &grouping.aggregates {
        for name in &assignment.names {
            builder.learn(name);
        }
    }
    for name in &grouping.several {
        builder.is_several(name);
    }
    let by: Vec<Assignment> = grouping.by.iter().map(|(name, range)| same(name, context.span(*range))).collect();
    let without: Vec<Assignment> = if by.is_empty() {
        Vec::new()
    } else {
        // Rows without a key are in no group.
        let there: Vec<Scalar> =
            by.iter().map(|key| context.call("isnotnull", vec![key.value.clone()], given.range)).collect();
        let there = context.scalar(Node::And(there), given.range);
        let names = grouping.aggregates.iter().flat_map(|one| one.names.iter().cloned());
        names
            .map(|name| {
                let value = vec![there.clone(), context.column(&name, given.range), literal(Datum::Null)];
                Assignment { names: vec![name], value: context.call("if", value, given.range) }
            })
            .collect()
    };
    builder.push(Operator::Window { aggregates: grouping.aggregates, by, mode }, span);
    if !without.is_empty() {
        builder.push(Operator::Extend(without), span);
    }
    Ok(())
}

/// `top 5 a, b by c`, `rare`.
pub(super) fn top(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let mut arguments = Arguments::of(context, given.arguments)?;
    let known = ["limit", "showperc", "showcount", "countfield", "percentfield", "useother"];
    arguments.only(context, given.name, &known)?;
    if arguments.flag("useother") == Some(true) {
        return Err(context.unsupported(given.range, "the option useother of top"));
    }
    let mut limit = arguments.number(context, "limit")?.unwrap_or(10);
    if let Some(number) = arguments.rest.first().and_then(Token::keyword).and_then(|word| word.parse().ok()) {
        limit = number;
        arguments.rest.remove(0);
    }
    let at = arguments.rest.iter().position(|token| token.is_word("by")).unwrap_or(arguments.rest.len());
    let (fields, groups) = arguments.rest.split_at(at);
    let fields = super::names(context, fields)?;
    let groups = super::names(context, groups.get(1..).unwrap_or_default())?;
    if fields.is_empty() {
        return Err(context.syntax(given.range, format!("{} takes the names of fields", given.name)));
    }
    let range = given.range;
    let span = context.span(range);
    let count = arguments.option("countfield").unwrap_or_else(|| "count".to_owned());
    let percent = arguments.option("percentfield").unwrap_or_else(|| "percent".to_owned());
    let by: Vec<(String, Range)> = groups.iter().chain(&fields).map(|(name, _)| (name.clone(), range)).collect();
    let keys = by.iter().map(|(name, _)| same(name, span)).collect();
    let counted = Assignment { names: vec![count.as_str().into()], value: context.call("count", Vec::new(), range) };
    let grouping = Grouping { aggregates: vec![counted], by, several: Vec::new() };
    summarise(context, builder, grouping, keys, range);
    let total = "_total_of_top";
    let groups: Vec<Assignment> = groups.iter().map(|(name, _)| same(name, span)).collect();
    let sum = context.call("sum", vec![context.column(&count, range)], range);
    let sum = Assignment { names: vec![total.into()], value: sum };
    builder.push(Operator::Window { aggregates: vec![sum], by: groups.clone(), mode: WindowMode::All }, span);
    let share = context.call("top_percent", vec![context.column(&count, range), context.column(total, range)], range);
    builder.push(Operator::Extend(vec![Assignment { names: vec![percent.as_str().into()], value: share }]), span);
    let mut order: Vec<SortKey> = groups.iter().map(|group| ascending(group.value.clone())).collect();
    let descending = given.name == "top";
    order.push(SortKey { value: context.column(&count, range), descending, nulls: Ends::Last });
    builder.push(Operator::Sort(order), span);
    if limit > 0 {
        let names: Vec<Box<str>> = groups.iter().flat_map(|group| group.names.iter().cloned()).collect();
        builder.push(
            if names.is_empty() {
                Operator::Take(limit)
            } else {
                Operator::Dedup { count: limit, by: names, keep_empty: false, consecutive: false }
            },
            span,
        );
    }
    let mut columns: Vec<String> = builder.known.take().unwrap_or_default();
    columns.retain(|name| *name != count || arguments.flag("showcount") != Some(false));
    if arguments.flag("showperc") != Some(false) {
        columns.push(percent);
    }
    builder.push(Operator::Project(columns.iter().map(|name| same(name, span)).collect()), span);
    builder.known = Some(columns);
    Ok(())
}

/// `chart count by a`, `chart count over a`; a column per value of a second field is refused.
pub(super) fn chart(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let mut arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "chart", &["limit", "useother", "usenull", "cont"])?;
    let over = arguments.rest.iter().position(|token| token.is_word("over"));
    let has_by = arguments.rest.iter().any(|token| token.is_word("by"));
    if let Some(token) = over.and_then(|over| arguments.rest.get_mut(over)) {
        if has_by {
            return Err(context.unsupported(given.range, "chart with a column for each value of a field"));
        }
        token.kind = Kind::Word("by".to_owned());
    }
    let grouping = grouping(context, builder, &arguments.rest, &plain)?;
    if grouping.by.len() > 1 {
        return Err(context.unsupported(given.range, "chart with a column for each value of a field"));
    }
    let keys = grouping.by.iter().map(|(name, range)| same(name, context.span(*range))).collect();
    summarise(context, builder, grouping, keys, given.range);
    Ok(())
}

/// A key with a text where it is not there.
pub(super) fn filled(context: &Context<'_>, column: Scalar, with: &str, range: Range) -> Scalar {
    context.call("coalesce", vec![column, literal(crate::context::text(with))], range)
}
