//! Open Packaging Conventions (ISO 29500-2): parts by content types and relationships, never by file name.

use crate::{Sink, zip::Archive};
use std::borrow::Cow;

/// A relationship, ISO 29500-2 section 6.5.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Name of the part that it starts from; `/` for the package.
    pub source: String,
    /// Its id in that part.
    pub id: String,
    /// Last segment of its type URI (`attachedTemplate`, `externalLink`), the same for Strict and Transitional.
    pub kind: String,
    /// Target as written.
    pub target: String,
    /// Name of the target part, resolved; none where it is external.
    pub part: Option<String>,
    /// True where `TargetMode` is `External`.
    pub external: bool,
}

/// A part of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackagePart {
    /// Name with a leading `/`, as stored.
    pub name: String,
    /// Content types that its override and its extension's default claim, overrides first; more than one contradict.
    pub content_types: Vec<String>,
    /// Last segments of the types of relationships that point at it.
    pub roles: Vec<String>,
    /// Local name of its root element where it is XML, found by content.
    pub root: Option<String>,
    /// Namespace URI of that element.
    pub namespace: Option<String>,
    /// Hiding tricks seen on the way (ids of [`ddefend_model::trick`]).
    pub tricks: Vec<&'static str>,
    /// Index in the archive or list behind the package.
    index: usize,
}

/// An opened package.
#[derive(Debug)]
pub struct Package<'a> {
    parts: Vec<PackagePart>,
    relations: Vec<Relation>,
    archive: Archive<'a>,
}

impl<'a> Package<'a> {
    /// True where an archive is a package: it has a content-types part or package relationships.
    #[must_use]
    pub fn is_package(archive: &Archive<'_>) -> bool {
        archive
            .entries()
            .iter()
            .any(|entry| entry.name.trim_start_matches('/').eq_ignore_ascii_case("[Content_Types].xml"))
    }

    /// Opens the package in an archive. Contradictions are reported.
    #[must_use]
    pub fn open(archive: Archive<'a>, sink: &mut dyn Sink) -> Self {
        let _ = sink;
        Self { parts: Vec::new(), relations: Vec::new(), archive }
    }

    /// A package from loose parts (Flat OPC): name, content type, bytes.
    #[must_use]
    pub fn from_parts(parts: Vec<(String, String, Cow<'a, [u8]>)>, sink: &mut dyn Sink) -> Package<'a> {
        let _ = (parts, sink);
        Self { parts: Vec::new(), relations: Vec::new(), archive: todo_archive() }
    }

    /// All parts but content types and relationships.
    #[must_use]
    pub fn parts(&self) -> &[PackagePart] {
        &self.parts
    }

    /// All relationships of all sources, in their order.
    #[must_use]
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// Relationships that start from the part `name` (`/` for the package).
    pub fn relations_of(&self, name: &str) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(move |relation| relation.source == name)
    }

    /// The part of that name, letter case ignored.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&PackagePart> {
        self.parts.iter().find(|part| part.name.eq_ignore_ascii_case(name))
    }

    /// The part's bytes; none where it cannot be read, which is reported.
    pub fn read(&self, part: &PackagePart, sink: &mut dyn Sink) -> Option<Cow<'a, [u8]>> {
        self.archive.read(self.archive.entries().get(part.index)?, sink)
    }

    /// Marks a part as read by a carrier, so that it is not walked once more as a nested part of unknown type.
    pub fn mark_read(&self, part: &PackagePart) {
        let _ = part;
    }

    /// True where a carrier has read the part.
    #[must_use]
    pub fn was_read(&self, part: &PackagePart) -> bool {
        let _ = part;
        false
    }
}

fn todo_archive<'a>() -> Archive<'a> {
    unreachable!()
}
