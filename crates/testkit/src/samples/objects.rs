//! Samples of the objects area: compound files, OLE objects, encryption, PowerPoint, OneNote, ActiveMime.

mod encrypted;
mod ole;
mod stores;

use super::{Entry, Expect, Sample};
use crate::collect;
use crate::make::opc::{DOCX, Opc, XLSX};

/// What every document in here starts.
const SERVICE: &str = "cmd";
const TOPIC: &str = "/c calc";
const DDE: Expect = Expect::Dde(SERVICE, TOPIC);

/// The area's samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    [ole::samples(), encrypted::samples(), stores::samples()].concat()
}

/// The area's byte entries, for the fuzz targets and the mutation test.
pub const ENTRIES: &[Entry] = &[
    Entry { name: "cfb", run: |bytes| drop(collect("a.ole", bytes)), seed: |name| name.ends_with(".ole") },
    Entry { name: "ole1", run: |bytes| drop(collect("a.bin", bytes)), seed: |name| name.contains("ole1") },
    Entry { name: "ppt", run: |bytes| drop(collect("a.ppt", bytes)), seed: |name| name.ends_with(".ppt") },
    Entry { name: "onenote", run: |bytes| drop(collect("a.one", bytes)), seed: |name| name.ends_with(".one") },
    Entry { name: "activemime", run: |bytes| drop(collect("a.mso", bytes)), seed: |name| name.ends_with(".mso") },
    Entry {
        name: "office-crypto",
        run: |bytes| drop(collect("a.xlsx", bytes)),
        seed: |name| name.starts_with("x17-standard"),
    },
];

fn sample(row: &'static str, name: &'static str, expect: Expect, bytes: Vec<u8>) -> Sample {
    Sample { row, name, bytes, expect }
}

/// A Word document of one paragraph.
fn docx(paragraph: &str) -> Vec<u8> {
    let namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let document = format!("<w:document xmlns:w=\"{namespace}\"><w:body><w:p>{paragraph}</w:p></w:body></w:document>");
    Opc::new().part("word/document.xml", DOCX, document).relate("", "officeDocument", "word/document.xml").build()
}

/// A Word document that starts a calculator.
fn dde_docx() -> Vec<u8> {
    docx(
        "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>DDEAUTO cmd \"/c calc\"</w:instrText></w:r>\
         <w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
    )
}

/// A workbook with a DDE link.
fn dde_xlsx() -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let workbook = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets/><externalReferences>\
         <externalReference r:id=\"rId1\"/></externalReferences></workbook>"
    );
    let link = format!(
        "<externalLink xmlns=\"{main}\"><ddeLink ddeService=\"cmd\" ddeTopic=\"/c calc\"><ddeItems>\
         <ddeItem name=\"A0\" advise=\"1\"/></ddeItems></ddeLink></externalLink>"
    );
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml";
    Opc::new()
        .part("xl/workbook.xml", XLSX, workbook)
        .part("xl/externalLinks/externalLink1.xml", kind, link)
        .relate("", "officeDocument", "xl/workbook.xml")
        .relate("xl/workbook.xml", "externalLink", "externalLinks/externalLink1.xml")
        .build()
}
