//! XML parts of all kinds.

use super::{Bomb, bomb};
use crate::make::opc::{DOCX, Opc, XLSX};
use ddefend_model::code;

const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const X: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const FIELD: &str = "<w:p><w:fldSimple w:instr=\"DDEAUTO cmd &quot;/c calc&quot;\"/></w:p>";

pub(super) const BOMBS: &[Bomb] = &[
    bomb(12, "xml-billion-laughs.docx", code::LIMIT_STRUCTURE, || doctype(&laughs(), "&l9;")),
    bomb(12, "xml-quadratic-entity.docx", "limit.structure", || {
        let subset = format!("<!ENTITY a \"{}\">", "a".repeat(60_000));
        doctype(&subset, &"&a;".repeat(100_000))
    }),
    bomb(12, "xml-entity-in-itself.docx", "limit.structure", || {
        doctype("<!ENTITY a \"&b;\"><!ENTITY b \"&a;\">", "&a;")
    }),
    bomb(12, "xml-hundred-thousand-entities.docx", "dde", || {
        let subset: String = (0..100_000).map(|n| format!("<!ENTITY e{n} \"{n}\">")).collect();
        doctype(&subset, "&e99999;")
    }),
    bomb(12, "xml-billion-laughs-workbook.xlsx", "limit.structure", || {
        sheet(&format!(
            "<!DOCTYPE worksheet [{}]><worksheet xmlns=\"{X}\"><sheetData><row><c><f>&l9;</f></c></row>",
            laughs()
        ))
    }),
    bomb(11, "xml-external-entity.docx", code::NOTE_DTD, || {
        doctype("<!ENTITY x SYSTEM \"file:///etc/passwd\">", "&x;")
    }),
    bomb(11, "xml-external-parameter.docx", code::NOTE_DTD, || {
        doctype("<!ENTITY % x SYSTEM \"http://example.org/x.dtd\">%x;", "&y;")
    }),
    bomb(11, "xml-external-subset.docx", code::NOTE_DTD, || {
        document(&format!("<!DOCTYPE d SYSTEM \"http://example.org/d.dtd\"><w:document xmlns:w=\"{W}\"/>"))
    }),
    bomb(19, "xml-entities-in-pdf.pdf", "quiet", || {
        let xml = format!("<!DOCTYPE d [{}]><xdp:xdp xmlns:xdp=\"http://ns.adobe.com/xdp/\">&l9;</xdp:xdp>", laughs());
        crate::make::disk::pdf("a.xml", xml.as_bytes(), 0)
    }),
    bomb(21, "xml-hundred-thousand-attributes.docx", "dde", || {
        let attributes: String = (0..100_000).map(|n| format!(" w:a{n}=\"\"")).collect();
        document(&format!("<w:document xmlns:w=\"{W}\"><w:body {attributes}>{FIELD}</w:body></w:document>"))
    }),
    bomb(21, "xml-million-namespaces.docx", "dde", || {
        let declared: String = (0..1_000_000).map(|n| format!(" xmlns:a{n}=\"u\"")).collect();
        document(&format!("<w:document xmlns:w=\"{W}\"{declared}><w:body>{FIELD}</w:body></w:document>"))
    }),
    bomb(21, "xml-namespaces-then-elements.docx", "dde", || {
        let declared: String = (0..20_000).map(|n| format!(" xmlns:a{n}=\"u\"")).collect();
        let elements = "<z:p/>".repeat(50_000);
        document(&format!("<w:document xmlns:w=\"{W}\"{declared}><w:body>{FIELD}{elements}</w:body></w:document>"))
    }),
    bomb(22, "xml-nested-hundred-thousand.docx", code::LIMIT_STRUCTURE, || {
        document(&format!("<w:document xmlns:w=\"{W}\"><w:body>{FIELD}{}", "<w:p>".repeat(100_000)))
    }),
    bomb(22, "xml-nested-other.xlsx", code::LIMIT_STRUCTURE, || {
        sheet(&format!(
            "<worksheet xmlns=\"{X}\"><sheetData><row><c><f>cmd|&apos;/c calc&apos;!A0</f></c></row>{}",
            "<c>".repeat(200_000)
        ))
    }),
    bomb(22, "xml-ends-without-starts.docx", "dde", || {
        document(&format!("<w:document xmlns:w=\"{W}\"><w:body>{FIELD}{}", "</w:p>".repeat(500_000)))
    }),
    bomb(22, "xml-flat-nested.xml", "quiet", || {
        format!("<?xml version=\"1.0\"?><?mso-application progid=\"Word.Document\"?>{}", "<pkg:part>".repeat(200_000))
            .into()
    }),
    bomb(22, "xml-open-brackets.docx", "dde", || {
        document(&format!("<w:document xmlns:w=\"{W}\"><w:body>{FIELD}{}", "<".repeat(2 << 20)))
    }),
    bomb(22, "xml-ampersands.docx", "dde", || {
        document(&format!("<w:document xmlns:w=\"{W}\"><w:body>{FIELD}<w:instrText>DDEAUTO{}", "&".repeat(2 << 20)))
    }),
    bomb(22, "xml-ampersands-in-attribute.docx", "dde", || {
        let value = "&".repeat(2 << 20);
        document(&format!(
            "<w:document xmlns:w=\"{W}\"><w:body a=\"{value}\" w:val=\"{value}\">{FIELD}</w:body></w:document>"
        ))
    }),
    bomb(22, "xml-ampersands-in-instruction.docx", "dde", || {
        let value = "&".repeat(2 << 20);
        document(&format!(
            "<w:document xmlns:w=\"{W}\"><w:body><w:fldSimple w:instr=\"DDEAUTO {value}\"/></w:body></w:document>"
        ))
    }),
    bomb(22, "xml-ampersands-behind-entity.docx", "dde", || doctype("<!ENTITY a \"b\">", &"&".repeat(2 << 20))),
    bomb(22, "xml-comments-not-closed.docx", "dde", || {
        document(&format!("<w:document xmlns:w=\"{W}\"><w:body>{FIELD}{}", "<!-- ".repeat(400_000)))
    }),
    bomb(22, "xml-doctype-many.docx", "dde", || {
        document(&format!("<w:document xmlns:w=\"{W}\"><w:body>{FIELD}{}", "<!DOCTYPE a [".repeat(100_000)))
    }),
    bomb(22, "xml-tag-of-twenty-megabytes.docx", "dde", || {
        document(&format!("<w:document xmlns:w=\"{W}\"><w:{} w:instr=\"DDE\"/>{FIELD}", "p".repeat(20 << 20)))
    }),
    bomb(23, "xml-nine-thousand-cdata.xlsx", "dde", || {
        let pieces = "<![CDATA[a]]>".repeat(9_000);
        sheet(&format!(
            "<worksheet xmlns=\"{X}\"><sheetData><row><c><f>cmd|'/c calc'!A{pieces}</f></c></row></sheetData></worksheet>"
        ))
    }),
    bomb(23, "xml-million-cdata.docx", "", || {
        let pieces = "<![CDATA[a]]>".repeat(1_000_000);
        document(&format!(
            "<w:document xmlns:w=\"{W}\"><w:body>{FIELD}<w:p><w:r><w:instrText>DDEAUTO {pieces}</w:instrText></w:r></w:p></w:body></w:document>"
        ))
    }),
    bomb(22, "word-fields-nested.docx", code::LIMIT_STRUCTURE, || {
        let open = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>";
        body(&open.repeat(100_000))
    }),
    bomb(22, "word-fields.docx", "", || {
        body(&"<w:fldSimple w:instr=\"DDEAUTO cmd &quot;/c calc&quot;\"/>".repeat(50_000))
    }),
    bomb(22, "word-fields-different.docx", code::LIMIT_RESULTS, || {
        body(
            &(0..20_000)
                .map(|n| format!("<w:fldSimple w:instr=\"DDEAUTO cmd &quot;/c calc {n}&quot;\"/>"))
                .collect::<String>(),
        )
    }),
    bomb(22, "word-set-doubles.docx", "limit.structure", || {
        let mut fields = field("SET a \"xxxxxxxxxxxxxxxx\"");
        for _ in 0..200 {
            fields += &field(&format!("SET a \"{}{}\"", field("REF a"), field("REF a")));
        }
        body(&(fields + &field("DDEAUTO cmd \"/c calc\"")))
    }),
    bomb(22, "word-set-names.docx", "dde", || {
        let fields: String = (0..30_000).map(|n| field(&format!("SET a{n} \"{n}\""))).collect();
        body(&(fields + &field("DDEAUTO cmd \"/c calc\"")))
    }),
    bomb(22, "word-instruction-of-one-letter-runs.docx", "dde", || {
        let letters = "<w:r><w:instrText>x</w:instrText></w:r>".repeat(300_000);
        body(&format!(
            "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>DDEAUTO cmd </w:instrText></w:r>{letters}"
        ))
    }),
    bomb(22, "word-quote-codes-one-million.docx", "limit.structure", || {
        body(&field(&format!("QUOTE {}", "68 ".repeat(1_000_000))))
    }),
    bomb(24, "word-instruction-of-quotes.docx", "dde", || body(&field(&format!("DDEAUTO {}", "\"".repeat(1 << 20))))),
    bomb(24, "word-instruction-of-backslashes.docx", "dde", || {
        body(&field(&format!("DDEAUTO {}", "\\".repeat(1 << 20))))
    }),
    bomb(24, "word-topic-of-carets.docx", "dde", || {
        body(&field(&format!("DDEAUTO cmd \"/c {}\"", "^".repeat(1 << 20))))
    }),
    bomb(24, "word-topic-of-percents.docx", "dde", || {
        body(&field(&format!("DDEAUTO cmd \"/c {}\"", "%a%".repeat(300_000))))
    }),
    bomb(24, "word-topic-base64.docx", "dde", || {
        body(&field(&format!("DDEAUTO powershell \"-enc {}\"", "QQBB".repeat(300_000))))
    }),
    bomb(24, "word-topic-of-urls.docx", "dde", || {
        body(&field(&format!("DDEAUTO cmd \"/c {}\"", "http://a.example/ \\\\host\\x ".repeat(30_000))))
    }),
];

