//! Text that tools made of records: rendered messages, `Name=value` lines, `Name: value ¦ Name: value`, short names.
//! What the names mean is data: `content/mappings/exports.tsv`.

use crate::leaf::{Fix, Parts, Raw, Slot};
use crate::winxml;
use ddefend_event::{Dialect, native};
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// Rows of the table, by kind and first column.
type Table = HashMap<(&'static str, &'static str), Vec<(&'static str, &'static str)>>;

/// The table: kind, scope, name, meaning; one row a line, columns parted by tabs, `#` begins a remark.
fn table_of_exports() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::new();
        for line in include_str!("../../../content/mappings/exports.tsv").lines() {
            let mut columns = line.split('\t');
            if let (Some(kind), Some(scope), Some(name), Some(meaning)) =
                (columns.next(), columns.next(), columns.next(), columns.next())
                && !kind.starts_with('#')
            {
                table.entry((kind, scope)).or_default().push((name, meaning));
            }
        }
        table
    })
}

fn lookup(kind: &'static str, scope: &str, name: &str) -> Option<&'static str> {
    let rows = table_of_exports().get(&(kind, scope))?;
    rows.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, meaning)| *meaning)
}

/// A record in a field: XML, or lines `Name=value` with a message at the end.
pub(crate) fn raw(text: &str, parts: &mut Parts<'_>) {
    let mut inner = Parts::default();
    if let Some(start) = winxml::start(text.as_bytes()) {
        let end = text.rfind("</Event>").map(|end| end.saturating_add("</Event>".len()));
        if let Some(element) = end.and_then(|end| text.get(start..end)) {
            winxml::parse(element, &mut inner);
            parts.utc = true;
        }
        parts.adopt(&inner);
        return;
    }
    let (lines, message) = text.split_once("\nMessage=").unwrap_or((text, ""));
    for line in lines.lines() {
        let Some((name, value)) = line.split_once('=') else {
            if let Some(time) = crate::moment::read(line).map(|_| line) {
                inner.slot(Slot::Time, 2, native::TIME, Raw::Text(time));
            }
            continue;
        };
        let value = Raw::Text(value.trim_end());
        match name {
            "EventCode" => inner.slot(Slot::EventId, 0, native::EVENT_ID, value),
            "LogName" => inner.slot(Slot::Channel, 0, native::CHANNEL, value),
            "SourceName" => inner.slot(Slot::Provider, 0, native::PROVIDER, value),
            "ComputerName" => inner.slot(Slot::Computer, 0, native::COMPUTER, value),
            "RecordNumber" => inner.slot(Slot::Record, 0, native::RECORD, value),
            "Sid" => inner.push(native::USER_ID, value, Fix::None),
            "Type" | "EventType" | "SidType" | "TaskCategory" | "OpCode" | "User" | "Keywords" => {}
            _ => inner.push(name.to_owned(), value, Fix::None),
        }
    }
    if !message.is_empty() {
        inner.push("Message", Raw::Text(message.trim_end()), Fix::None);
        let message = message.to_owned();
        let mut made = Parts::default();
        made.adopt(&inner);
        self::message(&message, &mut made);
        inner.clear(Dialect::Windows);
        parts.adopt(&made);
        return;
    }
    parts.adopt(&inner);
}

/// The value of a line `Name: value`.
pub(crate) fn line<'m>(message: &'m str, name: &str) -> Option<&'m str> {
    message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::trim_end)
}

/// Data out of a rendered message. Sysmon renders its fields under their names; other events by the table.
pub(crate) fn message(message: &str, parts: &mut Parts<'_>) {
    let provider = parts.said(Slot::Provider).unwrap_or_default().into_owned();
    let id = parts.said(Slot::EventId).unwrap_or_default().into_owned();
    let sysmon = provider.eq_ignore_ascii_case("Microsoft-Windows-Sysmon");
    if sysmon {
        // Sysmon's values without names repeat what the message says with names.
        let named: Vec<bool> = parts.leaves.iter().map(|leaf| leaf.name != native::DATA).collect();
        parts.keep(|index| named.get(index).copied().unwrap_or(true));
    }
    let (mut section, mut added) = (String::new(), Vec::new());
    for line in message.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if sysmon {
            if !name.contains(' ') && !value.is_empty() {
                added.push((name.to_owned(), value.to_owned()));
            }
            continue;
        }
        if value.is_empty() {
            name.clone_into(&mut section);
        }
        let full = lookup("rendered", &id, &format!("{section}/{name}")).or_else(|| lookup("rendered", &id, name));
        if let Some(full) = full.filter(|_| !value.is_empty()) {
            added.push((full.to_owned(), value.to_owned()));
        }
    }
    for (name, value) in added {
        if parts.named(&name).is_none() {
            parts.push(name, Raw::Made(value.into()), Fix::None);
        }
    }
}

/// `Name: value ¦ Name: value`.
pub(crate) fn details(text: &str, parts: &mut Parts<'_>) {
    for pair in text.split(" ¦ ") {
        match pair.split_once(": ") {
            Some((name, value)) if !name.is_empty() => {
                parts.push(name.to_owned(), Raw::Made(value.into()), Fix::None);
            }
            _ if pair.trim().is_empty() || pair == "-" => {}
            _ => match pair.strip_suffix(':') {
                Some(name) if !name.contains(' ') => parts.push(name.to_owned(), Raw::Made("".into()), Fix::None),
                _ => parts.push(native::DATA, Raw::Made(pair.into()), Fix::None),
            },
        }
    }
}

/// Drops values that a record says twice: the same name and text.
pub(crate) fn once(parts: &mut Parts<'_>) {
    let mut seen = HashSet::new();
    let again: Vec<bool> = parts
        .leaves
        .iter()
        .map(|leaf| {
            leaf.name != native::DATA && !seen.insert((leaf.name.to_lowercase(), leaf.raw.text().unwrap_or_default()))
        })
        .collect();
    drop(seen);
    parts.keep(|index| !again.get(index).copied().unwrap_or_default());
}

/// A channel's name by Hayabusa's abbreviation of it.
pub(crate) fn channel(short: &str) -> &str {
    lookup("hayabusa-channel", "", short).unwrap_or(short)
}

/// Hayabusa's short names to Windows', where the table has them for that kind of record.
pub(crate) fn long_names(parts: &mut Parts<'_>, channel: &str, id: &str) {
    let scope = format!("{channel} {id}");
    for leaf in &mut parts.leaves {
        let full = lookup("hayabusa-field", &scope, &leaf.name).or_else(|| lookup("hayabusa-field", "", &leaf.name));
        if let Some(full) = full {
            leaf.name = full.into();
        }
    }
}

/// True where that is a table of advanced hunting.
pub(crate) fn is_table(name: &str) -> bool {
    table_of_exports().keys().any(|(kind, table)| *kind == "defender-action" && *table == name)
}

/// The table that a row without one is of: by its action.
pub(crate) fn table_of(parts: &Parts<'_>) -> &'static str {
    let action = parts.said(Slot::Action).unwrap_or_default();
    let fits = |(known, _): &(&str, &str)| match (known.strip_suffix('*'), known.strip_prefix('*')) {
        (Some(start), _) => action.starts_with(start),
        (_, Some(end)) => action.ends_with(end),
        (None, None) => action == *known,
    };
    let mut tables: Vec<_> = table_of_exports().iter().filter(|((kind, _), _)| *kind == "defender-action").collect();
    tables.sort_by_key(|((_, table), _)| *table);
    tables.iter().find(|(_, rows)| rows.iter().any(fits)).map_or("DeviceEvents", |((_, table), _)| *table)
}
