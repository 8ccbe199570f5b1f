//! From a table's name to the records that are its rows, and from a column's to where it stands in them.

use super::{Class, FieldSource, Mapping};
use crate::table::{Chain, Entry, Expr, Feed, From, HeadPart, Link, Table, TableSet, Way};
use crate::transform::{Part, Transform};
use crate::{Key, LogSource, native};
use std::collections::HashMap;
use std::sync::Arc;

/// Where a column's value comes from in records of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// What the record says of itself.
    Head(HeadPart, Vec<Part>),
    /// Values in it.
    Field(FieldSource),
}

/// Records of one kind as rows of a table.
pub struct Rows<'m> {
    mapping: &'m Mapping,
    key: &'m Key,
    entry: &'m Entry,
    feed: Option<(&'m Feed, LogSource)>,
    /// Columns of the schema's own records of that kind by lower-case name, with how they are made from Sigma's fields.
    forward: HashMap<String, (String, Option<Part>)>,
}

impl Mapping {
    /// With tables, so that log sources may name one: the schema as service, the table as category.
    #[must_use]
    pub fn with_tables(mut self, tables: Arc<TableSet>) -> Self {
        self.tables = tables;
        self
    }

    /// The tables that it knows.
    #[must_use]
    pub fn tables(&self) -> &Arc<TableSet> {
        &self.tables
    }

    /// The log source that means a table.
    #[must_use]
    pub fn source_of(table: &Table) -> LogSource {
        LogSource { category: Some(table.name.clone()), service: Some(table.schema.clone()), product: None }
    }

    /// The table that a log source means; none for those of Sigma.
    pub(super) fn entry_of(&self, source: &LogSource) -> Option<&Entry> {
        let (category, service) = source.category.as_deref().zip(source.service.as_deref())?;
        self.tables.entry(service, category)
    }

    /// How records of that kind are rows of a table; none where they are none.
    #[must_use]
    pub fn rows<'m>(&'m self, key: &'m Key, table: &Table) -> Option<Rows<'m>> {
        self.rows_of(key, self.tables.entry(&table.schema, &table.name)?)
    }

    pub(super) fn rows_of<'m>(&'m self, key: &'m Key, entry: &'m Entry) -> Option<Rows<'m>> {
        let all = entry.feeds.iter().any(|feed| feed.sources.is_empty());
        if entry.native == Some(key.dialect) {
            let own = all || entry.table.name.eq_ignore_ascii_case(&key.channel);
            let feed = entry.feeds.iter().find(|feed| feed.sources.is_empty()).map(|feed| (feed, self.own_source(key)));
            return own.then(|| Rows { mapping: self, key, entry, feed, forward: HashMap::new() });
        }
        let source_of = |feed: &Feed| match feed.sources.is_empty() {
            true => Some(self.own_source(key)),
            false => feed.sources.iter().find(|source| self.covers(key, source)).cloned(),
        };
        let (feed, source) = entry.feeds.iter().find_map(|feed| Some((feed, source_of(feed)?)))?;
        let forward = self.forward(entry, &source);
        Some(Rows { mapping: self, key, entry, feed: Some((feed, source)), forward })
    }

    /// The log source by which a kind's fields are read: its first category.
    fn own_source(&self, key: &Key) -> LogSource {
        let category = self.class(key).and_then(|class| class.category.first());
        LogSource { category: category.map(|category| category.as_str().into()), ..LogSource::default() }
    }

    /// What the schema's own records of a log source hold, from Sigma's fields.
    fn forward(&self, entry: &Entry, source: &LogSource) -> HashMap<String, (String, Option<Part>)> {
        let Some((dialect, category)) = entry.native.zip(source.category.as_deref()) else { return HashMap::new() };
        let serves = |class: &&Class| class.dialect == dialect && super::serves(class, category);
        let mut all = HashMap::new();
        for class in self.classes.iter().filter(serves) {
            for (field, text) in &class.fields {
                let from = FieldSource::from(text);
                let made = match &from {
                    FieldSource::Made(transform, names) => Some((*transform, names.len())),
                    _ => None,
                };
                for (index, name) in from.natives().enumerate() {
                    let part = made.filter(|(transform, _)| *transform != Transform::Same);
                    let part = part.map(|(transform, count)| Part::Input(transform, count, index));
                    all.entry(name.to_ascii_lowercase()).or_insert((field.clone(), part));
                }
            }
        }
        all
    }
}

