//! Regular expressions of the `regex` crate in the dialects of others.

use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Letters with a meaning in expressions, escaped.
pub(crate) fn escape(text: &str) -> String {
    regex_syntax::escape(text)
}

/// Whether RE2 and PCRE read the expression as the `regex` crate does; what they cannot, in words.
pub(crate) fn re2(source: &str) -> Result<(), String> {
    let parsed = ast::parse::Parser::new().parse(source).map_err(|_| "an expression that does not parse".to_owned())?;
    check(&parsed)
}

fn check(ast: &Ast) -> Result<(), String> {
    match ast {
        Ast::ClassBracketed(class) => match &class.kind {
            ast::ClassSet::BinaryOp(_) => Err("sets of letters made of others (`&&`, `--`)".to_owned()),
            ast::ClassSet::Item(_) => Ok(()),
        },
        Ast::Repetition(inner) => check(&inner.ast),
        Ast::Group(inner) => check(&inner.ast),
        Ast::Alternation(inner) => inner.asts.iter().try_for_each(check),
        Ast::Concat(inner) => inner.asts.iter().try_for_each(check),
        _ => Ok(()),
    }
}

/// The expression as Lucene reads it: the whole text must fit, letters of both cases are written out, nothing is lazy and
/// nothing looks around (Elasticsearch, "Regular expression syntax"). What it cannot say, in words.
pub(crate) fn lucene(source: &str, flags: ddefend_rule::ir::RegexFlags) -> Result<String, String> {
    let mut builder = regex_syntax::ParserBuilder::new();
    builder.case_insensitive(flags.ignore_case).multi_line(flags.multi_line).dot_matches_new_line(flags.dot_all);
    let hir = builder.build().parse(source).map_err(|_| "an expression that does not parse".to_owned())?;
    alternatives(&hir)
}

fn alternatives(hir: &Hir) -> Result<String, String> {
    match hir.kind() {
        HirKind::Alternation(items) => {
            let ways: Result<Vec<String>, String> = items.iter().map(whole).collect();
            Ok(ways?.join("|"))
        }
        HirKind::Capture(group) => alternatives(&group.sub),
        _ => whole(hir),
    }
}

/// One way, with the anchors at its ends taken off or any text put there.
fn whole(hir: &Hir) -> Result<String, String> {
    let items: &[Hir] = match hir.kind() {
        HirKind::Concat(items) => items,
        _ => std::slice::from_ref(hir),
    };
    let start = matches!(items.first().map(Hir::kind), Some(HirKind::Look(Look::Start)));
    let items = items.get(usize::from(start)..).unwrap_or_default();
    let end = matches!(items.last().map(Hir::kind), Some(HirKind::Look(Look::End)));
    let items = items.get(..items.len().saturating_sub(usize::from(end))).unwrap_or_default();
    let mut out = String::from(if start { "" } else { ".*" });
    for item in items {
        piece(item, &mut out)?;
    }
    if !end {
        out.push_str(".*");
    }
    Ok(out)
}

fn piece(hir: &Hir, out: &mut String) -> Result<(), String> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|_| "bytes that are no text".to_owned())?;
            text.chars().for_each(|letter| lucene_letter(letter, out));
        }
        HirKind::Class(Class::Unicode(class)) => {
            let all: Vec<(char, char)> = class.ranges().iter().map(|range| (range.start(), range.end())).collect();
            let size: usize = all.len();
            if all.last().is_some_and(|(_, end)| *end == char::MAX) {
                let mut other = class.clone();
                other.negate();
                if other.ranges().is_empty() || other.ranges().iter().all(|range| range.end() <= '\r') {
                    out.push('.');
                    return Ok(());
                }
                if other.ranges().len() > 64 {
                    return Err("so large a set of letters".to_owned());
                }
                out.push_str("[^");
                other.ranges().iter().for_each(|range| lucene_range(range.start(), range.end(), out));
            } else {
                let ascii: Vec<(char, char)> =
                    all.into_iter().filter(|(start, _)| size <= 64 || start.is_ascii()).collect();
                out.push('[');
                ascii.iter().for_each(|(start, end)| lucene_range(*start, *end, out));
            }
            out.push(']');
        }
        HirKind::Class(Class::Bytes(_)) => return Err("sets of bytes".to_owned()),
        HirKind::Look(_) => return Err("anchors and word limits inside an expression".to_owned()),
        HirKind::Repetition(repetition) => {
            out.push('(');
            piece(&repetition.sub, out)?;
            out.push(')');
            match (repetition.min, repetition.max) {
                (0, None) => out.push('*'),
                (1, None) => out.push('+'),
                (0, Some(1)) => out.push('?'),
                (min, None) => out.push_str(&format!("{{{min},}}")),
                (min, Some(max)) if min == max => out.push_str(&format!("{{{min}}}")),
                (min, Some(max)) => out.push_str(&format!("{{{min},{max}}}")),
            }
        }
        HirKind::Capture(group) => {
            out.push('(');
            piece(&group.sub, out)?;
            out.push(')');
        }
        HirKind::Concat(items) => items.iter().try_for_each(|item| piece(item, out))?,
        HirKind::Alternation(items) => {
            out.push('(');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push('|');
                }
                piece(item, out)?;
            }
            out.push(')');
        }
    }
    Ok(())
}

fn lucene_range(start: char, end: char, out: &mut String) {
    lucene_letter(start, out);
    if end != start {
        out.push('-');
        lucene_letter(end, out);
    }
}

/// A letter; those with a meaning have a backslash.
pub(crate) fn lucene_letter(letter: char, out: &mut String) {
    if ".?+*|{}[]()\"\\#@&<>~^$-/".contains(letter) {
        out.push('\\');
    }
    out.push(letter);
}

/// A pattern with wildcards as Lucene's expression.
pub(crate) fn lucene_pattern(pattern: &ddefend_rule::ir::TextPattern) -> String {
    use ddefend_rule::ir::Piece;
    let mut out = String::new();
    for piece in &pattern.pieces {
        match piece {
            Piece::Any => out.push_str(".*"),
            Piece::One => out.push('.'),
            Piece::Literal(text) => text.chars().for_each(|letter| lucene_letter(letter, &mut out)),
        }
    }
    out
}
