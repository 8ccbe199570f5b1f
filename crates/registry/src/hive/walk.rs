use super::cells::{Cells, in_file};
use super::keys::{self, KeyNode};
use super::mount::{self, Mount};
use super::names;
use super::out::{Left, Out};
use super::values;
use crate::{Entry, Fact, Interest, Origin, Place, Spot};
use ddefend_event::Time;
use ddefend_model::code;
use std::collections::HashSet;

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
    out: &'o mut Out<'s>,
}

impl<'a, 'o, 's> Walk<'a, 'o, 's> {
    pub(super) fn new(cells: Cells<'a>, mount: &'o Mount, interest: &'o Interest, out: &'o mut Out<'s>) -> Self {
        let (left, path) = (Left::of(&cells), mount.prefix.to_owned());
        Self { cells, mount, interest, left, seen: HashSet::new(), path, out }
    }

    /// Reports every wanted key below the root of the hive with its values.
    pub(super) fn run(mut self, root: &KeyNode<'a>) {
        let spot = spot(self.mount, self.interest);
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
                continue;
            }
            let depth = u32::try_from(depth).unwrap_or(u32::MAX);
            match self.out.budget().check_nesting(depth) {
                Ok(()) => {}
                Err(exceeded) if exceeded.code == code::LIMIT_STRUCTURE => {
                    self.out.tell(exceeded.code, offset, format!("keys are nested more than {} deep", exceeded.limit));
                    continue;
                }
                Err(exceeded) => {
                    self.out.exceeded(&exceeded);
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
                return None;
            }
        };
        let name = named(self.mount, key.name(), depth)?;
        let spot = self.interest.enter(above, &name);
        if spot.is_nothing() {
            return None;
        }
        if key.cut {
            self.out.tell(code::BROKEN_TRUNCATED, offset, format!("the name of the key \"{name}\" is cut off"));
        }
        if key.is_odd() {
            let message = format!("the key \"{}\" has a name that programs cannot open", name.escape_debug());
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
        let mut below = keys::subkeys(&self.cells, key, &mut self.left, self.out);
        below.reverse();
        Some(Frame { below, path: self.path.len(), spot })
    }

    fn report(&mut self, key: &KeyNode<'a>) -> bool {
        let mut goes_on = self.path.is_empty() || self.entry(key, keys::place(key), Fact::Key);
        for value in values::values(&self.cells, key, &mut self.left, self.out) {
            if !goes_on {
                break;
            }
            let name = value.name();
            if value.is_tombstone() {
                self.out.tell(code::NOTE_ODD, value.offset, format!("the value \"{name}\" hides one of a lower layer"));
                goes_on = self.entry(key, Place::Offset(in_file(value.offset)), Fact::ValueRemoved { name });
                continue;
            }
            if value.cut {
                let message = format!("the name of the value \"{name}\" is cut off");
                self.out.tell(code::BROKEN_TRUNCATED, value.offset, message);
            }
            if name.contains('\0') {
                let message = format!("the value \"{}\" has a name that programs cannot open", name.escape_debug());
                self.out.tell(code::NOTE_ODD, value.offset, message);
            }
            let Some(data) = values::data(&self.cells, &value, &mut self.left, self.out) else { continue };
            goes_on = self.entry(key, Place::Offset(in_file(value.offset)), Fact::Value { name, data });
        }
        goes_on
    }

    fn entry(&mut self, key: &KeyNode<'a>, place: Place, fact: Fact) -> bool {
        self.out.entry(Entry {
            root: self.mount.root.clone(),
            key: self.path.clone(),
            fact,
            written: written(key),
            place,
            origin: Origin::Written,
        })
    }
}

/// When a key was last written.
pub(super) fn written(key: &KeyNode<'_>) -> Option<Time> {
    (key.written != 0).then(|| Time::from_filetime(key.written))
}

/// The place of the hive's root in an interest.
pub(super) fn spot(mount: &Mount, interest: &Interest) -> Spot {
    let parts = mount.prefix.split('\\').filter(|part| !part.is_empty());
    parts.fold(interest.root(&mount.root), |spot, part| interest.enter(&spot, part))
}

/// What a key is called in the registry, `depth` counted from 1 below the hive's root. None for a control set that is
/// not the current one.
pub(super) fn named(mount: &Mount, name: String, depth: usize) -> Option<String> {
    match &mount.control_set {
        Some(set) if depth == 1 && names::same(&name, set) => Some("CurrentControlSet".into()),
        Some(_) if depth == 1 && mount::is_control_set(&name) => None,
        _ => Some(name),
    }
}
