use crate::formulas::Source as Origin;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ddefend_container::xml::Element;
use ddefend_container::{Part, Sink};
use ddefend_model::{Link, LinkKind, Location, Trigger, code};

/// `office:dde-source` and `text:dde-connection-decl`, ODF 1.2 part 1 sections 14.6.5 and 14.6.3.
pub(super) fn dde(element: &Element<'_>, origin: &Origin, place: Location) -> Link {
    let mut link = Link::new(LinkKind::Dde, origin.carrier, origin.part.clone(), place);
    link.service = Some(element.attribute("dde-application").unwrap_or_default());
    link.topic = Some(element.attribute("dde-topic").unwrap_or_default());
    link.item = Some(element.attribute("dde-item").unwrap_or_default());
    // Section 19.366: true where it is missing.
    let automatic = element.attribute("automatic-update").is_none_or(|value| value.trim() != "false");
    link.trigger = if automatic { Trigger::Open } else { Trigger::Update };
    let word = |value: &Option<String>| value.clone().unwrap_or_default();
    link.raw = format!("{}|{}!{}", word(&link.service), word(&link.topic), word(&link.item));
    link
}

/// A link to another document: a section's, sheet's, frame's or object's source; none where it stays in the package.
pub(super) fn reference(element: &Element<'_>, origin: &Origin, place: Location) -> Option<Link> {
    let target = element.attribute("href").filter(|target| is_elsewhere(target))?;
    let (kind, trigger) = match element.local() {
        "section-source" => (LinkKind::IncludeField, Trigger::Open),
        "table-source" => (LinkKind::ExternalWorkbook, Trigger::Open),
        "floating-frame" => (LinkKind::RemoteFrame, Trigger::Open),
        _ => (LinkKind::OleLink, Trigger::Update),
    };
    let mut link = Link::new(kind, origin.carrier, origin.part.clone(), place);
    link.service = Some(element.local().to_owned());
    link.topic = element.attribute("filter-name").filter(|_| kind == LinkKind::IncludeField);
    link.raw.clone_from(&target);
    link.target = Some(target);
    link.trigger = trigger;
    Some(link)
}

/// True for an address outside the package: with a scheme, a share, a drive or a way up.
fn is_elsewhere(target: &str) -> bool {
    let target = target.trim();
    let scheme = target.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    });
    scheme || target.starts_with("../") || target.starts_with('/') || target.starts_with("\\\\")
}

/// An embedded object of a flat document, walked as a part.
pub(super) fn embedded(binary: &str, sink: &mut dyn Sink) {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&STANDARD, config.with_decode_allow_trailing_bits(true));
    let digits: Vec<u8> = binary.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let Ok(bytes) = engine.decode(&digits) else {
        let message = "office:binary-data holds no valid base64; the object was not read".to_owned();
        sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
        return;
    };
    if let Err(exceeded) = sink.budget().produce(bytes.len() as u64) {
        sink.report(exceeded.code, Location::default(), format!("{exceeded}; an embedded object was not read"));
        return;
    }
    let parent = sink.path().clone();
    sink.child(Part::below(&parent, "office:binary-data", &bytes));
}
