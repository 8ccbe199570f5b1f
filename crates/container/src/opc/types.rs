//! Content types (ISO 29500-2 section 6.2.3), with everything that contradicts.

use super::{PackagePart, names};
use crate::{Sink, xml};
use ddefend_model::{Location, code, trick};
use std::collections::BTreeMap;

/// Claims of one or more content-types parts.
#[derive(Default)]
pub(super) struct Types {
    /// Folded part name to its types.
    overrides: BTreeMap<String, Vec<String>>,
    /// Extension in lower case to its types.
    defaults: BTreeMap<String, Vec<String>>,
}

impl Types {
    /// Notes an override.
    pub(super) fn add_override(&mut self, name: &str, content_type: &str) {
        add(self.overrides.entry(names::fold(name)).or_default(), content_type);
    }

    /// Reads a content-types part.
    pub(super) fn parse(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        let document = xml::Source::new(bytes, sink);
        let mut reader = xml::Xml::new(&document);
        while let Some(event) = reader.next(sink) {
            let xml::Event::Start(element) = event else { continue };
            let key = match element.local() {
                "Override" => "PartName",
                "Default" => "Extension",
                _ => continue,
            };
            let (Some(key), Some(value)) = (element.attribute(key), element.attribute("ContentType")) else { continue };
            if element.local() == "Override" {
                self.add_override(&key, &value);
            } else {
                add(self.defaults.entry(key.trim_start_matches('.').to_ascii_lowercase()).or_default(), &value);
            }
        }
    }

    /// Gives the parts their types and marks contradictions.
    pub(super) fn apply(&self, parts: &mut [PackagePart], sink: &mut dyn Sink) {
        let mains = self.mains();
        let conflict = mains.len() > 1 || self.overrides.values().chain(self.defaults.values()).any(|t| t.len() > 1);
        if conflict {
            let message = "content types contradict each other; parts were read by what is in them".to_owned();
            sink.report(code::NOTE_ARCHIVE, Location::default(), message);
        }
        for part in parts {
            let folded = names::fold(&part.name);
            let extension = folded.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map(|(_, e)| e);
            let overrides = self.overrides.get(&folded).map(Vec::as_slice).unwrap_or_default();
            let defaults = extension.and_then(|e| self.defaults.get(e)).map(Vec::as_slice).unwrap_or_default();
            for claim in overrides {
                add(&mut part.content_types, claim);
            }
            let generic =
                |claim: &str| claim.eq_ignore_ascii_case("application/xml") || claim.eq_ignore_ascii_case("text/xml");
            for claim in defaults.iter().filter(|claim| overrides.is_empty() || !generic(claim)) {
                add(&mut part.content_types, claim);
            }
            let own = overrides.len() > 1 || defaults.len() > 1;
            if own || (mains.len() > 1 && part.has_role("officeDocument")) {
                names::saw(&mut part.tricks, trick::CONTENT_TYPE_CONFLICT);
            }
        }
    }

    /// Families of main parts (`wordprocessingml`, `spreadsheetml`, ...) that are claimed: a package has one.
    fn mains(&self) -> Vec<&'static str> {
        let mut families = Vec::new();
        for claim in self.overrides.values().chain(self.defaults.values()).flatten() {
            let claim = claim.to_ascii_lowercase();
            let main = claim.ends_with(".main+xml") || claim.contains(".main+") || claim.contains("macroenabled.main");
            let family =
                ["wordprocessingml", "spreadsheetml", "presentationml", "ms-word", "ms-excel", "ms-powerpoint"]
                    .into_iter()
                    .position(|word| claim.contains(word));
            // The macro-enabled types of one application belong to the same family as its plain ones.
            let family = family.and_then(|at| ["word", "excel", "powerpoint"].get(at % 3).copied());
            if let (true, Some(family)) = (main, family)
                && !families.contains(&family)
            {
                families.push(family);
            }
        }
        families
    }
}

/// Adds a type once, letter case ignored, without parameters.
fn add(types: &mut Vec<String>, claim: &str) {
    let claim = claim.split(';').next().unwrap_or_default().trim();
    if !claim.is_empty() && !types.iter().any(|known| known.eq_ignore_ascii_case(claim)) {
        types.push(claim.to_owned());
    }
}
