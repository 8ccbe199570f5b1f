//! What every part of the page needs: anchors, and links to what something rests on.

use crate::case::shape;
use crate::escape::html as e;
use crate::text::clip;
use ddefend_model::case::{Case, Evidence, Node};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Longest value, characters.
const TEXT: usize = 2_000;
/// Pieces of evidence listed in one place.
const EVIDENCE: usize = 25;

/// A case with the numbers that its anchors are made of: ids and keys of a case come from files and make no anchors.
pub(super) struct Page<'a> {
    pub(super) case: &'a Case,
    nodes: BTreeMap<&'a str, usize>,
    records: BTreeMap<&'a str, usize>,
    inputs: BTreeMap<&'a str, usize>,
}

impl<'a> Page<'a> {
    pub(super) fn new(case: &'a Case) -> Self {
        Self {
            case,
            nodes: case.nodes.iter().enumerate().map(|(index, node)| (node.id.as_str(), index)).collect(),
            records: case.records.keys().enumerate().map(|(index, key)| (key.as_str(), index)).collect(),
            inputs: case.inputs.iter().enumerate().map(|(index, input)| (input.path.as_str(), index)).collect(),
        }
    }

    /// A node's place in the case.
    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.nodes.get(id).copied()
    }

    pub(super) fn node(&self, id: &str) -> Option<&'a Node> {
        self.case.nodes.get(self.index(id)?)
    }

    /// A text that leads to a node, where there is such a node.
    pub(super) fn to_node(&self, id: &str, safe: &str) -> String {
        match self.index(id) {
            Some(index) => format!("<a href=\"#n{index}\">{safe}</a>"),
            None => safe.to_owned(),
        }
    }

    /// What something rests on, each piece with a link to its raw record, or to its input.
    pub(super) fn evidence(&self, all: &[Evidence]) -> String {
        if all.is_empty() {
            return String::new();
        }
        let mut out = String::from("<ul class=\"evidence\">");
        for one in all.iter().take(EVIDENCE) {
            out.push_str(&self.piece(one));
        }
        let more = all.len().saturating_sub(EVIDENCE);
        if more > 0 {
            let _ = write!(out, "<li class=\"dim\">and {more} more</li>");
        }
        out.push_str("</ul>\n");
        out
    }

    fn piece(&self, one: &Evidence) -> String {
        let place = text(&shape::place(one));
        let input = one.source.split('!').next().unwrap_or_default();
        let place = match (self.records.get(one.record.as_str()), self.inputs.get(input)) {
            (Some(index), _) => format!("<a href=\"#r{index}\">{place}</a>"),
            (None, Some(index)) => format!("<a href=\"#i{index}\">{place}</a>"),
            (None, None) => place,
        };
        let when = if one.time.is_empty() { String::new() } else { format!(" {}", time(&one.time)) };
        let says = if one.text.is_empty() { String::new() } else { format!("{} ", text(&one.text)) };
        format!(
            "<li>{says}<span class=\"place\"><span class=\"kind\">{}</span> {place}{when}</span></li>",
            text(&one.kind)
        )
    }
}

/// Escaped, at most so long.
pub(super) fn text(value: &str) -> String {
    e(&clip(value, TEXT))
}

/// A time as an element; empty where there is none.
pub(super) fn time(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("<span class=\"time\">{}</span>", text(&shape::time(value))) }
}

pub(super) fn code(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("<code>{}</code>", text(value)) }
}

/// A line of a list of facts, where there is something to say.
pub(super) fn row(out: &mut String, label: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "<dt>{label}</dt><dd>{value}</dd>");
    }
}

/// What was left out of a list.
pub(super) fn more(total: usize, shown: usize) -> String {
    match total.saturating_sub(shown) {
        0 => String::new(),
        more => format!("<p class=\"note\">and {more} more; --format json has every one.</p>\n"),
    }
}
