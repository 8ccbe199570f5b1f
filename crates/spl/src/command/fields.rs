use super::{Arguments, Given, bracket};
use crate::context::{Builder, Context, Range, literal, same, text};
use crate::expand::Fault;
use crate::token::{Kind, Token, tokens};
use crate::{eval as expression, pattern};
use ddefend_model::code;
use ddefend_rule::ir::query::{Assignment, Datum, Ends, Node, Operator, Pattern, Scalar, SortKey, TextOp};

pub(super) fn eval(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let assignments = expression::assignments(context, given.arguments)?;
    for assignment in &assignments {
        let several = makes_several(&assignment.value, builder);
        for name in &assignment.names {
            builder.learn(name);
            if several {
                builder.is_several(name);
            }
        }
    }
    builder.push(Operator::Extend(assignments), context.span(given.range));
    Ok(())
}

/// True where an expression may have several values.
fn makes_several(scalar: &Scalar, builder: &Builder) -> bool {
    match &scalar.node {
        Node::Column(name) => builder.several.iter().any(|own| **own == **name),
        Node::Call(name, parts) => match &**name {
            "split" | "mvappend" | "mvdedup" | "mvsort" | "mvfilter" | "mvmap" | "mvrange" | "mvzip" | "commands" => {
                true
            }
            "mvindex" => parts.len() > 2,
            "if" | "case" | "coalesce" | "replace" | "lower" | "upper" | "trim" => {
                parts.iter().any(|part| makes_several(part, builder))
            }
            _ => false,
        },
        _ => false,
    }
}

/// The names that patterns with `*` stand for; none where that does not show.
fn spread(builder: &Builder, names: &[(String, ddefend_rule::ir::query::Span)]) -> Option<Vec<String>> {
    let mut out: Vec<String> = Vec::new();
    for (name, _) in names {
        let fitting: Vec<String> = if name.contains('*') {
            builder.known.as_ref()?.iter().filter(|own| pattern::fits(name, own).is_some()).cloned().collect()
        } else {
            vec![name.clone()]
        };
        for name in fitting {
            if !out.contains(&name) {
                out.push(name);
            }
        }
    }
    Some(out)
}

pub(super) fn table(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let names = Arguments::of(context, given.arguments)?.names(context)?;
    let span = context.span(given.range);
    if let Some(columns) = spread(builder, &names) {
        let list = columns
            .iter()
            .map(|column| {
                let own = names.iter().find(|(name, _)| name == column).map_or(span, |(_, span)| *span);
                same(column, own)
            })
            .collect();
        builder.push(Operator::Project(list), span);
        builder.known = Some(columns);
    } else {
        builder.push(Operator::Keep(patterns(&names)), span);
        builder.known = None;
    }
    Ok(())
}

fn patterns(names: &[(String, ddefend_rule::ir::query::Span)]) -> Vec<Pattern> {
    names.iter().map(|(name, span)| Pattern { name: name.as_str().into(), span: *span }).collect()
}

/// `fields [+|-] a b*`; `_time` and `_raw` stay unless taken away by name.
pub(super) fn fields(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let mut tokens = tokens(context, given.arguments)?;
    let mut away = false;
    let sign = tokens.first().and_then(|token| match &token.kind {
        Kind::Word(word) if word.starts_with('-') || word.starts_with('+') => Some(word.clone()),
        _ => None,
    });
    if let (Some(sign), Some(first)) = (sign, tokens.first_mut()) {
        away = sign.starts_with('-');
        let rest = sign.trim_start_matches(['-', '+']).to_owned();
        if rest.is_empty() {
            tokens.remove(0);
        } else {
            first.kind = Kind::Word(rest);
        }
    }
    let names = super::names(context, &tokens)?;
    let span = context.span(given.range);
    if away {
        if let Some(known) = &mut builder.known {
            known.retain(|own| !names.iter().any(|(name, _)| pattern::fits(name, own).is_some()));
        }
        builder.push(Operator::Away(patterns(&names)), span);
        return Ok(());
    }
    let mut columns = spread(builder, &names);
    let mut patterns = patterns(&names);
    for own in ["_time", "_raw"] {
        let there = builder.known.as_ref().is_none_or(|known| known.iter().any(|name| name == own));
        if there && !names.iter().any(|(name, _)| name == own) {
            patterns.push(Pattern { name: own.into(), span });
            if let Some(columns) = &mut columns {
                columns.push(own.to_owned());
            }
        }
    }
    builder.known = columns;
    builder.push(Operator::Keep(patterns), span);
    Ok(())
}

