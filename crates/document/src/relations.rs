//! External relationships of any package (ISO 29500-2 6.5): templates, frames, sub-documents, foreign chunks and linked
//! objects that are loaded from elsewhere. Hyperlinks and pictures are no links; pictures from a server are a fact.

use ddefend_container::opc::{Package, Relation};
use ddefend_container::xml::{Event, Source, Xml};
use ddefend_container::{Format, PackageReader, Sink};
use ddefend_model::{Link, LinkKind, Location, Trigger};
use std::collections::BTreeMap;

/// Any package.
pub(crate) static READER: PackageReader = PackageReader {
    format: Format {
        id: "opc",
        title: "Open Packaging Conventions package",
        extensions: &["vsdx", "vsdm", "xps", "thmx"],
    },
    names: |_| true,
    read,
};

/// How a linked object is used, as its element says.
#[derive(Clone, Debug, Default)]
struct Use {
    class: Option<String>,
    automatic: bool,
    offset: u64,
}

fn read(package: &Package<'_>, sink: &mut dyn Sink) {
    let carrier = carrier(package);
    let mut uses: BTreeMap<&str, BTreeMap<String, Use>> = BTreeMap::new();
    for relation in package.relations().iter().filter(|relation| relation.external) {
        // External links of workbooks are read with their elements.
        if package.part(&relation.source).is_some_and(|part| part.has_role("externalLink")) {
            continue;
        }
        let kind = match relation.kind.as_str() {
            "attachedTemplate" => LinkKind::RemoteTemplate,
            "frame" | "subDocument" => LinkKind::RemoteFrame,
            "aFChunk" => LinkKind::RemoteChunk,
            // The external-link parts of workbooks say more about theirs than the relationship does.
            "oleObject" | "package" | "control" if !is_external_link(package, relation) => LinkKind::OleLink,
            "image" => {
                picture(relation, sink);
                continue;
            }
            _ => continue,
        };
        let mut link = link(kind, carrier, relation, sink);
        if kind == LinkKind::OleLink {
            let uses =
                uses.entry(relation.source.as_str()).or_insert_with(|| read_uses(package, &relation.source, sink));
            link.trigger = Trigger::Update;
            if let Some(found) = uses.get(&relation.id) {
                link.service.clone_from(&found.class);
                link.location.offset = Some(found.offset);
                if found.automatic {
                    link.trigger = Trigger::Open;
                }
            }
        }
        sink.link(link);
    }
}

fn is_external_link(package: &Package<'_>, relation: &Relation) -> bool {
    package.part(&relation.source).is_some_and(|part| part.has_role("externalLink"))
}

fn link(kind: LinkKind, carrier: &'static str, relation: &Relation, sink: &dyn Sink) -> Link {
    let part = sink.path().join(relation.source.trim_start_matches('/'));
    let place = Location::default().held_by(format!("Relationship {} ({})", relation.id, relation.kind));
    let mut link = Link::new(kind, carrier, part, place);
    link.trigger = Trigger::Open;
    link.raw.clone_from(&relation.target);
    link.target = Some(relation.target.clone());
    link
}

/// A picture from a server tells that server who opened the document, and a UNC path sends it a password hash.
fn picture(relation: &Relation, sink: &mut dyn Sink) {
    let target = relation.target.trim();
    let lower = target.to_ascii_lowercase();
    let unc = target.starts_with("\\\\") || (lower.starts_with("file://") && !lower.starts_with("file:///"));
    if unc || lower.starts_with("file:///\\\\") {
        sink.fact(format!("a picture is loaded from {target}"));
    }
}

/// The reader whose documents the package holds.
fn carrier(package: &Package<'_>) -> &'static str {
    let main = package.relations_of("/").find(|relation| relation.kind == "officeDocument");
    let main = main.and_then(|relation| package.part(relation.part.as_deref()?));
    let family = |claim: &String| {
        let claim = claim.to_ascii_lowercase();
        let families =
            [("word", "docx"), ("ms-excel.sheet.binary", "xlsb"), ("spreadsheet", "xlsx"), ("excel", "xlsx")];
        let more = [("presentation", "pptx"), ("powerpoint", "pptx")];
        families.iter().chain(&more).find(|(word, _)| claim.contains(word)).map(|(_, id)| *id)
    };
    main.and_then(|part| part.content_types.iter().find_map(family)).unwrap_or("opc")
}

/// Elements of a part that refer to relationships of linked objects: `o:OLEObject` (Word), `oleObject` (Excel),
/// `p:oleObj` with `p:link` (PowerPoint).
fn read_uses(package: &Package<'_>, source: &str, sink: &mut dyn Sink) -> BTreeMap<String, Use> {
    let mut found = BTreeMap::new();
    let Some(part) = package.part(source) else { return found };
    let Some(bytes) = package.read(part, sink) else { return found };
    let source = Source::new(&bytes, sink);
    let mut xml = Xml::new(&source);
    let mut last: Option<String> = None;
    while let Some(event) = xml.next(sink) {
        let Event::Start(element) = event else { continue };
        match element.local() {
            "OLEObject" | "oleObject" | "oleObj" | "control" => {
                let Some(id) = element.attribute("id").filter(|id| !id.is_empty()) else { continue };
                let class = element.attribute("ProgID").or_else(|| element.attribute("progId"));
                let mode = element.attribute("UpdateMode").or_else(|| element.attribute("oleUpdate"));
                let automatic = mode.is_some_and(|mode| mode.to_ascii_lowercase().contains("always"));
                last = Some(id.clone());
                found.insert(id, Use { class, automatic, offset: element.offset });
            }
            "link" => {
                let automatic = element.attribute("updateAutomatic").is_some_and(|v| v == "1" || v == "true");
                if let Some(entry) = last.as_ref().and_then(|id| found.get_mut(id)) {
                    entry.automatic |= automatic;
                }
            }
            _ => {}
        }
    }
    found
}
