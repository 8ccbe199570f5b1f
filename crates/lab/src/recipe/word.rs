//! Word documents.

use super::{Page, lines, summary};
use crate::make::doc::{Doc, Story};
use crate::make::opc::{Package, escape};
use crate::scenario::Trick;

const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// What Word shows where an update failed.
const RESULT: &str = "!Unexpected End of Formula";

fn text(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", escape(text))
}

fn mark(kind: &str) -> String {
    format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>")
}

fn piece(text: &str) -> String {
    format!("<w:r><w:instrText xml:space=\"preserve\">{}</w:instrText></w:r>", escape(text))
}

fn field(inside: &str, result: &str) -> String {
    format!("{}{inside}{}{}{}", mark("begin"), mark("separate"), text(result), mark("end"))
}

fn paragraph(content: &str) -> String {
    format!("<w:p>{content}</w:p>")
}

fn story(root: &str, content: &str) -> String {
    format!("{HEAD}<w:{root} xmlns:w=\"{W}\" xmlns:r=\"{R}\">{content}</w:{root}>")
}

/// The field of the page's link, hidden as asked for.
fn link(page: &Page<'_>) -> String {
    let Some(link) = &page.link else { return String::new() };
    let whole = link.field();
    match page.options.trick {
        Trick::SplitRuns => {
            let letters: Vec<char> = whole.chars().collect();
            field(&letters.chunks(4).map(|run| piece(&run.iter().collect::<String>())).collect::<String>(), RESULT)
        }
        Trick::Quote => {
            let codes: Vec<String> = link.service.chars().map(|letter| u32::from(letter).to_string()).collect();
            let quote = format!("{}{}{}", mark("begin"), piece(&format!(" QUOTE {} ", codes.join(" "))), mark("end"));
            let topic = link.topic.replace('\\', "\\\\");
            field(&format!("{}{quote}{}", piece("DDEAUTO "), piece(&format!(" \"{topic}\""))), RESULT)
        }
        Trick::Nested => {
            let service = link.service.replace('\\', "\\\\");
            let set = field(&piece(&format!(" SET a \"{service}\" ")), "a");
            let reference = format!("{}{}{}", mark("begin"), piece(" REF a "), mark("end"));
            let topic = link.topic.replace('\\', "\\\\");
            let outer = format!("{}{reference}{}", piece("DDEAUTO "), piece(&format!(" \"{topic}\"")));
            format!("{set}{}", field(&outer, RESULT))
        }
        _ => field(&piece(&format!(" {whole} ")), RESULT),
    }
}

/// A package.
pub(super) fn docx(page: &Page<'_>, inner: Option<(&str, &[u8])>) -> Vec<u8> {
    let paragraphs: String = lines(page.options).iter().map(|line| paragraph(&text(line))).collect();
    let aside = page.options.trick == Trick::Header;
    let own = if aside { String::new() } else { paragraph(&link(page)) };
    let reference = if aside { "<w:headerReference w:type=\"default\" r:id=\"rId1\"/>" } else { "" };
    let body = format!("<w:body>{paragraphs}{own}<w:sectPr>{reference}</w:sectPr></w:body>");
    let mut package = Package::default()
        .part("word/document.xml", &format!("{TYPE}document.main+xml"), story("document", &body))
        .relate("", "officeDocument", "word/document.xml");
    if aside {
        package = package
            .part("word/header1.xml", &format!("{TYPE}header+xml"), story("hdr", &paragraph(&link(page))))
            .relate("word/document.xml", "header", "header1.xml");
    }
    if let Some((name, data)) = inner {
        let kind = super::sheet::content_type(name);
        let at = format!("word/embeddings/{name}");
        package = package.part(&at, kind, data).relate("word/document.xml", "package", &format!("embeddings/{name}"));
    }
    summary::package(package, page, "Microsoft Office Word").bytes()
}

/// A binary document.
pub(super) fn doc(page: &Page<'_>) -> Vec<u8> {
    let mut doc = Doc::default();
    for line in lines(page.options) {
        doc = doc.narrow(Story::Main, &format!("{line}\r"));
    }
    if let Some(link) = &page.link {
        let whole = format!("\u{13} {} \u{14}{RESULT}\u{15}\r", link.field());
        doc = if page.options.trick == Trick::SplitRuns {
            let letters: Vec<char> = whole.chars().collect();
            letters.chunks(9).fold(doc, |doc, piece| doc.narrow(Story::Main, &piece.iter().collect::<String>()))
        } else {
            doc.narrow(Story::Main, &whole)
        };
    }
    let cfb = doc.template(&page.options.template).cfb().unwrap_or_default();
    cfb.stream("\u{5}SummaryInformation", &summary::stream(page, "Microsoft Office Word")).bytes()
}
