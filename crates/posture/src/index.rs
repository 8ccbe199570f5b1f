//! Keys and names of the content, folded once and ready for looking up. Knows nothing of what they mean.

use ddefend_registry::{Interest, Root, fold};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Characters that a value's name has at least, to be asked for where it is found deleted and without its key.
const ORPHAN: usize = 8;

/// A part of the registry, as small as a key of a map should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    Machine,
    User,
    Files,
}

impl Part {
    /// `HKEY_USERS` counts as the user whose store it is.
    pub(crate) fn of(root: &Root) -> Self {
        match root {
            Root::Machine => Self::Machine,
            Root::User | Root::Users(_) => Self::User,
            Root::Files => Self::Files,
        }
    }

    pub(crate) fn named(root: &str) -> Self {
        match root {
            "HKLM" => Self::Machine,
            "FILE" => Self::Files,
            _ => Self::User,
        }
    }

    pub(crate) fn other(self) -> Self {
        if self == Self::Machine { Self::User } else { Self::Machine }
    }

    pub(crate) fn root(self) -> &'static Root {
        match self {
            Self::Machine => &Root::Machine,
            Self::User => &Root::User,
            Self::Files => &Root::Files,
        }
    }

    /// The key with its root, as people write it.
    pub(crate) fn show(self, key: &str) -> String {
        match self {
            Self::Machine => format!("HKLM\\{key}"),
            Self::User => format!("HKCU\\{key}"),
            Self::Files => key.to_owned(),
        }
    }
}

/// A place of the content, as [`Index::new`] takes it.
pub(crate) struct Row<'a> {
    pub(crate) check: usize,
    pub(crate) place: usize,
    pub(crate) root: &'a str,
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
    pub(crate) versions: &'a [String],
}

/// A segment of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Name(String),
    Version,
    Application,
    Any,
}

/// A key with `<ver>`, `<app>` and `*` in it.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) segments: Vec<Segment>,
    /// The folded text before the first segment that is no name, with its last backslash.
    pub(crate) stem: String,
}

impl Pattern {
    pub(crate) fn new(key: &str) -> Self {
        let segment = |part: &str| match fold(part).as_str() {
            "<ver>" => Segment::Version,
            "<app>" => Segment::Application,
            "*" => Segment::Any,
            name => Segment::Name(name.to_owned()),
        };
        let segments: Vec<Segment> = key.split('\\').filter(|part| !part.is_empty()).map(segment).collect();
        let names = segments.iter().map_while(|segment| match segment {
            Segment::Name(name) => Some(format!("{name}\\")),
            _ => None,
        });
        let stem = names.collect();
        Self { segments, stem }
    }

    /// Version and application that the key names, where it fits; with `below`, keys below it fit as well.
    pub(crate) fn fit<'k>(&self, folded: &'k str, below: bool) -> Option<Fit<'k>> {
        if !folded.starts_with(self.stem.trim_end_matches('\\')) {
            return None;
        }
        let mut parts = folded.split('\\');
        let mut fit = Fit::default();
        for segment in &self.segments {
            let part = parts.next()?;
            match segment {
                Segment::Name(name) if name == part => {}
                Segment::Name(_) => return None,
                Segment::Version if is_version(part) => fit.version = part,
                Segment::Version => return None,
                Segment::Application => fit.application = part,
                Segment::Any => {}
            }
        }
        (below || parts.next().is_none()).then_some(fit)
    }
}

/// What a key puts in the place of `<ver>` and `<app>`; empty where the pattern has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fit<'k> {
    pub(crate) version: &'k str,
    pub(crate) application: &'k str,
}

/// A place of the content, ready for looking up.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) check: usize,
    pub(crate) place: usize,
    pub(crate) part: Part,
    /// Folded name; see `any_value`.
    pub(crate) value: String,
    pub(crate) any_value: bool,
    /// `*` or `<app>` in the key: several keys may fit.
    pub(crate) wild: bool,
    pub(crate) pattern: Pattern,
    /// The folded text before the version, and the segments behind it; where the key has a version.
    pub(crate) tree: Option<(String, Vec<String>)>,
    /// By version (one, empty, where there is none): the folded key, or with wildcards the text before the first.
    pub(crate) keys: Vec<(String, String)>,
}

impl Spot {
    /// The folded key (or its stem) of a version; none where the place does not have that version.
    pub(crate) fn key(&self, version: &str) -> Option<&str> {
        self.keys.iter().find(|(known, _)| known == version).map(|(_, key)| key.as_str())
    }

    /// Whether a folded key of that version is of this place.
    pub(crate) fn fits(&self, version: &str, folded: &str) -> bool {
        self.pattern.fit(folded, false).is_some_and(|fit| fit.version.is_empty() || fit.version == version)
    }
}

/// A folded key with `<ver>` for the version in it.
fn any_version(folded: &str) -> String {
    let segments: Vec<&str> = folded.split('\\').map(|name| if is_version(name) { "<ver>" } else { name }).collect();
    segments.join("\\")
}

