//! In which schema a query makes sense: the first whose tables and columns it uses rightly.

use crate::error::CompileError;
use crate::feed::InSchemas;
use crate::program::Program;
use crate::settings::{Settings, Tables};
use ddefend_event::TableSet;
use ddefend_model::code;
use ddefend_rule::ir::query::{Language, Pipeline, Query, Source, Span};
use std::sync::Arc;

/// A query with the schemas that it was compiled in.
#[derive(Clone)]
pub struct Chosen {
    /// Ready to run.
    pub program: Program,
    /// The schemas, best first.
    pub schemas: Vec<Box<str>>,
    /// Schemas that have the query's tables and in which it would not run, with what is wrong there.
    pub elsewhere: Vec<CompileError>,
}

/// The language's name on the command line and in `content/tables`.
#[must_use]
pub fn language_name(language: Language) -> &'static str {
    match language {
        Language::Sigma => "sigma",
        Language::Kql => "kql",
        Language::Spl => "spl",
        Language::Eql => "eql",
        Language::Esql => "esql",
        Language::Kuery => "kuery",
        Language::Lucene => "lucene",
        Language::Sql => "sql",
        Language::Car => "car",
    }
}

/// Compiles a query in the first of the language's schemas that fits; `asked` names the only ones to try.
///
/// # Errors
/// What is wrong with it in the schema where least is.
pub fn choose(
    query: &Query,
    tables: &Arc<TableSet>,
    asked: &[Box<str>],
    settings: &Settings,
) -> Result<Chosen, Vec<CompileError>> {
    let own: Vec<Box<str>> = (tables.schemas().iter())
        .filter(|schema| schema.languages.iter().any(|name| name == language_name(query.language)))
        .map(|schema| schema.name.clone())
        .collect();
    let attempts = if asked.is_empty() { attempts(query.language, &own) } else { vec![asked.to_vec()] };
    let mut best: Option<Vec<CompileError>> = None;
    let mut found = None;
    let mut failed: Vec<(Box<str>, Vec<CompileError>)> = Vec::new();
    for schemas in attempts {
        let view = InSchemas { tables: Arc::clone(tables), schemas: schemas.clone() };
        match Program::compile(query, &view, settings) {
            Ok(program) if found.is_none() => found = Some((program, schemas)),
            Ok(_) => {}
            Err(errors) => {
                if let [one, ..] = schemas.as_slice()
                    && has_all(query, &view)
                    && !own.is_empty()
                {
                    failed.push((one.clone(), errors.clone()));
                }
                let least =
                    |known: &Vec<CompileError>| errors.len() < known.len() || unknown(known) && !unknown(&errors);
                if best.as_ref().is_none_or(least) {
                    best = Some(errors);
                }
            }
        }
    }
    let Some((program, schemas)) = found else {
        let mut errors = best.unwrap_or_default();
        hint(&mut errors, tables, asked.first().map(|name| &**name));
        return Err(errors);
    };
    let mut elsewhere = Vec::new();
    for (schema, mut errors) in failed {
        hint(&mut errors, tables, Some(&schema));
        let title = tables.schemas().iter().find(|known| known.name == schema).map_or("", |known| &*known.title);
        elsewhere.extend(errors.into_iter().filter(|error| error.code == code::QUERY_NAME).map(|error| {
            let message = format!("it runs as {}, not in {title}: {}", schemas.join(" and "), error.message);
            CompileError::warning(error.span, error.code, message)
        }));
    }
    Ok(Chosen { program, schemas, elsewhere })
}

/// Which schemas are tried together: a portal has its own, a workspace the tables and the parsers, both their union.
fn attempts(language: Language, own: &[Box<str>]) -> Vec<Vec<Box<str>>> {
    if language == Language::Kql && own.len() > 1 {
        let (first, rest) = own.split_at(1);
        return vec![first.to_vec(), rest.to_vec(), own.to_vec()];
    }
    vec![own.to_vec()]
}

/// True where a table was not found at all.
fn unknown(errors: &[CompileError]) -> bool {
    errors.iter().any(|error| error.code == code::QUERY_NAME && error.message.contains("table"))
}

/// True where the schemas have every table that the query names.
fn has_all(query: &Query, view: &InSchemas) -> bool {
    let mut named = Vec::new();
    names(&query.pipeline, &mut named, 64);
    query.shared.iter().for_each(|pipeline| names(pipeline, &mut named, 64));
    !named.is_empty() && named.iter().all(|(name, _)| view.table(query.language, name).is_some())
}

/// Tables that a pipeline reads at its sources.
fn names<'q>(pipeline: &'q Pipeline, into: &mut Vec<(&'q str, Span)>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match &pipeline.source {
        Source::Table { name, span } => into.push((name, *span)),
        Source::Union { members, .. } => members.iter().for_each(|member| names(member, into, depth)),
        _ => {}
    }
}

/// Says what a schema calls the time, where a query asks for another schema's column of it.
fn hint(errors: &mut [CompileError], tables: &TableSet, schema: Option<&str>) {
    let times: Vec<&str> = tables.schemas().iter().filter_map(|schema| schema.time.as_deref()).collect();
    let own =
        tables.schemas().iter().find(|known| Some(&*known.name) == schema).and_then(|known| known.time.as_deref());
    for error in errors.iter_mut().filter(|error| error.code == code::QUERY_NAME) {
        let other =
            times.iter().find(|time| error.message.split(|c: char| !c.is_alphanumeric()).any(|word| word == **time));
        if let (Some(time), Some(own)) = (other, own)
            && *time != own
        {
            error.message = format!("{}; the column is called {own} there", error.message);
        }
    }
}
