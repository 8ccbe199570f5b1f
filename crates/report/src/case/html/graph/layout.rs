//! Places nodes in columns by their distance from the first cause and in rows, children below one another.

use crate::case::html::page::Page;
use ddefend_model::case::{Edge, EdgeKind, NodeKind};
use std::collections::BTreeMap;

/// Boxes drawn.
const BOXES: usize = 160;
/// Columns drawn; what is deeper stays in the last one.
const COLUMNS: u32 = 24;

/// A node with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    /// Its place in the case.
    pub(super) node: usize,
    pub(super) column: u32,
    pub(super) row: u32,
}

/// An edge between placed nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn {
    /// Its place in the case.
    pub(super) edge: usize,
    /// Places in [`Layout::placed`].
    pub(super) from: usize,
    pub(super) to: usize,
    /// True where the second is placed because of the first.
    pub(super) tree: bool,
    /// True where both are on the path of the story.
    pub(super) path: bool,
}

/// The drawing.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) placed: Vec<Placed>,
    pub(super) links: Vec<Drawn>,
    pub(super) columns: u32,
    pub(super) rows: u32,
    pub(super) left_out: usize,
}

/// Edges that place nothing: they say who and where, which the list of nodes tells.
const fn is_drawn(kind: EdgeKind) -> bool {
    !matches!(kind, EdgeKind::RanAs | EdgeKind::InSession | EdgeKind::On)
}

/// Which of a node's causes it stands behind: the one that says most directly how it came about.
const fn rank(kind: EdgeKind) -> u8 {
    match kind {
        EdgeKind::Started => 0,
        EdgeKind::BrokeAway => 1,
        EdgeKind::Delivered => 2,
        EdgeKind::Holds => 3,
        EdgeKind::Opened => 4,
        EdgeKind::Stopped => 5,
        EdgeKind::Persisted | EdgeKind::Contacted | EdgeKind::Changed | EdgeKind::Prompted => 6,
        EdgeKind::Wrote | EdgeKind::Loaded => 7,
        EdgeKind::Saved => 8,
        EdgeKind::Ran => 9,
        _ => 10,
    }
}

/// Cause and effect as drawn: a barrier stands behind what it stopped.
fn ends(edge: &Edge) -> (&str, &str) {
    if edge.kind == EdgeKind::Stopped { (&edge.to, &edge.from) } else { (&edge.from, &edge.to) }
}

impl Layout {
    pub(super) fn new(page: &Page<'_>) -> Self {
        let nodes = &page.case.nodes;
        let shown: Vec<usize> = chosen(page);
        let mut causes: BTreeMap<usize, Vec<(u8, bool, usize, usize)>> = BTreeMap::new();
        let mut drawn: Vec<(usize, usize, usize)> = Vec::new();
        for (index, edge) in page.case.edges.iter().enumerate().filter(|(_, edge)| is_drawn(edge.kind)) {
            let (from, to) = ends(edge);
            let (Some(from), Some(to)) = (page.index(from), page.index(to)) else { continue };
            if from == to || !shown.contains(&from) || !shown.contains(&to) {
                continue;
            }
            let off = !nodes.get(from).is_some_and(|node| node.on_path);
            causes.entry(to).or_default().push((rank(edge.kind), off, from, index));
            drawn.push((index, from, to));
        }
        let parents = tree(&shown, &mut causes);
        let mut children: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (child, (parent, _)) in &parents {
            children.entry(*parent).or_default().push(*child);
        }
        let lengths = lengths(page, &shown, &parents);
        let order = |index: &usize| {
            let node = nodes.get(*index);
            (std::cmp::Reverse(lengths.get(index).copied().unwrap_or(0)), node.map(|node| node.time.clone()), *index)
        };
        let mut roots: Vec<usize> = shown.iter().copied().filter(|node| !parents.contains_key(node)).collect();
        roots.sort_by_key(order);
        children.values_mut().for_each(|list| list.sort_by_key(order));
        let mut layout = Self { left_out: nodes.len() - shown.len() - beside(page), ..Self::default() };
        layout.place(&roots, &children, &deepest(&shown, &parents));
        layout.link(page, &drawn, &parents);
        layout
    }

