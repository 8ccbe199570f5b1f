//! ATT&CK's techniques: names, detection strategies, analytics, and ids that were replaced.

use serde::Serialize;
use std::collections::BTreeMap;

/// A technique.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Technique {
    /// `Parent: Name` for a sub-technique.
    pub name: String,
    /// Detection strategies (`DET0504`), from ATT&CK 18 on.
    pub strategies: Vec<String>,
    /// Their analytics (`AN1393`).
    pub analytics: Vec<String>,
}

/// Techniques by id.
#[derive(Clone, Debug, Default)]
pub struct Attack {
    techniques: BTreeMap<String, Technique>,
    replaced: BTreeMap<String, String>,
}

impl Attack {
    /// Reads `content/catalog/attack.tsv`: id, name, strategies, analytics; or id and `>` with today's id. Lines that are
    /// neither are left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut attack = Self::default();
        let list = |cell: Option<&str>| {
            cell.unwrap_or_default().split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            let (Some(id), Some(name)) = (cells.next(), cells.next()) else { continue };
            if let Some(today) = name.strip_prefix('>') {
                attack.replaced.insert(id.to_owned(), today.to_owned());
            } else {
                let technique =
                    Technique { name: name.to_owned(), strategies: list(cells.next()), analytics: list(cells.next()) };
                attack.techniques.insert(id.to_owned(), technique);
            }
        }
        attack
    }

    /// Adds names and replaced ids; what is there already stays for names and is replaced for ids.
    pub fn extend(&mut self, names: &BTreeMap<String, String>, replaced: &BTreeMap<String, String>) {
        for (id, name) in names {
            self.techniques.entry(id.clone()).or_default().name.clone_from(name);
        }
        self.replaced.extend(replaced.iter().map(|(old, today)| (old.clone(), today.clone())));
    }

    /// Today's id of a technique.
    #[must_use]
    pub fn current<'a>(&'a self, id: &'a str) -> &'a str {
        let mut id = id;
        // A chain of replacements is short; one that runs in a circle ends here.
        for _ in 0..4 {
            match self.replaced.get(id) {
                Some(today) => id = today,
                None => break,
            }
        }
        id
    }

    /// What is known of an id of today.
    #[must_use]
    pub fn technique(&self, id: &str) -> Option<&Technique> {
        self.techniques.get(id)
    }

    /// Old ids with today's.
    #[must_use]
    pub fn replaced(&self) -> &BTreeMap<String, String> {
        &self.replaced
    }
}
