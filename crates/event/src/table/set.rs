//! All schemas with their tables.

use super::expr::Expr;
use super::text::{FeedText, SchemaText, list};
use super::{Column, Kind, Table};
use crate::{Dialect, LogSource};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// All tables of all schemas, and which records are their rows.
#[derive(Debug, Default)]
pub struct TableSet {
    schemas: Vec<Schema>,
    /// By schema and name in lower case.
    entries: HashMap<(Box<str>, Box<str>), Arc<Entry>>,
}

/// A schema.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its name.
    pub name: Box<str>,
    /// What it is.
    pub title: Box<str>,
    /// Languages that ask for its tables, by the names of the command line.
    pub languages: Vec<String>,
    /// The column that holds a record's time.
    pub time: Option<Box<str>>,
    exact: bool,
    open_suffix: Vec<String>,
}

/// A table with what is known of its rows.
#[derive(Debug)]
pub struct Entry {
    /// The table.
    pub table: Arc<Table>,
    /// Whose records are rows as they are.
    pub native: Option<Dialect>,
    /// Columns that come from elsewhere even where the record is native.
    pub every: Arc<HashMap<Box<str>, Expr>>,
    /// Where other rows come from.
    pub feeds: Vec<Feed>,
}

/// Rows of a table from records of log sources.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The log sources; none: every record.
    pub sources: Vec<LogSource>,
    /// Columns in lower case with where they come from.
    pub fields: Arc<HashMap<Box<str>, Expr>>,
}

impl TableSet {
    /// Reads schemas: each with its list of tables (may be empty).
    ///
    /// # Errors
    /// Where a list or an expression cannot be read, a feed names a table or a set that is not there, or a name stands twice.
    pub fn new(texts: Vec<(SchemaText, String)>) -> Result<Self, String> {
        let feeds: BTreeMap<String, (Vec<FeedText>, Sets)> =
            texts.iter().map(|(text, _)| (text.schema.clone(), (text.feed.clone(), text.fields.clone()))).collect();
        let mut set = Self::default();
        for (text, tables) in texts {
            let place = |error: String| format!("schema '{}': {error}", text.schema);
            set.read(&text, &tables, &feeds).map_err(place)?;
        }
        Ok(set)
    }

    /// The schemas, in the order in which they are tried.
    #[must_use]
    pub fn schemas(&self) -> &[Schema] {
        &self.schemas
    }

    /// The table of a schema by its name; none where it has none.
    #[must_use]
    pub fn table(&self, schema: &str, name: &str) -> Option<Arc<Table>> {
        let known = self.schemas.iter().find(|known| &*known.name == schema)?;
        if let Some(entry) = self.entry(schema, name) {
            return (!known.exact || &*entry.table.name == name).then(|| Arc::clone(&entry.table));
        }
        let open = known.open_suffix.iter().any(|suffix| name.ends_with(suffix.as_str()));
        let table = || Table { schema: schema.into(), name: name.into(), columns: Vec::new(), open: true };
        open.then(|| Arc::new(table()))
    }

    /// Names of a schema's tables, by name.
    #[must_use]
    pub fn names(&self, schema: &str) -> Vec<&str> {
        let own = self.entries.iter().filter(|((known, _), _)| &**known == schema);
        let mut names: Vec<&str> = own.map(|(_, entry)| &*entry.table.name).collect();
        names.sort_unstable();
        names
    }

    /// What is known of the rows of a table.
    #[must_use]
    pub fn entry(&self, schema: &str, name: &str) -> Option<&Entry> {
        let key = (Box::from(schema), name.to_ascii_lowercase().into_boxed_str());
        self.entries.get(&key).map(|entry| &**entry)
    }

