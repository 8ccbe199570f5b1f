use super::{Arguments, Given};
use crate::context::{Builder, Context, Range, Start};
use crate::expand::{Expanded, Fault};
use crate::token::{Kind, Token, tokens};
use crate::{eval, pattern};
use ddefend_model::code;
use ddefend_rule::ir::query::{Assignment, JoinKind, Operator, Pattern, Pipeline, Scalar, Source};

/// Bytes of text that `foreach` makes at most.
const MADE: usize = 1 << 20;
/// Prefix of columns of a lookup until they are put in place.
const LOOKED_UP: &str = "_lookup.";
/// Prefix of columns of a joined subsearch until they are put in place.
const JOINED: &str = "_join.";

/// `field [AS own]` pairs up to a keyword.
fn pairs(context: &Context<'_>, tokens: &[Token]) -> Result<Vec<(String, String, Range)>, Fault> {
    let mut out: Vec<(String, String, Range)> = Vec::new();
    let mut pieces = tokens.iter().filter(|token| token.kind != Kind::Comma).peekable();
    while let Some(piece) = pieces.next() {
        let Some(name) = piece.text() else {
            return Err(context.syntax(piece.range, "the name of a field must stand here"));
        };
        let mut own = name.clone();
        if pieces.next_if(|next| next.is_word("as")).is_some() {
            own = pieces
                .next()
                .and_then(Token::text)
                .ok_or_else(|| context.syntax(piece.range, "a name is missing behind AS"))?;
        }
        out.push((name, own, piece.range));
    }
    Ok(out)
}

/// `lookup name field AS own OUTPUT a AS b, c`.
pub(super) fn lookup(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "lookup", &["local", "update", "event_time_field"])?;
    let Some((name, rest)) = arguments.rest.split_first() else {
        return Err(context.syntax(given.range, "lookup takes a name and fields"));
    };
    let is_output = |token: &Token| token.is_word("output") || token.is_word("outputnew");
    let at = rest.iter().position(is_output).unwrap_or(rest.len());
    let (inputs, outputs) = rest.split_at(at);
    let only_new = outputs.first().is_some_and(|token| token.is_word("outputnew"));
    let inputs = pairs(context, inputs)?;
    let outputs = pairs(context, outputs.get(1..).unwrap_or_default())?;
    if inputs.is_empty() {
        return Err(context.syntax(given.range, "lookup takes at least one field"));
    }
    let span = context.span(given.range);
    if outputs.is_empty() {
        // Which columns come is in the lookup's file.
        context.warn(
            given.range,
            code::QUERY_UNSUPPORTED,
            "lookup without OUTPUT: which columns it gives does not show, none are taken",
        );
    }
    let mut columns: Vec<(Box<str>, ddefend_rule::ir::query::Kind)> = Vec::new();
    for (field, ..) in inputs.iter().chain(&outputs) {
        if !columns.iter().any(|(known, _)| **known == **field) {
            columns.push((field.as_str().into(), ddefend_rule::ir::query::Kind::String));
        }
    }
    let source = Source::External {
        columns,
        locations: vec![name.text().unwrap_or_default().into()],
        span: context.span(name.range),
    };
    let mut right = Builder::new(source);
    let mut list = Vec::new();
    let mut on: Vec<(Scalar, Scalar)> = Vec::new();
    for (at, (field, own, range)) in inputs.iter().enumerate() {
        let key = format!("{LOOKED_UP}{at}");
        list.push(Assignment { names: vec![key.as_str().into()], value: context.column(field, *range) });
        on.push((context.column(own, *range), context.column(&key, *range)));
    }
    for (field, own, range) in &outputs {
        let own = format!("{LOOKED_UP}{own}");
        list.push(Assignment { names: vec![own.into()], value: context.column(field, *range) });
    }
    right.push(Operator::Project(list), span);
    let away = |name: String| Pattern { name: format!("{LOOKED_UP}{name}").into(), span };
    let gone: Vec<Pattern> = (0..inputs.len())
        .map(|at| at.to_string())
        .chain(outputs.iter().map(|(_, own, _)| own.clone()))
        .map(away)
        .collect();
    // Open tables have every name that the search has: not these.
    builder.push(Operator::Away(gone.clone()), span);
    let operator = Operator::Join { kind: JoinKind::LeftOuter, right: Box::new(right.finish()), on };
    builder.push(operator, span);
    let mut put = Vec::new();
    for (_, own, range) in &outputs {
        let found = context.column(&format!("{LOOKED_UP}{own}"), *range);
        let before = context.column(own, *range);
        let both = if only_new { vec![before, found] } else { vec![found, before] };
        put.push(Assignment { names: vec![own.as_str().into()], value: context.call("coalesce", both, *range) });
        builder.learn(own);
    }
    if !put.is_empty() {
        builder.push(Operator::Extend(put), span);
    }
    builder.push(Operator::Away(gone), span);
    Ok(())
}

