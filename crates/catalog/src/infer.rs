//! Coverage that nobody tagged: what a rule's predicates, or its neighbours, give away.

use crate::literal::{Glob, pattern};
use crate::{Literal, Stage, Tree};
use serde::{Deserialize, Serialize};

/// Predicates that mean a technique (`content/catalog/signatures.toml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Stable id.
    pub id: String,
    /// The technique.
    pub technique: String,
    /// Why such predicates mean it.
    pub why: String,
    /// Contexts that it is for (`windows process_creation`); empty: any.
    #[serde(default)]
    pub contexts: Vec<String>,
    /// What a rule must ask for together, in one branch of its logic.
    pub all: Vec<Want>,
}

/// One field with the values that count.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Want {
    /// Sigma's name.
    pub field: String,
    /// Patterns with `*`, `?` and backslashes that take their meaning; one is enough.
    pub values: Vec<String>,
}

/// Why a rule counts for a technique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase", tag = "by")]
pub enum Coverage {
    /// Its tag says so.
    Tag,
    /// Its predicates are those of a signature.
    Signature {
        /// The signature.
        id: String,
    },
    /// It fires on every event of a rule that is tagged.
    Broader {
        /// That rule, by number.
        rule: usize,
    },
    /// It is the same as, or shares most of its tests with, a rule that is tagged.
    Near {
        /// That rule, by number.
        rule: usize,
    },
}

/// Requirements that a signature may have: sets of them are kept as bits.
const WANTS: usize = 8;

/// A signature ready to be compared.
#[derive(Clone, Debug)]
pub(crate) struct Ready<'a> {
    pub(crate) signature: &'a Signature,
    wants: Vec<(String, Vec<Glob>)>,
}

impl<'a> Ready<'a> {
    pub(crate) fn new(signature: &'a Signature) -> Self {
        let glob = |want: &Want, value: &String| Literal::of_pattern(&want.field, &pattern(value)).glob();
        let want = |want: &Want| {
            (want.field.to_ascii_lowercase(), want.values.iter().filter_map(|value| glob(want, value)).collect())
        };
        Self { signature, wants: signature.all.iter().take(WANTS).map(want).collect() }
    }

    /// True where some branch of a stage asks for all of it.
    pub(crate) fn fits(&self, stage: &Stage) -> bool {
        let contexts = &self.signature.contexts;
        let context = contexts.is_empty() || contexts.iter().any(|context| stage.log.contexts.contains(context));
        let all = (1_u16 << self.wants.len()) - 1;
        context && all != 0 && self.branches(&stage.tree).contains(&all)
    }

    /// Which requirements branches of a tree meet together, each as a set of bits.
    fn branches(&self, tree: &Tree) -> Vec<u16> {
        let mut sets = match tree {
            Tree::All(members) => {
                let mut sets = vec![0];
                for member in members {
                    let more = self.branches(member);
                    sets = sets.iter().flat_map(|set| more.iter().map(move |other| set | other)).collect();
                    sets.sort_unstable();
                    sets.dedup();
                }
                sets
            }
            Tree::Any(members) => members.iter().flat_map(|member| self.branches(member)).collect(),
            Tree::AtLeast(..) | Tree::Not(_) | Tree::Other(_) => vec![0],
            Tree::Test(test) => vec![self.met(&test.literal)],
        };
        sets.sort_unstable();
        sets.dedup();
        sets
    }

    fn met(&self, literal: &Literal) -> u16 {
        let field = literal.field.to_ascii_lowercase();
        if !self.wants.iter().any(|(wanted, _)| *wanted == field) {
            return 0;
        }
        let Some(glob) = literal.glob() else { return 0 };
        // A looser spelling of the value counts, one that leaves out much of it does not.
        let length = |glob: &Glob| glob.core().chars().count();
        let mut set = 0;
        for (at, (wanted, values)) in self.wants.iter().enumerate() {
            let meets =
                |value: &Glob| value.holds(&glob) || (length(&glob) * 3 >= length(value) * 2 && glob.holds(value));
            if *wanted == field && values.iter().any(meets) {
                set |= 1 << at;
            }
        }
        set
    }
}
