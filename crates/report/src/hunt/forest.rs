//! Process trees per host, merged from the lineages of detections. Memory is bounded.

use super::shape;
use ddefend_model::{Detection, Level, Process};
use std::collections::BTreeMap;

/// Processes that are kept.
const NODES: usize = 50_000;
/// Leaves of one parent that look alike and are shown one by one.
const ALIKE: usize = 5;
/// Generations that are told apart in the layout; deeper ones are drawn at the same depth.
pub(super) const DEPTH: usize = 24;
/// Rules remembered at one process.
const MARKS: usize = 50;

/// A rule that fired on a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) level: Level,
    pub(super) title: String,
    pub(super) count: u64,
}

/// A process with its children.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) process: Process,
    pub(super) marks: Vec<Mark>,
    parent: Option<usize>,
    children: Vec<usize>,
}

impl Node {
    /// The worst rule that fired here.
    pub(super) fn worst(&self) -> Option<Level> {
        self.marks.iter().map(|mark| mark.level).max()
    }
}

/// The processes of one host.
#[derive(Clone, Debug, Default)]
pub(super) struct Trees {
    nodes: Vec<Node>,
    by_key: BTreeMap<String, usize>,
}

/// Every host's.
#[derive(Clone, Debug, Default)]
pub(super) struct Forest {
    pub(super) hosts: BTreeMap<String, Trees>,
    count: usize,
    /// Detections whose records name no process.
    pub(super) without: u64,
    /// Detections that had no room.
    pub(super) dropped: u64,
}

/// What stands in a line of the layout.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item<'f> {
    Node(&'f Node),
    /// Leaves that look like the one before, left out.
    More {
        count: usize,
        like: &'f Node,
    },
}

/// A line of the layout.
#[derive(Clone, Debug)]
pub(super) struct Row<'f> {
    pub(super) item: Item<'f>,
    /// For each generation from the root down to this one, at most [`DEPTH`]: true where it is the last child.
    pub(super) last: Vec<bool>,
    /// True where children follow.
    pub(super) parent: bool,
}

impl Forest {
    /// Takes in the lineage of a detection.
    pub(super) fn add(&mut self, detection: &Detection) {
        if detection.lineage.is_empty() {
            self.without += 1;
            return;
        }
        if self.count + detection.lineage.len() > NODES {
            self.dropped += 1;
            return;
        }
        let trees = self.hosts.entry(shape::host(&detection.event).to_owned()).or_default();
        let before = trees.nodes.len();
        let mut parent = None;
        for process in &detection.lineage {
            parent = Some(trees.insert(process, parent));
        }
        if let Some(node) = parent.and_then(|index| trees.nodes.get_mut(index)) {
            let rule = &detection.rule;
            let room = node.marks.len() < MARKS;
            match node.marks.iter_mut().find(|mark| mark.title == rule.title && mark.level == rule.level) {
                Some(mark) => mark.count += 1,
                None if room => node.marks.push(Mark { level: rule.level, title: rule.title.clone(), count: 1 }),
                None => {}
            }
        }
        self.count += trees.nodes.len() - before;
    }
}

impl Trees {
    fn insert(&mut self, process: &Process, parent: Option<usize>) -> usize {
        let key =
            if process.key.is_empty() { format!("{:?}{}", process.pid, process.image) } else { process.key.clone() };
        let index = match self.by_key.get(&key) {
            Some(index) => *index,
            None => {
                let node = Node { process: process.clone(), marks: Vec::new(), parent: None, children: Vec::new() };
                self.nodes.push(node);
                self.by_key.insert(key, self.nodes.len() - 1);
                self.nodes.len() - 1
            }
        };
        let cyclic = parent.is_some_and(|parent| self.is_below(parent, index));
        if let Some(node) = self.nodes.get_mut(index) {
            if node.process.inferred && !process.inferred {
                node.process = process.clone();
            }
            if node.parent.is_none() && !cyclic {
                node.parent = parent;
                if let Some(parent) = parent.and_then(|parent| self.nodes.get_mut(parent)) {
                    parent.children.push(index);
                }
            }
        }
        index
    }