    fn read(
        &mut self,
        text: &SchemaText,
        tables: &str,
        all: &BTreeMap<String, (Vec<FeedText>, Sets)>,
    ) -> Result<(), String> {
        let like = text.like.as_ref().and_then(|name| all.get(name)).cloned().unwrap_or_default();
        let kinds: HashMap<&str, Kind> =
            text.kinds.iter().flat_map(|(kind, names)| names.iter().map(|name| (name.as_str(), *kind))).collect();
        let every = Arc::new(exprs(text.every.iter())?);
        let mut feeds: HashMap<String, Vec<(Feed, Vec<String>)>> = HashMap::new();
        for (feed, sets) in
            text.feed.iter().map(|feed| (feed, &text.fields)).chain(like.0.iter().map(|feed| (feed, &like.1)))
        {
            let made = made(feed, sets)?;
            for table in &feed.table {
                feeds.entry(table.clone()).or_default().push(made.clone());
            }
        }
        for (names, open, columns) in list(tables)? {
            for name in &names {
                let feeds = feeds.get(name).or_else(|| feeds.get(names.first()?)).cloned().unwrap_or_default();
                let table = Table {
                    schema: text.schema.as_str().into(),
                    name: name.as_str().into(),
                    columns: columns.clone(),
                    open,
                };
                let feeds = feeds.into_iter().map(|(feed, _)| feed).collect();
                self.add(Entry { table: Arc::new(table), native: text.native, every: Arc::clone(&every), feeds })?;
            }
        }
        for table in &text.table {
            for name in &table.name {
                let own = feeds.get(name).or_else(|| feeds.get(table.name.first()?)).cloned().unwrap_or_default();
                let mut columns: Vec<Column> = Vec::new();
                for (column, prefix) in text
                    .every
                    .keys()
                    .map(|name| (name, ""))
                    .chain(own.iter().flat_map(|(_, names)| names).map(|name| (name, table.prefix.as_str())))
                {
                    let name = format!("{prefix}{column}");
                    if !columns.iter().any(|known| *known.name == *name) {
                        let kind = kinds.get(column.as_str()).copied().unwrap_or_default();
                        columns.push(Column { name: name.into(), kind });
                    }
                }
                let prefixed = |feed: Feed| {
                    let rename = |name: &str| format!("{}{name}", table.prefix.to_ascii_lowercase()).into_boxed_str();
                    let fields = feed.fields.iter().map(|(name, expr)| (rename(name), expr.clone())).collect();
                    Feed { fields: Arc::new(fields), ..feed }
                };
                let feeds = own.into_iter().map(|(feed, _)| prefixed(feed)).collect();
                let open = table.open;
                let made = Table { schema: text.schema.as_str().into(), name: name.as_str().into(), columns, open };
                self.add(Entry { table: Arc::new(made), native: text.native, every: Arc::clone(&every), feeds })?;
            }
        }
        self.schemas.push(Schema {
            name: text.schema.as_str().into(),
            title: text.title.as_str().into(),
            languages: text.languages.clone(),
            time: text.every.iter().find(|(_, expr)| *expr == "@time").map(|(name, _)| name.as_str().into()),
            exact: text.exact,
            open_suffix: text.open_suffix.clone(),
        });
        Ok(())
    }

    fn add(&mut self, entry: Entry) -> Result<(), String> {
        let key = (entry.table.schema.clone(), entry.table.name.to_ascii_lowercase().into_boxed_str());
        let name = entry.table.name.clone();
        match self.entries.insert(key, Arc::new(entry)) {
            None => Ok(()),
            Some(_) => Err(format!("table '{name}' stands twice")),
        }
    }
}

/// Sets of columns of a schema.
type Sets = BTreeMap<String, BTreeMap<String, String>>;

/// A feed, and its columns as they are written.
fn made(text: &FeedText, sets: &Sets) -> Result<(Feed, Vec<String>), String> {
    let mut columns: BTreeMap<&String, &String> = BTreeMap::new();
    for name in &text.fields {
        let set = sets.get(name).ok_or_else(|| format!("there are no fields '{name}'"))?;
        columns.extend(set);
    }
    let mut fields = exprs(columns.iter().map(|(name, text)| (*name, *text)))?;
    for (name, value) in &text.set {
        let expr = Expr::parse(&format!("={value}"))?;
        fields.insert(name.to_ascii_lowercase().into_boxed_str(), expr);
    }
    let category = |name: &String| LogSource { category: Some(name.as_str().into()), ..LogSource::default() };
    let service = |name: &String| LogSource { service: Some(name.as_str().into()), ..LogSource::default() };
    let sources: Vec<LogSource> = text.category.iter().map(category).chain(text.service.iter().map(service)).collect();
    if sources.is_empty() != text.all {
        return Err(format!("a feed of {} needs categories or services, or all = true", text.table.join(", ")));
    }
    let names = columns.into_keys().chain(text.set.keys()).cloned().collect();
    Ok((Feed { sources, fields: Arc::new(fields) }, names))
}

fn exprs<'t>(columns: impl Iterator<Item = (&'t String, &'t String)>) -> Result<HashMap<Box<str>, Expr>, String> {
    columns
        .map(|(name, text)| {
            let expr = Expr::parse(text).map_err(|error| format!("column '{name}': {error}"))?;
            Ok((name.to_ascii_lowercase().into_boxed_str(), expr))
        })
        .collect()
}
