use super::{Arguments, Given};
use crate::context::{Builder, Context, literal, text};
use crate::expand::Fault;
use crate::pattern;
use crate::token::{Kind, Token};
use ddefend_rule::ir::query::{Assignment, Extraction, Operator};

/// `rex field=f max_match=n "(?<name>...)"`, `rex field=f mode=sed "s/a/b/g"`.
pub(super) fn rex(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "rex", &["field", "max_match", "mode"])?;
    let field = arguments.option("field").unwrap_or_else(|| "_raw".to_owned());
    let [Token { kind: Kind::Quoted(_) | Kind::Word(_), .. }] = arguments.rest.as_slice() else {
        return Err(context.syntax(given.range, "rex takes one expression in quotes"));
    };
    let Some(source) = arguments.rest.first() else { return Ok(()) };
    let written = source.text().unwrap_or_default();
    let span = context.span(given.range);
    let value = context.column(&field, given.range);
    if arguments.option("mode").is_some_and(|mode| mode == "sed") {
        sed(context, &written, source)?;
        let own = sed_own(context, &written, source)?;
        builder.push(Operator::Extract { value, extraction: Extraction::Replace(own.into()) }, span);
        return Ok(());
    }
    let most = arguments.number(context, "max_match")?.unwrap_or(1);
    let regex = pattern::regex(context, &written, source.range)?;
    let names = groups(&regex);
    if names.is_empty() {
        return Err(context.syntax(source.range, "the expression has no named group `(?<name>...)`"));
    }
    for name in names {
        builder.learn(&name);
        if most != 1 {
            builder.is_several(&name);
        }
    }
    builder.push(Operator::Extract { value, extraction: Extraction::Groups { regex: regex.into(), most } }, span);
    Ok(())
}

/// Names of the groups of an expression.
fn groups(regex: &str) -> Vec<String> {
    let mut out = Vec::new();
    for piece in regex.split("(?").skip(1) {
        let Some(rest) = piece.strip_prefix("P<").or_else(|| piece.strip_prefix('<')) else { continue };
        if let Some((name, _)) = rest.split_once('>') {
            out.push(name.to_owned());
        }
    }
    out
}

fn sed(context: &Context<'_>, written: &str, source: &Token) -> Result<(), Fault> {
    if written.starts_with('s') {
        return Ok(());
    }
    Err(context.unsupported(source.range, "rex mode=sed with another command than s"))
}

/// `s/pattern/text/flags` with the pattern in the syntax of the `regex` crate.
fn sed_own(context: &Context<'_>, written: &str, source: &Token) -> Result<String, Fault> {
    let wrong = || context.syntax(source.range, "sed takes s/expression/text/flags");
    let mut letters = written.chars();
    letters.next();
    let mark = letters.next().ok_or_else(wrong)?;
    let mut parts = vec![String::new()];
    while let Some(letter) = letters.next() {
        let Some(last) = parts.last_mut() else { break };
        if letter == '\\' {
            let next = letters.next().unwrap_or('\\');
            if next != mark {
                last.push('\\');
            }
            last.push(next);
        } else if letter == mark {
            parts.push(String::new());
        } else {
            last.push(letter);
        }
    }
    let [regex, with, flags] = parts.as_slice() else { return Err(wrong()) };
    if !flags.is_empty() && flags != "g" && flags.parse::<u32>().is_err() {
        return Err(context.unsupported(source.range, "flags of sed other than g"));
    }
    if flags.parse::<u32>().is_ok() {
        return Err(context.unsupported(source.range, "sed for one occurrence by its number"));
    }
    let regex = pattern::regex(context, regex, source.range)?;
    // The mark of the form's own text is a sign that no expression has.
    Ok(format!("s\u{1}{regex}\u{1}{with}\u{1}{flags}"))
}

