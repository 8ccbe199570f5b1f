//! Lines of keys and list entries in YAML text. The YAML parser gives values without places; this scanner of block style
//! finds them again. What it does not find (flow style, odd quoting) falls back to the nearest key that it did find.

use std::collections::HashMap;

/// A step from a node to its child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// Value of a key.
    Key(&'a str),
    /// Entry of a list, from 0.
    Item(usize),
}

/// Line and column, both from 1.
pub(super) type Place = (u32, u32);

/// Where the keys and entries of one document stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Positions {
    places: HashMap<String, Place>,
    first: Place,
}

/// An open block: its indentation, its path, and how many list entries it has had.
struct Open {
    indent: usize,
    path: String,
    items: usize,
    list: bool,
}

impl Positions {
    /// Scans a document that begins on that line (from 1) of its file.
    pub(super) fn scan(text: &str, first_line: u32) -> Self {
        let mut scan = Scan { found: Self::default(), open: Vec::new(), scalar: None };
        for (number, line) in (first_line..).zip(text.lines()) {
            scan.line(line, number);
        }
        if scan.found.first == (0, 0) {
            scan.found.first = (first_line, 1);
        }
        scan.found
    }

    /// The place of a path, or of its longest beginning that is known.
    pub(super) fn of(&self, path: &[Step<'_>]) -> Place {
        (1..=path.len()).rev().find_map(|length| self.exact(path.get(..length)?)).unwrap_or(self.first)
    }

    /// How many steps of the path are known.
    pub(super) fn depth(&self, path: &[Step<'_>]) -> usize {
        (1..=path.len())
            .rev()
            .find(|length| path.get(..*length).is_some_and(|part| self.exact(part).is_some()))
            .unwrap_or(0)
    }

    fn exact(&self, path: &[Step<'_>]) -> Option<Place> {
        let mut key = String::new();
        for step in path {
            match step {
                Step::Key(name) => child(&mut key, name),
                Step::Item(index) => child(&mut key, &index.to_string()),
            }
        }
        self.places.get(&key).copied()
    }
}

fn child(path: &mut String, name: &str) {
    path.push('\u{1f}');
    path.push_str(name);
}

struct Scan {
    found: Positions,
    open: Vec<Open>,
    /// Inside a block scalar (`|`, `>`) of a key with that indentation.
    scalar: Option<usize>,
}

impl Scan {
    fn line(&mut self, line: &str, number: u32) {
        let trimmed = line.trim_start_matches(' ');
        let mut indent = line.len() - trimmed.len();
        if trimmed.trim().is_empty() {
            return;
        }
        if let Some(owner) = self.scalar {
            if indent > owner {
                return;
            }
            self.scalar = None;
        }
        if trimmed.starts_with('#') || trimmed.starts_with("---") || trimmed.starts_with('%') {
            return;
        }
        let mut rest = trimmed;
        while let Some(after) = rest.strip_prefix('-').filter(|after| after.is_empty() || after.starts_with(' ')) {
            self.item(indent, place(line, rest, number));
            let inner = after.trim_start_matches(' ');
            indent += rest.len() - inner.len();
            rest = inner;
            if rest.is_empty() {
                return;
            }
        }
        let Some((key, value)) = split_key(rest) else {
            self.block_scalar(rest, indent);
            return;
        };
        self.key(indent, key, place(line, rest, number));
        self.block_scalar(value, indent);
    }

    /// Notes that a block scalar begins where the value says so.
    fn block_scalar(&mut self, value: &str, indent: usize) {
        let value = value.trim_start();
        let value = value
            .strip_prefix(['&', '!'])
            .and_then(|tagged| tagged.split_once(' '))
            .map_or(value, |(_, after)| after.trim_start());
        if value.starts_with(['|', '>']) {
            // A scalar that is a list entry belongs to the entry's dash, which stands two columns before.
            let entry = self.open.last().is_some_and(|open| open.list && open.indent < indent);
            self.scalar = Some(if entry { self.open.last().map_or(indent, |open| open.indent) } else { indent });
        }
    }

    fn item(&mut self, indent: usize, place: Place) {
        self.open.retain(|open| open.indent < indent || (open.indent == indent && (open.list || !is_entry(open))));
        while self.open.last().is_some_and(|open| open.indent > indent) {
            self.open.pop();
        }
        let path = match self.open.last_mut() {
            Some(open) if open.list && open.indent == indent => {
                open.items += 1;
                let mut path = open.path.clone();
                child(&mut path, &(open.items - 1).to_string());
                path
            }
            other => {
                let base = other.map(|open| open.path.clone()).unwrap_or_default();
                let mut path = base.clone();
                child(&mut path, "0");
                self.open.push(Open { indent, path: base, items: 1, list: true });
                path
            }
        };
        self.note(path, place);
    }

    fn key(&mut self, indent: usize, key: String, place: Place) {
        while self.open.last().is_some_and(|open| open.indent >= indent) {
            self.open.pop();
        }
        let mut path = match self.open.last() {
            Some(open) if open.list => {
                let mut path = open.path.clone();
                child(&mut path, &(open.items.saturating_sub(1)).to_string());
                path
            }
            Some(open) => open.path.clone(),
            None => String::new(),
        };
        child(&mut path, &key);
        self.note(path.clone(), place);
        self.open.push(Open { indent, path, items: 0, list: false });
    }

    fn note(&mut self, path: String, place: Place) {
        if self.found.first == (0, 0) {
            self.found.first = place;
        }
        self.found.places.entry(path).or_insert(place);
    }
}

/// A key's block may hold a list at its own indentation; nothing else may stay open there.
fn is_entry(open: &Open) -> bool {
    open.list
}

fn place(line: &str, rest: &str, number: u32) -> Place {
    let before = line.len() - rest.len();
    let column = line.get(..before).map_or(0, |head| head.chars().count());
    (number, u32::try_from(column + 1).unwrap_or(u32::MAX))
}

/// The key of `key: value`, unquoted, with what follows the colon.
fn split_key(text: &str) -> Option<(String, &str)> {
    for quote in ['"', '\''] {
        let Some(inner) = text.strip_prefix(quote) else { continue };
        let end = inner.find(quote)?;
        let after = inner.get(end + 1..)?.trim_start().strip_prefix(':')?;
        let value = after.is_empty() || after.starts_with(' ');
        return value.then(|| (inner.get(..end).unwrap_or_default().to_owned(), after));
    }
    if text.starts_with(['[', '{', '|', '>', '*']) {
        return None;
    }
    let end = match text.find(": ") {
        Some(end) => end,
        None => text.trim_end().strip_suffix(':')?.len(),
    };
    Some((text.get(..end)?.trim_end().to_owned(), text.get(end + 1..).unwrap_or_default()))
}
