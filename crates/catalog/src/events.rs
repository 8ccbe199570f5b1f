//! Which events a log source or a table means, with provider, id and title.

use crate::Tree;
use ddefend_event::{Class, Dialect, LogSource, Mapping};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An event: what a sensor writes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Event {
    /// `Sysmon`, `Security`, `Defender XDR` ...
    pub provider: String,
    /// Event id, table with action, category.
    pub id: String,
    /// What it says.
    pub title: String,
}

/// Which records a stage looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Log {
    /// As the rule writes it: `process_creation (windows)`, `DeviceProcessEvents`, `Endpoint.Processes`.
    pub written: String,
    /// Contexts in the words of Sigma's log sources, the same for all vendors: `windows process_creation`.
    pub contexts: Vec<String>,
    /// Events that say it, those of the taxonomy that the rule is written in first.
    pub events: Vec<Event>,
    /// How many of them, from the first, are of that taxonomy.
    pub own: usize,
}

/// `content/catalog/logs.toml` as read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Titles {
    /// Channels with the short name of their provider.
    #[serde(default)]
    pub provider: BTreeMap<String, String>,
    /// Provider to event id to title.
    #[serde(default)]
    pub title: BTreeMap<String, BTreeMap<String, String>>,
    /// Tables and data models of vendors.
    #[serde(default)]
    pub table: Vec<TableText>,
    /// Fields that say which log is meant: `id`, `action`, `system`, `category`.
    #[serde(default)]
    pub hint: BTreeMap<String, Vec<String>>,
    /// Texts in `source`, `sourcetype` or a channel's field that say which channel is meant.
    #[serde(default)]
    pub marker: BTreeMap<String, String>,
    /// Fields whose values markers are looked for in.
    #[serde(default)]
    pub marked: Vec<String>,
    /// Tables that hold any log, so that only their conditions tell which.
    #[serde(default)]
    pub general: Vec<String>,
}

/// A table that no class of the mapping names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableText {
    /// Names; case does not count.
    pub names: Vec<String>,
    /// Log sources that it says the same as.
    #[serde(default)]
    pub sources: Vec<LogSource>,
    /// Channel whose event ids the rule names itself (`SecurityEvent`).
    #[serde(default)]
    pub channel: Option<String>,
}

/// What is known of logs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Logs {
    titles: Titles,
    tables: BTreeMap<String, TableText>,
}

/// What a rule's tests tell of the records beyond the name of the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hints {
    /// Event ids that it asks for.
    pub ids: Vec<String>,
    /// Actions that it asks for (ActionType, event.type, event.action), in lower case.
    pub actions: Vec<String>,
    /// Operating systems that it asks for, in lower case.
    pub systems: Vec<String>,
}

impl Logs {
    pub(crate) fn new(titles: Titles) -> Self {
        let mut tables = BTreeMap::new();
        for table in &titles.table {
            for name in &table.names {
                tables.insert(name.to_ascii_lowercase(), table.clone());
            }
        }
        Self { titles, tables }
    }

    /// True where a field is one of those that tell of the log in that way.
    pub(crate) fn hint(&self, way: &str, field: &str) -> bool {
        self.titles.hint.get(way).is_some_and(|fields| fields.iter().any(|known| known.eq_ignore_ascii_case(field)))
    }

    /// True for tables that hold any log.
    pub(crate) fn is_general(&self, table: &str) -> bool {
        self.titles.general.iter().any(|known| known.eq_ignore_ascii_case(table))
    }

    /// The channel that a condition gives away.
    pub(crate) fn marked(&self, tree: &Tree) -> Option<String> {
        let mut found = None;
        tree.each(&mut |test, excluded| {
            let literal = &test.literal;
            if found.is_none()
                && !excluded
                && self.titles.marked.iter().any(|it| it.eq_ignore_ascii_case(&literal.field))
            {
                let value = literal.value.to_ascii_lowercase();
                found = self.titles.marker.iter().find(|(text, _)| value.contains(*text)).map(|(_, it)| it.clone());
            }
        });
        found
    }

    /// The records of a Sigma log source.
    pub(crate) fn of_source(&self, mapping: &Mapping, source: &LogSource, hints: &Hints) -> Log {
        let context = context(source);
        let mut log = Log { written: written(source), contexts: vec![context.clone()], ..Log::default() };
        let classes = mapping.classes_for(source);
        for class in &classes {
            push(&mut log.events, self.of_class(class));
        }
        // Sigma's names are Sysmon's where Sysmon has the event.
        let own = |event: &Event| event.provider == "Sysmon";
        let others = log.events.iter().any(own);
        log.events.sort_by_key(|event| (others && !own(event), event.provider == "Elastic"));
        log.own = if others { log.events.iter().filter(|event| own(event)).count() } else { log.events.len() };
        if classes.is_empty() {
            let channels = source.service.as_deref().map(|service| mapping.service_names(service)).unwrap_or_default();
            match channels.first() {
                Some(channel) if !hints.ids.is_empty() => {
                    push(&mut log.events, hints.ids.iter().map(|id| self.of_channel(channel, id)));
                }
                Some(channel) => push(&mut log.events, [self.of_channel(channel, "any")]),
                None => {
                    let id = source.category.as_deref().or(source.service.as_deref()).unwrap_or("any").to_owned();
                    let provider = source.product.as_deref().unwrap_or("any product").to_owned();
                    push(&mut log.events, [Event { provider, id, title: context }]);
                }
            }
            log.own = log.events.len();
        }
        log
    }