impl Rows<'_> {
    /// The log source whose conditions ([`Mapping::conditions`]) its records must meet, where there is one.
    #[must_use]
    pub fn source(&self) -> Option<&LogSource> {
        self.feed.as_ref().filter(|(feed, _)| !feed.sources.is_empty()).map(|(_, source)| source)
    }

    /// Where a column stands; none where such records have none.
    #[must_use]
    pub fn origin(&self, column: &str) -> Option<Origin> {
        let name = column.to_ascii_lowercase();
        let known = self.feed.as_ref().and_then(|(feed, _)| feed.fields.get(&*name));
        let native = self.entry.native == Some(self.key.dialect);
        let every = self.entry.every.get(&*name);
        if native {
            let time = |way: &Way| way.from == From::Head(HeadPart::Time);
            return match every {
                Some(expr) if expr.ways.iter().any(time) => self.expr(expr),
                // What the schema's own records leave out is what it is in others.
                Some(expr) => {
                    let mut chain = Chain::default();
                    let inputs = vec![chain.input(column)];
                    chain.links.push(Link::Made { transform: None, inputs, parts: Vec::new(), when: None });
                    self.ways(&mut chain, expr);
                    Some(Origin::Field(FieldSource::Chained(Arc::new(chain))))
                }
                None => Some(Origin::Field(FieldSource::Native(column.into()))),
            };
        }
        if let Some(expr) = every.or(known) {
            return self.expr(expr);
        }
        if let Some((field, part)) = self.forward.get(&name) {
            let mut chain = Chain::default();
            let link = self.link(&mut chain, field, part.iter().cloned().collect(), None);
            chain.links.extend(link);
            return Some(Origin::Field(FieldSource::Chained(Arc::new(chain))));
        }
        let service = self.feed.as_ref().filter(|(_, source)| source.service.is_some());
        if let Some((_, source)) = service {
            return Some(Origin::Field(self.mapping.resolve(self.key, source, column)));
        }
        if !self.entry.table.open {
            return None;
        }
        let class = self.mapping.class(self.key);
        let own = class.is_none_or(|class| class.known.iter().any(|known| known.eq_ignore_ascii_case(column)));
        let source = self.feed.as_ref().filter(|(_, source)| !own && *source != LogSource::default());
        let found = source.map(|(_, source)| self.mapping.resolve(self.key, source, column));
        Some(Origin::Field(found.unwrap_or_else(|| FieldSource::Native(column.into()))))
    }

    /// As [`Rows::origin`], as values of the record alone; none where the record has no such value.
    pub(super) fn field(&self, column: &str) -> Option<FieldSource> {
        match self.origin(column)? {
            Origin::Field(source) => Some(source),
            Origin::Head(head, parts) => {
                let native = match head {
                    HeadPart::Time => "UtcTime",
                    HeadPart::Host => native::COMPUTER,
                    HeadPart::EventId => native::EVENT_ID,
                    HeadPart::Channel => native::CHANNEL,
                    HeadPart::Provider => native::PROVIDER,
                    HeadPart::Log | HeadPart::Raw | HeadPart::Data => return None,
                };
                let mut chain = Chain::default();
                let link = self.link(&mut chain, native, parts, None);
                chain.links.extend(link);
                Some(FieldSource::Chained(Arc::new(chain)))
            }
        }
    }

    fn expr(&self, expr: &Expr) -> Option<Origin> {
        if let [way] = expr.ways.as_slice()
            && let From::Head(head) = way.from
        {
            return Some(Origin::Head(head, way.parts.clone()));
        }
        let mut chain = Chain::default();
        self.ways(&mut chain, expr);
        if let [Link::Made { transform, inputs, parts, when: None }] = chain.links.as_slice()
            && parts.is_empty()
        {
            let name = |index: &usize| chain.inputs.get(*index).cloned();
            let names: Vec<Box<str>> = inputs.iter().filter_map(name).collect();
            return Some(Origin::Field(match (transform, names.as_slice()) {
                (None, [name]) => FieldSource::Native(name.clone()),
                (transform, _) => FieldSource::Made(transform.unwrap_or(Transform::First), names),
            }));
        }
        Some(Origin::Field(FieldSource::Chained(Arc::new(chain))))
    }

    /// Adds the ways of an expression.
    fn ways(&self, chain: &mut Chain, expr: &Expr) {
        for way in &expr.ways {
            let when = way.when.as_ref().and_then(|(field, values)| {
                Some(Box::new((self.link(chain, field, Vec::new(), None)?, values.clone())))
            });
            let link = match &way.from {
                From::Constant(text) => Some(Link::Constant(text.clone())),
                From::Field(field) => self.link(chain, field, way.parts.clone(), when),
                // A head among several ways is read from the record's own fields.
                From::Head(HeadPart::Host) => self.link(chain, native::COMPUTER, way.parts.clone(), when),
                From::Head(_) => None,
            };
            chain.links.extend(link);
        }
    }

    /// The way over a Sigma field.
    fn link(
        &self,
        chain: &mut Chain,
        field: &str,
        parts: Vec<Part>,
        when: Option<Box<(Link, Vec<Box<str>>)>>,
    ) -> Option<Link> {
        let any = LogSource::default();
        let source = self.feed.as_ref().map_or(&any, |(_, source)| source);
        let (transform, names) = match self.mapping.resolve(self.key, source, field) {
            FieldSource::Native(name) => (None, vec![name]),
            FieldSource::Made(transform, names) => (Some(transform), names),
            FieldSource::Chained(_) => return None,
        };
        let inputs = names.iter().map(|name| chain.input(name)).collect();
        Some(Link::Made { transform, inputs, parts, when })
    }
}
