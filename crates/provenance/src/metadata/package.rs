//! Properties of OPC packages (ISO 29500-2 section 11, ISO 29500-1 22.2 and 22.3), settings of Word, printers, signatures.

use super::EntryTimes;
use super::certificate;
use super::values::{Seen, Values, elements};
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::{Sink, base64};
use ddefend_model::provenance::Metadata;

/// Parts of one kind that are read: a package may hold as many as it likes.
const PARTS: usize = 8;
/// Bytes of printer settings that hold the name: DEVMODEW begins with 32 UTF-16 units.
const PRINTER: usize = 64;

/// What a package says of itself.
pub(crate) fn package(part: &str, package: &Package<'_>, times: &EntryTimes, sink: &mut dyn Sink) -> Option<Metadata> {
    let mut values = Values::default();
    let mut printers = 0_usize;
    for (number, part) in package.parts().iter().enumerate().take(10_000) {
        let root = package.root(part).map(|root| root.local.clone()).unwrap_or_default();
        let lower = part.name.to_ascii_lowercase();
        if number < 2_000 || !root.is_empty() {
            match root.as_str() {
                "coreProperties" => read(package, part, sink, &mut |seen| core(seen, &mut values)),
                "Properties" if lower.contains("custom") => custom(package, part, sink, &mut values),
                "Properties" => read(package, part, sink, &mut |seen| application(seen, &mut values)),
                "settings" if lower.contains("word/") => word_settings(package, part, sink, &mut values),
                "Signature" => {
                    values.add("signature", "XML (not validated)");
                    read(package, part, sink, &mut |seen| signature(seen, &mut values));
                }
                "styles" if lower.contains("word/") => {
                    read(package, part, sink, &mut |seen| language(seen, &mut values))
                }
                _ => {}
            }
        }
        if printers < PARTS && part.has_role("printerSettings") {
            printers = printers.saturating_add(1);
            values.add("printer", &printer(&package.prefix(part, PRINTER)));
        }
        if lower.contains("vbaprojectsignature") {
            values.add("signature", "VBA (not validated)");
            if let Some(bytes) = package.read(part, sink) {
                for subject in certificate::subjects_within(&bytes) {
                    values.add("signer", &subject);
                }
            }
        }
    }
    for relation in package.relations().iter().filter(|relation| relation.kind == "attachedTemplate").take(PARTS) {
        values.add("attached_template", &relation.target);
    }
    if values.is_empty() {
        return None;
    }
    times.tell(&mut |text| values.add("zip_times", text));
    Some(values.finish(part))
}

fn read(package: &Package<'_>, part: &PackagePart, sink: &mut dyn Sink, take: &mut dyn FnMut(&Seen)) {
    if let Some(bytes) = package.read(part, sink) {
        elements(&bytes, sink, take);
    }
}

fn core(seen: &Seen, values: &mut Values) {
    match seen.name.as_str() {
        "title" => values.add("title", &seen.text),
        "subject" => values.add("subject", &seen.text),
        "creator" => values.add("creator", &seen.text),
        "lastModifiedBy" => values.add("last_modified_by", &seen.text),
        "created" => values.add_time("created", &seen.text),
        "modified" => values.add_time("modified", &seen.text),
        "lastPrinted" => values.add_time("printed", &seen.text),
        "revision" => values.add("revision", &seen.text),
        "language" => values.add("language", &seen.text),
        "keywords" => values.add("keywords", &seen.text),
        "description" => values.add("comments", &seen.text),
        "category" => values.add("category", &seen.text),
        _ => {}
    }
}

fn application(seen: &Seen, values: &mut Values) {
    match seen.name.as_str() {
        "Template" => values.add("template", &seen.text),
        "Company" => values.add("company", &seen.text),
        "Manager" => values.add("manager", &seen.text),
        "Application" => values.add("application", &seen.text),
        "AppVersion" => values.add("app_version", &seen.text),
        "TotalTime" => values.add("edit_minutes", &seen.text),
        _ => {}
    }
}

/// Custom properties: the value stands in an element named for its type.
fn custom(package: &Package<'_>, part: &PackagePart, sink: &mut dyn Sink, values: &mut Values) {
    let mut text = String::new();
    read(package, part, sink, &mut |seen| {
        if seen.name == "property" {
            values.add(&format!("custom:{}", seen.attribute("name")), &std::mem::take(&mut text));
        } else {
            text.clone_from(&seen.text);
        }
    });
}

/// Editing sessions: Word writes a number for each; copies of one template share the first.
fn word_settings(package: &Package<'_>, part: &PackagePart, sink: &mut dyn Sink, values: &mut Values) {
    let mut count = 0_u32;
    read(package, part, sink, &mut |seen| match seen.name.as_str() {
        "rsidRoot" => values.add("rsid", seen.attribute("val")),
        "rsid" => count = count.saturating_add(1),
        "themeFontLang" => values.add("language", seen.attribute("val")),
        _ => {}
    });
    if count > 0 {
        values.add("rsid_count", &count.to_string());
    }
}

fn language(seen: &Seen, values: &mut Values) {
    if seen.name == "lang" && seen.parent == "rPr" {
        values.add("language", seen.attribute("val"));
    }
}

/// Certificates of an XML signature (XMLDSig 4.5.4).
fn signature(seen: &Seen, values: &mut Values) {
    if seen.name == "X509Certificate" {
        let bytes = base64(seen.text.as_bytes());
        values.add("signer", &certificate::subject(&bytes).unwrap_or_default());
    }
}

/// Device name at the start of a DEVMODEW structure (wingdi.h).
fn printer(head: &[u8]) -> String {
    let (pairs, _) = head.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).take_while(|unit| *unit != 0).collect();
    let name = String::from_utf16_lossy(&units);
    let is_name = name.chars().count() > 1 && name.chars().all(|c| !c.is_control() && c != '\u{fffd}');
    if is_name { name } else { String::new() }
}
