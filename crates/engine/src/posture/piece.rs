//! What one input says, by whom it says it of.

use super::load::Loaded;
use super::plan::Source;
use super::run::Beside;
use ddefend_posture::Store;
use ddefend_registry::{Coverage, Entry, Intent, Interest, Root};
use std::collections::BTreeMap;

/// Key below a user's hive where `HKEY_USERS\<sid>_Classes` is mounted.
const CLASSES: &str = r"Software\Classes";

/// What one input says of one machine or one user.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) source: ddefend_posture::Source,
    pub(super) coverage: Vec<(Root, String)>,
    pub(super) facts: Vec<Entry>,
}

impl Piece {
    /// Puts it into a store.
    pub(super) fn fill(&self, store: &mut Store) {
        let coverage =
            if self.coverage.is_empty() { Coverage::Changes } else { Coverage::Whole(self.coverage.clone()) };
        let source = store.begin(self.source.clone(), &coverage);
        for fact in &self.facts {
            store.take(fact.clone(), &source);
        }
    }

    /// What it says of a user's keys that are of interest; none where nothing is.
    pub(super) fn beside(&self, interest: &Interest) -> Option<Beside> {
        if interest.root(&Root::User).is_nothing() {
            return None;
        }
        let wanted = |fact: &&Entry| fact.root == Root::User && interest.wants_key(&fact.root, &fact.key);
        Some(Beside {
            host: String::new(),
            user: String::new(),
            source: self.source.path.clone(),
            whole: self.coverage.iter().any(|(root, key)| *root == Root::User && key.is_empty()),
            entries: self.facts.iter().filter(wanted).cloned().collect(),
        })
    }
}

/// An input's pieces.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// Of the machine.
    pub(super) machine: Option<Piece>,
    /// Of whoever it is for: every user where it is a policy.
    pub(super) everybody: Option<Piece>,
    /// Of users, by name or security identifier as the input has it.
    pub(super) users: BTreeMap<String, Piece>,
}

impl Pieces {
    /// Gives the group policy's name to what does not say it.
    pub(super) fn name(&mut self, policy: Option<&str>) {
        let pieces = self.machine.iter_mut().chain(&mut self.everybody).chain(self.users.values_mut());
        for piece in pieces.filter(|piece| piece.source.policy.is_none()) {
            piece.source.policy = policy.map(str::to_owned);
        }
    }
}

/// Takes an input apart. `HKEY_CURRENT_USER` of a policy, or where `everybody` is asked for, is every user's.
pub(super) fn split(source: &Source, loaded: Loaded, everybody: bool) -> Pieces {
    let Some(about) = loaded.about else { return Pieces::default() };
    let mut sorting = Sorting {
        pieces: Pieces::default(),
        source: ddefend_posture::Source { path: source.name.clone(), policy: about.policy, intent: about.intent },
        user: about.user.unwrap_or_else(|| source.user.clone()),
        everybody: everybody || about.intent == Intent::Policy,
    };
    if let Coverage::Whole(keys) = about.coverage {
        for (root, key) in keys {
            let (piece, root, under) = sorting.piece(root);
            piece.coverage.push((root, below(under, key)));
        }
    }
    for mut fact in loaded.facts {
        let (piece, root, under) = sorting.piece(fact.root);
        fact.root = root;
        fact.key = below(under, fact.key);
        piece.facts.push(fact);
    }
    sorting.pieces
}

fn below(under: Option<&str>, key: String) -> String {
    match under {
        Some(under) if key.is_empty() => under.to_owned(),
        Some(under) => format!(r"{under}\{key}"),
        None => key,
    }
}

struct Sorting {
    pieces: Pieces,
    source: ddefend_posture::Source,
    user: String,
    everybody: bool,
}

impl Sorting {
    /// Where facts of a root go, the root they have there, and the key that they stand under.
    fn piece(&mut self, root: Root) -> (&mut Piece, Root, Option<&'static str>) {
        let source = &self.source;
        let new = || Piece { source: source.clone(), coverage: Vec::new(), facts: Vec::new() };
        let Pieces { machine, everybody, users } = &mut self.pieces;
        match root {
            Root::Machine | Root::Files => (machine.get_or_insert_with(new), root, None),
            Root::User if self.everybody => (everybody.get_or_insert_with(new), root, None),
            Root::User => (users.entry(self.user.clone()).or_insert_with(new), root, None),
            Root::Users(name) => {
                let classes = name.len().checked_sub(8).and_then(|at| name.split_at_checked(at));
                let classes = classes.filter(|(_, ending)| ending.eq_ignore_ascii_case("_classes"));
                let owner = classes.map_or(name.as_str(), |(owner, _)| owner).to_owned();
                (users.entry(owner).or_insert_with(new), Root::User, classes.map(|_| CLASSES))
            }
        }
    }
}
