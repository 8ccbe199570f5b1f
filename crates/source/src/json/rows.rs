//! Tables as query services answer (Log Analytics, Azure Data Explorer): columns once, then rows as arrays.
//! `{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated"}],"rows":[["2026-..."]]}]}`

use super::scan::{Broken, Item, Scan};
use super::walk::{plain, string};
use crate::layout::Layout;
use crate::leaf::{Parts, Raw};
use std::borrow::Cow;

/// Length of what stands before the first row, and the columns.
pub(super) fn head(text: &str) -> Option<(usize, Vec<String>)> {
    let mut scan = Scan::new(text, 0);
    if scan.next()? != b'{' {
        return None;
    }
    scan.take();
    enter(&mut scan, &["tables", "Tables"])?;
    if !scan.element().ok()? || scan.item() != Ok(Item::Object) {
        return None;
    }
    enter(&mut scan, &["columns", "Columns"])?;
    let mut names = Vec::new();
    while scan.element().ok()? {
        if scan.item() != Ok(Item::Object) {
            return None;
        }
        while let Some((member, _)) = scan.member().ok()? {
            match scan.item().ok()? {
                Item::String(text, escaped) if matches!(member, "name" | "ColumnName") => {
                    names.push(plain(text, escaped).into_owned());
                }
                item => scan.finish(item).ok()?,
            }
        }
    }
    enter(&mut scan, &["rows", "Rows"])?;
    let at = scan.at();
    (!names.is_empty()).then_some((at, names))
}

/// Goes to the array under one of the names.
fn enter(scan: &mut Scan<'_>, names: &[&str]) -> Option<()> {
    loop {
        let (name, _) = scan.member().ok()??;
        let item = scan.item().ok()?;
        if names.contains(&name) && item == Item::Array {
            return Some(());
        }
        scan.finish(item).ok()?;
    }
}

/// One row; its bracket is taken.
pub(super) fn row<'a>(
    scan: &mut Scan<'a>,
    columns: &'a [String],
    layout: &Layout,
    parts: &mut Parts<'a>,
) -> Result<(), Broken> {
    parts.clear(layout.dialect);
    parts.utc = layout.utc;
    let mut names = columns.iter();
    while scan.element()? {
        let item = scan.item()?;
        let name = names.next();
        let raw = match item {
            Item::String(text, escaped) => string(text, escaped),
            Item::Number(text) => Raw::Number(text),
            Item::Bool(value) => Raw::Bool(value),
            Item::Null => Raw::Null,
            Item::Object | Item::Array => {
                scan.finish(item)?;
                continue;
            }
        };
        if let Some(name) = name
            && raw != Raw::Null
        {
            let (node, name) = layout.root.node(name);
            layout.put(parts, Cow::Borrowed(name), node, raw);
        }
    }
    (layout.finish)(parts);
    Ok(())
}
