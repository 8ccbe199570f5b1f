//! Open Packaging Conventions (ISO 29500-2): parts by content types and relationships, never by file name.

mod head;
mod names;
mod types;

pub use head::Root;

use crate::zip::Archive;
use crate::{Sink, xml};
use ddefend_model::{Location, code, trick};
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;

/// A relationship, ISO 29500-2 section 6.5.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Name of the part that it starts from, as that part is stored; `/` for the package.
    pub source: String,
    /// Its id in that part.
    pub id: String,
    /// Last segment of its type URI (`attachedTemplate`, `externalLink`), the same for Strict and Transitional.
    pub kind: String,
    /// Target as written.
    pub target: String,
    /// Name of the target part, resolved, in the part's own spelling where there is such a part; none where it is
    /// external.
    pub part: Option<String>,
    /// True where `TargetMode` is `External`.
    pub external: bool,
}

/// A part of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackagePart {
    /// Name with a leading `/` and `/` for `\`, otherwise as stored.
    pub name: String,
    /// Content types that its override and its extension's default claim, overrides first; a plain `application/xml`
    /// default is left out behind an override. More than one contradict.
    pub content_types: Vec<String>,
    /// Last segments of the types of relationships that point at it.
    pub roles: Vec<String>,
    /// Hiding tricks seen on the way (ids of [`ddefend_model::trick`]).
    pub tricks: Vec<&'static str>,
    /// Index in the archive or list behind the package.
    index: usize,
    /// Index in the package.
    number: usize,
}

impl PackagePart {
    /// True where one of its content types is `content_type`, letter case and parameters ignored.
    #[must_use]
    pub fn is_type(&self, content_type: &str) -> bool {
        self.content_types.iter().any(|own| own.eq_ignore_ascii_case(content_type))
    }

    /// True where a relationship of this kind points at it.
    #[must_use]
    pub fn has_role(&self, kind: &str) -> bool {
        self.roles.iter().any(|role| role == kind)
    }
}

/// Where the bytes are.
#[derive(Debug)]
enum Store<'a> {
    Archive(Archive<'a>),
    Loose(Vec<Cow<'a, [u8]>>),
}

/// Bytes of a part's head that are kept.
const HEAD: usize = 1 << 10;

/// An opened package.
#[derive(Debug)]
pub struct Package<'a> {
    parts: Vec<PackagePart>,
    relations: Vec<Relation>,
    /// Folded name to numbers of parts.
    index: BTreeMap<String, Vec<usize>>,
    roots: Vec<OnceCell<Option<Root>>>,
    /// First bytes of each part, at most [`HEAD`]: several readers look at them.
    heads: Vec<OnceCell<Vec<u8>>>,
    read: Vec<Cell<bool>>,
    store: Store<'a>,
}

/// What has been gathered before the package is put together.
struct Loading<'a> {
    store: Store<'a>,
    parts: Vec<PackagePart>,
    /// Indexes of content-types parts in the store.
    types: Vec<usize>,
    /// Source names and indexes of relationship parts in the store.
    relations: Vec<(String, usize)>,
}

impl<'a> Package<'a> {
    /// True where an archive is a package: it has a content-types part or package relationships.
    #[must_use]
    pub fn is_package(archive: &Archive<'_>) -> bool {
        archive.entries().iter().any(|entry| {
            let folded = names::fold(&entry.name);
            folded == names::TYPES || folded == names::PACKAGE_RELATIONS
        })
    }

    /// Opens the package in an archive. Contradictions are reported.
    #[must_use]
    pub fn open(archive: Archive<'a>, sink: &mut dyn Sink) -> Self {
        let entries = archive.entries().iter().enumerate().filter(|(_, entry)| !entry.is_folder());
        let listed: Vec<_> = entries.map(|(index, entry)| (index, entry.name.clone(), entry.tricks.clone())).collect();
        let mut loading = Loading::new(Store::Archive(archive));
        for (index, name, tricks) in listed {
            loading.add(index, &name, tricks);
        }
        loading.finish(types::Types::default(), sink)
    }

