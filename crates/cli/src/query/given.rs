//! Rows of tables and lookups that files hold.

use ddefend_query::Rows;
use ddefend_rule::ir::query::{Pipeline, Query, Source};
use std::collections::BTreeMap;
use std::path::Path;

/// How deep tables are looked for in a query.
const DEPTH: usize = 128;

/// Rows by the name of the table or the address.
pub(super) struct Given {
    pub(super) rows: BTreeMap<Box<str>, Rows>,
    tables: Vec<Box<str>>,
}

impl Given {
    /// Reads what `--table` and `--external` name.
    pub(super) fn new(tables: &[String], external: &[String]) -> Result<Self, String> {
        let mut given = Self { rows: BTreeMap::new(), tables: Vec::new() };
        for (text, table) in tables.iter().map(|text| (text, true)).chain(external.iter().map(|text| (text, false))) {
            // Addresses hold `=` themselves; names of files seldom do.
            let split = if table { text.split_once('=') } else { text.rsplit_once('=') };
            let Some((name, path)) = split else { return Err(format!("{text}: NAME=FILE is wanted")) };
            let content = super::source::file(Path::new(path))?;
            let rows = ddefend_query::rows_of_text(path, &content).map_err(|error| format!("{path}: {error}"))?;
            given.rows.insert(name.into(), rows);
            if table {
                given.tables.push(name.into());
            }
        }
        Ok(given)
    }

    /// Makes the tables that were given of those that the query names.
    pub(super) fn put_in(&self, query: &mut Query) {
        if self.tables.is_empty() {
            return;
        }
        self.pipeline(&mut query.pipeline, DEPTH);
        query.shared.iter_mut().for_each(|pipeline| self.pipeline(pipeline, DEPTH));
    }

    fn pipeline(&self, pipeline: &mut Pipeline, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Source::Table { name, span } = &pipeline.source
            && self.tables.contains(name)
        {
            let columns = self.rows.get(name).map(|rows| rows.columns.clone()).unwrap_or_default();
            let columns = columns.into_iter().map(|column| (column.name, column.kind)).collect();
            pipeline.source = Source::External { columns, locations: vec![name.clone()], span: *span };
        }
        if let Source::Union { members, .. } = &mut pipeline.source {
            members.iter_mut().for_each(|member| self.pipeline(member, depth));
        }
        for step in &mut pipeline.steps {
            use ddefend_rule::ir::query::Operator;
            match &mut step.operator {
                Operator::Join { right, .. } => self.pipeline(right, depth),
                Operator::Union { members, .. } => members.iter_mut().for_each(|member| self.pipeline(member, depth)),
                Operator::Command { tables, .. } => tables.iter_mut().for_each(|table| self.pipeline(table, depth)),
                _ => {}
            }
        }
    }
}