/// Everything that is looked up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// In the order of checks and places.
    pub(crate) spots: Vec<Spot>,
    /// Range of `spots` by check.
    ranges: Vec<(usize, usize)>,
    /// Spots by part and folded key.
    exact: HashMap<(Part, String), Vec<(usize, String)>>,
    /// Spots with wildcards.
    wild: Vec<usize>,
    /// Spots by folded name of the value.
    pub(crate) names: BTreeMap<String, Vec<usize>>,
    /// Folded keys of applications: `word`.
    pub(crate) applications: BTreeSet<String>,
    /// What stands behind the version in keys of the content: applications' keys, `common`.
    owners: BTreeSet<String>,
    /// Folded spellings that are met, and the right one as written.
    pub(crate) misspellings: BTreeMap<String, String>,
    /// Evidence, in the order of the content.
    pub(crate) evidence: Vec<(Part, Pattern)>,
    /// Other keys that decide.
    watched: Vec<(Part, Pattern)>,
    /// Folded keys above those of places, versions as `<ver>`: whether they are there decides what an undo takes away.
    above: BTreeSet<(Part, String)>,
    /// Folded keys of a user before the version, with their last backslash, longest first.
    pub(crate) trees: Vec<String>,
    interest: Interest,
}

impl Index {
    pub(crate) fn new<'a>(
        rows: impl Iterator<Item = Row<'a>>,
        evidence: impl Iterator<Item = (&'a str, &'a str)>,
        watched: impl Iterator<Item = (String, &'a str)>,
        applications: impl Iterator<Item = &'a str>,
        misspellings: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut index = Self {
            applications: applications.map(fold).collect(),
            misspellings: misspellings.map(|(wrong, right)| (fold(wrong), right.to_owned())).collect(),
            ..Self::default()
        };
        let mut branches = BTreeSet::new();
        for row in rows {
            index.row(&row, &mut branches);
        }
        for (root, key) in evidence {
            let part = Part::named(root);
            index.want(part, key);
            index.evidence.push((part, Pattern::new(key)));
        }
        for (root, key) in watched {
            let part = Part::named(&root);
            index.want(part, key);
            index.watched.push((part, Pattern::new(key)));
        }
        let user = index.spots.iter().filter(|spot| spot.part == Part::User);
        let trees: BTreeSet<String> = user.filter_map(|spot| Some(spot.tree.as_ref()?.0.clone())).collect();
        index.trees = trees.into_iter().collect();
        index.trees.sort_by_key(|tree| std::cmp::Reverse(tree.len()));
        index.look_around(&branches);
        index
    }

    fn row(&mut self, row: &Row<'_>, branches: &mut BTreeSet<String>) {
        let part = Part::named(row.root);
        let pattern = Pattern::new(row.key);
        let wild = pattern.segments.iter().any(|segment| matches!(segment, Segment::Any | Segment::Application));
        let folded = fold(row.key.trim_matches('\\'));
        let key_of = |version: &str| {
            let key = folded.replace("<ver>", version);
            if wild { Pattern::new(&key).stem } else { key }
        };
        let keys: Vec<(String, String)> = if row.versions.is_empty() {
            vec![(String::new(), key_of(""))]
        } else {
            row.versions.iter().map(|version| (version.clone(), key_of(version))).collect()
        };
        let at = self.spots.len();
        if wild {
            self.wild.push(at);
        } else {
            for (version, key) in &keys {
                self.exact.entry((part, key.clone())).or_default().push((at, version.clone()));
            }
        }
        let mut key = any_version(&folded);
        while let Some(at) = key.rfind('\\') {
            key.truncate(at);
            self.above.insert((part, key.clone()));
        }
        self.want(part, row.key);
        if part != Part::Files {
            // A value of the right name under the other root, and a key that has the value's name.
            self.want(if part == Part::Machine { Part::User } else { Part::Machine }, row.key);
            if !row.value.is_empty() && row.value != "*" {
                self.want(part, &format!("{}\\{}", row.key, row.value));
            }
        }
        let names = folded.split('\\').skip_while(|name| *name != "<ver>" && !is_version(name)).skip(1);
        let mut names = names.filter(|name| *name != "*" && *name != "<app>");
        if let Some(owner) = names.next() {
            self.owners.insert(owner.to_owned());
            branches.extend(names.next().map(str::to_owned));
        }
        let value = fold(row.value);
        let any_value = value == "*";
        if !any_value && !value.is_empty() {
            self.names.entry(value.clone()).or_default().push(at);
            // Short names are other programs' names too: of a deleted value without its key they say nothing.
            if value.chars().count() >= ORPHAN && part == Part::User {
                self.interest.add_orphan(&value);
            }
        }
        while self.ranges.len() <= row.check {
            self.ranges.push((at, at));
        }
        if let Some(range) = self.ranges.get_mut(row.check) {
            range.1 = at + 1;
        }
        let tree = tree(&pattern);
        self.spots.push(Spot { check: row.check, place: row.place, part, value, any_value, wild, pattern, tree, keys });
    }

