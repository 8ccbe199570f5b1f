use super::cells::{Cells, NOWHERE, in_file};
use super::free::Free;
use super::keys::{self, KeyNode};
use super::mount::{self, Mount};
use super::out::Out;
use crate::{Entry, Fact, Interest, Origin, Place, Spot, UNKNOWN_KEY};
use ddefend_guard::Cursor;
use ddefend_model::code;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Values that one deleted key is believed to have had.
const VALUES: usize = 4096;
/// Finds keys and values in free cells.
///
/// A key is reported where the chain of its parents leads to the root of the hive and its path is wanted. A value is
/// reported where the list of such a key names it, or where it stands behind the end of the list of a wanted key that is
/// in use (removing the last value of a list leaves it there). Any other value has lost its key: it is reported under
/// [`UNKNOWN_KEY`] only where an interest asks for its name.
pub(super) struct Deleted<'a, 'o> {
    cells: Cells<'a>,
    free: &'o Free,
    mount: &'o Mount,
    interest: &'o Interest,
    root: u32,
    /// Values that have found their key.
    claimed: HashSet<u32>,
    /// Steps that are left for following parents: a hostile hive has long chains.
    steps: usize,
    /// Paths of keys by their cells.
    paths: HashMap<u32, Option<(String, Spot)>>,
    /// Values that are candidates for having lost their key.
    orphans: BTreeSet<u32>,
    found: Vec<Entry>,
}

