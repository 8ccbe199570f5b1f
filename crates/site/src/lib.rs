//! The catalog as a folder of pages that need no server and no script; JSON lies beside every page.
//!
//! Everything that comes from a rule is hostile: it goes through [`ddefend_report::escape`].

mod event;
mod index;
mod navigator;
mod page;
mod rule;
mod search;
mod tables;
mod technique;

use ddefend_catalog::Catalog;
use ddefend_report::escape;
use page::Page;
use serde::Serialize;

/// What the pages say of their making.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    /// Version of ddefend.
    pub version: String,
    /// Version of the content.
    pub content: String,
}

/// Takes a file: its path in the site, with `/`, and its text.
pub type Emit<'a, E> = dyn FnMut(&str, &str) -> Result<(), E> + 'a;

/// Writes every file of the site, one after the other.
///
/// # Errors
/// What `emit` gives back.
pub fn write<E>(catalog: &Catalog, meta: &Meta, emit: &mut Emit<'_, E>) -> Result<(), E> {
    let overview = catalog.overview();
    emit("index.html", &index::first(&overview, meta))?;
    emit("index.json", &json(&overview))?;
    let techniques = catalog.techniques_list();
    emit("techniques/index.html", &index::techniques(&techniques, meta))?;
    emit("techniques/index.json", &json(&techniques))?;
    for row in &techniques {
        let Some(page) = catalog.technique(&row.id) else { continue };
        emit(&format!("techniques/{}.html", page::file_name(&row.id)), &technique::render(&page, meta))?;
        emit(&format!("techniques/{}.json", page::file_name(&row.id)), &json(&page))?;
    }
    for (old, today) in catalog.knowledge().attack.replaced() {
        let today = catalog.knowledge().attack.current(today);
        if catalog.covered().contains_key(today) && !catalog.covered().contains_key(old) {
            emit(&format!("techniques/{}.html", page::file_name(old)), &technique::moved(old, today, meta))?;
        }
    }
    let events = catalog.events_list();
    emit("events/index.html", &index::events(&events, meta))?;
    emit("events/index.json", &json(&events))?;
    for row in &events {
        let Some(page) = catalog.event(&row.slug) else { continue };
        emit(&format!("events/{}.html", row.slug), &event::render(&page, meta))?;
        emit(&format!("events/{}.json", row.slug), &json(&page))?;
    }
    let rules = catalog.rules_list();
    for (letter, rows) in search::letters(&rules) {
        emit(&format!("list/{letter}.html"), &search::list(letter, &rows, meta))?;
    }
    emit("search.html", &search::render(&rules, &techniques, &events, meta))?;
    emit("rules/index.json", &json(&rules))?;
    let mut unread = Vec::new();
    for number in 0..catalog.entries().len() {
        let Some(page) = catalog.rule(number) else { continue };
        emit(&format!("rules/{}.html", page.rule.slug), &rule::render(&page, meta))?;
        emit(&format!("rules/{}.json", page.rule.slug), &json(&page))?;
        if !page.unread.is_empty() {
            unread.push((page.rule, page.unread));
        }
    }
    emit("unread.html", &index::unread(&unread, meta))?;
    emit("unread.json", &json(&unread))?;
    emit("navigator/tagged.json", &navigator::layer(&techniques, false, meta))?;
    emit("navigator/inferred.json", &navigator::layer(&techniques, true, meta))
}

/// JSON with what would change a terminal's order made visible.
fn json<T: Serialize + ?Sized>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    let mut text = escape::json(&text);
    text.push('\n');
    text
}