/// `rename a AS b, c.* AS *`.
pub(super) fn rename(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let tokens: Vec<Token> =
        tokens(context, given.arguments)?.into_iter().filter(|token| token.kind != Kind::Comma).collect();
    let mut pairs: Vec<(Box<str>, Box<str>)> = Vec::new();
    for piece in tokens.chunks(3) {
        let [old, word, new] = piece else {
            return Err(context.syntax(given.range, "rename takes `old AS new`"));
        };
        let (Some(old), Some(new)) = (old.text(), new.text()) else {
            return Err(context.syntax(word.range, "rename takes `old AS new`"));
        };
        if !word.is_word("as") {
            return Err(context.syntax(word.range, "rename takes `old AS new`"));
        }
        if old.matches('*').count() != new.matches('*').count() {
            return Err(context.syntax(word.range, "both names must have the same number of `*`"));
        }
        pairs.push((new.into(), old.into()));
    }
    let mut out: Vec<(Box<str>, Box<str>)> = Vec::new();
    for (new, old) in pairs {
        let Some(known) = builder.known.clone().filter(|_| old.contains('*')) else {
            if let Some(known) = &mut builder.known {
                known.retain(|name| **name != *new);
                for name in known.iter_mut().filter(|name| **name == *old) {
                    new.as_ref().clone_into(name);
                }
            }
            if builder.several.iter().any(|name| **name == *old) {
                builder.is_several(&new);
            }
            out.push((new, old));
            continue;
        };
        for name in known {
            let Some(parts) = pattern::fits(&old, &name) else { continue };
            let mut fresh = String::new();
            let mut parts = parts.into_iter();
            for (at, piece) in new.split('*').enumerate() {
                if at > 0 {
                    fresh.push_str(&parts.next().unwrap_or_default());
                }
                fresh.push_str(piece);
            }
            if fresh == name {
                continue;
            }
            if builder.several.contains(&name) {
                builder.is_several(&fresh);
            }
            if let Some(known) = &mut builder.known {
                known.retain(|own| *own != fresh);
                for own in known.iter_mut().filter(|own| **own == name) {
                    own.clone_from(&fresh);
                }
            }
            out.push((fresh.into(), name.into()));
        }
    }
    if !out.is_empty() {
        builder.push(Operator::Rename(out), context.span(given.range));
    }
    Ok(())
}

/// Keys of `sort`: `-a`, `+b`, `num(c)`, `- d`.
pub(super) fn sort_keys(context: &Context<'_>, tokens: &[Token]) -> Result<Vec<SortKey>, Fault> {
    let mut keys = Vec::new();
    let mut descending = false;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = at.saturating_add(1);
        if token.kind == Kind::Comma {
            continue;
        }
        let Some(written) = token.text() else {
            return Err(context.syntax(token.range, "the name of a field must stand here"));
        };
        let name = match &token.kind {
            Kind::Word(_) if written.starts_with(['-', '+']) => {
                descending = written.starts_with('-');
                written.trim_start_matches(['-', '+']).to_owned()
            }
            _ => written,
        };
        if name.is_empty() {
            continue;
        }
        let mut value = context.column(&name, token.range);
        if matches!(tokens.get(at), Some(Token { kind: Kind::Open, .. })) {
            let (inner, close) = bracket(context, tokens, at)?;
            at = close.saturating_add(1);
            let field = context.column(context.slice(context.trim(inner)), inner);
            value = match name.as_str() {
                "auto" => field,
                "num" => context.call("tonumber", vec![field], inner),
                "str" => context.call("tostring", vec![field], inner),
                _ => return Err(context.unsupported(token.range, &format!("sort by {name}()"))),
            };
        }
        keys.push(SortKey { value, descending, nulls: Ends::Last });
        descending = false;
    }
    Ok(keys)
}

/// `sort 10 -a, b`; without a number the first 10,000 rows stay.
pub(super) fn sort(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let mut arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "sort", &["limit"])?;
    let mut count = arguments.number(context, "limit")?.unwrap_or(10_000);
    if let Some(number) = arguments.rest.first().and_then(|token| token.keyword()).and_then(|word| word.parse().ok()) {
        count = number;
        arguments.rest.remove(0);
    }
    let turned = arguments.rest.last().is_some_and(|token| token.is_word("d") || token.is_word("desc"));
    if turned && arguments.rest.len() > 1 {
        arguments.rest.pop();
    }
    let mut keys = sort_keys(context, &arguments.rest)?;
    if keys.is_empty() {
        return Err(context.syntax(given.range, "sort takes the names of fields"));
    }
    // A sign that stands alone means all fields behind it.
    let alone = matches!(arguments.rest.first().map(|token| &token.kind), Some(Kind::Word(word)) if word == "-");
    for key in &mut keys {
        key.descending = (key.descending || alone) != turned;
    }
    builder.unordered = false;
    let operator = if count == 0 { Operator::Sort(keys) } else { Operator::Top(count, keys) };
    builder.push(operator, context.span(given.range));
    Ok(())
}

