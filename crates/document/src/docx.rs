//! Word documents in OOXML packages (ISO 29500-1 clause 11): fields in all stories, settings, mail merge. Parts are
//! found by what is in them, never by their names.

use crate::fields::{self, Carrier};
use crate::wordxml::{Settings, Stories, StoryPart, may_matter, needs_settings};
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::xml::{Event, Source, Xml, ns};
use ddefend_container::{Format, PackageReader, Sink, text};
use ddefend_model::{PartPath, trick};
use std::borrow::Cow;

/// Word packages.
pub(crate) static READER: PackageReader = PackageReader {
    format: Format { id: "docx", title: "Word document (OOXML)", extensions: &["docx", "docm", "dotx", "dotm"] },
    names,
    read,
};

fn names(package: &Package<'_>) -> bool {
    let main = package.relations_of("/").filter(|relation| relation.kind == "officeDocument");
    let mut mains = main.filter_map(|relation| package.part(relation.part.as_deref()?)).peekable();
    if mains.peek().is_none() {
        // No package relationships: the part that calls itself a Word document.
        return package.parts().iter().any(|part| is_word_type(part) && package.has_root(part, "document"));
    }
    mains.any(|part| is_word(package, part))
}

fn is_word_type(part: &PackagePart) -> bool {
    part.content_types.iter().any(|claim| {
        let claim = claim.to_ascii_lowercase();
        claim.contains("wordprocessingml") || claim.contains("ms-word")
    })
}

/// True where the root's namespace is Word's. A namespace that cannot be seen leaves it to type and role.
fn is_word(package: &Package<'_>, part: &PackagePart) -> bool {
    match package.root(part) {
        Some(root) if !root.namespace.is_empty() => {
            matches!(root.namespace.as_str(), ns::W | ns::W_STRICT | ns::W_2003)
        }
        Some(_) => is_word_type(part),
        // A root behind a long comment; a chunk may be of a Word type and a package of its own.
        None => is_word_type(part) && looks_like_xml(&package.prefix(part, 1 << 10)),
    }
}

fn looks_like_xml(head: &[u8]) -> bool {
    text::decode(head).text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// What a part is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Settings,
    /// Text with fields; true for the main text.
    Story {
        main: bool,
    },
    /// Styles, numbering, fonts: read as stories too, since nothing stops anybody from putting one there.
    Other,
}

fn kind(package: &Package<'_>, part: &PackagePart) -> Kind {
    let root = package.root(part).map(|root| root.local.as_str()).unwrap_or_default();
    match root {
        "settings" | "webSettings" => Kind::Settings,
        "document" => Kind::Story { main: !part.has_role("glossaryDocument") },
        "hdr" | "ftr" | "footnotes" | "endnotes" | "comments" | "glossaryDocument" => Kind::Story { main: false },
        _ if part.has_role("settings") || part.has_role("webSettings") => Kind::Settings,
        _ => Kind::Other,
    }
}

fn read(package: &Package<'_>, sink: &mut dyn Sink) {
    read_with(package, may_matter, sink);
}

/// How many bytes of parts are kept until it is known whether any of them matters.
const KEPT: usize = 8 << 20;

/// Reads a package. Only where `may_matter` says so of one part are the stories parsed, and then all of them: fields
/// of one part may refer to what another defines.
fn read_with(package: &Package<'_>, may_matter: fn(&[u8]) -> bool, sink: &mut dyn Sink) {
    let mut settings = Settings::default();
    let mut merge_source = None;
    let mut matters = false;
    let mut kept: Vec<(&PackagePart, Option<Cow<'_, [u8]>>)> = Vec::new();
    let mut size = 0_usize;
    for part in package.parts().iter().filter(|part| is_word(package, part)) {
        let Some(bytes) = package.read(part, sink) else { continue };
        package.mark_read(part);
        if kind(package, part) == Kind::Settings && needs_settings(&bytes) {
            settings.read(&Source::new(&bytes, sink), sink);
            if settings.merge.is_some() && merge_source.is_none() {
                merge_source = Some(part);
            }
        }
        matters = matters || may_matter(&bytes);
        size = size.saturating_add(bytes.len());
        kept.push((part, (size <= KEPT).then_some(bytes)));
    }
    if matters {
        report_fields(package, kept, &mut settings, sink);
    }
    let Some(part) = merge_source else { return };
    let resolve = |id: &str| {
        let relation = package.relations_of(&part.name).find(|relation| relation.id == id)?;
        Some(relation.target.clone())
    };
    if let Some(link) = settings.merge_link(READER.format.id, &part_path(part, sink), resolve) {
        sink.link(link);
    }
}

fn report_fields(
    package: &Package<'_>,
    parts: Vec<(&PackagePart, Option<Cow<'_, [u8]>>)>,
    settings: &mut Settings,
    sink: &mut dyn Sink,
) {
    let mut stories = Stories::new(sink.budget().limits().nesting);
    for (part, bytes) in parts {
        let Some(bytes) = bytes.or_else(|| package.read(part, sink)) else { continue };
        let path = part_path(part, sink);
        let source = Source::new(&bytes, sink);
        stories.read(StoryPart { path, tricks: story_tricks(part, kind(package, part)) }, &source, sink);
    }
    for (name, value) in settings.variables.drain(..) {
        stories.name(format!("docvariable {name}"), value);
    }
    properties(package, &mut stories, sink);
    let (built, again, place) = stories.finish();
    let carrier = Carrier { id: READER.format.id, update_fields: settings.update_fields };
    fields::report_readings(carrier, &built, again.as_ref(), place, sink);
}

/// The path of a part of the package that is being read.
pub(crate) fn part_path(part: &PackagePart, sink: &dyn Sink) -> PartPath {
    sink.path().join(part.name.trim_start_matches('/'))
}

fn story_tricks(part: &PackagePart, kind: Kind) -> Vec<&'static str> {
    let mut tricks = part.tricks.clone();
    if kind != (Kind::Story { main: true }) {
        tricks.push(trick::OTHER_STORY);
    }
    let name = part.name.to_ascii_lowercase();
    let usual = name.starts_with("/word/") && name.ends_with(".xml");
    if !usual && !tricks.contains(&trick::RENAMED_PART) {
        tricks.push(trick::RENAMED_PART);
    }
    tricks
}

/// Document properties that DOCPROPERTY, TITLE and the like can bring into an instruction.
fn properties(package: &Package<'_>, stories: &mut Stories, sink: &mut dyn Sink) {
    let roots = ["coreProperties", "Properties"];
    for part in package.parts() {
        let Some(root) = package.root(part) else { continue };
        if !roots.contains(&root.local.as_str()) {
            continue;
        }
        let Some(bytes) = package.read(part, sink) else { continue };
        let source = Source::new(&bytes, sink);
        let mut xml = Xml::new(&source);
        let mut name = String::new();
        while let Some(event) = xml.next(sink) {
            match event {
                Event::Start(element) => match (element.local(), element.attribute("name")) {
                    ("property", Some(own)) => name = own,
                    (local, _) if xml.open_elements().len() == 2 => property_name(local).clone_into(&mut name),
                    _ => {}
                },
                Event::Text { text, .. } if !name.is_empty() && !text.trim().is_empty() => {
                    stories.name(format!("docproperty {name}"), text.into_owned());
                }
                _ => {}
            }
        }
    }
}

/// The field's name for a core property.
fn property_name(local: &str) -> &str {
    match local {
        "creator" => "author",
        "description" => "comments",
        "lastModifiedBy" => "lastsavedby",
        other => other,
    }
}

#[cfg(test)]
mod tests;
