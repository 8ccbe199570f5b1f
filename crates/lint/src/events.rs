//! Fields that the events which a search asks for do not have.

use crate::walk;
use crate::{Knowledge, Subject};
use ddefend_event::{Class, Dialect, Key, Mapping};
use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{CompareOp, Datum, Language, Node, Query, Scalar, Span, TextOp};
use ddefend_rule::ir::{Piece, TextPattern};

/// Kinds of events that are told apart in one search.
const KINDS: usize = 64;

/// What is known of the events that reach a place of the expression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kind {
    channel: Option<String>,
    event_id: Option<u32>,
}

pub(crate) fn check(query: &Query, subject: &Subject<'_>, knowledge: &Knowledge<'_>) -> Vec<Problem> {
    if query.language != Language::Spl {
        return Vec::new();
    }
    let mut found: Vec<(Span, String)> = Vec::new();
    walk::scalars(query, &mut |scalar| analyse(scalar, &[Kind::default()], knowledge, &mut found));
    found.sort();
    found.dedup_by(|a, b| a.1 == b.1);
    let told = found.into_iter().map(|(span, message)| Problem {
        warning: true,
        ..Problem::at(subject.name, subject.text, span, code::LINT_FIELD, message)
    });
    told.collect()
}

fn analyse(scalar: &Scalar, kinds: &[Kind], knowledge: &Knowledge<'_>, found: &mut Vec<(Span, String)>) {
    match &scalar.node {
        Node::And(parts) => {
            let here = parts.iter().fold(kinds.to_vec(), |known, part| both(&known, &of(part, knowledge)));
            parts.iter().for_each(|part| analyse(part, &here, knowledge, found));
        }
        Node::Or(parts) => {
            for part in parts {
                analyse(part, &both(kinds, &of(part, knowledge)), knowledge, found);
            }
        }
        Node::Not(_) => {}
        Node::Text { value, .. } | Node::TextAny { value, .. } | Node::Compare(_, value, _) => {
            let Node::Column(column) = &value.node else { return };
            for kind in kinds {
                if let Some(message) = lacking(kind, column, knowledge) {
                    found.push((scalar.span, message));
                }
            }
        }
        _ => {}
    }
}

/// What an expression says of the kind of event: alternatives.
fn of(scalar: &Scalar, knowledge: &Knowledge<'_>) -> Vec<Kind> {
    match &scalar.node {
        Node::And(parts) => parts.iter().fold(vec![Kind::default()], |known, part| both(&known, &of(part, knowledge))),
        Node::Or(parts) => {
            let mut kinds: Vec<Kind> = parts.iter().flat_map(|part| of(part, knowledge)).collect();
            kinds.dedup();
            if kinds.len() > KINDS { vec![Kind::default()] } else { kinds }
        }
        Node::Text { op: TextOp::Equals | TextOp::Like, value, pattern, .. }
        | Node::Compare(CompareOp::Eq, value, pattern) => {
            vec![named(value, pattern, knowledge).unwrap_or_default()]
        }
        Node::TextAny { op: TextOp::Equals | TextOp::Like, all: false, value, patterns, .. } => {
            let each = patterns.iter().take(KINDS).map(|pattern| named(value, pattern, knowledge).unwrap_or_default());
            each.collect()
        }
        _ => vec![Kind::default()],
    }
}

/// Both must hold; kinds that contradict each other go.
fn both(left: &[Kind], right: &[Kind]) -> Vec<Kind> {
    let joined = |a: &Kind, b: &Kind| {
        let channel = match (&a.channel, &b.channel) {
            (Some(a), Some(b)) if !a.eq_ignore_ascii_case(b) => return None,
            (a, b) => a.clone().or_else(|| b.clone()),
        };
        let event_id = match (a.event_id, b.event_id) {
            (Some(a), Some(b)) if a != b => return None,
            (a, b) => a.or(b),
        };
        Some(Kind { channel, event_id })
    };
    let mut kinds: Vec<Kind> = left.iter().flat_map(|a| right.iter().filter_map(move |b| joined(a, b))).collect();
    kinds.truncate(KINDS);
    kinds
}

/// `source="WinEventLog:Security"`, `EventCode=4688`.
fn named(value: &Scalar, pattern: &Scalar, knowledge: &Knowledge<'_>) -> Option<Kind> {
    let Node::Column(column) = &value.node else { return None };
    let text = match &pattern.node {
        Node::Literal(Datum::Text(text)) => match TextPattern::like(text).pieces.as_slice() {
            [Piece::Literal(literal)] => literal.to_string(),
            _ => return None,
        },
        Node::Literal(Datum::Long(number)) => number.to_string(),
        _ => return None,
    };
    match column.to_ascii_lowercase().as_str() {
        "source" | "channel" | "sourcetype" => {
            let prefixes = &knowledge.lists.sources;
            let cut = |prefix: &String| text.get(..prefix.len()).filter(|head| head.eq_ignore_ascii_case(prefix));
            let channel = prefixes.iter().find_map(|prefix| cut(prefix).and_then(|head| text.get(head.len()..)));
            channel.map(|channel| Kind { channel: Some(channel.to_owned()), event_id: None })
        }
        "eventcode" | "eventid" => text.trim().parse().ok().map(|id| Kind { channel: None, event_id: Some(id) }),
        _ => None,
    }
}

/// Why events of that kind have no such field; none where they may have it or the kind is not known.
fn lacking(kind: &Kind, column: &str, knowledge: &Knowledge<'_>) -> Option<String> {
    let (channel, event_id) = (kind.channel.as_deref()?, kind.event_id?);
    let key =
        Key { dialect: Dialect::Windows, channel: channel.into(), provider: "".into(), event_id, action: "".into() };
    let mapping = knowledge.mapping;
    let class = mapping.class(&key).filter(|class| !class.known.is_empty())?;
    let has = |class: &Class| class.known.iter().any(|known| known.eq_ignore_ascii_case(column));
    if has(class) {
        return None;
    }
    // Names of Splunk itself or of its add-ons are not known here; those of other Windows records are.
    let other = mapping.classes().iter().find(|other| other.dialect == Dialect::Windows && has(other))?;
    let instead = instead(mapping, class, column).map_or_else(String::new, |name| format!("; it is {name} there"));
    Some(format!(
        "{channel} {event_id} has no {column}{instead}: {column} is a field of {} {}",
        other.channel.join(", "),
        ids(other)
    ))
}

/// What a class calls Sigma's field.
fn instead(mapping: &Mapping, class: &Class, field: &str) -> Option<String> {
    let fields = mapping.fields(class);
    let (_, source) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(field))?;
    let names: Vec<&str> = source.natives().collect();
    (!names.is_empty()).then(|| names.join(" and "))
}

fn ids(class: &Class) -> String {
    class.event_id.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
}