pub(super) fn reverse(context: &Context<'_>, builder: &mut Builder, given: Given<'_>) {
    let span = context.span(given.range);
    builder.order(span);
    builder.push(super::filter::reversing(), span);
}

pub(super) fn fillnull(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "fillnull", &["value"])?;
    let names = arguments.names(context)?;
    let written = arguments.option("value").unwrap_or_else(|| "0".to_owned());
    let value = literal(pattern::number(&written).unwrap_or_else(|| text(&written)));
    for (name, _) in &names {
        builder.learn(name);
    }
    let columns = names.into_iter().map(|(name, _)| name.into()).collect();
    builder.push(Operator::Fill { columns, value }, context.span(given.range));
    Ok(())
}

pub(super) fn filldown(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let names = Arguments::of(context, given.arguments)?.names(context)?;
    let span = context.span(given.range);
    let Some(columns) = (!names.is_empty()).then(|| spread(builder, &names)).flatten() else {
        return Err(context.unsupported(given.range, "filldown of columns that do not show"));
    };
    builder.order(span);
    let arguments = columns.iter().map(|name| (None, context.column(name, given.range))).collect();
    builder.push(Operator::Command { name: "filldown".into(), arguments, tables: Vec::new() }, span);
    Ok(())
}

/// `replace "a*" WITH "b", c WITH d IN field1 field2`.
pub(super) fn replace(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let tokens = tokens(context, given.arguments)?;
    let at = tokens.iter().position(|token| token.is_word("in")).unwrap_or(tokens.len());
    let (pairs, fields) = tokens.split_at(at);
    let fields = super::names(context, fields.get(1..).unwrap_or_default())?;
    if fields.is_empty() {
        return Err(context.unsupported(given.range, "replace in all fields"));
    }
    let pairs: Vec<&Token> = pairs.iter().filter(|token| token.kind != Kind::Comma).collect();
    let mut cases: Vec<(String, String, Range)> = Vec::new();
    for piece in pairs.chunks(3) {
        match piece {
            [old, with, new] if with.is_word("with") => {
                cases.push((old.text().unwrap_or_default(), new.text().unwrap_or_default(), old.range));
            }
            _ => return Err(context.syntax(given.range, "replace takes `old WITH new IN field`")),
        }
    }
    let mut out = Vec::new();
    for (field, span) in fields {
        let column = Scalar { node: Node::Column(field.as_str().into()), span };
        let mut arguments = Vec::new();
        for (old, new, range) in &cases {
            let like = literal(text(&wild(old)));
            let node =
                Node::Text { op: TextOp::Like, cased: true, value: Box::new(column.clone()), pattern: Box::new(like) };
            arguments.push(context.scalar(node, *range));
            arguments.push(if new.contains('*') {
                // `*` of the new text takes what the first `*` of the old one stood for.
                let groups = format!("^{}$", regex_of(old));
                let mut at = 0_u32;
                let mut target = String::new();
                for letter in new.chars() {
                    if letter == '*' {
                        at = at.saturating_add(1);
                        target.push_str(&format!("\\{at}"));
                    } else {
                        target.push(letter);
                    }
                }
                context.call("replace", vec![column.clone(), literal(text(&groups)), literal(text(&target))], *range)
            } else {
                literal(text(new))
            });
        }
        arguments.push(literal(Datum::Bool(true)));
        arguments.push(column);
        let value = context.call("case", arguments, given.range);
        out.push(Assignment { names: vec![field.into()], value });
    }
    builder.push(Operator::Extend(out), context.span(given.range));
    Ok(())
}

fn wild(written: &str) -> String {
    let parts: Vec<String> = written.split('*').map(ddefend_rule::ir::escape_like).collect();
    parts.join("*")
}

fn regex_of(written: &str) -> String {
    let parts: Vec<String> = written.split('*').map(pattern::escape_regex).collect();
    parts.join("(.*)")
}

