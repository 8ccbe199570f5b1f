use crate::Root;
use std::collections::{BTreeMap, BTreeSet};

/// Which keys a run wants: a tree of key names without regard to case, where `*` stands for any one name and `**` at the
/// end for everything below. A hive reader walks it beside the hive and enters nothing else.
#[derive(Clone, Debug, Default)]
pub struct Interest {
    nodes: Vec<Node>,
    all: bool,
    orphans: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    below: BTreeMap<String, usize>,
    wanted: bool,
    deep: bool,
}

/// A place in an [`Interest`], made by [`Interest::root`] and [`Interest::enter`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    nodes: Vec<usize>,
    deep: bool,
}

impl Spot {
    /// Whether nothing here or below is wanted.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.nodes.is_empty() && !self.deep
    }
}

impl Interest {
    /// Wants every key.
    #[must_use]
    pub fn everything() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// Wants one more key (and its values), written below its root: `Software\Microsoft\Office\*\Word\Security`.
    /// `Root::Users` counts as `Root::User`.
    pub fn add(&mut self, root: &Root, pattern: &str) {
        let mut at = self.child(None, name(root));
        for part in pattern.split('\\').filter(|part| !part.is_empty()) {
            if part == "**" {
                if let Some(node) = self.nodes.get_mut(at) {
                    node.deep = true;
                }
                break;
            }
            at = self.child(Some(at), part);
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.wanted = true;
        }
    }

    /// Wants a value by its name where it is found in free cells of a hive and its key is not known
    /// ([`UNKNOWN_KEY`](crate::UNKNOWN_KEY)). Only names that no other program gives its values are worth that.
    pub fn add_orphan(&mut self, name: &str) {
        self.orphans.insert(fold(name));
    }

    /// Whether any value is wanted whose key is not known.
    #[must_use]
    pub fn wants_orphans(&self) -> bool {
        self.all || !self.orphans.is_empty()
    }

    /// Whether a value whose key is not known is wanted.
    #[must_use]
    pub fn wants_orphan(&self, name: &str) -> bool {
        self.all || self.orphans.contains(&fold(name))
    }

    /// The place of a root.
    #[must_use]
    pub fn root(&self, root: &Root) -> Spot {
        let spot = Spot { nodes: if self.nodes.is_empty() { Vec::new() } else { vec![0] }, deep: self.all };
        self.enter(&spot, name(root))
    }

    /// The place of a key below another.
    #[must_use]
    pub fn enter(&self, spot: &Spot, part: &str) -> Spot {
        let folded = fold(part);
        let mut nodes: Vec<usize> = Vec::new();
        let mut deep = spot.deep;
        for node in spot.nodes.iter().filter_map(|at| self.nodes.get(*at)) {
            deep |= node.deep;
            nodes.extend(node.below.get(&folded));
            nodes.extend(node.below.get("*"));
        }
        Spot { nodes, deep }
    }

    /// Whether the key itself is wanted.
    #[must_use]
    pub fn wants(&self, spot: &Spot) -> bool {
        spot.deep || spot.nodes.iter().filter_map(|at| self.nodes.get(*at)).any(|node| node.wanted)
    }

    /// Whether a key, written below its root, is wanted; for readers of flat inputs.
    #[must_use]
    pub fn wants_key(&self, root: &Root, key: &str) -> bool {
        let parts = key.split('\\').filter(|part| !part.is_empty());
        let spot =
            parts.fold(self.root(root), |spot, part| if spot.is_nothing() { spot } else { self.enter(&spot, part) });
        self.wants(&spot)
    }

    /// Whether a key, written below its root, or something below it is wanted: whoever takes the key away takes that too.
    #[must_use]
    pub fn reaches(&self, root: &Root, key: &str) -> bool {
        let parts = key.split('\\').filter(|part| !part.is_empty());
        let spot =
            parts.fold(self.root(root), |spot, part| if spot.is_nothing() { spot } else { self.enter(&spot, part) });
        !spot.is_nothing()
    }

    fn child(&mut self, parent: Option<usize>, part: &str) -> usize {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let parent = parent.unwrap_or(0);
        let folded = fold(part);
        if let Some(found) = self.nodes.get(parent).and_then(|node| node.below.get(&folded)) {
            return *found;
        }
        let new = self.nodes.len();
        self.nodes.push(Node::default());
        if let Some(node) = self.nodes.get_mut(parent) {
            node.below.insert(folded, new);
        }
        new
    }
}

/// Key and value names are compared without regard to case.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().flat_map(char::to_lowercase).collect() }
}

fn name(root: &Root) -> &'static str {
    match root {
        Root::Machine => "machine",
        Root::User | Root::Users(_) => "user",
        Root::Files => "files",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wants_what_was_added_and_nothing_else() {
        let mut interest = Interest::default();
        interest.add(&Root::User, r"Software\Microsoft\Office\*\Word\Security");
        interest.add(&Root::User, r"Software\Classes\**");
        interest.add(&Root::Machine, r"SYSTEM\Select");
        let wants = |root: Root, key: &str| interest.wants_key(&root, key);
        assert!(wants(Root::User, r"SOFTWARE\microsoft\Office\16.0\WORD\security"));
        assert!(wants(Root::Users("S-1-5-21-1".into()), r"Software\Microsoft\Office\16.0\Word\Security"));
        assert!(!wants(Root::User, r"Software\Microsoft\Office\16.0\Word"));
        assert!(!wants(Root::User, r"Software\Microsoft\Office\16.0\Word\Security\ProtectedView"));
        assert!(wants(Root::User, r"Software\Classes\Excel.Sheet.12\shell\open\ddeexec"));
        assert!(!wants(Root::Machine, r"Software\Classes\x"));
        assert!(wants(Root::Machine, r"SYSTEM\Select"));
        assert!(Interest::everything().wants_key(&Root::Machine, "any"));
        assert!(!Interest::default().wants_key(&Root::Machine, "any"));
    }
}
