//! Archives and packages that readers see differently.

use super::super::Sample;
use super::{CSV, EXPECT, armed, harmless};
use crate::make::archive::gzip;
use crate::make::opc::{DOCX, Opc, XLSX};
use crate::make::zip::{Item, Method, Zip};

pub(super) fn samples() -> Vec<Sample> {
    [directories(), packages()].concat()
}

fn sample(row: &'static str, name: &'static str, bytes: Vec<u8>) -> Sample {
    Sample { row, name, bytes, expect: EXPECT }
}

fn package(main: &str) -> Opc {
    Opc::new().part("word/document.xml", DOCX, main).relate("", "officeDocument", "word/document.xml")
}

/// A package whose main part is there twice.
fn twice(first: &str, second: &str) -> Vec<u8> {
    let mut items = package(first).items();
    items.push(Item::new("word/document.xml", second));
    Zip { items, ..Zip::default() }.build()
}

fn directories() -> Vec<Sample> {
    let items = || package(&armed()).items();
    let build = |zip: Zip| zip.build();
    let junk = b"MZ no program, only bytes before the first header".to_vec();
    let mut hidden = package(&harmless()).items();
    hidden.push(Item { hidden: true, ..Item::new("word/document.xml", armed()) });
    let mut renamed = package(&harmless()).items();
    renamed.push(Item { local_name: Some("list.csv".to_owned()), ..Item::new("docProps/thumbnail.jpeg", CSV) });
    let mut method = package(&armed()).items();
    for item in &mut method {
        item.method = Method::Stored;
        item.central_method = Some(8);
    }
    let mut sizes = package(&armed()).items();
    for item in &mut sizes {
        item.central_compressed = Some(40);
    }
    vec![
        sample(
            "leading-junk",
            "leading-junk.docx",
            build(Zip { items: items(), junk: junk.clone(), ..Zip::default() }),
        ),
        sample(
            "leading-junk",
            "leading-junk-absolute.docx",
            build(Zip { items: items(), junk, absolute: true, ..Zip::default() }),
        ),
        sample(
            "trailing-bytes",
            "trailing-bytes.docx",
            build(Zip { items: items(), trailer: b"bytes behind the end".to_vec(), ..Zip::default() }),
        ),
        sample(
            "trailing-bytes",
            "trailing-bytes.csv.gz",
            [gzip("x", b"name,amount\r\nbob,12\r\n"), CSV.to_vec()].concat(),
        ),
        sample(
            "archive-mismatch",
            "no-directory.docx",
            build(Zip { items: items(), headless: true, ..Zip::default() }),
        ),
        sample("archive-mismatch", "armed-first.docx", twice(&armed(), &harmless())),
        sample("archive-mismatch", "armed-last.docx", twice(&harmless(), &armed())),
        sample("archive-mismatch", "hidden-entry.docx", build(Zip { items: hidden, ..Zip::default() })),
        sample("archive-mismatch", "two-names.docx", build(Zip { items: renamed, ..Zip::default() })),
        sample("archive-mismatch", "two-methods.docx", build(Zip { items: method, ..Zip::default() })),
        sample("archive-mismatch", "two-sizes.docx", build(Zip { items: sizes, ..Zip::default() })),
    ]
}

fn packages() -> Vec<Sample> {
    let odd = Opc::new().part("odd/place.bin", DOCX, armed()).relate("", "officeDocument", "/odd/place.bin").build();
    let mut backslashes = package(&armed()).items();
    for item in &mut backslashes {
        item.name = item.name.replace('/', "\\").to_uppercase();
    }
    let untyped: Vec<Item> = package(&armed()).items().into_iter().filter(|item| !item.name.starts_with('[')).collect();
    vec![
        sample("renamed-part", "renamed-part.docx", odd),
        sample("renamed-part", "backslashes.docx", Zip { items: backslashes, ..Zip::default() }.build()),
        sample("renamed-part", "no-content-types.docx", Zip { items: untyped, ..Zip::default() }.build()),
        sample(
            "content-type-conflict",
            "content-type-default.docx",
            package(&armed()).default_type("docx", XLSX).build(),
        ),
        sample(
            "content-type-conflict",
            "content-type-override.docx",
            package(&armed()).override_type("word/document.xml", XLSX).build(),
        ),
    ]
}
