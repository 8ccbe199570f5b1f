//! Tricks of the XML itself.

use super::build::{INSTRUCTION, W, bare, document, docx, escape, field, package, paragraph, utf16};
use super::usual;
use crate::samples::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let plain = document(&paragraph(&field(INSTRUCTION)));
    let prefixed =
        plain.replace("<w:", "<q1:").replace("</w:", "</q1:").replace(" w:", " q1:").replace("xmlns:w=", "xmlns:q1=");
    // With a default namespace attributes still need a prefix.
    let default =
        plain.replace("<w:", "<").replace("</w:", "</").replace("<document ", &format!("<document xmlns=\"{W}\" "));
    let references = plain.replace("DDEAUTO", "&#68;&#x44;EAUTO");
    let attribute = format!(r#"<w:fldSimple w:instr="{}"/>"#, escape(INSTRUCTION).replace("DDE", "&#68;&#68;&#69;"));
    let kept = |inner: &str| docx(&bare(&format!("<w:r><w:instrText>{inner}</w:instrText></w:r>")));
    let entity = |subset: &str, word: &str| {
        let plain = plain.replace("DDEAUTO", word);
        package(plain.replacen("?>", &format!("?><!DOCTYPE x [{subset}]>"), 1)).build()
    };
    let order = plain.replace(
        r#"<w:fldChar w:fldCharType="begin"/>"#,
        "<w:fldChar\n w:dirty='false'   w:fldLock = '0'\n w:fldCharType =\n'begin' ></w:fldChar >",
    );
    vec![
        usual("xml-encoding", "xml-prefix.docx", package(prefixed).build()),
        usual("xml-encoding", "xml-default-namespace.docx", package(default).build()),
        usual("xml-encoding", "xml-utf16le.docx", package(utf16(&plain.replace("UTF-8", "UTF-16"), true)).build()),
        usual("xml-encoding", "xml-utf16be.docx", package(utf16(&plain.replace("UTF-8", "UTF-16"), false)).build()),
        usual("xml-encoding", "xml-references.docx", package(references).build()),
        usual("xml-encoding", "xml-reference-attribute.docx", docx(&attribute)),
        usual("xml-encoding", "xml-cdata.docx", kept(&format!("<![CDATA[{INSTRUCTION}]]>"))),
        usual("xml-encoding", "xml-cdata-pieces.docx", kept(&escape(INSTRUCTION).replace("DDE", "D<![CDATA[D]]>E"))),
        usual("xml-encoding", "xml-comments.docx", kept(&escape(INSTRUCTION).replace("DDE", "D<!-- x -->D<?x y?>E"))),
        usual("xml-entity", "xml-entity.docx", entity(r#"<!ENTITY k "DDEAUTO">"#, "&k;")),
        usual("xml-entity", "xml-entity-nested.docx", entity(r#"<!ENTITY a "DDE"><!ENTITY k "&a;AUTO">"#, "&k;")),
        usual("W5", "xml-attribute-order.docx", package(order).build()),
    ]
}
