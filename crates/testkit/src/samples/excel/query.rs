//! X14: queries.

use super::{Expect, Sample, sample};
use crate::make::opc::Opc;
use crate::make::zip::zip;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
const QUERY: Expect = Expect::Related("query");

fn base() -> Opc {
    let workbook = format!("<workbook xmlns=\"{MAIN}\"><sheets/></workbook>");
    Opc::new().part("xl/workbook.xml", &format!("{TYPE}sheet.main+xml"), workbook).relate(
        "",
        "officeDocument",
        "xl/workbook.xml",
    )
}

fn connections(inside: &str) -> Vec<u8> {
    let xml = format!(
        "<connections xmlns=\"{MAIN}\"><connection id=\"1\" name=\"c\" refreshOnLoad=\"1\">{inside}</connection></connections>"
    );
    base()
        .part("xl/connections.xml", &format!("{TYPE}connections+xml"), xml)
        .relate("xl/workbook.xml", "connections", "connections.xml")
        .build()
}

/// A workbook whose Power Query part holds these bytes.
pub(super) fn mashup_of(inner: &[u8]) -> Vec<u8> {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-16\"?><DataMashup xmlns=\"http://schemas.microsoft.com/DataMashup\">{}</DataMashup>",
        STANDARD.encode(inner)
    );
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(xml.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    base()
        .part("customXml/item1.xml", "application/xml", utf16)
        .relate("xl/workbook.xml", "customXml", "../customXml/item1.xml")
        .build()
}

fn mashup(script: &str) -> Vec<u8> {
    let archive = zip(&[("Config/Package.xml", "<Package/>"), ("Formulas/Section1.m", script)]);
    mashup_of(
        &[0_u32.to_le_bytes().to_vec(), (archive.len() as u32).to_le_bytes().to_vec(), archive, vec![0; 12]].concat(),
    )
}

pub(super) fn samples() -> Vec<Sample> {
    let script = "section Section1;\r\n// Web.Contents(\"http://comment.test/\")\r\nshared q = let\r\n  \
        s = Csv.Document(Web.Contents(\"http://example.test/data.csv\"), [Delimiter=\",\"])\r\nin s;";
    let local = "section Section1;\r\nshared q = let s = Excel.CurrentWorkbook(){[Name=\"T\"]}[Content] in s;";
    let odc = "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><meta http-equiv=Content-Type content=\"text/x-ms-odc; charset=utf-8\">\
        <xml id=msodc><odc:OfficeDataConnection xmlns:odc=\"urn:schemas-microsoft-com:office:odc\"><odc:Connection odc:Type=\"OLEDB\">\
        <odc:ConnectionString>Provider=SQLOLEDB;Data Source=db.example.test</odc:ConnectionString><odc:CommandText>select 1</odc:CommandText>\
        </odc:Connection></odc:OfficeDataConnection></xml></head></html>";
    let own = "<dbPr connection=\"Provider=Microsoft.Mashup.OleDb.1;Data Source=$Workbook$;Location=q\" command=\"SELECT * FROM [q]\"/>";
    vec![
        sample("X14", "x14-web.xlsx", connections("<webPr url=\"http://example.test/data.csv\"/>"), QUERY),
        sample(
            "X14",
            "x14-database.xlsx",
            connections("<dbPr connection=\"DSN=x;SERVER=db.example.test\" command=\"select 1\"/>"),
            QUERY,
        ),
        sample("X14", "x14-power-query.xlsx", mashup(script), QUERY),
        sample("X14", "x14-web.iqy", b"WEB\r\n1\r\nhttp://example.test/data.csv\r\n".to_vec(), QUERY),
        sample(
            "X14",
            "x14-database.dqy",
            b"XLODBC\r\n1\r\nDSN=x;SERVER=db.example.test\r\nselect 1\r\n".to_vec(),
            QUERY,
        ),
        sample("X14", "x14-connection.odc", odc.as_bytes().to_vec(), QUERY),
        sample("X14", "x14-near-own.xlsx", connections(own), Expect::Silent),
        sample("X14", "x14-near-local-query.xlsx", mashup(local), Expect::Silent),
    ]
}
