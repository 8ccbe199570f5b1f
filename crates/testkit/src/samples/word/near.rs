//! Near-misses: what looks like it and must stay silent.

use super::build::{bare, document, docx, field, package, paragraph, piece, story, text, with_part};
use super::silent;
use crate::make::opc::{Opc, PPTX};
use crate::samples::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let ordinary = [
        "PAGE",
        "TOC \\o \"1-3\" \\h \\z",
        "HYPERLINK \"http://example.com/DDEAUTO%20cmd\"",
        "DATE \\@ \"d MMMM yyyy\"",
        "MERGEFIELD DDEAUTO",
        "REF DDE \\h",
        "SEQ DDE",
        "AUTHOR DDEAUTO",
        "= 1 + 1",
        "DDEAUTOMATIC cmd",
        "MACROBUTTON DDEAUTO cmd",
    ];
    let ordinary: String = ordinary.iter().map(|instruction| paragraph(&field(instruction))).collect();
    let comment = story(
        "comments",
        &format!(
            r#"<w:comment w:id="1">{}</w:comment>"#,
            paragraph(&text("DDEAUTO cmd \"/c calc\" is how it is done"))
        ),
    );
    let shown = bare(&(piece("QUOTE \"DDEAUTO cmd /c calc\"")));
    let between = field("PAGE").replace("!Unexpected end", "DDEAUTO cmd");
    let template = package(document(&paragraph(&text("x"))))
        .relate_external("word/document.xml", "hyperlink", "http://example.com/dde.docx")
        .relate_external("word/document.xml", "image", "http://example.com/dde.png");
    let slide = format!(
        r#"<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="x"><a:hlinkClick action="ppaction://hlinksldjump"/><a:t>{}</a:t></p:presentation>"#,
        "ppaction://program DDEAUTO"
    );
    let slides =
        Opc::new().part("ppt/presentation.xml", PPTX, slide).relate("", "officeDocument", "ppt/presentation.xml");
    let html = "<html xmlns:w=\"urn:schemas-microsoft-com:office:word\"><body><p><!--[if supportFields]><span style='mso-element:field-begin'></span> PAGE <span style='mso-element:field-separator'></span><![endif]-->DDEAUTO cmd<!--[if supportFields]><span style='mso-element:field-end'></span><![endif]--></p><!-- mso-element:field-begin DDEAUTO cmd x --></body></html>";
    let merge = story(
        "settings",
        r#"<w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:dataType w:val="native"/><w:query w:val="DDE"/></w:mailMerge>"#,
    );
    let deleted = format!(r#"<w:del w:id="1">{}</w:del>"#, field("PAGE").replace("instrText", "delInstrText"));
    let half = bare(
        &(piece("PA") + r#"<w:del w:id="1"><w:r><w:delInstrText>DDE</w:delInstrText></w:r></w:del>"# + &piece("GE")),
    );
    let text_box = format!("<w:txbxContent>{}</w:txbxContent>", paragraph(&text("DDEAUTO cmd")));
    let boxes = format!(
        r#"<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps">{text_box}</mc:Choice><mc:Fallback>{text_box}</mc:Fallback></mc:AlternateContent></w:r>"#
    );
    let around = bare(&(piece("PA") + &boxes + &piece("GE")));
    vec![
        silent("W5", "near-deleted.docx", docx(&(deleted + &half))),
        silent("W5", "near-alternate.docx", docx(&(boxes + &around))),
        silent("W5", "near-ordinary-fields.docx", package(document(&ordinary)).build()),
        silent("W5", "near-text.docx", docx(&text("DDEAUTO c:\\windows\\system32\\cmd.exe \"/k calc.exe\""))),
        silent("W5", "near-quote-text.docx", docx(&shown)),
        silent("W5", "near-result-text.docx", docx(&between)),
        silent("W6", "near-comment.docx", with_part("comments", "comments.xml", &comment)),
        silent("W8", "near-hyperlinks.docx", template.build()),
        silent("W9", "near-merge.docx", with_part("settings", "settings.xml", &merge)),
        silent("W13", "near-page-field.htm", html.as_bytes().to_vec()),
        silent("P1", "near-actions.pptx", slides.build()),
    ]
}
