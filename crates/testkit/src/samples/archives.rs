//! Samples of the archives area: row C1 for every container, every archive trick, and near misses.

mod bombs;
mod carriers;
mod near;
mod tricks;

use super::{Entry, Expect, Sample};
use crate::collect;
pub use bombs::bombs;

/// Service and topic of nearly all samples of this area.
const EXPECT: Expect = Expect::Dde("cmd", "/c calc");

/// A sheet that starts the calculator.
const CSV: &[u8] = b"name,amount,note\r\nalice,10,x\r\nbob,=cmd|'/c calc'!A0,y\r\ncarol,12,z\r\n";

/// The area's samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    [carriers::samples(), tricks::samples(), near::samples()].concat()
}

/// A Word main part with one field.
fn document(instruction: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document \
         xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p>\
         <w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r>\
         <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>shown</w:t></w:r>\
         <w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p></w:body></w:document>"
    )
}

/// The field of all Word samples here.
fn armed() -> String {
    document("DDEAUTO cmd &quot;/c calc&quot;")
}

/// A Word main part with an ordinary field.
fn harmless() -> String {
    document("PAGE \\* MERGEFORMAT")
}

fn drive(name: &str, bytes: &[u8]) {
    drop(collect(name, bytes));
}

fn ends(name: &str, extensions: &[&str]) -> bool {
    extensions.iter().any(|extension| name.ends_with(extension))
}

/// The area's byte entries, for the fuzz targets and the mutation test.
pub const ENTRIES: &[Entry] = &[
    Entry { name: "zip", run: |bytes| drive("f.zip", bytes), seed: |name| ends(name, &[".zip"]) },
    Entry { name: "opc", run: |bytes| drive("f.docx", bytes), seed: |name| ends(name, &[".docx", ".xlsx"]) },
    Entry {
        name: "compressed",
        run: |bytes| drive("f.gz", bytes),
        seed: |name| ends(name, &[".gz", ".bz2", ".xz", ".zst"]),
    },
    Entry { name: "tar", run: |bytes| drive("f.tar", bytes), seed: |name| ends(name, &[".tar"]) },
    Entry { name: "sevenzip", run: |bytes| drive("f.7z", bytes), seed: |name| ends(name, &[".7z"]) },
    Entry { name: "rar", run: |bytes| drive("f.rar", bytes), seed: |name| ends(name, &[".rar"]) },
    Entry { name: "cab", run: |bytes| drive("f.cab", bytes), seed: |name| ends(name, &[".cab"]) },
    Entry { name: "iso", run: |bytes| drive("f.iso", bytes), seed: |name| ends(name, &[".iso"]) },
    Entry { name: "disk", run: |bytes| drive("f.vhd", bytes), seed: |name| ends(name, &[".vhd", ".img"]) },
    Entry { name: "pdf", run: |bytes| drive("f.pdf", bytes), seed: |name| ends(name, &[".pdf"]) },
];
