//! Paths: name and folder apart, names alone, devices, pipes.

use super::{Context, Reason, direct, pattern_of, presence};
use crate::cond::{Ask, Column, Cond};
use crate::pattern::{Shape, make, shape, start, with_start};
use ddefend_rule::ir::{Piece, Test, TextPattern};

/// What a pattern on a path asks of the file's name, where it asks nothing of the folder.
fn name_only(pattern: &TextPattern) -> Option<TextPattern> {
    let Some((Piece::Any, rest)) = pattern.pieces.split_first() else { return None };
    let [Piece::Literal(text), behind @ ..] = rest else { return None };
    if !behind.is_empty() {
        return None;
    }
    match text.strip_prefix('\\') {
        Some(name) if !name.is_empty() && !name.contains('\\') => Some(crate::pattern::literal(name)),
        None if !text.contains('\\') => Some(pattern.clone()),
        _ => None,
    }
}

/// A folder column that holds the whole path (Defender's do), and the name beside it.
pub(super) fn folder_and_name(
    folder: Option<Column>,
    name: Option<Column>,
    test: &Test,
    context: &mut Context,
) -> Result<Cond, Reason> {
    match (folder, name) {
        (Some(folder), Some(name)) => {
            if let Some(cond) = presence(&[&folder, &name], test) {
                return Ok(cond);
            }
            match pattern_of(test).and_then(|(pattern, cased)| Some((name_only(pattern)?, cased))) {
                Some((pattern, cased)) => Ok(Cond::text(&name, pattern, cased)),
                None => direct(&folder, test, context),
            }
        }
        (Some(folder), None) => direct(&folder, test, context),
        (None, Some(name)) => bare_name(&name, test),
        (None, None) => Err("no column has it".to_owned()),
    }
}

/// A path, or the name alone where the path is not known.
pub(super) fn path_or_name(
    path: Option<Column>,
    name: Option<Column>,
    test: &Test,
    context: &mut Context,
) -> Result<Cond, Reason> {
    folder_and_name(path, name, test, context)
}

/// Only the name is known: a test that needs the folder cannot be answered.
pub(super) fn bare_name(name: &Column, test: &Test) -> Result<Cond, Reason> {
    if let Some(cond) = presence(&[name], test) {
        return Ok(cond);
    }
    let refused = || format!("only the file's name is known there ({})", name.name);
    let (pattern, cased) = pattern_of(test).ok_or_else(refused)?;
    match shape(pattern) {
        Shape::Other if pattern.pieces == [Piece::Any] => Ok(Cond::is(name, Ask::There)),
        _ => Ok(Cond::text(name, name_only(pattern).ok_or_else(refused)?, cased)),
    }
}

const DISK: &str = "\\device\\harddiskvolume";

/// `\device\harddiskvolumeN\...` for `C:\...`.
pub(super) fn device(column: &Column, test: &Test, context: &mut Context) -> Result<Cond, Reason> {
    let Some((pattern, cased)) = pattern_of(test) else {
        return match test {
            Test::Regex { .. } => Err("paths are device paths there".to_owned()),
            _ => direct(column, test, context),
        };
    };
    let Some(first) = start(pattern) else { return direct(column, test, context) };
    if let Some(rest) = first.get(3..).filter(|_| first.get(..3).is_some_and(|disk| disk.eq_ignore_ascii_case("C:\\")))
    {
        let mut pieces = vec![Piece::Literal(DISK.into()), Piece::Any, Piece::Literal(format!("\\{rest}").into())];
        pieces.extend(pattern.pieces.iter().skip(1).cloned());
        context.note("drives are volumes there: C: is asked for as any hard disk volume");
        return Ok(Cond::text(column, make(pieces), cased));
    }
    match first.strip_prefix("\\\\") {
        Some(rest) => Ok(Cond::text(column, with_start(pattern, &format!("\\device\\mup\\{rest}")), cased)),
        None => direct(column, test, context),
    }
}

const PIPES: &str = "\\Device\\NamedPipe";

/// `\Device\NamedPipe\x` for `\x`.
pub(super) fn pipe(columns: &[Column], test: &Test, context: &mut Context) -> Result<Cond, Reason> {
    let changed = match (pattern_of(test), test) {
        (Some((pattern, cased)), _) => match start(pattern) {
            Some(first) if first.starts_with('\\') => {
                Test::Text { pattern: with_start(pattern, &format!("{PIPES}{first}")), cased }
            }
            _ => test.clone(),
        },
        (None, Test::Regex { .. }) => return Err("pipes are device paths there".to_owned()),
        _ => test.clone(),
    };
    super::first(columns, &changed, context)
}