fn field(instruction: &str) -> String {
    // Nested fields come as markup already.
    let text = |piece: &str| {
        format!("<w:r><w:instrText xml:space=\"preserve\">{}</w:instrText></w:r>", piece.replace('&', "&amp;"))
    };
    let mut out = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>".to_owned();
    match instruction.split_once('<') {
        Some((before, rest)) => {
            let (markup, after) = rest.rsplit_once('>').unwrap_or((rest, ""));
            out += &format!("{}<{markup}>{}", text(before), text(after));
        }
        None => out += &text(instruction),
    }
    out + "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
}

fn body(content: &str) -> Vec<u8> {
    document(&format!("<w:document xmlns:w=\"{W}\"><w:body><w:p>{content}</w:p></w:body></w:document>"))
}

fn document(xml: &str) -> Vec<u8> {
    // Stored: what is tested is the reader of XML, not the ratio.
    let package = Opc::new().part("word/document.xml", DOCX, xml).relate("", "officeDocument", "word/document.xml");
    stored(&package)
}

fn stored(package: &Opc) -> Vec<u8> {
    let mut items = package.items();
    for item in &mut items {
        item.method = crate::make::zip::Method::Stored;
    }
    crate::make::zip::Zip { items, ..crate::make::zip::Zip::default() }.build()
}

fn doctype(subset: &str, text: &str) -> Vec<u8> {
    document(&format!(
        "<?xml version=\"1.0\"?><!DOCTYPE d [{subset}]><w:document xmlns:w=\"{W}\"><w:body>{FIELD}<w:p><w:r><w:t>{text}</w:t>\
         </w:r></w:p></w:body></w:document>"
    ))
}

fn laughs() -> String {
    let mut subset = "<!ENTITY l0 \"lol\">".to_owned();
    for level in 1..10 {
        subset += &format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10));
    }
    subset
}

fn sheet(xml: &str) -> Vec<u8> {
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let workbook = format!(
        "<workbook xmlns=\"{X}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
    let package = Opc::new()
        .part("xl/workbook.xml", XLSX, workbook)
        .part("xl/worksheets/sheet1.xml", kind, xml)
        .relate("", "officeDocument", "xl/workbook.xml")
        .relate("xl/workbook.xml", "worksheet", "worksheets/sheet1.xml");
    stored(&package)
}
