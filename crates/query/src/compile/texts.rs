//! Columns taken out of text.

use super::{Builder, Stream};
use crate::error::CompileError;
use crate::operator::{Groups, Parse, Replace};
use crate::shape::Shape;
use ddefend_event::Kind;
use ddefend_model::code;
use ddefend_rule::ir::query::{Extraction, Language, Node, ParseKind, ParsePiece, Scalar, Span};
use regex::Regex;
use std::sync::Arc;

/// Bytes that one compiled expression may take.
const REGEX_BYTES: usize = 1 << 20;

impl Builder<'_> {
    pub(super) fn parse(
        &mut self,
        stream: Stream,
        value: &Scalar,
        (kind, only_fitting): (ParseKind, bool),
        pattern: &[ParsePiece],
        span: Span,
    ) -> Result<Stream, CompileError> {
        let value = Arc::new(self.scalar(value, &stream.shape)?.expr);
        let mut shape = stream.shape.clone();
        let mut columns = Vec::new();
        for piece in pattern {
            if let ParsePiece::Column(name, kind) = piece {
                columns.push((self.column(&mut shape, name, *kind), *kind));
            }
        }
        let regex = Arc::new(compiled(&expression(kind, pattern), span)?);
        let node = self.gated(stream.node, span)?;
        let (columns, width): (Arc<[(usize, Kind)]>, usize) = (columns.into(), shape.columns.len());
        let make = move || Parse {
            value: Arc::clone(&value),
            regex: Arc::clone(&regex),
            columns: Arc::clone(&columns),
            width,
            strict: kind != ParseKind::Relaxed,
            only_fitting,
        };
        let node = self.operator("parse", span, &[node], make)?;
        Ok(Stream { node, shape, table: stream.table })
    }

    /// The place of a column, which is made where it is not there.
    fn column(&self, shape: &mut Shape, name: &str, kind: Kind) -> usize {
        match shape.place(name, self.query.language) {
            Some(at) => {
                if let Some(column) = shape.columns.get_mut(at) {
                    column.kind = kind;
                }
                at
            }
            None => {
                shape.push(name, kind);
                shape.columns.len().saturating_sub(1)
            }
        }
    }

    pub(super) fn extract(
        &mut self,
        stream: Stream,
        value: &Scalar,
        extraction: &Extraction,
        span: Span,
    ) -> Result<Stream, CompileError> {
        let source = value;
        let value = Arc::new(self.scalar(value, &stream.shape)?.expr);
        let mut shape = stream.shape.clone();
        let node = self.gated(stream.node, span)?;
        match extraction {
            Extraction::Groups { regex, most } => {
                let regex = Arc::new(compiled(regex, span)?);
                let names = regex.capture_names().enumerate().filter_map(|(at, name)| Some((at, name?.to_owned())));
                let names: Vec<(usize, String)> = names.collect();
                let kind = if *most == 1 { Kind::String } else { Kind::Dynamic };
                let place = |(group, name): (usize, String)| (group, self.column(&mut shape, &name, kind));
                let columns: Arc<[(usize, usize)]> = names.into_iter().map(place).collect();
                let (width, most) = (shape.columns.len(), *most);
                let make = move || Groups {
                    value: Arc::clone(&value),
                    regex: Arc::clone(&regex),
                    columns: Arc::clone(&columns),
                    width,
                    most,
                };
                let node = self.operator("rex", span, &[node], make)?;
                Ok(Stream { node, shape, table: stream.table })
            }
            Extraction::Replace(command) => {
                let Some((pattern, by, every)) = sed(command) else {
                    let what = "this is no replacement like s/a/b/g";
                    return Err(CompileError::new(span, code::QUERY_VALUE, what));
                };
                let regex = Arc::new(compiled(&pattern, span)?);
                let Node::Column(name) = &source.node else {
                    return self.unsupported(span, "replacing in what is no column");
                };
                let Some(place) = shape.place(name, self.query.language) else {
                    return Ok(Stream { node, shape, table: stream.table });
                };
                let by: Arc<str> = by.into();
                let make = move || Replace {
                    value: Arc::clone(&value),
                    place,
                    regex: Arc::clone(&regex),
                    by: Arc::clone(&by),
                    every,
                };
                let node = self.operator("rex", span, &[node], make)?;
                Ok(Stream { node, shape, table: stream.table })
            }
            Extraction::Path { .. } if self.query.language == Language::Spl => {
                let Extraction::Path { path, output } = extraction else { return self.unsupported(span, "this") };
                self.path(Stream { node, shape, table: stream.table }, &value, path.as_deref(), output.as_deref(), span)
            }
            Extraction::Path { .. } => self.unsupported(span, "a path in text"),
        }
    }

    /// `spath`: a value of JSON text at a path.
    fn path(
        &mut self,
        stream: Stream,
        value: &Arc<crate::expr::Expr>,
        path: Option<&str>,
        output: Option<&str>,
        span: Span,
    ) -> Result<Stream, CompileError> {
        let Some(path) = path else { return self.unsupported(span, "taking all paths out of a text at once") };
        let mut shape = stream.shape.clone();
        let place = self.column(&mut shape, output.unwrap_or(path), Kind::Dynamic);
        let steps: Arc<[Box<str>]> =
            path.split(['.', '{', '}']).filter(|piece| !piece.is_empty()).map(Box::from).collect();
        let (value, width) = (Arc::clone(value), shape.columns.len());
        let make = move || crate::operator::Path { value: Arc::clone(&value), steps: Arc::clone(&steps), place, width };
        let node = self.operator("spath", span, &[stream.node], make)?;
        Ok(Stream { node, shape, table: stream.table })
    }
}

