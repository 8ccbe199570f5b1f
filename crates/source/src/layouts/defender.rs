//! Defender XDR advanced hunting and Log Analytics: rows of tables, with the tables' own column names.

use crate::layout::{Branch, Index, Layout, Node};
use crate::leaf::{Fix, Parts, Raw, Slot};
use crate::{json, rendered};
use ddefend_event::Dialect;
use std::borrow::Cow;

/// Rows as advanced hunting, Log Analytics and the streaming API (`properties` with `category`) give them.
pub(crate) static DEFENDER: Layout =
    Layout { dialect: Dialect::Defender, root: &ROOT, fix: Fix::None, utc: false, finish };

static ROOT: Branch = Branch {
    known: &[
        ("Timestamp", Node::Keep(Slot::Time, 0)),
        ("TimeGenerated", Node::Keep(Slot::Time, 1)),
        ("Timestamp [UTC]", Node::Keep(Slot::Time, 0)),
        ("TimeGenerated [UTC]", Node::Keep(Slot::Time, 1)),
        ("time", Node::Keep(Slot::Time, 3)),
        ("DeviceName", Node::Keep(Slot::Computer, 0)),
        ("ActionType", Node::Keep(Slot::Action, 0)),
        ("$table", Node::Keep(Slot::Channel, 0)),
        ("TableName", Node::Keep(Slot::Channel, 1)),
        ("Type", Node::Keep(Slot::Channel, 2)),
        ("category", Node::Keep(Slot::Channel, 3)),
        ("ReportId", Node::Keep(Slot::Record, 0)),
        ("properties", Node::Enter(&ROOT)),
        ("tenantId", Node::Skip),
        ("operationName", Node::Skip),
    ],
    other: Node::Data,
    paths: false,
    index: Index::new(),
};

/// The column that holds what a kind of event says beside the table's columns: an object as text. Where an export made it
/// an object, its members stand under their own names.
const ADDITIONAL: &str = "AdditionalFields";

static INSIDE: Branch = Branch { known: &[], other: Node::Data, paths: false, index: Index::new() };

/// Members of that column under dotted names, so that they cannot be taken for columns; the text stays.
fn additional(parts: &mut Parts<'_>) {
    let Some(text) = parts.named(ADDITIONAL).filter(|text| text.starts_with('{')).map(Cow::into_owned) else { return };
    let mut inner = Parts::default();
    json::inner(&mut inner, &text, &DEFENDER, &INSIDE);
    for leaf in inner.leaves {
        parts.push(format!("{ADDITIONAL}.{}", leaf.name), leaf.raw, leaf.fix);
    }
}

/// The table: as the row says it, without the streaming API's prefix; else by action and columns.
fn finish(parts: &mut Parts<'_>) {
    additional(parts);
    if parts.at(Slot::Time).is_some_and(|leaf| leaf.name.ends_with("[UTC]")) {
        parts.utc = true;
    }
    for leaf in &mut parts.leaves {
        if let Some((name, _)) = leaf.name.split_once(" [UTC]").map(|(name, zone)| (name.to_owned(), zone.len())) {
            leaf.name = name.into();
        }
    }
    let said = parts.said(Slot::Channel).map(|table| table.into_owned());
    let table = match said.as_deref() {
        Some(table) if table.starts_with("AdvancedHunting-") => {
            table.strip_prefix("AdvancedHunting-").map(str::to_owned)
        }
        // A column `Type` or `category` of a table's own is no table's name.
        Some(table) if rendered::is_table(table) => return,
        _ => Some(rendered::table_of(parts).to_owned()),
    };
    if let Some(table) = table {
        parts.force(Slot::Channel, "$table", Raw::Made(table.into()));
    }
}