/// `convert timeformat="..." ctime(a) AS b, num(c)`.
pub(super) fn convert(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "convert", &["timeformat"])?;
    let format = arguments.option("timeformat").unwrap_or_else(|| "%m/%d/%Y %H:%M:%S".to_owned());
    let tokens = &arguments.rest;
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = at.saturating_add(1);
        if token.kind == Kind::Comma {
            continue;
        }
        let function = token.keyword().unwrap_or_default();
        if !matches!(tokens.get(at), Some(Token { kind: Kind::Open, .. })) {
            return Err(context.syntax(token.range, "convert takes functions of fields"));
        }
        let (inner, close) = bracket(context, tokens, at)?;
        at = close.saturating_add(1);
        let field = context.slice(context.trim(inner)).trim_matches(['"', '\'']).to_owned();
        let mut name = field.clone();
        if tokens.get(at).is_some_and(|token| token.is_word("as")) {
            name = tokens.get(at.saturating_add(1)).and_then(Token::text).unwrap_or_default();
            at = at.saturating_add(2);
        }
        let fields = if field.contains('*') {
            spread(builder, &[(field.clone(), context.span(inner))])
                .ok_or_else(|| context.unsupported(inner, "convert of columns that do not show"))?
        } else {
            vec![field.clone()]
        };
        for own in fields {
            let column = context.column(&own, inner);
            let value = match function.as_str() {
                "ctime" => context.call("ctime", vec![column, literal(text(&format))], inner),
                "mktime" => context.call("strptime", vec![column, literal(text(&format))], inner),
                "num" => context.call("tonumber", vec![column], inner),
                "auto" => {
                    let number = context.call("tonumber", vec![column.clone()], inner);
                    context.call("coalesce", vec![number, column], inner)
                }
                "rmcomma" => context.call("replace", vec![column, literal(text(",")), literal(text(""))], inner),
                "none" => column,
                _ => return Err(context.unsupported(token.range, &format!("convert {function}()"))),
            };
            let target = if name.contains('*') || name == field { own.clone() } else { name.clone() };
            builder.learn(&target);
            out.push(Assignment { names: vec![target.into()], value });
        }
    }
    if !out.is_empty() {
        builder.push(Operator::Extend(out), context.span(given.range));
    }
    Ok(())
}

/// `return 10 a b=c $d`.
pub(super) fn returned(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let mut arguments = Arguments::of(context, given.arguments)?;
    let mut count = 1;
    if let Some(number) = arguments.rest.first().and_then(|token| token.keyword()).and_then(|word| word.parse().ok()) {
        count = number;
        arguments.rest.remove(0);
    }
    let span = context.span(given.range);
    builder.order(span);
    builder.push(Operator::Take(count), span);
    let mut list = Vec::new();
    for (name, span) in arguments.names(context)? {
        if name.starts_with('$') {
            return Err(context.unsupported(given.range, "return of values without their field (`$field`)"));
        }
        list.push(same(&name, span));
    }
    for (name, token) in &arguments.options {
        let value = context.column(&token.text().unwrap_or_default(), token.range);
        list.push(Assignment { names: vec![name.as_str().into()], value });
    }
    builder.known = Some(list.iter().flat_map(|one| one.names.iter().map(ToString::to_string)).collect());
    builder.push(Operator::Project(list), span);
    Ok(())
}

/// `strcat allrequired=t a "text" b target`.
pub(super) fn strcat(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "strcat", &["allrequired"])?;
    let all = arguments.flag("allrequired") == Some(true);
    let Some((target, pieces)) = arguments.rest.split_last().filter(|(_, pieces)| !pieces.is_empty()) else {
        return Err(context.syntax(given.range, "strcat takes fields and the name of a new one"));
    };
    let mut joined: Option<Scalar> = None;
    for piece in pieces {
        context.spend(piece.range)?;
        let one = match &piece.kind {
            Kind::Comma => continue,
            Kind::Quoted(_) => context.scalar(Node::Literal(text(&piece.text().unwrap_or_default())), piece.range),
            _ => {
                let column = context.column(&piece.text().unwrap_or_default(), piece.range);
                if all { column } else { context.call("coalesce", vec![column, literal(text(""))], piece.range) }
            }
        };
        joined = Some(match joined {
            Some(before) => context.call(".", vec![before, one], given.range),
            None => one,
        });
    }
    if pieces.len() > 100 {
        return Err(context.fault(given.range, code::QUERY_LIMIT, "strcat takes at most 100 fields"));
    }
    let name = target.text().unwrap_or_default();
    builder.learn(&name);
    if let Some(value) = joined {
        builder.push(Operator::Extend(vec![Assignment { names: vec![name.into()], value }]), context.span(given.range));
    }
    Ok(())
}

/// Fields that a database of places would give: there is none, so they are empty, and that is said.
pub(super) fn iplocation(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    let prefix = arguments.option("prefix").unwrap_or_default();
    let mut names = vec!["City", "Country", "Region", "lat", "lon"];
    if arguments.flag("allfields") == Some(true) {
        names.extend(["Continent", "Timezone", "MetroCode"]);
    }
    let message = "iplocation has no database here: its fields are empty";
    context.warn(given.range, code::QUERY_UNSUPPORTED, message);
    let mut out = Vec::new();
    for name in names {
        let name = format!("{prefix}{name}");
        builder.learn(&name);
        out.push(Assignment { names: vec![name.into()], value: literal(Datum::Null) });
    }
    builder.push(Operator::Extend(out), context.span(given.range));
    Ok(())
}