    /// The records of a vendor's table, data model or category.
    pub(crate) fn of_table(&self, mapping: &Mapping, table: &str, hints: &Hints) -> Log {
        let mut log = Log { written: table.to_owned(), ..Log::default() };
        let other_systems = !hints.systems.is_empty() && !hints.systems.iter().any(|system| system == "windows");
        let asked = |class: &Class| {
            hints.actions.is_empty()
                || class.action.is_empty()
                || class.action.iter().any(|action| hints.actions.contains(&action.to_ascii_lowercase()))
        };
        let named = |class: &&Class| {
            class.dialect != Dialect::Windows && class.channel.iter().any(|channel| channel.eq_ignore_ascii_case(table))
        };
        let all: Vec<&Class> = mapping.classes().iter().filter(named).collect();
        let mut classes: Vec<&Class> = all.iter().copied().filter(|class| asked(class)).collect();
        if classes.is_empty() {
            classes = all;
        }
        let mut sources: Vec<LogSource> = Vec::new();
        if !other_systems {
            for class in &classes {
                push(&mut log.events, self.of_class(class));
                if let Some(category) = class.category.last() {
                    let source = windows(category);
                    if !sources.contains(&source) {
                        sources.push(source);
                    }
                }
            }
        }
        log.own = log.events.len();
        if let Some(known) = self.tables.get(&table.to_ascii_lowercase()) {
            if let Some(channel) = &known.channel {
                push(&mut log.events, hints.ids.iter().map(|id| self.of_channel(channel, id)));
                log.own = log.events.len();
                sources.extend(mapping_of_ids(mapping, channel, &hints.ids));
            }
            if known.channel.is_none() || sources.is_empty() {
                sources.extend(known.sources.iter().cloned());
            }
        }
        if other_systems && !classes.is_empty() {
            let category = classes.first().and_then(|class| class.category.last()).map(|name| name.as_str().into());
            sources.extend(hints.systems.iter().map(|system| LogSource {
                category: category.clone(),
                product: Some(system.as_str().into()),
                service: None,
            }));
        }
        for source in &sources {
            let same = self.of_source(mapping, source, &Hints::default());
            push(&mut log.events, same.events);
            push(&mut log.contexts, same.contexts);
        }
        if log.events.is_empty() {
            let event = Event { provider: "Table".to_owned(), id: table.to_owned(), title: table.to_owned() };
            push(&mut log.events, [event]);
        }
        if log.own == 0 {
            log.own = log.events.len();
        }
        if log.contexts.is_empty() {
            log.contexts.push(table.to_owned());
        }
        log
    }

    fn of_class(&self, class: &Class) -> Vec<Event> {
        let channel = class.channel.first().map(String::as_str).unwrap_or_default();
        match class.dialect {
            Dialect::Windows => class.event_id.iter().map(|id| self.of_channel(channel, &id.to_string())).collect(),
            Dialect::Defender => {
                let id = match class.action.first() {
                    Some(action) => format!("{channel} {action}"),
                    None => channel.to_owned(),
                };
                vec![self.titled("Defender XDR", id)]
            }
            Dialect::Ecs => {
                let id = match class.action.first() {
                    Some(action) => format!("{channel} {action}"),
                    None => channel.to_owned(),
                };
                vec![self.titled("Elastic", id)]
            }
        }
    }

    fn of_channel(&self, channel: &str, id: &str) -> Event {
        let provider = self.titles.provider.get(channel).map_or(channel, String::as_str);
        self.titled(provider, id.to_owned())
    }

    fn titled(&self, provider: &str, id: String) -> Event {
        let title = self.titles.title.get(provider).and_then(|titles| titles.get(&id)).cloned().unwrap_or_default();
        Event { provider: provider.to_owned(), id, title }
    }
}

/// Log sources of the classes of Windows events by id.
fn mapping_of_ids(mapping: &Mapping, channel: &str, ids: &[String]) -> Vec<LogSource> {
    let fits = |class: &&Class| {
        class.dialect == Dialect::Windows
            && class.channel.iter().any(|known| known.eq_ignore_ascii_case(channel))
            && class.event_id.iter().any(|id| ids.contains(&id.to_string()))
    };
    let found = mapping.classes().iter().filter(fits);
    found.filter_map(|class| class.category.last()).map(|category| windows(category)).collect()
}

fn windows(category: &str) -> LogSource {
    LogSource { category: Some(category.into()), product: Some("windows".into()), service: None }
}

fn push<T: PartialEq>(list: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for item in more {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

/// The context of a log source: product, then category or service.
fn context(source: &LogSource) -> String {
    let names = [source.product.as_deref(), source.category.as_deref(), source.service.as_deref()];
    let names: Vec<&str> = names.into_iter().flatten().collect();
    if names.is_empty() { "any".to_owned() } else { names.join(" ") }
}

fn written(source: &LogSource) -> String {
    let parts =
        [("category", &source.category), ("product", &source.product), ("service", &source.service)].into_iter();
    let parts: Vec<String> = parts.filter_map(|(key, value)| Some(format!("{key}: {}", value.as_ref()?))).collect();
    parts.join(", ")
}