    /// Depth first without recursion: the first child stands in its parent's row, each further one in the first row below in
    /// which nothing stands in any of the columns that it and what follows from it need.
    fn place(&mut self, roots: &[usize], children: &BTreeMap<usize, Vec<usize>>, deepest: &BTreeMap<usize, u32>) {
        let mut free: Vec<u32> = vec![0; COLUMNS as usize + 1];
        for root in roots {
            let mut open: Vec<(usize, u32, u32, bool)> = vec![(*root, 0, 0, false)];
            while let Some((node, column, above, first)) = open.pop() {
                let column = column.min(COLUMNS);
                let last = deepest.get(&node).copied().unwrap_or(column).clamp(column, COLUMNS);
                let columns = column as usize..=last as usize;
                let below = free.get(columns).unwrap_or_default().iter().copied().max().unwrap_or(0);
                let row = if first && below <= above { above } else { below.max(above) };
                if let Some(next) = free.get_mut(column as usize) {
                    *next = row + 1;
                }
                self.placed.push(Placed { node, column, row });
                let list = children.get(&node).map_or(&[][..], Vec::as_slice);
                open.extend(list.iter().enumerate().rev().map(|(at, child)| (*child, column + 1, row, at == 0)));
            }
        }
        self.columns = self.placed.iter().map(|placed| placed.column + 1).max().unwrap_or(0);
        self.rows = self.placed.iter().map(|placed| placed.row + 1).max().unwrap_or(0);
    }

    fn link(&mut self, page: &Page<'_>, drawn: &[(usize, usize, usize)], parents: &BTreeMap<usize, (usize, usize)>) {
        let places: BTreeMap<usize, usize> =
            self.placed.iter().enumerate().map(|(place, placed)| (placed.node, place)).collect();
        let on_path = |index: usize| page.case.nodes.get(index).is_some_and(|node| node.on_path);
        let mut links = Vec::new();
        for (edge, from, to) in drawn {
            let tree = parents.get(to).is_some_and(|(_, by)| by == edge);
            // Of several edges between two boxes that stand behind one another the tree's is enough.
            if !tree && parents.get(to).is_some_and(|(parent, _)| parent == from) {
                continue;
            }
            if let (Some(place), Some(other)) = (places.get(from), places.get(to)) {
                links.push(Drawn { edge: *edge, from: *place, to: *other, tree, path: on_path(*from) && on_path(*to) });
            }
        }
        // The path last, above all others.
        links.sort_by_key(|link| (link.tree, link.path));
        self.links = links;
    }
}

/// How many nodes are never drawn.
fn beside(page: &Page<'_>) -> usize {
    page.case.nodes.iter().filter(|node| is_beside(node.kind)).count()
}

const fn is_beside(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::User | NodeKind::Logon | NodeKind::Host)
}

/// Nodes that are drawn: those of the path first, then the worst, then as the case has them.
fn chosen(page: &Page<'_>) -> Vec<usize> {
    let nodes = &page.case.nodes;
    let mut shown: Vec<usize> =
        (0..nodes.len()).filter(|index| nodes.get(*index).is_some_and(|node| !is_beside(node.kind))).collect();
    if shown.len() > BOXES {
        shown.sort_by_key(|index| nodes.get(*index).map(|node| (!node.on_path, std::cmp::Reverse(node.level), *index)));
        shown.truncate(BOXES);
        shown.sort_unstable();
    }
    shown
}

/// The cause that each node stands behind, with the edge; no node stands behind its own effects.
fn tree(
    shown: &[usize],
    causes: &mut BTreeMap<usize, Vec<(u8, bool, usize, usize)>>,
) -> BTreeMap<usize, (usize, usize)> {
    let mut parents: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for node in shown {
        let Some(list) = causes.get_mut(node) else { continue };
        list.sort_unstable();
        for (_, _, from, edge) in list.iter() {
            let mut above = Some(*from);
            let mut steps = 0;
            while let Some(present) = above.filter(|present| present != node && steps <= shown.len()) {
                above = parents.get(&present).map(|(parent, _)| *parent);
                steps += 1;
            }
            if above.is_none() {
                parents.insert(*node, (*from, *edge));
                break;
            }
        }
    }
    parents
}

/// How many nodes of the path stand behind each node, itself included: the story goes along the top.
fn lengths(page: &Page<'_>, shown: &[usize], parents: &BTreeMap<usize, (usize, usize)>) -> BTreeMap<usize, usize> {
    let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
    for node in shown.iter().filter(|node| page.case.nodes.get(**node).is_some_and(|node| node.on_path)) {
        let mut above = Some(*node);
        let mut steps = 0;
        while let Some(present) = above.filter(|_| steps <= shown.len()) {
            *lengths.entry(present).or_default() += 1;
            above = parents.get(&present).map(|(parent, _)| *parent);
            steps += 1;
        }
    }
    lengths
}

/// The last column that each node or anything behind it stands in.
fn deepest(shown: &[usize], parents: &BTreeMap<usize, (usize, usize)>) -> BTreeMap<usize, u32> {
    let mut deepest: BTreeMap<usize, u32> = BTreeMap::new();
    for node in shown {
        let mut chain = vec![*node];
        while let Some((parent, _)) =
            chain.last().and_then(|last| parents.get(last)).filter(|_| chain.len() <= shown.len())
        {
            chain.push(*parent);
        }
        let column = u32::try_from(chain.len() - 1).unwrap_or(COLUMNS);
        for one in chain {
            let known = deepest.entry(one).or_default();
            *known = column.max(*known);
        }
    }
    deepest
}
