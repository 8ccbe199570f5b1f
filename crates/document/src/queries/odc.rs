//! Office data connections: an XML island in HTML (`odc:OfficeDataConnection`).

use ddefend_container::xml::{Event, Source, Xml};
use ddefend_container::{Claim, Part, Probe, Sink, text};
use ddefend_model::{Link, LinkKind, Location, Trigger, code};

/// Namespace of the island.
const NAMESPACE: &str = "urn:schemas-microsoft-com:office:odc";

pub(super) fn sniff(probe: &Probe<'_>) -> Claim {
    let known = probe.head().is_some_and(|head| head.contains(NAMESPACE) || head.contains("text/x-ms-odc"));
    if known { Claim::Magic } else { Claim::No }
}

pub(super) fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let decoded = text::decode(part.bytes).text;
    // The HTML around it is no XML; the island is.
    let Some(start) = decoded.find("OfficeDataConnection").and_then(|at| decoded.get(..at)?.rfind('<')) else {
        let message = "a data connection without its XML island".to_owned();
        sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
        return;
    };
    let rest = decoded.get(start..).unwrap_or_default();
    let end = rest.find("</xml>").unwrap_or(rest.len());
    let source = Source::new(rest.get(..end).unwrap_or_default().as_bytes(), sink);
    let mut xml = Xml::new(&source);
    let (mut sort, mut text) = (None, None::<String>);
    let (mut connection, mut command, mut file) = (None, None, None);
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) => {
                if element.local() == "Connection" {
                    sort = element.attribute("Type");
                }
                text = Some(String::new());
            }
            Event::Text { text: piece, .. } => {
                if let Some(text) = &mut text {
                    text.push_str(&piece);
                }
            }
            Event::End(local) => match &*local {
                "ConnectionString" => connection = text.take(),
                "CommandText" => command = text.take(),
                "SourceFile" => file = text.take(),
                _ => text = None,
            },
            _ => {}
        }
    }
    let place = Location::bytes(start as u64, 0).held_by("odc:ConnectionString");
    let mut link = Link::new(LinkKind::Query, "odc", sink.path().clone(), place);
    link.service = sort;
    link.target = connection.or(file);
    link.topic = command;
    link.raw = link.target.clone().unwrap_or_default();
    link.trigger = Trigger::Open;
    sink.link(link);
}
