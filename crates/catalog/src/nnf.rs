//! Trees over numbered literals with nots only at the leaves, and what follows from what.

use crate::Tree;

/// A tree with nots at the leaves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Nnf {
    /// All of them.
    All(Vec<Nnf>),
    /// One of them.
    Any(Vec<Nnf>),
    /// A literal by its number.
    Is(Leaf),
    /// Something that nothing is known of.
    Opaque,
}

/// A literal where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// Its number.
    pub(crate) literal: usize,
    /// It must not hold.
    pub(crate) excluded: bool,
    /// Case counts.
    pub(crate) cased: bool,
}

impl Nnf {
    /// Of a tree; `number` gives each literal its number.
    pub(crate) fn of(tree: &Tree, excluded: bool, number: &mut impl FnMut(&crate::Literal) -> usize) -> Self {
        match (tree, excluded) {
            (Tree::All(members), false) | (Tree::Any(members), true) => {
                Self::All(members.iter().map(|member| Self::of(member, excluded, number)).collect())
            }
            (Tree::Any(members), false) | (Tree::All(members), true) => {
                Self::Any(members.iter().map(|member| Self::of(member, excluded, number)).collect())
            }
            (Tree::Not(inner), _) => Self::of(inner, !excluded, number),
            (Tree::Test(test), _) => Self::Is(Leaf { literal: number(&test.literal), excluded, cased: test.cased }),
            (Tree::AtLeast(..) | Tree::Other(_), _) => Self::Opaque,
        }
    }

    /// True where some part is not known.
    pub(crate) fn opaque(&self) -> bool {
        match self {
            Self::All(members) | Self::Any(members) => members.iter().any(Self::opaque),
            Self::Is(_) => false,
            Self::Opaque => true,
        }
    }

    /// Literals one of which must be met for this to hold; none where it can hold without any (only exclusions).
    pub(crate) fn needs(&self) -> Option<Vec<usize>> {
        match self {
            Self::Is(leaf) => (!leaf.excluded).then(|| vec![leaf.literal]),
            Self::All(members) => members.iter().filter_map(Self::needs).min_by_key(Vec::len),
            Self::Any(members) => {
                let mut all = Vec::new();
                for member in members {
                    all.extend(member.needs()?);
                }
                Some(all)
            }
            Self::Opaque => None,
        }
    }
}

/// Answers whether one tree implies another. Sound: a yes is one. A no may be wrong where a proof would need more steps
/// than the budget, or more than one case split inside another.
pub(crate) struct Proof<'a> {
    /// Literals that follow from each literal, sorted, itself included.
    pub(crate) broader: &'a [Vec<usize>],
    /// Steps left.
    pub(crate) steps: usize,
}

impl Proof<'_> {
    /// Whether every event of `left` is one of `right`.
    pub(crate) fn implies(&mut self, left: &Nnf, right: &Nnf) -> bool {
        self.follows(&[left], right, 2)
    }

    /// Whether `right` holds where all of `left` do.
    fn follows(&mut self, left: &[&Nnf], right: &Nnf, splits: usize) -> bool {
        if self.steps == 0 {
            return false;
        }
        self.steps -= 1;
        // A tree that is one conjunction is its members.
        if let [Nnf::All(members)] = left {
            return self.follows(&members.iter().collect::<Vec<_>>(), right, splits);
        }
        match right {
            Nnf::Opaque => return false,
            Nnf::All(members) => return members.iter().all(|member| self.follows(left, member, splits)),
            Nnf::Is(wanted) => {
                if left.iter().any(|have| matches!(have, Nnf::Is(leaf) if self.leaf(*leaf, *wanted))) {
                    return true;
                }
            }
            Nnf::Any(members) => {
                if members.iter().any(|member| self.follows(left, member, splits.min(1).saturating_sub(1))) {
                    return true;
                }
            }
        }
        // One part alone may be enough, as a choice all of whose members are.
        for part in left {
            let enough = match part {
                Nnf::Any(members) => members.iter().all(|member| self.follows(&[member], right, 0)),
                Nnf::All(members) => self.follows(&members.iter().collect::<Vec<_>>(), right, splits),
                Nnf::Is(_) | Nnf::Opaque => false,
            };
            if enough {
                return true;
            }
        }
        splits > 0 && left.len() > 1 && self.by_cases(left, right, splits)
    }

    /// Whether it holds in each case of one of the choices.
    fn by_cases(&mut self, left: &[&Nnf], right: &Nnf, splits: usize) -> bool {
        for (at, part) in left.iter().enumerate() {
            let Nnf::Any(members) = part else { continue };
            let rest: Vec<&Nnf> =
                left.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, part)| *part).collect();
            let holds = members.iter().all(|member| {
                let mut case = rest.clone();
                match member {
                    Nnf::All(parts) => case.extend(parts),
                    other => case.push(other),
                }
                self.follows(&case, right, splits - 1)
            });
            if holds {
                return true;
            }
        }
        false
    }

    fn leaf(&self, have: Leaf, wanted: Leaf) -> bool {
        if have.excluded != wanted.excluded {
            return false;
        }
        // What is excluded turns round: without any `exe`, without `cmd.exe`.
        let (narrow, wide) = if have.excluded { (wanted, have) } else { (have, wanted) };
        if wide.cased {
            return narrow.cased && narrow.literal == wide.literal;
        }
        self.broader.get(narrow.literal).is_some_and(|broader| broader.binary_search(&wide.literal).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(literal: usize) -> Nnf {
        Nnf::Is(Leaf { literal, excluded: false, cased: false })
    }

    fn not(literal: usize) -> Nnf {
        Nnf::Is(Leaf { literal, excluded: true, cased: false })
    }

    fn implies(left: &Nnf, right: &Nnf) -> bool {
        // 1 follows from 0; others only from themselves.
        let broader: Vec<Vec<usize>> = (0..8).map(|at| if at == 0 { vec![0, 1] } else { vec![at] }).collect();
        Proof { broader: &broader, steps: 10_000 }.implies(left, right)
    }

    #[test]
    fn what_follows() {
        let all = |list: &[Nnf]| Nnf::All(list.to_vec());
        let any = |list: &[Nnf]| Nnf::Any(list.to_vec());
        assert!(implies(&is(0), &is(1)));
        assert!(!implies(&is(1), &is(0)));
        assert!(implies(&not(1), &not(0)));
        assert!(!implies(&not(0), &not(1)));
        assert!(implies(&all(&[is(2), is(3)]), &is(2)));
        assert!(implies(&is(2), &any(&[is(2), is(3)])));
        assert!(!implies(&any(&[is(2), is(3)]), &is(2)));
        assert!(implies(&all(&[any(&[is(2), is(3)]), is(4)]), &any(&[is(3), is(2), is(5)])));
        assert!(implies(&all(&[any(&[is(2), is(3)]), is(4)]), &any(&[all(&[is(2), is(4)]), all(&[is(3), is(4)])])));
        assert!(!implies(&all(&[is(2), not(3)]), &all(&[is(2), not(4)])));
        assert!(implies(&all(&[is(2), not(3)]), &is(2)));
        assert!(!implies(&is(2), &Nnf::Opaque));
    }
}
