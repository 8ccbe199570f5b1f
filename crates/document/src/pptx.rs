//! PowerPoint packages: actions that start programs. Linked objects are external relationships (`relations`); embedded
//! documents are walked as parts.

use crate::docx::part_path;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::xml::{Event, Source, Xml, ns};
use ddefend_container::{Format, PackageReader, Sink};
use ddefend_model::{Link, LinkKind, Location, Trigger};

/// PowerPoint packages.
pub(crate) static READER: PackageReader = PackageReader {
    format: Format {
        id: "pptx",
        title: "PowerPoint presentation (OOXML)",
        extensions: &["pptx", "pptm", "ppsx", "ppsm", "potx", "potm", "ppam", "sldx", "sldm"],
    },
    names: |package| {
        let mut mains = package.relations_of("/").filter(|relation| relation.kind == "officeDocument");
        mains.any(|main| {
            main.part.as_deref().and_then(|name| package.part(name)).is_some_and(|part| is_slides(package, part))
        })
    },
    read,
};

fn is_slides(package: &Package<'_>, part: &PackagePart) -> bool {
    match package.root(part) {
        Some(root) if !root.namespace.is_empty() => matches!(root.namespace.as_str(), ns::P | ns::P_STRICT),
        _ => part.content_types.iter().any(|claim| {
            let claim = claim.to_ascii_lowercase();
            claim.contains("presentationml") || claim.contains("ms-powerpoint")
        }),
    }
}

fn read(package: &Package<'_>, sink: &mut dyn Sink) {
    for part in package.parts().iter().filter(|part| is_slides(package, part)) {
        let Some(bytes) = package.read(part, sink) else { continue };
        package.mark_read(part);
        let has = |word: &[u8]| memchr::memmem::find(&bytes, word).is_some();
        // `hlinkClick`, `hlinkHover`, `hlinkMouseOver` with an `action`; UTF-16 and entities could hide the names.
        if has(b"action") && has(b"hlink") || has(b"\0h\0l\0i\0n\0k") || has(b"<!DOCTYPE") {
            actions(package, part, &bytes, sink);
        }
    }
}

/// `action="ppaction://program"` (ISO 29500-1 21.1.2.3.5, MS-OE376): the relationship's target is started.
fn actions(package: &Package<'_>, part: &PackagePart, bytes: &[u8], sink: &mut dyn Sink) {
    let source = Source::new(bytes, sink);
    let mut xml = Xml::new(&source);
    while let Some(event) = xml.next(sink) {
        let Event::Start(element) = event else { continue };
        if !element.local().starts_with("hlink") {
            continue;
        }
        let Some(action) = element.attribute("action") else { continue };
        if !action.trim().to_ascii_lowercase().starts_with("ppaction://program") {
            continue;
        }
        let id = element.attribute("id").unwrap_or_default();
        let target = package.relations_of(&part.name).find(|relation| relation.id == id);
        let place = Location { offset: Some(element.offset), ..Location::default() }
            .held_by(format!("a:{}@action", element.local()));
        let mut link = Link::new(LinkKind::ProgramAction, READER.format.id, part_path(part, sink), place);
        link.target = target.map(|relation| relation.target.clone());
        link.service = Some(action.clone());
        link.raw = target.map_or(action, |relation| relation.target.clone());
        link.trigger = Trigger::Click;
        sink.link(link);
    }
}
