//! Which kinds of records a query reads.

use super::{Fail, Rows};
use crate::place::{Place, places};
use crate::profile::{Profile, Profiles};
use ddefend_event::{FieldSource, LogSource, Mapping};
use ddefend_rule::ir::query::{CompareOp, Datum, Language, Node, Operator, Query, Scalar, Source, Span, TextOp};
use std::collections::BTreeMap;

pub(super) struct Found<'a> {
    pub(super) log: LogSource,
    pub(super) rows: Rows<'a>,
}

/// Profiles that texts of a language are written for, the usual one first.
fn names(language: Language) -> &'static [&'static str] {
    match language {
        Language::Kql => &["kql-xdr", "kql-asim", "kql-sentinel"],
        Language::Spl => &["splunk-cim", "splunk"],
        Language::Eql => &["eql"],
        Language::Esql => &["esql"],
        Language::Kuery => &["kuery"],
        Language::Lucene => &["lucene"],
        Language::Sql => &["sql"],
        Language::Car => &["car"],
        Language::Sigma => &[],
    }
}

pub(super) fn source<'a>(query: &Query, profiles: &'a Profiles, mapping: &'a Mapping) -> Result<Found<'a>, Fail> {
    let Source::Table { name, span } = &query.pipeline.source else {
        return Err((Span::default(), "a rule reads one table".to_owned()));
    };
    let asked = known(query);
    for profile in names(query.language).iter().filter_map(|name| profiles.get(name)) {
        let mut best: Option<(usize, usize, LogSource, Vec<Place<'a>>)> = None;
        for log in sources(profile, mapping, name) {
            let all = places(profile, mapping, &log);
            let total = all.len();
            let of_table: Vec<Place> = all.into_iter().filter(|place| same_table(place, name)).collect();
            // Kinds of records that the query's own conditions leave.
            let left: Vec<Place> = of_table.iter().filter(|place| possible(place, &asked)).cloned().collect();
            let told = left.iter().filter(|place| told(place, &asked)).count();
            if left.is_empty() || (profile_is_open(name) && told == 0) {
                continue;
            }
            // The log source that covers all that is left, and as little else as possible.
            let (covered, extra) = (left.len(), total.saturating_sub(left.len()));
            let better = best
                .as_ref()
                .is_none_or(|(known, more, ..)| (covered, usize::MAX - extra) > (*known, usize::MAX - *more));
            if better {
                best = Some((covered, extra, log, left));
            }
        }
        if let Some((_, _, log, left)) = best {
            let fields = fields(profile, mapping, &left);
            let rows = Rows { profile, places: left, fields, extended: BTreeMap::new(), notes: Vec::new() };
            return Ok(Found { log, rows });
        }
    }
    Err((*span, format!("no Sigma log source is known for the table {name}")))
}

fn profile_is_open(table: &str) -> bool {
    table.contains('*')
}

fn same_table(place: &Place, name: &str) -> bool {
    let flat = |text: &str| text.replace([':', '/'], "/").to_ascii_lowercase();
    profile_is_open(name) || flat(&place.table) == flat(name)
}

/// Log sources that the profile's records serve.
fn sources(profile: &Profile, mapping: &Mapping, table: &str) -> Vec<LogSource> {
    let windows =
        |category: &str| LogSource { category: Some(category.into()), product: Some("windows".into()), service: None };
    if profile.sigma {
        return vec![windows(table)];
    }
    let mut names: Vec<String> = Vec::new();
    let own = profile.class.iter().flat_map(|class| class.category.iter());
    let mapped = mapping.classes().iter().filter(|class| Some(class.dialect) == profile.dialect);
    for name in own.chain(mapped.flat_map(|class| class.category.iter())) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.iter().map(|name| windows(name)).collect()
}

/// What the query asks of single columns at its top: values of which one must hold.
fn known(query: &Query) -> BTreeMap<String, Vec<String>> {
    let mut asked = BTreeMap::new();
    for step in &query.pipeline.steps {
        if let Operator::Filter(scalar) = &step.operator {
            collect(scalar, &mut asked);
        }
    }
    asked
}

fn collect(scalar: &Scalar, asked: &mut BTreeMap<String, Vec<String>>) {
    match &scalar.node {
        Node::And(items) => items.iter().for_each(|item| collect(item, asked)),
        _ => {
            if let Some((column, values)) = equality(scalar) {
                asked.insert(column, values);
            }
        }
    }
}

fn equality(scalar: &Scalar) -> Option<(String, Vec<String>)> {
    let column = |scalar: &Scalar| match &scalar.node {
        Node::Column(name) => Some(name.to_string()),
        _ => None,
    };
    match &scalar.node {
        Node::Compare(CompareOp::Eq, left, right) => Some((column(left)?, vec![constant(right)?])),
        Node::Text { op: TextOp::Equals | TextOp::Like, value, pattern, .. } => {
            Some((column(value)?, vec![constant(pattern)?]))
        }
        Node::TextAny { op: TextOp::Equals | TextOp::Like, all: false, value, patterns, .. } => {
            Some((column(value)?, patterns.iter().map(constant).collect::<Option<_>>()?))
        }
        Node::Or(items) => {
            let mut all: Vec<(String, Vec<String>)> = items.iter().map(equality).collect::<Option<_>>()?;
            let (name, mut values) = all.pop()?;
            for (other, more) in all {
                if other != name {
                    return None;
                }
                values.extend(more);
            }
            Some((name, values))
        }
        _ => None,
    }
}

pub(super) fn constant(scalar: &Scalar) -> Option<String> {
    match &scalar.node {
        Node::Literal(Datum::Text(text)) => Some(text.to_string()),
        Node::Literal(Datum::Long(number)) => Some(number.to_string()),
        Node::Literal(Datum::Real(number)) => Some(number.to_string()),
        Node::Literal(Datum::Bool(flag)) => Some(flag.to_string()),
        _ => None,
    }
}

/// True where no condition of the query speaks against such records.
fn possible(place: &Place, asked: &BTreeMap<String, Vec<String>>) -> bool {
    place.filter.iter().all(|(column, values)| {
        let Some((_, wanted)) = asked.iter().find(|(name, _)| name.eq_ignore_ascii_case(column)) else { return true };
        values.iter().any(|value| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)))
    })
}

/// True where a condition of the query speaks for such records.
fn told(place: &Place, asked: &BTreeMap<String, Vec<String>>) -> bool {
    place.filter.iter().any(|(column, _)| asked.keys().any(|name| name.eq_ignore_ascii_case(column)))
}

/// Sigma fields of the records, with where they stand.
fn fields(profile: &Profile, mapping: &Mapping, places: &[Place]) -> Vec<(String, FieldSource)> {
    let Some(place) = places.first() else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    match profile.class.iter().find(|class| class.id == place.id) {
        Some(own) => names.extend(own.fields.keys().cloned()),
        None => {
            if let Some(class) = mapping.class_of_id(&place.id) {
                names.extend(class.fields.keys().cloned());
                names.extend(class.known.iter().cloned());
            }
        }
    }
    // Sigma's usual names first, where several stand in one column.
    names.sort_by_key(|name| (name == "FileName", name.clone()));
    names.into_iter().filter_map(|name| Some((name.clone(), place.field(profile, &name).ok()?))).collect()
}
