//! Formulas in text, SYLK, DIF, HTML, SpreadsheetML and OpenDocument: samples and damage.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::arithmetic_side_effects, missing_docs)]

use ddefend_model::{LinkKind, Trigger, trick};
use ddefend_testkit::samples::{Expect, Sample, formula};
use ddefend_testkit::{Collected, collect};

fn one(name: &str) -> (Sample, Collected) {
    let sample = formula::samples().into_iter().find(|sample| sample.name == name).unwrap();
    let found = collect(sample.name, &sample.bytes);
    (sample, found)
}

#[test]
fn every_sample_gives_what_it_expects() {
    let mut wrong = Vec::new();
    for sample in formula::samples() {
        let found = collect(sample.name, &sample.bytes);
        let first = found.of_kind(LinkKind::Dde).next();
        let good = match &sample.expect {
            Expect::Dde(service, topic) => first
                .is_some_and(|link| link.service.as_deref() == Some(*service) && link.topic.as_deref() == Some(*topic)),
            Expect::Related(kind) => {
                let name = |kind: LinkKind| serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned();
                first.is_none() && found.walked.links.iter().any(|link| name(link.kind) == *kind)
            }
            Expect::Silent => found.walked.links.is_empty(),
        };
        if !good {
            wrong.push(format!("{}: {:?} {:?}", sample.name, found.walked.links, found.codes()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = formula::samples().iter().map(|sample| sample.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn tricks_are_told() {
    for (name, id) in [
        ("prefix-plus.csv", trick::FORMULA_PREFIX),
        ("padding-tab.csv", trick::FORMULA_PADDING),
        ("chain.csv", trick::FORMULA_CHAIN),
        ("long-service.csv", trick::LONG_SERVICE),
        ("path-trick.csv", trick::PATH_TRICK),
        ("nul-bytes.csv", trick::NUL_BYTES),
        ("nul-bytes-shown-as-blanks.csv", trick::NUL_BYTES),
        ("full-width.csv", trick::FULL_WIDTH),
        ("encoding-utf16le.csv", trick::TEXT_ENCODING),
        ("encoding-utf7.csv", trick::TEXT_ENCODING),
        ("sep-line.csv", trick::ODD_DELIMITER),
        ("bar.csv", trick::ODD_DELIMITER),
        ("libreoffice-dde-case.csv", trick::MIXED_CASE),
        ("x10-text-as-workbook.xls", trick::EXTENSION_LIES),
        ("x11-named-workbook.xls", trick::EXTENSION_LIES),
        ("x11-escapes.slk", trick::TEXT_ENCODING),
        ("x9-references.html", trick::XML_ENCODING),
        ("x8-references.xml", trick::XML_ENCODING),
        ("x8-entity.xml", trick::XML_ENTITY),
        ("x8-utf16.xml", trick::XML_ENCODING),
        ("x8-external-book.xml", trick::ORPHAN_LINK),
        ("l1-unused-connection.fodt", trick::ORPHAN_LINK),
    ] {
        let (_, found) = one(name);
        let link = &found.walked.links[0];
        assert!(link.tricks.iter().any(|known| known.0 == id), "{name} lacks {id}: {:?}", link.tricks);
    }
}

#[test]
fn places_are_exact() {
    let (sample, found) = one("x10-comma.csv");
    let place = &found.walked.links[0].location;
    assert_eq!((place.cell.as_deref(), place.line, place.column), (Some("C2"), Some(2), Some(10)));
    let offset = usize::try_from(place.offset.unwrap()).unwrap();
    assert!(sample.bytes[offset..].starts_with(b"=cmd"));
    let (sample, found) = one("encoding-utf16be.csv");
    let offset = usize::try_from(found.walked.links[0].location.offset.unwrap()).unwrap();
    assert!(sample.bytes[offset..].starts_with(b"\0=\0c\0m\0d"));
    let (_, found) = one("x11-cell.slk");
    assert_eq!(found.walked.links[0].location.cell.as_deref(), Some("B2"));
    let (_, found) = one("x12-cell.dif");
    assert_eq!(found.walked.links[0].location.cell.as_deref(), Some("B1"));
    let (_, found) = one("x9-cell.html");
    assert_eq!(found.walked.links[0].location.cell.as_deref(), Some("B1"));
    let (_, found) = one("x8-cell.xml");
    let link = &found.walked.links[0];
    assert_eq!((link.location.sheet.as_deref(), link.location.cell.as_deref()), (Some("One"), Some("B3")));
    assert_eq!(link.shown.as_deref(), Some("#REF!"));
    let (_, found) = one("l1-formula.ods");
    let link = &found.walked.links[0];
    assert_eq!((link.location.sheet.as_deref(), link.location.cell.as_deref()), (Some("One"), Some("D1")));
    assert_eq!(link.shown.as_deref(), Some("old"));
}

#[test]
fn triggers_and_folding() {
    let trigger = |name: &str| one(name).1.walked.links[0].trigger;
    assert_eq!(trigger("l1-formula.ods"), Trigger::Calculation);
    assert_eq!(trigger("l1-section.odt"), Trigger::Open);
    assert_eq!(trigger("l1-manual-update.fodt"), Trigger::Update);
    assert_eq!(trigger("l1-unused-connection.fodt"), Trigger::Never);
    assert_eq!(trigger("l1-connection.odt"), Trigger::Open);
    assert_eq!(trigger("x11-macro-exec.slk"), Trigger::Open);
    let (_, found) = one("x8-market-feed.xml");
    assert_eq!((found.walked.links.len(), found.walked.links[0].count), (1, 50));
}

#[test]
fn shown_text_of_open_elements() {
    for name in ["l1-dde-links.fods", "l1-section.fodt", "l1-connection.fodt"] {
        assert_eq!(one(name).1.walked.links[0].shown.as_deref(), Some("old"), "{name}");
    }
}

#[test]
fn encrypted_packages_are_told() {
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">\
        <manifest:file-entry manifest:full-path=\"content.xml\"><manifest:encryption-data/></manifest:file-entry>\
        </manifest:manifest>";
    let bytes = ddefend_testkit::make::zip::zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", "\u{1}\u{2}\u{3}garbage"),
        ("META-INF/manifest.xml", manifest),
    ]);
    let found = collect("secret.odt", &bytes);
    assert_eq!(found.codes(), ["unreadable.encrypted"]);
    assert_eq!(found.walked.detected.map(|format| format.id), Some("odt"));
}

#[test]
fn embedded_objects_of_flat_documents_are_walked() {
    use base64::Engine;
    let inner = base64::engine::general_purpose::STANDARD.encode("a,b\n1,=cmd|'/c calc'!A0\n");
    let flat = String::from_utf8(one("l1-silent.fods").0.bytes).unwrap();
    let object = format!("<draw:object-ole><office:binary-data>{inner}</office:binary-data></draw:object-ole>");
    let found = collect("x.fods", flat.replace("<table:table ", &format!("{object}<table:table ")).as_bytes());
    assert_eq!(found.dde(), ["cmd|/c calc!A0"]);
}

#[test]
fn huge_repeat_counts_cost_nothing() {
    let flat = String::from_utf8(one("l1-formula.fods").0.bytes).unwrap();
    let huge = flat.replace("number-columns-repeated=\"3\"", "number-columns-repeated=\"4294967295\"");
    assert_eq!(collect("x.fods", huge.as_bytes()).dde().len(), 1);
    let rows = flat.replace("<table:table-row>", "<table:table-row table:number-rows-repeated=\"99999999999999\">");
    assert_eq!(collect("x.fods", rows.as_bytes()).dde().len(), 1);
}

#[test]
fn damage_is_survived() {
    for sample in formula::samples() {
        let length = sample.bytes.len();
        for cut in 0..16 {
            let _ = collect(sample.name, &sample.bytes[..length * cut / 16]);
        }
        for flip in (0..length).step_by((length / 24).max(1)) {
            let mut bytes = sample.bytes.clone();
            for value in [0, 0xff, b'"', b'<'] {
                bytes[flip] = value;
                let _ = collect(sample.name, &bytes);
            }
        }
    }
}

#[test]
fn noise_is_of_unknown_type() {
    let mut seed = 7_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    };
    let bytes: Vec<u8> = (0..3000).map(|_| noise()).collect();
    let found = collect("noise.docx", &bytes);
    assert!(found.walked.detected.is_none() && found.walked.links.is_empty());
    assert_eq!(found.codes(), ["unreadable.format"]);
    // What is stuffed with control characters is read all the same.
    assert_eq!(one("controls-around.csv").1.dde().len(), 1);
}
