//! Flat OPC: a whole package in one XML file (`pkg:package`), parts as XML or as base64.

use crate::package;
use crate::wordxml::base64_text;
use ddefend_container::opc::Package;
use ddefend_container::xml::{Event, Source, Xml, ns};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use std::borrow::Cow;

/// Flat OPC files.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "flatopc", title: "Flat OPC XML package", extensions: &["xml"] }, sniff, read };

fn sniff(probe: &Probe<'_>) -> Claim {
    let head = probe.head().unwrap_or_default().trim_start_matches('\u{feff}').trim_start();
    if head.starts_with('<') && head.contains(ns::PKG) { Claim::Structure } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let source = Source::new(part.bytes, sink);
    let parts = parts(&source, sink);
    package::read_package(&Package::from_parts(parts, sink), sink);
    // The package's own kind was named on the way; the file as a whole is still Flat OPC.
    sink.detected(&READER.format);
}

/// The part that is being read.
#[derive(Default)]
struct Open {
    name: String,
    content_type: String,
    /// Offset behind the start tag of `pkg:xmlData`, and how many elements were open then.
    xml: Option<(usize, usize)>,
    binary: Option<String>,
}

/// Name, content type and bytes of all parts.
fn parts<'s>(source: &'s Source<'_>, sink: &mut dyn Sink) -> Vec<(String, String, Cow<'s, [u8]>)> {
    let data = source.data();
    let mut xml = Xml::new(source);
    let mut found = Vec::new();
    let mut open: Option<Open> = None;
    loop {
        let before = usize::try_from(xml.offset()).unwrap_or(usize::MAX);
        let Some(event) = xml.next(sink) else { break };
        let depth = xml.open_elements().len();
        let inside_xml = open.as_ref().is_some_and(|open| open.xml.is_some());
        match event {
            Event::Start(element) if !inside_xml => match element.local() {
                "part" => {
                    let attribute = |name: &str| element.attribute(name).unwrap_or_default();
                    let (name, content_type) = (attribute("name"), attribute("contentType"));
                    open = Some(Open { name, content_type, ..Open::default() });
                }
                "xmlData" if !element.empty => {
                    let after = usize::try_from(xml.offset()).unwrap_or(usize::MAX);
                    if let Some(open) = open.as_mut() {
                        open.xml = Some((after, depth));
                    }
                }
                "binaryData" => {
                    if let Some(open) = open.as_mut() {
                        open.binary = Some(String::new());
                    }
                }
                _ => {}
            },
            Event::Text { text, .. } => {
                if let Some(data) = open.as_mut().and_then(|open| open.binary.as_mut()) {
                    data.push_str(&text);
                }
            }
            Event::End(_) => {
                let Some(current) = open.as_mut() else { continue };
                // Behind its end the element is no longer among the open ones.
                if let Some((start, _)) = current.xml.filter(|(_, level)| depth < *level) {
                    let inner = data.get(start..before).unwrap_or_default();
                    let (name, content_type) = (current.name.clone(), current.content_type.clone());
                    found.push((name, content_type, Cow::Borrowed(inner.as_bytes())));
                    current.xml = None;
                } else if let (false, Some(text)) = (inside_xml, current.binary.take())
                    && let Some(bytes) = base64_text(&text, &current.name, sink)
                {
                    found.push((current.name.clone(), current.content_type.clone(), Cow::Owned(bytes)));
                }
            }
            _ => {}
        }
    }
    if let Some(Open { name, content_type, xml: Some((start, _)), .. }) = open {
        // Cut off inside a part: its head is read all the same.
        found.push((name, content_type, Cow::Borrowed(data.get(start..).unwrap_or_default().as_bytes())));
    }
    found
}
