//! Tables that contradict each other are found before anything is hunted with them.

use super::MappingError;
use super::tables::{Class, FieldText, Tables};
use std::collections::BTreeMap;

/// All tables as one.
pub(super) fn merge(tables: Vec<Tables>) -> Result<Tables, MappingError> {
    let mut all = Tables::default();
    for table in tables {
        all.class.extend(table.class);
        all.unserved.extend(table.unserved);
        join(&mut all.service, table.service, "service")?;
        join(&mut all.provider, table.provider, "provider")?;
        join(&mut all.alias, table.alias, "alias")?;
        for (dialect, fields) in table.common {
            if all.common.insert(dialect, fields).is_some() {
                return Err(MappingError(format!("common fields of {dialect:?} stand in two tables")));
            }
        }
    }
    Ok(all)
}

fn join<V>(all: &mut BTreeMap<String, V>, more: BTreeMap<String, V>, what: &str) -> Result<(), MappingError> {
    for (name, value) in more {
        if all.keys().any(|known| known.eq_ignore_ascii_case(&name)) {
            return Err(MappingError(format!("{what} '{name}' stands twice")));
        }
        all.insert(name, value);
    }
    Ok(())
}

/// What must hold of each class and of every two.
pub(super) fn classes(tables: &Tables) -> Result<(), MappingError> {
    for (at, class) in tables.class.iter().enumerate() {
        class_alone(class)?;
        for other in tables.class.iter().take(at) {
            if other.id == class.id {
                return Err(MappingError(format!("class '{}' stands twice", class.id)));
            }
            if overlap(class, other) {
                return Err(MappingError(format!("classes '{}' and '{}' claim the same records", other.id, class.id)));
            }
        }
    }
    for (channel, fields) in &tables.alias {
        inputs(&format!("alias '{channel}'"), fields)?;
    }
    tables.common.values().try_for_each(|fields| inputs("common", fields))
}

fn class_alone(class: &Class) -> Result<(), MappingError> {
    let id = &class.id;
    if class.channel.is_empty() {
        return Err(MappingError(format!("class '{id}' has no channel")));
    }
    if let Some(category) = class.when.keys().find(|category| !super::serves(class, category)) {
        return Err(MappingError(format!("class '{id}' has a condition for '{category}', which it does not serve")));
    }
    inputs(&format!("class '{id}'"), &class.fields)
}

/// Transforms have as many inputs as they take; a field stands once.
fn inputs(place: &str, fields: &BTreeMap<String, FieldText>) -> Result<(), MappingError> {
    let mut seen: Vec<&String> = Vec::new();
    for (field, text) in fields {
        if seen.iter().any(|known| known.eq_ignore_ascii_case(field)) {
            return Err(MappingError(format!("{place}: field '{field}' stands twice")));
        }
        seen.push(field);
        if let FieldText::From { from, with } = text
            && (from.is_empty() || with.inputs().is_some_and(|inputs| inputs != from.len()))
        {
            return Err(MappingError(format!("{place}: '{field}' has the wrong number of inputs for its transform")));
        }
    }
    Ok(())
}

fn overlap(one: &Class, other: &Class) -> bool {
    let common = |a: &[String], b: &[String]| a.iter().any(|a| b.iter().any(|b| a.eq_ignore_ascii_case(b)));
    let either = |a: &[String], b: &[String]| a.is_empty() || b.is_empty() || common(a, b);
    let ids = || {
        one.event_id.is_empty()
            || other.event_id.is_empty()
            || one.event_id.iter().any(|id| other.event_id.contains(id))
    };
    let provider = || match (&one.provider, &other.provider) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => true,
    };
    one.dialect == other.dialect
        && common(&one.channel, &other.channel)
        && provider()
        && ids()
        && either(&one.action, &other.action)
}
