use super::cells::{Cells, in_file};
use super::free::Free;
use super::keys::{self, KeyNode};
use super::mount::{self, Mount};
use super::names;
use super::out::{Left, Out};
use super::values::{self, ValueNode};
use crate::{Entry, Fact, Interest, Origin, Place, Spot};
use ddefend_guard::Cursor;
use ddefend_model::code;
use std::collections::HashSet;

/// Places behind the end of a list of values that are looked at.
const SLACK: usize = 1_024;

/// A key whose subkeys are being read.
struct Frame {
    /// Those still to be read, in reverse.
    below: Vec<u32>,
    /// Bytes of the path that are its own.
    path: usize,
    spot: Spot,
}

/// Walks the keys beside an interest and enters nothing else.
pub(super) struct Walk<'a, 'o, 's> {
    cells: Cells<'a>,
    mount: &'o Mount,
    interest: &'o Interest,
    left: Left,
    seen: HashSet<u32>,
    path: String,
    /// Cells that are not in use, to look for deleted values behind the ends of lists.
    free: Option<&'o Free>,
    slack: Vec<(u32, Entry)>,
    /// False once something on the way to wanted keys could not be read: silence means nothing then.
    whole: bool,
    out: &'o mut Out<'s>,
}

impl<'a, 'o, 's> Walk<'a, 'o, 's> {
    pub(super) fn new(
        cells: Cells<'a>,
        mount: &'o Mount,
        interest: &'o Interest,
        free: Option<&'o Free>,
        out: &'o mut Out<'s>,
    ) -> Self {
        let (left, path) = (Left::of(&cells), mount.prefix.to_owned());
        Self { cells, mount, interest, left, seen: HashSet::new(), path, free, slack: Vec::new(), whole: true, out }
    }

    /// Reports every wanted key below the root of the hive with its values. Gives the deleted values of these keys, with
    /// their cells, and whether all was read that stands on the way: where a list, a key or a value was not, a wanted one
    /// may have been in it.
    pub(super) fn run(mut self, root: &KeyNode<'a>) -> (Vec<(u32, Entry)>, bool) {
        self.keys(root);
        (self.slack, self.whole)
    }

    fn keys(&mut self, root: &KeyNode<'a>) {
        let spot = mount::spot(self.mount, self.interest);
        self.seen.insert(root.offset);
        let mut frames = Vec::new();
        if let Some(frame) = self.enter(root, spot) {
            frames.push(frame);
        }
        loop {
            let depth = frames.len();
            let Some(frame) = frames.last_mut() else { break };
            let Some(offset) = frame.below.pop() else {
                frames.pop();
                continue;
            };
            self.path.truncate(frame.path);
            let Some((key, spot)) = self.step(offset, &frame.spot, depth) else { continue };
            if !self.seen.insert(offset) {
                self.out.tell(code::BROKEN_STRUCTURE, offset, "a key stands below two others, or below itself");
                self.whole = false;
                continue;
            }
            let depth = u32::try_from(depth).unwrap_or(u32::MAX);
            match self.out.budget().check_nesting(depth) {
                Ok(()) => {}
                Err(exceeded) if exceeded.code == code::LIMIT_STRUCTURE => {
                    self.out.tell(exceeded.code, offset, format!("keys are nested more than {} deep", exceeded.limit));
                    self.whole = false;
                    continue;
                }
                Err(exceeded) => {
                    self.out.exceeded(&exceeded);
                    self.whole = false;
                    return;
                }
            }
            match self.enter(&key, spot) {
                Some(frame) => frames.push(frame),
                None => return,
            }
        }
    }

