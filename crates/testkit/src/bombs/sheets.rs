//! Sheets as text, and OpenDocument.

use super::{Bomb, bomb};
use crate::make::zip::{Item, Method, Zip};

pub(super) const BOMBS: &[Bomb] = &[
    bomb(24, "csv-hundred-thousand-bars.csv", "quiet", || format!("=a{}", "|".repeat(100_000)).into()),
    bomb(24, "csv-bars-and-quotes.csv", "quiet", || format!("={}", "a|'".repeat(100_000)).into()),
    bomb(24, "csv-links-in-one-cell.csv", "dde", || format!("={}", "+cmd|'/c calc'!A0".repeat(50_000)).into()),
    bomb(24, "csv-million-quotes.csv", "dde", || format!("=cmd|'/c calc'!A0\n={}", "\"".repeat(1 << 20)).into()),
    bomb(24, "csv-million-apostrophes.csv", "dde", || format!("=cmd|'/c calc'!A0\n={}", "'".repeat(1 << 20)).into()),
    bomb(24, "csv-million-bangs.csv", "dde", || format!("=cmd|'/c calc'!A0\n=a|{}", "!".repeat(1 << 20)).into()),
    bomb(24, "csv-one-line-of-fifty-megabytes.csv", "dde", || {
        format!("=cmd|'/c calc'!A0,{}", "a,".repeat(25 << 20)).into()
    }),
    bomb(24, "csv-one-quoted-cell.csv", "dde", || format!("=cmd|'/c calc'!A0\n\"{}", "a,\n".repeat(1 << 20)).into()),
    bomb(24, "csv-million-formulas.csv", "dde", || "=cmd|'/c calc'!A0\n".repeat(50_000).into()),
    bomb(24, "csv-million-different-formulas.csv", "limit.results", || {
        (0..20_000).map(|n| format!("=cmd|'/c calc {n}'!A0\n")).collect::<String>().into()
    }),
    bomb(24, "csv-million-signs.csv", "dde", || format!("=cmd|'/c calc'!A0\n={}1|2", "-".repeat(1 << 20)).into()),
    bomb(24, "csv-million-brackets.csv", "dde", || format!("=cmd|'/c calc'!A0\n={}a|b!c", "(".repeat(1 << 20)).into()),
    bomb(24, "csv-functions-nested.csv", "dde", || {
        format!("=cmd|'/c calc'!A0\n={}a|b!c", "IF(".repeat(100_000)).into()
    }),
    bomb(24, "csv-joined-texts.csv", "dde", || {
        format!("=cmd|'/c calc'!A0\n=HYPERLINK({}\"a\")", "\"http://x/\"&A1&".repeat(50_000)).into()
    }),
    bomb(24, "csv-utf16-large.csv", "dde", || {
        let text = format!("\u{feff}=cmd|'/c calc'!A0,{}", "\u{4e00},".repeat(3 << 20));
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }),
    bomb(24, "csv-euro-signs.csv", "dde", || [b"=cmd|'/c calc'!A0,".to_vec(), vec![0x80; 48 << 20]].concat()),
    bomb(24, "csv-nul-bytes.csv", "dde", || [b"=cmd|'/c calc'!A0\n".to_vec(), b"\0a".repeat(4 << 20)].concat()),
    bomb(24, "csv-plus-signs.csv", "dde", || format!("=cmd|'/c calc'!A0\n{}", "+".repeat(4 << 20)).into()),
    bomb(24, "slk-semicolons.slk", "dde", || {
        format!("ID;P\nC;Y1;X1;Ecmd|'/c calc'!A0\nC{}\nE\n", ";".repeat(2 << 20)).into()
    }),
    bomb(24, "slk-escapes.slk", "dde", || {
        format!("ID;P\nC;Y1;X1;Ecmd|'/c calc'!A0\nC;E{}\nE\n", "\u{1b}N".repeat(1 << 20)).into()
    }),
    bomb(25, "slk-rows-lie.slk", "dde", || {
        b"ID;P\nB;Y4294967295;X4294967295\nC;Y4294967295;X99999999999;Ecmd|'/c calc'!A0\nE\n".to_vec()
    }),
    bomb(25, "dif-counts-lie.dif", "dde", || {
        b"TABLE\n0,1\n\"\"\nVECTORS\n0,4294967295\n\"\"\nTUPLES\n0,4294967295\n\"\"\nDATA\n0,0\n\"\"\n-1,0\nBOT\n1,0\n\"=cmd|'/c calc'!A0\"\n-1,0\nEOD\n".to_vec()
    }),
    bomb(25, "ods-rows-repeated.ods", "dde", || {
        ods(&table(&format!(
            "<table:table-row table:number-rows-repeated=\"2147483648\"><table:table-cell table:number-columns-repeated=\"2147483648\" {FORMULA}/></table:table-row>"
        )))
    }),
    bomb(25, "ods-rows-repeated-often.ods", "dde", || {
        ods(&table(
        &format!("<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell {FORMULA}/></table:table-row>").repeat(20_000)
    ))
    }),
    bomb(25, "fods-repeat-negative.fods", "dde", || {
        flat(&table(&format!(
            "<table:table-row table:number-rows-repeated=\"-1\"><table:table-cell table:number-columns-repeated=\"99999999999999999999\" {FORMULA}/></table:table-row>"
        )))
    }),
    bomb(22, "fods-nested.fods", "quiet", || flat(&"<table:table>".repeat(100_000))),
    bomb(25, "spreadsheetml-index-lies.xml", "dde", || {
        b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"a\"><Table ss:ExpandedRowCount=\"4294967295\">\
         <Row ss:Index=\"4294967295\" ss:Span=\"4294967295\"><Cell ss:Index=\"18446744073709551616\" ss:MergeAcross=\"4294967295\" \
         ss:Formula=\"=cmd|'/c calc'!A0\"/></Row></Table></Worksheet></Workbook>".to_vec()
    }),
    bomb(22, "html-nested-tables.html", "dde", || {
        format!("<html><body>{}<td>=cmd|'/c calc'!A0</td>", "<table><tr><td>".repeat(100_000)).into()
    }),
    bomb(24, "html-tags-not-closed.html", "dde", || {
        format!("<html><table><tr><td>=cmd|'/c calc'!A0</td>{}", "<td x:fmla=\"".repeat(200_000)).into()
    }),
    bomb(24, "html-ampersands.html", "dde", || {
        format!("<html><table><tr><td>=cmd|'/c calc'!A0</td><td>={}</td>", "&".repeat(2 << 20)).into()
    }),
    bomb(24, "html-brackets.html", "dde", || {
        format!("<html><table><tr><td>=cmd|'/c calc'!A0</td></tr>{}", "<".repeat(2 << 20)).into()
    }),
    bomb(24, "html-comments-not-closed.html", "dde", || {
        format!("<html><table><tr><td>=cmd|'/c calc'!A0</td></tr>{}", "<!--[if ".repeat(300_000)).into()
    }),
    bomb(5, "html-bad-utf8.html", "dde", || {
        [
            b"<html><table><tr><td>=cmd|'/c calc'!A0</td><td>=".to_vec(),
            [0xe2, 0x82, b'<', 0xf0, 0x9f, 0x92, 0xc0, 0x80, 0xff, b'='].repeat(100_000),
        ]
        .concat()
    }),
    bomb(5, "html-bad-utf8-at-the-edge.html", "dde", || {
        let mut bytes = b"<html><table><tr><td>=cmd|'/c calc'!A0</td><td>".to_vec();
        bytes.resize(4095, b'a');
        bytes.extend([0xe2, 0x82]);
        bytes.resize(65_535, b'a');
        bytes.push(0xf0);
        bytes
    }),
];

const FORMULA: &str = "table:formula=\"of:=DDE(&quot;cmd&quot;;&quot;/c calc&quot;;&quot;A0&quot;)\"";

fn table(rows: &str) -> String {
    format!("<office:body><office:spreadsheet><table:table>{rows}</table:table></office:spreadsheet></office:body>")
}

fn content(root: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><office:{root} xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\">{body}</office:{root}>"
    )
}

fn flat(body: &str) -> Vec<u8> {
    content("document", body).into()
}

fn ods(body: &str) -> Vec<u8> {
    let stored = |name: &str, data: String| Item { method: Method::Stored, ..Item::new(name, data) };
    let items = vec![
        stored("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
        stored("content.xml", content("document-content", body)),
    ];
    Zip { items, ..Zip::default() }.build()
}
