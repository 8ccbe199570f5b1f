//! `connections` and `queryTable` parts (ISO 29500-1 18.13 and 18.15), and their binary form.

use ddefend_container::Sink;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::xml::{Element, Event, Source, Xml};
use ddefend_model::{Link, LinkKind, Location, PartPath, Trigger};
use std::collections::BTreeSet;

/// Connections of the workbook to itself: a Power Query, a data model, a table of its own. What they fetch is told
/// elsewhere.
const OWN: [&str; 3] = ["data source=$workbook$", "data source=$embedded$", "thisworkbookdatamodel"];

/// Reads the parts; true where something is refreshed at open.
pub(super) fn read(package: &Package<'_>, carrier: &'static str, sink: &mut dyn Sink) -> bool {
    let of = |root: &'static str| package.parts().iter().filter(move |part| package.has_root(part, root));
    let mut at_open = BTreeSet::new();
    for part in of("queryTable") {
        at_open.extend(refreshed(package, part, sink));
    }
    let mut any = !at_open.is_empty();
    for part in of("connections") {
        any |= read_part(package, part, carrier, &at_open, sink);
    }
    any
}

fn on(element: &Element<'_>, name: &str) -> bool {
    element.attribute(name).is_some_and(|value| matches!(value.trim(), "1" | "true"))
}

/// Numbers of connections that a query table refreshes at open.
fn refreshed(package: &Package<'_>, part: &PackagePart, sink: &mut dyn Sink) -> Option<String> {
    package.mark_read(part);
    let bytes = package.read(part, sink)?;
    let source = Source::new(&bytes, sink);
    let mut xml = Xml::new(&source);
    while let Some(event) = xml.next(sink) {
        if let Event::Start(element) = event {
            return element.attribute("connectionId").filter(|_| on(&element, "refreshOnLoad"));
        }
    }
    None
}

fn read_part(
    package: &Package<'_>,
    part: &PackagePart,
    carrier: &'static str,
    at_open: &BTreeSet<String>,
    sink: &mut dyn Sink,
) -> bool {
    package.mark_read(part);
    let Some(bytes) = package.read(part, sink) else { return false };
    let path = sink.path().join(part.name.trim_start_matches('/'));
    let source = Source::new(&bytes, sink);
    let mut xml = Xml::new(&source);
    let (mut trigger, mut any) = (Trigger::Update, false);
    while let Some(event) = xml.next(sink) {
        let Event::Start(element) = event else { continue };
        if element.local() == "connection" {
            let id = element.attribute("id").unwrap_or_default();
            let opens = on(&element, "refreshOnLoad") || at_open.contains(&id);
            any |= opens;
            trigger = if opens { Trigger::Open } else { Trigger::Update };
        } else if let Some(mut link) = link(&element, carrier, &path) {
            link.trigger = trigger;
            sink.link(link);
        }
    }
    any
}

/// The element below a connection that says where it leads.
fn link(element: &Element<'_>, carrier: &'static str, path: &PartPath) -> Option<Link> {
    let (service, holder, target, command) = match element.local() {
        "webPr" => ("web", "webPr", "url", "post"),
        "dbPr" => ("database", "dbPr", "connection", "command"),
        "olapPr" => ("olap", "olapPr", "localConnection", ""),
        "textPr" => ("text", "textPr", "sourceFile", ""),
        "oledbPr" => ("oledb", "oledbPr", "connection", ""),
        "dataFeedPr" => ("data feed", "dataFeedPr", "connection", ""),
        _ => return None,
    };
    let target = element.attribute(target).filter(|target| !target.is_empty())?;
    let folded = target.to_ascii_lowercase();
    if OWN.iter().any(|own| folded.contains(own)) {
        return None;
    }
    let place = Location { offset: Some(element.offset), ..Location::default() }.held_by(holder);
    let mut link = Link::new(LinkKind::Query, carrier, path.clone(), place);
    link.service = Some(service.to_owned());
    link.raw.clone_from(&target);
    link.target = Some(target);
    link.topic = element.attribute(command);
    Some(link)
}
