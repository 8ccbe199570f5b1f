//! WordprocessingML written by hand.

use crate::make::opc::{DOCX, Opc};

/// The Transitional namespace.
pub(super) const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// The relationships namespace.
pub(super) const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The program of most samples, as it is written in a field and as it reads.
pub(super) const INSTRUCTION: &str = r#"DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc.exe""#;
/// Its service.
pub(super) const SERVICE: &str = r"c:\windows\system32\cmd.exe";
/// Its topic.
pub(super) const TOPIC: &str = "/k calc.exe";

/// Text as XML text or attribute value.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A run with a field character.
pub(super) fn mark(kind: &str) -> String {
    format!(r#"<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>"#)
}

/// A run with a piece of instruction.
pub(super) fn piece(text: &str) -> String {
    format!(r#"<w:r><w:instrText xml:space="preserve">{}</w:instrText></w:r>"#, escape(text))
}

/// A run with text.
pub(super) fn text(text: &str) -> String {
    format!("<w:r><w:t>{}</w:t></w:r>", escape(text))
}

/// A complex field with a result.
pub(super) fn field(instruction: &str) -> String {
    field_of(&piece(instruction))
}

/// A complex field whose instruction is XML.
pub(super) fn field_of(instruction: &str) -> String {
    format!("{}{instruction}{}{}{}", mark("begin"), mark("separate"), text("!Unexpected end"), mark("end"))
}

/// A complex field without separator and result, as nested ones often are.
pub(super) fn bare(instruction: &str) -> String {
    format!("{}{instruction}{}", mark("begin"), mark("end"))
}

/// A paragraph.
pub(super) fn paragraph(content: &str) -> String {
    format!("<w:p>{content}</w:p>")
}

/// A story part: its root and what is in it.
pub(super) fn story(root: &str, content: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{root} xmlns:w="{W}" xmlns:r="{R}">{content}</w:{root}>"#
    )
}

/// A main part.
pub(super) fn document(content: &str) -> String {
    story("document", &format!("<w:body>{content}</w:body>"))
}

/// A package around a main part.
pub(super) fn package(document: impl Into<Vec<u8>>) -> Opc {
    Opc::new().part("word/document.xml", DOCX, document).relate("", "officeDocument", "word/document.xml")
}

/// A package with some paragraphs' content.
pub(super) fn docx(content: &str) -> Vec<u8> {
    package(document(&paragraph(content))).build()
}

/// Content type of another Word part.
pub(super) fn word_type(kind: &str) -> String {
    format!("application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml")
}

/// A package with a second part, related from the main one.
pub(super) fn with_part(kind: &str, name: &str, content: &str) -> Vec<u8> {
    package(document(&paragraph(&text("Harmless"))))
        .part(&format!("word/{name}"), &word_type(kind), content)
        .relate("word/document.xml", kind, name)
        .build()
}

/// UTF-16 with a byte-order mark.
pub(super) fn utf16(text: &str, little: bool) -> Vec<u8> {
    let encode = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(encode).collect()
}
