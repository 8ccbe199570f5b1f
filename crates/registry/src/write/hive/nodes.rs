use super::{HiveFile, HiveMount};
use crate::hive::same;
use crate::interest::fold;
use crate::write::Unwritable;
use crate::{Data, Root, Tree};
use std::collections::BTreeMap;

/// Characters that a key's name may have.
const KEY_NAME: usize = 255;
/// Characters that a value's name may have.
const VALUE_NAME: usize = 16_383;

/// A key as it will stand in the hive.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    /// FILETIME.
    pub(super) written: u64,
    pub(super) values: Vec<Value>,
    /// By name as Windows sorts: upper case, by UTF-16 units.
    pub(super) below: BTreeMap<Vec<u16>, Node>,
    /// It goes into free cells.
    pub(super) deleted: bool,
}

/// A value as it will stand in the hive.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) name: String,
    pub(super) data: Data,
    /// It goes into free cells.
    pub(super) deleted: bool,
}

/// The keys of a tree that belong into the hive; those only in `deleted` are marked so.
pub(super) fn nodes(tree: &Tree, deleted: &Tree, file: &HiveFile<'_>) -> Result<Node, Unwritable> {
    let mut root = Node { name: file.root_name(), ..Node::default() };
    if file.mount == HiveMount::System {
        root.at("Select", false)?.values.push(Value { name: "Current".into(), data: Data::Dword(1), deleted: false });
    }
    for (source, gone) in [(tree, false), (deleted, true)] {
        for ((tree_root, _), key) in &source.keys {
            let Some(path) = below(&key.path, tree_root, file.mount) else { continue };
            let node = root.at(&path, gone)?;
            if !gone || node.deleted {
                node.written = key.written.map_or(node.written, |time| filetime(time.ticks));
            }
            for (name, data) in key.values.values() {
                if name.encode_utf16().count() > VALUE_NAME {
                    return Err(Unwritable { key: key.path.clone(), why: "a value's name is too long for a hive" });
                }
                let is = |value: &Value| same(&value.name, name);
                if let Some(known) = node.values.iter().position(is) {
                    // A deleted value beside one in use: the old data of it.
                    if !gone {
                        node.values.remove(known);
                    }
                }
                node.values.push(Value { name: name.clone(), data: data.clone(), deleted: gone });
            }
        }
    }
    Ok(root)
}

impl Node {
    /// The node at a path, made where it is missing.
    fn at(&mut self, path: &str, deleted: bool) -> Result<&mut Self, Unwritable> {
        let mut node = self;
        for part in path.split('\\').filter(|part| !part.is_empty()) {
            if part.encode_utf16().count() > KEY_NAME {
                return Err(Unwritable { key: path.to_owned(), why: "a key's name is too long for a hive" });
            }
            let new = || Self { name: part.to_owned(), deleted, ..Self::default() };
            node = node.below.entry(upper(part)).or_insert_with(new);
        }
        Ok(node)
    }
}

/// The path of a key below the root of the hive; none where it belongs into another hive.
fn below(path: &str, root: &Root, mount: HiveMount) -> Option<String> {
    let prefix = match (mount, root) {
        (HiveMount::User, Root::User) => return Some(path.to_owned()),
        (HiveMount::Classes, Root::User) => r"software\classes",
        (HiveMount::Software, Root::Machine) => "software",
        (HiveMount::System, Root::Machine) => "system",
        _ => return None,
    };
    let mut parts = path.split('\\');
    for wanted in prefix.split('\\') {
        parts.next().filter(|part| fold(part) == wanted)?;
    }
    let mut parts: Vec<&str> = parts.collect();
    if let Some(first) = parts.first_mut().filter(|part| mount == HiveMount::System && same(part, "CurrentControlSet"))
    {
        *first = "ControlSet001";
    }
    Some(parts.join("\\"))
}

/// Upper case as Windows has it: one unit for one unit.
pub(super) fn upper(name: &str) -> Vec<u16> {
    let simple = |unit: u16| {
        let mut upper = char::from_u32(u32::from(unit)).into_iter().flat_map(char::to_uppercase);
        match (upper.next(), upper.next()) {
            (Some(one), None) => u16::try_from(u32::from(one)).unwrap_or(unit),
            _ => unit,
        }
    };
    name.encode_utf16().map(simple).collect()
}

/// Ticks since 1970 to ticks since 1601.
fn filetime(ticks: i64) -> u64 {
    u64::try_from(ticks.saturating_add(116_444_736_000_000_000)).unwrap_or_default()
}
