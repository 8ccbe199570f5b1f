//! Text that fields can refer to: bookmarks, document variables and properties.

use ddefend_container::rtf::Letters;

/// Bookmarks that may be open at a time, and names that are kept.
const MOST_OPEN: usize = 32;
const MOST: usize = 4_096;
/// Longest text that is kept, bytes.
const LONGEST: usize = 4_096;

/// What a destination names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// `\bkmkstart`
    Start,
    /// `\bkmkend`
    End,
    /// `\docvar`: a group with the name, then one with the value.
    Variable,
    /// `\propname`, and `\staticval` behind it.
    PropertyName,
    PropertyValue,
    /// A property with a word of its own (`\title`).
    Property(&'static str),
}

/// The destination that a control word opens.
pub(super) fn naming(name: &[u8]) -> Option<Naming> {
    Some(match name {
        b"bkmkstart" => Naming::Start,
        b"bkmkend" => Naming::End,
        b"docvar" => Naming::Variable,
        b"propname" => Naming::PropertyName,
        b"staticval" => Naming::PropertyValue,
        b"title" => Naming::Property("title"),
        b"subject" => Naming::Property("subject"),
        b"author" => Naming::Property("author"),
        b"keywords" => Naming::Property("keywords"),
        b"doccomm" => Naming::Property("comments"),
        b"category" => Naming::Property("category"),
        b"manager" => Naming::Property("manager"),
        b"company" => Naming::Property("company"),
        _ => return None,
    })
}

/// Collects names and their texts.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) letters: Letters,
    /// First group of a `\docvar`.
    first: Option<String>,
    property: Option<String>,
    open: Vec<(String, Letters)>,
    done: Vec<(String, String)>,
}

impl Names {
    /// True while a bookmark is open: then the text of the document counts.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Gives text of the document to every open bookmark.
    pub(super) fn text(&mut self, mut add: impl FnMut(&mut Letters)) {
        for (_, letters) in self.open.iter_mut().filter(|(_, letters)| letters.len() < LONGEST) {
            add(letters);
        }
    }

    /// An inner group of a `\docvar` closes.
    pub(super) fn inner_group(&mut self) {
        let text = self.letters.take();
        match self.first.take() {
            None => self.first = Some(text),
            Some(name) => self.keep(format!("docvariable {}", name.trim().to_lowercase()), text),
        }
    }

    /// A destination's group closes.
    pub(super) fn close(&mut self, naming: Naming) {
        let text = self.letters.take();
        match naming {
            Naming::Start if self.open.len() < MOST_OPEN => {
                self.open.push((text.trim().to_lowercase(), Letters::default()))
            }
            Naming::Start => {}
            Naming::End => {
                let name = text.trim();
                if let Some(at) = self.open.iter().rposition(|(open, _)| open.eq_ignore_ascii_case(name)) {
                    let (name, mut letters) = self.open.remove(at);
                    self.keep(name, letters.take());
                }
            }
            Naming::Variable => self.first = None,
            Naming::PropertyName => self.property = Some(text),
            Naming::PropertyValue => {
                if let Some(name) = self.property.take() {
                    self.keep(format!("docproperty {}", name.trim().to_lowercase()), text);
                }
            }
            Naming::Property(name) => self.keep(format!("docproperty {name}"), text),
        }
    }

    fn keep(&mut self, name: String, text: String) {
        if self.done.len() < MOST && !name.is_empty() {
            self.done.push((name, text));
        }
    }

    pub(super) fn done(mut self) -> Vec<(String, String)> {
        // A bookmark that is never closed still names what follows it.
        for (name, mut letters) in std::mem::take(&mut self.open) {
            self.keep(name, letters.take());
        }
        self.done
    }
}
