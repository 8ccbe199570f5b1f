//! Sigma fields of a whole event.

use ddefend_event::{Event, FieldSource, LogSource, Mapping};

/// The log source by which an event's own kind is read: its first category, or none for kinds that have no category.
pub(crate) fn own_source(mapping: &Mapping, event: &Event) -> LogSource {
    let category = mapping.class(&event.head.key).and_then(|class| class.category.first());
    LogSource { category: category.map(|category| category.as_str().into()), product: None, service: None }
}

/// The first value of a Sigma field; none where it is absent or empty.
pub(crate) fn value(mapping: &Mapping, event: &Event, source: &LogSource, field: &str) -> Option<String> {
    let text = |name: &str| event.values(name).map(|value| value.cell().to_text()).next();
    match mapping.resolve(&event.head.key, source, field) {
        FieldSource::Native(name) => text(&name),
        made => {
            let inputs: Vec<_> = made.natives().map(text).collect();
            made.apply(&inputs.iter().map(Option::as_deref).collect::<Vec<_>>())
        }
    }
    .filter(|text| !text.is_empty())
}
