//! Sheets.

use super::{Page, lines, summary};
use crate::make::opc::{Package, escape};
use crate::scenario::Trick;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Content type of a file inside a package, by its name.
pub(super) fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

/// A workbook with the link in a link part, or beside it in a formula, or with a file inside.
pub(super) fn xlsx(page: &Page<'_>, inner: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut rows = String::new();
    for (number, line) in (2..).zip(lines(page.options)) {
        rows += &format!(
            "<row r=\"{number}\"><c r=\"A{number}\" t=\"inlineStr\"><is><t>{}</t></is></c></row>",
            escape(line)
        );
    }
    let formula = match (&page.link, page.options.trick) {
        (None, _) => String::new(),
        (Some(link), Trick::Formula) => escape(&link.formula()),
        (Some(link), _) => format!("[1]!'{}'", escape(&link.item)),
    };
    let first = if formula.is_empty() {
        String::new()
    } else {
        format!("<row r=\"1\"><c r=\"A1\"><f>{formula}</f><v>0</v></c></row>")
    };
    let linked = page.link.as_ref().filter(|_| page.options.trick != Trick::Formula);
    let references = if linked.is_some() {
        "<externalReferences><externalReference r:id=\"rId2\"/></externalReferences>"
    } else {
        ""
    };
    let workbook = format!(
        "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{R}\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets>\
         {references}</workbook>"
    );
    let sheet = format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{first}{rows}</sheetData></worksheet>");
    let mut package = Package::default()
        .part("xl/workbook.xml", &format!("{TYPE}sheet.main+xml"), workbook)
        .part("xl/worksheets/sheet1.xml", &format!("{TYPE}worksheet+xml"), sheet)
        .relate("", "officeDocument", "xl/workbook.xml")
        .relate("xl/workbook.xml", "worksheet", "worksheets/sheet1.xml");
    if let Some(link) = linked {
        let part = format!(
            "{HEAD}<externalLink xmlns=\"{MAIN}\"><ddeLink ddeService=\"{}\" ddeTopic=\"{}\"><ddeItems><ddeItem name=\"{}\" \
             advise=\"1\"><values><value t=\"str\"><val>0</val></value></values></ddeItem></ddeItems></ddeLink></externalLink>",
            escape(&link.service),
            escape(&link.topic),
            escape(&link.item)
        );
        package = package.part("xl/externalLinks/externalLink1.xml", &format!("{TYPE}externalLink+xml"), part).relate(
            "xl/workbook.xml",
            "externalLink",
            "externalLinks/externalLink1.xml",
        );
    }
    if let Some((name, data)) = inner {
        package = package.part(&format!("xl/embeddings/{name}"), content_type(name), data).relate(
            "xl/worksheets/sheet1.xml",
            "package",
            &format!("../embeddings/{name}"),
        );
    }
    summary::package(package, page, "Microsoft Excel").bytes()
}

/// Comma-separated values with the link in a formula.
pub(super) fn csv(page: &Page<'_>) -> Vec<u8> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut out = String::new();
    for pair in lines(page.options).chunks(2) {
        out += &pair.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
        out += "\r\n";
    }
    if let Some(link) = &page.link {
        let sign = match page.options.trick {
            Trick::Plus => "+",
            Trick::Blanks => "      =",
            _ => "=",
        };
        out += &format!("total,{}\r\n", quoted(&format!("{sign}{}", link.formula())));
    }
    out.into_bytes()
}

/// A symbolic link sheet with the link in a formula; semicolons of a formula are doubled.
pub(super) fn slk(page: &Page<'_>) -> Vec<u8> {
    let safe = |text: &str| text.replace(';', ";;").replace('"', "'");
    let mut out = "ID;PWXL;N;E\r\nP;PGeneral\r\nB;Y9;X2\r\n".to_owned();
    for (row, line) in (2..).zip(lines(page.options)) {
        out += &format!("C;Y{row};X1;K\"{}\"\r\n", safe(&line.replace('\u{1b}', "")));
    }
    if let Some(link) = &page.link {
        let blanks = if page.options.trick == Trick::Blanks { "    " } else { "" };
        out += &format!("C;Y1;X1;K0;E{blanks}{}\r\n", link.formula().replace(';', ";;"));
    }
    (out + "E\r\n").into_bytes()
}
