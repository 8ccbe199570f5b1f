use super::{Arguments, Given, aggregate};
use crate::context::{Builder, Context, Range};
use crate::expand::Fault;
use crate::search;
use crate::token::{Kind, Token, tokens};
use ddefend_rule::ir::query::{Assignment, Operator, Source};

/// `| tstats count from datamodel=M.O where ... by O.f _time span=1h`: the rows of a data set, grouped. In columns of the
/// data set its own name as prefix is dropped; results keep it.
pub(super) fn tstats(context: &mut Context<'_>, given: Given<'_>) -> Result<Builder, Fault> {
    let mut all = tokens(context, given.arguments)?;
    let wrong = |context: &Context<'_>, message: &str| context.syntax(given.range, message);
    let by_at = position(&all, "by").unwrap_or(all.len());
    let by: Vec<Token> = all.split_off(by_at);
    let where_at = position(&all, "where").unwrap_or(all.len());
    let condition: Vec<Token> = all.split_off(where_at);
    let from_at = position(&all, "from").unwrap_or(all.len());
    let from: Vec<Token> = all.split_off(from_at);
    let arguments = Arguments::split(all);
    if arguments.flag("prestats") == Some(true) || arguments.flag("append") == Some(true) {
        return Err(context.unsupported(given.range, "tstats with prestats or append"));
    }
    arguments.only(
        context,
        "tstats",
        &[
            "summariesonly",
            "allow_old_summaries",
            "fillnull_value",
            "prestats",
            "append",
            "local",
            "chunk_size",
            "include_reduced_buckets",
            "use_summary_index_values",
        ],
    )?;
    let set = data_set(context, &from, given)?;
    let mut named = set.clone();
    if named.as_ref().is_some_and(|name| !name.contains('.')) {
        // Only the model is named: the data set is what names of fields begin with.
        let words = condition.iter().chain(&by).chain(&arguments.rest);
        let object = words
            .filter_map(Token::text)
            .find_map(|text| text.split_once('.').map(|(object, _)| object.trim_start_matches('(').to_owned()));
        if let (Some(name), Some(object)) = (&mut named, object) {
            *name = format!("{name}.{object}");
        }
    }
    let prefix = named.as_ref().map(|name| format!("{}.", name.rsplit('.').next().unwrap_or_default()));
    let table = named.unwrap_or_else(|| "*".to_owned());
    let mut builder = Builder::new(Source::Table { name: table.into(), span: context.span(given.range) });
    if let Some(condition) = condition.get(1..) {
        let range = condition
            .first()
            .zip(condition.last())
            .map_or(given.range, |(first, last)| Range { start: first.range.start, end: last.range.end });
        if condition.is_empty() {
            return Err(wrong(context, "a condition is missing behind WHERE"));
        }
        let found = search::of_tokens(context, condition, range, prefix.as_deref(), false)?;
        super::filter::keep(context, &mut builder, found, range);
    }
    let strip = |name: &str| prefix.as_deref().and_then(|prefix| name.strip_prefix(prefix)).unwrap_or(name).to_owned();
    let mut grouping = aggregate::grouping(context, &builder, &arguments.rest, &strip)?;
    let (by, span) = spans(context, by)?;
    let filled = arguments.option("fillnull_value");
    let mut keys = Vec::new();
    for (name, range) in &by {
        if name.contains('*') {
            return Err(context.unsupported(*range, "tstats by fields by pattern"));
        }
        let own = strip(name);
        if let Some((_, span)) = span.as_ref().filter(|_| own == "_time") {
            let value = super::time::binned(context, "_time", span, *range)?;
            keys.push(Assignment { names: vec!["_time".into()], value });
            continue;
        }
        let column = context.column(&own, *range);
        let value = match &filled {
            Some(with) if own != "_time" => aggregate::filled(context, column, with, *range),
            _ => column,
        };
        keys.push(Assignment { names: vec![name.as_str().into()], value });
    }
    if grouping.aggregates.is_empty() {
        return Err(wrong(context, "tstats takes at least one aggregate"));
    }
    grouping.by = by;
    aggregate::summarise(context, &mut builder, grouping, keys, given.range);
    Ok(builder)
}

fn position(tokens: &[Token], word: &str) -> Option<usize> {
    let mut depth = 0_u32;
    tokens.iter().position(|token| {
        match token.kind {
            Kind::Open => depth = depth.saturating_add(1),
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is_word(word)
    })
}

/// `from datamodel=M.O`, `from datamodel=M`; none for indexed fields of events.
fn data_set(context: &Context<'_>, from: &[Token], given: Given<'_>) -> Result<Option<String>, Fault> {
    let Some((_, rest)) = from.split_first() else { return Ok(None) };
    let mut pieces = rest.iter();
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(word), Some(Token { kind: Kind::Operator("="), .. }), Some(name)) if word.is_word("datamodel") => {
            let mut name = name.text().unwrap_or_default();
            for piece in pieces {
                // `"Endpoint"."Processes"`
                name.push_str(&piece.text().unwrap_or_default());
            }
            Ok(Some(name))
        }
        _ => {
            let range = rest.first().map_or(given.range, |token| token.range);
            Err(context.unsupported(range, "tstats from something that is no data model"))
        }
    }
}

/// Keys, and the span of `_time span=1h`.
#[allow(clippy::type_complexity, reason = "names with places, beside the one span")]
fn spans(context: &Context<'_>, by: Vec<Token>) -> Result<(Vec<(String, Range)>, Option<(Range, String)>), Fault> {
    let split = Arguments::split(by.into_iter().skip(1).collect());
    let mut keys = Vec::new();
    for token in &split.rest {
        match &token.kind {
            Kind::Comma => {}
            Kind::Word(_) | Kind::Quoted(_) => keys.push((token.text().unwrap_or_default(), token.range)),
            _ => return Err(context.syntax(token.range, "the name of a field must stand behind BY")),
        }
    }
    let mut span = None;
    for (name, token) in &split.options {
        if name != "span" {
            return Err(context.unsupported(token.range, &format!("the option {name} of tstats")));
        }
        span = Some((token.range, token.text().unwrap_or_default()));
    }
    Ok((keys, span))
}

/// `| datamodel M O search`, `| from datamodel:"M.O"`: the rows of a data set.
pub(super) fn rows(context: &mut Context<'_>, given: Given<'_>) -> Result<Builder, Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    let words: Vec<String> = arguments.rest.iter().filter_map(Token::text).collect();
    let span = context.span(given.range);
    if given.name == "datamodel" {
        let [model, object, rest @ ..] = words.as_slice() else {
            return Err(context.unsupported(given.range, "datamodel without a data set: it lists models"));
        };
        if rest.first().is_none_or(|word| word != "search" && word != "flat") {
            return Err(context.unsupported(given.range, "datamodel without search: it describes a model"));
        }
        let mut builder = Builder::new(Source::Table { name: format!("{model}.{object}").into(), span });
        if rest.first().is_some_and(|word| word == "search") {
            let new = format!("{object}.*");
            builder.push(Operator::Rename(vec![(new.into(), "*".into())]), span);
        }
        builder.unordered = true;
        builder.events = true;
        return Ok(builder);
    }
    let name = words.concat();
    let Some(name) = name.strip_prefix("datamodel:").or_else(|| name.strip_prefix("datamodel")) else {
        return Err(context.unsupported(given.range, "from something that is no data model"));
    };
    let name = name.trim_matches('"');
    let mut builder = Builder::new(Source::Table { name: name.into(), span });
    builder.unordered = true;
    builder.events = true;
    Ok(builder)
}