    /// A package from loose parts (Flat OPC): name, content type, bytes. Relationship parts are recognised by name.
    #[must_use]
    pub fn from_parts(parts: Vec<(String, String, Cow<'a, [u8]>)>, sink: &mut dyn Sink) -> Package<'a> {
        let mut types = types::Types::default();
        let mut names = Vec::with_capacity(parts.len());
        let mut store = Vec::with_capacity(parts.len());
        for (name, content_type, bytes) in parts {
            types.add_override(&name, &content_type);
            names.push(name);
            store.push(bytes);
        }
        let mut loading = Loading::new(Store::Loose(store));
        for (index, name) in names.iter().enumerate() {
            loading.add(index, name, Vec::new());
        }
        loading.finish(types, sink)
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

    /// Relationships that start from the part `name` (`/` for the package), letter case ignored.
    pub fn relations_of(&self, name: &str) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(move |relation| relation.source.eq_ignore_ascii_case(name))
    }

    /// The part of that name, letter case and percent-encoding ignored; the first where several have it.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&PackagePart> {
        self.parts_named(name).next()
    }

    /// All parts of that name: more than one is a hiding trick, and consumers differ in which they take.
    pub fn parts_named(&self, name: &str) -> impl Iterator<Item = &PackagePart> {
        let numbers = self.index.get(&names::fold(name));
        numbers.into_iter().flatten().filter_map(|number| self.parts.get(*number))
    }

    /// The part's bytes; none where it cannot be read, which is reported.
    pub fn read(&self, part: &PackagePart, sink: &mut dyn Sink) -> Option<Cow<'a, [u8]>> {
        read(&self.store, part.index, sink)
    }

    /// At most `count` first bytes of a part, to look at its type; not booked on the budget, nothing reported.
    #[must_use]
    pub fn prefix(&self, part: &PackagePart, count: usize) -> Vec<u8> {
        let Some(cell) = self.heads.get(part.number).filter(|_| count <= HEAD) else {
            return self.inflate_prefix(part, count);
        };
        let head = cell.get_or_init(|| self.inflate_prefix(part, HEAD));
        head.get(..count).unwrap_or(head).to_vec()
    }

    fn inflate_prefix(&self, part: &PackagePart, count: usize) -> Vec<u8> {
        match &self.store {
            Store::Archive(archive) => {
                archive.entries().get(part.index).map(|entry| archive.prefix(entry, count)).unwrap_or_default()
            }
            Store::Loose(parts) => {
                let bytes = parts.get(part.index).map(AsRef::as_ref).unwrap_or_default();
                bytes.get(..count).unwrap_or(bytes).to_vec()
            }
        }
    }

    /// The part's size in bytes as the archive declares it; never trusted.
    #[must_use]
    pub fn size(&self, part: &PackagePart) -> u64 {
        match &self.store {
            Store::Archive(archive) => archive.entries().get(part.index).map_or(0, |entry| entry.declared_size),
            Store::Loose(parts) => parts.get(part.index).map_or(0, |bytes| bytes.len() as u64),
        }
    }

    /// Root element of a part; none where it is no XML. Inflates only the part's head, once.
    #[must_use]
    pub fn root(&self, part: &PackagePart) -> Option<&Root> {
        let cell = self.roots.get(part.number)?;
        cell.get_or_init(|| head::root(|count| self.prefix(part, count))).as_ref()
    }

    /// True where the part's root element has that local name.
    #[must_use]
    pub fn has_root(&self, part: &PackagePart, local: &str) -> bool {
        self.root(part).is_some_and(|root| root.local == local)
    }

    /// Marks a part as read by a carrier, so that it is not walked once more as a nested part of unknown type.
    pub fn mark_read(&self, part: &PackagePart) {
        if let Some(cell) = self.read.get(part.number) {
            cell.set(true);
        }
    }

    /// True where a carrier has read the part.
    #[must_use]
    pub fn was_read(&self, part: &PackagePart) -> bool {
        self.read.get(part.number).is_some_and(Cell::get)
    }
}

fn read<'a>(store: &Store<'a>, index: usize, sink: &mut dyn Sink) -> Option<Cow<'a, [u8]>> {
    match store {
        Store::Archive(archive) => archive.read(archive.entries().get(index)?, sink),
        Store::Loose(parts) => parts.get(index).cloned(),
    }
}

impl<'a> Loading<'a> {
    fn new(store: Store<'a>) -> Self {
        Self { store, parts: Vec::new(), types: Vec::new(), relations: Vec::new() }
    }

