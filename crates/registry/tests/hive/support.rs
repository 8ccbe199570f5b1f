use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_registry::write::{HiveFile, HiveMount, hive};
use ddefend_registry::{About, Data, Entry, Fact, Input, Interest, Origin, Place, Root, Sink, Tree, read};

/// Everything that a reading gives.
#[derive(Default, Debug)]
pub(crate) struct Found {
    pub(crate) entries: Vec<Entry>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) about: Option<Result<About, Box<Diagnostic>>>,
}

impl Sink for Found {
    fn entry(&mut self, entry: Entry) -> bool {
        self.entries.push(entry);
        true
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

impl Found {
    /// Data and origin of every fact about a value.
    pub(crate) fn value(&self, key: &str, name: &str) -> Vec<(Data, Origin)> {
        let values = self.entries.iter().filter(|entry| entry.key.eq_ignore_ascii_case(key));
        values
            .filter_map(|entry| match &entry.fact {
                Fact::Value { name: is, data } if is.eq_ignore_ascii_case(name) => Some((data.clone(), entry.origin)),
                _ => None,
            })
            .collect()
    }

    /// Origins of the facts that a key exists.
    pub(crate) fn key(&self, key: &str) -> Vec<Origin> {
        let here = |entry: &&Entry| entry.key.eq_ignore_ascii_case(key) && entry.fact == Fact::Key;
        self.entries.iter().filter(here).map(|entry| entry.origin).collect()
    }

    /// Codes of diagnostics, sorted, each once.
    pub(crate) fn codes(&self) -> Vec<&str> {
        let failed = match &self.about {
            Some(Err(diagnostic)) => Some(diagnostic.code.as_ref()),
            _ => None,
        };
        let mut codes: Vec<&str> = self.diagnostics.iter().map(|diagnostic| diagnostic.code.as_ref()).collect();
        codes.extend(failed);
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// What is in effect, as the writers take it.
    pub(crate) fn tree(&self) -> Tree {
        let mut tree = Tree::default();
        self.entries.iter().filter(|entry| entry.origin != Origin::Deleted).for_each(|entry| tree.apply(entry));
        tree
    }
}

pub(crate) fn look(name: &str, bytes: &[u8], logs: &[&[u8]], interest: &Interest) -> Found {
    let mut found = Found::default();
    let budget = Budget::new(Limits::default(), Stop::default());
    let input = Input { name, bytes, logs };
    found.about = Some(read(&input, None, interest, &budget, &mut found));
    found
}

pub(crate) fn all(bytes: &[u8]) -> Found {
    look("NTUSER.DAT", bytes, &[], &Interest::everything())
}

/// A tree of a user's keys: path, then values.
pub(crate) fn tree(keys: &[(&str, &[(&str, Data)])]) -> Tree {
    rooted(&Root::User, keys)
}

pub(crate) fn rooted(root: &Root, keys: &[(&str, &[(&str, Data)])]) -> Tree {
    let mut tree = Tree::default();
    for (key, values) in keys {
        let mut tell = |fact| {
            let (root, key) = (root.clone(), (*key).to_owned());
            tree.apply(&Entry { root, key, fact, written: None, place: Place::Unknown, origin: Origin::Written });
        };
        tell(Fact::Key);
        values.iter().for_each(|(name, data)| tell(Fact::Value { name: (*name).to_owned(), data: data.clone() }));
    }
    tree
}

pub(crate) const USER: HiveFile<'static> = HiveFile { mount: HiveMount::User, user: "alice" };
pub(crate) const WORD: &str = r"Software\Microsoft\Office\16.0\Word\Security";

/// A user's hive.
pub(crate) fn user(keys: &[(&str, &[(&str, Data)])]) -> Vec<u8> {
    hive(&tree(keys), &USER).unwrap()
}

/// A small hive with a bit of everything.
pub(crate) fn sample() -> Vec<u8> {
    let long = Data::Sz("long enough for a cell of its own".into());
    user(&[
        (WORD, &[("AllowDDE", Data::Dword(2)), ("Text", long.clone())]),
        (r"Software\Microsoft\Office\16.0\Excel\Security", &[("DisableDDEServerLaunch", Data::Dword(0))]),
        (r"Software\Classes\Excel.Sheet.12\shell\open\ddeexec", &[("", long)]),
        (r"Control Panel\Größe", &[("Ω", Data::Binary(vec![7; 40_000]))]),
    ])
}
