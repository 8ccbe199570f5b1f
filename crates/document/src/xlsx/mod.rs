//! Excel workbooks as packages of XML parts: xlsx, xlsm and their templates and add-ins (ISO 29500-1 section 18).

mod external;
mod macros;
mod requests;
mod scan;
mod workbook;

use crate::odd;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::xml::{Source, ns};
use ddefend_container::{Format, PackageReader, Sink};
use ddefend_model::{Link, LinkKind, NotInspected, trick};
use std::borrow::Cow;
use workbook::Workbook;

/// Workbooks of XML parts.
pub(crate) static READER: PackageReader = PackageReader {
    format: Format {
        id: "xlsx",
        title: "Excel workbook (Office Open XML)",
        extensions: &["xlsx", "xlsm", "xltx", "xltm", "xlam"],
    },
    names: |package| main_part(package).is_some_and(|part| package.has_root(part, "workbook")),
    read,
};

/// The id under which links are reported.
const CARRIER: &str = "xlsx";

/// Roots of parts that no formula, link or query can stand in; their text is not even inflated.
const SILENT: &[&str] = &["sst", "styleSheet", "calcChain", "metadata", "users", "headers", "revisions"];

/// The part that the package names as its main one.
pub(crate) fn main_part<'p>(package: &'p Package<'_>) -> Option<&'p PackagePart> {
    let main = package.relations_of("/").find(|relation| relation.kind == "officeDocument")?;
    package.part(main.part.as_deref()?)
}

/// A part's text and the tricks that stand in its name and namespace.
pub(crate) struct Opened<'a> {
    pub(crate) path: ddefend_model::PartPath,
    pub(crate) bytes: Cow<'a, [u8]>,
    pub(crate) tricks: Vec<&'static str>,
}

impl Opened<'_> {
    /// Hands a link on with the tricks of its part.
    pub(crate) fn report(&self, mut link: Link, source: Option<&Source<'_>>, sink: &mut dyn Sink) {
        let odd = link.kind != LinkKind::ExternalWorkbook && link.kind != LinkKind::Query;
        for trick in self.tricks.iter().filter(|_| odd) {
            link.saw(trick);
        }
        if source.is_some_and(|source| source.transcoded) {
            link.saw(trick::XML_ENCODING);
        }
        if source.is_some_and(|source| source.entities) {
            link.saw(trick::XML_ENTITY);
        }
        sink.link(link);
    }
}

/// Opens a part and marks it as read.
pub(crate) fn open<'a>(package: &Package<'a>, part: &PackagePart, sink: &mut dyn Sink) -> Option<Opened<'a>> {
    package.mark_read(part);
    let name = part.name.trim_start_matches('/');
    let mut tricks = part.tricks.clone();
    if package.root(part).is_some_and(|root| root.namespace == ns::X_STRICT) {
        tricks.push(trick::STRICT_NAMESPACE);
    }
    if part.content_types.len() > 1 && !tricks.contains(&trick::CONTENT_TYPE_CONFLICT) {
        tricks.push(trick::CONTENT_TYPE_CONFLICT);
    }
    let path = sink.path().join(name);
    package.read(part, sink).map(|bytes| Opened { path, bytes, tricks })
}

fn read(package: &Package<'_>, sink: &mut dyn Sink) {
    let roots: Vec<(&PackagePart, &str)> =
        package.parts().iter().filter_map(|part| Some((part, package.root(part)?.local.as_str()))).collect();
    let of = |wanted: &'static str| roots.iter().filter(move |(_, root)| *root == wanted).map(|(part, _)| *part);
    let mut workbook = Workbook::default();
    for part in of("workbook") {
        workbook::read(package, part, &mut workbook, sink);
    }
    let mut conversations = Vec::new();
    for part in of("externalLink") {
        conversations.extend(external::read(package, part, &workbook, sink));
    }
    let mut uses = scan::Uses::new(&conversations);
    for (part, root) in &roots {
        match *root {
            "worksheet" | "chartsheet" | "dialogsheet" | "table" | "chartSpace" => {
                scan::read(package, part, &workbook, &mut uses, sink);
            }
            "macrosheet" => macros::read(package, part, &workbook, sink),
            root if SILENT.contains(&root) => {
                package.mark_read(part);
                if let Some(root) = package.root(part) {
                    odd::tell(package, part, root, sink);
                }
            }
            _ => {}
        }
    }
    external::report(conversations, &uses, sink);
    crate::queries::read_package(package, CARRIER, sink);
    for part in package.parts().iter().filter(|part| part.has_role("vbaProject") && !package.was_read(part)) {
        package.mark_read(part);
        let path = sink.path().join(part.name.trim_start_matches('/'));
        sink.not_inspected(NotInspected { part: path, reason: "VBA code is not read".to_owned() });
    }
}