    /// Sorts one stored item into content types, relationships and parts.
    fn add(&mut self, index: usize, stored: &str, mut tricks: Vec<&'static str>) {
        let folded = names::fold(stored);
        let name = names::normal(stored);
        if folded == names::TYPES {
            self.types.push(index);
        } else if let Some(source) = names::relations_source(&name) {
            self.relations.push((source, index));
        } else {
            if stored.contains('\\') {
                tricks.push(trick::RENAMED_PART);
            }
            let number = self.parts.len();
            self.parts.push(PackagePart { name, content_types: Vec::new(), roles: Vec::new(), tricks, index, number });
        }
    }

    fn finish(mut self, mut types: types::Types, sink: &mut dyn Sink) -> Package<'a> {
        for index in &self.types {
            if let Some(bytes) = read(&self.store, *index, sink) {
                types.parse(&bytes, sink);
            }
        }
        let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for part in &self.parts {
            index.entry(names::fold(&part.name)).or_default().push(part.number);
        }
        self.twins(&index, sink);
        let relations = self.relate(&index, sink);
        types.apply(&mut self.parts, sink);
        let count = self.parts.len();
        Package {
            parts: self.parts,
            relations,
            index,
            roots: vec![OnceCell::new(); count],
            heads: vec![OnceCell::new(); count],
            read: vec![Cell::new(false); count],
            store: self.store,
        }
    }

    /// Parts whose names differ in letter case only.
    fn twins(&mut self, index: &BTreeMap<String, Vec<usize>>, sink: &mut dyn Sink) {
        for (name, numbers) in index.iter().filter(|(_, numbers)| numbers.len() > 1) {
            sink.report(
                code::NOTE_ARCHIVE,
                Location::default(),
                format!("several parts are called {name}; all are read"),
            );
            for number in numbers {
                if let Some(part) = self.parts.get_mut(*number) {
                    names::saw(&mut part.tricks, trick::ARCHIVE_MISMATCH);
                }
            }
        }
    }

    /// Reads all relationship parts and gives the parts their roles.
    fn relate(&mut self, index: &BTreeMap<String, Vec<usize>>, sink: &mut dyn Sink) -> Vec<Relation> {
        let mut relations = Vec::new();
        for (source, at) in &self.relations {
            let source = index
                .get(&names::fold(source))
                .and_then(|numbers| self.parts.get(*numbers.first()?))
                .map_or_else(|| source.clone(), |part| part.name.clone());
            let Some(bytes) = read(&self.store, *at, sink) else { continue };
            for mut relation in relationships(&source, &bytes, sink) {
                let Some(target) = &relation.part else {
                    relations.push(relation);
                    continue;
                };
                let numbers = index.get(&names::fold(target)).cloned().unwrap_or_default();
                for number in numbers {
                    let Some(part) = self.parts.get_mut(number) else { continue };
                    relation.part = Some(part.name.clone());
                    if !part.roles.contains(&relation.kind) {
                        part.roles.push(relation.kind.clone());
                    }
                    if relation.kind == "officeDocument" && !names::is_usual_main(&part.name) {
                        names::saw(&mut part.tricks, trick::RENAMED_PART);
                    }
                }
                relations.push(relation);
            }
        }
        relations
    }
}

/// Parses one relationships part (also what a carrier finds in a stray one).
pub fn relationships(source: &str, bytes: &[u8], sink: &mut dyn Sink) -> Vec<Relation> {
    let document = xml::Source::new(bytes, sink);
    let mut reader = xml::Xml::new(&document);
    let mut relations = Vec::new();
    while let Some(event) = reader.next(sink) {
        let xml::Event::Start(element) = event else { continue };
        if element.local() != "Relationship" {
            continue;
        }
        let mut relation = Relation {
            source: source.to_owned(),
            id: String::new(),
            kind: String::new(),
            target: String::new(),
            part: None,
            external: false,
        };
        let wanted = |local: &str| matches!(local, "Id" | "Type" | "Target" | "TargetMode");
        for attribute in element.attributes_where(wanted) {
            match attribute.local.as_str() {
                "Id" => relation.id = attribute.value,
                "Type" => {
                    let kind = attribute.value.trim().trim_end_matches('/').rsplit('/').next();
                    relation.kind = kind.unwrap_or_default().to_owned();
                }
                "Target" => relation.target = attribute.value,
                "TargetMode" => relation.external = attribute.value.trim().eq_ignore_ascii_case("external"),
                _ => {}
            }
        }
        if !relation.external {
            relation.part = Some(names::resolve(source, &relation.target));
        }
        relations.push(relation);
    }
    relations
}
