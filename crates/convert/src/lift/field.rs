//! Columns of a schema as Sigma's fields: the way back of the rewriting.

use super::Rows;
use crate::pattern::{Shape, make, shape};
use ddefend_event::{FieldSource, Transform};
use ddefend_rule::ir::{Expr, Piece, Predicate, RegexFlags, Test, TextPattern};

/// What a column is of a Sigma field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it, as Sysmon writes it.
    Whole,
    /// The file's name of a path.
    Name,
    /// A registry key without the value's name.
    Key,
    /// A registry value's name.
    ValueName,
    /// Data of a registry value.
    Data,
    /// Type of a registry value's data.
    DataType,
    /// A registry path with hives in another spelling.
    Hives,
    /// A code for a word.
    Code(Transform),
    /// Name of an account.
    Account,
    /// Domain of an account.
    Domain,
    /// One kind of hash: its place among them.
    Hash(usize),
}

/// The Sigma field that a column belongs to, and which part of it.
pub(crate) fn find(column: &str, rows: &Rows) -> Option<(String, Part)> {
    if rows.profile.sigma {
        return Some((column.to_owned(), Part::Whole));
    }
    let column = rows.profile.caseless.iter().find(|(_, twin)| *twin == column).map_or(column, |(name, _)| name);
    let mut best: Option<(String, Part)> = None;
    for (field, source) in &rows.fields {
        let part = match source {
            FieldSource::Native(name) if same(name, column) => Part::Whole,
            FieldSource::Made(transform, names) => {
                let Some(at) = names.iter().position(|name| same(name, column)) else { continue };
                match part(*transform, at) {
                    Some(part) => part,
                    None => continue,
                }
            }
            _ => continue,
        };
        if part == Part::Whole {
            return Some((field.clone(), part));
        }
        best = best.or(Some((field.clone(), part)));
    }
    best
}

fn same(name: &str, column: &str) -> bool {
    let short = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
    name.eq_ignore_ascii_case(column) || (!column.contains('.') && short(name) == column && name.contains("Process"))
}

fn part(transform: Transform, at: usize) -> Option<Part> {
    use Transform as T;
    if transform.codes().is_some() {
        return Some(Part::Code(transform));
    }
    Some(match (transform, at) {
        (T::Same | T::First, _) => Part::Whole,
        (T::FolderAndName | T::PathOrName, 0) => Part::Whole,
        (T::FolderAndName | T::PathOrName, _) | (T::BareName, _) => Part::Name,
        (T::LongRegistryValue | T::KernelRegistryValue, 0) => Part::Key,
        (T::LongRegistryValue | T::KernelRegistryValue, _) => Part::ValueName,
        (T::DeletedRegistryValue, 0 | 1) => Part::Key,
        (T::DeletedRegistryValue, _) => Part::ValueName,
        (T::LongRegistryKey | T::KernelRegistryKey | T::RegistryPath, _) => Part::Hives,
        (T::DefenderRegistryData | T::KernelRegistryData | T::EcsRegistryData, 0) => Part::Data,
        (T::DefenderRegistryData | T::KernelRegistryData | T::EcsRegistryData, _) => Part::DataType,
        (T::Account, 0) => Part::Domain,
        (T::Account, _) => Part::Account,
        (T::Hashes, at) => Part::Hash(at),
        _ => return None,
    })
}

/// The Sigma field's name, for lists of what to show.
pub(super) fn name_of(column: &str, rows: &Rows) -> Option<String> {
    find(column, rows).map(|(field, _)| field)
}

fn is(field: &str, test: Test) -> Expr {
    Expr::Is(Predicate { field: Some(field.into()), test })
}

fn text(field: &str, pattern: TextPattern, cased: bool) -> Expr {
    is(field, Test::Text { pattern, cased })
}

/// An expression for a pattern, in which any text stays inside one part of a path.
fn inside(pattern: &TextPattern) -> String {
    pattern
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Any => "[^\\\\]*".to_owned(),
            Piece::One => "[^\\\\]".to_owned(),
            Piece::Literal(text) => regex_syntax::escape(text),
        })
        .collect()
}

fn anywhere(pattern: &TextPattern) -> String {
    pattern
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Any => ".*".to_owned(),
            Piece::One => ".".to_owned(),
            Piece::Literal(text) => regex_syntax::escape(text),
        })
        .collect()
}

fn regex(field: &str, source: String, cased: bool) -> Expr {
    let flags = RegexFlags { ignore_case: !cased, dot_all: true, ..RegexFlags::default() };
    is(field, Test::Regex { source: source.into(), flags })
}