/// The one subsearch among the arguments.
fn inner(context: &mut Context<'_>, tokens: &[Token], given: Given<'_>, start: Start) -> Result<Builder, Fault> {
    let subs: Vec<Range> = tokens
        .iter()
        .filter_map(|token| match token.kind {
            Kind::Sub(range) => Some(range),
            _ => None,
        })
        .collect();
    let [range] = subs.as_slice() else {
        return Err(context.syntax(given.range, format!("{} takes one subsearch in brackets", given.name)));
    };
    let read = context.subsearch;
    read(context, *range, start)
}

/// `join type=inner max=1 a, b [...]`: columns of the subsearch replace those of the same name.
pub(super) fn join(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "join", &["type", "max", "overwrite", "usetime", "earlier", "left", "right"])?;
    if arguments.options.iter().any(|(name, _)| matches!(name.as_str(), "usetime" | "earlier" | "left" | "right")) {
        return Err(context.unsupported(given.range, "join by time or with aliases"));
    }
    let kind = match arguments.option("type").map(|kind| kind.to_ascii_lowercase()).as_deref() {
        None | Some("inner") => JoinKind::Inner,
        Some("outer" | "left") => JoinKind::LeftOuter,
        Some(other) => return Err(context.unsupported(given.range, &format!("join type={other}"))),
    };
    if arguments.flag("overwrite") == Some(false) {
        return Err(context.unsupported(given.range, "the option overwrite=f of join"));
    }
    let names: Vec<Token> =
        arguments.rest.iter().filter(|token| !matches!(token.kind, Kind::Sub(_))).cloned().collect();
    let mut names: Vec<(String, Range)> = names
        .iter()
        .filter(|token| token.kind != Kind::Comma)
        .filter_map(|token| token.text().map(|text| (text, token.range)))
        .collect();
    let mut right = inner(context, &arguments.rest, given, Start::Own)?;
    let span = context.span(given.range);
    if names.is_empty() {
        let (Some(left), Some(other)) = (&builder.known, &right.known) else {
            return Err(context.unsupported(given.range, "join without fields where the columns do not show"));
        };
        names = left.iter().filter(|name| other.contains(name)).map(|name| (name.clone(), given.range)).collect();
    }
    let most = arguments.number(context, "max")?.unwrap_or(1);
    if most > 0 {
        right.order(span);
        let by = names.iter().map(|(name, _)| name.as_str().into()).collect();
        right.push(Operator::Dedup { count: most, by, keep_empty: false, consecutive: false }, span);
    }
    builder.order(span);
    // Columns of the subsearch come beside and then take the place of those of the same name.
    let own: Vec<String> = match &right.known {
        Some(known) => known.iter().filter(|name| !names.iter().any(|(key, _)| key == *name)).cloned().collect(),
        None => {
            let message = "the columns of the subsearch do not show: where both sides have one, the left one's stays";
            context.warn(given.range, code::QUERY_UNSUPPORTED, message);
            Vec::new()
        }
    };
    if !own.is_empty() {
        let beside = own.iter().map(|name| (format!("{JOINED}{name}").into(), name.as_str().into())).collect();
        right.push(Operator::Rename(beside), span);
    }
    merge_known(builder, &right);
    let on = names.iter().map(|(name, range)| (context.column(name, *range), context.column(name, *range))).collect();
    let gone: Vec<Pattern> = own.iter().map(|name| Pattern { name: format!("{JOINED}{name}").into(), span }).collect();
    if !gone.is_empty() {
        // Open tables have every name that the search has: not these.
        builder.push(Operator::Away(gone.clone()), span);
    }
    builder.push(Operator::Join { kind, right: Box::new(right.finish()), on }, span);
    if own.is_empty() {
        return Ok(());
    }
    let mut put = Vec::new();
    for name in &own {
        let both = vec![context.column(&format!("{JOINED}{name}"), given.range), context.column(name, given.range)];
        let value = context.call("coalesce", both, given.range);
        put.push(Assignment { names: vec![name.as_str().into()], value });
    }
    builder.push(Operator::Extend(put), span);
    builder.push(Operator::Away(gone), span);
    Ok(())
}

fn merge_known(builder: &mut Builder, other: &Builder) {
    match (&mut builder.known, &other.known) {
        (Some(known), Some(more)) => {
            for name in more {
                if !known.contains(name) {
                    known.push(name.clone());
                }
            }
        }
        (known, _) => *known = None,
    }
    for name in &other.several {
        builder.is_several(name);
    }
    builder.events = false;
}

/// `append [...]`, `union [...] [...]`.
pub(super) fn append(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, given.name, &["extendtimerange", "maxtime", "maxout", "timeout"])?;
    let span = context.span(given.range);
    let mut members = Vec::new();
    for token in &arguments.rest {
        match token.kind {
            Kind::Sub(range) => {
                let read = context.subsearch;
                let other = read(context, range, Start::Own)?;
                merge_known(builder, &other);
                members.push(other.finish());
            }
            Kind::Comma => {}
            _ => return Err(context.unsupported(token.range, &format!("{} of something by its name", given.name))),
        }
    }
    if members.is_empty() {
        return Err(context.syntax(given.range, format!("{} takes a subsearch in brackets", given.name)));
    }
    builder.order(span);
    builder.push(Operator::Union { members, outer: true, source_column: None, fuzzy: false }, span);
    Ok(())
}