/// `spath input=f path=a.b{}.c output=g`, `spath a.b`.
pub(super) fn spath(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "spath", &["input", "path", "output"])?;
    let input = arguments.option("input").unwrap_or_else(|| "_raw".to_owned());
    let path = arguments.option("path").or_else(|| arguments.rest.first().and_then(Token::text));
    let output = arguments.option("output").or_else(|| path.clone());
    let value = context.column(&input, given.range);
    let span = context.span(given.range);
    let (Some(path), Some(output)) = (path, output) else {
        // Every value under its own path: which columns that makes is in the data.
        builder.known = None;
        let operator = Operator::Command { name: "spath".into(), arguments: vec![(None, value)], tables: Vec::new() };
        builder.push(operator, span);
        return Ok(());
    };
    builder.learn(&output);
    builder.is_several(&output);
    let extraction = Extraction::Path { path: Some(path.into()), output: Some(output.into()) };
    builder.push(Operator::Extract { value, extraction }, span);
    Ok(())
}

/// `xmlkv f`, `extract pairdelim="," kvdelim="="`, `fromjson f`: fields under the names in the text.
pub(super) fn pairs(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    let name = if given.name == "kv" { "extract" } else { given.name };
    let known: &[&str] = if name == "extract" { &["pairdelim", "kvdelim", "limit", "mv_add"] } else { &["maxinputs"] };
    arguments.only(context, given.name, known)?;
    let field = match arguments.names(context)?.as_slice() {
        [] => "_raw".to_owned(),
        [(field, _)] if name != "extract" => field.clone(),
        _ => return Err(context.unsupported(given.range, &format!("{} with the name of an extraction", given.name))),
    };
    let mut list = vec![(None, context.column(&field, given.range))];
    for (option, token) in &arguments.options {
        let value = literal(text(&token.text().unwrap_or_default()));
        list.push((Some(option.as_str().into()), value));
    }
    builder.known = None;
    builder
        .push(Operator::Command { name: name.into(), arguments: list, tables: Vec::new() }, context.span(given.range));
    Ok(())
}

/// `makemv delim="," f`, `nomv f`.
pub(super) fn makemv(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, given.name, &["delim", "allowempty", "setsv"])?;
    let names = arguments.names(context)?;
    let [(name, _)] = names.as_slice() else {
        return Err(context.syntax(given.range, format!("{} takes one field", given.name)));
    };
    let column = context.column(name, given.range);
    let value = if given.name == "nomv" {
        builder.several.retain(|own| own != name);
        context.call("mvjoin", vec![column, literal(text("\n"))], given.range)
    } else {
        builder.is_several(name);
        let mark = literal(text(&arguments.option("delim").unwrap_or_else(|| " ".to_owned())));
        let split = context.call("split", vec![column, mark], given.range);
        if arguments.flag("allowempty") == Some(true) {
            split
        } else {
            context.call("mvnonempty", vec![split], given.range)
        }
    };
    let assignment = Assignment { names: vec![name.as_str().into()], value };
    builder.push(Operator::Extend(vec![assignment]), context.span(given.range));
    Ok(())
}

/// `mvexpand f limit=n`.
pub(super) fn mvexpand(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "mvexpand", &["limit"])?;
    let names = arguments.names(context)?;
    let [(name, _)] = names.as_slice() else {
        return Err(context.syntax(given.range, "mvexpand takes one field"));
    };
    builder.several.retain(|own| own != name);
    let limit = arguments.number(context, "limit")?.filter(|limit| *limit > 0);
    let columns = vec![(name.as_str().into(), context.column(name, given.range), None)];
    builder.push(Operator::Expand { columns, index: None, limit }, context.span(given.range));
    Ok(())
}

/// `mvcombine f`: rows that are the same but for one field become one.
pub(super) fn mvcombine(context: &mut Context<'_>, builder: &mut Builder, given: Given<'_>) -> Result<(), Fault> {
    let arguments = Arguments::of(context, given.arguments)?;
    arguments.only(context, "mvcombine", &["delim"])?;
    let names = arguments.names(context)?;
    let [(name, span)] = names.as_slice() else {
        return Err(context.syntax(given.range, "mvcombine takes one field"));
    };
    let Some(known) = &builder.known else {
        return Err(context.unsupported(given.range, "mvcombine where the columns do not show"));
    };
    let by = known.iter().filter(|own| *own != name).map(|own| crate::context::same(own, *span)).collect();
    let value = context.call("list", vec![context.column(name, given.range)], given.range);
    let aggregates = vec![Assignment { names: vec![name.as_str().into()], value }];
    builder.is_several(name);
    builder.push(Operator::Summarise { aggregates, by }, context.span(given.range));
    Ok(())
}
