//! The boolean structure of a rule over its tests.

use crate::Literal;

/// One test where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What is asked.
    pub literal: Literal,
    /// Case counts.
    pub cased: bool,
}

/// What a rule asks, as written: which tests belong together, and which exclude.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// All of them; empty: anything.
    All(Vec<Tree>),
    /// At least one of them; empty: nothing.
    Any(Vec<Tree>),
    /// At least that many of them.
    AtLeast(u32, Vec<Tree>),
    /// Not.
    Not(Box<Tree>),
    /// A test.
    Test(Test),
    /// A condition that is no test of a field against a value, in words.
    Other(Box<str>),
}

impl Tree {
    /// Joins without needless levels.
    #[must_use]
    pub fn all(members: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(members.len());
        for member in members {
            match member {
                Self::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match <[Self; 1]>::try_from(flat) {
            Ok([one]) => one,
            Err(flat) => Self::All(flat),
        }
    }

    /// As [`Self::all`], for one of them.
    #[must_use]
    pub fn any(members: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(members.len());
        for member in members {
            match member {
                Self::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match <[Self; 1]>::try_from(flat) {
            Ok([one]) => one,
            Err(flat) => Self::Any(flat),
        }
    }

    /// A test that ignores case.
    #[must_use]
    pub fn test(literal: Literal) -> Self {
        Self::Test(Test { literal, cased: false })
    }

    /// Not.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Every test with whether it excludes (stands under an odd number of nots), in order.
    pub fn each<'a>(&'a self, visit: &mut impl FnMut(&'a Test, bool)) {
        let mut waiting = vec![(self, false)];
        while let Some((tree, excluded)) = waiting.pop() {
            match tree {
                Self::All(members) | Self::Any(members) | Self::AtLeast(_, members) => {
                    waiting.extend(members.iter().rev().map(|member| (member, excluded)));
                }
                Self::Not(inner) => waiting.push((inner, !excluded)),
                Self::Test(test) => visit(test, excluded),
                Self::Other(_) => {}
            }
        }
    }
}