/// `| multisearch [...] [...]`, `| union [...] [...]`.
pub(super) fn members(context: &mut Context<'_>, given: Given<'_>) -> Result<Builder, Fault> {
    let all = tokens(context, given.arguments)?;
    let mut members: Vec<Pipeline> = Vec::new();
    let mut known: Option<Builder> = None;
    for token in &all {
        match token.kind {
            Kind::Sub(range) => {
                let read = context.subsearch;
                let other = read(context, range, Start::Own)?;
                match &mut known {
                    Some(known) => merge_known(known, &other),
                    None => known = Some(other.clone()),
                }
                members.push(other.finish());
            }
            Kind::Comma => {}
            _ => return Err(context.unsupported(token.range, &format!("{} of something by its name", given.name))),
        }
    }
    let Some(known) = known else {
        return Err(context.syntax(given.range, format!("{} takes subsearches in brackets", given.name)));
    };
    let mut builder = Builder::new(Source::Union { members, outer: true, source_column: None, fuzzy: false });
    builder.known = known.known;
    builder.several = known.several;
    builder.unordered = true;
    builder.events = known.unordered;
    Ok(builder)
}

/// `appendpipe [...]`: what the steps make of the rows, behind them.
pub(super) fn appendpipe(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "appendpipe", &["run_in_preview"])?;
    let span = context.span(given.range);
    builder.order(span);
    let other = inner(context, &arguments.rest, given, Start::Given)?;
    merge_known(builder, &other);
    builder.push(Operator::Partition { by: Vec::new(), body: other.steps, keep: true }, span);
    Ok(())
}

/// `appendcols [...]`: rows side by side, by their number.
pub(super) fn appendcols(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "appendcols", &["override"])?;
    let other = inner(context, &arguments.rest, given, Start::Own)?;
    let span = context.span(given.range);
    builder.order(span);
    merge_known(builder, &other);
    let flag = ddefend_rule::ir::query::Datum::Bool(arguments.flag("override") == Some(true));
    let operator = Operator::Command {
        name: "appendcols".into(),
        arguments: vec![(Some("override".into()), crate::context::literal(flag))],
        tables: vec![other.finish()],
    };
    builder.push(operator, span);
    Ok(())
}

/// `foreach a b* [eval ...]`: the steps once for each field.
pub(super) fn foreach(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "foreach", &["mode", "fieldstr", "matchstr"])?;
    if arguments.option("mode").is_some_and(|mode| mode != "multifield") {
        return Err(context.unsupported(given.range, "foreach over the values of a field"));
    }
    let (fields, subs): (Vec<Token>, Vec<Token>) =
        arguments.rest.iter().cloned().partition(|token| !matches!(token.kind, Kind::Sub(_)));
    let [Token { kind: Kind::Sub(body), .. }] = subs.as_slice() else {
        return Err(context.syntax(given.range, "foreach takes fields and one subsearch"));
    };
    let text = context.slice(context.trim(*body)).trim_start_matches('|').trim().to_owned();
    let Some(template) = text.strip_prefix("eval ") else {
        return Err(context.unsupported(*body, "foreach with something else than eval"));
    };
    let span = context.span(given.range);
    let mut done: Vec<String> = Vec::new();
    for (pattern, _) in super::names(context, &fields)? {
        let fitting: Vec<(String, Vec<String>)> = if pattern.contains('*') {
            let Some(known) = &builder.known else {
                return Err(context.unsupported(given.range, "foreach by pattern where the columns do not show"));
            };
            known.iter().filter_map(|name| Some((name.clone(), pattern::fits(&pattern, name)?))).collect()
        } else {
            vec![(pattern.clone(), Vec::new())]
        };
        for (name, parts) in fitting {
            if done.contains(&name) {
                continue;
            }
            context.spend(given.range)?;
            if done.len().saturating_mul(template.len()) > MADE {
                let message = format!("foreach makes more than {MADE} bytes of text");
                return Err(context.fault(given.range, code::QUERY_LIMIT, message));
            }
            let mut own = template.replace("<<FIELD>>", &name).replace("<<MATCHSTR>>", &parts.concat());
            for (at, part) in parts.iter().take(3).enumerate() {
                own = own.replace(&format!("<<MATCHSEG{}>>", at.saturating_add(1)), part);
            }
            let made = Expanded::made(own, span);
            let mut sub = Context::new(&made, context.subsearch);
            let range = sub.whole();
            let assignments = eval::assignments(&mut sub, range)?;
            for assigned in assignments.iter().flat_map(|one| &one.names) {
                builder.learn(assigned);
            }
            builder.push(Operator::Extend(assignments), span);
            done.push(name);
        }
    }
    Ok(())
}