fn compiled(expression: &str, span: Span) -> Result<Regex, CompileError> {
    let made = regex::RegexBuilder::new(expression).size_limit(REGEX_BYTES).build();
    made.map_err(|error| {
        CompileError::new(span, code::QUERY_VALUE, format!("the expression does not compile: {error}"))
    })
}

/// The pieces of a `parse` as one expression over the whole text, a group per column.
fn expression(kind: ParseKind, pattern: &[ParsePiece]) -> String {
    let mut made = String::from(r"(?s)\A");
    for (at, piece) in pattern.iter().enumerate() {
        let last = at.saturating_add(1) == pattern.len();
        match piece {
            ParsePiece::Literal(text) if kind == ParseKind::Regex => {
                // Groups of the expression itself must not count.
                made.push_str("(?:");
                made.push_str(&ungrouped(text));
                made.push(')');
            }
            ParsePiece::Literal(text) => made.push_str(&regex::escape(text)),
            ParsePiece::Skip if last => made.push_str(".*"),
            ParsePiece::Skip => made.push_str(".*?"),
            ParsePiece::Column(_, of) => made.push_str(match (of, kind, last) {
                (Kind::Int | Kind::Long, ParseKind::Simple | ParseKind::Regex, _) => r"([+-]?[0-9]+)",
                (Kind::Real | Kind::Decimal, ParseKind::Simple | ParseKind::Regex, _) => {
                    r"([+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)"
                }
                (_, _, true) => "(.*)",
                _ => "(.*?)",
            }),
        }
    }
    made.push_str(r"\z");
    made
}

/// An expression whose groups do not capture.
fn ungrouped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut class = false;
    while let Some(letter) = letters.next() {
        made.push(letter);
        match letter {
            '\\' => made.extend(letters.next()),
            '[' => class = true,
            ']' => class = false,
            '(' if !class && letters.peek() != Some(&'?') => made.push_str("?:"),
            _ => {}
        }
    }
    made
}

/// `s/a/b/g`: the expression, what replaces it (as the `regex` crate writes it), and whether everywhere.
fn sed(command: &str) -> Option<(String, String, bool)> {
    let mut letters = command.trim().strip_prefix('s')?.chars();
    let border = letters.next()?;
    let mut parts = vec![String::new()];
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let next = letters.next()?;
                let part = parts.last_mut()?;
                if next != border {
                    part.push('\\');
                }
                part.push(next);
            }
            letter if letter == border => parts.push(String::new()),
            letter => parts.last_mut()?.push(letter),
        }
    }
    let [pattern, by, flags] = <[String; 3]>::try_from(parts).ok()?;
    // `\1` is a group.
    let mut made = String::new();
    let mut letters = by.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(digit) if digit.is_ascii_digit() => made.push_str(&format!("${{{digit}}}")),
                Some('n') => made.push('\n'),
                Some(other) => made.push(other),
                None => {}
            },
            '$' => made.push_str("$$"),
            other => made.push(other),
        }
    }
    let pattern = if flags.contains('i') { format!("(?i){pattern}") } else { pattern };
    Some((pattern, made, flags.contains('g')))
}