    /// The key at an offset where it is on the way to something wanted; its name is added to the path.
    fn step(&mut self, offset: u32, above: &Spot, depth: usize) -> Option<(KeyNode<'a>, Spot)> {
        let key = match KeyNode::at(&self.cells, offset) {
            Ok(key) => key,
            Err(why) => {
                self.out.tell(code::BROKEN_STRUCTURE, offset, format!("the cell of a key {why}"));
                self.whole = false;
                return None;
            }
        };
        // Half a name may be that of a wanted key.
        self.whole &= !key.cut;
        let name = mount::named(self.mount, key.name(), depth)?;
        let spot = self.interest.enter(above, &name);
        if spot.is_nothing() {
            return None;
        }
        if key.cut {
            self.out.tell(code::BROKEN_TRUNCATED, offset, format!("the name of the key \"{name}\" is cut off"));
        }
        if key.is_odd() {
            let message = format!("the key \"{name}\" has a name that programs cannot open");
            self.out.tell(code::NOTE_ODD, offset, message);
        }
        if !self.path.is_empty() {
            self.path.push('\\');
        }
        self.path.push_str(&name);
        Some((key, spot))
    }

    /// Reports a key, and lists what stands below it. None ends the walk.
    fn enter(&mut self, key: &KeyNode<'a>, spot: Spot) -> Option<Frame> {
        if !self.out.goes_on() {
            return None;
        }
        if self.interest.wants(&spot) && !self.report(key) {
            return None;
        }
        let (mut below, whole) = keys::subkeys(&self.cells, key, &mut self.left, self.out);
        self.whole &= whole;
        below.reverse();
        Some(Frame { below, path: self.path.len(), spot })
    }

    fn report(&mut self, key: &KeyNode<'a>) -> bool {
        let mut goes_on = self.path.is_empty() || self.live(key, keys::place(key), Fact::Key);
        let (values, whole) = values::values(&self.cells, key, &mut self.left, self.out);
        self.whole &= whole;
        self.slack(key, &values);
        for value in values {
            if !goes_on {
                break;
            }
            let name = value.name();
            if value.is_tombstone() {
                self.out.tell(code::NOTE_ODD, value.offset, format!("the value \"{name}\" hides one of a lower layer"));
                continue;
            }
            if value.cut {
                self.whole = false;
                let message = format!("the name of the value \"{name}\" is cut off");
                self.out.tell(code::BROKEN_TRUNCATED, value.offset, message);
            }
            if name.contains('\0') {
                let message = format!("the value \"{name}\" has a name that programs cannot open");
                self.out.tell(code::NOTE_ODD, value.offset, message);
            }
            let Some(data) = values::data(&self.cells, &value, &mut self.left, self.out) else {
                self.whole = false;
                continue;
            };
            goes_on = self.live(key, Place::Offset(in_file(value.offset)), Fact::Value { name, data });
        }
        goes_on
    }

    /// Values that stand behind the end of a key's list: removing a value moves those behind it up, and the last place
    /// keeps what it held.
    fn slack(&mut self, key: &KeyNode<'a>, values: &[ValueNode<'a>]) {
        let Some(free) = self.free else { return };
        if key.values == 0 {
            return;
        }
        let list = self.cells.get(key.value_list).map_or(&[][..], |cell| cell.data);
        let count = usize::try_from(key.values).unwrap_or(usize::MAX);
        let behind = list.chunks_exact(4).skip(count).take(SLACK).filter_map(|at| Cursor::new(at).u32("value").ok());
        for offset in behind {
            let Some(Fact::Value { name, data }) = free.value(&self.cells, offset) else { continue };
            let same = |value: &&ValueNode<'a>| names::same(&value.name(), &name);
            let now =
                values.iter().find(same).and_then(|value| values::data(&self.cells, value, &mut self.left, self.out));
            if now.as_ref() != Some(&data) {
                let entry = self.entry(key, Place::Offset(in_file(offset)), Fact::Value { name, data });
                self.slack.push((offset, Entry { origin: Origin::Deleted, ..entry }));
            }
        }
    }

    fn live(&mut self, key: &KeyNode<'a>, place: Place, fact: Fact) -> bool {
        let entry = self.entry(key, place, fact);
        self.out.live(entry)
    }

    fn entry(&self, key: &KeyNode<'a>, place: Place, fact: Fact) -> Entry {
        let (root, written) = (self.mount.root.clone(), keys::written(key));
        Entry { root, key: self.path.clone(), fact, written, place, origin: Origin::Written }
    }
}
