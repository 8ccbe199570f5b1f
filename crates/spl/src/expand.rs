//! Macros and comments: text to text, with where each piece of the new text comes from.

use crate::macros::Macros;
use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::Span;

/// Macros in macros in macros.
const DEPTH: usize = 16;
/// Bytes that a text may grow to.
const SIZE: usize = 1 << 20;
/// Calls of macros, all together.
const CALLS: usize = 4096;

/// What is wrong, by the text that the user wrote.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) span: Span,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn problem(&self, name: &str, text: &str) -> Problem {
        Problem::at(name, text, self.span, self.code, self.message.clone())
    }
}

/// The text without macros.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    pub(crate) text: String,
    pieces: Vec<Chunk>,
}

/// A piece of the new text: from `at` on it is the user's text from `start` on, or all of it stands for a call.
#[derive(Debug)]
struct Chunk {
    at: usize,
    start: usize,
    call: Option<Span>,
}

impl Expanded {
    /// Where a piece of the new text is written.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let (first, call) = self.place(start);
        if let Some(call) = call {
            let (_, last) = self.place(end.saturating_sub(1).max(start));
            return Span { start: call.start, end: last.map_or(call.end, |last| last.end.max(call.end)) };
        }
        let (last, call) = self.place(end.saturating_sub(1).max(start));
        let end = call.map_or_else(|| offset(last.saturating_add(usize::from(end > start))), |call| call.end);
        Span { start: offset(first), end }
    }

    fn place(&self, at: usize) -> (usize, Option<Span>) {
        let index = self.pieces.partition_point(|piece| piece.at <= at).saturating_sub(1);
        self.pieces
            .get(index)
            .map_or((at, None), |piece| (piece.start.saturating_add(at.saturating_sub(piece.at)), piece.call))
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Puts in what macros stand for and takes comments (between three backquotes) out.
pub(crate) fn expand(text: &str, macros: &Macros) -> Result<Expanded, Fault> {
    let mut out = Expanded::default();
    let mut calls = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('`')) {
        let start = at.saturating_add(found);
        copy(&mut out, text, at, start);
        let rest = text.get(start..).unwrap_or_default();
        let (end, body) = call(rest).ok_or_else(|| Fault {
            span: Span { start: offset(start), end: offset(text.len()) },
            code: code::QUERY_SYNTAX,
            message: "a backquote without its partner: macros stand between two, comments between three".to_owned(),
        })?;
        let end = start.saturating_add(end);
        let span = Span { start: offset(start), end: offset(end) };
        out.pieces.push(Chunk { at: out.text.len(), start, call: Some(span) });
        match body {
            Some(body) => {
                let stands_for =
                    resolve(body, macros, 0, &mut calls).map_err(|(code, message)| Fault { span, code, message })?;
                out.text.push_str(stands_for.trim());
            }
            None => out.text.push(' '),
        }
        if out.text.len() > SIZE {
            let message = format!("macros make the text larger than {SIZE} bytes");
            return Err(Fault { span, code: code::QUERY_LIMIT, message });
        }
        at = end;
    }
    copy(&mut out, text, at, text.len());
    Ok(out)
}

fn copy(out: &mut Expanded, text: &str, start: usize, end: usize) {
    out.pieces.push(Chunk { at: out.text.len(), start, call: None });
    out.text.push_str(text.get(start..end).unwrap_or_default());
}

/// Where the call or comment at the start of a text ends, and what stands in a call.
fn call(rest: &str) -> Option<(usize, Option<&str>)> {
    if let Some(comment) = rest.strip_prefix("```") {
        return Some((comment.find("```")?.saturating_add(6), None));
    }
    let inner = rest.get(1..)?;
    let end = inner.find('`')?;
    Some((end.saturating_add(2), Some(inner.get(..end)?)))
}

fn resolve(body: &str, macros: &Macros, depth: usize, calls: &mut usize) -> Result<String, (&'static str, String)> {
    *calls = calls.saturating_add(1);
    if depth > DEPTH || *calls > CALLS {
        return Err((code::QUERY_LIMIT, format!("macros call each other more than {DEPTH} deep or {CALLS} times")));
    }
    let body = body.trim();
    let (name, arguments) = match body.split_once('(') {
        Some((name, rest)) => (name.trim(), split(rest.trim_end().strip_suffix(')').unwrap_or(rest))),
        None => (body, Vec::new()),
    };
    let Some(definition) = macros.get(name, arguments.len()) else {
        if name.ends_with("_filter") && arguments.is_empty() {
            // Detections end in a macro of their own for exclusions; as shipped, each keeps everything.
            return Ok("search *".to_owned());
        }
        let counts = macros.counts(name);
        return Err((
            code::QUERY_NAME,
            if counts.is_empty() {
                format!("the macro {name:?} is not known: hand in the file that defines it")
            } else {
                format!(
                    "the macro {name:?} is called with {} arguments, but is defined with {counts:?}",
                    arguments.len()
                )
            },
        ));
    };
    if definition.evaluated {
        let message = format!("the macro {name:?} makes its text with eval, which is not supported");
        return Err((code::QUERY_UNSUPPORTED, message));
    }
    let mut text = definition.text.clone();
    for (argument, value) in definition.arguments.iter().zip(&arguments) {
        let mark = format!("${argument}$");
        let grows = text.matches(&mark).count().saturating_mul(value.len());
        if grows.saturating_add(text.len()) > SIZE {
            return Err((code::QUERY_LIMIT, format!("macros make the text larger than {SIZE} bytes")));
        }
        text = text.replace(&mark, value);
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(found) = rest.find('`') {
        out.push_str(rest.get(..found).unwrap_or_default());
        let tail = rest.get(found..).unwrap_or_default();
        let Some((end, body)) = call(tail) else {
            return Err((code::QUERY_SYNTAX, format!("the macro {name:?} has a backquote without its partner")));
        };
        match body {
            Some(body) => out.push_str(resolve(body, macros, depth.saturating_add(1), calls)?.trim()),
            None => out.push(' '),
        }
        if out.len() > SIZE {
            return Err((code::QUERY_LIMIT, format!("macros make the text larger than {SIZE} bytes")));
        }
        rest = tail.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// Arguments at the commas outside of quotes and brackets, without their quotes.
fn split(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut one = String::new();
    let (mut quoted, mut depth) = (false, 0_u32);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                one.push(letter);
                one.extend(letters.next());
                continue;
            }
            '"' => quoted = !quoted,
            '(' if !quoted => depth = depth.saturating_add(1),
            ')' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                out.push(std::mem::take(&mut one));
                continue;
            }
            _ => {}
        }
        one.push(letter);
    }
    if !out.is_empty() || !one.trim().is_empty() {
        out.push(one);
    }
    out.into_iter()
        .map(|one| {
            let one = one.trim();
            one.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(one).to_owned()
        })
        .collect()
}

impl Expanded {
    /// A text made by the front end, all of which stands for one piece of the user's text.
    pub(crate) fn made(text: String, span: Span) -> Self {
        Self { text, pieces: vec![Chunk { at: 0, start: 0, call: Some(span) }] }
    }
}
