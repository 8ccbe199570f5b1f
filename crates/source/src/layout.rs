//! How a schema's objects are built: a tree that says what each member is. Rows of CSV have the same tree, flat.

use crate::leaf::{Fix, Leaf, Parts, Raw, Slot};
use crate::{names, rendered};
use ddefend_event::{Dialect, native};
use std::borrow::Cow;
use std::sync::OnceLock;

/// What a member of an object is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node {
    /// Nothing of the record: the shipper's own.
    Skip,
    /// Says what the record is, under Windows' name; of several members the lowest rank counts.
    Slot(Slot, u8),
    /// Says what the record is and keeps its own name.
    Keep(Slot, u8),
    /// A value under another name.
    Name(&'static str),
    /// A number that Windows writes in hexadecimal, under another name.
    Hex(&'static str),
    /// A value under its own name; what lies deeper by the names of the innermost members.
    Data,
    /// The same, of Elastic's common schema: counts where there is no Windows record beside it.
    Common,
    /// Values without names, under `Data`.
    Nameless,
    /// An object with members of its own.
    Enter(&'static Branch),
    /// An object, or the value that says what the record is.
    SlotOr(Slot, u8, &'static Branch),
    /// An object, or the value under another name.
    NameOr(&'static str, &'static Branch),
    /// Text that is JSON itself.
    Json(&'static Branch),
    /// Text that is a Windows event in XML.
    Xml,
    /// What Windows renders for people, and tables of `Name: value` for some events.
    Message,
    /// `Name: value ¦ Name: value`.
    Details,
}

/// An object's members.
#[derive(Debug)]
pub(crate) struct Branch {
    /// Members by name; the case of ASCII letters counts.
    pub(crate) known: &'static [(&'static str, Node)],
    /// All others.
    pub(crate) other: Node,
    /// True where names may be paths: `winlog.event_data.Image`.
    pub(crate) paths: bool,
    /// Of `known`, made at the first question.
    pub(crate) index: Index,
}

/// Members by the hash of their names.
#[derive(Debug, Default)]
pub(crate) struct Index(OnceLock<Vec<u8>>);

impl Index {
    /// Not made yet.
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }
}

/// Slots of an index; members are a fourth of them at most.
const SLOTS: usize = 256;
/// No member.
const NONE: u8 = u8::MAX;

impl Branch {
    fn known(&self, name: &str) -> Option<Node> {
        let first = |name: &str| usize::try_from(names::hash(name.as_bytes())).unwrap_or_default() % SLOTS;
        let next = |at: usize| at.saturating_add(1) % SLOTS;
        let index = self.index.0.get_or_init(|| {
            let mut slots = vec![NONE; SLOTS];
            for (number, (name, _)) in self.known.iter().enumerate().take(SLOTS / 4) {
                let mut at = first(name);
                while slots.get(at).is_some_and(|slot| *slot != NONE) {
                    at = next(at);
                }
                if let (Some(slot), Ok(number)) = (slots.get_mut(at), u8::try_from(number)) {
                    *slot = number;
                }
            }
            slots
        });
        let mut at = first(name);
        loop {
            let (known, node) = self.known.get(usize::from(*index.get(at)?))?;
            if *known == name {
                return Some(*node);
            }
            at = next(at);
        }
    }

    /// What a member is, and its name; a path's node and name are those of its last step.
    pub(crate) fn node<'n>(&self, name: &'n str) -> (Node, &'n str) {
        if let Some(node) = self.known(name) {
            return (node, name);
        }
        if self.paths
            && let Some((first, rest)) = name.split_once('.')
            && let Some(Node::Enter(branch) | Node::SlotOr(_, _, branch) | Node::NameOr(_, branch)) = self.known(first)
        {
            return branch.node(rest);
        }
        (self.other, name)
    }
}

/// A schema's objects.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Whose names they end up with.
    pub(crate) dialect: Dialect,
    /// The object of one record.
    pub(crate) root: &'static Branch,
    /// What is to be done to the values of `Data`.
    pub(crate) fix: Fix,
    /// True where times without a zone are UTC by definition.
    pub(crate) utc: bool,
    /// What is left to do when a record is taken apart.
    pub(crate) finish: fn(&mut Parts<'_>),
}

impl Layout {
    /// Adds a value to the record.
    pub(crate) fn put<'a>(&self, parts: &mut Parts<'a>, name: Cow<'a, str>, node: Node, raw: Raw<'a>) {
        match node {
            Node::Slot(slot, rank) | Node::SlotOr(slot, rank, _) => parts.slot(slot, rank, slot.native(), raw),
            Node::Keep(slot, rank) => parts.slot(slot, rank, name, raw),
            Node::Name(native) | Node::NameOr(native, _) => parts.push(native, raw, Fix::None),
            Node::Hex(native) => parts.push(native, raw, Fix::Hex),
            Node::Data => parts.push(name.clone(), raw, self.fix(&name)),
            Node::Nameless => parts.push(native::DATA, raw, Fix::None),
            Node::Message => parts.push(name, raw, Fix::None),
            Node::Common => parts.common.push(Leaf { name, raw, fix: Fix::None }),
            Node::Xml => rendered::raw(&raw.text().unwrap_or_default(), parts),
            Node::Details => rendered::details(&raw.text().unwrap_or_default(), parts),
            Node::Skip | Node::Enter(_) | Node::Json(_) => {}
        }
    }

    /// GUIDs lose their braces only where a name says that they are GUIDs.
    fn fix(&self, name: &str) -> Fix {
        let ending = name.get(name.len().saturating_sub(4)..).unwrap_or_default();
        if self.fix == Fix::Guid && !ending.eq_ignore_ascii_case("guid") { Fix::None } else { self.fix }
    }
}