    /// Values that were put beside their key are looked for under every application and its branches (`Security`,
    /// `Options` ...) that the content names.
    fn look_around(&mut self, branches: &BTreeSet<String>) {
        let owners: Vec<String> = self.applications.union(&self.owners).cloned().collect();
        for tree in self.trees.clone() {
            for owner in &owners {
                self.want(Part::User, &format!("{tree}*\\{owner}"));
                for branch in branches {
                    self.want(Part::User, &format!("{tree}*\\{owner}\\{branch}\\**"));
                    self.want(Part::User, &format!("{tree}{owner}\\{branch}"));
                }
            }
        }
    }

    fn want(&mut self, part: Part, key: &str) {
        self.interest.add(part.root(), &key.replace("<ver>", "*").replace("<app>", "*"));
    }

    pub(crate) fn interest(&self) -> &Interest {
        &self.interest
    }

    /// The places of a check.
    pub(crate) fn of(&self, check: usize) -> impl Iterator<Item = &Spot> {
        let (from, to) = self.ranges.get(check).copied().unwrap_or_default();
        self.spots.get(from..to).unwrap_or_default().iter()
    }

    /// The places at a folded key, and the version that they have there.
    pub(crate) fn at(&self, part: Part, folded: &str) -> Vec<(&Spot, String)> {
        let exact = self.exact.get(&(part, folded.to_owned()));
        let mut found: Vec<(&Spot, String)> = exact
            .into_iter()
            .flatten()
            .filter_map(|(at, version)| Some((self.spots.get(*at)?, version.clone())))
            .collect();
        for spot in self.spots_with_wildcards(part) {
            if let Some(fit) = spot.pattern.fit(folded, false)
                && (fit.version.is_empty() || spot.key(fit.version).is_some())
            {
                found.push((spot, fit.version.to_owned()));
            }
        }
        found
    }

    /// Whether a value there is worth keeping: under a key of the content, or named as something of the content is.
    pub(crate) fn keeps(&self, part: Part, folded: &str, name: &str) -> bool {
        self.wants(part, folded, false) || self.knows(name)
    }

    /// Whether the key itself is worth keeping.
    pub(crate) fn keeps_key(&self, part: Part, folded: &str) -> bool {
        self.wants(part, folded, true)
            || folded.rsplit('\\').next().is_some_and(|name| self.names.contains_key(name))
            || self.above.contains(&(part, any_version(folded)))
    }

    fn wants(&self, part: Part, folded: &str, below: bool) -> bool {
        let fits = |pattern: &Pattern, below| pattern.fit(folded, below).is_some();
        self.exact.contains_key(&(part, folded.to_owned()))
            || self.evidence.iter().any(|(at, pattern)| *at == part && fits(pattern, below))
            || self.watched.iter().any(|(at, pattern)| *at == part && fits(pattern, false))
            || self.spots_with_wildcards(part).any(|spot| fits(&spot.pattern, false))
    }

    fn spots_with_wildcards(&self, part: Part) -> impl Iterator<Item = &Spot> {
        self.wild.iter().filter_map(|at| self.spots.get(*at)).filter(move |spot| spot.part == part)
    }

    /// Whether a folded name is a check's, rightly spelt or not.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.names.contains_key(name) || self.misspellings.contains_key(name) || self.names.contains_key(clean(name))
    }
}

/// The folded text before the version, and the segments behind it.
fn tree(pattern: &Pattern) -> Option<(String, Vec<String>)> {
    let version = |segment: &Segment| match segment {
        Segment::Version => true,
        Segment::Name(name) => is_version(name),
        Segment::Application | Segment::Any => false,
    };
    let name = |segment: &Segment| match segment {
        Segment::Name(name) => name.clone(),
        Segment::Version => "<ver>".to_owned(),
        Segment::Application => "<app>".to_owned(),
        Segment::Any => "*".to_owned(),
    };
    let at = pattern.segments.iter().position(version)?;
    let before = pattern.segments.get(..at)?.iter().map(name);
    let behind = pattern.segments.get(at + 1..)?.iter().map(name).collect();
    Some((before.map(|name| name + "\\").collect(), behind))
}

/// A name without what a slip of the pen puts around it: blanks, quotes, and all from a `"` or `=` on.
pub(crate) fn clean(name: &str) -> &str {
    let blank =
        |c: char| c.is_whitespace() || c.is_control() || "\"'`=,;[]\u{feff}\u{200b}\u{200e}\u{200f}\u{a0}".contains(c);
    let name = name.trim_matches(blank);
    let end = name.find(['"', '=']).unwrap_or(name.len());
    name.get(..end).unwrap_or(name).trim_matches(blank)
}

/// `16.0`.
pub(crate) fn is_version(text: &str) -> bool {
    text.split_once('.').is_some_and(|(major, minor)| {
        let digits = |text: &str, most: usize| {
            !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        digits(major, 2) && digits(minor, 1)
    })
}