/// A pattern on the last part of a path.
pub(crate) fn last(field: &str, pattern: &TextPattern, cased: bool) -> Expr {
    match shape(pattern) {
        Shape::Equals(name) => text(field, make(vec![Piece::Any, Piece::Literal(format!("\\{name}").into())]), cased),
        Shape::EndsWith(name) if !name.contains('\\') => text(field, pattern.clone(), cased),
        _ if pattern.pieces == [Piece::Any] => text(field, pattern.clone(), cased),
        _ => regex(field, format!("\\\\{}$", inside(pattern)), cased),
    }
}

/// A pattern on what stands before the last part of a registry path.
pub(crate) fn key(field: &str, pattern: &TextPattern, cased: bool) -> Expr {
    let all = hives(pattern);
    let one = |pattern: &TextPattern| {
        if pattern.pieces == [Piece::Any] {
            return text(field, pattern.clone(), cased);
        }
        regex(field, format!("^{}\\\\[^\\\\]*$", anywhere(pattern)), cased)
    };
    or(all.iter().map(one).collect())
}

/// Key and value name of one registry value.
pub(crate) fn key_and_name(field: &str, key: &TextPattern, name: &TextPattern, cased: bool) -> Expr {
    let plain = matches!(shape(name), Shape::Equals(_)) || name.pieces == [Piece::Any];
    let one = |key: &TextPattern| {
        if plain && name.pieces != [Piece::Any] {
            let separator = Piece::Literal("\\".into());
            let pieces = key.pieces.iter().cloned().chain([separator]).chain(name.pieces.iter().cloned());
            return text(field, make(pieces.collect()), cased);
        }
        regex(field, format!("^{}\\\\{}$", anywhere(key), inside(name)), cased)
    };
    or(hives(key).iter().map(one).collect())
}

/// A pattern on a registry path in another spelling of hives.
pub(crate) fn spelled(field: &str, pattern: &TextPattern, cased: bool) -> Expr {
    or(hives(pattern).into_iter().map(|pattern| text(field, pattern, cased)).collect())
}

fn or(mut items: Vec<Expr>) -> Expr {
    match items.len() {
        1 => items.pop().unwrap_or(Expr::Or(Vec::new())),
        _ => Expr::Or(items),
    }
}

/// The pattern with Sysmon's names of hives.
fn hives(pattern: &TextPattern) -> Vec<TextPattern> {
    let at = usize::from(pattern.pieces.first() == Some(&Piece::Any));
    let Some(Piece::Literal(start)) = pattern.pieces.get(at) else { return vec![pattern.clone()] };
    let found = Transform::hives().iter().find_map(|(native, short)| {
        let (head, rest) = (start.get(..native.len())?, start.get(native.len()..)?);
        (head.eq_ignore_ascii_case(native) && (rest.is_empty() || rest.starts_with('\\'))).then_some((*short, rest))
    });
    let Some((short, rest)) = found else { return vec![pattern.clone()] };
    let user = short == "HKCU" && rest.get(..5).is_some_and(|sid| sid.eq_ignore_ascii_case("\\S-1-"));
    let mut pieces = pattern.pieces.clone();
    if let Some(piece) = pieces.get_mut(at) {
        *piece = Piece::Literal(format!("{}{rest}", if user { "HKU" } else { short }).into());
    }
    vec![TextPattern { pieces }]
}

/// A registry value's data: numbers as Sysmon writes them.
pub(crate) fn data(field: &str, pattern: &TextPattern, cased: bool) -> Expr {
    let Shape::Equals(value) = shape(pattern) else { return text(field, pattern.clone(), cased) };
    let number = match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => value.parse().ok(),
    };
    match number {
        Some(number) => text(field, crate::pattern::literal(&format!("DWORD (0x{number:08x})")), false),
        None => text(field, pattern.clone(), cased),
    }
}

/// A code's word.
pub(crate) fn code(field: &str, transform: Transform, pattern: &TextPattern) -> Option<Expr> {
    let (table, _) = transform.codes()?;
    let mut words: Vec<&str> =
        table.iter().filter(|(code, _)| crate::pattern::fits(pattern, code, false)).map(|(_, word)| *word).collect();
    words.dedup();
    let all = words.into_iter().map(|word| text(field, crate::pattern::literal(word), false));
    Some(or(all.collect()))
}

/// Name or domain of an account.
pub(crate) fn account(field: &str, part: Part, pattern: &TextPattern, cased: bool) -> Expr {
    if part == Part::Account {
        return last(field, pattern, cased);
    }
    let pieces = pattern.pieces.iter().cloned().chain([Piece::Literal("\\".into()), Piece::Any]);
    text(field, make(pieces.collect()), cased)
}

/// One hash among Sysmon's.
pub(crate) fn hash(field: &str, at: usize, pattern: &TextPattern) -> Option<Expr> {
    let name = ["MD5", "SHA1", "SHA256", "IMPHASH"].get(at)?;
    let Shape::Equals(value) = shape(pattern) else { return None };
    Some(text(field, make(vec![Piece::Any, Piece::Literal(format!("{name}={value}").into()), Piece::Any]), false))
}
