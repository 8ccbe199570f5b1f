//! WordprocessingML: what packages and flat files share, and the flat files themselves: Word 2003 XML (with or without
//! its processing instruction, whatever its extension) and a document part that was taken out of its package.

mod quick;
mod settings;
mod story;

pub(crate) use quick::may_matter;
pub(crate) use settings::Settings;
pub(crate) use story::{Stories, StoryPart};

use crate::fields::{self, Carrier};
use base64::Engine;
use ddefend_container::xml::{Event, Source, Xml, ns};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_model::{Location, code};

/// Word 2003 XML.
pub(crate) static WORD2003: Reader = Reader {
    format: Format { id: "word2003xml", title: "Word 2003 XML document", extensions: &["xml"] },
    sniff: |probe| sniff(probe, &[ns::W_2003]),
    read: |part, sink| read(part, "word2003xml", sink),
};

/// A part of an OOXML document alone.
pub(crate) static LOOSE: Reader = Reader {
    format: Format { id: "wordxml", title: "WordprocessingML part outside of a package", extensions: &["xml"] },
    sniff: |probe| sniff(probe, &[ns::W, ns::W_STRICT]),
    read: |part, sink| read(part, "wordxml", sink),
};

/// XML whose head names one of the namespaces. Flat OPC names them too and is not meant here.
fn sniff(probe: &Probe<'_>, namespaces: &[&str]) -> Claim {
    let Some(head) = probe.head() else { return Claim::No };
    let head = head.trim_start_matches('\u{feff}').trim_start();
    let named = head.starts_with('<') && namespaces.iter().any(|namespace| head.contains(namespace));
    if named && !head.contains(ns::PKG) { Claim::Structure } else { Claim::No }
}

fn read(part: &Part<'_>, carrier: &'static str, sink: &mut dyn Sink) {
    let source = Source::new(part.bytes, sink);
    let mut settings = Settings::default();
    let mut stories = Stories::new(sink.budget().limits().nesting);
    // One file holds everything, so it is read twice rather than kept.
    if needs_settings(source.data().as_bytes()) {
        settings.read(&source, sink);
    }
    for (name, value) in settings.variables.drain(..) {
        stories.name(format!("docvariable {name}"), value);
    }
    let path = sink.path().clone();
    if may_matter(part.bytes) {
        stories.read(StoryPart { path: path.clone(), tricks: Vec::new() }, &source, sink);
    }
    let (built, again, place) = stories.finish();
    let fields_carrier = Carrier { id: carrier, update_fields: settings.update_fields };
    fields::report_readings(fields_carrier, &built, again.as_ref(), place, sink);
    for link in settings.loader_links(carrier, &path) {
        sink.link(link);
    }
    if let Some(link) = settings.merge_link(carrier, &path, |source| Some(source.to_owned())) {
        sink.link(link);
    }
    embedded(&source, sink);
}

/// True where settings may be there that matter.
pub(crate) fn needs_settings(bytes: &[u8]) -> bool {
    let words: [&[u8]; 5] = [b"updateFields", b"docVar", b"mailMerge", b"attachedTemplate", b"sourceFileName"];
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    words.iter().any(|word| has(word)) || memchr::memchr(0, bytes).is_some() || has(b"<!DOCTYPE")
}

/// Walks `w:binData` (Word 2003 XML): ActiveMime, OLE objects, pictures, in base64.
fn embedded(source: &Source<'_>, sink: &mut dyn Sink) {
    if memchr::memmem::find(source.data().as_bytes(), b"binData").is_none() {
        return;
    }
    let mut xml = Xml::new(source);
    let mut open: Option<(String, String)> = None;
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) if element.local() == "binData" => {
                let name = element.attribute("name").unwrap_or_else(|| "binData".to_owned());
                open = Some((name, String::new()));
            }
            Event::Text { text, .. } => {
                if let Some((_, data)) = open.as_mut() {
                    data.push_str(&text);
                }
            }
            Event::End(name) if name == "binData" => {
                let Some((name, data)) = open.take() else { continue };
                if let Some(bytes) = base64_text(&data, &name, sink) {
                    let path = sink.path().clone();
                    sink.child(Part::below(&path, &name, &bytes));
                }
            }
            _ => {}
        }
    }
}

/// Base64 as XML carries it, blanks and line ends in it; what can be decoded of a damaged text.
pub(crate) fn base64_text(text: &str, what: &str, sink: &mut dyn Sink) -> Option<Vec<u8>> {
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let kept: Vec<u8> = text.bytes().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).collect();
    // A lone last character holds no whole byte.
    let whole = if kept.len() % 4 == 1 { kept.len().saturating_sub(1) } else { kept.len() };
    let odd = text
        .bytes()
        .any(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'/' | b'=') && !b.is_ascii_whitespace());
    if odd || whole < kept.len() {
        let message = format!("{what}: the base64 text is damaged; what fits was decoded");
        sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
    }
    if let Err(exceeded) = sink.budget().produce(whole as u64) {
        sink.report(exceeded.code, Location::default(), format!("{exceeded}; {what} was not decoded"));
        return None;
    }
    LENIENT.decode(kept.get(..whole).unwrap_or_default()).ok()
}