    /// True where `index` is `ancestor` or below it.
    fn is_below(&self, index: usize, ancestor: usize) -> bool {
        let mut at = Some(index);
        while let Some(index) = at {
            if index == ancestor {
                return true;
            }
            at = self.nodes.get(index).and_then(|node| node.parent);
        }
        false
    }

    /// How many processes, and how many of them rules fired on.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.nodes.len(), self.nodes.iter().filter(|node| !node.marks.is_empty()).count())
    }

    /// The worst level of the host.
    pub(super) fn worst(&self) -> Option<Level> {
        self.nodes.iter().filter_map(Node::worst).max()
    }

    /// Every line, parents before children, children by time. `all` shows leaves that look alike as well.
    pub(super) fn rows(&self, all: bool) -> Vec<Row<'_>> {
        let roots: Vec<usize> =
            self.nodes.iter().enumerate().filter(|(_, node)| node.parent.is_none()).map(|(index, _)| index).collect();
        let mut rows = Vec::new();
        let mut stack: Vec<(Entry, Vec<bool>)> = Vec::new();
        // Trees where something bad happened come first.
        self.push(&mut stack, &roots, &[], all, &self.worst_of_roots());
        while let Some((entry, last)) = stack.pop() {
            match entry {
                Entry::More(count, like) => {
                    let Some(like) = self.nodes.get(like) else { continue };
                    rows.push(Row { item: Item::More { count, like }, last, parent: false });
                }
                Entry::Node(index) => {
                    let Some(node) = self.nodes.get(index) else { continue };
                    rows.push(Row { item: Item::Node(node), last: last.clone(), parent: !node.children.is_empty() });
                    self.push(&mut stack, &node.children, &last, all, &BTreeMap::new());
                }
            }
        }
        rows
    }

    /// The worst level of each tree, by its root.
    fn worst_of_roots(&self) -> BTreeMap<usize, Level> {
        let mut worst: BTreeMap<usize, Level> = BTreeMap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let Some(level) = node.worst() else { continue };
            let mut root = index;
            while let Some(parent) = self.nodes.get(root).and_then(|node| node.parent) {
                root = parent;
            }
            let known = worst.entry(root).or_insert(level);
            *known = level.max(*known);
        }
        worst
    }

    /// Puts siblings on the stack, the first on top: by rank, then by time.
    fn push(
        &self,
        stack: &mut Vec<(Entry, Vec<bool>)>,
        siblings: &[usize],
        above: &[bool],
        all: bool,
        ranks: &BTreeMap<usize, Level>,
    ) {
        let mut sorted: Vec<(usize, &Node)> =
            siblings.iter().filter_map(|index| Some((*index, self.nodes.get(*index)?))).collect();
        sorted.sort_by(|(a, left), (b, right)| {
            let rank = ranks.get(b).cmp(&ranks.get(a));
            rank.then_with(|| left.process.time.cmp(&right.process.time)).then(a.cmp(b))
        });
        let mut entries = Vec::new();
        let mut alike: BTreeMap<(String, Vec<&str>), (usize, usize)> = BTreeMap::new();
        for (index, node) in sorted {
            if all || !node.children.is_empty() {
                entries.push(Entry::Node(index));
                continue;
            }
            let look = (node.process.image.to_lowercase(), node.marks.iter().map(|mark| mark.title.as_str()).collect());
            let (count, _) = alike.entry(look).and_modify(|(count, _)| *count += 1).or_insert((1, index));
            if *count <= ALIKE {
                entries.push(Entry::Node(index));
            }
        }
        let mut more: Vec<(usize, usize)> = alike.into_values().filter(|(count, _)| *count > ALIKE).collect();
        more.sort_by_key(|(_, index)| *index);
        entries.extend(more.into_iter().map(|(count, index)| Entry::More(count - ALIKE, index)));
        let total = entries.len();
        for (position, entry) in entries.into_iter().enumerate().rev() {
            let mut last = above.to_vec();
            if last.len() < DEPTH {
                last.push(position + 1 == total);
            }
            stack.push((entry, last));
        }
    }
}

/// What waits to be laid out: a node, or a count of leaves like one.
#[derive(Clone, Copy, Debug)]
enum Entry {
    Node(usize),
    More(usize, usize),
}