impl<'a, 'o> Deleted<'a, 'o> {
    pub(super) fn new(
        cells: Cells<'a>,
        free: &'o Free,
        mount: &'o Mount,
        interest: &'o Interest,
        root: &KeyNode<'a>,
    ) -> Self {
        let paths = HashMap::from([(root.offset, Some((mount.prefix.to_owned(), mount::spot(mount, interest))))]);
        let (claimed, steps) = (HashSet::new(), cells.bins.len());
        Self {
            cells,
            free,
            mount,
            interest,
            root: root.offset,
            claimed,
            steps,
            paths,
            orphans: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// Keys that are gone, with their values.
    pub(super) fn keys(&mut self, out: &mut Out<'_>) -> Vec<Entry> {
        let (keys, values) = self.candidates(out);
        self.orphans = values;
        for offset in keys {
            if !out.goes_on() {
                break;
            }
            self.key(offset, out);
        }
        std::mem::take(&mut self.found)
    }

    /// The values `slack` of keys in use, then those whose key is unknown.
    pub(super) fn values(mut self, slack: Vec<(u32, Entry)>, out: &mut Out<'_>) -> Vec<Entry> {
        for (offset, entry) in slack {
            if self.claimed.insert(offset) {
                self.found.push(entry);
            }
        }
        for offset in std::mem::take(&mut self.orphans) {
            if !out.goes_on() {
                break;
            }
            if !self.claimed.contains(&offset) {
                self.orphan(offset, out);
            }
        }
        self.found
    }

    /// Cells in free space that begin with the signature of a key or of a value.
    fn candidates(&self, out: &mut Out<'_>) -> (Vec<u32>, BTreeSet<u32>) {
        let (mut keys, mut values) = (Vec::new(), BTreeSet::new());
        let orphans = self.interest.wants_orphans();
        for (begin, end) in &self.free.ranges {
            let range = usize::try_from(*begin).ok().zip(usize::try_from(*end).ok());
            let bytes = range.and_then(|(begin, end)| self.cells.bins.get(begin..end)).unwrap_or_default();
            for (offset, cell) in (*begin..).step_by(8).zip(bytes.chunks_exact(8)) {
                match cell {
                    [_, _, _, _, b'n', b'k', ..] => keys.push(offset),
                    [_, _, _, _, b'v', b'k', ..] if orphans => {
                        values.insert(offset);
                    }
                    _ => {}
                }
            }
            if !out.goes_on() {
                break;
            }
        }
        (keys, values)
    }

    fn key(&mut self, offset: u32, out: &mut Out<'_>) {
        let record = self.free.record(&self.cells, offset).unwrap_or_default();
        let Some(key) = KeyNode::parse(record, offset).filter(|key| !key.cut && !key.is_odd()) else { return };
        let Some((path, spot)) = self.path(offset, out) else { return };
        if !self.interest.wants(&spot) {
            return;
        }
        let entry = |place, fact| Entry {
            root: self.mount.root.clone(),
            key: path.clone(),
            fact,
            written: keys::written(&key),
            place,
            origin: Origin::Deleted,
        };
        self.found.push(entry(keys::place(&key), Fact::Key));
        if key.values == 0 || key.value_list == NOWHERE {
            return;
        }
        let list = self.free.record(&self.cells, key.value_list).unwrap_or_default();
        let count = usize::try_from(key.values).unwrap_or(usize::MAX).min(VALUES);
        let mut entries = Vec::new();
        for offset in list.chunks_exact(4).take(count).filter_map(|at| Cursor::new(at).u32("value").ok()) {
            if self.claimed.contains(&offset) {
                continue;
            }
            if let Some(fact) = self.free.value(&self.cells, offset) {
                entries.push(entry(Place::Offset(in_file(offset)), fact));
                self.claimed.insert(offset);
            }
        }
        self.found.extend(entries);
    }

    /// The path of a key, whether in use or not, where its parents lead to the root and something below it is wanted.
    fn path(&mut self, offset: u32, out: &mut Out<'_>) -> Option<(String, Spot)> {
        let mut chain: Vec<(u32, String)> = Vec::new();
        let mut at = offset;
        let base = loop {
            if let Some(known) = self.paths.get(&at) {
                break known.clone();
            }
            let depth = u32::try_from(chain.len()).unwrap_or(u32::MAX);
            let Some(left) = self.steps.checked_sub(1) else {
                out.tell(code::LIMIT_STRUCTURE, offset, "deleted keys have more parents than the hive has room for");
                break None;
            };
            self.steps = left;
            let known = chain.iter().any(|(seen, _)| *seen == at);
            let key = KeyNode::parse(self.cells.record(at), at).filter(|key| !known && !key.cut && !key.is_odd());
            let Some(key) = key.filter(|_| depth <= out.budget().limits().nesting) else { break None };
            chain.push((at, key.name()));
            at = key.parent;
        };
        let mut path = base;
        while let Some((offset, name)) = chain.pop() {
            let depth = if path.as_ref().is_some_and(|(path, _)| path == self.mount.prefix) { 1 } else { 2 };
            path = path.and_then(|(path, spot)| {
                let name = mount::named(self.mount, name, depth)?;
                let spot = self.interest.enter(&spot, &name);
                let path = if path.is_empty() { name } else { format!("{path}\\{name}") };
                (!spot.is_nothing()).then_some((path, spot))
            });
            self.paths.insert(offset, path.clone());
        }
        path.filter(|_| offset != self.root)
    }

    fn orphan(&mut self, offset: u32, out: &mut Out<'_>) {
        let Some(fact) = self.free.value(&self.cells, offset) else { return };
        let Fact::Value { name, data } = &fact else { return };
        if !self.interest.wants_orphan(name) {
            return;
        }
        // Nobody looks at a key that is not known: it is told as well. With everything wanted, nothing is of note.
        if !self.interest.wants_orphan("") {
            let data: String = data.to_string().chars().take(80).collect();
            let message = format!("a deleted value whose key is not known: {name} = {data}");
            out.tell(code::NOTE_HIVE, offset, message);
        }
        self.found.push(Entry {
            root: self.mount.root.clone(),
            key: UNKNOWN_KEY.to_owned(),
            fact,
            written: None,
            place: Place::Offset(in_file(offset)),
            origin: Origin::Deleted,
        });
    }
}
